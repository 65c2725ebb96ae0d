//! Receivers that fail, are slow, dead, gone, or not to be reached.

use std::time::Duration;

use consentry_testkit::{Received, Receiver, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{at, deliveries, endpoint, hooks, now, record, until, until_status};

const DECISIONS: &str = "decision.recorded";

fn decisions() -> Value {
    json!({ "types": [DECISIONS] })
}

/// Waits until the only message was tried so often.
async fn until_tried(app: &TestApp, made: &Value, count: u64) {
    until(&format!("{count} attempts"), || async {
        let all = deliveries(app, made, "").await;
        all.first().is_some_and(|first| first["attempt_count"] == count)
    })
    .await;
}

#[tokio::test]
async fn whk_09_a_message_is_tried_as_planned_and_then_parked_and_can_be_asked_for() {
    let app = TestApp::start().await;
    let receiver =
        Receiver::answering(|message| Reply::status(if message.nth < 6 { 500 } else { 200 })).await;
    let mut wish = decisions();
    wish["retry_profile"] = json!("short");
    let made = endpoint(&app, &receiver, &wish).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    for (nth, seconds) in (1..).zip([5, 15, 45, 90, 145]) {
        until_tried(&app, &made, nth).await;
        let waiting = deliveries(&app, &made, "?status=waiting").await.remove(0);
        assert_eq!(waiting["attempt_count"], nth);
        // A tenth early is never too early; two tenths late are never too late.
        app.pass(seconds * 8 / 10);
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(receiver.all().len() as u64, nth, "not before it is due");
        app.pass(seconds * 4 / 10 + 1);
    }
    until_status(&app, &made, "parked", 1).await;
    app.pass(100_000);
    let parked = deliveries(&app, &made, "").await.remove(0);
    let path = format!("/deliveries/{}", parked["id"].as_str().unwrap());
    let whole = hooks(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(whole["attempts"].as_array().unwrap().len(), 6);
    assert_eq!(whole["attempts"][5]["status"], 500);
    assert!(now(&app, &made).await["failing_since"].is_string());
    let wish = json!({ "from": "2020-01-01T00:00:00Z", "only_failed": true });
    let asked = hooks(&app, Method::POST, &at(&made, "/replay"), Some(&wish)).await;
    let _accepted = asked.expect_status(202);
    until_status(&app, &made, "delivered", 1).await;
    let all = receiver.all();
    assert_eq!(all.len(), 7);
    let id = all[0].header("webhook-id");
    assert!(all.iter().all(|message| message.header("webhook-id") == id));
    assert!(all.iter().all(|message| message.body == all[0].body), "WHK-17");
    assert_eq!(all[6].header("consentry-attempt"), "7");
    assert_ne!(
        all[0].header("webhook-signature"),
        all[6].header("webhook-signature"),
        "WHK-06: each attempt has its own"
    );
    assert!(now(&app, &made).await["failing_since"].is_null());
}

#[tokio::test]
async fn retry_after_moves_the_next_attempt_and_slows_the_endpoint_down() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|message| Reply {
        status: if message.nth == 0 { 503 } else { 200 },
        retry_after: Some("600".to_owned()),
        ..Reply::default()
    })
    .await;
    let made = endpoint(&app, &receiver, &decisions()).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    until_tried(&app, &made, 1).await;
    record(&app, "ben", "two").await;
    until_status(&app, &made, "waiting", 2).await;
    app.pass(599);
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(
        receiver.all().len(),
        1,
        "nothing is sent before the receiver wants it"
    );
    app.pass(1);
    until_status(&app, &made, "delivered", 2).await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_switches_its_endpoint_off_and_enabling_goes_on_where_it_stood() {
    let app = TestApp::start().await;
    let receiver =
        Receiver::answering(|message| Reply::status(if message.nth == 0 { 410 } else { 200 })).await;
    let made = endpoint(&app, &receiver, &decisions()).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    until("it is disabled", || async {
        now(&app, &made).await["status"] == "disabled"
    })
    .await;
    assert_eq!(now(&app, &made).await["disabled_reason"], "gone");
    let page = app
        .request(Method::GET, "/events/v1/events?types=webhook.endpoint_disabled")
        .basic(
            &app.bank.first_party.client_id,
            &app.bank.first_party.client_secret,
        )
        .send()
        .await;
    assert_eq!(
        page.expect_status(200).json()["events"].as_array().unwrap().len(),
        1
    );
    record(&app, "ada", "two").await;
    record(&app, "ada", "three").await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(receiver.all().len(), 1);
    let _on = hooks(&app, Method::POST, &at(&made, "/enable"), None)
        .await
        .expect_status(200);
    until_status(&app, &made, "delivered", 2).await;
    assert_eq!(now(&app, &made).await["status"], "enabled");
}

#[tokio::test]
async fn an_endpoint_that_resumes_now_leaves_out_what_it_missed() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let mut wish = decisions();
    wish["resume"] = json!("now");
    let made = endpoint(&app, &receiver, &wish).await;
    let _off = hooks(&app, Method::POST, &at(&made, "/disable"), None)
        .await
        .expect_status(200);
    record(&app, "ada", "missed").await;
    let _on = hooks(&app, Method::POST, &at(&made, "/enable"), None)
        .await
        .expect_status(200);
    record(&app, "ada", "told").await;
    let _outbound = app.outbound();
    until_status(&app, &made, "delivered", 1).await;
    assert_eq!(receiver.all().len(), 1);
}

