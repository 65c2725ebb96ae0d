//! What of an event which reader sees (enforcement-events-evidence 3.5 and 3.6).

use consentry_testkit::TestApp;
use serde_json::{Value, json};

use super::{
    asking, asking_as, change_client, events, ids, moneytrack_reads, names, now, patched, since, text,
    written,
};
use crate::world::{SCOPE, connected};

async fn events_of(app: &TestApp, client: &consentry_testkit::KnownClient, query: &str) -> Vec<Value> {
    let answer = asking_as(app, client, &format!("events?{query}")).send().await;
    answer.expect_status(200).json()["events"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn evt_17_a_party_sees_what_concerns_itself_by_its_own_names() {
    let app = TestApp::start().await;
    let moneytrack = moneytrack_reads(&app).await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let sub = text(&app.introspect(&tokens.access).await["sub"]);
    let _others = written(&app, "ada", "share-my-email", "accepted").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let told = events_of(&app, &moneytrack, "from=earliest&limit=500").await;
    let mut seen = names(&told);
    seen.sort();
    seen.dedup();
    assert_eq!(
        seen,
        [
            "client.changed",
            "client.created",
            "consent.granted",
            "consent.revoked",
            "grant.created",
            "grant.ended",
            "party.created"
        ]
    );
    let own_party = told
        .iter()
        .filter(|event| event["type"] == "consentry.party.created")
        .count();
    assert_eq!(own_party, 1, "not those of others");
    let tenants = events(&app, "from=earliest&limit=500").await;
    for event in &told {
        assert_eq!(event["sequence"], Value::Null, "it tells volumes");
        let same = tenants.iter().find(|own| own["id"] == event["id"]).unwrap();
        assert_eq!(same["leafhash"], event["leafhash"]);
        let of_person = event["data"]["subject"] != Value::Null;
        assert_eq!(of_person, event["partitionkey"] != Value::Null);
        if of_person {
            assert_eq!(
                event["data"]["subject"],
                json!({ "type": "user", "id": sub, "issuer": "http://127.0.0.1:8080" })
            );
            assert_ne!(
                event["partitionkey"], same["partitionkey"],
                "unlinkable between readers"
            );
        }
    }
    let shown = serde_json::to_string(&told).unwrap();
    for hidden in [
        "\"ada\"",
        &app.bank.customers[0].user_id,
        "newsletter",
        "share-my-email",
    ] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
    for (query, code) in [
        (
            format!("subject={}", app.bank.customers[0].user_id),
            "insufficient_scope",
        ),
        ("subject_view=internal".to_owned(), "insufficient_scope"),
    ] {
        let answer = asking_as(&app, &moneytrack, &format!("events?{query}"))
            .send()
            .await;
        assert_eq!(answer.expect_status(403).json()["code"], code);
    }
    let decision = tenants
        .iter()
        .find(|event| event["type"] == "consentry.decision.recorded")
        .unwrap();
    let path = format!("events/{}", text(&decision["id"]));
    let _hidden = asking_as(&app, &moneytrack, &path)
        .send()
        .await
        .expect_status(404);
    let types = asking_as(&app, &moneytrack, "types")
        .send()
        .await
        .expect_status(200)
        .json();
    let types = types["types"].as_array().unwrap();
    assert!(
        types
            .iter()
            .all(|entry| entry["type"] != "consentry.decision.recorded")
    );
}

#[tokio::test]
async fn com_15_a_cursor_of_a_party_is_good_for_that_party_only() {
    let app = connected().await;
    let moneytrack = moneytrack_reads(&app).await;
    let tenants = now(&app).await;
    let answer = asking_as(&app, &moneytrack, "events?from=latest").send().await;
    let parties = text(&answer.expect_status(200).json()["next_cursor"]);
    assert_ne!(tenants, parties);
    for (client, cursor) in [(&moneytrack, &tenants), (&app.bank.first_party, &parties)] {
        let answer = asking_as(&app, client, &format!("events?cursor={cursor}"))
            .send()
            .await;
        assert_eq!(answer.expect_status(400).json()["code"], "cursor_mismatch");
    }
}

#[tokio::test]
async fn evt_20_parties_go_back_ninety_days() {
    let app = connected().await;
    let moneytrack = moneytrack_reads(&app).await;
    let first = asking_as(&app, &moneytrack, "events?from=earliest&limit=1")
        .send()
        .await;
    let old = text(&first.expect_status(200).json()["next_cursor"]);
    let tenants = text(&super::page(&app, "from=earliest&limit=1").await["next_cursor"]);
    let a_grant = events_of(&app, &moneytrack, "from=earliest&types=grant.created").await;
    app.clock.advance(consentry_domain::Lifetime::days(91));
    let _fresh = app.connect(&app.browser(), "ada", SCOPE).await;
    let answer = asking_as(&app, &moneytrack, &format!("events?cursor={old}"))
        .send()
        .await;
    let problem = answer.expect_status(410).json();
    assert_eq!(problem["code"], "cursor_expired");
    let oldest = app.now().minus(consentry_domain::Lifetime::days(90)).to_rfc3339();
    assert!(text(&problem["detail"]).contains(&oldest), "{problem}");
    let served = events_of(&app, &moneytrack, "from=earliest&limit=500").await;
    assert_eq!(
        served
            .iter()
            .filter(|event| event["type"] == "consentry.grant.created")
            .count(),
        1
    );
    assert!(served.iter().all(|event| text(&event["recordedtime"]) >= oldest));
    let path = format!("events/{}", text(&a_grant[0]["id"]));
    let _gone = asking_as(&app, &moneytrack, &path)
        .send()
        .await
        .expect_status(404);
    let _tenants_go_back_for_ever = events(&app, &format!("cursor={tenants}")).await;
    assert_eq!(events(&app, "from=earliest&types=grant.created").await.len(), 2);
}

#[tokio::test]
async fn people_are_named_as_the_reader_chose() {
    let app = connected().await;
    let customer = app.bank.customers[0].clone();
    let subject = |view: &'static str| {
        let app = &app;
        async move {
            let told = events(app, &format!("from=earliest&types=grant.created&{view}")).await;
            told[0]["data"]["subject"].clone()
        }
    };
    let user = |id: &str, issuer: &str| json!({ "type": "user", "id": id, "issuer": issuer });
    assert_eq!(subject("").await, user("ada", "urn:consentry:login"));
    assert_eq!(
        subject("subject_issuer=urn:consentry:customer").await,
        user(&customer.customer_id, "urn:consentry:customer")
    );
    assert_eq!(
        subject("subject_view=internal").await,
        user(&customer.user_id, "urn:consentry:subject")
    );
    assert_eq!(subject("subject_view=none").await, Value::Null);
    let client = app.bank.first_party.clone();
    change_client(&app, &client, |client| {
        let scopes = client.allowed_scopes.to_string().replace(" subjects:read", "");
        client.allowed_scopes = consentry_domain::scope::Scope::parse(&scopes).unwrap();
    })
    .await;
    for query in ["subject_view=internal", &format!("subject={}", customer.user_id)] {
        let answer = asking(&app, &format!("events?{query}"))
            .send()
            .await
            .expect_status(403);
        assert_eq!(answer.json()["code"], "insufficient_scope");
    }
    let by_ids = events(
        &app,
        "from=earliest&types=grant.created&subject_issuer=urn:consentry:subject",
    )
    .await;
    assert_eq!(by_ids[0]["data"]["subject"], Value::Null);
}

#[tokio::test]
async fn an_address_for_mail_goes_only_to_who_chose_that_issuer() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.checks.default_issuer = "urn:consentry:record-subject".to_owned())
        .await;
    let _record = written(&app, "dana@example.org", "share-my-email", "accepted").await;
    let usual = events(&app, "from=earliest&types=consent.granted").await;
    assert_eq!(usual.len(), 1);
    assert!(!serde_json::to_string(&usual).unwrap().contains("dana"));
    let chosen = events(
        &app,
        "from=earliest&types=consent.granted&subject_issuer=urn:consentry:record-subject",
    )
    .await;
    assert_eq!(chosen[0]["data"]["subject"]["id"], "dana@example.org");
}

