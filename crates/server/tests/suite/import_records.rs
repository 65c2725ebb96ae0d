//! `consentry import records`, over the binary: what a file of another product makes of the ledger, and what clients see of it.

mod refusals;

use std::process::{Command, Output};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    apply::{CARLA, EXAMPLE, House, PORTAL, applied, ask, refused},
    binary::{Running, free_address, request},
};

const ACCEPTED: &str = "3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10";
const REVOKED: &str = "ffffffff-ffff-4fff-bfff-ffffffffffff";
const PENDING: &str = "00000000-0000-4000-8000-000000000001";

/// As the other product's directory exports it: folded lines, base64, comments, several values, and what is no record.
const RECORDS: &str = r#"version: 1

# The container of records.
dn: ou=consents,dc=meadow,dc=example
objectClass: organizationalUnit
ou: consents

dn: entryUUID=3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10,ou=Consents,dc=meadow,
 dc=example
objectClass: top
objectClass: ping-consent
# Of a mobile app.
ping-consent-state: accepted
ping-consent-subject: 5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22
ping-consent-subject-dn: uid=Carla,ou=People,dc=meadow,dc=example
ping-consent-actor: dora
ping-consent-actor-dn: uid=dora,ou=people,dc=meadow,dc=example
ping-consent-audience: store-app
ping-consent-collaborators: ben
ping-consent-collaborators:: w4ltaWxl
ping-consent-definition: {"id":"share-location","version":"1.0","lo
 cale":"en-gb"}
ping-consent-title-text: Find shops near you
ping-consent-data-text: Your position,
  as it was written then
ping-consent-purpose-text:: Wm9lazogd2lua2VscyDigJMgZGljaHRiaWo=
ping-consent-data: {"precision":1.10000000000000000001,"none":null,"empty":[]}
ping-consent-consent-context: { "captureMethod": "mobile" }
ping-consent-created-date: 20250304091527.104Z
ping-consent-updated-date: 20250305111500.5+0100
entryUUID: 3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10
modifyTimestamp: 20251231000000Z

dn: entryUUID=ffffffff-ffff-4fff-bfff-ffffffffffff,ou=consents,dc=meadow,dc=example
ping-consent-status: REVOKED
ping-consent-subject: somebody nobody knows
ping-consent-definition: {"id":"email-newsletter","version":"1.0","locale":"en-GB"}
createTimestamp: 20240101000000Z
modifyTimestamp: 20240102000000Z

dn: entryUUID=00000000-0000-4000-8000-000000000001,ou=consents,dc=meadow,dc=example
ping-consent-state: pending
ping-consent-subject-dn: uid=carla,ou=people,dc=meadow,dc=example
ping-consent-audience: store-app
ping-consent-definition: {"id":"share-location"}
ping-consent-created-date: 20230101000000Z
"#;

const SERVICE: (&str, &str) = ("portal", PORTAL);
const PERSON: (&str, &str) = ("carla", CARLA);

fn house() -> House {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    house
}

impl House {
    fn import_records(&self, text: &str, more: &[&str]) -> Output {
        let file = self.folder.path().join("consents.ldif");
        std::fs::write(&file, text).unwrap();
        Command::new(env!("CARGO_BIN_EXE_consentry"))
            .current_dir(self.folder.path())
            .args(["import", "records", "-f", "consents.ldif", "--data"])
            .arg(self.data())
            .args(more)
            .output()
            .unwrap()
    }

    fn configure(&self, text: &str) {
        std::fs::write(self.folder.path().join("consentry.toml"), text).unwrap();
    }

    fn verify(&self) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["verify-ledger", "--data"])
            .arg(self.data())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What would be found when nothing at all was imported.
    fn assert_empty(&self) {
        let running = self.serve();
        for id in [ACCEPTED, REVOKED, PENDING] {
            assert_eq!(read(&running, id).0, 404, "{id}");
        }
        assert!(running.stop().success());
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn failed(output: &Output) -> (String, Vec<String>) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    (out, said(output).lines().map(str::to_owned).collect())
}

fn read(running: &Running, id: &str) -> (u16, Value) {
    ask(running, "GET", &format!("/consents/{id}"), SERVICE, "")
}

/// Ids of the records that a search finds, in its order.
fn found(running: &Running, who: (&str, &str), query: &str) -> Vec<String> {
    let (status, body) = ask(running, "GET", &format!("/consents{query}"), who, "");
    assert_eq!(status, 200, "{query}: {body}");
    let found = body["_embedded"]["consents"].as_array().unwrap().iter();
    found
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

/// What a search of the API answers, kept in a file.
const ANSWER: &str = r#"{"_links":{"self":{"href":"https://old.example/consent/v1/consents"}},"count":2,"size":2,
"_embedded":{"consents":[
 {"id":"3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10","status":"accepted","subject":"5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22",
  "subjectDN":"uid=carla,ou=people,dc=meadow,dc=example","actor":"dora","audience":"store-app",
  "definition":{"id":"share-location","version":"1.0","locale":"en-GB"},"titleText":"Find shops near you",
  "createdDate":"2025-03-04T09:15:27.104Z","updatedDate":"2025-03-05T10:15:00.5Z","data":{"precision":1.5},
  "_links":{"self":{"href":"https://old.example/consent/v1/consents/3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10"}}},
 {"id":"00000000-0000-4000-8000-000000000001","status":"pending","subject":"somebody","definition":{"id":"share-location"},
  "createdDate":"2023-01-01T00:00:00Z"}
]}}"#;

#[test]
fn rec_17_records_that_a_search_answered_are_read_by_their_ids() {
    let house = house();
    let first = applied(&house.import_records(ANSWER, &[]));
    assert_eq!(
        first,
        "2 added, 0 unchanged, 0 different, 0 left out; no records: 0\n"
    );
    let again = applied(&house.import_records(ANSWER, &[]));
    assert_eq!(
        again,
        "0 added, 2 unchanged, 0 different, 0 left out; no records: 0\n"
    );
    let running = house.serve();
    let (status, record) = read(&running, ACCEPTED);
    assert_eq!((status, &record["status"]), (200, &json!("accepted")));
    assert_eq!(record["createdDate"], "2025-03-04T09:15:27.104Z");
    assert_eq!(record["data"], json!({ "precision": 1.5 }));
    assert_eq!(read(&running, PENDING).1["status"], "pending");
    assert!(running.stop().success());

    let wrong = ANSWER
        .replace("\"accepted\"", "\"perhaps\"")
        .replace("00000000-0000-4000-8000-000000000001", "no-uuid");
    let (_, lines) = failed(&house.import_records(&wrong, &["--dry-run"]));
    assert!(
        lines[0].starts_with("consents.ldif:3: 3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10: status "),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("consents.ldif:8: no-uuid: id is no UUID"),
        "{lines:?}"
    );
}

#[test]
fn rec_17_records_of_an_ldif_file_are_read_by_their_ids_and_a_second_import_changes_nothing() {
    let house = house();
    let dry = applied(&house.import_records(RECORDS, &["--dry-run"]));
    assert_eq!(
        dry,
        "nothing is written; it would be 3 added, 0 unchanged, 0 different, 0 left out; no records: 1\n"
    );
    house.assert_empty();
    let first = applied(&house.import_records(RECORDS, &[]));
    assert_eq!(
        first,
        "3 added, 0 unchanged, 0 different, 0 left out; no records: 1\n"
    );
    let events = house.verify();
    let again = applied(&house.import_records(RECORDS, &[]));
    assert_eq!(
        again,
        "0 added, 3 unchanged, 0 different, 0 left out; no records: 1\n"
    );
    assert_eq!(house.verify(), events, "a second import leaves no trace");

    let running = house.serve();
    let (status, mut record) = read(&running, ACCEPTED);
    assert_eq!(status, 200, "{record}");
    let record = record.as_object_mut().unwrap();
    record.remove("_links");
    assert_eq!(
        Value::Object(record.clone()),
        json!({
            "id": ACCEPTED,
            "status": "accepted",
            "subject": "5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22",
            "subjectDN": "uid=carla,ou=people,dc=meadow,dc=example",
            "actor": "dora",
            "actorDN": "uid=dora,ou=people,dc=meadow,dc=example",
            "audience": "store-app",
            "collaborators": ["ben", "Émile"],
            "definition": {
                "id": "share-location", "version": "1.0", "currentVersion": "1.0", "locale": "en-GB"
            },
            "titleText": "Find shops near you",
            "dataText": "Your position, as it was written then",
            "purposeText": "Zoek: winkels – dichtbij",
            "data": serde_json::from_str::<Value>(
                r#"{"precision":1.10000000000000000001,"none":null,"empty":[]}"#
            ).unwrap(),
            "consentContext": { "captureMethod": "mobile" },
            "createdDate": "2025-03-04T09:15:27.104Z",
            "updatedDate": "2025-03-05T10:15:00.500Z",
        })
    );
    let basic = STANDARD.encode(format!("portal:{PORTAL}"));
    let head = format!("GET /consent/v1/consents/{ACCEPTED} HTTP/1.1\r\nAuthorization: Basic {basic}");
    let (_, raw) = request(running.address, &head, "").unwrap();
    assert!(
        raw.contains("1.10000000000000000001"),
        "numbers keep their digits: {raw}"
    );
    let (_, revoked) = read(&running, REVOKED);
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(revoked["subject"], "somebody nobody knows");
    assert_eq!(revoked["dataText"], "Your e-mail address");
    assert_eq!(
        (&revoked["subjectDN"], &revoked["actor"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(revoked["createdDate"], "2024-01-01T00:00:00.000Z");
    assert_eq!(revoked["updatedDate"], "2024-01-02T00:00:00.000Z");
    let (_, pending) = read(&running, PENDING);
    assert_eq!(pending["subject"], "uid=carla,ou=people,dc=meadow,dc=example");
    assert_eq!(pending["updatedDate"], pending["createdDate"]);

    for (query, expected) in [
        ("?subject=5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22", vec![ACCEPTED]),
        ("?subject=carla", vec![PENDING, ACCEPTED]),
        (
            "?subject=UID=Carla,%20ou=people,dc=meadow,dc=example",
            vec![PENDING, ACCEPTED],
        ),
        (
            "?subject=carla&audience=store-app&collaborator=ben",
            vec![ACCEPTED],
        ),
        ("?subject=carla&collaborator=%C3%89mile", vec![ACCEPTED]),
        ("?subject=carla&collaborator=dora", vec![]),
        ("?actor=dora", vec![ACCEPTED]),
        (
            "?actor=uid=dora,ou=people,dc=meadow,dc=example&audience=store-app",
            vec![ACCEPTED],
        ),
        ("?subject=somebody+nobody+knows", vec![REVOKED]),
        ("?all=true&audience=store-app", vec![PENDING, ACCEPTED]),
        ("?all=true", vec![PENDING, REVOKED, ACCEPTED]),
        ("?all=true&definition=email-newsletter", vec![REVOKED]),
    ] {
        assert_eq!(found(&running, SERVICE, query), expected, "{query}");
    }
    assert_eq!(found(&running, PERSON, ""), [PENDING, ACCEPTED], "her own");
    assert!(running.stop().success());
}

#[test]
fn rec_17_imported_records_change_and_go_like_others_and_no_later_import_brings_them_back() {
    let house = house();
    applied(&house.import_records(RECORDS, &[]));
    let running = house.serve();
    let path = |id: &str| format!("/consents/{id}");
    let revoke = r#"{"status":"revoked"}"#;
    let (status, changed) = ask(&running, "PATCH", &path(ACCEPTED), PERSON, revoke);
    assert_eq!(
        (status, &changed["status"]),
        (200, &json!("revoked")),
        "{changed}"
    );
    assert_eq!(changed["createdDate"], "2025-03-04T09:15:27.104Z");
    assert_ne!(changed["updatedDate"], "2025-03-05T10:15:00.500Z");
    let answered = r#"{"status":"accepted","definition":{"version":"1.0","locale":"nl-NL"}}"#;
    let (status, _) = ask(&running, "PATCH", &path(PENDING), SERVICE, answered);
    assert_eq!(status, 200);
    let (status, _) = ask(&running, "DELETE", &path(REVOKED), SERVICE, "");
    assert_eq!(status, 204);
    assert_eq!(read(&running, REVOKED).0, 404);
    assert!(running.stop().success());
    let events = house.verify();

    let (out, said) = failed(&house.import_records(RECORDS, &[]));
    assert_eq!(
        out,
        "0 added, 0 unchanged, 3 different, 0 left out; no records: 1\n"
    );
    let dn = |id: &str| format!("entryUUID={id},ou=consents,dc=meadow,dc=example");
    assert_eq!(
        said,
        [
            format!(
                "consents.ldif:8: {}: it is here with another actor, actorDN, status, updatedDate; it stays as it is",
                dn(ACCEPTED).replace("consents", "Consents")
            ),
            format!(
                "consents.ldif:34: {}: it was deleted here; it stays so",
                dn(REVOKED)
            ),
            format!(
                "consents.ldif:41: {}: it is here with another dataText, definition.locale, definition.version, \
                 purposeText, status, titleText, updatedDate; it stays as it is",
                dn(PENDING)
            ),
            "consentry: 3 entries of the file are not what stands here".to_owned(),
        ]
    );
    assert_eq!(house.verify(), events);
    let running = house.serve();
    assert_eq!(read(&running, ACCEPTED).1["status"], "revoked");
    assert_eq!(read(&running, REVOKED).0, 404);
}

#[test]
fn rec_17_names_and_container_come_from_the_configuration() {
    let house = house();
    let text = "dn: entryUUID=20000000-0000-4000-8000-000000000001,cn=records,o=there\n\
                consentAnswer: accepted\nwho: carla\nping-consent-shelf: 7\n\
                what: {\"id\":\"share-location\",\"version\":\"1.0\",\"locale\":\"nl-NL\"}\n\
                createTimestamp: 20250101000000Z\n\n\
                dn: entryUUID=20000000-0000-4000-8000-000000000002,cn=others,o=there\n\
                consentAnswer: accepted\n\n\
                dn: cn=a,cn=records,o=there\nwho: nobody\n";
    house.configure(
        "[import.records]\nbase_dn = \"CN=Records, O=There\"\nignored = [\"ping-consent-Shelf\"]\n\
         [import.records.names]\nstatus = \"consentAnswer\"\nsubject = [\"whoever\", \"who\"]\ndefinition = \"WHAT\"\n",
    );
    let imported = applied(&house.import_records(text, &[]));
    assert_eq!(
        imported,
        "1 added, 0 unchanged, 0 different, 0 left out; no records: 2\n"
    );
    let elsewhere = applied(&house.import_records(text, &["--base-dn", "dc=nowhere", "--dry-run"]));
    assert!(elsewhere.ends_with("0 added, 0 unchanged, 0 different, 0 left out; no records: 3\n"));
    let running = house.serve();
    let (status, record) = read(&running, "20000000-0000-4000-8000-000000000001");
    assert_eq!((status, &record["subject"]), (200, &json!("carla")));
    assert_eq!(record["subjectDN"], "uid=carla,ou=people,dc=meadow,dc=example");
    assert_eq!(record["titleText"], "Vind winkels in de buurt");
    assert!(running.stop().success());

    house.configure("[import.records.names]\nstate = \"x\"\n");
    let (_, said) = failed(&house.import_records(text, &[]));
    assert!(said[0].contains("state") && said.len() == 1, "{said:?}");
    house.configure("[import.records]\nbase_dn = \"x\"\n");
    let (_, said) = failed(&house.import_records(text, &[]));
    assert_eq!(
        said,
        ["consentry: import.records.base_dn: not a distinguished name"]
    );
}

#[test]
fn rec_17_an_id_that_stands_twice_in_a_file_is_one_record() {
    let house = house();
    let entry = |answer: &str| {
        format!(
            "dn: entryUUID=30000000-0000-4000-8000-000000000001,ou=consents,dc=meadow,dc=example\n\
             ping-consent-state: {answer}\nping-consent-subject: carla\n\
             ping-consent-definition: {{\"id\":\"share-location\",\"version\":\"1.0\",\"locale\":\"en-GB\"}}\n\
             ping-consent-created-date: 20250101000000Z\n\n"
        )
    };
    let text = [entry("accepted"), entry("accepted"), entry("denied")].concat();
    let (out, said) = failed(&house.import_records(&text, &[]));
    assert_eq!(
        out,
        "1 added, 1 unchanged, 1 different, 0 left out; no records: 0\n"
    );
    assert!(
        said[0].contains(":13: ") && said[0].contains("another status"),
        "{said:?}"
    );
    house.verify();
}

#[test]
fn rec_17_the_audit_tells_of_each_imported_record_once() {
    let house = house();
    applied(&house.import_records(RECORDS, &[]));
    let audit = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["audit", "--data"])
        .arg(house.data())
        .output()
        .unwrap();
    let lines = String::from_utf8(audit.stdout).unwrap();
    let of = |id: &str| lines.lines().filter(|line| line.contains(id)).collect::<Vec<_>>();
    let told = of(ACCEPTED);
    assert_eq!(told.len(), 1, "{lines}");
    for part in [
        r#"resourceType="consent" changeType="create""#,
        r#"door="operator""#,
        r#"subjectDN="uid=carla,ou=people,dc=meadow,dc=example""#,
        r#"actor="dora""#,
        r#"collaborators="ben,Émile""#,
        r#"status="accepted""#,
    ] {
        assert!(told[0].contains(part), "{part}: {}", told[0]);
    }
    assert!(!told[0].contains("requestDN"), "nobody asked for it: {}", told[0]);
    assert_eq!((of(REVOKED).len(), of(PENDING).len()), (1, 1));
}

#[test]
fn rec_17_many_records_of_many_people_come_in_batches() {
    let house = house();
    let entry = |number: u32| {
        let person = number % 37;
        format!(
            "dn: entryUUID=40000000-0000-4000-8000-{number:012x},ou=consents,dc=meadow,dc=example\n\
             ping-consent-state: {}\nping-consent-subject-dn: uid=p{person},ou=people,dc=meadow,dc=example\n\
             ping-consent-definition: {{\"id\":\"share-location\",\"version\":\"1.0\",\"locale\":\"en-GB\"}}\n\
             ping-consent-created-date: 2025{:02}{:02}000000Z\n\n",
            ["accepted", "denied", "revoked"][number as usize % 3],
            1 + number % 12,
            1 + number % 28,
        )
    };
    let text = (0..1_000).map(entry).collect::<Vec<_>>().concat();
    let imported = applied(&house.import_records(&text, &[]));
    assert!(imported.starts_with("1000 added, 0 unchanged"), "{imported}");
    house.verify();
    let again = applied(&house.import_records(&text, &[]));
    assert!(again.starts_with("0 added, 1000 unchanged"), "{again}");
    let running = house.serve();
    let one = "?subject=uid=p36,ou=people,dc=meadow,dc=example";
    assert_eq!(found(&running, SERVICE, one).len(), 27);
}

#[test]
fn evt_15_what_was_imported_is_told_once_and_marked() {
    let house = House::new();
    let address = free_address();
    let demo = Running::start(address, &house.data());
    let bank = demo.description["authorization"]["first_party"].clone();
    let events = |running: &Running| {
        let pair = ["client_id", "client_secret"].map(|name| bank[name].as_str().unwrap());
        let head = format!(
            "GET /events/v1/events?from=earliest&types=consent.imported,decision.recorded HTTP/1.1\r\nAuthorization: Basic {}",
            STANDARD.encode(pair.join(":"))
        );
        let (status, body) = request(running.address, &head, "").unwrap();
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        body["events"].as_array().unwrap().clone()
    };
    // What the demo begins with.
    let before = events(&demo).len();
    assert!(demo.stop().success());
    let record = "dn: entryUUID=00000000-0000-4000-8000-000000000001,ou=consents,dc=harbor,dc=example\n\
                  ping-consent-state: accepted\n\
                  ping-consent-subject: ada\n\
                  ping-consent-audience: moneytrack\n\
                  ping-consent-definition: {\"id\":\"share-my-email\",\"version\":\"1.0\",\"locale\":\"en-GB\"}\n\
                  ping-consent-created-date: 20230101000000Z\n";
    applied(&house.import_records(record, &[]));
    // A demo is one address's.
    let demo = Running::start(address, &house.data());
    let told = events(&demo).split_off(before);
    let kinds: Vec<_> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["consentry.decision.recorded", "consentry.consent.imported"]
    );
    for event in &told {
        assert_eq!(event["data"]["imported"], true, "{event}");
    }
    assert_eq!(told[1]["data"]["consent"]["status"], "accepted", "{}", told[1]);
}

#[test]
fn rec_19_1_a_status_beyond_the_four_is_taken_over_where_it_is_configured() {
    let text = RECORDS.replace("ping-consent-state: pending", "ping-consent-state: On-Hold");
    let told = refused(&house().import_records(&text, &[]));
    assert!(
        told.contains("status must be pending, accepted, denied or revoked"),
        "{told}"
    );

    let house = House::new();
    let section = "[tenants.records]\n";
    assert!(EXAMPLE.contains(section));
    let statuses = format!("{section}additional_statuses = {{ on-hold = \"pending\" }}\n");
    applied(&house.apply(&EXAMPLE.replace(section, &statuses), &[]));
    for expected in ["3 added, 0 unchanged", "0 added, 3 unchanged"] {
        let done = applied(&house.import_records(&text, &[]));
        assert!(done.starts_with(expected), "{done}");
    }
    let running = house.serve();
    assert_eq!(read(&running, PENDING).1["status"], "on-hold");
}
