use consentry_testkit::{Answer, KnownClient, TestApp};
use http::Method;

use super::support::{connected, error, is_active};

async fn revoke(app: &TestApp, client: &KnownClient, fields: &[(&str, &str)]) -> Answer {
    let request = app.request(Method::POST, "/cis/oidc/token/revocation");
    request
        .basic(&client.client_id, &client.client_secret)
        .form(fields)
        .send()
        .await
}

#[tokio::test]
async fn b04_05_tpa_rt_10_a_refresh_token_ends_the_grant_and_leaves_the_agreement() {
    let app = TestApp::start().await;
    let (own, other) = (connected(&app).await, connected(&app).await);
    let token = own.refresh.as_deref().unwrap();
    let answer = revoke(&app, &app.bank.third_party, &[("token", token)])
        .await
        .expect_status(200);
    assert!(answer.bytes().is_empty());
    assert!(!is_active(&app, &own.access).await);
    assert_eq!(
        error(&app.refresh(&app.bank.third_party, token).await.expect_status(400)),
        "invalid_grant"
    );
    assert!(is_active(&app, &other.access).await, "another family");
    assert!(app.open_dashboard("ada").await.text().contains("Moneytrack"));
}

#[tokio::test]
async fn tpa_a_12_an_access_token_ends_itself_only() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    for _ in 0..2 {
        let _answer = revoke(&app, &app.bank.third_party, &[("token", &own.access)])
            .await
            .expect_status(200);
    }
    assert!(!is_active(&app, &own.access).await);
    assert_eq!(app.userinfo(&own.access).await, 401);
    let _refreshed = app
        .refresh(&app.bank.third_party, own.refresh.as_deref().unwrap())
        .await
        .expect_status(200);
}

#[tokio::test]
async fn b04_02_another_clients_token_is_refused_and_stays_valid() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    for token in [own.access.as_str(), own.refresh.as_deref().unwrap()] {
        for other in [&app.bank.external, &app.bank.first_party] {
            let refused = revoke(&app, other, &[("token", token)]).await.expect_status(400);
            assert_eq!(error(&refused), "unauthorized_client");
        }
    }
    assert!(is_active(&app, &own.access).await);
    let _refreshed = app
        .refresh(&app.bank.third_party, own.refresh.as_deref().unwrap())
        .await
        .expect_status(200);
}

#[tokio::test]
async fn b04_03_b04_04_hints_do_not_matter_and_unknown_tokens_are_fine() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let wrong = [
        ("token", own.access.as_str()),
        ("token_type_hint", "refresh_token"),
    ];
    let _answer = revoke(&app, &app.bank.third_party, &wrong)
        .await
        .expect_status(200);
    assert!(!is_active(&app, &own.access).await);
    for token in ["unknown", "a.b.c"] {
        let hinted = [("token", token), ("token_type_hint", "something_else")];
        let _answer = revoke(&app, &app.bank.third_party, &hinted)
            .await
            .expect_status(200);
    }
}

#[tokio::test]
async fn b04_01_revoking_needs_a_client_and_a_token() {
    let app = TestApp::start().await;
    let nobody = app
        .post_form("/oidc/token/revocation", &[("token", "x")])
        .await
        .expect_status(401);
    assert_eq!(error(&nobody), "invalid_client");
    let nothing = revoke(&app, &app.bank.third_party, &[("x", "y")])
        .await
        .expect_status(400);
    assert_eq!(error(&nothing), "invalid_request");
    let _get = app.get("/oidc/token/revocation?token=x").await.expect_status(405);
}

#[tokio::test]
async fn a_token_and_a_refresh_at_the_same_time_leave_nothing_alive() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let client = &app.bank.third_party;
    let fields = [("token", token)];
    let (revoked, refreshed) = tokio::join!(revoke(&app, client, &fields), app.refresh(client, token));
    assert_eq!(revoked.status(), 200);
    if refreshed.status() == 200 {
        assert!(!is_active(&app, refreshed.json()["access_token"].as_str().unwrap()).await);
    }
    assert!(!is_active(&app, &own.access).await);
}