#[tokio::test]
async fn evt_18_of_an_erased_person_only_skeletons_are_told() {
    let app = TestApp::start_in_folder().await;
    let moneytrack = moneytrack_reads(&app).await;
    let start = now(&app).await;
    app.connect(&app.browser(), "ada", SCOPE).await;
    let whole = since(&app, &start).await;
    let party_before = events_of(&app, &moneytrack, "from=earliest&types=consent.*,grant.*").await;
    let database = rusqlite::Connection::open(app.folder().join("ledger.db")).unwrap();
    database
        .execute("UPDATE consent_event SET sealed = NULL WHERE salt IS NULL", [])
        .unwrap();
    database
        .execute(
            "UPDATE consent_event_filter SET shard = NULL, subject = NULL, door = NULL, party = NULL, definition = NULL \
             WHERE subject IS NOT NULL",
            [],
        )
        .unwrap();
    let told = since(&app, &start).await;
    assert_eq!(ids(&told), ids(&whole));
    for (event, was) in told.iter().zip(&whole) {
        for kept in ["type", "time", "leafhash", "sequence", "recordedtime"] {
            assert_eq!(event[kept], was[kept], "{kept}");
        }
        for gone in ["partitionkey", "correlationid"] {
            assert_eq!(event[gone], Value::Null, "{gone}");
        }
        assert_eq!(event["subject"], "erased");
        let data = &event["data"];
        assert_eq!(data["erased"], true);
        assert_eq!((&data["subject"], &data["actor"]), (&Value::Null, &Value::Null));
        let matter = if data["consent"].is_object() {
            assert_eq!(
                data["consent"]["definition"]["id"],
                was["data"]["consent"]["definition"]["id"]
            );
            "consent"
        } else if data["grant"].is_object() {
            "grant"
        } else {
            "decision"
        };
        assert!(data[matter].as_object().unwrap().contains_key("id"), "{data}");
        assert_eq!(data[matter]["id"], Value::Null);
    }
    let party_after = events_of(&app, &moneytrack, "from=earliest&types=consent.*,grant.*").await;
    assert_eq!(ids(&party_after), ids(&party_before));
    assert!(party_after.iter().all(|event| event["data"]["erased"] == true));
    let _none = events(
        &app,
        &format!("from=earliest&subject={}", app.bank.customers[0].user_id),
    )
    .await;
}

