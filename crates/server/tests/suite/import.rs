//! `consentry import ldif`, over the binary: what a file makes of the directory, and who can log in afterwards.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::binary::{Running, free_address, request};

const PEOPLE: &str = "version: 1

# Two accounts and what stands around them.
dn: ou=services,dc=harbor,dc=example
objectClass: organizationalUnit
ou: services

dn: uid=Night Desk,ou=services,
 dc=harbor,dc=example
changetype: add
objectClass: inetOrgPerson
uid: night desk
cn:: TsOkY2h0ZGllbnN0
userPassword: night:secret-1

dn: uid=ops,ou=services,dc=harbor,dc=example
objectClass: account
uid: ops
ds-privilege-name: bypass-acl
userPassword: ops-secret-2
";

struct House {
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl House {
    /// The demo's ledger, made and closed.
    fn new() -> Self {
        let own = Self {
            folder: tempfile::tempdir().unwrap(),
            address: free_address(),
        };
        assert!(own.start().stop().success());
        own
    }

    fn start(&self) -> Running {
        Running::start(self.address, &self.data())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("people.ldif");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, text: &str, more: &[&str]) -> Output {
        import(&self.file(text), &self.data(), more)
    }
}

fn import(file: &Path, data: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["import", "ldif", "-f"])
        .arg(file)
        .arg("--data")
        .arg(data)
        .args(more)
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn imported(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    out(output)
}

/// Status and body of a request to the records door.
fn ask(running: &Running, user: &str, password: &str, path: &str) -> (u16, Value) {
    let basic = STANDARD.encode(format!("{user}:{password}"));
    let head = format!("GET /consent/v1{path} HTTP/1.1\r\nAuthorization: Basic {basic}");
    let (status, body) = request(running.address, &head, "").unwrap();
    (status, serde_json::from_str(&body).unwrap())
}

pub(crate) fn status(running: &Running, user: &str, password: &str) -> u16 {
    ask(running, user, password, "/definitions").0
}

#[test]
fn rec_12_3_accounts_of_an_ldif_file_log_in_and_a_second_import_changes_nothing() {
    let house = House::new();
    let dry = imported(&house.import(PEOPLE, &["--dry-run"]));
    assert!(dry.contains("+ account uid=ops,ou=services"), "{dry}");
    assert!(dry.contains("nothing is written; it would be 2 added"), "{dry}");
    let first = imported(&house.import(PEOPLE, &[]));
    assert_eq!(
        first,
        "+ account uid=night desk,ou=services,dc=harbor,dc=example\n\
         + account uid=ops,ou=services,dc=harbor,dc=example (may do anything)\n\
         2 added, 0 changed, 0 unchanged; no accounts: 1\n"
    );
    let again = imported(&house.import(PEOPLE, &["--tenant", "harbor"]));
    assert_eq!(again, "0 added, 0 changed, 2 unchanged; no accounts: 1\n");

    let running = house.start();
    for name in [
        "night desk",
        "Nächtdienst",
        "uid=Night Desk,ou=Services,dc=harbor,dc=example",
    ] {
        assert_eq!(status(&running, name, "night:secret-1"), 200, "{name}");
    }
    assert_eq!(status(&running, "night desk", "wrong"), 401);
    let everybody = "/consents?subject=ada&all=true";
    assert_eq!(
        ask(&running, "ops", "ops-secret-2", everybody).0,
        200,
        "the bypass right"
    );
    assert_eq!(ask(&running, "night desk", "night:secret-1", everybody).0, 403);
    assert!(running.stop().success());

    let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(house.data())
        .status();
    assert!(verified.unwrap().success());
}

#[test]
fn rec_12_3_a_later_file_changes_what_it_says_and_leaves_the_rest() {
    let house = House::new();
    imported(&house.import(PEOPLE, &[]));
    let changed = imported(&house.import(
        "dn: UID=ops,OU=services,dc=harbor,dc=example\nuid: operations\nds-pwp-account-disabled: false\n\n\
         dn: uid=night desk,ou=services,dc=harbor,dc=example\nuid: night desk\nuserPassword: new-secret-3\n",
        &[],
    ));
    assert!(changed.contains("0 added, 2 changed, 0 unchanged"), "{changed}");
    let running = house.start();
    let everybody = "/consents?subject=ada&all=true";
    assert_eq!(
        ask(&running, "operations", "ops-secret-2", everybody).0,
        200,
        "password and right are not in the file and stay"
    );
    assert_eq!(status(&running, "ops", "ops-secret-2"), 401, "a name that went");
    assert_eq!(status(&running, "night desk", "new-secret-3"), 200);
    assert_eq!(status(&running, "night desk", "night:secret-1"), 401);
    assert!(running.stop().success());
    let off = "dn: uid=night desk,ou=services,dc=harbor,dc=example\nuid: night desk\nds-pwp-account-disabled: true\n";
    imported(&house.import(off, &[]));
    let running = house.start();
    assert_eq!(status(&running, "night desk", "new-secret-3"), 401);
}

#[test]
fn rec_12_3_refused_lines_are_named_and_the_other_entries_are_imported() {
    let house = House::new();
    let text = "dn: uid=a,dc=x\nuid: a\n\n\
                dn: uid=b,dc=x\nchangetype: delete\n\n\
                dn: uid=c,dc=x\nuid:: !!!\n\n\
                dn: no name\nobjectClass: person\n\n\
                dn: uid=A,dc=X\nuid: again\n\n\
                dn: uid=d,dc=x\nuid: d\nuserPassword: {SSHA}c2VjcmV0LTk=\n";
    let output = house.import(text, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        out(&output),
        "+ account uid=a,dc=x\n+ account uid=d,dc=x\n2 added, 0 changed, 0 unchanged; no accounts: 0\n"
    );
    let file = house.file(text).display().to_string();
    let said: Vec<String> = err(&output)
        .lines()
        .map(|line| line.replace(&file, "FILE"))
        .collect();
    assert_eq!(
        said,
        [
            "FILE:5: changetype delete is no addition",
            "FILE:8: the value is not base64",
            "FILE:10: the dn is no distinguished name",
            "FILE:13: the entry of line 1 has this dn",
            "FILE:18: a password of scheme {SSHA} cannot be taken over and is left out",
            "consentry: 4 entries were refused, the others were not",
        ]
    );
}

#[test]
fn rec_4_1_an_import_never_takes_a_login_away_from_a_person() {
    let house = House::new();
    let output = house.import(
        "dn: UID=Ada,ou=people,dc=harbor,dc=example\nuid: somebody\n\n\
         dn: uid=x,dc=x\nuid: x\nuid: ben\n\n\
         dn: uid=y,dc=x\nuid: y\n",
        &[],
    );
    assert_eq!(output.status.code(), Some(1));
    let said = err(&output);
    assert!(
        said.contains(":1: a person who logs in here has this name"),
        "{said}"
    );
    assert!(
        said.contains(":4: a person who logs in here is called ben"),
        "{said}"
    );
    assert!(out(&output).contains("1 added"));
    let running = house.start();
    for user in running.description["users"].as_array().unwrap() {
        let password = user["password"].as_str().unwrap();
        for name in ["username", "dn"] {
            assert_eq!(
                status(&running, user[name].as_str().unwrap(), password),
                200,
                "{name}"
            );
        }
    }
}

#[test]
fn rec_12_3_a_password_that_openldap_hashed_with_argon2_goes_on_being_right() {
    let hashed = Command::new("/usr/sbin/slappasswd")
        .args([
            "-o",
            "module-path=/usr/lib/ldap",
            "-o",
            "module-load=argon2",
            "-h",
            "{ARGON2}",
            "-s",
        ])
        .arg("their-secret-4")
        .output()
        .unwrap();
    let hash = String::from_utf8(hashed.stdout).unwrap();
    assert!(hash.starts_with("{ARGON2}"), "{hash}");
    let house = House::new();
    imported(&house.import(
        &format!("dn: uid=kept,dc=x\nuid: kept\nuserPassword: {hash}"),
        &[],
    ));
    let running = house.start();
    assert_eq!(status(&running, "kept", "their-secret-4"), 200);
    assert_eq!(status(&running, "kept", "their-secret-5"), 401);
}

#[test]
fn an_import_without_a_ledger_a_file_or_a_tenant_says_so_in_one_sentence() {
    let house = House::new();
    for (output, why) in [
        (
            import(Path::new("nowhere.ldif"), &house.data(), &[]),
            "nowhere.ldif: ",
        ),
        (
            import(&house.file(PEOPLE), &house.folder.path().join("other"), &[]),
            "there is no ledger in ",
        ),
        (
            house.import(PEOPLE, &["--tenant", "nobody"]),
            "there is no tenant nobody",
        ),
    ] {
        assert_eq!(output.status.code(), Some(1));
        let said = err(&output);
        assert!(said.contains(why) && said.lines().count() == 1, "{said}");
    }
    assert!(!house.folder.path().join("other").exists());
}