#[tokio::test]
async fn whk_12_an_endpoint_that_fails_for_five_days_is_switched_off() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|_| Reply::status(500)).await;
    let mut wish = decisions();
    wish["retry_profile"] = json!("short");
    wish["order"] = json!("none");
    let made = endpoint(&app, &receiver, &wish).await;
    let _outbound = app.outbound();
    for nth in 0..10 {
        record(&app, "ada", &format!("audience {nth}")).await;
    }
    let _ten = receiver.first(10).await;
    assert_eq!(now(&app, &made).await["status"], "enabled");
    app.pass(5 * 86_400);
    until("it is disabled", || async {
        now(&app, &made).await["status"] == "disabled"
    })
    .await;
    assert_eq!(now(&app, &made).await["disabled_reason"], "failing");
}

#[tokio::test]
async fn whk_14_slow_and_dead_receivers_delay_nobody_else() {
    let app = TestApp::start().await;
    // Answers nothing as long as the test lasts: whatever comes elsewhere does not wait for it.
    let silent = Receiver::answering(|_| Reply {
        delay: Duration::from_mins(10),
        ..Reply::default()
    })
    .await;
    let dead = Receiver::start().await;
    let mut wish = decisions();
    wish["timeout_s"] = json!(30);
    wish["order"] = json!("none");
    wish["max_in_flight"] = json!(64);
    // The clock stands still, so what is allowed in a second is all that is sent.
    wish["rate_per_s"] = json!(1_000);
    let mut lame = Vec::new();
    for receiver in [&silent, &silent, &dead] {
        lame.push(endpoint(&app, receiver, &wish).await);
    }
    drop(dead);
    let healthy = Receiver::start().await;
    let mut own = decisions();
    own["rate_per_s"] = json!(1_000);
    let made = endpoint(&app, &healthy, &own).await;
    let outbound = app.outbound();
    for nth in 0..200 {
        record(&app, "ada", &format!("audience {nth}")).await;
    }
    let all = healthy.first(200).await;
    until_status(&app, &made, "delivered", 200).await;
    let sequence = |message: &Received| message.json()["sequence"].as_str().unwrap().to_owned();
    assert!(
        all.iter().map(sequence).is_sorted(),
        "one person's messages, in order"
    );
    for endpoint in &lame {
        assert_eq!(deliveries(&app, endpoint, "?status=delivered").await.len(), 0);
    }
    // A tenant has room for 64 messages on their way, beside one of each endpoint.
    assert!(silent.all().len() <= 64 + 2, "{}", silent.all().len());
    drop(outbound);
}

#[tokio::test]
async fn whk_13_a_long_answer_is_cut_and_taken() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|_| Reply {
        status: 200,
        body: "x".repeat(1_000_000),
        ..Reply::default()
    })
    .await;
    let made = endpoint(&app, &receiver, &decisions()).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    until_status(&app, &made, "delivered", 1).await;
    let one = deliveries(&app, &made, "").await.remove(0);
    let path = format!("/deliveries/{}", one["id"].as_str().unwrap());
    let whole = hooks(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(whole["attempts"][0]["answer"].as_str().unwrap().len(), 1_024);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|_| Reply::status(307)).await;
    let made = endpoint(&app, &receiver, &decisions()).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    until_tried(&app, &made, 1).await;
    until_status(&app, &made, "waiting", 1).await;
    assert_eq!(receiver.all().len(), 1);
}

#[tokio::test]
async fn a_strict_endpoint_stops_at_the_first_message_that_is_given_up() {
    let app = TestApp::start().await;
    let receiver =
        Receiver::answering(|message| Reply::status(if message.nth < 6 { 500 } else { 200 })).await;
    let mut wish = decisions();
    wish["retry_profile"] = json!("short");
    wish["order"] = json!("strict");
    let made = endpoint(&app, &receiver, &wish).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    record(&app, "ben", "two").await;
    for nth in 1..6 {
        let _came = receiver.first(nth).await;
        until("it was tried", || async {
            let all = deliveries(&app, &made, "").await;
            all.iter().any(|one| one["attempt_count"] == nth)
        })
        .await;
        app.pass(200);
    }
    until("it is disabled", || async {
        now(&app, &made).await["status"] == "disabled"
    })
    .await;
    assert_eq!(now(&app, &made).await["disabled_reason"], "parked");
    let parked = deliveries(&app, &made, "?status=parked").await.remove(0);
    let again = format!("/deliveries/{}/retry", parked["id"].as_str().unwrap());
    let _accepted = hooks(&app, Method::POST, &again, None).await.expect_status(202);
    let _on = hooks(&app, Method::POST, &at(&made, "/enable"), None)
        .await
        .expect_status(200);
    until_status(&app, &made, "delivered", 2).await;
    let all = receiver.all();
    assert_eq!(
        all[6].header("webhook-id"),
        parked["webhook_id"].as_str().unwrap()
    );
    assert_ne!(all[7].header("webhook-id"), all[6].header("webhook-id"));
}
