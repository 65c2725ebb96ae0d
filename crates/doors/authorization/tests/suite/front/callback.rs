//! The consent callback, step by step (A.8.2).

use consentry_domain::tenant::{CallbackMode, ScopeFormat};
use consentry_testkit::{Answer, FULL_SCOPE, TestApp};
use http::Method;

use super::{assert_local_page, assert_refused, at_consent_uri, change_client, code};

fn callback(handle: &str, rest: &str) -> String {
    format!("/cis/auth/consent/callback?src_interaction={handle}&{rest}")
}

/// A request with the browser's cookies and chosen headers.
async fn called(app: &TestApp, cookies: &[String], path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = app
        .request(Method::GET, path)
        .header("cookie", &cookies.join("; "));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.send().await
}

/// Asserts the vendor's JSON of a failure (A.1.2), without CORS headers (TPA-CB-04).
#[track_caller]
fn assert_vendor(answer: &Answer, status: u16) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.json()["error_code"], status);
    assert_eq!(answer.json()["message"].is_array(), status == 400);
    assert_eq!(answer.header("location"), None, "tpa_cb_02");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn tpa_a8_2_step_1_other_methods_change_nothing() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let cookies = browser.cookies("127.0.0.1").join("; ");
    for method in [Method::HEAD, Method::OPTIONS, Method::PUT] {
        let answer = app
            .request(method, &callback(&handle, "approved=true"))
            .header("cookie", &cookies)
            .send()
            .await;
        assert_eq!(answer.status(), 405);
    }
    code(&browser.open(&callback(&handle, "approved=true")).await);
}

#[tokio::test]
async fn tpa_a8_2_step_2_to_4_speculative_odd_and_scripted_calls_change_nothing() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let cookies = browser.cookies("127.0.0.1");
    let good = callback(&handle, "approved=true");
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
    ] {
        assert_vendor(&called(&app, &cookies, &good, &[(name, value)]).await, 403);
    }
    for odd in [
        "approved=TRUE",
        "approved=1",
        "approved=",
        "approved=true%20",
        "",
        "approved=false&approved=true",
        "approved=true&decision_token=a&decision_token=b",
        "approved=true&unknown=1&unknown=2",
        "approved=true&src_interaction=ix_other",
        "approved=true&granted_scope=%22",
    ] {
        assert_vendor(&called(&app, &cookies, &callback(&handle, odd), &[]).await, 400);
    }
    assert_vendor(
        &called(&app, &cookies, "/cis/auth/consent/callback?approved=true", &[]).await,
        400,
    );
    for script in [
        [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
    ] {
        assert_vendor(&called(&app, &cookies, &good, &script).await, 403);
    }
    code(&browser.open(&good).await);
}

#[tokio::test]
async fn tpa_a8_2_step_5_and_6_unknown_is_404_and_over_is_410() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let unknown = callback("ix_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "approved=true");
    assert_vendor(&called(&app, &[], &unknown, &[]).await, 404);
    let early = browser
        .open(&app.authorization(&app.bank.external, FULL_SCOPE, &[]))
        .await;
    let early = early.location().path().rsplit('/').next().unwrap().to_owned();
    assert_vendor(
        &called(
            &app,
            &browser.cookies("127.0.0.1"),
            &callback(&early, "approved=true"),
            &[],
        )
        .await,
        410,
    );
    let handle = at_consent_uri(&app, &browser).await;
    app.pass(600);
    assert_vendor(
        &called(
            &app,
            &browser.cookies("127.0.0.1"),
            &callback(&handle, "approved=true"),
            &[],
        )
        .await,
        410,
    );
    let handle = at_consent_uri(&app, &browser).await;
    code(&browser.open(&callback(&handle, "approved=true")).await);
    assert_local_page(&browser.open(&callback(&handle, "approved=true")).await, 410);
    assert_local_page(&browser.open(&callback(&handle, "approved=false")).await, 410);
}

