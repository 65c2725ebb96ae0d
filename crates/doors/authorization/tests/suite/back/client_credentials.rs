use consentry_domain::Lifetime;
use consentry_testkit::TestApp;
use http::Method;

use super::support::{claims, error, introspect_as, register};

#[tokio::test]
async fn a_first_partys_own_token_is_for_our_apis() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    let said = claims(&token);
    assert_eq!(said["aud"], "http://127.0.0.1:8080/cis/oidc");
    assert_eq!(said["sub"], "harbor-app");
    assert_eq!(said["client_id"], "harbor-app");
    assert!(said.get("grant_id").is_none() && said.get("consent_id").is_none());
    let list = app
        .request(Method::GET, "/v1/consents")
        .bearer(&token)
        .send()
        .await;
    let _empty = list.expect_status(200);
}

#[tokio::test]
async fn tpa_cl_11_a_third_partys_own_token_has_no_scope_and_opens_nothing_of_the_app() {
    let app = TestApp::start().await;
    let client = app.bank.third_party.clone();
    let token = app.own_token(&client).await;
    let said = claims(&token);
    assert_eq!(said["aud"], "http://127.0.0.1:8080/cis/oidc/grants");
    assert_eq!(said["scope"], "");
    let scoped = [
        ("grant_type", "client_credentials"),
        ("scope", "accounts:balance"),
    ];
    assert_eq!(
        error(&app.ask_token(&client, &scoped).await.expect_status(400)),
        "invalid_scope"
    );
    let elsewhere = [
        ("grant_type", "client_credentials"),
        ("resource", app.bank.resource_api.as_str()),
    ];
    assert_eq!(
        error(&app.ask_token(&client, &elsewhere).await.expect_status(400)),
        "invalid_target"
    );
    let list = app
        .request(Method::GET, "/v1/consents")
        .bearer(&token)
        .send()
        .await;
    assert_eq!(list.status(), 401, "meant for another audience");
    let records = app
        .request(Method::GET, "/consent/v1/consents?subject=ada")
        .bearer(&token)
        .send()
        .await;
    assert!(matches!(records.status(), 401 | 403), "{}", records.text());
}

#[tokio::test]
async fn scopes_of_an_own_token_must_be_allowed_and_not_need_a_person() {
    let app = TestApp::start().await;
    let ask = |scope| {
        let app = &app;
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        async move { app.ask_token(&app.bank.first_party, &fields).await }
    };
    let allowed = ask("urn:pingdirectory:consent_admin").await.expect_status(200);
    assert_eq!(allowed.json()["scope"], "urn:pingdirectory:consent_admin");
    for refused in ["openid", "offline_access", "unknown", "bad\"scope"] {
        assert_eq!(
            error(&ask(refused).await.expect_status(400)),
            "invalid_scope",
            "{refused}"
        );
    }
    let none = app
        .ask_token(&app.bank.first_party, &[("grant_type", "client_credentials")])
        .await;
    assert!(
        none.json().get("scope").is_none(),
        "an empty scope has no spelling"
    );
    assert!(none.json().get("refresh_token").is_none());
}

#[tokio::test]
async fn tpa_cl_06_own_tokens_end_with_the_clients_epoch_and_when_it_is_disabled() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    app.pass(1);
    let now = app.now();
    register(&app, "harbor-app", |client| client.epoch = now).await;
    assert_eq!(
        introspect_as(&app, &app.bank.admin, &token).await,
        serde_json::json!({"active": false})
    );
    app.pass(1);
    let fresh = app.own_token(&app.bank.first_party).await;
    assert_eq!(introspect_as(&app, &app.bank.admin, &fresh).await["active"], true);
    register(&app, "harbor-app", |client| client.enabled = false).await;
    assert_eq!(
        introspect_as(&app, &app.bank.admin, &fresh).await["active"],
        false
    );
    app.clock.advance(Lifetime::days(1));
    assert_eq!(
        introspect_as(&app, &app.bank.admin, &fresh).await["active"],
        false
    );
}
