//! PUT, PATCH and DELETE (consent-api 8.3, 13.1).

use consentry_testkit::TestApp;
use serde_json::{Value, json};

use crate::world::{
    ADA, BEN, PORTAL, UNPRIVILEGED, accepted, ada, assert_invalid, assert_refused, bank, delete, details,
    found, get, id, localization, made, patch, portal, put, seen, token,
};

/// A record of Ada with everything a client can set.
async fn full(app: &TestApp) -> Value {
    let more = json!({
        "subject": "ada",
        "actor": "ada",
        "collaborators": ["ben"],
        "titleText": "Title",
        "dataText": "Data",
        "purposeText": "Purpose",
        "data": { "a": 1, "b": [null] },
        "consentContext": { "ip": "::1" },
    });
    made(app, &portal(app), more).await
}

fn same_but(record: &Value, changes: &Value) -> Value {
    let mut expected = record.clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            expected.as_object_mut().unwrap().remove(name);
        } else {
            expected[name] = value.clone();
        }
    }
    expected
}

#[tokio::test]
async fn rec_8_3_patch_changes_what_it_names_and_leaves_the_rest() {
    let app = bank().await;
    let mut record = full(&app).await;
    for change in [
        json!({ "status": "revoked" }),
        json!({ "audience": "other-app" }),
        json!({ "collaborators": ["kim", "ben"] }),
        json!({ "titleText": "T", "dataText": "D", "purposeText": "P" }),
        json!({ "data": { "b": 2 } }),
        json!({ "data": [] }),
        json!({ "consentContext": {} }),
        json!({ "status": "accepted", "data": { "again": true } }),
    ] {
        app.pass(1);
        let answer = patch(&app, &portal(&app), id(&record), &change)
            .await
            .expect_status(200)
            .json();
        let mut expected = same_but(&record, &change);
        expected["updatedDate"] = json!(app.now().to_rfc3339_millis());
        assert_eq!(answer, expected, "{change}");
        assert_eq!(seen(&app, id(&record)).await, expected);
        record = expected;
    }
}

#[tokio::test]
async fn rec_8_3_patch_clears_with_null() {
    let app = bank().await;
    let record = full(&app).await;
    let change = json!({ "audience": null, "collaborators": null, "data": null, "consentContext": null });
    let answer = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200)
        .json();
    let expected = same_but(&record, &change);
    assert_eq!(
        same_but(&answer, &json!({ "updatedDate": record["updatedDate"] })),
        expected
    );
}

#[tokio::test]
async fn rec_8_3_patch_cannot_clear_what_a_record_cannot_be_without() {
    let app = bank().await;
    let record = full(&app).await;
    for (change, target) in [
        (json!({ "status": null }), "status"),
        (json!({ "definition": null }), "definition"),
        (json!({ "definition": { "id": null } }), "definition.id"),
        (json!({ "definition": { "version": null } }), "definition.version"),
        (json!({ "definition": { "locale": null } }), "definition.locale"),
        (json!({ "subject": null }), "subject"),
        (json!({ "actor": null }), "actor"),
    ] {
        let answer = patch(&app, &portal(&app), id(&record), &change).await;
        assert_invalid(&answer, target, "REQUIRED_VALUE");
    }
    assert_eq!(seen(&app, id(&record)).await, record);
}

#[tokio::test]
async fn rec_8_3_patch_merges_the_definition_by_member_and_nothing_else() {
    let app = bank().await;
    let record = full(&app).await;
    app.provision(&[localization("share-location", "en-GB", "2.0", Some("New title"))])
        .await;
    let change = json!({ "definition": { "version": "2.0" } });
    let answer = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        answer["definition"],
        json!({ "id": "share-location", "version": "2.0", "currentVersion": "2.0", "locale": "en-GB" })
    );
    assert_eq!(
        answer["titleText"], "Title",
        "texts stay: they are what was shown"
    );
    let change = json!({ "titleText": null, "dataText": null, "purposeText": null });
    let answer = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["titleText"], "New title");
    assert_eq!(answer["dataText"], "data of share-location en-GB 2.0");
    assert_eq!(answer["purposeText"], "purpose of share-location en-GB 2.0");
    let change = json!({ "definition": { "locale": "NL-nl", "version": "1.0" }, "titleText": null });
    let answer = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["definition"]["locale"], "nl-NL");
    assert!(answer.get("titleText").is_none(), "that wording has none");
}