#[tokio::test]
async fn evt_16_nothing_that_must_not_be_in_an_event_is() {
    let app = TestApp::start().await;
    let moneytrack = moneytrack_reads(&app).await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let record = json!({
        "status": "accepted", "subject": "canary-person", "actor": "canary-actor", "audience": "newsletter",
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        "titleText": "canary-title", "dataText": "canary-text", "purposeText": "canary-purpose",
        "data": { "email": "canary@example.org" }, "consentContext": { "captureMethod": "canary-context" },
    });
    let made = app.records(http::Method::POST, "/consents", Some(&record)).await;
    let made = made.expect_status(201).json();
    let path = format!("/consents/{}", text(&made["id"]));
    let _changed = patched(
        &app,
        &path,
        &json!({ "data": { "email": "canary-2@example.org" } }),
    )
    .await;
    let service = &app.bank.service;
    let refresh = tokens.refresh.unwrap();
    let forbidden = [
        "canary",
        &tokens.access,
        &refresh,
        &tokens.id.unwrap(),
        &service.client_id,
        &service.client_secret,
        &app.bank.first_party.client_secret,
        &app.bank.third_party.client_secret,
        "127.0.0.1:40000",
        "tpc_",
    ];
    for (client, query) in [
        (&app.bank.first_party, "from=earliest&limit=500"),
        (
            &app.bank.first_party,
            "from=earliest&limit=500&subject_view=internal",
        ),
        (&moneytrack, "from=earliest&limit=500"),
    ] {
        let told = serde_json::to_string(&events_of(&app, client, query).await).unwrap();
        for text in forbidden {
            assert!(!told.contains(text), "{text} is told to {}", client.client_id);
        }
    }
}
