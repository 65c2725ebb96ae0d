//! kill -9 in the middle of a load at several doors, thirty times: what was acknowledged is there, the chain holds, replay gives the
//! rows, and what was taken back stays so. And of one of two nodes on PostgreSQL: the other one knows all of it and goes on.

use std::{
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

use crate::{
    apply::{CARLA, EXAMPLE, applied, ask},
    binary::{Running, free_address, request},
    databases,
    wire::{Visitor, basic},
};

const ROUNDS: usize = 30;

/// Acknowledgements after which a round is cut short.
const ENOUGH: usize = 40;

/// Answers that were given before the process was killed. What was under way then is not here: it may have come to be or not.
#[derive(Default)]
struct Acknowledged {
    /// Records and the status each must have.
    records: Vec<(String, &'static str)>,
    /// Access tokens of people who approved, and whether each must count; by customer.
    tokens: Vec<(usize, String, bool)>,
}

impl Acknowledged {
    fn count(&self) -> usize {
        self.records.len() + self.tokens.len()
    }
}

/// What the clients of one round share.
#[derive(Clone)]
struct Load {
    acknowledged: Arc<Mutex<Acknowledged>>,
    stop: Arc<AtomicBool>,
    service: String,
    /// What records say beside their audience.
    record: &'static str,
}

/// A record of one of the demo's customers.
const OF_ADA: &str = r#""subject":"ada","actor":"ada",
    "definition":{"id":"share-my-email","version":"1.0","locale":"en-GB"}"#;

/// A record of whoever makes it.
const OF_CARLA: &str = r#""definition":{"id":"share-location","version":"1.0","locale":"en-GB"}"#;

/// Kills of a node beside which another one goes on.
const KILLED_NODES: usize = 6;

#[test]
fn thirty_kills_lose_nothing_that_was_acknowledged_at_any_door() {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let mut all = Acknowledged::default();
    let (mut counting, mut withdrawn) = (0, 0);
    for round in 0..ROUNDS {
        let running = Running::start(address, folder.path());
        if round > 0 {
            assert_tokens(&running, &all);
            all.tokens.clear();
        }
        let acknowledged = load_until_killed(running, round);
        assert!(
            acknowledged.count() >= ENOUGH,
            "round {round}: only {}",
            acknowledged.count()
        );
        all.records.extend(acknowledged.records);
        counting += acknowledged.tokens.iter().filter(|(.., counts)| *counts).count();
        withdrawn += acknowledged.tokens.iter().filter(|(.., counts)| !counts).count();
        all.tokens.extend(acknowledged.tokens);
        assert_sound(folder.path(), round);
    }
    let running = Running::start(address, folder.path());
    assert_tokens(&running, &all);
    let service = running.service();
    for (id, status) in &all.records {
        let head = format!("GET /consent/v1/consents/{id} HTTP/1.1\r\nAuthorization: {service}");
        let (code, body) = request(address, &head, "").unwrap();
        assert_eq!(code, 200, "{id}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["status"], *status, "{id}");
    }
    let statuses = |status| all.records.iter().filter(|(_, own)| *own == status).count();
    assert!(statuses("accepted") > 0 && statuses("revoked") > 0);
    assert!(counting > 0 && withdrawn > 0, "{counting} {withdrawn}");
}

#[test]
fn a_node_on_postgresql_that_is_killed_takes_nothing_with_it_that_was_acknowledged() {
    let house = databases::House::new();
    let _applied = house.apply(EXAMPLE);
    let other = house.serve();
    let mut all = Vec::new();
    for round in 0..KILLED_NODES {
        let node = house.serve();
        let load = Load {
            acknowledged: Arc::default(),
            stop: Arc::default(),
            service: basic(&json!("carla"), &json!(CARLA)),
            record: OF_CARLA,
        };
        let write_at = |running: &Running, name: String| {
            let (load, address) = (load.clone(), running.address);
            thread::spawn(move || write_records(&load, address, &name))
        };
        let mut clients: Vec<_> = (0..4)
            .map(|client| write_at(&node, format!("{round}-{client}")))
            .collect();
        clients.push(write_at(&other, format!("{round}-other")));
        let count = || load.acknowledged.lock().unwrap().count();
        while count() < ENOUGH {
            thread::yield_now();
        }
        node.kill();
        // The node that is left goes on by itself.
        let before = count();
        while count() < before + 5 {
            thread::yield_now();
        }
        load.stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.join().unwrap();
        }
        all.extend(std::mem::take(&mut load.acknowledged.lock().unwrap().records));
        applied(&house.run(&["verify-ledger"]));
    }
    for (id, status) in &all {
        let (code, record) = ask(&other, "GET", &format!("/consents/{id}"), ("carla", CARLA), "");
        assert_eq!((code, record["status"].as_str()), (200, Some(*status)), "{id}");
    }
    assert!(all.len() >= KILLED_NODES * ENOUGH);
    assert!(other.stop().success());
}

/// Every approval that an app held tokens of counts, unless its end was acknowledged.
fn assert_tokens(running: &Running, all: &Acknowledged) {
    for (customer, token, counts) in &all.tokens {
        let visitor = Visitor::new(running, *customer);
        assert_eq!(visitor.is_active(token), *counts, "customer {customer}");
    }
}

/// Chain, commitments, and that replay gives the rows.
fn assert_sound(folder: &Path, round: usize) {
    let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        verified.status.success(),
        "round {round}: {}",
        String::from_utf8_lossy(&verified.stderr)
    );
}

/// Clients at several doors write; the process is killed once enough was acknowledged, with others under way.
fn load_until_killed(running: Running, round: usize) -> Acknowledged {
    let load = Load {
        acknowledged: Arc::default(),
        stop: Arc::default(),
        service: running.service(),
        record: OF_ADA,
    };
    let address = running.address;
    let mut clients: Vec<_> = (0..6)
        .map(|client| {
            let load = load.clone();
            thread::spawn(move || write_records(&load, address, &format!("{round}-{client}")))
        })
        .collect();
    for customer in 0..2 {
        let (load, visitor) = (load.clone(), Visitor::new(&running, customer));
        clients.push(thread::spawn(move || {
            connect_and_take_back(&load, visitor, customer);
        }));
    }
    // In every second round people have taken back what they gave, too.
    let people = |acknowledged: &Acknowledged| {
        let mut tokens = acknowledged.tokens.iter();
        tokens.any(|(.., counts)| round.is_multiple_of(2) == *counts)
    };
    loop {
        let enough = {
            let acknowledged = load.acknowledged.lock().unwrap();
            acknowledged.count() >= ENOUGH && people(&acknowledged)
        };
        if enough || clients.iter().all(thread::JoinHandle::is_finished) {
            break;
        }
        thread::yield_now();
    }
    running.kill();
    load.stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.join().unwrap();
    }
    std::mem::take(&mut *load.acknowledged.lock().unwrap())
}

