//! The binary with its ledger in PostgreSQL: every command that knows one, and two nodes at once.

use std::{
    path::PathBuf,
    process::{Command, Output},
    time::Instant,
};

use consentry_testkit::{NEWER_MIGRATION, postgres::Postgres};
use serde_json::json;

use crate::{
    apply::{CARLA, EXAMPLE, PORTAL, applied, ask},
    binary::{Running, free_address},
    upgrade::NEWER,
};

/// A database, a folder with manifest and root key, and what the environment says of both.
pub(crate) struct House {
    folder: tempfile::TempDir,
    database: String,
    url: String,
}

impl House {
    pub(crate) fn new() -> Self {
        let postgres = Postgres::shared();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("portal.password"), format!("{PORTAL}\n")).unwrap();
        std::fs::write(folder.path().join("carla.password"), CARLA).unwrap();
        let database = postgres.database();
        Self {
            folder,
            url: postgres.network_url(&database),
            database,
        }
    }

    fn keys(&self) -> [(&'static str, String); 2] {
        [
            ("CONSENTRY__STORAGE__URL", self.url.clone()),
            (
                "CONSENTRY__KEYS__ROOT_FILE",
                self.folder.path().join("root.key").display().to_string(),
            ),
        ]
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_consentry"))
            .envs(self.keys())
            .args(words)
            .output()
            .unwrap()
    }

    pub(crate) fn apply(&self, manifest: &str) -> String {
        let file: PathBuf = self.folder.path().join("consents.toml");
        std::fs::write(&file, manifest).unwrap();
        applied(&self.run(&["apply", "-f", file.to_str().unwrap()]))
    }

    pub(crate) fn serve(&self) -> Running {
        Running::serve_configured(free_address(), &self.keys())
    }

    fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// Asks a node until it says what another one decided; the bound is one second.
#[expect(clippy::disallowed_methods, reason = "a bound on how far a node lags behind")]
fn until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    loop {
        let asked_at = begun.elapsed();
        if holds() {
            return;
        }
        assert!(
            asked_at <= consentry_ledger::MAX_STALENESS,
            "not after {asked_at:?}"
        );
    }
}

#[test]
fn a_ledger_in_postgresql_is_migrated_applied_served_by_two_nodes_and_verified() {
    let house = House::new();
    let missing = house.refused(&["verify-ledger"]);
    assert!(
        missing.contains("there is no ledger in the PostgreSQL database"),
        "{missing}"
    );
    assert_eq!(
        Postgres::shared().execute(
            &house.database,
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ),
        "0",
        "looking made nothing"
    );
    let migrated = applied(&house.run(&["migrate"]));
    assert!(migrated.contains("is that of this program"), "{migrated}");
    assert!(
        house
            .apply(EXAMPLE)
            .ends_with("8 added, 0 changed, 0 removed, 0 unchanged\n")
    );

    let (one, other) = (house.serve(), house.serve());
    let carla = ("carla", CARLA);
    let body = json!({
        "status": "accepted",
        "definition": { "id": "share-location", "version": "1.0", "locale": "en-GB" },
    });
    let (status, made) = ask(&one, "POST", "/consents", carla, &body.to_string());
    assert_eq!(status, 201, "{made}");
    let path = format!("/consents/{}", made["id"].as_str().unwrap());
    until(|| ask(&other, "GET", &path, carla, "").1["status"] == "accepted");
    let revoked = json!({ "status": "revoked" }).to_string();
    assert_eq!(ask(&other, "PATCH", &path, carla, &revoked).0, 200);
    until(|| ask(&one, "GET", &path, carla, "").1["status"] == "revoked");

    // Where several nodes may write, a command is one more.
    let told = house.apply(&EXAMPLE.replace("\"Share location\"", "\"Share where you are\""));
    assert!(
        told.ends_with("0 added, 1 changed, 0 removed, 7 unchanged\n"),
        "{told}"
    );
    for node in [&one, &other] {
        until(|| {
            ask(node, "GET", "/definitions/share-location", carla, "").1["displayName"]
                == "Share where you are"
        });
    }
    let listed = applied(&house.run(&["audit"]));
    let of_records = listed
        .lines()
        .filter(|line| line.contains("resourceType=\"consent\""))
        .count();
    assert_eq!(of_records, 2, "{listed}");
    let verified = applied(&house.run(&["verify-ledger"]));
    assert!(verified.contains("main"), "{verified}");
    for node in [one, other] {
        assert!(node.stop().success());
    }
}

#[test]
fn the_root_key_of_a_ledger_in_postgresql_is_made_once_never_again_and_changed() {
    let house = House::new();
    let key = house.folder.path().join("root.key");
    let _applied = house.apply(EXAMPLE);
    let first = std::fs::read(&key).unwrap();
    applied(&house.run(&["key", "rotate", "--root"]));
    let second = std::fs::read(&key).unwrap();
    assert_ne!(first, second);
    applied(&house.run(&["verify-ledger"]));
    std::fs::write(&key, &first).unwrap();
    assert!(
        house
            .refused(&["verify-ledger"])
            .contains("is not that of this ledger")
    );
    std::fs::remove_file(&key).unwrap();
    assert!(house.refused(&["verify-ledger"]).contains("its root key"));
    assert!(!key.exists(), "a key was made that opens nothing");
    std::fs::write(&key, &second).unwrap();
    applied(&house.run(&["verify-ledger"]));
}

