//! `consentry backup` and `consentry restore`, over the binary: under load, and with what cannot be right.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value;

use crate::binary::{Running, free_address, request};

/// A demo's ledger, a place for copies of it and a place for another ledger.
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

    fn start(&self) -> Running {
        Running::start(free_address(), &self.at("data"))
    }

    fn back_up(&self, name: &str) -> Output {
        consentry(&["backup", "--to"], &self.at(name), &self.at("data"))
    }

    fn restore(&self, name: &str, into: &str) -> Output {
        consentry(&["restore", "--from"], &self.at(name), &self.at(into))
    }

    /// What an operator does with the root key and the journal of erasures.
    fn keep_key(&self, into: &str) {
        self.keep("root.key", into);
        self.keep("erasures.ndjson", into);
    }

    fn keep(&self, name: &str, into: &str) {
        std::fs::create_dir_all(self.at(into)).unwrap();
        std::fs::copy(self.at("data").join(name), self.at(into).join(name)).unwrap();
    }
}

fn consentry(words: &[&str], file: &Path, data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(words)
        .arg(file)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
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
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn record(running: &Running, service: &str, audience: usize) -> Option<String> {
    let body = format!(
        r#"{{"status":"accepted","subject":"ada","audience":"shop-{audience}","definition":{{"id":"share-my-email","version":"1.0","locale":"en-GB"}}}}"#
    );
    let head = format!(
        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {service}\r\nContent-Type: application/json"
    );
    let (status, body) = request(running.address, &head, &body)?;
    assert_eq!(status, 201, "{body}");
    let made: Value = serde_json::from_str(&body).unwrap();
    Some(made["id"].as_str().unwrap().to_owned())
}

fn status(running: &Running, service: &str, id: &str) -> u16 {
    let head = format!("GET /consent/v1/consents/{id} HTTP/1.1\r\nAuthorization: {service}");
    request(running.address, &head, "").unwrap().0
}

#[test]
fn a_copy_made_under_load_has_all_that_was_acknowledged_before_it_began() {
    let house = House::new();
    let running = Arc::new(house.start());
    let service = running.service();
    let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (running, service) = (Arc::clone(&running), service.clone());
            let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
            thread::spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let id = record(&running, &service, writer * 1_000_000 + number).unwrap();
                    acknowledged.lock().unwrap().push(id);
                }
            })
        })
        .collect();
    while acknowledged.lock().unwrap().len() < 100 {
        thread::yield_now();
    }
    let before: Vec<String> = acknowledged.lock().unwrap().clone();
    let told = done(&house.back_up("copy.db"));
    assert!(told.contains("the root key is not in it"), "{told}");
    assert!(told.contains("root.key"), "{told}");
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
    let all = acknowledged.lock().unwrap().len();
    assert!(all > before.len(), "writing went on meanwhile");
    drop(Arc::try_unwrap(running).ok().unwrap());

    house.keep_key("other");
    let told = done(&house.restore("copy.db", "other"));
    assert!(told.starts_with("harbor: "), "{told}");
    assert!(told.contains("chain and rows agree"), "{told}");
    assert_eq!(
        names(&house.at("other")),
        ["erasures.ndjson", "ledger.db", "root.key"]
    );
    let restored = Running::serve(free_address(), &house.at("other"));
    for id in &before {
        assert_eq!(status(&restored, &service, id), 200, "{id}");
    }
    assert!(
        record(&restored, &service, 9_999_999).is_some(),
        "it goes on from there"
    );
    assert!(restored.stop().success());
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_copy() {
    use std::os::unix::fs::PermissionsExt as _;

    let house = House::new();
    assert!(house.start().stop().success());
    done(&house.back_up("copy.db"));
    let mode = std::fs::metadata(house.at("copy.db"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_copy_never_takes_the_place_of_anything() {
    let house = House::new();
    refused(&house.back_up("copy.db"), "there is no ledger in");
    assert!(house.start().stop().success());
    std::fs::write(house.at("copy.db"), "precious").unwrap();
    refused(&house.back_up("copy.db"), "is there already");
    assert_eq!(std::fs::read_to_string(house.at("copy.db")).unwrap(), "precious");
    refused(&house.back_up("absent/copy.db"), "absent/copy.db");
    done(&house.back_up("good.db"));
    refused(&house.restore("good.db", "data"), "there is a ledger in");
}

#[test]
fn a_copy_without_its_root_key_is_nothing_and_with_another_one_neither() {
    let house = House::new();
    assert!(house.start().stop().success());
    done(&house.back_up("copy.db"));
    refused(
        &house.restore("copy.db", "other"),
        "nothing can be read without it",
    );
    std::fs::create_dir_all(house.at("other")).unwrap();
    let another = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    std::fs::write(house.at("other/root.key"), another).unwrap();
    house.keep("erasures.ndjson", "other");
    refused(&house.restore("copy.db", "other"), "is not that of this ledger");
    assert_eq!(names(&house.at("other")), ["erasures.ndjson", "root.key"]);
    house.keep_key("other");
    done(&house.restore("copy.db", "other"));

    std::fs::write(house.at("other/root.key"), another).unwrap();
    let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(house.at("other"))
        .output()
        .unwrap();
    refused(&verified, "is not that of this ledger");
    std::fs::remove_file(house.at("other/root.key")).unwrap();
    let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(house.at("other"))
        .output()
        .unwrap();
    refused(&verified, "restore the key");
    assert!(!house.at("other/root.key").exists(), "none was made");
}

/// What `verify-ledger` says of a ledger whose file is exchanged.
fn verified(house: &House, database: &[u8]) -> (Option<i32>, String) {
    for beside in ["ledger.db-wal", "ledger.db-shm"] {
        let _gone = std::fs::remove_file(house.at("data").join(beside));
    }
    std::fs::write(house.at("data").join("ledger.db"), database).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(house.at("data"))
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), told)
}

#[test]
fn a_truncated_or_flipped_ledger_is_named_by_verify_ledger() {
    const PAGE: usize = 4096;
    let house = House::new();
    let running = house.start();
    let service = running.service();
    for number in 0..50 {
        record(&running, &service, number).unwrap();
    }
    assert!(running.stop().success());
    let whole = std::fs::read(house.at("data").join("ledger.db")).unwrap();
    assert_eq!(verified(&house, &whole).0, Some(0));
    let named = |damaged: &[u8], what: &str| {
        let (code, told) = verified(&house, damaged);
        assert_eq!(code, Some(1), "{what}: {told}");
        let folder = house.at("data").display().to_string();
        assert!(told.contains(&folder), "{what} is not named: {told}");
        told
    };
    for left in [whole.len() / 2, whole.len() - PAGE, PAGE, 100] {
        named(&whole[..left], &format!("{left} bytes"));
    }
    let mut flipped = whole.clone();
    let leaf = br#""type":"consent.granted""#;
    let at = whole
        .windows(leaf.len())
        .rposition(|window| window == leaf)
        .unwrap();
    flipped[at + leaf.len() - 2] ^= 1;
    let told = named(&flipped, "a leaf");
    assert!(told.contains("first difference at event"), "{told}");
    // The kind of a page, of every seventh one. Pages that nothing is in may say anything; the header tells how many there are.
    let free = u32::from_be_bytes(whole[36..40].try_into().unwrap());
    let (mut damaged, mut unnoticed) = (0, 0);
    for page in (1..whole.len() / PAGE).step_by(7) {
        let mut flipped = whole.clone();
        if !matches!(flipped[page * PAGE], 2 | 5 | 10 | 13) {
            continue;
        }
        flipped[page * PAGE] ^= 0x40;
        if verified(&house, &flipped).0 == Some(0) {
            unnoticed += 1;
            continue;
        }
        let told = named(&flipped, &format!("page {page}"));
        assert!(told.contains("damaged") || told.contains("malformed"), "{told}");
        damaged += 1;
    }
    assert!(
        unnoticed <= free,
        "{unnoticed} pages, of {free} that nothing is in"
    );
    assert!(damaged > 5, "only {damaged} pages");
}

#[test]
fn a_damaged_copy_is_refused_and_leaves_nothing_behind() {
    let house = House::new();
    let running = house.start();
    let service = running.service();
    for number in 0..50 {
        record(&running, &service, number).unwrap();
    }
    assert!(running.stop().success());
    done(&house.back_up("copy.db"));
    house.keep_key("other");
    let whole = std::fs::read(house.at("copy.db")).unwrap();
    let leaf = br#""type":"consent.granted""#;
    let at = whole.windows(leaf.len()).rposition(|window| window == leaf);
    let mut flipped = whole.clone();
    flipped[at.unwrap() + leaf.len() - 2] ^= 1;
    for (damaged, why) in [
        (flipped, "first difference at event"),
        (whole[..whole.len() / 2].to_vec(), ""),
        (b"no database at all".to_vec(), ""),
    ] {
        std::fs::write(house.at("damaged.db"), damaged).unwrap();
        refused(&house.restore("damaged.db", "other"), why);
        assert_eq!(names(&house.at("other")), ["erasures.ndjson", "root.key"]);
    }
    refused(&house.restore("absent.db", "other"), "absent.db");
    done(&house.restore("copy.db", "other"));
}

/// What somebody is called at the preferences door.
const IRIS: &str = "iris.faro@example.org";

/// Asks with the bank's API key; answers status and body.
fn ask(running: &Running, key: &Value, line: &str, body: &str) -> (u16, Value) {
    let json = "Content-Type: application/json";
    let wish = format!(
        r#"{{"type":"api-key","key":{},"secret":{}}}"#,
        key["id"], key["secret"]
    );
    let (status, session) = request(
        running.address,
        &format!("POST /v1/sessions HTTP/1.1\r\n{json}"),
        &wish,
    )
    .unwrap();
    assert_eq!(status, 200, "{session}");
    let session: Value = serde_json::from_str(&session).unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nAuthorization: Bearer {}\r\n{json}",
        session["access_token"].as_str().unwrap()
    );
    let (status, text) = request(running.address, &head, body).unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// How many people have that name.
fn people(running: &Running, key: &Value) -> usize {
    let line = format!("GET /v1/consents/users?organization_id=harbor&organization_user_id={IRIS}");
    let (status, found) = ask(running, key, &line, "");
    assert_eq!(status, 200, "{found}");
    found["data"].as_array().unwrap().len()
}

/// A house whose copy has somebody who was deleted since; answers the API key of its bank.
fn with_deleted(house: &House) -> Value {
    let running = house.start();
    let key = running.description["preferences"]["api_key"].clone();
    let event = format!(
        r#"{{"user":{{"organization_user_id":"{IRIS}"}},"consents":{{"purposes":[{{"id":"news","enabled":true}}]}}}}"#
    );
    let line = "POST /v1/consents/events?organization_id=harbor";
    let (status, made) = ask(&running, &key, line, &event);
    assert_eq!(status, 200, "{made}");
    done(&house.back_up("copy.db"));
    let line = format!(
        "DELETE /v1/consents/users/{}?organization_id=harbor",
        made["user"]["id"].as_str().unwrap()
    );
    let (status, gone) = ask(&running, &key, &line, "");
    assert_eq!(status, 200, "{gone}");
    assert!(running.stop().success());
    let noted = std::fs::read_to_string(house.at("data/erasures.ndjson")).unwrap();
    assert_eq!(noted.lines().count(), 1, "{noted}");
    assert!(!noted.contains(IRIS), "ids, and nobody's name");
    key
}

#[test]
fn dsr_13_whoever_was_deleted_after_a_copy_is_deleted_again_when_it_is_brought_back() {
    let house = House::new();
    let key = with_deleted(&house);
    house.keep_key("other");
    let told = done(&house.restore("copy.db", "other"));
    assert!(told.contains("1 people deleted again"), "{told}");
    let restored = Running::serve(free_address(), &house.at("other"));
    assert_eq!(people(&restored, &key), 0);
    assert!(restored.stop().success());
    let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(house.at("other"))
        .output()
        .unwrap();
    done(&verified);
}

#[test]
fn dsr_13_without_the_journal_nothing_is_brought_back_unless_that_is_said() {
    let house = House::new();
    let key = with_deleted(&house);
    house.keep("root.key", "other");
    refused(&house.restore("copy.db", "other"), "the journal of erasures");
    assert_eq!(names(&house.at("other")), ["root.key"]);
    let accepted = ["restore", "--accept-unknown-erasures", "--from"];
    done(&consentry(&accepted, &house.at("copy.db"), &house.at("other")));
    let restored = Running::serve(free_address(), &house.at("other"));
    assert_eq!(people(&restored, &key), 1, "nobody said that they were deleted");
    assert!(restored.stop().success());
    // The journal is found later, and says so twice.
    for told in ["1 people deleted again, of 1", "0 people deleted again, of 1"] {
        let journal = house.at("data/erasures.ndjson");
        let again = done(&consentry(
            &["erase-again", "--from"],
            &journal,
            &house.at("other"),
        ));
        assert!(again.contains(told), "{again}");
    }
    let restored = Running::serve(free_address(), &house.at("other"));
    assert_eq!(people(&restored, &key), 0);
    assert!(restored.stop().success());
    refused(
        &consentry(
            &["erase-again", "--from"],
            &house.at("copy.db"),
            &house.at("other"),
        ),
        "",
    );
}
