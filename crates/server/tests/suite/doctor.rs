//! `consentry doctor`: the usual mistakes, each made on purpose; and what else the command line tells about itself.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use consentry_testkit::{
    nats::{self, Nats},
    postgres::Postgres,
};

use crate::binary::{Running, free_address};

/// What the doctor says of an installation in a folder, with these keys in the environment.
fn doctor(folder: &Path, keys: &[(&str, &str)]) -> (String, Output) {
    let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .current_dir(folder)
        .env("CONSENTRY__STORAGE__URL", "sqlite://data")
        .env("CONSENTRY__SERVER__LISTEN", "127.0.0.1:1")
        .envs(keys.iter().copied())
        .arg("doctor")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    (said, output)
}

/// The line about a subject that is wrong, and its cure.
#[track_caller]
fn wrong<'a>(said: &'a str, subject: &str) -> (&'a str, &'a str) {
    let mut lines = said.lines();
    let beginning = format!("WRONG    {subject}: ");
    let line = lines
        .find_map(|line| line.strip_prefix(&beginning))
        .unwrap_or_else(|| panic!("nothing is wrong with {subject}: {said}"));
    let cure = lines.next().and_then(|line| line.trim().strip_prefix("cure: "));
    (line, cure.unwrap())
}

#[track_caller]
fn assert_says(said: &str, line: &str) {
    assert!(
        said.lines().any(|said| said.starts_with(line)),
        "{line} is missing: {said}"
    );
}

