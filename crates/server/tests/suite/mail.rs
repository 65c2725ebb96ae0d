//! kill -9 while mails are on their way: every decision is mailed, and what comes twice comes under the same id.
#![expect(
    clippy::disallowed_methods,
    reason = "a process of its own sends, so what came is looked at again and again"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use consentry_testkit::{MailServer, mail_server::ACCOUNT};
use serde_json::{Value, json};

use crate::binary::{Running, free_address, request};

const ROUNDS: usize = 2;

/// Records made in each round.
const RECORDS: usize = 5;

/// How long everything may take to arrive at last.
const PATIENCE: Duration = Duration::from_mins(1);

fn recorded(running: &Running, audience: &str) {
    let record = json!({
        "status": "accepted", "subject": "ada", "actor": "ada", "audience": audience,
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    });
    let credential = running.service();
    let head = format!(
        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {credential}\r\nContent-Type: application/json"
    );
    let (status, answer) = request(running.address, &head, &record.to_string()).unwrap();
    assert_eq!(status, 201, "{answer}");
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn kills_while_sending_lose_no_mail_and_repeats_keep_their_id() {
    let server = MailServer::start();
    let folder = tempfile::tempdir().unwrap();
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), &server.authority).unwrap();
    let keys = [
        ("CONSENTRY__MAIL__HOST", "localhost".to_owned()),
        ("CONSENTRY__MAIL__PORT", server.port.to_string()),
        ("CONSENTRY__MAIL__CA_FILE", authority.path().display().to_string()),
        ("CONSENTRY__MAIL__USER", ACCOUNT.0.to_owned()),
        ("CONSENTRY__MAIL__PASSWORD", ACCOUNT.1.to_owned()),
        ("CONSENTRY__MAIL__FROM", "noreply@harbor.example".to_owned()),
    ];
    let address = free_address();
    for round in 0..ROUNDS {
        let running = Running::start_configured(address, folder.path(), &keys);
        assert_eq!(
            running.description.get("mail_outbox"),
            None,
            "mails are really sent"
        );
        let before = server.mails().len();
        if round == 0 {
            // Only what happens once somebody works on mails leads to some.
            until("mails are worked on", || {
                recorded(&running, &format!("first {}", server.mails().len()));
                thread::sleep(Duration::from_millis(200));
                !server.mails().is_empty()
            });
        }
        for number in 0..RECORDS {
            recorded(&running, &format!("app-{round}-{number}"));
        }
        until("some came", || server.mails().len() > before + round);
        running.kill();
    }
    let running = Running::start_configured(address, folder.path(), &keys);
    let expected: BTreeSet<String> = (0..ROUNDS)
        .flat_map(|round| (0..RECORDS).map(move |number| format!("app-{round}-{number}")))
        .collect();
    let said = |mail: &Value, audience: &str| mail["plain"].as_str().unwrap().contains(audience);
    until("all of them came", || {
        let all = server.mails();
        expected
            .iter()
            .all(|audience| all.iter().any(|mail| said(mail, audience)))
    });
    assert!(running.stop().success());
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mail in server.mails() {
        let subject = mail["plain"].as_str().unwrap().to_owned();
        let id = MailServer::header(&mail, "Message-ID").unwrap().to_owned();
        ids.entry(subject).or_default().insert(id);
    }
    assert!(
        ids.values().all(|ids| ids.len() == 1),
        "one decision, one id: {ids:?}"
    );
}
