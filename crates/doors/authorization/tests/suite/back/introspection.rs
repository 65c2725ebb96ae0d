use consentry_domain::Lifetime;
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use super::support::{claims, configure, connected, error, introspect_as, is_active, of_person, take_back};

#[tokio::test]
async fn b05_01_b05_04_callers_prove_themselves_by_post() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let nobody = app
        .post_form("/oidc/token/introspection", &[("token", &own.access)])
        .await
        .expect_status(401);
    assert_eq!(error(&nobody), "invalid_client");
    let _get = app
        .get("/oidc/token/introspection?token=x")
        .await
        .expect_status(405);
    let client = &app.bank.first_party;
    let request = app.request(Method::POST, "/oidc/token/introspection");
    let empty = request
        .basic(&client.client_id, &client.client_secret)
        .form(&[("x", "y")])
        .send()
        .await;
    assert_eq!(error(&empty.expect_status(400)), "invalid_request");
}

#[tokio::test]
async fn tpa_in_02_the_first_party_is_told_who_and_the_third_party_is_not() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let said = claims(&own.access);
    let to_bank = app.introspect(&own.access).await;
    let to_moneytrack = introspect_as(&app, &app.bank.third_party, &own.access).await;
    for seen in [&to_bank, &to_moneytrack] {
        assert_eq!(seen["active"], true);
        assert_eq!(seen["token_type"], "Bearer");
        for same in [
            "iss",
            "sub",
            "aud",
            "client_id",
            "scope",
            "exp",
            "iat",
            "jti",
            "consent_id",
        ] {
            assert_eq!(seen[same], said[same], "{same}");
        }
    }
    assert_eq!(to_bank["user_id"], app.bank.customers[0].user_id.as_str());
    assert!(to_moneytrack.get("user_id").is_none());
}

#[tokio::test]
async fn tpa_in_02_b05_02_what_is_not_ones_business_is_just_inactive() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let inactive = json!({ "active": false });
    assert_eq!(
        introspect_as(&app, &app.bank.external, &own.access).await,
        inactive
    );
    assert_eq!(
        app.introspect(own.refresh.as_deref().unwrap()).await,
        inactive,
        "another client's refresh token"
    );
    assert_eq!(
        introspect_as(&app, &app.bank.external, own.refresh.as_deref().unwrap()).await,
        inactive
    );
    for text in [
        "x",
        "a.b.c",
        own.id.as_deref().unwrap(),
        &format!("{}x", own.access),
    ] {
        assert_eq!(app.introspect(text).await, inactive);
    }
    assert_eq!(
        introspect_as(&app, &app.bank.admin, &own.access).await["active"],
        true
    );
}

#[tokio::test]
async fn tpa_in_02_ones_own_refresh_token_can_be_looked_at() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let seen = introspect_as(&app, &app.bank.third_party, token).await;
    assert_eq!(
        (seen["active"].as_bool(), seen["client_id"].as_str()),
        (Some(true), Some("moneytrack"))
    );
    assert!(seen.get("jti").is_none() && seen.get("user_id").is_none());
    let _rotated = app.refresh(&app.bank.third_party, token).await.expect_status(200);
    assert_eq!(
        introspect_as(&app, &app.bank.third_party, token).await,
        json!({ "active": false })
    );
}

#[tokio::test]
async fn tpa_in_03_consent_that_ends_makes_a_token_inactive_at_once() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    assert!(is_active(&app, &own.access).await);
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(app.introspect(&own.access).await, json!({ "active": false }));
}

#[tokio::test]
async fn tpa_in_03_a_narrowed_consent_reduces_the_scope_at_once() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    take_back(&app, "accounts:balance").await;
    assert_eq!(
        app.introspect(&own.access).await["scope"],
        "openid offline_access accounts:transactions"
    );
}

#[tokio::test]
async fn b05_03_a_token_ends_to_the_second() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    app.pass(599);
    assert!(is_active(&app, &own.access).await);
    app.pass(1);
    assert!(!is_active(&app, &own.access).await);
}

#[tokio::test]
async fn b05_03_a_clock_that_was_set_back_does_not_hurt() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    app.clock.advance_micros(-2_000_000);
    assert!(
        is_active(&app, &own.access).await,
        "issued two seconds in the future by a faster node"
    );
}

#[tokio::test]
async fn b06_06_a_token_of_another_issuer_is_not_ours() {
    let (app, other) = (TestApp::start().await, TestApp::start_seeded(7).await);
    let foreign = connected(&other).await;
    assert!(!is_active(&app, &foreign.access).await);
    assert_eq!(app.userinfo(&foreign.access).await, 401);
}

#[tokio::test]
async fn a_first_partys_tokens_need_no_consent_and_end_with_the_session() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.lifetimes.session = Lifetime::seconds(100)).await;
    let own = of_person(&app, "ada", "openid accounts:balance").await;
    assert_eq!(
        app.introspect(&own.access).await["scope"],
        "openid accounts:balance"
    );
    app.pass(100);
    assert!(!is_active(&app, &own.access).await);
}

#[tokio::test]
async fn oversized_tokens_are_just_inactive() {
    let app = TestApp::start().await;
    let long = format!("{}.{}.{}", "a".repeat(4000), "b".repeat(4000), "c".repeat(4000));
    assert_eq!(app.introspect(&long).await, json!({ "active": false }));
}
