//! Ledgers that older programs made open, are brought up to date, and go on: what people decided then still counts.
//!
//! `tests/ledgers/sqlite-N.tar.gz` holds the folder of a demo whose program had N migrations: the ledger, its root key, and what the
//! demo knew of its people and clients. A folder is never changed once it is there; a schema that moved on gets one more.

use std::{path::Path, process::Command};

use consentry_testkit::migrated_by_a_newer_program;
use serde_json::{Value, json};

use crate::{
    binary::{Running, free_address, request},
    manifests::run,
    wire::{Visitor, basic},
};

/// What an older program says of a schema that a newer one made.
pub(crate) const NEWER: &str = "the ledger's schema has V9999__future, which this program does not know: start the newer one that made it";

/// Migrations that each program had, how many events its ledger has, and how many records of Ada's that count.
const LEDGERS: [(u8, usize, usize); 2] = [(1, 160, 0), (4, 31, 1)];

fn unpack(migrations: u8) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/ledgers/sqlite-{migrations}.tar.gz"));
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(packed)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(unpacked.unwrap().success());
    folder
}

/// What a command that succeeded says.
fn told(words: &[&str]) -> String {
    let output = run(words);
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn ledgers_of_older_programs_are_verified_and_go_on() {
    for (migrations, events, accepted) in LEDGERS {
        let folder = unpack(migrations);
        let data = folder.path().to_str().unwrap();
        // Opening it brings the schema up to date; what is in the rows still follows from the log.
        let verified = told(&["verify-ledger", "--data", data]);
        let expected = format!("harbor: {events} events, chain and rows agree, 0 bodies erased\n");
        assert_eq!(verified, expected, "{migrations}");
        let written = told(&["export", "--manifest", "--data", data]);
        assert!(written.contains("moneytrack"), "{written}");

        let known: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.path().join("demo.json")).unwrap()).unwrap();
        let bank = &known["bank"];
        let mut running = Running::serve(free_address(), folder.path());
        running.description = json!({
            "users": bank["customers"],
            "authorization": { "third_party": bank["third_party"], "first_party": bank["first_party"] },
        });
        let before = records(&running, &bank["service"]);
        assert_eq!(before.len(), accepted);
        // A person logs in with the password of then, answers, and their app gets what it may have.
        let mut visitor = Visitor::new(&running, 0);
        let code = visitor.approve().unwrap();
        let token = visitor.redeem(&code).unwrap();
        assert!(visitor.is_active(&token));
        visitor.take_back().unwrap();
        assert!(!visitor.is_active(&token));
        for id in &before {
            let changed = ask(
                &running,
                "PATCH",
                &format!("/consents/{id}"),
                &bank["service"],
                &json!({ "status": "revoked" }),
            );
            assert_eq!(changed["status"], "revoked", "{changed}");
        }
        assert!(running.stop().success());
        let verified = told(&["verify-ledger", "--data", data]);
        assert!(verified.contains("chain and rows agree"), "{verified}");
        assert_ne!(verified, expected, "what happened since is in the log");
    }
}

/// Ids of the records that are there and accepted.
#[test]
fn a_ledger_of_a_newer_program_is_refused_with_a_sentence_that_says_what_to_do() {
    let folder = unpack(4);
    let data = folder.path().to_str().unwrap();
    let _verified = told(&["verify-ledger", "--data", data]);
    migrated_by_a_newer_program(folder.path());
    let before = std::fs::read(folder.path().join("ledger.db")).unwrap();
    for words in [
        &["verify-ledger", "--data", data][..],
        &["export", "--manifest", "--data", data],
        &["demo", "--data", data],
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let refused = String::from_utf8(output.stderr).unwrap();
        assert!(refused.contains(NEWER), "{words:?}: {refused}");
        assert!(refused.contains("ledger.db"), "{words:?}: {refused}");
    }
    let after = std::fs::read(folder.path().join("ledger.db")).unwrap();
    assert!(before == after, "nothing was changed");
}

fn records(running: &Running, service: &Value) -> Vec<String> {
    let listed = ask(running, "GET", "/consents?subject=ada", service, &Value::Null);
    let all = listed["_embedded"]["consents"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let accepted = all.iter().filter(|record| record["status"] == "accepted");
    accepted
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

fn ask(running: &Running, method: &str, path: &str, service: &Value, body: &Value) -> Value {
    let credential = basic(&service["client_id"], &service["client_secret"]);
    let head = format!(
        "{method} /consent/v1{path} HTTP/1.1\r\nAuthorization: {credential}\r\nContent-Type: application/json"
    );
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let (status, answer) = request(running.address, &head, &body).unwrap();
    assert_eq!(status, 200, "{path}: {answer}");
    serde_json::from_str(&answer).unwrap()
}
