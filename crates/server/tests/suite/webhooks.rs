//! kill -9 while messages are on their way (WHK-10): every event reaches the receiver, those about one person in their order.
#![expect(
    clippy::disallowed_methods,
    reason = "a process of its own delivers, so what came is looked at again and again"
)]

use std::{collections::BTreeSet, sync::Arc, thread, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_testkit::{Receiver, Reply};
use serde_json::{Value, json};

use crate::binary::{Running, free_address, request};

const ROUNDS: usize = 5;

/// Records made in each round.
const RECORDS: usize = 12;

/// How long everything may take to arrive at last.
const PATIENCE: Duration = Duration::from_mins(1);

fn first_party(running: &Running) -> String {
    let client = &running.description["authorization"]["first_party"];
    let text = |name: &str| client[name].as_str().unwrap();
    let pair = format!("{}:{}", text("client_id"), text("client_secret"));
    format!("Basic {}", STANDARD.encode(pair))
}

fn posted(running: &Running, path: &str, credential: &str, body: &Value) -> Option<Value> {
    let head =
        format!("POST {path} HTTP/1.1\r\nAuthorization: {credential}\r\nContent-Type: application/json");
    let (status, answer) = request(running.address, &head, &body.to_string())?;
    assert_eq!(status, 201, "{answer}");
    serde_json::from_str(&answer).ok()
}

/// Ids of all decisions in the log, in its order.
fn decisions(running: &Running) -> Vec<String> {
    let credential = first_party(running);
    let head = format!(
        "GET /events/v1/events?types=decision.recorded&limit=500 HTTP/1.1\r\nAuthorization: {credential}"
    );
    let (status, answer) = request(running.address, &head, "").unwrap();
    assert_eq!(status, 200, "{answer}");
    let page: Value = serde_json::from_str(&answer).unwrap();
    let events = page["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whk_10_kills_while_delivering_lose_nothing_and_keep_the_order() {
    let receiver = Receiver::answering(|_| Reply {
        delay: Duration::from_millis(5),
        ..Reply::default()
    })
    .await;
    let receiver = Arc::new(receiver);
    let watched = Arc::clone(&receiver);
    tokio::task::spawn_blocking(move || kill_and_start_again(&watched))
        .await
        .unwrap();
    let all = receiver.all();
    let mut first: BTreeSet<String> = BTreeSet::new();
    let mut sequences = Vec::new();
    for message in &all {
        let event = message.json();
        if first.insert(event["id"].as_str().unwrap().to_owned()) {
            sequences.push(event["sequence"].as_str().unwrap().to_owned());
        }
    }
    assert!(sequences.is_sorted(), "all are about one person: {sequences:?}");
}

fn kill_and_start_again(receiver: &Receiver) {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let exceptions = [("CONSENTRY__EGRESS__EXCEPTIONS", "127.0.0.0/8".to_owned())];
    for round in 0..ROUNDS {
        let running = Running::start_configured(address, folder.path(), &exceptions);
        if round == 0 {
            let wish = json!({ "url": receiver.url, "types": ["decision.recorded"] });
            let _made = posted(&running, "/webhooks/v1/endpoints", &first_party(&running), &wish);
        }
        let before = receiver.all().len();
        for number in 0..RECORDS {
            let record = json!({
                "status": "accepted", "subject": "ada", "actor": "ada", "audience": format!("app-{round}-{number}"),
                "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
            });
            let _made = posted(&running, "/consent/v1/consents", &running.service(), &record);
        }
        let began = std::time::Instant::now();
        while receiver.all().len() <= before + round && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(2));
        }
        running.kill();
    }
    let running = Running::start_configured(address, folder.path(), &exceptions);
    let expected: BTreeSet<String> = decisions(&running)
        .into_iter()
        .rev()
        .take(ROUNDS * RECORDS)
        .collect();
    assert_eq!(expected.len(), ROUNDS * RECORDS);
    let began = std::time::Instant::now();
    loop {
        let came: BTreeSet<String> = receiver
            .all()
            .iter()
            .map(|message| message.header("webhook-id").to_owned())
            .collect();
        if expected.is_subset(&came) {
            break;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{} of {} came",
            came.len(),
            expected.len()
        );
        thread::sleep(Duration::from_millis(20));
    }
    assert!(running.stop().success());
}
