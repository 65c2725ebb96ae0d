//! kill -9 of the node and of the NATS server while what happens is mirrored (EVT-31, EVT-32): each event once, in the order of the log.
#![expect(
    clippy::disallowed_methods,
    reason = "processes of their own do the work, so what became of it is looked at again and again"
)]

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_testkit::nats::{self, Nats};
use serde_json::Value;

use crate::binary::{Running, free_address, request};

const STREAM: &str = "CONSENTRY_HARBOR";

const ROUNDS: usize = 4;

/// Records made in a round before something is killed, with others under way.
const RECORDS: usize = 60;

/// How long everything may take to arrive at last.
const PATIENCE: Duration = Duration::from_secs(30);

fn start(address: std::net::SocketAddr, folder: &Path, nats: &Nats) -> Running {
    let keys = [
        ("CONSENTRY__NATS__URLS", nats.url()),
        ("CONSENTRY__NATS__USER", nats::USER.0.to_owned()),
        (
            "CONSENTRY__NATS__PASSWORD_FILE",
            nats.password_file().display().to_string(),
        ),
        ("CONSENTRY__NATS__DEADLINE_SECONDS", "2".to_owned()),
    ];
    Running::start_configured(address, folder, &keys)
}

/// Writes records over several connections until enough were acknowledged and `end` has done its work.
fn write_until(running: &Running, round: usize, end: impl FnOnce()) {
    let made = AtomicUsize::new(0);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let service = running.service();
    thread::scope(|scope| {
        for writer in 0..4 {
            let (made, is_over, service) = (&made, &is_over, &service);
            scope.spawn(move || {
                for nth in 0.. {
                    if is_over.load(Ordering::SeqCst) {
                        return;
                    }
                    let body = format!(
                        r#"{{"status":"accepted","subject":"ada","actor":"ada","audience":"app-{round}-{writer}-{nth}",
                        "definition":{{"id":"share-my-email","version":"1.0","locale":"en-GB"}}}}"#
                    );
                    let head = format!(
                        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {service}\r\nContent-Type: application/json"
                    );
                    let Some((status, answer)) = request(running.address, &head, &body) else {
                        return;
                    };
                    assert_eq!(status, 201, "{answer}");
                    made.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while made.load(Ordering::SeqCst) < RECORDS {
            thread::yield_now();
        }
        end();
        is_over.store(true, Ordering::SeqCst);
    });
}

/// Ids of all events, in the order of the log.
fn log(running: &Running) -> Vec<String> {
    let client = &running.description["authorization"]["first_party"];
    let text = |name: &str| client[name].as_str().unwrap();
    let pair = format!("{}:{}", text("client_id"), text("client_secret"));
    let credential = format!("Basic {}", STANDARD.encode(pair));
    let mut ids = Vec::new();
    let mut query = "from=earliest".to_owned();
    loop {
        let head = format!("GET /events/v1/events?limit=500&{query} HTTP/1.1\r\nAuthorization: {credential}");
        let (status, answer) = request(running.address, &head, "").unwrap();
        assert_eq!(status, 200, "{answer}");
        let page: Value = serde_json::from_str(&answer).unwrap();
        let events = page["events"].as_array().unwrap();
        ids.extend(
            events
                .iter()
                .map(|event| event["id"].as_str().unwrap().to_owned()),
        );
        query = format!("cursor={}", page["next_cursor"].as_str().unwrap());
        if page["has_more"] == false {
            return ids;
        }
    }
}

#[test]
fn evt_32_kills_of_node_and_server_leave_each_event_once_and_in_order() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let mut nats = Nats::start();
    for round in 0..ROUNDS {
        let running = start(address, folder.path(), &nats);
        if round == 1 {
            write_until(&running, round, || nats.kill());
            write_until(&running, round + 100, || nats.start_again());
        } else {
            write_until(&running, round, || {});
        }
        running.kill();
    }
    let running = start(address, folder.path(), &nats);
    let all = log(&running);
    let wanted = u64::try_from(all.len()).unwrap();
    assert!(wanted > 500, "{wanted}");
    let arriving = async {
        while nats.count(STREAM).await < wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        nats.stored(STREAM).await
    };
    let stored = runtime
        .block_on(async { tokio::time::timeout(PATIENCE, arriving).await })
        .unwrap();
    let ids: Vec<String> = stored.into_iter().map(|message| message.id).collect();
    assert_eq!(ids, all);
    assert!(running.stop().success());
}

#[test]
fn evt_33_a_manifest_with_a_name_that_needs_escaping_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.toml");
    std::fs::write(
        &manifest,
        "[[tenants]]\nslug = \"Har.bor\"\nlocale = \"en\"\nbrand = { name = \"H\" }\n",
    )
    .unwrap();
    let apply = |url: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["apply", "--file"])
            .arg(&manifest)
            .arg("--data")
            .arg(folder.path().join("ledger"))
            .env("CONSENTRY__NATS__URLS", url)
            .output()
            .unwrap()
    };
    let refused = apply("nats://127.0.0.1:4222");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("can be no part of a NATS subject"), "{told}");
}