#[tokio::test]
async fn rec_8_3_what_changes_nothing_leaves_no_trace() {
    let app = bank().await;
    let record = full(&app).await;
    let events = app.event_kinds().await;
    app.pass(60);
    for change in [
        json!({}),
        json!({ "unknown": 1, "id": "x", "updatedDate": null }),
        json!({ "status": "accepted" }),
        json!({ "subject": "ada", "actor": "ada", "audience": "store-app" }),
        json!({ "data": { "b": [null], "a": 1 }, "collaborators": ["ben", "ben"] }),
        json!({ "definition": {} }),
        json!({ "definition": { "locale": "EN-gb", "version": "1.2" } }),
        record.clone(),
    ] {
        let answer = patch(&app, &portal(&app), id(&record), &change)
            .await
            .expect_status(200)
            .json();
        assert_eq!(answer, record, "{change}");
    }
    let answer = put(&app, &portal(&app), id(&record), &record)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer, record);
    assert_eq!(app.event_kinds().await, events);
}

#[tokio::test]
async fn rec_8_3_numbers_that_are_written_otherwise_are_a_change() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let body = br#"{"data":{"n":1.0}}"#;
    for bytes in [body.as_slice(), br#"{"data":{"n":1.00}}"#] {
        let sent = crate::world::request(
            &app,
            &ada(&app),
            http::Method::PATCH,
            &format!("/consents/{}", id(&record)),
        )
        .header("content-type", "application/json")
        .body(bytes);
        let text = sent.send().await.expect_status(200).text().to_owned();
        let data = std::str::from_utf8(bytes)
            .unwrap()
            .trim_start_matches('{')
            .trim_end_matches('}');
        assert!(text.contains(data), "{text}");
    }
}

#[tokio::test]
async fn rec_8_3_updated_moves_strictly_with_every_change_even_when_no_time_passes() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let mut last = record["updatedDate"].as_str().unwrap().to_owned();
    for count in 0..3 {
        let change = json!({ "data": { "count": count } });
        let answer = patch(&app, &ada(&app), id(&record), &change)
            .await
            .expect_status(200)
            .json();
        let now = answer["updatedDate"].as_str().unwrap().to_owned();
        assert!(now > last, "{now} after {last}");
        assert_eq!(answer["createdDate"], record["createdDate"]);
        assert_eq!(answer["id"], record["id"]);
        last = now;
    }
    assert_eq!(seen(&app, id(&record)).await["updatedDate"], last);
}

#[tokio::test]
async fn rec_8_3_put_replaces_and_clears_what_is_left_out() {
    let app = bank().await;
    let record = full(&app).await;
    app.pass(1);
    let body = json!({
        "status": "denied",
        "definition": { "id": "share-location", "version": "1.1", "locale": "en-GB" },
        "consentContext": null,
    });
    let answer = put(&app, &portal(&app), id(&record), &body)
        .await
        .expect_status(200)
        .json();
    let changes = json!({
        "status": "denied",
        "audience": null,
        "collaborators": null,
        "data": null,
        "consentContext": null,
        "titleText": "Find shops near you",
        "dataText": "data of share-location en-GB 1.1",
        "purposeText": "purpose of share-location en-GB 1.1",
        "updatedDate": app.now().to_rfc3339_millis(),
    });
    let mut expected = same_but(&record, &changes);
    expected["definition"]["version"] = json!("1.1");
    assert_eq!(answer, expected);
    assert_eq!(seen(&app, id(&record)).await, expected);
}

