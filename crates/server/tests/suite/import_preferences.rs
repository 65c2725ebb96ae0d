//! `consentry import events`, `consentry import users` and `consentry export` over the binary (consent-tokens-and-preferences 15).

use std::{
    fmt::Write as _,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::binary::{Running, free_address};

struct House {
    folder: tempfile::TempDir,
}

impl House {
    /// The demo's ledger, made and closed.
    fn new() -> Self {
        let own = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        assert!(Running::start(free_address(), &own.data()).stop().success());
        own
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("lines.ndjson");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        command.args(arguments).arg("--data").arg(self.data());
        command
    }

    fn import(&self, what: &str, file: &Path, more: &[&str]) -> Output {
        let file = file.display().to_string();
        let mut command = self.command(&["import", what, "-f", &file]);
        command.args(more).output().unwrap()
    }

    fn export(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.command(&[&["export"], arguments].concat()).output().unwrap();
        assert!(output.status.success(), "{}", err(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn verify(&self) {
        let verified = self.command(&["verify-ledger"]).output().unwrap();
        assert!(verified.status.success(), "{}", err(&verified));
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// An event of a person under the demo's purpose `news`.
fn line(number: usize, person: usize) -> String {
    json!({
        "id": format!("import-{number}"),
        "created_at": "2025-01-01T00:00:00Z",
        "user": { "organization_user_id": format!("imported-{person}") },
        "consents": { "purposes": [{ "id": PURPOSE, "enabled": number.is_multiple_of(2) }] },
    })
    .to_string()
}

const PURPOSE: &str = "news";

/// The ids of events of imported people, in order.
fn imported(events: &[Value]) -> Vec<String> {
    let own = events.iter().filter(|event| {
        let name = event["user"]["organization_user_id"].as_str().unwrap_or_default();
        name.starts_with("imported-")
    });
    let mut ids: Vec<String> = own
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn ctp_15_events_and_users_are_imported_once_and_refused_lines_are_named() {
    let house = House::new();
    let text = [
        line(0, 0),
        String::new(),
        "{".to_owned(),
        line(1, 0),
        json!({ "consents": { "purposes": [{ "id": "nobody-knows", "enabled": true }] } }).to_string(),
        json!({ "user": { "organization_user_id": "imported-1" },
            "consents": { "purposes": [{ "id": PURPOSE, "enabled": true }] } })
        .to_string(),
        json!({ "created_at": "tomorrow", "consents": {} }).to_string(),
    ]
    .join("\n");
    let file = house.file(&text);
    let dry = house.import("events", &file, &["--dry-run"]);
    assert!(
        out(&dry).starts_with("nothing is written; it would be 3 added"),
        "{}",
        out(&dry)
    );
    assert_eq!(imported(&house.export(&["--events"])), Vec::<String>::new());
    let first = house.import("events", &file, &[]);
    assert_eq!(first.status.code(), Some(1));
    assert_eq!(out(&first), "3 added, 0 there already, 3 refused\n");
    let said = err(&first);
    let name = file.display();
    for place in [
        format!("{name}:3: is no JSON"),
        format!("{name}:5: "),
        format!("{name}:7: created_at "),
    ] {
        assert!(said.contains(&place), "{place}: {said}");
    }
    let again = house.import("events", &file, &[]);
    assert_eq!(out(&again), "0 added, 3 there already, 3 refused\n");
    assert_eq!(imported(&house.export(&["--events"])).len(), 3);
    let users = [
        json!({ "organization_user_id": "imported-2", "metadata": { "crm": 1 } }).to_string(),
        json!({ "organization_user_id": "imported-0" }).to_string(),
        json!({ "organization_user_id": 7 }).to_string(),
    ]
    .join("\n");
    let file = house.file(&users);
    let done = house.import("users", &file, &[]);
    assert_eq!(out(&done), "1 added, 1 there already, 1 refused\n");
    let people = house.export(&["--users"]);
    let own = |name: &str| people.iter().find(|user| user["organization_user_id"] == name);
    assert_eq!(own("imported-2").unwrap()["metadata"]["crm"], 1);
    let chosen = &own("imported-0").unwrap()["consents"]["purposes"][0];
    assert_eq!(
        (&chosen["id"], &chosen["enabled"]),
        (&json!(PURPOSE), &json!(false))
    );
    let table = house
        .command(&["export", "--users", "--format", "csv"])
        .output()
        .unwrap();
    assert!(out(&table).starts_with("id,organization_user_id,regulation,"));
    house.verify();
}

#[test]
fn ctp_15_an_import_that_was_killed_is_gone_on_with_and_nothing_is_lost_or_doubled() {
    const EVENTS: usize = 12_000;
    let house = House::new();
    let mut text = String::new();
    for number in 0..EVENTS {
        writeln!(text, "{}", line(number, number / 3)).unwrap();
    }
    let file = house.file(&text);
    let mut importing = house
        .command(&["import", "events", "-f", &file.display().to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The first lines are in once the journal has grown by more than the people of some thousand of them, who come first.
    let journal = house.data().join("ledger.db-wal");
    let grown = || std::fs::metadata(&journal).is_ok_and(|about| about.len() > 12_000_000);
    while !grown() && importing.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    importing.kill().unwrap();
    importing.wait().unwrap();
    let mut said = String::new();
    importing.stdout.unwrap().read_to_string(&mut said).unwrap();
    let half = imported(&house.export(&["--events"])).len();
    assert!(said.is_empty() && half > 0 && half < EVENTS, "{half}: {said}");
    let rest = house.import("events", &file, &[]);
    assert_eq!(
        out(&rest),
        format!("{} added, {half} there already, 0 refused\n", EVENTS - half),
        "{}",
        err(&rest)
    );
    let mut expected: Vec<String> = (0..EVENTS).map(|number| format!("import-{number}")).collect();
    expected.sort();
    assert_eq!(imported(&house.export(&["--events"])), expected);
    house.verify();
}
