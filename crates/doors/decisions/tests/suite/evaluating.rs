//! One question (enforcement-events-evidence 2.2 to 2.5).

use consentry_domain::Lifetime;
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{asked, assert_refused, balance, changed, connected, judged, post};

#[tokio::test]
async fn chk_10_a_permit_says_under_which_consent_and_until_when() {
    let app = connected().await;
    let answer = asked(&app, &balance()).await;
    let records = app.records_of("ada").await;
    let record = records
        .iter()
        .find(|record| record["definition"]["id"] == "accounts:balance");
    assert_eq!(answer["decision"], true, "{answer}");
    let context = &answer["context"];
    assert_eq!(context["reason_code"], "consented");
    assert_eq!(context["audience"], "moneytrack");
    assert_eq!(
        context["definition"],
        json!({ "id": "accounts:balance", "version": "2.0", "current_version": "2.0" })
    );
    assert_eq!(record.unwrap()["definition"]["version"], "2.0");
    assert_eq!(context["version"], 1);
    assert_eq!(context["max_age"], 30);
    assert_eq!(context["valid_from"], json!(app.now()));
    assert_eq!(context["valid_until"], json!(app.now().plus(Lifetime::days(30))));
    assert_eq!(context["evaluated_at"], json!(app.now()));
    assert!(context["consent_id"].as_str().unwrap().len() == 36);
    assert_eq!(answer, asked(&app, &balance()).await, "chk_05 the same again");
}

#[tokio::test]
async fn chk_14_it_is_over_at_the_microsecond_of_its_end_without_any_job() {
    let app = connected().await;
    app.clock.advance(Lifetime::days(30));
    app.clock.advance_micros(-1);
    assert_eq!(judged(&app, &balance()).await, (true, "consented".to_owned()));
    let age = asked(&app, &balance()).await["context"]["max_age"].clone();
    assert_eq!(age, 0, "chk_18 not to be kept beyond the end");
    app.clock.advance_micros(1);
    let answer = asked(&app, &balance()).await;
    assert_eq!(answer["context"]["reason_code"], "expired");
    assert_eq!(answer["context"]["since"], answer["context"]["valid_until"]);
    assert_eq!(answer["context"]["max_age"], 5);
}

#[tokio::test]
async fn chk_16_a_decision_anywhere_changes_the_very_next_answer() {
    let app = connected().await;
    assert!(judged(&app, &balance()).await.0);
    let _page = app.stop_sharing("ada").await.expect_status(200);
    let answer = asked(&app, &balance()).await;
    assert_eq!(answer["decision"], false);
    assert_eq!(answer["context"]["reason_code"], "revoked");
    assert_eq!(answer["context"]["since"], json!(app.now()));
}

#[tokio::test]
async fn chk_17_records_of_back_ends_count_and_so_does_what_they_say() {
    let app = TestApp::start().await;
    let mine = changed(&json!({
        "resource": { "type": "definition", "id": "share-my-email" },
        "context": { "audience": "shop-7" },
    }));
    assert_eq!(judged(&app, &mine).await, (false, "no_consent".to_owned()));
    let wish = json!({
        "status": "pending", "subject": "ada", "audience": "shop-7", "definition": { "id": "share-my-email" },
    });
    let made = app.records(Method::POST, "/consents", Some(&wish)).await;
    let path = format!(
        "/consents/{}",
        made.expect_status(201).json()["id"].as_str().unwrap()
    );
    assert_eq!(judged(&app, &mine).await, (false, "pending".to_owned()));
    let words = json!({ "id": "share-my-email", "version": "1.0", "locale": "en-GB" });
    for (status, expected) in [
        ("accepted", (true, "consented")),
        ("revoked", (false, "revoked")),
        ("accepted", (true, "consented")),
    ] {
        let change = json!({ "status": status, "definition": words });
        let _changed = app
            .records(Method::PATCH, &path, Some(&change))
            .await
            .expect_status(200);
        assert_eq!(
            judged(&app, &mine).await,
            (expected.0, expected.1.to_owned()),
            "{status}"
        );
    }
    let denied = json!({
        "status": "denied", "subject": "ada", "audience": "shop-8", "definition": words,
    });
    let _made = app
        .records(Method::POST, "/consents", Some(&denied))
        .await
        .expect_status(201);
    let other = changed(&json!({
        "resource": { "type": "definition", "id": "share-my-email" },
        "context": { "audience": "shop-8" },
    }));
    assert_eq!(judged(&app, &other).await, (false, "denied".to_owned()));
    assert_eq!(
        judged(
            &app,
            &changed(&json!({ "resource": { "type": "definition", "id": "share-my-email" } }))
        )
        .await,
        (false, "no_consent".to_owned()),
        "what is agreed toward one is not agreed toward another"
    );
}