#[test]
fn what_only_a_folder_can_do_says_what_to_do_instead() {
    let house = House::new();
    let copied = house.refused(&["backup", "--to", "copy.db"]);
    assert!(
        copied.contains("pg_basebackup") && copied.contains("The root key is in neither"),
        "{copied}"
    );
    let restored = house.refused(&["restore", "--from", "copy.db"]);
    assert!(
        restored.contains("pg_restore") && restored.contains("verify-ledger"),
        "{restored}"
    );
    let without_key = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .env("CONSENTRY__STORAGE__URL", &house.url)
        .arg("verify-ledger")
        .output()
        .unwrap();
    let told = String::from_utf8(without_key.stderr).unwrap();
    assert!(
        told.contains("keys.root_file") || told.contains("there is no ledger"),
        "{told}"
    );
    let shown = applied(&house.run(&["config", "show"]));
    assert!(shown.contains("postgresql://ledger:…@127.0.0.1"), "{shown}");
}

#[test]
fn what_was_changed_in_the_database_behind_the_ledger_is_named() {
    let house = House::new();
    let _applied = house.apply(EXAMPLE);
    let node = house.serve();
    let body = json!({
        "status": "accepted",
        "definition": { "id": "share-location", "version": "1.0", "locale": "en-GB" },
    });
    let (status, _) = ask(&node, "POST", "/consents", ("carla", CARLA), &body.to_string());
    assert_eq!(status, 201);
    assert!(node.stop().success());
    let whole = applied(&house.run(&["verify-ledger"]));
    assert!(whole.contains("chain and rows agree"), "{whole}");
    let execute = |sql: &str| Postgres::shared().execute(&house.database, sql);
    let last = execute("SELECT max(idx) FROM consent_event");
    let consent = execute("SELECT id FROM consent");
    for (harm, mend, named) in [
        (
            "UPDATE consent_event SET leaf = set_byte(leaf, 3, get_byte(leaf, 3) # 1) WHERE idx = 2",
            "UPDATE consent_event SET leaf = set_byte(leaf, 3, get_byte(leaf, 3) # 1) WHERE idx = 2",
            "at event 2: the chain value does not follow from the leaf".to_owned(),
        ),
        (
            "UPDATE consent_event SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) \
             WHERE idx = (SELECT max(idx) FROM consent_event)",
            "UPDATE consent_event SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) \
             WHERE idx = (SELECT max(idx) FROM consent_event)",
            format!("at event {last}: the body does not open"),
        ),
        (
            "CREATE TABLE kept AS SELECT * FROM consent_event ORDER BY idx DESC LIMIT 1; \
             DELETE FROM consent_event USING kept WHERE consent_event.idx = kept.idx",
            "INSERT INTO consent_event SELECT * FROM kept; DROP TABLE kept",
            format!("at event {last}: the event is missing"),
        ),
        (
            "UPDATE tenant_log SET chain = set_byte(chain, 0, get_byte(chain, 0) # 1)",
            "UPDATE tenant_log SET chain = set_byte(chain, 0, get_byte(chain, 0) # 1)",
            "the head of the log is not the chain value of its last event".to_owned(),
        ),
        (
            "UPDATE consent SET updated_at = updated_at + 1",
            "UPDATE consent SET updated_at = updated_at - 1",
            "differs from its events".to_owned(),
        ),
        (
            "CREATE TABLE kept AS SELECT * FROM record; DELETE FROM record",
            "INSERT INTO record SELECT * FROM kept; DROP TABLE kept",
            "record ".to_owned(),
        ),
    ] {
        execute(harm);
        let told = house.refused(&["verify-ledger"]);
        assert!(
            told.contains("main: first difference") && told.contains(&named),
            "{harm}: {told}"
        );
        execute(mend);
        applied(&house.run(&["verify-ledger"]));
    }
    // The consent is named by its id, as people who look for it need it.
    execute("UPDATE consent SET updated_at = updated_at + 1");
    let told = house.refused(&["verify-ledger"]);
    let bare = |id: &str| id.replace('-', "");
    assert!(
        bare(&told).contains(&bare(&consent)) || told.contains("con_"),
        "{told}"
    );
}

#[test]
fn a_database_of_a_newer_program_is_refused_with_a_sentence_that_says_what_to_do() {
    let house = House::new();
    let _applied = house.apply(EXAMPLE);
    Postgres::shared().execute(&house.database, NEWER_MIGRATION);
    for words in [
        &["verify-ledger"][..],
        &["migrate"],
        &["serve"],
        &["export", "--manifest"],
    ] {
        let told = house.refused(words);
        assert!(told.contains(NEWER), "{words:?}: {told}");
    }
}

#[test]
fn a_dump_that_was_made_while_a_node_served_is_brought_back_with_the_root_key() {
    let house = House::new();
    let _applied = house.apply(EXAMPLE);
    let node = house.serve();
    let body = json!({
        "status": "accepted",
        "definition": { "id": "share-location", "version": "1.0", "locale": "en-GB" },
    });
    let (_, made) = ask(&node, "POST", "/consents", ("carla", CARLA), &body.to_string());
    let postgres = Postgres::shared();
    let dump = house.folder.path().join("ledger.dump");
    postgres.dump(&house.database, &dump);
    assert!(node.stop().success());
    let database = postgres.database();
    postgres.restore(&database, &dump);
    let house = House {
        url: postgres.network_url(&database),
        database,
        folder: house.folder,
    };
    applied(&house.run(&["verify-ledger"]));
    let node = house.serve();
    let path = format!("/consents/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&node, "GET", &path, ("carla", CARLA), "").0, 200);
    let revoked = json!({ "status": "revoked" }).to_string();
    assert_eq!(ask(&node, "PATCH", &path, ("carla", CARLA), &revoked).0, 200);
    assert!(node.stop().success());
    std::fs::remove_file(house.folder.path().join("root.key")).unwrap();
    assert!(house.refused(&["verify-ledger"]).contains("its root key"));
}