#[tokio::test]
async fn rec_8_3_put_needs_status_and_definition() {
    let app = bank().await;
    let record = full(&app).await;
    for (more, target) in [
        (json!({ "status": null }), "status"),
        (json!({ "definition": null }), "definition"),
        (
            json!({ "definition": { "version": "1.2", "locale": "en-GB" } }),
            "definition.id",
        ),
    ] {
        let answer = put(&app, &portal(&app), id(&record), &accepted(more)).await;
        assert_invalid(&answer, target, "REQUIRED_VALUE");
    }
    let mut with_null = accepted(json!({}));
    with_null["status"] = Value::Null;
    assert_invalid(
        &put(&app, &portal(&app), id(&record), &with_null).await,
        "status",
        "REQUIRED_VALUE",
    );
    assert_eq!(seen(&app, id(&record)).await, record);
}

#[tokio::test]
async fn rec_8_3_put_without_identities_keeps_them_for_a_privileged_requester() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": "ben" })).await;
    let mut nulls = accepted(json!({ "data": { "a": 1 } }));
    nulls["subject"] = Value::Null;
    nulls["actor"] = Value::Null;
    for body in [accepted(json!({})), nulls] {
        let answer = put(&app, &portal(&app), id(&record), &body)
            .await
            .expect_status(200)
            .json();
        for name in ["subject", "subjectDN", "actor", "actorDN"] {
            assert_eq!(answer[name], record[name], "{name}");
        }
    }
}

#[tokio::test]
async fn rec_8_3_put_without_identities_is_the_requesters_own_for_an_ordinary_one() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": "ben" })).await;
    let bearer = token(&app, "ada", UNPRIVILEGED).await;
    let own = app.bank.customers[0].user_id.as_str();
    for (who, text) in [(ada(&app), ADA), (bearer, own)] {
        let body = accepted(json!({ "data": { "by": text } }));
        let answer = put(&app, &who, id(&record), &body)
            .await
            .expect_status(200)
            .json();
        for (name, value) in [
            ("subject", text),
            ("actor", text),
            ("subjectDN", ADA),
            ("actorDN", ADA),
        ] {
            assert_eq!(answer[name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn rec_8_3_put_to_an_unknown_id_never_creates() {
    let app = bank().await;
    for unknown in [
        "11111111-2222-4333-8444-555555555555",
        "x",
        "11111111222243338444555555555555",
    ] {
        let answer = put(&app, &portal(&app), unknown, &accepted(json!({}))).await;
        assert_refused(&answer, 404, "NOT_FOUND");
    }
    assert!(found(&app, &portal(&app), "").await.is_empty());
}

#[tokio::test]
async fn rec_8_3_a_client_can_send_back_what_it_read() {
    let app = bank().await;
    let record = full(&app).await;
    let mut body = record.clone();
    body["status"] = json!("revoked");
    let answer = put(&app, &portal(&app), id(&record), &body)
        .await
        .expect_status(200)
        .json();
    let expected = same_but(&record, &json!({ "status": "revoked" }));
    assert_eq!(
        same_but(&answer, &json!({ "updatedDate": record["updatedDate"] })),
        expected
    );
}

#[tokio::test]
async fn rec_8_2_an_old_record_stays_changeable_under_a_new_configuration() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    app.provision(&[localization("share-location", "en-GB", "3.0", None)])
        .await;
    let answer = patch(&app, &ada(&app), id(&record), &json!({ "status": "revoked" })).await;
    assert_eq!(answer.expect_status(200).json()["definition"]["version"], "1.2");
    let newer = json!({ "definition": { "version": "3.1" } });
    let answer = patch(&app, &ada(&app), id(&record), &newer).await;
    assert_invalid(&answer, "definition.version", "VERSION_NOT_AVAILABLE");
}

#[tokio::test]
async fn rec_8_2_14_leaving_pending_needs_version_and_locale() {
    let app = bank().await;
    let more = json!({ "status": "pending", "definition": { "id": "share-location" } });
    let record = made(&app, &ada(&app), more).await;
    let answer = patch(&app, &ada(&app), id(&record), &json!({ "status": "accepted" })).await;
    let required = ["definition.locale", "definition.version"];
    assert_eq!(
        details(&answer),
        required.map(|target| (target.to_owned(), "REQUIRED_VALUE".to_owned()))
    );
    let half = json!({ "definition": { "version": "1.2" } });
    let answer = patch(&app, &ada(&app), id(&record), &half)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["definition"]["version"], "1.2");
    let answered = json!({ "status": "accepted", "definition": { "locale": "en-GB" } });
    let answer = patch(&app, &ada(&app), id(&record), &answered)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["status"], "accepted");
    assert_eq!(
        answer["titleText"], "Find shops around you",
        "filled in now that the wording is known"
    );
}

#[tokio::test]
async fn rec_8_3_a_privileged_requester_moves_a_record_to_its_real_subject() {
    let app = bank().await;
    let more = json!({ "status": "pending", "subject": "request-77" });
    let record = made(&app, &portal(&app), more).await;
    assert!(record.get("subjectDN").is_none());
    let change = json!({ "status": "accepted", "subject": "ada", "actor": "ada" });
    let answer = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&answer["id"], &answer["createdDate"]),
        (&record["id"], &record["createdDate"])
    );
    assert_eq!(
        (&answer["subjectDN"], &answer["actorDN"]),
        (&json!(ADA), &json!(ADA))
    );
    assert_eq!(found(&app, &ada(&app), "").await, [id(&record)]);
    assert!(found(&app, &portal(&app), "?subject=request-77").await.is_empty());
    let moved = json!({ "subject": BEN });
    let answer = patch(&app, &portal(&app), id(&record), &moved)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&answer["subject"], &answer["actor"]),
        (&json!(BEN), &json!("ada"))
    );
    assert!(found(&app, &ada(&app), "").await.is_empty());
}