#[tokio::test]
async fn chk_07_without_an_audience_only_consents_that_name_nobody_count() {
    let app = connected().await;
    let nobody = changed(&json!({ "context": {} }));
    assert_eq!(judged(&app, &nobody).await, (false, "no_consent".to_owned()));
    let wish = json!({
        "status": "accepted", "subject": "ada",
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    });
    let _made = app
        .records(Method::POST, "/consents", Some(&wish))
        .await
        .expect_status(201);
    let mut own = changed(&json!({ "resource": { "type": "definition", "id": "share-my-email" } }));
    own.as_object_mut().unwrap().remove("context");
    let answer = asked(&app, &own).await;
    assert_eq!(answer["decision"], true, "{answer}");
    assert!(answer["context"].get("audience").is_none());
    assert!(answer["context"].get("valid_until").is_none(), "it has no end");
    assert_eq!(answer["context"]["max_age"], 30);
}

#[tokio::test]
async fn chk_08_a_name_means_whoever_its_issuer_calls_so() {
    let app = connected().await;
    let ada = &app.bank.customers[0];
    let named = |id: &str, issuer: &str| {
        changed(&json!({ "subject": { "type": "user", "id": id, "properties": { "issuer": issuer } } }))
    };
    for (id, issuer) in [
        ("ada", "urn:consentry:login"),
        (ada.customer_id.as_str(), "urn:consentry:customer"),
        (ada.customer_id.as_str(), "harbor-core"),
        (ada.user_id.as_str(), "urn:consentry:subject"),
        (" UID=ada, OU=people,DC=harbor,dc=example", "urn:consentry:dn"),
    ] {
        assert!(judged(&app, &named(id, issuer)).await.0, "{id} of {issuer}");
    }
    for (id, issuer) in [
        ("Ada", "urn:consentry:login"),
        ("ada", "urn:consentry:customer"),
        (ada.customer_id.as_str(), "urn:consentry:login"),
        ("ada", "https://elsewhere.example"),
        ("ada", "urn:consentry:subject"),
        ("not,a=dn", "urn:consentry:dn"),
        ("", "urn:consentry:login"),
    ] {
        let told = judged(&app, &named(id, issuer)).await;
        assert_eq!(told, (false, "no_consent".to_owned()), "{id} of {issuer}");
    }
    let device = changed(&json!({ "subject": { "type": "device", "id": "ada" } }));
    assert_eq!(judged(&app, &device).await, (false, "no_consent".to_owned()));
}

#[tokio::test]
async fn chk_13_the_first_step_that_fails_gives_the_reason() {
    let app = connected().await;
    let nobody = json!({ "type": "user", "id": "nobody" });
    for (changes, reason) in [
        (
            json!({ "resource": { "type": "scope", "id": "accounts:all" }, "subject": nobody }),
            "unknown_resource",
        ),
        (
            json!({ "resource": { "type": "scope", "id": "" } }),
            "unknown_resource",
        ),
        (
            json!({ "resource": { "type": "purpose", "id": "accounts:balance" } }),
            "unknown_resource",
        ),
        (
            json!({ "resource": { "type": "spaceship", "id": "accounts:balance" } }),
            "unknown_resource",
        ),
        (
            json!({ "subject": nobody, "action": { "name": "delete" } }),
            "no_consent",
        ),
        (json!({ "action": { "name": "delete" } }), "unknown_action"),
        (json!({ "action": { "name": "READ" } }), "unknown_action"),
        (
            json!({ "resource": { "type": "scope", "id": "accounts:balance", "properties": { "min_version": "2.1" } },
                    "action": { "name": "delete" } }),
            "wrong_version",
        ),
        (
            json!({ "resource": { "type": "scope", "id": "accounts:balance", "properties": { "resource": "https://api.example" } } }),
            "no_consent",
        ),
    ] {
        assert_eq!(
            judged(&app, &changed(&changes)).await,
            (false, reason.to_owned()),
            "{changes}"
        );
    }
    let recent = json!({ "resource": { "type": "scope", "id": "accounts:balance", "properties": { "min_version": "2.0" } } });
    assert!(judged(&app, &changed(&recent)).await.0);
    assert!(
        judged(&app, &changed(&json!({ "action": { "name": "use" } })))
            .await
            .0
    );
    assert!(
        judged(
            &app,
            &changed(&json!({ "resource": { "type": "definition", "id": "openid" } }))
        )
        .await
        .0
    );
}

