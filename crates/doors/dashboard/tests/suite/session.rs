//! Page sessions: authority without a cookie (A8).

use consentry_testkit::TestApp;
use http::Method;

use crate::world::{ADA, BEN, about, connect, list, open, session, token};

#[tokio::test]
async fn dsh_a8_1_unused_for_600_seconds_it_is_over() {
    let app = TestApp::start().await;
    let (one, two) = (session(&app, ADA).await, session(&app, ADA).await);
    app.clock.advance_micros(600_000_000 - 1);
    let _used = list(&app, &one).await.expect_status(200);
    app.clock.advance_micros(1);
    let _idle = list(&app, &two).await.expect_status(401);
    app.clock.advance_micros(600_000_000 - 2);
    let _still = list(&app, &one).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a8_1_after_1800_seconds_it_is_over_however_busy() {
    let app = TestApp::start().await;
    let session = session(&app, ADA).await;
    for _ in 0..3 {
        app.pass(599);
        let _used = list(&app, &session).await.expect_status(200);
    }
    app.clock.advance_micros(3_000_000 - 1);
    let _last = list(&app, &session).await.expect_status(200);
    app.clock.advance_micros(1);
    let over = list(&app, &session).await.expect_status(401);
    assert!(over.text().contains("This view has closed"));
    assert!(over.text().contains("Unauthorized"));
}

#[tokio::test]
async fn dsh_b7_3_a_closed_view_shows_nothing_of_the_person() {
    let app = TestApp::start().await;
    connect(&app).await;
    let session = session(&app, ADA).await;
    assert!(list(&app, &session).await.text().contains("Moneytrack"));
    app.pass(600);
    let over = list(&app, &session).await.expect_status(401);
    assert!(!over.text().contains("Moneytrack"));
    assert!(over.field("session").is_none());
}

#[tokio::test]
async fn dsh_a8_1_ids_of_somebody_else_are_404_and_unknown_ones_are_the_same() {
    let app = TestApp::start().await;
    let tokens = connect(&app).await;
    let adas = list(&app, &session(&app, ADA).await).await.field("id").unwrap();
    let bens = session(&app, BEN).await;
    for path in ["/embed/connection", "/embed/stop", "/embed/stop/confirm"] {
        let mut pages = Vec::new();
        for id in [
            adas.as_str(),
            "0198a7c0-0000-7000-8000-000000000000",
            "nonsense",
            "",
        ] {
            let page = about(&app, path, &bens, id).await.expect_status(404);
            assert!(!page.text().contains("Moneytrack"));
            let own = page.header("x-request-id").unwrap().to_owned();
            pages.push(page.text().replace(&own, ""));
        }
        pages.dedup();
        assert_eq!(pages.len(), 1);
    }
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
}

#[tokio::test]
async fn dsh_a8_1_only_a_living_bearer_opens_pages() {
    let app = TestApp::start().await;
    let unspent = token(&app, ADA).await;
    let tokens = connect(&app).await;
    let long = "a".repeat(4000);
    for bearer in [
        "",
        "ps_unknown",
        unspent.as_str(),
        tokens.access.as_str(),
        long.as_str(),
    ] {
        let _refused = list(&app, bearer).await.expect_status(401);
    }
    let _missing = app
        .post_embedded("/embed/connections", &[])
        .await
        .expect_status(401);
    let good = session(&app, ADA).await;
    let twice = [("session", good.as_str()), ("session", good.as_str())];
    let _twice = app
        .post_embedded("/embed/connections", &twice)
        .await
        .expect_status(401);
    let _unspent = open(&app, &unspent).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a8_1_a_page_session_is_no_bearer_anywhere_else() {
    let app = TestApp::start().await;
    let session = session(&app, ADA).await;
    assert_eq!(app.userinfo(&session).await, 401);
    let request = app.request(Method::POST, "/api/v4/token").bearer(&session);
    let _refused = request
        .json(&crate::world::canonical(ADA))
        .send()
        .await
        .expect_status(401);
    let _refused = open(&app, &session).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a8_1_forms_of_foreign_pages_are_refused() {
    let app = TestApp::start().await;
    let session = session(&app, ADA).await;
    let post = |lines: &'static [(&'static str, &'static str)]| {
        let mut request = app.request(Method::POST, "/embed/connections");
        for (name, value) in lines {
            request = request.header(*name, value);
        }
        request.form(&[("session", &session)]).send()
    };
    for foreign in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
        &[("origin", "https://evil.example")],
    ] {
        let _refused = post(foreign).await.expect_status(403);
    }
    for own in [
        &[("sec-fetch-site", "same-origin"), ("origin", "null")][..],
        &[("origin", "http://127.0.0.1:8080")],
        &[("origin", "null")],
        &[],
    ] {
        let _taken = post(own).await.expect_status(200);
    }
}

#[tokio::test]
async fn dsh_a8_1_no_answer_below_embed_sets_cookies_or_allows_other_origins() {
    let app = TestApp::start().await;
    let session = session(&app, ADA).await;
    for answer in [
        list(&app, &session).await,
        list(&app, "x").await,
        app.get("/embed/none").await,
    ] {
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let request = app
        .request(Method::OPTIONS, "/embed/connections")
        .header("origin", "https://evil.example");
    let preflight = request
        .header("access-control-request-method", "POST")
        .send()
        .await
        .expect_status(405);
    assert_eq!(preflight.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn dsh_a10_a_session_goes_on_in_the_language_that_was_asked_for() {
    let app = TestApp::start().await;
    let session = session(&app, ADA).await;
    let speaking = async |locale: &str| {
        let fields = [("session", session.as_str()), ("locale", locale)];
        let page = app.post_embedded("/embed/connections", &fields).await;
        page.expect_status(200).text().to_owned()
    };
    assert!(speaking("ar").await.contains("lang=\"ar\""));
    let later = list(&app, &session).await.expect_status(200);
    assert!(later.text().contains("lang=\"ar\""), "it stays");
    assert!(speaking("no such language").await.contains("lang=\"ar\""));
    assert!(speaking("en").await.contains("lang=\"en\""));
}

#[tokio::test]
async fn dsh_a10_the_button_for_who_is_done_is_there_for_who_asks() {
    let app = TestApp::start().await;
    let without = open(&app, &token(&app, ADA).await).await.expect_status(200);
    assert!(!without.text().contains("data-close"));
    let asked = format!("{}&done=yes", token(&app, ADA).await);
    let with = open(&app, &asked).await.expect_status(200);
    assert!(
        with.text().contains("data-close hidden"),
        "shown by the script alone, which can tell"
    );
    let session = with.field("session").unwrap();
    let later = list(&app, &session).await.expect_status(200);
    assert!(later.text().contains("data-close"), "on every screen");
}
