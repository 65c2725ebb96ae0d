//! The root key over the binary: made, told by the environment, lost, changed, and the moments in which somebody is interrupted.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use crate::binary::{Running, free_address, request};

const TOLD: &str = "CONSENTRY__KEYS__ROOT";
const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
const OTHER: &str = "YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE=";

/// A ledger of one tenant.
struct House {
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command on the ledger, with keys in the environment.
    fn run(&self, words: &[&str], keys: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_consentry"))
            .envs(keys.iter().copied())
            .args(words)
            .arg("--data")
            .arg(self.at("data"))
            .output()
            .unwrap()
    }

    fn verify(&self, keys: &[(&str, &str)]) -> Output {
        self.run(&["verify-ledger"], keys)
    }

    fn rotate(&self) -> String {
        done(&self.run(&["key", "rotate", "--root"], &[]))
    }

    fn key(&self) -> String {
        std::fs::read_to_string(self.at("data/root.key")).unwrap()
    }
}

fn done(output: &Output) -> String {
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output, why: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(why), "{told} does not say {why}");
    assert!(
        !told.contains(KEY) && !told.contains(OTHER),
        "a key shows: {told}"
    );
}

/// A bank with one record; gives what reads it.
fn with_a_record(house: &House) -> (String, String) {
    let running = Running::start(free_address(), &house.at("data"));
    let service = running.service();
    let head = format!(
        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {service}\r\nContent-Type: application/json"
    );
    let body =
        r#"{"status":"pending","subject":"ada","definition":{"id":"share-my-email"},"titleText":"Sealed"}"#;
    let (status, made) = request(running.address, &head, body).unwrap();
    assert_eq!(status, 201, "{made}");
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let read = format!("/consent/v1/consents/{}", made["id"].as_str().unwrap());
    assert!(running.stop().success());
    (service, read)
}

fn assert_readable(house: &House, (service, read): &(String, String)) {
    let running = Running::serve(free_address(), &house.at("data"));
    let head = format!("GET {read} HTTP/1.1\r\nAuthorization: {service}");
    let (status, body) = request(running.address, &head, "").unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"Sealed\""), "{body}");
    assert!(running.stop().success());
}

#[test]
fn another_root_key_opens_everything_and_the_old_one_nothing() {
    let house = House::new();
    let record = with_a_record(&house);
    let old = house.key();
    let told = house.rotate();
    assert!(told.contains("root.key is another key now"), "{told}");
    assert_ne!(house.key(), old);
    assert!(!house.at("data/root.key.next").exists());
    assert_readable(&house, &record);
    std::fs::write(house.at("old.key"), &old).unwrap();
    let old_file = house.at("old.key");
    let with_old = [("CONSENTRY__KEYS__ROOT_FILE", old_file.to_str().unwrap())];
    refused(&house.verify(&with_old), "is not that of this ledger");
    house.rotate();
    assert_readable(&house, &record);
    assert!(done(&house.verify(&[])).contains("chain and rows agree"));
}

#[test]
fn a_copy_needs_the_key_it_was_made_with() {
    let house = House::new();
    let record = with_a_record(&house);
    let old = house.key();
    let copy = house.at("copy.db");
    done(&house.run(&["backup", "--to", copy.to_str().unwrap()], &[]));
    house.rotate();
    std::fs::remove_file(house.at("data/ledger.db")).unwrap();
    let restore = ["restore", "--from", copy.to_str().unwrap()];
    refused(&house.run(&restore, &[]), "is not that of this ledger");
    std::fs::write(house.at("data/root.key"), old).unwrap();
    done(&house.run(&restore, &[]));
    assert_readable(&house, &record);
}

