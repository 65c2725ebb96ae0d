//! What every test here begins with.

use consentry_domain::credential::Principal;
use consentry_ledger::provision::Entry;
use consentry_testkit::{Answer, TestApp, slapd::Slapd};
use http::Method;
use serde_json::{Value, json};

pub(crate) const DORA: &str = "uid=dora,ou=people,dc=example,dc=net";
pub(crate) const OFFICE: &str = "uid=back office,ou=services,dc=example,dc=net";

/// A password of the tree.
pub(crate) const DORAS: &str = "dora-secret-31";
pub(crate) const OFFICES: &str = "office:secret-35";

/// Both servers; the account of the back office is privileged.
pub(crate) async fn start() -> (TestApp, Slapd) {
    let slapd = Slapd::start();
    let app = TestApp::start_with_directories(&[("company", slapd.section())]).await;
    app.configure(|tenant| tenant.records.service_account_dns.push(OFFICE.to_owned()))
        .await;
    (app, slapd)
}

pub(crate) async fn get(app: &TestApp, user: &str, password: &str, path: &str) -> Answer {
    app.request(Method::GET, &format!("/consent/v1{path}"))
        .basic(user, password)
        .send()
        .await
}

/// The answer to a name and a password.
pub(crate) async fn status(app: &TestApp, user: &str, password: &str) -> u16 {
    get(app, user, password, "/definitions").await.status()
}

pub(crate) async fn create(app: &TestApp, user: &str, password: &str, more: Value) -> Answer {
    let mut body = json!({ "status": "pending", "definition": { "id": "share-my-email" } });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.request(Method::POST, "/consent/v1/consents")
        .basic(user, password)
        .json(&body)
        .send()
        .await
}

/// A record made by the back office; its `subjectDN`.
pub(crate) async fn mapped(app: &TestApp, subject: &str) -> Option<String> {
    let answer = create(app, "back office", OFFICES, json!({ "subject": subject })).await;
    let record = answer.expect_status(201).json();
    assert_eq!(record["subject"], subject);
    record["subjectDN"].as_str().map(str::to_owned)
}

/// An account of our own directory with this name.
pub(crate) fn own(dn: &str, change: impl FnOnce(&mut Principal)) -> Entry {
    let mut principal = Principal {
        dn: dn.to_owned(),
        ..Principal::default()
    };
    change(&mut principal);
    Entry::Principal(principal)
}

pub(crate) fn hash(password: &str) -> Option<String> {
    Some(consentry_ledger::accounts::hash_password(password, &[3; 16]).unwrap())
}

pub(crate) fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status(), 503, "{}", answer.text());
    assert_eq!(answer.json()["code"], "SERVICE_UNAVAILABLE");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds > 0);
    for secret in ["company", "LDAP", "ldap", "127.0.0.1", "localhost", "cn=reader"] {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
}
