//! What the OpenID Foundation's basic plan asks beyond the requirements of the specification: parameters that may not matter, and claims
//! that follow them (`docs/conformance.md`).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_testkit::{FULL_SCOPE, TestApp, Tokens, VERIFIER, tokens};
use serde_json::Value;

use super::code;

/// Ada connects Moneytrack with a request that has these parameters in place of others.
async fn connected_with(app: &TestApp, scope: &str, more: &[(&str, &str)]) -> Tokens {
    let client = &app.bank.third_party;
    let browser = app.browser();
    let request = app.authorization(client, scope, more);
    let question = app.reach_question(&browser, "ada", &request).await;
    let code = code(&app.decide(&browser, &question, "approve").await);
    let redirect_uri = app.redirect_uri(client);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    tokens(&app.ask_token(client, &fields).await.expect_status(200))
}

fn claims(tokens: &Tokens) -> Value {
    let payload = tokens.id.as_deref().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn oidcc_parameters_that_are_hints_or_unknown_are_no_errors() {
    let app = TestApp::start().await;
    for more in [
        ("display", "page"),
        ("display", "popup"),
        ("ui_locales", "se"),
        ("claims_locales", "se"),
        ("login_hint", "ada@example.org"),
        ("acr_values", "1 2"),
        ("extra", "foobar"),
    ] {
        let connected = connected_with(&app, FULL_SCOPE, &[more]).await;
        assert_eq!(claims(&connected)["nonce"], "n-77", "{more:?}");
    }
}

#[tokio::test]
async fn oidcc_a_code_needs_no_nonce_and_the_id_token_invents_none() {
    let app = TestApp::start().await;
    let connected = connected_with(&app, FULL_SCOPE, &[("nonce", "")]).await;
    assert_eq!(claims(&connected).get("nonce"), None);
}

#[tokio::test]
async fn oidcc_the_order_of_scopes_does_not_matter() {
    let app = TestApp::start().await;
    let backwards: Vec<&str> = FULL_SCOPE.split(' ').rev().collect();
    let connected = connected_with(&app, &backwards.join(" "), &[]).await;
    let sorted = |scope: &str| {
        let mut values: Vec<String> = scope.split(' ').map(str::to_owned).collect();
        values.sort_unstable();
        values
    };
    assert_eq!(sorted(&connected.scope), sorted(FULL_SCOPE));
}

#[tokio::test]
async fn oidcc_logging_in_again_makes_auth_time_newer_and_a_long_max_age_does_not() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let redirect_uri = app.redirect_uri(client);
    let mut times = Vec::new();
    for more in [
        &[][..],
        &[("max_age", "10000")],
        &[("max_age", "1")],
        &[("prompt", "login consent")],
    ] {
        app.pass(5);
        let request = app.authorization(client, FULL_SCOPE, more);
        let question = app.reach_question(&browser, "ada", &request).await;
        let code = code(&app.decide(&browser, &question, "approve").await);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let held = tokens(&app.ask_token(client, &fields).await.expect_status(200));
        let claims = claims(&held);
        times.push((
            claims["auth_time"].as_i64().unwrap(),
            claims["sub"].as_str().unwrap().to_owned(),
        ));
    }
    let [first, kept, again, last] = &times[..] else {
        panic!("{times:?}");
    };
    assert_eq!(first.0, kept.0, "a session that is young enough serves");
    assert_eq!(again.0, first.0 + 10);
    assert_eq!(last.0, again.0 + 5);
    assert!(times.iter().all(|(_, sub)| *sub == first.1));
}
