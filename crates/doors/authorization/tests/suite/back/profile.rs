//! What is told of a person: by scope at UserInfo, by name in the id token, and nothing that is not consented to.

use consentry_testkit::{TestApp, Tokens, tokens};
use http::Method;
use serde_json::{Value, json};

use super::support::{OUTSIDE, claims, register, take_back};

/// Moneytrack connected by Ada, with more or other parameters of the request.
async fn connect(app: &TestApp, scope: &str, more: &[(&str, &str)]) -> Tokens {
    let browser = app.browser();
    let client = app.bank.third_party.clone();
    let request = app.authorization(&client, scope, more);
    let question = app.reach_question(&browser, "ada", &request).await;
    let back = app.decide(&browser, &question, "approve").await;
    app.redeem(&client, &back.location_parameter("code").unwrap())
        .await
}

/// What UserInfo says beside `sub`.
async fn userinfo(app: &TestApp, access: &str) -> Value {
    let request = app.request(Method::GET, "/cis/oidc/me").bearer(access);
    let mut said = request.send().await.expect_status(200).json();
    assert!(said.as_object_mut().unwrap().remove("sub").is_some());
    said
}

async fn refreshed(app: &TestApp, held: &Tokens) -> Tokens {
    let client = app.bank.third_party.clone();
    let answer = app.refresh(&client, held.refresh.as_deref().unwrap()).await;
    tokens(&answer.expect_status(200))
}

fn id_claims(held: &Tokens) -> Value {
    claims(held.id.as_deref().unwrap())
}

#[tokio::test]
async fn b13_16_scopes_carry_their_claims_to_userinfo_and_what_is_not_known_is_left_out() {
    let app = TestApp::start().await;
    let held = connect(&app, "openid profile email", &[]).await;
    let said = userinfo(&app, &held.access).await;
    let known = json!({
        "name": "Ada Lindqvist", "given_name": "Ada", "family_name": "Lindqvist",
        "email": "ada@example.com", "email_verified": true,
    });
    assert_eq!(said, known);
    assert_eq!(id_claims(&held).get("email"), None, "scopes are for UserInfo");
    let held = connect(&app, "openid email", &[]).await;
    let said = userinfo(&app, &held.access).await;
    assert_eq!(
        said,
        json!({ "email": "ada@example.com", "email_verified": true })
    );
}

#[tokio::test]
async fn b13_17_claims_are_asked_for_as_the_scope_that_carries_them() {
    let app = TestApp::start().await;
    let wish = json!({
        "id_token": { "email": { "essential": true }, "phone_number": { "essential": true }, "roles": null, "sub": null },
        "userinfo": { "given_name": null, "custom_data": { "fields": ["f1"] } },
        "verified_claims": {},
    })
    .to_string();
    let browser = app.browser();
    let client = app.bank.third_party.clone();
    let request = app.authorization(&client, "openid offline_access", &[("claims", &wish)]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let asked = question.text();
    assert!(asked.contains("Your e-mail address") && asked.contains("Your name"));
    let held = connect(&app, "openid offline_access", &[("claims", &wish)]).await;
    assert_eq!(held.scope, "openid offline_access email profile");
    let id = id_claims(&held);
    assert_eq!(id["email"], "ada@example.com");
    for not_told in [
        "email_verified",
        "phone_number",
        "roles",
        "given_name",
        "custom_data",
    ] {
        assert_eq!(id.get(not_told), None, "{not_told}");
    }
    assert_eq!(userinfo(&app, &held.access).await["given_name"], "Ada");
    let again = refreshed(&app, &held).await;
    assert_eq!(
        id_claims(&again)["email"],
        "ada@example.com",
        "the same after a refresh"
    );
}

#[tokio::test]
async fn tpa_tok_04_what_was_taken_back_is_told_no_more() {
    let app = TestApp::start().await;
    let wish = json!({ "id_token": { "email": null, "name": null } }).to_string();
    let held = connect(&app, "openid offline_access", &[("claims", &wish)]).await;
    assert_eq!(id_claims(&held)["name"], "Ada Lindqvist");
    take_back(&app, "email").await;
    let said = userinfo(&app, &held.access).await;
    assert_eq!(
        (said.get("email"), &said["name"]),
        (None, &json!("Ada Lindqvist"))
    );
    let id = id_claims(&refreshed(&app, &held).await);
    assert_eq!((id.get("email"), &id["name"]), (None, &json!("Ada Lindqvist")));
}

#[tokio::test]
async fn tpa_tok_04_who_may_not_ask_for_a_scope_gets_none_of_its_claims() {
    let app = TestApp::start().await;
    let client = app.bank.third_party.client_id.clone();
    register(&app, &client, |client| {
        client.allowed_scopes = client.allowed_scopes.filter(|scope| scope.as_str() != "email");
    })
    .await;
    let wish =
        json!({ "id_token": { "email": { "essential": true } }, "userinfo": { "email": null } }).to_string();
    let held = connect(&app, "openid", &[("claims", &wish)]).await;
    assert_eq!(held.scope, "openid");
    assert_eq!(id_claims(&held).get("email"), None);
    assert_eq!(userinfo(&app, &held.access).await, json!({}));
}

#[tokio::test]
async fn tpa_a2_default_custom_claims_are_in_the_id_token_unasked_and_capped_by_consent() {
    let app = TestApp::start().await;
    let client = app.bank.third_party.client_id.clone();
    register(&app, &client, |client| {
        client.settings.id_token_claims = vec!["name".to_owned(), "email".to_owned()];
    })
    .await;
    let held = connect(&app, "openid email", &[]).await;
    let id = id_claims(&held);
    assert_eq!((&id["email"], id.get("name")), (&json!("ada@example.com"), None));
}

#[tokio::test]
async fn b13_17_a_persons_own_bank_is_told_by_the_same_rule() {
    let app = TestApp::start().await;
    let client = app.bank.first_party.clone();
    let wish = json!({ "id_token": { "email": null } }).to_string();
    let more = [("redirect_uri", OUTSIDE), ("prompt", ""), ("claims", &wish)];
    let request = app.authorization(&client, "openid", &more);
    let back = app.reach_question(&app.browser(), "ada", &request).await;
    let code = back.expect_status(303).location_parameter("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", OUTSIDE),
        ("code_verifier", consentry_testkit::VERIFIER),
    ];
    let held = tokens(&app.ask_token(&client, &fields).await.expect_status(200));
    assert_eq!(
        id_claims(&held).get("email"),
        None,
        "the bank may not ask for the scope"
    );
}

#[tokio::test]
async fn b03_07_discovery_names_the_claims_that_can_be_asked_for() {
    let app = TestApp::start().await;
    let said = app.get("/cis/oidc/.well-known/openid-configuration").await.json();
    assert_eq!(said["claims_parameter_supported"], true);
    let names = said["claims_supported"].as_array().unwrap();
    let has = |name: &str| names.contains(&json!(name));
    assert!(has("email") && has("name") && has("sub"));
    assert!(!has("phone_number"), "no scope here carries it");
}