#[tokio::test]
async fn tpa_a8_2_step_7_and_8_without_cookie_or_session_nothing_is_decided() {
    let app = TestApp::start().await;
    let (browser, stranger) = (app.browser(), app.browser());
    let handle = at_consent_uri(&app, &browser).await;
    let good = callback(&handle, "approved=true");
    assert_local_page(&stranger.open(&good).await, 403);
    let fetched = called(&app, &[], &good, &[]).await;
    assert_vendor(&fetched, 403);
    assert!(
        fetched.json()["message"].as_str().unwrap().contains("POST"),
        "tpa_a8_6: says what to do instead"
    );
    let cookies = browser.cookies("127.0.0.1");
    let only = |prefix: &str| {
        cookies
            .iter()
            .filter(|cookie| cookie.starts_with(prefix))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_vendor(&called(&app, &only("cst_session"), &good, &[]).await, 403);
    assert_vendor(&called(&app, &only("cst_ix_"), &good, &[]).await, 403);
    at_consent_uri(&app, &stranger).await;
    let mixed = [
        only("cst_ix_"),
        stranger
            .cookies("127.0.0.1")
            .into_iter()
            .filter(|c| c.starts_with("cst_session"))
            .collect(),
    ];
    assert_vendor(&called(&app, &mixed.concat(), &good, &[]).await, 403);
    code(&browser.open(&good).await);
}

#[tokio::test]
async fn tpa_a8_2_step_9_a_page_that_says_where_it_comes_from_must_be_the_consent_page() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let cookies = browser.cookies("127.0.0.1");
    let good = callback(&handle, "approved=true");
    for foreign in ["https://evil.example/page", "http://localhost:8081/", "nonsense"] {
        assert_vendor(&called(&app, &cookies, &good, &[("referer", foreign)]).await, 403);
    }
    let own = called(
        &app,
        &cookies,
        &good,
        &[("referer", "http://localhost:8080/demo/bank/consent?for=pennywise")],
    )
    .await;
    code(&own);
}

#[tokio::test]
async fn tpa_a8_2_step_10_tpa_cn_10_a_part_may_be_granted_and_never_more() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let more = callback(
        &handle,
        "approved=true&granted_scope=openid%20urn:pingdirectory:consent",
    );
    assert_vendor(
        &called(&app, &browser.cookies("127.0.0.1"), &more, &[]).await,
        400,
    );
    let part = callback(
        &handle,
        "approved=true&granted_scope=accounts:balance&granted_scope=offline_access",
    );
    let tokens = app
        .redeem(&app.bank.external, &code(&browser.open(&part).await))
        .await;
    assert_eq!(
        tokens.scope, "openid offline_access accounts:balance",
        "openid cannot be removed"
    );
    assert_eq!(
        app.records_of("ada").await.len(),
        3,
        "what was left out is no consent"
    );
    let handle = at_consent_uri(&app, &browser).await;
    let tokens = app
        .redeem(
            &app.bank.external,
            &code(
                &browser
                    .open(&callback(&handle, "approved=true&granted_scope="))
                    .await,
            ),
        )
        .await;
    assert_eq!(tokens.scope, "openid", "an empty part besides openid is allowed");
}

