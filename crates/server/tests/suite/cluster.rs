//! Two nodes on a cluster of two PostgreSQL members, whose leader is lost under load (architecture 5 and 6).

use std::{
    collections::BTreeMap,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_testkit::postgres::cluster::{Cluster, LEADER_SECONDS};
use serde_json::{Value, json};

use crate::{
    apply::{CARLA, EXAMPLE, PORTAL, applied},
    binary::{Running, free_address, request},
};

const WRITERS: usize = 4;

/// What the threads of the load share.
#[derive(Default)]
struct Load {
    nodes: Vec<Running>,
    /// Ids by what was asked for, of decisions that were acknowledged.
    acknowledged: Mutex<BTreeMap<String, String>>,
    /// Acknowledged by each node, all told.
    counts: [AtomicU64; 2],
    refused: AtomicU64,
    stop: AtomicBool,
}

impl Load {
    fn ask(&self, node: usize, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
        let basic = STANDARD.encode(format!("portal:{PORTAL}"));
        let head = format!(
            "{method} /consent/v1{path} HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Basic {basic}"
        );
        let (status, body) = request(self.nodes[node].address, &head, body)?;
        Some((status, serde_json::from_str(&body).unwrap_or_default()))
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// One more decision; none where it was not acknowledged.
    fn decide(&self, node: usize, audience: &str) -> Option<String> {
        let body = json!({
            "status": "accepted", "subject": "carla", "audience": audience,
            "definition": { "id": "share-location", "version": "1.0", "locale": "en-GB" },
        });
        match self.ask(node, "POST", "/consents", &body.to_string()) {
            Some((201, made)) => {
                let id = made["id"].as_str().unwrap().to_owned();
                let mut acknowledged = self.acknowledged.lock().unwrap();
                acknowledged.insert(audience.to_owned(), id.clone());
                self.counts[node].fetch_add(1, Ordering::SeqCst);
                Some(id)
            }
            Some((503, _)) | None => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                None
            }
            other => panic!("{other:?}"),
        }
    }

    fn write(&self, writer: usize) {
        for number in 0.. {
            if self.is_over() {
                return;
            }
            let _id = self.decide(writer % 2, &format!("writer-{writer}-{number}"));
        }
    }

    /// Takes decisions back at one node and looks at the other one: what is asked for a second later is never the old truth. Answers
    /// the longest time that an old truth was told, and how often it looked.
    #[expect(clippy::disallowed_methods, reason = "measures how far a node lags behind")]
    fn watch(&self, node: usize) -> (Duration, u64) {
        let (mut longest, mut looked) = (Duration::ZERO, 0);
        for number in 0.. {
            if self.is_over() {
                break;
            }
            let Some(id) = self.decide(node, &format!("watched-{node}-{number}")) else {
                continue;
            };
            let path = format!("/consents/{id}");
            // The other one has it in memory.
            let _seen = self.ask(1 - node, "GET", &path, "");
            let revoked = json!({ "status": "revoked" }).to_string();
            let Some((200, _)) = self.ask(node, "PATCH", &path, &revoked) else {
                continue;
            };
            let acknowledged_at = Instant::now();
            while !self.is_over() {
                let asked = acknowledged_at.elapsed();
                let answer = self.ask(1 - node, "GET", &path, "");
                looked += 1;
                match answer {
                    Some((200, found)) if found["status"] == "revoked" => break,
                    Some((200, found)) => {
                        longest = longest.max(asked);
                        assert!(
                            asked <= consentry_ledger::MAX_STALENESS,
                            "{asked:?} after it was taken back: {found}"
                        );
                    }
                    // It says nothing rather than an old truth.
                    Some((503, _)) | None => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        (longest, looked)
    }

    fn counted(&self) -> [u64; 2] {
        [0, 1].map(|node| self.counts[node].load(Ordering::SeqCst))
    }

    /// Waits until each node acknowledged so many more.
    #[expect(
        clippy::disallowed_methods,
        reason = "a bound on how long a failover may take"
    )]
    fn wait_for_more(&self, more: u64) -> Duration {
        let (begun, before) = (Instant::now(), self.counted());
        while self
            .counted()
            .iter()
            .zip(before)
            .any(|(now, before)| *now < before + more)
        {
            assert!(begun.elapsed() < Duration::from_mins(3), "writing did not resume");
            thread::yield_now();
            thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }
}

#[test]
#[ignore = "needs etcd and Patroni and takes a minute: `cargo xtask test cluster` runs it"]
fn architecture_5_a_leader_that_is_lost_takes_no_acknowledged_decision_with_it() {
    let mut cluster = Cluster::start("ledger");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("portal.password"), format!("{PORTAL}\n")).unwrap();
    std::fs::write(folder.path().join("carla.password"), CARLA).unwrap();
    let manifest = folder.path().join("consents.toml");
    std::fs::write(&manifest, EXAMPLE).unwrap();
    let keys = [
        ("CONSENTRY__STORAGE__URL", cluster.url("ledger")),
        (
            "CONSENTRY__KEYS__ROOT_FILE",
            folder.path().join("root.key").display().to_string(),
        ),
    ];
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        applied(&command.envs(keys.clone()).args(words).output().unwrap())
    };
    run(&["apply", "-f", manifest.to_str().unwrap()]);

    let load = Arc::new(Load {
        nodes: (0..2)
            .map(|_| Running::serve_configured(free_address(), &keys))
            .collect(),
        ..Load::default()
    });
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let load = Arc::clone(&load);
            thread::spawn(move || load.write(writer))
        })
        .collect();
    let watchers: Vec<_> = (0..2)
        .map(|node| {
            let load = Arc::clone(&load);
            thread::spawn(move || load.watch(node))
        })
        .collect();
    load.wait_for_more(100);

    let before = load.counted();
    cluster.kill_leader();
    // What was on its way may still be answered; what comes then waits for another leader.
    let away = load.wait_for_more(100);
    assert!(cluster.has_leader());
    load.stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
    let watched: Vec<_> = watchers
        .into_iter()
        .map(|watcher| watcher.join().unwrap())
        .collect();
    let load = Arc::try_unwrap(load).ok().unwrap();
    for (audience, id) in load.acknowledged.lock().unwrap().iter() {
        for node in 0..2 {
            let (status, found) = load.ask(node, "GET", &format!("/consents/{id}"), "").unwrap();
            assert_eq!(
                (status, &found["audience"]),
                (200, &json!(audience)),
                "lost at node {node}"
            );
        }
    }
    let (after, acknowledged) = (load.counted(), load.acknowledged.lock().unwrap().len());
    for node in load.nodes {
        assert!(node.stop().success());
    }
    let verified = run(&["verify-ledger"]);
    assert!(verified.contains("chain and rows agree"), "{verified}");
    let doubled = "SELECT count(*) FROM (SELECT audience FROM consent GROUP BY audience \
        HAVING count(DISTINCT record) > 1) AS doubled";
    assert_eq!(cluster.execute("ledger", doubled), "0", "none is there twice");
    let stored: usize = cluster
        .execute("ledger", "SELECT count(DISTINCT record) FROM consent")
        .parse()
        .unwrap();
    assert!(stored >= acknowledged, "{stored} stored of {acknowledged}");
    println!("{}", verified.trim());
    println!(
        "acknowledged {before:?} before the leader was lost and {after:?} in all, {acknowledged} ids, all there, none twice; \
         {stored} records stored"
    );
    println!(
        "a hundred more decisions at each node {:.1} s after (a lost leader is one after {LEADER_SECONDS} s); {} tries refused",
        away.as_secs_f64(),
        load.refused.load(Ordering::SeqCst)
    );
    for (longest, looked) in watched {
        println!(
            "oldest truth told: {longest:?} after it was taken back, of {looked} looks; the bound is 1 s"
        );
    }
}
