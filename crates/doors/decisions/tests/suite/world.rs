//! A bank whose back end asks, and what it asks.

use consentry_domain::{client::Client, scope::Scope};
use consentry_ledger::provision::Entry;
use consentry_testkit::{Answer, KnownClient, TestApp};
use http::Method;
use serde_json::{Value, json};

/// Everything that Moneytrack is given in these tests.
pub const SCOPE: &str = "openid offline_access accounts:balance accounts:transactions";

/// A bank at which Ada has approved Moneytrack.
pub async fn connected() -> TestApp {
    let app = TestApp::start().await;
    unbounded(&app).await;
    app.connect(&app.browser(), "ada", SCOPE).await;
    app
}

/// Lets everybody search and open streams as often as a test wants, whose clock stands still.
pub async fn unbounded(app: &TestApp) {
    app.configure(|tenant| {
        tenant.checks.searches_per_second = 10_000;
        tenant.checks.streams_per_minute = 10_000;
    })
    .await;
}

/// Gives Moneytrack more scopes of its own.
pub async fn lets_party(app: &TestApp, scopes: &str) {
    change_client(app, &app.bank.third_party, |client| {
        let all = format!("{} {scopes}", client.allowed_scopes);
        client.allowed_scopes = Scope::parse(&all).unwrap();
    })
    .await;
}

/// Changes a client as an operator does.
pub async fn change_client(app: &TestApp, known: &KnownClient, change: impl FnOnce(&mut Client)) {
    let tenant = app.tenant();
    let mut client = tenant.client(&known.client_id).unwrap().as_ref().clone();
    change(&mut client);
    app.provision(&[Entry::Client(client)]).await;
}

/// May Moneytrack read Ada's balance?
pub fn balance() -> Value {
    json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": "accounts:balance" },
        "context": { "audience": "moneytrack" },
    })
}

/// The same with some members replaced.
pub fn changed(changes: &Value) -> Value {
    let mut question = balance();
    for (name, value) in changes.as_object().unwrap() {
        question[name] = value.clone();
    }
    question
}

/// Posts a body as the bank's back end.
pub async fn post(app: &TestApp, path: &str, body: &Value) -> Answer {
    let client = &app.bank.first_party;
    app.request(Method::POST, &format!("/access/v1{path}"))
        .basic(&client.client_id, &client.client_secret)
        .json(body)
        .send()
        .await
}

/// The answer to one question.
pub async fn asked(app: &TestApp, question: &Value) -> Value {
    post(app, "/evaluation", question).await.expect_status(200).json()
}

/// The decision and its reason.
pub async fn judged(app: &TestApp, question: &Value) -> (bool, String) {
    let answer = asked(app, question).await;
    let reason = answer["context"]["reason_code"].as_str().unwrap().to_owned();
    (answer["decision"].as_bool().unwrap(), reason)
}

/// Asserts that a question cannot be one, and where.
pub async fn assert_refused(app: &TestApp, path: &str, body: &Value, pointer: &str) {
    let answer = post(app, path, body).await.expect_status(400);
    assert_eq!(
        answer.headers()["content-type"].to_str().unwrap(),
        "application/problem+json"
    );
    let problem = answer.json();
    assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    assert_eq!(problem["status"], 400);
}
