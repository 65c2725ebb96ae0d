//! A bank whose back end has endpoints, and what happens there.

use std::time::Duration;

use consentry_ledger::provision::Entry;
use consentry_testkit::{Answer, KnownClient, Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};

/// Scopes that Moneytrack asks for.
pub const SCOPE: &str = "openid offline_access accounts:balance accounts:transactions";

/// How long a test waits for what has to become true.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request to the endpoints as a client.
pub async fn as_client(
    app: &TestApp,
    client: &KnownClient,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Answer {
    let request = app
        .request(method, &format!("/webhooks/v1{path}"))
        .basic(&client.client_id, &client.client_secret);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

/// A request to the endpoints as the bank's back end.
pub async fn hooks(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Answer {
    as_client(app, &app.bank.first_party, method, path, body).await
}

/// A request of the tenant's administrator.
pub async fn administrator(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let admin = &app.bank.admin;
    let request = app
        .request(method, &format!("/admin/v1{path}"))
        .basic(&admin.client_id, &admin.client_secret);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

/// Makes an endpoint for a receiver; `more` are its other settings. Gives it with its secret.
pub async fn endpoint(app: &TestApp, receiver: &Receiver, more: &Value) -> Value {
    let mut body = json!({ "url": receiver.url });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let made = hooks(app, Method::POST, "/endpoints", Some(&body)).await;
    made.expect_status(201).json()
}

/// The path of an endpoint.
pub fn at(endpoint: &Value, more: &str) -> String {
    format!("/endpoints/{}{more}", endpoint["id"].as_str().unwrap())
}

/// How an endpoint stands now.
pub async fn now(app: &TestApp, endpoint: &Value) -> Value {
    hooks(app, Method::GET, &at(endpoint, ""), None)
        .await
        .expect_status(200)
        .json()
}

/// The messages of an endpoint, latest first.
pub async fn deliveries(app: &TestApp, endpoint: &Value, query: &str) -> Vec<Value> {
    let found = hooks(
        app,
        Method::GET,
        &at(endpoint, &format!("/deliveries{query}")),
        None,
    )
    .await;
    found.expect_status(200).json()["deliveries"]
        .as_array()
        .unwrap()
        .clone()
}

/// Waits until a look says that something is so.
pub async fn until<F: Future<Output = bool>>(what: &str, mut is: impl FnMut() -> F) {
    let waiting = async {
        while !is().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let became = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(became.is_ok(), "{what}");
}

/// Waits until as many messages of an endpoint are in a state.
pub async fn until_status(app: &TestApp, endpoint: &Value, status: &str, count: usize) {
    let query = format!("?status={status}&limit=200");
    until(&format!("{count} messages are {status}"), || async {
        deliveries(app, endpoint, &query).await.len() == count
    })
    .await;
}

/// Ada lets Moneytrack in.
pub async fn connect(app: &TestApp, who: &str) {
    app.connect(&app.browser(), who, SCOPE).await;
}

/// The bank's back end writes a record about somebody; that is a decision and a consent.
pub async fn record(app: &TestApp, subject: &str, audience: &str) {
    record_of(app, subject, audience, "share-my-email").await;
}

/// As [`record`], of a definition; gives its path.
pub async fn record_of(app: &TestApp, subject: &str, audience: &str, definition: &str) -> String {
    let body = json!({
        "status": "accepted", "subject": subject, "actor": subject, "audience": audience,
        "definition": { "id": definition, "version": "1.0", "locale": "en-GB" },
    });
    let made = app.records(Method::POST, "/consents", Some(&body)).await;
    format!(
        "/consents/{}",
        made.expect_status(201).json()["id"].as_str().unwrap()
    )
}

/// Lets a client keep endpoints, or not.
pub async fn may_keep(app: &TestApp, known: &KnownClient, may: bool) {
    let tenant = app.tenant();
    let mut client = tenant.client(&known.client_id).unwrap().as_ref().clone();
    let scopes = client.allowed_scopes.to_string().replace(" webhooks:manage", "");
    let scopes = if may {
        format!("{scopes} webhooks:manage")
    } else {
        scopes
    };
    client.allowed_scopes = consentry_domain::scope::Scope::parse(&scopes).unwrap();
    app.provision(&[Entry::Client(client)]).await;
}