#[test]
fn before_the_first_start_nothing_is_wrong_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (said, output) = doctor(folder.path(), &[]);
    for line in [
        "ok       configuration:",
        "ok       public address: http://127.0.0.1:1/",
        "skipped  public address: nothing answers at",
        "skipped  proxy:",
        "skipped  clock:",
        "skipped  nats: nothing is mirrored",
        "skipped  root key:",
        "skipped  database: there is no ledger in data yet",
        "skipped  mail:",
        "skipped  framing:",
        "ok       switches:",
    ] {
        assert_says(&said, line);
    }
    assert!(output.status.success(), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn each_mistake_is_named_with_its_cure() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("weak.key");
    std::fs::write(&key, STANDARD.encode([7; 32])).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (said, output) = doctor(
        folder.path(),
        &[
            (
                "CONSENTRY__SERVER__PUBLIC_URL",
                "http://consents.bank.example/app",
            ),
            ("CONSENTRY__KEYS__ROOT_FILE", key.to_str().unwrap()),
            ("CONSENTRY__MAIL__HOST", "127.0.0.1"),
            ("CONSENTRY__MAIL__PORT", "1"),
            ("CONSENTRY__MAIL__TLS", "none"),
            ("CONSENTRY__MAIL__FROM", "consents@bank.example"),
            ("CONSENTRY__DEVELOPMENT__MOCK_TOKENS", "true"),
        ],
    );
    let (what, cure) = wrong(&said, "public address");
    assert!(
        what.contains("is not https") && cure.contains("server.public_url"),
        "{said}"
    );
    let (what, cure) = wrong(&said, "root key");
    assert!(
        what.contains("mode 644") && cure.starts_with("chmod 600"),
        "{said}"
    );
    assert!(said.contains("is not 32 random bytes"), "{said}");
    let (_, cure) = wrong(&said, "mail");
    assert!(cure.contains("[mail]"), "{said}");
    let (what, _) = wrong(&said, "switches");
    assert!(what.contains("mock_tokens"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "consentry: 5 of what was looked at is wrong\n");
    assert!(!said.contains(&STANDARD.encode([7; 32])), "no key is shown");

    let https = [
        (
            "CONSENTRY__SERVER__PUBLIC_URL",
            "https://consents.bank.example/app",
        ),
        ("CONSENTRY__EGRESS__DEADLINE_SECONDS", "1"),
    ];
    let (said, _) = doctor(folder.path(), &https);
    assert!(wrong(&said, "public address").0.contains("has a path"), "{said}");
    assert!(
        wrong(&said, "proxy").1.contains("server.trusted_proxies"),
        "{said}"
    );
    let (said, _) = doctor(folder.path(), &[("CONSENTRY__SERVER__LISTEN", "0.0.0.0:1")]);
    assert!(
        wrong(&said, "public address")
            .0
            .contains("nothing says how people reach it")
    );
}

#[test]
fn evt_34_a_mirror_that_keeps_too_long_or_is_not_reached_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut nats = Nats::start();
    let (url, password) = (nats.url(), nats.password_file());
    let usual = [
        ("CONSENTRY__NATS__URLS", url.as_str()),
        ("CONSENTRY__NATS__USER", nats::USER.0),
        ("CONSENTRY__NATS__PASSWORD_FILE", password.to_str().unwrap()),
        ("CONSENTRY__NATS__DEADLINE_SECONDS", "2"),
    ];
    let (said, output) = doctor(folder.path(), &usual);
    assert_says(&said, "ok       nats: the server takes the account");
    assert!(output.status.success(), "{said}");
    let mut long = usual.to_vec();
    long.push(("CONSENTRY__NATS__MAX_AGE_DAYS", "31"));
    let (said, _) = doctor(folder.path(), &long);
    assert_says(&said, "ok       nats:");
    let (what, cure) = wrong(&said, "nats");
    assert!(
        what.contains("31 days") && cure.contains("nats.max_age_days to 30"),
        "{said}"
    );
    std::fs::write(&password, "another\n").unwrap();
    let (said, output) = doctor(folder.path(), &usual);
    assert!(wrong(&said, "nats").1.contains("[nats]"), "{said}");
    assert!(!output.status.success());
    nats.kill();
    let (said, _) = doctor(folder.path(), &usual);
    assert!(
        wrong(&said, "nats").1.contains("takes connections from here"),
        "{said}"
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_one_finding() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("consentry.toml"),
        "[server]\nlisen = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let (said, output) = doctor(folder.path(), &[]);
    let (what, cure) = wrong(&said, "configuration");
    assert!(what.contains("did you mean server.listen?"), "{said}");
    assert!(cure.contains("config show"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_database_that_is_away_and_a_key_that_is_nowhere_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgresql://somebody:s3cret@127.0.0.1:1/ledger";
    let keys = [
        ("CONSENTRY__STORAGE__URL", url),
        ("CONSENTRY__STORAGE__PATIENCE_SECONDS", "1"),
    ];
    let (said, output) = doctor(folder.path(), &keys);
    assert!(wrong(&said, "database").1.contains("storage.url"), "{said}");
    assert!(wrong(&said, "root key").0.contains("keys.root_file"), "{said}");
    assert_says(&said, "skipped  disk: the ledger is in PostgreSQL");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !said.contains("s3cret") && !told.contains("s3cret"),
        "{said}{told}"
    );
}

#[tokio::test]
async fn a_database_without_a_ledger_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = Postgres::shared();
    let database = postgres.database();
    let url = postgres.url(&database);
    let before = postgres.structure(&database);
    let (said, _) = doctor(folder.path(), &[("CONSENTRY__STORAGE__URL", &url)]);
    assert_says(
        &said,
        "skipped  database: there is no ledger in the PostgreSQL database",
    );
    assert_eq!(postgres.structure(&database), before);
    assert!(!before.contains("consent_event"), "it was empty");
}

#[test]
fn a_server_that_runs_is_found_and_its_ledger_looked_at_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (address, data) = (free_address(), folder.path().join("data"));
    let running = Running::serve(address, &data);
    let listen = address.to_string();
    let keys = [("CONSENTRY__SERVER__LISTEN", listen.as_str())];
    let (said, output) = doctor(folder.path(), &keys);
    for line in [
        "ok       public address: a server answers at",
        "ok       clock: it agrees",
        "ok       root key:",
        "skipped  database: a server has it open",
    ] {
        assert_says(&said, line);
    }
    assert!(output.status.success(), "{said}");
    assert!(running.stop().success());
    let (said, output) = doctor(folder.path(), &keys);
    assert_says(&said, "ok       database: data opens with its key");
    assert_says(&said, "skipped  framing: ");
    assert!(output.status.success(), "{said}");

    std::fs::rename(data.join("root.key"), data.join("kept")).unwrap();
    let (said, _) = doctor(folder.path(), &keys);
    assert!(
        wrong(&said, "root key")
            .0
            .contains("is not: nothing in it can be read")
    );
    assert!(wrong(&said, "database").1.contains("root key"), "{said}");
    std::fs::rename(data.join("kept"), data.join("root.key")).unwrap();
    std::fs::write(
        data.join("root.key"),
        STANDARD.encode(*b"0123456789abcdefghijklmnopqrstuv"),
    )
    .unwrap();
    let (said, _) = doctor(folder.path(), &keys);
    let _another_key = wrong(&said, "database");
}

#[test]
fn something_else_at_the_public_address_and_another_clock_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        let _asked = stream.read(&mut [0; 1024]).unwrap();
        let answer = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let (said, _) = doctor(folder.path(), &[("CONSENTRY__SERVER__LISTEN", &address)]);
    answering.join().unwrap();
    assert!(
        wrong(&said, "public address").0.contains("is something else"),
        "{said}"
    );
    let (what, cure) = wrong(&said, "clock");
    assert!(
        what.contains("seconds ahead of that of the public address") && cure.contains("chrony"),
        "{said}"
    );
}

#[test]
fn shells_complete_the_commands_and_the_manual_has_a_page_for_each() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        for command in ["serve", "verify-ledger", "doctor"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let _told = run(&["man", "--to", pages.to_str().unwrap()]);
    for page in ["consentry", "consentry-serve", "consentry-key-rotate"] {
        let text = std::fs::read_to_string(pages.join(format!("{page}.1"))).unwrap();
        assert!(
            text.contains(&format!(".TH {page} 1")) || text.contains(&format!(".TH \"{page}\"")),
            "{page}: {}",
            text.lines().take(4).collect::<Vec<_>>().join("\n")
        );
    }
}
