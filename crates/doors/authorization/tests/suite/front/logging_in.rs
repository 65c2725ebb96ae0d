//! The hosted login.

use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;

use super::assert_local_page;

#[tokio::test]
async fn tpa_a5_a_wrong_password_and_an_unknown_name_look_alike() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let opened = browser.open(&request).await;
    let login = browser.follow(&opened).await.expect_status(200);
    assert!(login.text().contains("go on to Moneytrack"));
    let interaction = login.field("interaction").unwrap();
    let mut pages = Vec::new();
    for name in ["ada", "nobody"] {
        let fields = [
            ("interaction", interaction.as_str()),
            ("username", name),
            ("password", "wrong"),
        ];
        let answer = browser.submit("/login", &fields).await;
        assert_local_page(&answer, 403);
        assert!(answer.text().contains("User name or password is wrong"));
        assert_eq!(answer.field("username").as_deref(), Some(name));
        assert!(!answer.text().contains("value=\"wrong\""));
        pages.push(answer.text().replace(&format!("value=\"{name}\""), ""));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn b01_04_guessing_is_slowed_down_and_the_page_says_for_how_long() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let wrong = [("username", "ada"), ("password", "wrong")];
    let mut throttled = None;
    for _ in 0..8 {
        let answer = browser.submit("/login", &wrong).await;
        if answer.status() == 429 {
            throttled = Some(answer);
            break;
        }
    }
    let throttled = throttled.expect("never throttled");
    let seconds: i64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!(throttled.text().contains("Too many tries"));
    let ada = app.bank.customers[0].clone();
    let right = [("username", "ada"), ("password", ada.password.as_str())];
    assert_eq!(browser.submit("/login", &right).await.status(), 429);
    app.pass(seconds);
    assert_eq!(browser.submit("/login", &right).await.status(), 303);
}

#[tokio::test]
async fn tpa_a5_every_login_renews_the_session_and_the_old_bearer_is_over() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let ada = app.bank.customers[0].clone();
    let right = [("username", "ada"), ("password", ada.password.as_str())];
    let session = || {
        browser
            .cookies("127.0.0.1")
            .into_iter()
            .find(|cookie| cookie.starts_with("cst_session="))
    };
    let first = browser.submit("/login", &right).await.expect_status(303);
    let line = first.header("set-cookie").unwrap();
    assert!(
        line.contains("HttpOnly") && line.contains("SameSite=Lax"),
        "{line}"
    );
    let before = session().unwrap();
    let _second = browser.submit("/login", &right).await.expect_status(303);
    assert_ne!(session().unwrap(), before);
    let old = app
        .request(Method::GET, "/login")
        .header("cookie", &before)
        .send()
        .await;
    assert!(
        old.text().contains("type=\"password\""),
        "the old bearer opens nothing"
    );
    assert!(browser.open("/login").await.text().contains("You are logged in"));
    app.pass(14 * 86_400);
    assert!(browser.open("/login").await.text().contains("type=\"password\""));
}

#[tokio::test]
async fn b13_07_a_login_sent_by_another_site_is_refused() {
    let app = TestApp::start().await;
    let ada = app.bank.customers[0].clone();
    let right = [("username", "ada"), ("password", ada.password.as_str())];
    let forged = app
        .request(Method::POST, "/login")
        .header("sec-fetch-site", "cross-site")
        .form(&right)
        .send()
        .await;
    assert_local_page(&forged, 403);
    assert_eq!(forged.header("set-cookie"), None);
}

#[tokio::test]
async fn b23_the_login_pages_policy_names_where_its_post_may_end() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let outside = [("redirect_uri", "http://127.0.0.1:9999/callback")];
    let opened = browser
        .open(&app.authorization(&app.bank.external, FULL_SCOPE, &outside))
        .await;
    let login = browser.follow(&opened).await;
    let policy = login.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:9999 http://localhost:8080"),
        "{policy}"
    );
}