#[tokio::test]
async fn rec_13_1_delete_is_204_without_a_body_and_then_404() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": PORTAL })).await;
    let answer = delete(&app, &portal(&app), id(&record)).await.expect_status(204);
    assert_eq!(answer.text(), "");
    assert_eq!(answer.header("content-type"), None);
    let path = format!("/consents/{}", id(&record));
    assert_refused(&get(&app, &portal(&app), &path).await, 404, "NOT_FOUND");
    assert_refused(&delete(&app, &portal(&app), id(&record)).await, 404, "NOT_FOUND");
    let change = json!({ "status": "revoked" });
    assert_refused(
        &patch(&app, &portal(&app), id(&record), &change).await,
        404,
        "NOT_FOUND",
    );
    assert_refused(
        &put(&app, &portal(&app), id(&record), &accepted(json!({}))).await,
        404,
        "NOT_FOUND",
    );
    assert!(found(&app, &portal(&app), "?subject=ada").await.is_empty());
    for unknown in ["11111111-2222-4333-8444-555555555555", "x"] {
        assert_refused(&delete(&app, &portal(&app), unknown).await, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn rec_15_without_a_condition_the_last_write_wins_and_none_is_lost() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let (data, context, audience) = (
        json!({ "data": { "x": 1 } }),
        json!({ "consentContext": { "y": 2 } }),
        json!({ "audience": "elsewhere" }),
    );
    let who = ada(&app);
    let answers = tokio::join!(
        patch(&app, &who, id(&record), &data),
        patch(&app, &who, id(&record), &context),
        patch(&app, &who, id(&record), &audience),
    );
    for answer in [answers.0, answers.1, answers.2] {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
    let after = seen(&app, id(&record)).await;
    assert_eq!(after["data"], data["data"]);
    assert_eq!(after["consentContext"], context["consentContext"]);
    assert_eq!(after["audience"], "elsewhere");
}
