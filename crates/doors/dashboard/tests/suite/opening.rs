//! Opening the dashboard: spending a one-time token exactly once (A2.6, A3, A4).

use consentry_domain::{TenantId, Timestamp, tenant::TenantState};
use consentry_testkit::{Answer, TestApp};
use futures_util::future::join_all;
use http::Method;

use crate::world::{ADA, configure, connect, list, open, opening, operator, session, token};

#[tokio::test]
async fn dsh_a4_3_a_good_token_is_answered_with_the_page_without_cookie_or_redirect() {
    let app = TestApp::start().await;
    let page = open(&app, &token(&app, ADA).await).await.expect_status(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("set-cookie"), None);
    assert_eq!(page.header("location"), None);
    assert_eq!(page.header("content-language"), Some("en"));
}

#[tokio::test]
async fn dsh_a2_6_a_token_opens_exactly_once() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let _page = open(&app, &token).await.expect_status(200);
    let _reload = open(&app, &token).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a2_6_at_exactly_300_seconds_it_is_expired() {
    let app = TestApp::start().await;
    let (one, two) = (token(&app, ADA).await, token(&app, ADA).await);
    app.clock.advance_micros(300_000_000 - 1);
    let _in_time = open(&app, &one).await.expect_status(200);
    app.clock.advance_micros(1);
    let _late = open(&app, &two).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a3_of_many_at_once_one_wins() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let answers = join_all((0..16).map(|_| open(&app, &token))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status() == status).count();
    assert_eq!((count(200), count(404)), (1, 15));
}

