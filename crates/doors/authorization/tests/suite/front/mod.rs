//! The front channel: what happens in a person's browser.

mod asking;
mod assurance;
mod authorize;
mod callback;
mod codes;
mod conformance;
pub(crate) mod details;
mod hosted;
mod interaction;
mod links;
mod logging_in;
mod logging_out;
mod passkeys;
mod pushed;
mod reported;
mod sessions;
mod upstream;

use std::sync::Arc;

use consentry_domain::{
    ApplicationId, ClientId,
    client::Client,
    subject::{Alias, Namespace},
};
use consentry_ledger::{
    Caller, Target,
    access::{Provision, authorize},
    provision::{Entry, Person},
};
use consentry_testkit::{Answer, Browser, FULL_SCOPE, TestApp};

/// Our issuer in every test.
const ISSUER: &str = "http://127.0.0.1:8080/cis/oidc";

/// Changes the registration of a client.
async fn change_client(app: &TestApp, id: &str, change: impl FnOnce(&mut Client)) {
    let tenant = app.tenant();
    let known = tenant.clients.get(&ClientId::parse(id).unwrap()).unwrap();
    let mut client = Arc::unwrap_or_clone(Arc::clone(known));
    change(&mut client);
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    app.ledger
        .provision(&tenant, &permit, &[Entry::Client(client)])
        .await
        .unwrap();
}

/// Registers a customer with these applications only.
async fn register_with(app: &TestApp, username: &str, applications: Vec<ApplicationId>) {
    let person = Person {
        aliases: vec![Alias::new(Namespace::Login, username)],
        password: None,
        applications,
        contact: None,
        profile: None,
    };
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    app.ledger
        .provision_person(&app.tenant(), &permit, &person)
        .await
        .unwrap();
}

/// Asserts an OAuth error at the redirect address, with `state` and `iss` (B08-01).
#[track_caller]
fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status(), 303, "{}", answer.text());
    assert_eq!(
        answer.location_parameter("error").as_deref(),
        Some(error),
        "{}",
        answer.location()
    );
    assert_eq!(answer.location_parameter("state").as_deref(), Some("st-51"));
    assert_eq!(answer.location_parameter("iss").as_deref(), Some(ISSUER));
    assert_eq!(answer.location_parameter("code"), None);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

/// The code that a redirect carries.
#[track_caller]
fn code(answer: &Answer) -> String {
    assert_eq!(answer.status(), 303, "{}", answer.text());
    answer
        .location_parameter("code")
        .unwrap_or_else(|| panic!("no code: {}", answer.location()))
}

/// Asserts a page of our own: no redirect, no code, the headers of B.23.
#[track_caller]
pub(crate) fn assert_local_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("location"), None);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert!(
        answer
            .header("content-security-policy")
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

/// Brings ada to the bank's own consent page for Pennywise; answers `src_interaction`.
async fn at_consent_uri(app: &TestApp, browser: &Browser<'_>) -> String {
    let request = app.authorization(&app.bank.external, FULL_SCOPE, &[]);
    let sent = app
        .reach_question(browser, "ada", &request)
        .await
        .expect_status(303);
    sent.location_parameter("src_interaction").unwrap()
}

/// Ada approves what the third party asks for in `scope`.
async fn approved(app: &TestApp, browser: &Browser<'_>, scope: &str) -> String {
    let request = app.authorization(&app.bank.third_party, scope, &[]);
    let question = app.reach_question(browser, "ada", &request).await;
    code(&app.decide(browser, &question, "approve").await)
}

/// Somebody logs in with their password, for no app.
pub(crate) async fn log_in(app: &TestApp, browser: &Browser<'_>, username: &str) {
    let customers = &app.bank.customers;
    let known = customers.iter().find(|customer| customer.username == username);
    let password = known.unwrap().password.clone();
    let fields = [("username", username), ("password", password.as_str())];
    let _answer = browser.submit("/login", &fields).await.expect_status(303);
}

/// Whether a browser is logged in.
async fn is_logged_in(browser: &Browser<'_>) -> bool {
    browser.open("/login").await.text().contains("You are logged in")
}

/// The ids of the customers, `ada` first.
fn user_id<'a>(app: &'a TestApp, username: &str) -> &'a str {
    &app.bank
        .customers
        .iter()
        .find(|customer| customer.username == username)
        .unwrap()
        .user_id
}

fn application(app: &TestApp) -> ApplicationId {
    app.bank.app_id.parse().unwrap()
}
