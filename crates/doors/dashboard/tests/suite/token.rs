//! `POST /api/{version}/token` and its revocation (A0, A1, A2, A7, A13).

use std::collections::BTreeSet;

use consentry_domain::{
    subject::{Alias, Namespace},
    tenant::TenantState,
};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{
    ADA, BEN, about, canonical, configure, credential, list, open, session, stored, token, token_request,
    with_credential,
};

#[tokio::test]
async fn dsh_a2_3_the_answer_is_a_bearer_for_300_seconds_and_not_kept() {
    let app = TestApp::start().await;
    let answer = token_request(&app, &canonical(ADA))
        .send()
        .await
        .expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    let members: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        BTreeSet::from(["access_token", "expires_in", "token_type"])
    );
}

#[tokio::test]
async fn dsh_a2_5_the_token_is_opaque_random_and_names_nobody() {
    let app = TestApp::start().await;
    let (one, two) = (token(&app, ADA).await, token(&app, ADA).await);
    assert_ne!(one, two);
    for token in [&one, &two] {
        assert!(token.len() <= 1024 && token.len() >= 43);
        assert!(
            token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte)),
            "{token}"
        );
        assert!(!token.contains(ADA));
    }
}

#[tokio::test]
async fn dsh_a2_6_several_unspent_tokens_of_a_customer_coexist() {
    let app = TestApp::start().await;
    let (one, two) = (token(&app, ADA).await, token(&app, ADA).await);
    let _first = open(&app, &two).await.expect_status(200);
    let _second = open(&app, &one).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a0_versions_4_to_6_behave_alike_and_others_do_not_exist() {
    let app = TestApp::start().await;
    for version in ["v4", "v5", "v6"] {
        let request = with_credential(&app, &format!("/api/{version}/token")).json(&canonical(ADA));
        let _answer = request.send().await.expect_status(200);
    }
    for path in [
        "/api/v3/token",
        "/api/v7/token",
        "/api/4/token",
        "/api/token",
        "/api/v4/tokens",
    ] {
        let _answer = with_credential(&app, path)
            .json(&canonical(ADA))
            .send()
            .await
            .expect_status(404);
    }
    let refused = app
        .request(Method::GET, "/api/v4/token")
        .send()
        .await
        .expect_status(405);
    assert_eq!(refused.header("allow"), Some("POST"));
}

#[tokio::test]
async fn dsh_a2_1_credentials_in_two_headers_with_either_spelling() {
    let app = TestApp::start().await;
    let known = &app.bank.dashboard;
    for (id, secret) in [
        ("client_id", "client_secret"),
        ("client-id", "client-secret"),
        ("Client-Id", "CLIENT_SECRET"),
    ] {
        let request = app.request(Method::POST, "/api/v4/token").json(&canonical(ADA));
        let request = request
            .header(id, &known.client_id)
            .header(secret, &known.client_secret);
        let _answer = request.send().await.expect_status(200);
    }
    let request = token_request(&app, &canonical(ADA)).header("client_id", "another-client-of-the-bank");
    let answer = request.send().await.expect_status(400);
    assert_eq!(answer.json()["error"], "invalid_request");
}

#[tokio::test]
async fn dsh_a2_1_query_parameters_are_no_credentials() {
    let app = TestApp::start().await;
    let known = &app.bank.dashboard;
    let path = format!(
        "/api/v4/token?client_id={}&client_secret={}",
        known.client_id, known.client_secret
    );
    let _answer = app
        .request(Method::POST, &path)
        .json(&canonical(ADA))
        .send()
        .await
        .expect_status(401);
}

#[tokio::test]
async fn dsh_a2_4_wrong_secret_is_401_like_an_unknown_client() {
    let app = TestApp::start().await;
    let known = &app.bank.dashboard;
    let mut bodies = BTreeSet::new();
    for (id, secret) in [
        (known.client_id.as_str(), "wrong-secret"),
        ("unknown-client-of-nobody", known.client_secret.as_str()),
        (known.client_id.as_str(), ""),
    ] {
        let request = app
            .request(Method::POST, "/api/v4/token")
            .basic(id, secret)
            .header("x-request-id", "r-1");
        let answer = request.json(&canonical(ADA)).send().await.expect_status(401);
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Basic realm=\"consentry\"")
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.json()["error"], "invalid_client");
        assert_eq!(answer.json()["request_id"], "r-1");
        bodies.insert(answer.text().to_owned());
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn dsh_a2_4_without_credentials_nothing_is_told_about_the_body() {
    let app = TestApp::start().await;
    for body in [&b"not json"[..], &[b'x'; 9000], b"{}"] {
        let request = app
            .request(Method::POST, "/api/v4/token")
            .header("content-type", "text/plain")
            .body(body);
        let answer = request.send().await.expect_status(401);
        assert_eq!(answer.json()["error"], "invalid_client");
    }
}

#[tokio::test]
async fn dsh_a2_4_bodies_are_judged_by_type_size_and_content() {
    let app = TestApp::start().await;
    let request = |kind: &str, body: &[u8]| {
        with_credential(&app, "/api/v4/token")
            .header("content-type", kind)
            .body(body)
    };
    let good = canonical(ADA).to_string();
    let padded = |size: usize| format!("{}{good}", " ".repeat(size - good.len()));
    for (kind, body, status, code) in [
        ("application/json; charset=utf-8", good.clone(), 200, ""),
        ("application/json", padded(8192), 200, ""),
        ("application/json", padded(8193), 413, "request_too_large"),
        ("text/json", good.clone(), 415, "unsupported_media_type"),
        (
            "application/x-www-form-urlencoded",
            good.clone(),
            415,
            "unsupported_media_type",
        ),
        ("application/json", "{".to_owned(), 400, "invalid_request"),
        (
            "application/json",
            r#"{"type":"consent_management","type":"x"}"#.to_owned(),
            400,
            "invalid_request",
        ),
        (
            "application/json",
            r#"{"type":"x","scopes":"customer.modify_consent:a"}"#.to_owned(),
            400,
            "invalid_scope",
        ),
    ] {
        let answer = request(kind, body.as_bytes()).send().await.expect_status(status);
        if status != 200 {
            assert_eq!(answer.json()["error"], code);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(
                answer.json()["error_description"].is_string() && answer.json()["request_id"].is_string()
            );
        }
    }
}

#[tokio::test]
async fn dsh_a2_2_the_lenient_form_leads_to_the_same_customer() {
    let app = TestApp::start().await;
    connect(&app).await;
    let body = json!({ "scope": "consent_management", "customerId": ADA });
    let answer = token_request(&app, &body).send().await.expect_status(200).json();
    let page = open(&app, answer["access_token"].as_str().unwrap())
        .await
        .expect_status(200);
    assert!(page.text().contains("Moneytrack"));
}

async fn connect(app: &TestApp) {
    let _tokens = crate::world::connect(app).await;
}

#[tokio::test]
async fn dsh_a7_an_unknown_customer_is_made_once_even_by_two_at_once() {
    let app = TestApp::start().await;
    let (one, two) = tokio::join!(token(&app, "never seen|before"), token(&app, "never seen|before"));
    let alias = Alias::new(Namespace::Customer, "never seen|before");
    let subject = app.ledger.find_subject(&app.tenant(), &alias).await.unwrap();
    assert!(subject.is_some());
    for token in [one, two] {
        let page = open(&app, &token).await.expect_status(200);
        assert!(page.text().contains("No apps have access."), "{}", page.text());
    }
}

#[tokio::test]
async fn dsh_a7_an_unknown_customer_is_404_where_the_setting_rejects() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.dashboard.reject_unknown_customers = true).await;
    let answer = token_request(&app, &canonical("never-seen"))
        .send()
        .await
        .expect_status(404);
    assert_eq!(answer.json()["error"], "customer_not_found");
    let _known = token(&app, ADA).await;
    let alias = Alias::new(Namespace::Customer, "never-seen");
    assert_eq!(
        app.ledger.find_subject(&app.tenant(), &alias).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn dsh_a0_4_a_provider_that_is_not_enabled_is_403_on_the_api() {
    let app = TestApp::start().await;
    for state in [TenantState::Disabled, TenantState::NeedsReview] {
        configure(&app, |tenant| tenant.state = state).await;
        for path in ["/api/v4/token", "/api/v4/token/revoke", "/api/v4/none"] {
            let answer = with_credential(&app, path)
                .json(&canonical(ADA))
                .send()
                .await
                .expect_status(403);
            assert_eq!(answer.json()["error"], "provider_disabled");
        }
    }
}

#[tokio::test]
async fn dsh_a1_two_secrets_live_during_rotation_and_removal_voids_unspent_tokens() {
    let app = TestApp::start().await;
    let (old, new) = (
        app.bank.dashboard.client_secret.clone(),
        "a-new-secret-of-the-bank".to_owned(),
    );
    credential(&app, vec![stored(&old), stored(&new)], true).await;
    let by_old = token(&app, ADA).await;
    let request = app
        .request(Method::POST, "/api/v4/token")
        .basic(&app.bank.dashboard.client_id, &new);
    let answer = request
        .json(&canonical(ADA))
        .send()
        .await
        .expect_status(200)
        .json();
    let by_new = answer["access_token"].as_str().unwrap().to_owned();
    credential(&app, vec![stored(&new)], true).await;
    let _refused = open(&app, &by_old).await.expect_status(404);
    let _refused = token_request(&app, &canonical(ADA))
        .send()
        .await
        .expect_status(401);
    let _opened = open(&app, &by_new).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a1_a_disabled_credential_gets_nothing_and_opens_nothing() {
    let app = TestApp::start().await;
    let unspent = token(&app, ADA).await;
    credential(&app, vec![stored(&app.bank.dashboard.client_secret)], false).await;
    let _refused = token_request(&app, &canonical(ADA))
        .send()
        .await
        .expect_status(401);
    let _refused = open(&app, &unspent).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a8_1_open_pages_end_with_their_secret_where_the_bank_wants_that() {
    let app = TestApp::start().await;
    let old = stored(&app.bank.dashboard.client_secret);
    let new = "another-secret-of-the-bank-0000000000000000";
    credential(&app, vec![old.clone(), stored(new)], true).await;
    let page = session(&app, ADA).await;
    let with_new = app
        .request(Method::POST, "/api/v4/token")
        .basic(&app.bank.dashboard.client_id, new)
        .json(&canonical(ADA))
        .send()
        .await
        .expect_status(200)
        .json();
    let newer = open(&app, with_new["access_token"].as_str().unwrap())
        .await
        .expect_status(200)
        .field("session")
        .unwrap();
    credential(&app, vec![stored(new)], true).await;
    let _goes_on = list(&app, &page).await.expect_status(200);
    configure(&app, |tenant| {
        tenant.dashboard.end_sessions_with_credential = true;
    })
    .await;
    let _over = list(&app, &page).await.expect_status(401);
    let _other_secret = list(&app, &newer).await.expect_status(200);
    credential(&app, vec![stored(new)], false).await;
    let _over = list(&app, &newer).await.expect_status(401);
    let _over = app
        .request(Method::GET, "/embed/api/v1/session")
        .bearer(&newer)
        .header("x-consentry-page", "1")
        .send()
        .await
        .expect_status(401);
}

#[tokio::test]
async fn dsh_a2_7_a_revoked_token_opens_nothing() {
    let app = TestApp::start().await;
    let unspent = token(&app, ADA).await;
    let answer = revoke(&app, &unspent).await.expect_status(200);
    assert_eq!(answer.text(), "{}");
    let _refused = open(&app, &unspent).await.expect_status(404);
    let _again = revoke(&app, &unspent).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a2_7_revoking_a_spent_token_ends_the_page_it_opened() {
    let app = TestApp::start().await;
    let spent = token(&app, ADA).await;
    let bearer = open(&app, &spent)
        .await
        .expect_status(200)
        .field("session")
        .unwrap();
    let other = session(&app, ADA).await;
    let _answer = revoke(&app, &spent).await.expect_status(200);
    let _over = list(&app, &bearer).await.expect_status(401);
    let _over = about(&app, "/embed/stop/confirm", &bearer, "x")
        .await
        .expect_status(401);
    let _stands = list(&app, &other).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a2_7_any_text_is_200_and_bad_credentials_are_401() {
    let app = TestApp::start().await;
    let bearer = session(&app, ADA).await;
    for text in ["unknown", "", bearer.as_str()] {
        let answer = revoke(&app, text).await.expect_status(200);
        assert_eq!(answer.text(), "{}");
    }
    let _page_sessions_are_no_tokens = list(&app, &bearer).await.expect_status(200);
    let request = app
        .request(Method::POST, "/api/v4/token/revoke")
        .json(&json!({ "token": "x" }));
    let _refused = request.send().await.expect_status(401);
    let answer = with_credential(&app, "/api/v4/token/revoke")
        .json(&json!({ "token": 1 }))
        .send()
        .await;
    assert_eq!(answer.expect_status(400).json()["error"], "invalid_request");
}

async fn revoke(app: &TestApp, token: &str) -> consentry_testkit::Answer {
    with_credential(app, "/api/v6/token/revoke")
        .json(&json!({ "token": token }))
        .send()
        .await
}

#[tokio::test]
async fn dsh_a13_the_eleventh_wrong_credential_of_a_minute_waits_even_if_right() {
    let app = TestApp::start().await;
    for _ in 0..10 {
        let request = app
            .request(Method::POST, "/api/v4/token")
            .basic("nobody-at-all-here-20", "x");
        let _refused = request.json(&canonical(ADA)).send().await.expect_status(401);
    }
    let refused = token_request(&app, &canonical(ADA))
        .send()
        .await
        .expect_status(429);
    assert_eq!(refused.json()["error"], "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("60"));
    app.pass(60);
    let _token = token(&app, ADA).await;
}

#[tokio::test]
async fn dsh_a13_the_fifty_first_request_of_a_second_waits() {
    let app = TestApp::start().await;
    for _ in 0..50 {
        let _token = token(&app, BEN).await;
    }
    let refused = token_request(&app, &canonical(BEN))
        .send()
        .await
        .expect_status(429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.pass(1);
    let _token = token(&app, BEN).await;
}
