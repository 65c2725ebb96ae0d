//! Endpoints of third parties: verified first, told what concerns themselves, silent when they may not any more.

use consentry_testkit::{Receiver, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{as_client, at, connect, hooks, may_keep, record, until};

#[tokio::test]
async fn whk_02_whk_03_a_party_verifies_its_endpoint_and_is_told_what_concerns_itself() {
    let app = TestApp::start().await;
    let moneytrack = app.bank.third_party.clone();
    may_keep(&app, &moneytrack, true).await;
    let receiver =
        Receiver::answering(|message| Reply::status(if message.nth == 0 { 500 } else { 204 })).await;
    let own = |method: Method, path: String, body: Option<Value>| {
        let (app, moneytrack) = (&app, &moneytrack);
        async move { as_client(app, moneytrack, method, &path, body.as_ref()).await }
    };
    let made = own(
        Method::POST,
        "/endpoints".to_owned(),
        Some(json!({ "url": receiver.url })),
    )
    .await;
    let made = made.expect_status(201).json();
    assert_eq!(made["status"], "unverified");
    let of_bank = crate::world::endpoint(&app, &Receiver::start().await, &json!({})).await;
    let _foreign = own(Method::GET, at(&of_bank, ""), None).await.expect_status(404);
    let internal = json!({ "url": receiver.url, "subject_view": "internal" });
    let hidden = own(Method::POST, "/endpoints".to_owned(), Some(internal)).await;
    let _hidden = hidden.expect_status(403);

    let outbound = app.outbound();
    connect(&app, "ada").await;
    let not_yet = own(Method::POST, at(&made, "/enable"), None).await;
    let _not_yet = not_yet.expect_status(409);
    let failed = own(Method::POST, at(&made, "/test"), None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(failed["status"], "parked");
    let greeted = own(Method::POST, at(&made, "/test"), None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(greeted["status"], "delivered");
    until("it is enabled", || async {
        own(Method::GET, at(&made, ""), None).await.json()["status"] == "enabled"
    })
    .await;
    record(&app, "ada", "newsletter").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let all = receiver.first(2 + 5).await;
    for message in &all[2..] {
        let event = message.json();
        assert!(event.get("sequence").is_none(), "EVT-17");
        assert_ne!(event["data"]["subject"]["id"], "ada");
        assert_ne!(event["data"]["consent"]["audience"], "newsletter");
    }
    let kinds: Vec<String> = all[2..].iter().map(consentry_testkit::Received::kind).collect();
    assert!(kinds.contains(&"grant.ended".to_owned()), "{kinds:?}");
    assert!(
        !kinds.contains(&"consent.granted".to_owned()),
        "nothing from before it was verified"
    );

    may_keep(&app, &moneytrack, false).await;
    connect(&app, "ben").await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let told = |all: &[consentry_testkit::Received]| -> Vec<_> {
        let each = all
            .iter()
            .map(|one| (one.header("webhook-id").to_owned(), one.kind()));
        each.collect()
    };
    assert_eq!(told(&receiver.all()), told(&all), "WHK-18");
    let listed = hooks(&app, Method::GET, "/endpoints", None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        listed["endpoints"].as_array().unwrap().len(),
        2,
        "the tenant sees all"
    );
    outbound.stop().await;
}
