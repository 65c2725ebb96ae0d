//! kill -9 in the middle of a load, thirty times: what was acknowledged is there, the chain holds, replay gives the rows.

use std::{
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value;

use crate::binary::{Running, free_address, request};

const ROUNDS: usize = 30;

/// Acknowledgements after which a round is cut short.
const ENOUGH: usize = 40;

#[test]
fn thirty_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        let running = Running::start(address, folder.path());
        let acknowledged = load_until_killed(running, round);
        assert!(
            acknowledged.len() >= ENOUGH,
            "round {round}: only {}",
            acknowledged.len()
        );
        all.extend(acknowledged);
        let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["verify-ledger", "--data"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(
            verified.status.success(),
            "round {round}: {}",
            String::from_utf8_lossy(&verified.stderr)
        );
    }
    let running = Running::start(address, folder.path());
    let service = running.service();
    for id in &all {
        let head = format!("GET /consent/v1/consents/{id} HTTP/1.1\r\nAuthorization: {service}");
        let (status, body) = request(address, &head, "").unwrap();
        assert_eq!(status, 200, "{id}: {body}");
    }
}

/// Eight clients write records; the process is killed once enough were acknowledged, with others under way.
fn load_until_killed(running: Running, round: usize) -> Vec<String> {
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let stop = Arc::new(AtomicBool::new(false));
    let service = running.service();
    let address = running.address;
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let (acknowledged, stop, service) = (Arc::clone(&acknowledged), Arc::clone(&stop), service.clone());
            thread::spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let body = format!(
                        r#"{{"status":"accepted","subject":"ada","actor":"ada","audience":"app-{round}-{client}-{number}",
                        "definition":{{"id":"share-my-email","version":"1.0","locale":"en-GB"}}}}"#
                    );
                    let head = format!(
                        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {service}\r\nContent-Type: application/json"
                    );
                    let Some((status, answer)) = request(address, &head, &body) else { return };
                    assert_eq!(status, 201, "{answer}");
                    let answer: Value = serde_json::from_str(&answer).unwrap();
                    acknowledged.lock().unwrap().push(answer["id"].as_str().unwrap().to_owned());
                }
            })
        })
        .collect();
    while acknowledged.lock().unwrap().len() < ENOUGH && clients.iter().any(|client| !client.is_finished()) {
        thread::yield_now();
    }
    running.kill();
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.join().unwrap();
    }
    Arc::try_unwrap(acknowledged).unwrap().into_inner().unwrap()
}
