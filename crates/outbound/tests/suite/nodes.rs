//! Several nodes on one database, and nodes that end.

use consentry_testkit::{Receiver, TestApp, postgres::Postgres};
use serde_json::json;

use crate::world::{endpoint, record, until_status};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_deliver_each_message_once_and_one_goes_on_where_the_other_ended() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let app = TestApp::start_in_database(&url).await;
    let other = app.another_node(&url).await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "types": ["decision.recorded"] })).await;
    let (one, two) = (app.outbound(), other.outbound());
    for nth in 0..10 {
        let node = if nth % 2 == 0 { &app } else { &other };
        record(node, "ada", &format!("audience {nth}")).await;
    }
    until_status(&app, &made, "delivered", 10).await;
    assert_eq!(receiver.all().len(), 10, "none came twice");
    one.stop().await;
    for nth in 10..15 {
        record(&app, "ada", &format!("audience {nth}")).await;
    }
    until_status(&other, &made, "delivered", 15).await;
    two.stop().await;
    let third = app.outbound();
    record(&other, "ada", "last").await;
    until_status(&app, &made, "delivered", 16).await;
    third.stop().await;
    let all = receiver.all();
    assert_eq!(all.len(), 16);
    let sequences: Vec<String> = all
        .iter()
        .map(|message| message.json()["sequence"].as_str().unwrap().to_owned())
        .collect();
    assert!(sequences.is_sorted(), "about one person, in order: {sequences:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_silent_is_followed_by_another_when_its_term_is_over() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let app = TestApp::start_in_database(&url).await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "types": ["decision.recorded"] })).await;
    let tenant = app.tenant().id();
    let term = consentry_outbound::TERM;
    let held = app
        .ledger
        .take_work(tenant, ("lease", "webhooks"), "a node that died", term, "{}");
    assert!(held.await.unwrap().is_some());
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(receiver.all().is_empty(), "somebody else holds it");
    app.clock.advance(term);
    until_status(&app, &made, "delivered", 1).await;
}