#[test]
fn whoever_is_interrupted_while_changing_it_goes_on_with_the_key_that_opens() {
    let house = House::new();
    let record = with_a_record(&house);
    let (old, waiting) = (house.key(), house.at("data/root.key.next"));
    // Before the ledger knew the other key.
    std::fs::write(&waiting, format!("{OTHER}\n")).unwrap();
    assert_readable(&house, &record);
    assert_eq!(house.key(), old);
    assert!(!waiting.exists());
    // After the ledger knew it, and before it took its place.
    house.rotate();
    let new = house.key();
    std::fs::rename(house.at("data/root.key"), &waiting).unwrap();
    std::fs::write(house.at("data/root.key"), &old).unwrap();
    assert_readable(&house, &record);
    assert_eq!(house.key(), new);
    assert!(!waiting.exists());
    // Neither opens it.
    std::fs::write(&waiting, format!("{OTHER}\n")).unwrap();
    std::fs::write(house.at("data/root.key"), format!("{KEY}\n")).unwrap();
    refused(&house.verify(&[]), "is not that of this ledger");
    assert!(waiting.exists(), "nothing is thrown away then");
}

#[test]
fn the_environment_can_tell_it_and_then_there_is_no_file() {
    let house = House::new();
    std::fs::write(
        house.at("manifest.toml"),
        "[[tenants]]\nslug = \"main\"\nlocale = \"en\"\nbrand = { name = \"M\" }\n",
    )
    .unwrap();
    let manifest = house.at("manifest.toml");
    let apply = ["apply", "-f", manifest.to_str().unwrap()];
    done(&house.run(&apply, &[(TOLD, KEY)]));
    assert!(!house.at("data/root.key").exists());
    assert!(done(&house.verify(&[(TOLD, KEY)])).contains("main: "));
    refused(
        &house.verify(&[(TOLD, OTHER)]),
        "the root key in keys.root is not that of this ledger",
    );
    refused(&house.verify(&[(TOLD, "short")]), "is not the base64 of 32 bytes");
    refused(&house.verify(&[]), "restore the key");
    assert!(
        !house.at("data/root.key").exists(),
        "none is made for a ledger that is there"
    );
    let both = [(TOLD, KEY), ("CONSENTRY__KEYS__ROOT_FILE", "x.key")];
    refused(&house.verify(&both), "are both given");

    refused(
        &house.run(&["key", "rotate", "--root"], &[(TOLD, KEY)]),
        "--to has to say",
    );
    std::fs::write(house.at("next.key"), OTHER).unwrap();
    let next = house.at("next.key");
    let rotate = ["key", "rotate", "--root", "--to", next.to_str().unwrap()];
    assert!(done(&house.run(&rotate, &[(TOLD, KEY)])).contains("the one in"));
    refused(&house.verify(&[(TOLD, KEY)]), "is not that of this ledger");
    done(&house.verify(&[(TOLD, OTHER)]));
}

#[test]
fn what_is_in_force_is_shown_without_the_key() {
    let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .env(TOLD, KEY)
        .args(["config", "show"])
        .output()
        .unwrap();
    let shown = done(&output);
    assert!(!shown.contains(KEY), "{shown}");
}

#[test]
fn a_key_is_changed_only_where_there_is_a_ledger_and_on_request() {
    let house = House::new();
    refused(
        &house.run(&["key", "rotate", "--root"], &[]),
        "there is no ledger in",
    );
    let vague = house.run(&["key", "rotate"], &[]);
    assert_eq!(vague.status.code(), Some(2));
}

#[test]
fn dsp_3_4_a_signing_key_is_taken_out_at_once_and_another_one_signs() {
    let house = House::new();
    with_a_record(&house);
    let listed = || done(&house.run(&["key", "list"], &[]));
    let before = listed();
    assert_eq!(before.lines().count(), 2, "{before}");
    let signing = before.lines().find(|line| line.contains("RS256")).unwrap();
    assert!(signing.contains("  signs since "), "{signing}");
    let kid = signing.split_whitespace().nth(1).unwrap();
    let told = done(&house.run(&["key", "revoke", "--now", "--kid", kid], &[]));
    assert!(told.starts_with(&format!("{kid} is gone; ")), "{told}");
    let after = listed();
    assert!(!after.contains(kid), "{after}");
    assert_eq!(after.matches("RS256  signs").count(), 1, "{after}");
    assert_eq!(after.matches("ES256  signs").count(), 1, "{after}");
    refused(
        &house.run(&["key", "revoke", "--now", "--kid", kid], &[]),
        "no tenant has this key",
    );
    assert!(done(&house.verify(&[])).contains("chain and rows agree"));
}
