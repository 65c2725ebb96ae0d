//! Restricting the processing of somebody's data (GDPR Art. 18; enforcement-events-evidence 10.5, DSR-20).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{assert_refused, assert_wrong, delete, get, look_up, put, request, restriction_of};

const SCOPE: &str = "openid offline_access accounts:balance";

/// What the tenant's back end is told of restrictions: the names, and the client that each is for.
async fn told(app: &TestApp) -> Vec<(String, Value)> {
    let client = &app.bank.first_party;
    let types = "types=subject.restricted,subject.released";
    let page = app
        .request(Method::GET, &format!("/events/v1/events?from=earliest&{types}"))
        .basic(&client.client_id, &client.client_secret);
    let page = page.send().await.expect_status(200).json();
    let events = page["events"].as_array().unwrap();
    let of = |event: &Value| {
        assert!(!event.to_string().contains("contested"), "{event}");
        let name = event["type"].as_str().unwrap().to_owned();
        (name, event["data"]["client"]["id"].clone())
    };
    events.iter().map(of).collect()
}

#[tokio::test]
async fn dsr_20_nothing_is_done_with_restricted_data_and_everything_is_kept() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let refresh = tokens.refresh.clone().unwrap();
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    let before = app.records_of("ada").await.len();
    let ada = restriction_of(&app, "ada").await;
    assert_refused(&get(&app, &ada).await, 404, "not_found");

    let made = put(&app, &ada, &json!({ "reason": "accuracy contested" })).await;
    let made = made.expect_status(201).json();
    assert_eq!(made["reason"], "accuracy contested");
    assert_eq!(app.introspect(&tokens.access).await, json!({ "active": false }));
    assert_eq!(app.refresh(&app.bank.third_party, &refresh).await.status(), 400);
    assert!(
        app.usable("ada", "moneytrack", &["accounts:balance"])
            .await
            .is_empty()
    );
    assert_eq!(app.records_of("ada").await.len(), before, "data stay");
    assert_eq!(get(&app, &ada).await.expect_status(200).json(), made);

    let again = put(&app, &ada, &json!({ "reason": "another" })).await;
    assert_eq!(
        again.expect_status(200).json(),
        made,
        "what is restricted stays so"
    );
    let _released = delete(&app, &ada).await.expect_status(204);
    let _again = delete(&app, &ada).await.expect_status(204);
    assert_refused(&get(&app, &ada).await, 404, "not_found");
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    let _goes_on = app
        .refresh(&app.bank.third_party, &refresh)
        .await
        .expect_status(200);
    assert_eq!(
        app.usable("ada", "moneytrack", &["accounts:balance"]).await.len(),
        1
    );
    let party = json!("moneytrack");
    assert_eq!(
        told(&app).await,
        [
            ("consentry.subject.restricted".to_owned(), Value::Null),
            ("consentry.subject.restricted".to_owned(), party.clone()),
            ("consentry.subject.released".to_owned(), Value::Null),
            ("consentry.subject.released".to_owned(), party),
        ]
    );
}

#[tokio::test]
async fn dsr_20_others_are_not_restricted() {
    let app = TestApp::start().await;
    let others = app.connect(&app.browser(), "ben", SCOPE).await;
    let ada = restriction_of(&app, "ada").await;
    let _made = put(&app, &ada, &json!({ "reason": "r" }))
        .await
        .expect_status(201);
    assert_eq!(app.introspect(&others.access).await["active"], true);
}

#[tokio::test]
async fn dsr_01_whoever_is_not_there_is_not_found_by_any_name() {
    let app = TestApp::start().await;
    for (issuer, id) in [
        ("urn:consentry:login", "nobody"),
        ("urn:nobody:knows", "ada"),
        ("urn:consentry:subject", "ada"),
        ("urn:consentry:dn", "no name"),
    ] {
        assert_refused(&look_up(&app, issuer, id).await, 404, "not_found");
    }
    let nobody = "/people/019ca832-6180-7a31-a1b2-c3d4e5f60718/restriction";
    assert_refused(
        &put(&app, nobody, &json!({ "reason": "r" })).await,
        404,
        "not_found",
    );
    assert_refused(&delete(&app, nobody).await, 404, "not_found");
    assert_refused(&delete(&app, "/people/ada/restriction").await, 404, "not_found");
}

#[tokio::test]
async fn whatever_cannot_be_right_is_told_at_once() {
    let app = TestApp::start().await;
    let ada = restriction_of(&app, "ada").await;
    assert_wrong(&put(&app, &ada, &json!({})).await, &["/reason"]);
    assert_wrong(&put(&app, &ada, &json!({ "reason": "" })).await, &["/reason"]);
    let long = json!({ "reason": "r".repeat(1025), "until": "x" });
    assert_wrong(&put(&app, &ada, &long).await, &["/reason", "/until"]);
    let asked = request(&app, Method::POST, "/people/lookup").json(&json!({ "id": 1 }));
    assert_wrong(&asked.send().await, &["/issuer", "/id"]);
    assert_refused(&get(&app, &ada).await, 404, "not_found");
}
