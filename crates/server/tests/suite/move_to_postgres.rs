//! `consentry move-to-postgres`, over the binary: under load, interrupted, and where nothing may be moved.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use consentry_testkit::postgres::Postgres;
use serde_json::Value;

use crate::binary::{Running, free_address, request};

/// A demo's ledger in a folder, and an empty database.
struct House {
    folder: tempfile::TempDir,
    database: String,
}

impl House {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: Postgres::shared().database(),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn start(&self) -> Running {
        Running::start(free_address(), &self.data())
    }

    /// What the environment says of the ledger in the database.
    fn keys(&self) -> [(&'static str, String); 2] {
        [
            (
                "CONSENTRY__STORAGE__URL",
                Postgres::shared().network_url(&self.database),
            ),
            (
                "CONSENTRY__KEYS__ROOT_FILE",
                self.data().join("root.key").display().to_string(),
            ),
        ]
    }

    fn consentry(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        command.envs(self.keys()).args(words);
        command
    }

    fn moving(&self) -> Command {
        let mut command = self.consentry(&["move-to-postgres", "--json", "--data"]);
        command.arg(self.data());
        command
    }

    fn execute(&self, sql: &str) -> String {
        Postgres::shared().execute(&self.database, sql)
    }

    /// Begins the move and kills it when it says that this was done.
    fn move_until(&self, step: &str, table: &str) {
        let mut child = self.moving().stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reached = lines.any(|line| {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            line["step"] == step && line["table"] == table
        });
        assert!(reached, "{step} {table} was never said");
        child.kill().unwrap();
        child.wait().unwrap();
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

#[track_caller]
fn refused(output: &Output, why: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(why), "{told} does not say {why}");
}

/// Writes a record; answers the status and its id.
fn write(running: &Running, service: &str, audience: &str) -> Option<(u16, String)> {
    let body = format!(
        r#"{{"status":"accepted","subject":"ada","audience":"{audience}","definition":{{"id":"share-my-email","version":"1.0","locale":"en-GB"}}}}"#
    );
    let head = format!(
        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {service}\r\nContent-Type: application/json"
    );
    let (status, body) = request(running.address, &head, &body)?;
    let made: Value = serde_json::from_str(&body).unwrap();
    Some((status, made["id"].as_str().unwrap_or_default().to_owned()))
}

fn made(running: &Running, service: &str, audience: &str) -> String {
    let (status, id) = write(running, service, audience).unwrap();
    assert_eq!(status, 201, "{audience}");
    id
}

fn status(running: &Running, service: &str, id: &str) -> u16 {
    let head = format!("GET /consent/v1/consents/{id} HTTP/1.1\r\nAuthorization: {service}");
    request(running.address, &head, "").unwrap().0
}

/// The lines of a move, each with its step, table and number of changes.
fn lines(told: &str) -> Vec<(String, String, u64)> {
    told.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
            (
                text("step"),
                text("table"),
                line["changed"].as_u64().unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn a_ledger_is_moved_while_it_is_written_and_nothing_that_was_acknowledged_is_lost() {
    let house = House::new();
    let running = Arc::new(house.start());
    let service = running.service();
    for number in 0..40 {
        made(&running, &service, &format!("before-{number}"));
    }
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let (running, service) = (Arc::clone(&running), service.clone());
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            thread::spawn(move || {
                let (mut acknowledged, mut refused) = (Vec::new(), 0);
                for number in 0.. {
                    match write(&running, &service, &format!("during-{writer}-{number}")) {
                        Some((201, id)) => acknowledged.push(id),
                        Some((503, _)) => refused += 1,
                        other => panic!("{other:?}"),
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                }
                (acknowledged, refused)
            })
        })
        .collect();
    while count.load(Ordering::SeqCst) < 20 {
        thread::yield_now();
    }
    let told = done(&house.moving().output().unwrap());
    stop.store(true, Ordering::SeqCst);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.join().unwrap().0);
    }
    let lines = lines(&told);
    let caught_up: u64 = lines
        .iter()
        .filter(|(step, ..)| step == "caught-up")
        .map(|(.., changed)| changed)
        .sum();
    assert!(caught_up > 0, "it was written to meanwhile: {told}");
    assert_eq!(lines.last().unwrap().0, "moved");
    assert!(told.contains("chain and rows agree"), "{told}");

    // The folder's server answers and takes nothing any more, not even the decision that would be the first one after it.
    assert_eq!(status(&running, &service, &acknowledged[0]), 200);
    assert_eq!(write(&running, &service, "too-late").unwrap().0, 503);
    let ready = request(running.address, "GET /health/ready HTTP/1.1", "").unwrap();
    assert_eq!(ready.0, 503, "{ready:?}");
    drop(Arc::try_unwrap(running).ok().unwrap());

    let moved = Running::serve_configured(free_address(), &house.keys());
    for id in &acknowledged {
        assert_eq!(status(&moved, &service, id), 200, "{id}");
    }
    made(&moved, &service, "it-goes-on");
    assert!(moved.stop().success());
    let verified = done(&house.consentry(&["verify-ledger"]).output().unwrap());
    assert!(verified.contains("chain and rows agree"), "{verified}");
    let audit = done(&house.consentry(&["audit"]).output().unwrap());
    assert!(audit.contains("changeType=\"create\""), "{audit}");

    // Whoever starts the old server by mistake is told.
    let mut old = Command::new(env!("CARGO_BIN_EXE_consentry"));
    old.env(
        "CONSENTRY__STORAGE__URL",
        format!("sqlite://{}", house.data().display()),
    );
    refused(&old.arg("serve").output().unwrap(), "was moved to PostgreSQL");
    refused(&house.moving().output().unwrap(), "the ledger was moved already");
}

#[test]
fn a_move_that_is_killed_leaves_nothing_that_looks_whole_and_goes_on_when_repeated() {
    let house = House::new();
    let running = house.start();
    let service = running.service();
    for number in 0..10 {
        made(&running, &service, &format!("before-{number}"));
    }
    for (number, (step, table)) in [
        ("copied", "tenant_log"),
        ("copied", "record"),
        ("caught-up", "consent_event"),
        ("proved", "consent"),
    ]
    .into_iter()
    .enumerate()
    {
        house.move_until(step, table);
        for command in [["verify-ledger"], ["migrate"], ["audit"], ["serve"]] {
            refused(
                &house.consentry(&command).output().unwrap(),
                "is not finished: repeat `consentry move-to-postgres`",
            );
        }
        // The folder is what it was.
        made(&running, &service, &format!("after-{number}"));
    }
    let told = done(&house.moving().output().unwrap());
    let changed = |step: &str, table: &str| {
        let lines = lines(&told);
        lines
            .iter()
            .find(|line| line.0 == step && line.1 == table)
            .unwrap()
            .2
    };
    assert!(
        changed("copied", "consent_event") < 10,
        "it went on where it stopped: {told}"
    );
    assert_eq!(write(&running, &service, "too-late").unwrap().0, 503);
    assert!(running.stop().success());

    // Killed between the mark in the folder and the end.
    let source = std::fs::canonicalize(house.data().join("ledger.db")).unwrap();
    house.execute(&format!(
        "CREATE TABLE unfinished_copy (source text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now()); \
         INSERT INTO unfinished_copy VALUES ('{}')",
        source.display()
    ));
    refused(&house.consentry(&["serve"]).output().unwrap(), "is not finished");
    done(&house.moving().output().unwrap());
    let verified = done(&house.consentry(&["verify-ledger"]).output().unwrap());
    assert!(verified.contains("chain and rows agree"), "{verified}");
}

#[test]
fn a_move_into_what_is_not_empty_or_without_what_it_needs_is_refused() {
    let house = House::new();
    refused(&house.moving().output().unwrap(), "there is no ledger in");
    assert!(house.start().stop().success());
    house.execute("CREATE TABLE precious (id int)");
    refused(&house.moving().output().unwrap(), "not empty: precious is there");
    assert_eq!(
        house.execute(
            "SELECT string_agg(relname::text, ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ),
        "precious"
    );
    house.execute("DROP TABLE precious");

    refused(
        &house.consentry(&["move-to-postgres"]).output().unwrap(),
        "--data names the folder",
    );
    let key = house.data().join("root.key");
    let text = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    refused(
        &house.moving().output().unwrap(),
        "without it nothing can be proved",
    );
    std::fs::write(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    refused(&house.moving().output().unwrap(), "is not that of this ledger");
    std::fs::write(&key, text).unwrap();

    // Another ledger's copy is not gone on with.
    let other = House::new();
    assert!(other.start().stop().success());
    let mut mixed = house.consentry(&["move-to-postgres", "--data"]);
    refused(
        &mixed.arg(other.data()).output().unwrap(),
        "was begun in this database: go on with that one",
    );
    done(&house.moving().output().unwrap());
    let mut again = house.consentry(&["move-to-postgres", "--data"]);
    refused(
        &again.arg(other.data()).output().unwrap(),
        "the database is not empty",
    );
}

#[test]
fn a_row_that_is_not_the_same_on_both_sides_is_named_and_nothing_is_moved() {
    let house = House::new();
    let running = house.start();
    let service = running.service();
    made(&running, &service, "one");
    house.move_until("copied", "tenant_log");
    house.execute(
        "TRUNCATE consent; CREATE FUNCTION twist() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN NEW.updated_at := NEW.updated_at + 1; RETURN NEW; END $$; \
         CREATE TRIGGER twist BEFORE INSERT ON consent FOR EACH ROW EXECUTE FUNCTION twist()",
    );
    let output = house.moving().output().unwrap();
    refused(&output, "the copy is not the ledger: consent (shard ");
    refused(&output, "differs in updated_at");
    refused(&house.consentry(&["serve"]).output().unwrap(), "is not finished");
    made(&running, &service, "two");
    house.execute("DROP TRIGGER twist ON consent");
    done(&house.moving().output().unwrap());
    assert!(running.stop().success());
}

#[test]
fn a_ledger_that_is_not_sound_is_not_moved() {
    let house = House::new();
    let running = house.start();
    let service = running.service();
    made(&running, &service, "one");
    assert!(running.stop().success());
    let file = house.data().join("ledger.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let leaf = br#""type":"consent.granted""#;
    let at = bytes.windows(leaf.len()).rposition(|window| window == leaf);
    bytes[at.unwrap() + leaf.len() - 2] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    refused(&house.moving().output().unwrap(), "first difference at event");
    refused(&house.consentry(&["serve"]).output().unwrap(), "is not finished");
}