#[tokio::test]
async fn a_grant_that_is_named_has_to_hold_too() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", crate::world::SCOPE).await;
    let grant = app.introspect(&tokens.access).await["grant_id"].clone();
    let within = |grant: &serde_json::Value| {
        changed(&json!({ "context": { "audience": "moneytrack", "grant_id": grant } }))
    };
    let answer = asked(&app, &within(&grant)).await;
    assert_eq!(
        (&answer["decision"], &answer["context"]["grant_id"]),
        (&json!(true), &grant)
    );
    let other = json!("01a20289-a235-7a31-8a00-00aa00bb00cc");
    assert_eq!(
        judged(&app, &within(&other)).await,
        (false, "grant_ended".to_owned())
    );
    assert_refused(&app, "/evaluation", &within(&json!("x")), "/context/grant_id").await;
}

#[tokio::test]
async fn chk_2_5_the_bundle_that_events_name_is_told_and_can_be_asked_within() {
    let app = connected().await;
    let client = &app.bank.first_party;
    let told = async |types: &str| {
        let path = format!("/events/v1/events?from=earliest&limit=500&types={types}");
        let request = app.request(Method::GET, &path);
        let page = request.basic(&client.client_id, &client.client_secret);
        page.send().await.expect_status(200).json()["events"].clone()
    };
    let bundle = told("grant.created").await[0]["data"]["grant"].clone();
    assert_eq!(
        bundle["clusters"],
        json!(["accounts:balance", "accounts:transactions"])
    );
    let answer = asked(&app, &balance()).await;
    assert_eq!(answer["context"]["grant_id"], bundle["id"], "{answer}");
    let within =
        |id: &serde_json::Value| changed(&json!({ "context": { "audience": "moneytrack", "grant_id": id } }));
    let answer = asked(&app, &within(&bundle["id"])).await;
    assert_eq!(
        (&answer["decision"], &answer["context"]["grant_id"]),
        (&json!(true), &bundle["id"])
    );
    // Searches keep to it as well (CHK-25).
    let search = |id: &serde_json::Value| {
        let mut search = within(id);
        search["resource"] = json!({ "type": "scope" });
        search
    };
    let count = async |id: &serde_json::Value| {
        let found = post(&app, "/search/resource", &search(id)).await;
        found.expect_status(200).json()["page"]["count"].clone()
    };
    assert_eq!(count(&bundle["id"]).await, 4);
    let other = json!("01a20289-a235-7a31-8a00-00aa00bb00cc");
    assert_eq!(count(&other).await, 0);

    // Asked again, a newer bundle takes over; within the one before nothing holds any more.
    let _again = app
        .connect(&app.browser(), "ada", "openid accounts:balance")
        .await;
    let newer = told("grant.created,grant.changed,grant.renewed").await;
    let newest = newer.as_array().unwrap().last().unwrap()["data"]["grant"]["id"].clone();
    assert_eq!(asked(&app, &balance()).await["context"]["grant_id"], newest);
    if newest != bundle["id"] {
        assert_eq!(
            judged(&app, &within(&bundle["id"])).await,
            (false, "grant_ended".to_owned())
        );
    }
    // Ben's is not Ada's.
    let _ben = app.connect(&app.browser(), "ben", crate::world::SCOPE).await;
    let of_ben =
        told("grant.created").await.as_array().unwrap().last().unwrap()["data"]["grant"]["id"].clone();
    assert_eq!(
        judged(&app, &within(&of_ben)).await,
        (false, "grant_ended".to_owned())
    );
}

#[tokio::test]
async fn an_audience_that_is_switched_off_may_nothing() {
    let app = connected().await;
    let mut client = (*app.tenant().clients[&"moneytrack".parse().unwrap()]).clone();
    client.enabled = false;
    app.provision(&[consentry_ledger::provision::Entry::Client(client)])
        .await;
    assert_eq!(
        judged(&app, &balance()).await,
        (false, "party_suspended".to_owned())
    );
}

#[tokio::test]
async fn processing_restricted_comes_before_whatever_is_said_of_consent() {
    let app = connected().await;
    let admin = &app.bank.admin;
    let asked = |method: Method, path: &str| {
        app.request(method, &format!("/admin/v1/people/{path}"))
            .basic(&admin.client_id, &admin.client_secret)
    };
    let name = json!({ "issuer": "urn:consentry:login", "id": "ada" });
    let found = asked(Method::POST, "lookup").json(&name).send().await;
    let subject = found.expect_status(200).json()["subject"].clone();
    let path = format!("{}/restriction", subject.as_str().unwrap());
    let put = asked(Method::PUT, &path).json(&json!({ "reason": "r" }));
    let _restricted = put.send().await.expect_status(201);
    let restricted = (false, "processing_restricted".to_owned());
    assert_eq!(judged(&app, &balance()).await, restricted);
    let never = changed(&json!({ "resource": { "type": "definition", "id": "share-my-email" } }));
    assert_eq!(
        judged(&app, &never).await,
        restricted,
        "whether anything was agreed to is not told"
    );
    let _released = asked(Method::DELETE, &path).send().await.expect_status(204);
    assert!(judged(&app, &balance()).await.0);
}