/// Makes records and takes every third one back.
fn write_records(load: &Load, address: std::net::SocketAddr, name: &str) {
    for number in 0.. {
        if load.stop.load(Ordering::SeqCst) {
            return;
        }
        let record = load.record;
        let body = format!(r#"{{"status":"accepted","audience":"app-{name}-{number}",{record}}}"#);
        let head = |line: &str| {
            format!(
                "{line} HTTP/1.1\r\nAuthorization: {}\r\nContent-Type: application/json",
                load.service
            )
        };
        let made = request(address, &head("POST /consent/v1/consents"), &body);
        let Some((status, answer)) = made else { return };
        assert_eq!(status, 201, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let id = answer["id"].as_str().unwrap().to_owned();
        if number % 3 > 0 {
            load.acknowledged.lock().unwrap().records.push((id, "accepted"));
            continue;
        }
        let line = format!("PATCH /consent/v1/consents/{id}");
        let Some((status, answer)) = request(address, &head(&line), r#"{"status":"revoked"}"#) else {
            return;
        };
        assert_eq!(status, 200, "{answer}");
        load.acknowledged.lock().unwrap().records.push((id, "revoked"));
    }
}

/// A person connects an app twice, and then the bank takes everything back, over and over.
fn connect_and_take_back(load: &Load, mut visitor: Visitor, customer: usize) {
    while !load.stop.load(Ordering::SeqCst) {
        for _ in 0..2 {
            let Some(token) = visitor.approve().and_then(|code| visitor.redeem(&code)) else {
                return;
            };
            load.acknowledged
                .lock()
                .unwrap()
                .tokens
                .push((customer, token, true));
        }
        // From here until the answer comes, nobody can say whether these still count.
        let withdrawn: Vec<_> = {
            let mut acknowledged = load.acknowledged.lock().unwrap();
            let (own, others) = std::mem::take(&mut acknowledged.tokens)
                .into_iter()
                .partition(|(of, ..)| *of == customer);
            acknowledged.tokens = others;
            own
        };
        if visitor.take_back().is_none() {
            return;
        }
        let mut acknowledged = load.acknowledged.lock().unwrap();
        acknowledged
            .tokens
            .extend(withdrawn.into_iter().map(|(of, token, _)| (of, token, false)));
    }
}
