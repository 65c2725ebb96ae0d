//! Statuses beyond the four (consent-api 19, no. 1).

use consentry_domain::command::Answer as Recorded;
use consentry_door_records::messages::audit::line;
use consentry_testkit::TestApp;
use serde_json::{Value, json};

use crate::auditing::of_records;
use crate::world::{
    ADA, ada, assert_invalid, assert_refused, bank, found, get, id, made, patch, portal, put, seen,
};

/// The bank, where a record may be `restricted`, which counts as accepted, and `on-hold`, which counts as pending.
async fn with_statuses() -> TestApp {
    let app = bank().await;
    app.configure(|tenant| {
        tenant.records.additional_statuses = [
            ("restricted".to_owned(), Recorded::Accepted),
            ("on-hold".to_owned(), Recorded::Pending),
        ]
        .into();
    })
    .await;
    app
}

fn status(status: &str) -> Value {
    json!({ "status": status })
}

async fn status_of(app: &TestApp, record: &str) -> String {
    let read = get(app, &ada(app), &format!("/consents/{record}"))
        .await
        .expect_status(200);
    read.json()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn rec_19_1_no_status_beyond_the_four_unless_it_is_configured() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let refused = patch(&app, &ada(&app), id(&record), &status("restricted")).await;
    assert_invalid(&refused, "status", "INVALID_VALUE");
    let refused = get(&app, &ada(&app), "/consents?status=restricted").await;
    assert_refused(&refused, 400, "INVALID_REQUEST");

    let app = with_statuses().await;
    for wrong in ["Restricted", "restricted ", "frozen", ""] {
        let record = made(&app, &ada(&app), json!({})).await;
        let refused = patch(&app, &ada(&app), id(&record), &status(wrong)).await;
        assert_invalid(&refused, "status", "INVALID_VALUE");
        let told = refused.text();
        assert!(
            told.contains("accepted, denied, revoked, on-hold, restricted"),
            "{told}"
        );
        assert_eq!(status_of(&app, id(&record)).await, "accepted");
    }
}

#[tokio::test]
async fn rec_19_1_an_opaque_status_is_written_read_kept_and_searched() {
    let app = with_statuses().await;
    let restricted = made(&app, &ada(&app), status("restricted")).await;
    assert_eq!(restricted["status"], "restricted");
    let accepted = made(&app, &ada(&app), json!({})).await;
    let held = json!({ "status": "on-hold", "definition": { "id": "share-location" }, "dataText": null });
    let held = made(&app, &ada(&app), held).await;

    assert_eq!(status_of(&app, id(&restricted)).await, "restricted");
    for (query, expected) in [
        ("?status=restricted", vec![id(&restricted)]),
        ("?status=accepted", vec![id(&accepted)]),
        ("?status=on-hold", vec![id(&held)]),
        ("?status=pending", vec![]),
        ("?status=revoked", vec![]),
    ] {
        assert_eq!(found(&app, &ada(&app), query).await, expected, "{query}");
    }
    let page = get(
        &app,
        &portal(&app),
        "/consents?subject=ada&status=restricted&limit=1",
    )
    .await;
    assert_eq!(
        (&page.json()["count"], &page.json()["size"]),
        (&json!(1), &json!(1))
    );

    // What is left out stays; what is sent back is the same.
    let noted = patch(
        &app,
        &ada(&app),
        id(&restricted),
        &json!({ "data": { "by": "court" } }),
    )
    .await;
    assert_eq!(noted.expect_status(200).json()["status"], "restricted");
    let read = seen(&app, id(&restricted)).await;
    let back = put(&app, &portal(&app), id(&restricted), &read)
        .await
        .expect_status(200);
    assert_eq!(back.json(), read, "a change that changes nothing");

    let accepted_again = patch(&app, &ada(&app), id(&restricted), &status("accepted")).await;
    assert_eq!(accepted_again.expect_status(200).json()["status"], "accepted");
    assert_eq!(status_of(&app, id(&restricted)).await, "accepted");
}

#[tokio::test]
async fn rec_19_1_to_every_other_door_it_is_the_answer_it_counts_as() {
    let app = with_statuses().await;
    let record = made(&app, &ada(&app), status("restricted")).await;
    let stopped = patch(&app, &ada(&app), id(&record), &status("revoked")).await;
    assert_eq!(stopped.expect_status(200).json()["status"], "revoked");

    // An approval at the authorization door is a record too; its name ends with what was decided over it.
    let _tokens = app
        .connect(&app.browser(), "ada", "openid accounts:balance")
        .await;
    let records = app.records_of("ada").await;
    let shared = records
        .iter()
        .find(|record| record["definition"]["id"] == "accounts:balance")
        .unwrap();
    let named = patch(&app, &portal(&app), id(shared), &status("restricted")).await;
    assert_eq!(named.expect_status(200).json()["status"], "restricted");
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(status_of(&app, id(shared)).await, "revoked");
    let _again = app
        .connect(&app.browser(), "ada", "openid accounts:balance")
        .await;
    let names: Vec<_> = app
        .records_of("ada")
        .await
        .iter()
        .map(|record| record["status"].as_str().unwrap().to_owned())
        .collect();
    assert!(!names.contains(&"restricted".to_owned()), "{names:?}");
}

#[tokio::test]
async fn rec_19_1_the_audit_names_it_and_the_strict_table_takes_it_for_what_it_counts_as() {
    let app = with_statuses().await;
    app.configure(|tenant| tenant.records.strict_transitions = true)
        .await;
    let record = made(&app, &ada(&app), json!({})).await;
    let held = patch(&app, &ada(&app), id(&record), &status("on-hold")).await;
    assert_refused(&held, 400, "ILLEGAL_TRANSITION");
    let restricted = patch(&app, &ada(&app), id(&record), &status("restricted")).await;
    let _restricted = restricted.expect_status(200);
    let lines = of_records(&app).await;
    let last = line(lines.last().unwrap());
    assert!(
        last.contains("attrsUpdated=\"status\"") && last.contains(" status=\"restricted\""),
        "{last}"
    );
    assert!(last.contains(ADA), "{last}");
}

#[tokio::test]
async fn rec_19_1_a_status_that_is_configured_no_more_stays_where_it_is() {
    let app = with_statuses().await;
    let record = made(&app, &ada(&app), status("restricted")).await;
    app.configure(|tenant| tenant.records.additional_statuses.clear())
        .await;
    assert_eq!(status_of(&app, id(&record)).await, "restricted");
    let kept = patch(&app, &ada(&app), id(&record), &json!({ "data": [1] })).await;
    assert_eq!(kept.expect_status(200).json()["status"], "restricted");
    let other = made(&app, &ada(&app), json!({})).await;
    let refused = patch(&app, &ada(&app), id(&other), &status("restricted")).await;
    assert_invalid(&refused, "status", "INVALID_VALUE");
}
