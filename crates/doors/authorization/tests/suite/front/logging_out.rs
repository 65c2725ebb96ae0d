//! Logging out (RP-Initiated Logout 1.0, TPA-RT-11).

use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;

use super::{approved, assert_local_page};

const OUT: &str = "http%3A%2F%2F127.0.0.1%3A9999%2Fout";

fn end(rest: &str) -> String {
    format!("/cis/oidc/session/end?{rest}")
}

#[tokio::test]
async fn b17_02_b17_04_a_hint_for_the_person_ends_the_session_and_leads_back() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let hint = app.connect(&browser, "ada", FULL_SCOPE).await.id.unwrap();
    app.pass(3_601);
    let rest =
        format!("id_token_hint={hint}&client_id=moneytrack&post_logout_redirect_uri={OUT}&state=a%20b");
    let back = browser.open(&end(&rest)).await.expect_status(303);
    assert_eq!(
        back.header("location"),
        Some("http://127.0.0.1:9999/out?state=a%20b")
    );
    assert!(browser.open("/login").await.text().contains("type=\"password\""));
    let again = browser.open(&end(&rest)).await;
    assert_eq!(
        again.status(),
        303,
        "b17_05: being logged out already is no error"
    );
}

#[tokio::test]
async fn b17_03_without_a_fitting_hint_the_person_is_asked() {
    let app = TestApp::start().await;
    let (ada, ben) = (app.browser(), app.browser());
    let bens = app.connect(&ben, "ben", FULL_SCOPE).await.id.unwrap();
    approved(&app, &ada, "openid").await;
    for rest in [
        String::new(),
        "client_id=moneytrack".to_owned(),
        format!("id_token_hint={bens}"),
    ] {
        let asked = ada.open(&end(&rest)).await;
        assert_local_page(&asked, 200);
        assert!(asked.text().contains("Log out?"), "{rest}");
    }
    assert!(
        ada.open("/login").await.text().contains("You are logged in"),
        "nothing has ended yet"
    );
    let cookies = ada.cookies("127.0.0.1").join("; ");
    let forged = app
        .request(Method::POST, "/cis/oidc/session/end")
        .header("sec-fetch-site", "cross-site");
    assert_local_page(
        &forged
            .header("cookie", &cookies)
            .form(&[("confirm", "yes")])
            .send()
            .await,
        403,
    );
    let out = ada.submit("/logout", &[("confirm", "yes")]).await;
    assert_local_page(&out, 200);
    assert!(out.text().contains("You are logged out"));
    assert!(ada.open("/login").await.text().contains("type=\"password\""));
}

#[tokio::test]
async fn b17_04_b01_24_no_redirect_to_an_unregistered_address_or_without_a_hint() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let hint = app.connect(&browser, "ada", FULL_SCOPE).await.id.unwrap();
    for rest in [
        format!("id_token_hint={hint}&post_logout_redirect_uri=https%3A%2F%2Fevil.example"),
        format!("id_token_hint={hint}&post_logout_redirect_uri={OUT}%2F"),
        format!("id_token_hint={hint}&post_logout_redirect_uri={OUT}%3Fmore%3D1"),
        "id_token_hint=eyJhbGciOiJub25lIn0.e30.".to_owned(),
        format!("id_token_hint={hint}&client_id=pennywise"),
        format!("id_token_hint={hint}x"),
        "client_id=nobody".to_owned(),
        "client_id=moneytrack&client_id=pennywise".to_owned(),
    ] {
        assert_local_page(&browser.open(&end(&rest)).await, 400);
    }
    let confirmed = [
        ("confirm", "yes"),
        ("client_id", "moneytrack"),
        ("post_logout_redirect_uri", "http://127.0.0.1:9999/out"),
    ];
    assert_local_page(&browser.submit("/cis/oidc/session/end", &confirmed).await, 200);
}

#[tokio::test]
async fn tpa_rt_11_logging_out_ends_grants_without_offline_access_and_no_others() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let offline = app.connect(&browser, "ada", FULL_SCOPE).await;
    let online = app
        .connect(&browser, "ada", "openid accounts:balance accounts:transactions")
        .await;
    let _out = browser
        .submit("/logout", &[("confirm", "yes")])
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&online.access).await["active"], false);
    assert_eq!(app.introspect(&offline.access).await["active"], true);
    let refreshed = app
        .refresh(&app.bank.third_party, &offline.refresh.unwrap())
        .await;
    assert_eq!(refreshed.status(), 200);
}

#[tokio::test]
async fn tpa_a12_logging_out_ends_all_sessions_of_the_person_and_of_nobody_else() {
    let app = TestApp::start().await;
    let (here, there, bens) = (app.browser(), app.browser(), app.browser());
    let elsewhere = app.connect(&there, "ada", "openid accounts:balance").await;
    let _bens = app.connect(&bens, "ben", FULL_SCOPE).await;
    approved(&app, &here, "openid").await;
    app.pass(1);
    let _out = here
        .submit("/logout", &[("confirm", "yes")])
        .await
        .expect_status(200);
    assert!(there.open("/login").await.text().contains("type=\"password\""));
    assert!(bens.open("/login").await.text().contains("You are logged in"));
    assert_eq!(
        app.introspect(&elsewhere.access).await["active"],
        false,
        "tpa_rt_11"
    );
    approved(&app, &here, "openid").await;
    assert!(
        here.open("/login").await.text().contains("You are logged in"),
        "who logs in again is logged in"
    );
}

#[tokio::test]
async fn b17_01_a_post_of_another_site_is_repeated_as_a_navigation() {
    let app = TestApp::start().await;
    let hint = app.connect(&app.browser(), "ada", FULL_SCOPE).await.id.unwrap();
    let posted = app
        .request(Method::POST, "/cis/oidc/session/end")
        .header("sec-fetch-site", "cross-site");
    let answer = posted
        .form(&[("id_token_hint", &hint), ("state", "s")])
        .send()
        .await
        .expect_status(303);
    assert_eq!(answer.location().path(), "/cis/oidc/session/end");
    assert_eq!(answer.location_parameter("state").as_deref(), Some("s"));
}
