use consentry_testkit::{TestApp, tokens};
use http::Method;

use super::support::{claims, connected, error, register, take_back};

#[tokio::test]
async fn b13_14_tpa_tok_04_userinfo_by_get_and_post_tells_the_same_sub_and_no_more() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let expected = serde_json::json!({ "sub": claims(&own.access)["sub"] });
    for path in ["/oidc/me", "/cis/oidc/me"] {
        let get = app
            .request(Method::GET, path)
            .bearer(&own.access)
            .send()
            .await
            .expect_status(200);
        let post = app
            .request(Method::POST, path)
            .bearer(&own.access)
            .send()
            .await
            .expect_status(200);
        let form = app
            .post_form(path, &[("access_token", &own.access)])
            .await
            .expect_status(200);
        for answer in [get, post, form] {
            assert_eq!(answer.json(), expected);
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

#[tokio::test]
async fn b01_26_b20_13_two_ways_or_the_query_are_refused() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let query = app
        .get(&format!("/oidc/me?access_token={}", own.access))
        .await
        .expect_status(400);
    assert_eq!(error(&query), "invalid_request");
    let both = app.request(Method::POST, "/oidc/me").bearer(&own.access);
    let both = both
        .form(&[("access_token", &own.access)])
        .send()
        .await
        .expect_status(400);
    assert_eq!(error(&both), "invalid_request");
}

#[tokio::test]
async fn b01_27_b13_15_challenges_follow_rfc_6750() {
    let app = TestApp::start().await;
    let none = app.get("/oidc/me").await.expect_status(401);
    assert!(!none.header("www-authenticate").unwrap().contains("error"));
    let wrong = app
        .request(Method::GET, "/oidc/me")
        .bearer("x.y.z")
        .send()
        .await
        .expect_status(401);
    assert!(
        wrong
            .header("www-authenticate")
            .unwrap()
            .contains("error=\"invalid_token\"")
    );
    let own = connected(&app).await;
    let id_token = app
        .request(Method::GET, "/oidc/me")
        .bearer(own.id.as_deref().unwrap())
        .send()
        .await;
    let _not_an_access_token = id_token.expect_status(401);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", own.refresh.as_deref().unwrap()),
        ("scope", "accounts:balance"),
    ];
    let narrow = tokens(
        &app.ask_token(&app.bank.third_party, &fields)
            .await
            .expect_status(200),
    );
    let lacking = app
        .request(Method::GET, "/oidc/me")
        .bearer(&narrow.access)
        .send()
        .await
        .expect_status(403);
    assert_eq!(error(&lacking), "insufficient_scope");
    assert!(
        lacking
            .header("www-authenticate")
            .unwrap()
            .contains("error=\"insufficient_scope\"")
    );
}

#[tokio::test]
async fn tpa_in_03_userinfo_ends_with_consent_and_with_the_client() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    take_back(&app, "openid").await;
    assert_eq!(app.userinfo(&own.access).await, 401);
    let again = connected(&app).await;
    assert_eq!(app.userinfo(&again.access).await, 200);
    register(&app, "moneytrack", |client| client.enabled = false).await;
    assert_eq!(app.userinfo(&again.access).await, 401);
}

#[tokio::test]
async fn a_clients_own_token_is_nobodys_userinfo() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    assert_eq!(app.userinfo(&token).await, 403);
}
