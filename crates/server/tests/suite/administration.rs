//! The administration door over the binary: the demo's administrator, and what is left of it in the log.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::binary::{Running, free_address, request};

/// Status and body of an administrator's request.
fn administer(running: &Running, method: &str, path: &str, body: &str) -> (u16, Value) {
    let admin = &running.description["authorization"]["admin"];
    let (id, secret) = (&admin["client_id"], &admin["client_secret"]);
    let pair = format!("{}:{}", id.as_str().unwrap(), secret.as_str().unwrap());
    let head = format!(
        "{method} /admin/v1{path} HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Basic {}",
        STANDARD.encode(pair)
    );
    let (status, body) = request(running.address, &head, body).unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[test]
fn rec_12_5_the_demo_tells_the_credential_of_an_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(free_address(), folder.path());
    let (status, listed) = administer(&running, "GET", "/accounts", "");
    assert_eq!(
        (status, listed["accounts"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    let wording = json!({ "version": "2.0", "data": "Your e-mail address", "purpose": "To write to you" });
    let path = "/definitions/email-newsletter/localizations/en-GB";
    let (status, put) = administer(&running, "PUT", path, &wording.to_string());
    assert_eq!((status, &put["versions"]), (200, &json!(["1.2", "2.0"])));
    let account = json!({ "uid": ["courier"], "password": "not in the log", "bypass_acl": true });
    let path = "/accounts/cn=courier,dc=harbor,dc=example";
    assert_eq!(administer(&running, "PUT", path, &account.to_string()).0, 201);

    let head = format!(
        "GET /consent/v1/definitions/email-newsletter/localizations/en-GB HTTP/1.1\r\nAuthorization: Basic {}",
        STANDARD.encode("courier:not in the log")
    );
    let (status, seen) = request(running.address, &head, "").unwrap();
    assert_eq!(status, 200);
    assert!(seen.contains("To write to you"), "{seen}");
    assert!(running.stop().success());

    let audit = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["audit", "--tenant", "harbor", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    let audit = String::from_utf8(audit.stdout).unwrap();
    for expected in [
        "resourceType=\"localization\" changeType=\"update\" attrsUpdated=\"purposeText,version\" \
         attrsDeleted=\"titleText\" requestClient=\"harbor-admin\"",
        "resourceType=\"account\" changeType=\"create\" attrsAdded=\"bypassACL,id,password,uid\" \
         requestClient=\"harbor-admin\" door=\"operator\" id=\"cn=courier,dc=harbor,dc=example\"",
    ] {
        assert!(audit.contains(expected), "{expected}: {audit}");
    }
    assert!(!audit.contains("not in the log"));
}