#[tokio::test]
async fn chk_09_what_the_sender_says_of_time_never_makes_an_answer_wider() {
    let app = connected().await;
    let past = json!("2020-01-01T00:00:00Z");
    let stale = changed(&json!({ "context": { "audience": "moneytrack", "time": past, "ip": "192.0.2.7" } }));
    assert!(judged(&app, &stale).await.0);
    app.clock.advance(Lifetime::days(30));
    assert_eq!(judged(&app, &stale).await, (false, "expired".to_owned()));
}

#[tokio::test]
async fn chk_03_what_is_missing_or_of_another_type_is_named() {
    let app = connected().await;
    for (changes, pointer) in [
        (json!({ "subject": "ada" }), "/subject"),
        (json!({ "subject": { "id": "ada" } }), "/subject/type"),
        (json!({ "subject": { "type": "user" } }), "/subject/id"),
        (json!({ "subject": { "type": "user", "id": 7 } }), "/subject/id"),
        (
            json!({ "subject": { "type": "user", "id": "ada", "properties": [] } }),
            "/subject/properties",
        ),
        (json!({ "action": {} }), "/action/name"),
        (
            json!({ "action": { "name": "read", "properties": 1 } }),
            "/action/properties",
        ),
        (json!({ "resource": null }), "/resource"),
        (json!({ "resource": { "type": "scope" } }), "/resource/id"),
        (
            json!({ "resource": { "type": true, "id": "x" } }),
            "/resource/type",
        ),
        (
            json!({ "resource": { "type": "scope", "id": "x", "properties": { "min_version": "2" } } }),
            "/resource/properties/min_version",
        ),
        (
            json!({ "subject": { "type": "user", "id": "é".repeat(1025) } }),
            "/subject/id",
        ),
        (json!({ "context": "now" }), "/context"),
        (json!({ "context": { "audience": 7 } }), "/context/audience"),
        (
            json!({ "context": { "audience": {} } }),
            "/context/audience/client_id",
        ),
    ] {
        assert_refused(&app, "/evaluation", &changed(&changes), pointer).await;
    }
    let longest = changed(&json!({ "subject": { "type": "user", "id": "é".repeat(1024) } }));
    assert_eq!(judged(&app, &longest).await, (false, "no_consent".to_owned()));
    let unknown = changed(&json!({
        "more": [1],
        "subject": { "type": "user", "id": "ada", "more": {}, "properties": { "role": "x" } },
        "context": { "audience": { "client_id": "moneytrack", "issuer": "https://bank.example" } },
    }));
    assert!(
        judged(&app, &unknown).await.0,
        "chk_04 unknown members are ignored"
    );
}

#[tokio::test]
async fn chk_12_nothing_about_the_person_is_in_the_answer() {
    let app = connected().await;
    let text = asked(&app, &balance()).await.to_string();
    let ada = &app.bank.customers[0];
    for secret in ["\"ada\"", ada.user_id.as_str(), ada.customer_id.as_str(), "uid="] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn chk_2_3_reason_user_says_why_in_the_language_that_is_asked_for() {
    let app = connected().await;
    let _page = app.stop_sharing("ada").await.expect_status(200);
    let client = &app.bank.first_party;
    let asked_in = async |language: Option<&str>| {
        let request = app
            .request(Method::POST, "/access/v1/evaluation")
            .basic(&client.client_id, &client.client_secret);
        let request = match language {
            Some(language) => request.header("accept-language", language),
            None => request,
        };
        let answer = request.json(&balance()).send().await.expect_status(200).json();
        assert_eq!(answer["context"]["reason_code"], "revoked");
        answer["context"]["reason_user"].clone()
    };
    assert_eq!(asked_in(None).await, json!(null), "nobody asked for words");
    for (language, sentence) in [
        ("en-GB", json!({ "en": "You stopped sharing this." })),
        ("xx, de-AT;q=0.8", json!({ "de": "Sie teilen das nicht mehr." })), // typos:ignore
        ("xx", json!({ "en": "You stopped sharing this." })),
    ] {
        assert_eq!(asked_in(Some(language)).await, sentence, "{language}");
    }
}