#[tokio::test]
async fn dsh_a4_4_all_refusals_are_one_404_with_the_word_unauthorized() {
    let app = TestApp::start().await;
    let reused = token(&app, ADA).await;
    let bearer = open(&app, &reused)
        .await
        .expect_status(200)
        .field("session")
        .unwrap();
    let expired = token(&app, ADA).await;
    app.pass(300);
    let kinds = [
        format!("?access_token={reused}"),
        format!("?access_token={expired}"),
        "?access_token=et_unknown".to_owned(),
        format!("?access_token={bearer}"),
        "?access_token=with%20space".to_owned(),
        format!("?access_token={}", "a".repeat(8193)),
        "?access_token=".to_owned(),
        "?access_token=a&jwt=b".to_owned(),
        "?access_token=%ff".to_owned(),
        String::new(),
    ];
    let mut seen: Vec<(Vec<String>, String)> = Vec::new();
    for query in kinds {
        let request = app.request(Method::GET, &format!("/embed/authorizations{query}"));
        let request = request
            .header("accept", "text/html")
            .header("x-request-id", "r-1");
        let answer = request.send().await.expect_status(404);
        assert!(answer.text().contains("Unauthorized"));
        assert!(answer.text().contains("This view has closed"));
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        seen.push((headers, answer.text().to_owned()));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn dsh_a4_4_programs_get_the_refusal_as_json() {
    let app = TestApp::start().await;
    let answer = opening(&app, "et_unknown")
        .header("accept", "application/json")
        .send()
        .await
        .expect_status(404);
    assert_eq!(answer.text(), r#"{"error":"Unauthorized"}"#);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn dsh_a4_1_a_token_under_the_name_jwt_is_taken_leniently() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let _page = app
        .get(&format!("/embed/authorizations?jwt={token}"))
        .await
        .expect_status(200);
}

#[tokio::test]
async fn dsh_a4_2_3_head_options_and_other_methods_spend_nothing() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    for method in [
        Method::HEAD,
        Method::OPTIONS,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
    ] {
        let path = format!("/embed/authorizations?access_token={token}");
        let answer = app.request(method, &path).send().await.expect_status(405);
        assert_eq!(answer.header("allow"), Some("GET, POST"));
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .contains("frame-ancestors http://localhost:8080")
        );
    }
    let _unspent = open(&app, &token).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a4_2_4_speculative_loads_spend_nothing() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    for (name, value) in [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("sec-purpose", "prerender"),
    ] {
        let answer = opening(&app, &token)
            .header(name, value)
            .send()
            .await
            .expect_status(503);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let _unspent = open(&app, &token).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a4_2_5_a_token_in_an_image_address_spends_nothing() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    for destination in ["image", "script", "empty", "fencedframe"] {
        let _refused = opening(&app, &token)
            .header("sec-fetch-dest", destination)
            .send()
            .await
            .expect_status(404);
    }
    let _unspent = opening(&app, &token).send().await.expect_status(200);
    for destination in ["iframe", "frame", "document", "embed", "object"] {
        let fresh = self::token(&app, ADA).await;
        let _opened = opening(&app, &fresh)
            .header("sec-fetch-dest", destination)
            .send()
            .await
            .expect_status(200);
    }
}

#[tokio::test]
async fn dsh_a4_2_2_a_provider_that_is_not_enabled_is_403_before_anything_and_spends_nothing() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let bearer = session(&app, ADA).await;
    configure(&app, |tenant| tenant.state = TenantState::Disabled).await;
    let refused = open(&app, &token).await.expect_status(403);
    assert!(
        refused
            .text()
            .contains("Your bank has switched this page off for now.")
    );
    assert!(refused.text().contains("+44 20 7946 0000"));
    assert!(
        refused
            .header("content-security-policy")
            .unwrap()
            .contains("frame-ancestors http://localhost:8080")
    );
    let head = app.request(Method::HEAD, "/embed/authorizations").send().await;
    assert_eq!(head.status(), 403);
    let _session = list(&app, &bearer).await.expect_status(403);
    configure(&app, |tenant| tenant.state = TenantState::Enabled).await;
    let _unspent = open(&app, &token).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a4_5_the_token_in_a_form_never_enters_an_address() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let post = |fields: Vec<(&'static str, String)>| {
        let app = &app;
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let request = app
                .request(Method::POST, "/embed/authorizations")
                .header("sec-fetch-dest", "iframe");
            let request = request
                .header("sec-fetch-site", "cross-site")
                .header("origin", "http://localhost:8080");
            request.form(&fields).send().await
        }
    };
    let _no_jwt = post(vec![("jwt", token.clone())]).await.expect_status(404);
    let _not_both = post(vec![("access_token", token.clone()), ("jwt", "x".to_owned())])
        .await
        .expect_status(404);
    let in_address = app.request(
        Method::POST,
        &format!("/embed/authorizations?access_token={token}"),
    );
    let _not_in_address = in_address
        .form(&[("locale", "en")])
        .send()
        .await
        .expect_status(404);
    let _opened = post(vec![("access_token", token.clone())])
        .await
        .expect_status(200);
    let _spent = post(vec![("access_token", token)]).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a0_2_a_token_of_one_bank_opens_nothing_on_the_host_of_another() {
    let app = TestApp::start().await;
    connect(&app).await;
    configure(&app, |tenant| tenant.hosts = vec!["127.0.0.1:8080".to_owned()]).await;
    let mut other = app.tenant().tenant.clone();
    other.id = TenantId::new(Timestamp::EPOCH, consentry_domain::Shard::new(0), [9; 8]);
    other.slug = "other".to_owned();
    other.hosts = vec!["access.other.example".to_owned()];
    other.dashboard.frame_origins = vec!["https://www.other.example".to_owned()];
    app.ledger.provision_tenant(&operator(), &other).await.unwrap();

    let token = token(&app, ADA).await;
    let elsewhere =
        |method: Method, path: String| app.request(method, &format!("http://access.other.example{path}"));
    let refused = elsewhere(Method::GET, format!("/embed/authorizations?access_token={token}"))
        .send()
        .await;
    let refused = refused.expect_status(404);
    let policy = refused.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-ancestors https://www.other.example"),
        "{policy}"
    );
    let known = &app.bank.dashboard;
    let request =
        elsewhere(Method::POST, "/api/v4/token".to_owned()).basic(&known.client_id, &known.client_secret);
    let _credentials_of_another = request
        .json(&crate::world::canonical(ADA))
        .send()
        .await
        .expect_status(401);

    let page = open(&app, &token).await.expect_status(200);
    let bearer = page.field("session").unwrap();
    let request =
        elsewhere(Method::POST, "/embed/connections".to_owned()).header("sec-fetch-site", "same-origin");
    let _session_of_another = request
        .form(&[("session", &bearer)])
        .send()
        .await
        .expect_status(401);
}

#[tokio::test]
async fn dsh_a0_3_an_unknown_host_is_a_bare_404_that_nobody_may_frame() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.hosts = vec!["127.0.0.1:8080".to_owned()]).await;
    for path in ["/embed/authorizations?access_token=x", "/embed/none"] {
        let answer = app
            .request(Method::GET, &format!("http://unknown.example{path}"))
            .send()
            .await
            .expect_status(404);
        assert_eq!(answer.text(), "");
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .contains("frame-ancestors 'none'")
        );
    }
}

#[tokio::test]
async fn dsh_a13_the_thirty_first_refusal_of_a_minute_waits_and_spends_nothing() {
    let app = TestApp::start().await;
    let good = token(&app, ADA).await;
    for _ in 0..30 {
        let _refused: Answer = open(&app, "et_guess").await.expect_status(404);
    }
    let refused = open(&app, &good).await.expect_status(429);
    assert_eq!(refused.header("retry-after"), Some("60"));
    app.pass(60);
    let _unspent = open(&app, &good).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a3_rows_outlive_their_token_by_a_day_for_the_log() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let _page = open(&app, &token).await.expect_status(200);
    app.pass(86_400);
    let before = app.now().minus(consentry_domain::Lifetime::days(1));
    app.ledger.prune(app.tenant().id(), before).await.unwrap();
    let _reused = open(&app, &token).await.expect_status(404);
}
