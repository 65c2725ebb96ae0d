//! Steps that these tests share.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{client::Client, tenant::Tenant};
use consentry_ledger::{
    Caller, Permit, Target,
    access::{Provision, authorize},
    provision::Entry,
};
use consentry_testkit::{Answer, FULL_SCOPE, KnownClient, TestApp, Tokens, VERIFIER, tokens};
use http::Method;
use serde_json::Value;

/// Redirect address of the bank's own client that is no page of ours.
pub const OUTSIDE: &str = "http://127.0.0.1:9999/callback";

/// Moneytrack connected by Ada with all it asks for.
pub async fn connected(app: &TestApp) -> Tokens {
    app.connect(&app.browser(), "ada", FULL_SCOPE).await
}

/// A fresh code of Moneytrack for Ada.
pub async fn code(app: &TestApp) -> String {
    let browser = app.browser();
    let authorization = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &authorization).await;
    let back = app
        .decide(&browser, &question, "approve")
        .await
        .expect_status(303);
    back.location_parameter("code").unwrap()
}

/// A person's token through the bank's own client, which is not asked.
pub async fn of_person(app: &TestApp, username: &str, scope: &str) -> Tokens {
    let client = &app.bank.first_party;
    let browser = app.browser();
    let authorization = app.authorization(client, scope, &[("redirect_uri", OUTSIDE), ("prompt", "")]);
    let back = app
        .reach_question(&browser, username, &authorization)
        .await
        .expect_status(303);
    let code = back.location_parameter("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", OUTSIDE),
        ("code_verifier", VERIFIER),
    ];
    tokens(&app.ask_token(client, &fields).await.expect_status(200))
}

/// A redemption with any fields replaced; an empty value leaves the field out.
pub async fn redeem_with(app: &TestApp, code: &str, more: &[(&str, &str)]) -> Answer {
    let redirect_uri = app.redirect_uri(&app.bank.third_party);
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in more {
        fields.retain(|(own, _)| own != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    app.ask_token(&app.bank.third_party, &fields).await
}

/// The error name of a refused OAuth request.
#[track_caller]
pub fn error(answer: &Answer) -> String {
    answer.json()["error"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", answer.text()))
        .to_owned()
}

/// One part of a JWT, decoded.
pub fn part(jwt: &str, index: usize) -> Value {
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The claims of a JWT.
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

/// Introspection by any client.
pub async fn introspect_as(app: &TestApp, client: &KnownClient, token: &str) -> Value {
    let request = app.request(Method::POST, "/oidc/token/introspection");
    let request = request
        .basic(&client.client_id, &client.client_secret)
        .form(&[("token", token)]);
    request.send().await.expect_status(200).json()
}

/// Whether the bank's own client is told that a token counts.
pub async fn is_active(app: &TestApp, token: &str) -> bool {
    app.introspect(token).await["active"] == true
}

/// Takes one scope of Moneytrack back at the records door.
pub async fn take_back(app: &TestApp, definition: &str) {
    let records = app.records_of("ada").await;
    let record = records
        .iter()
        .find(|record| record["definition"]["id"] == definition && record["status"] == "accepted")
        .unwrap();
    let path = format!("/consents/{}", record["id"].as_str().unwrap());
    let body = serde_json::json!({ "status": "revoked" });
    let _answer = app
        .records(Method::PATCH, &path, Some(&body))
        .await
        .expect_status(200);
}

/// Changes a client's registration.
pub async fn register(app: &TestApp, client_id: &str, change: impl FnOnce(&mut Client)) {
    let tenant = app.tenant();
    let mut client = Client::clone(&tenant.clients[&client_id.parse().unwrap()]);
    change(&mut client);
    app.ledger
        .provision(&tenant, &operator(), &[Entry::Client(client)])
        .await
        .unwrap();
}

/// Changes the settings of the tenant.
pub async fn configure(app: &TestApp, change: impl FnOnce(&mut Tenant)) {
    let mut tenant = Arc::clone(&app.tenant()).tenant.clone();
    change(&mut tenant);
    app.ledger.provision_tenant(&operator(), &tenant).await.unwrap();
}

fn operator() -> Permit<Provision> {
    authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap()
}