#[tokio::test]
async fn tpa_a8_2_step_11_tpa_a8_5_strict_mode_needs_the_latest_decision_token() {
    let app = TestApp::start().await;
    let browser = app.browser();
    change_client(&app, "pennywise", |client| {
        client.callback_mode = Some(CallbackMode::Strict);
    })
    .await;
    let token = app.own_token(&app.bank.first_party).await;
    let handle = at_consent_uri(&app, &browser).await;
    let cookies = browser.cookies("127.0.0.1");
    let looked_up = || async {
        let request = app
            .request(Method::GET, &format!("/cis/v1/consents/interactions/{handle}"))
            .bearer(&token);
        request.send().await.expect_status(200).json()["result"]["decision_token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let with = |decision: &str| callback(&handle, &format!("approved=true&decision_token={decision}"));
    assert_vendor(
        &called(&app, &cookies, &callback(&handle, "approved=true"), &[]).await,
        403,
    );
    assert_vendor(&called(&app, &cookies, &with("dt_guess"), &[]).await, 403);
    let first = looked_up().await;
    let latest = looked_up().await;
    assert_vendor(&called(&app, &cookies, &with(&first), &[]).await, 403);
    code(&called(&app, &cookies, &with(&latest), &[]).await);
    assert_vendor(&called(&app, &cookies, &with(&latest), &[]).await, 410);
}

#[tokio::test]
async fn tpa_cb_01_five_failures_with_the_right_cookie_cancel_and_those_without_do_not() {
    let app = TestApp::start().await;
    let (browser, stranger) = (app.browser(), app.browser());
    let handle = at_consent_uri(&app, &browser).await;
    let good = callback(&handle, "approved=true");
    for _ in 0..7 {
        assert_local_page(&stranger.open(&good).await, 403);
    }
    let cookies = browser.cookies("127.0.0.1");
    let wrong = callback(&handle, "approved=true&granted_scope=invented");
    for _ in 0..4 {
        assert_vendor(&called(&app, &cookies, &wrong, &[]).await, 400);
    }
    let spare = at_consent_uri(&app, &browser).await;
    assert_vendor(
        &called(&app, &cookies, &good, &[("referer", "https://evil.example/")]).await,
        403,
    );
    assert_vendor(&called(&app, &cookies, &good, &[]).await, 410);
    code(&browser.open(&callback(&spare, "approved=true")).await);
}

#[tokio::test]
async fn tpa_fl_08_tpa_fl_09_a_decline_stores_nothing_and_leaves_what_stands() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    code(&browser.open(&callback(&handle, "approved=true")).await);
    let before = app.records_of("ada").await;
    let handle = at_consent_uri(&app, &browser).await;
    let back = browser.open(&callback(&handle, "approved=false")).await;
    assert_refused(&back, "access_denied");
    let location = back.header("location").unwrap();
    assert!(
        location.contains("error_description=User%20denied%20consent%20to%20requested%20scope"),
        "{location}"
    );
    assert_eq!(app.records_of("ada").await, before);
}

#[tokio::test]
async fn tpa_fl_05_tpa_fl_07_the_consent_uri_gets_handle_and_scope_and_nothing_about_the_person() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for (format, written) in [
        (
            None,
            "&requested_scope=openid&requested_scope=offline_access&requested_scope=accounts%3Abalance",
        ),
        (
            Some(ScopeFormat::Space),
            "&requested_scope=openid%20offline_access%20accounts%3Abalance",
        ),
        (
            Some(ScopeFormat::Comma),
            "&requested_scope=openid%2Coffline_access%2Caccounts%3Abalance",
        ),
        (Some(ScopeFormat::Brackets), "&requested_scope%5B%5D=openid"),
    ] {
        change_client(&app, "pennywise", |client| client.scope_format = format).await;
        let request = app.authorization(&app.bank.external, FULL_SCOPE, &[]);
        let sent = app
            .reach_question(&browser, "ada", &request)
            .await
            .expect_status(303);
        let location = sent.header("location").unwrap();
        assert!(
            location.starts_with("http://localhost:8080/demo/bank/consent?for=pennywise&src_interaction=ix_")
        );
        assert!(location.contains(written), "{location}");
        assert!(!location.contains("ada") && !location.contains(super::user_id(&app, "ada")));
        assert_eq!(sent.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(sent.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn tpa_cb_02_people_get_a_page_and_programs_json() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let unknown = callback("ix_x", "approved=true");
    assert_local_page(&browser.open(&unknown).await, 404);
    assert_vendor(
        &app.request(Method::GET, &unknown)
            .header("accept", "application/json")
            .send()
            .await,
        404,
    );
}

#[tokio::test]
async fn tpa_a8_5_a_question_of_the_hosted_page_is_not_answered_at_the_callback() {
    let app = TestApp::start().await;
    let browser = app.browser();
    change_client(&app, "moneytrack", |client| {
        client.callback_mode = Some(CallbackMode::Compat);
    })
    .await;
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let interaction = question.field("interaction").unwrap();
    assert_local_page(&browser.open(&callback(&interaction, "approved=true")).await, 403);
    let external = at_consent_uri(&app, &browser).await;
    let posted = browser
        .submit("/consent", &[("interaction", &external), ("decision", "approve")])
        .await;
    assert_local_page(&posted, 403);
}
