//! Client management (third-party-authorization A.2.1).

mod applications;
mod assertions;
mod changing;
mod honoured;
mod permissions;
mod preset;
mod registering;
mod removing;
mod secrets;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_testkit::{Answer, KnownClient, TestApp, Tokens, VERIFIER, tokens};
use http::Method;
use serde_json::{Value, json};

/// Where the clients of these tests send people back to.
const BACK: &str = "http://127.0.0.1:9999/callback";

/// A request with a token.
async fn call(app: &TestApp, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = app.request(method, path).bearer(token);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

/// A request of the bank's own back end.
async fn bank(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let token = app.own_token(&app.bank.first_party).await;
    call(app, &token, method, path, body).await
}

/// A request of the management application.
async fn admin(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let token = app.own_token(&app.bank.admin).await;
    call(app, &token, method, path, body).await
}

/// The least that a third party is registered with.
fn third_party() -> Value {
    json!({
        "name": "Budgeteer",
        "is_third_party": true,
        "redirect_uris": [BACK],
        "allowed_scopes": ["openid", "offline_access", "accounts:balance"],
    })
}

/// As [`third_party`], with more members or others.
fn third_party_with(more: &Value) -> Value {
    let mut body = third_party();
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Registers a client.
async fn register(app: &TestApp, body: &Value) -> (KnownClient, Value) {
    let made = bank(app, Method::POST, "/cis/v1/clients", Some(body))
        .await
        .expect_status(201)
        .json();
    let client = KnownClient {
        client_id: made["client_id"].as_str().unwrap().to_owned(),
        client_secret: made["client_secret"].as_str().unwrap_or_default().to_owned(),
    };
    (client, made)
}

/// Changes a client; the whole of it as it is then.
async fn change(app: &TestApp, id: &str, body: &Value) -> Value {
    let path = format!("/cis/v1/clients/{id}");
    let changed = bank(app, Method::PUT, &path, Some(body)).await;
    changed.expect_status(200).json()
}

/// What is wrong with a body, as the door says it.
async fn refused(app: &TestApp, method: Method, path: &str, body: &Value) -> Vec<String> {
    let answer = bank(app, method, path, Some(body)).await.expect_status(400);
    let answer = answer.json();
    assert_eq!(answer["error_code"], 400);
    let messages = answer["message"].as_array().unwrap().iter();
    messages
        .map(|message| message.as_str().unwrap().to_owned())
        .collect()
}

/// The consent question of a client, for Ada.
async fn asked(app: &TestApp, client: &KnownClient, scope: &str) -> (Answer, String) {
    let browser = app.browser();
    let request = app.authorization(client, scope, &[("redirect_uri", BACK)]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let back = app.decide(&browser, &question, "approve").await;
    let code = back.location_parameter("code").unwrap_or_default();
    (back, code)
}

/// Ada connected to a client.
async fn connect(app: &TestApp, client: &KnownClient, scope: &str) -> Tokens {
    let (_, code) = asked(app, client, scope).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    tokens(&app.ask_token(client, &fields).await.expect_status(200))
}

/// The events of the log since a cursor.
async fn events(app: &TestApp, from: &str) -> Vec<Value> {
    let client = &app.bank.first_party;
    let page = app.request(Method::GET, &format!("/events/v1/events?limit=500&{from}"));
    let page = page.basic(&client.client_id, &client.client_secret).send().await;
    page.expect_status(200).json()["events"]
        .as_array()
        .unwrap()
        .clone()
}

/// One part of a JWT, decoded.
fn part(jwt: &str, index: usize) -> Value {
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What the log itself keeps of the latest event of a kind.
async fn kept(app: &TestApp, kind: &str) -> Value {
    let events = app.log().await;
    let event = events.iter().rfind(|event| event.kind == kind).unwrap();
    serde_json::from_slice(event.sealed.as_deref().unwrap()).unwrap()
}

/// A cursor behind what has happened.
async fn now(app: &TestApp) -> String {
    let client = &app.bank.first_party;
    let page = app.request(Method::GET, "/events/v1/events?from=latest");
    let page = page.basic(&client.client_id, &client.client_secret).send().await;
    let page = page.expect_status(200).json();
    format!("cursor={}", page["next_cursor"].as_str().unwrap())
}

/// Names of events, without what they all begin with.
fn names(events: &[Value]) -> Vec<String> {
    let name = |event: &Value| event["type"].as_str().unwrap().replace("consentry.", "");
    events.iter().map(name).collect()
}
