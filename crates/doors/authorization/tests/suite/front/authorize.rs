//! Checking the authorization request, row by row (A.5.1).

use consentry_domain::client::{ClientType, Pkce, Prompt};
use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;

use super::{assert_local_page, assert_refused, change_client};

/// A step of A.5.1, parameters that break it, and the error.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[tokio::test]
async fn tpa_a5_1_steps_1_to_3_b01_07_wrong_client_address_or_mode_is_shown_here_and_never_redirected() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let client = &app.bank.third_party;
    change_client(&app, "pennywise", |client| client.enabled = false).await;
    let rows: [&[(&str, &str)]; 9] = [
        &[("client_id", "")],
        &[("client_id", "nobody")],
        &[("client_id", "pennywise")],
        &[("redirect_uri", "")],
        &[("redirect_uri", "https://evil.example/")],
        &[("redirect_uri", "http://127.0.0.1:8080/demo/moneytrack/callback/")],
        &[("redirect_uri", "http://127.0.0.1:9998/callback")],
        &[("response_mode", "fragment")],
        &[("response_mode", "form_post")],
    ];
    for row in rows {
        let answer = browser.open(&app.authorization(client, FULL_SCOPE, row)).await;
        assert_local_page(&answer, 400);
    }
    let good = app.authorization(client, FULL_SCOPE, &[]);
    for repeated in [
        "client_id=moneytrack",
        "redirect_uri=https%3A%2F%2Fevil.example",
        "response_mode=query&response_mode=query",
    ] {
        assert_local_page(&browser.open(&format!("{good}&{repeated}")).await, 400);
    }
    for broken in ["%zz", "state=%ff", "nul=%00"] {
        assert_local_page(&browser.open(&format!("{good}&{broken}")).await, 400);
    }
}

#[tokio::test]
async fn tpa_a5_1_steps_5_to_17_everything_else_is_an_oauth_error_at_the_redirect_address() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let long_nonce = "a".repeat(513);
    let long_challenge = "a".repeat(129);
    let rows: [Row<'_>; 34] = [
        ("6", &[("response_type", "")], "invalid_request"),
        ("6", &[("response_type", "token")], "unsupported_response_type"),
        (
            "6",
            &[("response_type", "code id_token")],
            "unsupported_response_type",
        ),
        ("7", &[("request", "eyJ")], "request_not_supported"),
        (
            "7",
            &[("request_uri", "https://moneytrack.example/r")],
            "request_uri_not_supported",
        ),
        ("7", &[("registration", "{}")], "registration_not_supported"),
        ("9", &[("scope", "")], "invalid_scope"),
        ("9", &[("scope", "accounts:balance")], "invalid_scope"),
        (
            "10",
            &[("scope", "openid urn:pingdirectory:consent_admin")],
            "invalid_scope",
        ),
        ("10", &[("scope", "openid \"quoted\"")], "invalid_scope"),
        ("11", &[("prompt", "none consent")], "invalid_request"),
        ("11", &[("prompt", "none unknown")], "invalid_request"),
        ("11", &[("prompt", "select_account")], "invalid_request"),
        (
            "13",
            &[("code_challenge", ""), ("code_challenge_method", "")],
            "invalid_request",
        ),
        ("13", &[("code_challenge", "")], "invalid_request"),
        ("13", &[("code_challenge_method", "")], "invalid_request"),
        ("13", &[("code_challenge_method", "plain")], "invalid_request"),
        ("13", &[("code_challenge_method", "s256")], "invalid_request"),
        ("13", &[("code_challenge", "short")], "invalid_request"),
        ("13", &[("code_challenge", &long_challenge)], "invalid_request"),
        (
            "13",
            &[("code_challenge", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa+aaa")],
            "invalid_request",
        ),
        ("14", &[("resource", "not an address")], "invalid_target"),
        (
            "14",
            &[("resource", "https://unknown.example/api")],
            "invalid_target",
        ),
        (
            "14",
            &[("resource", "http://127.0.0.1:8080/demo/api/accounts#part")],
            "invalid_target",
        ),
        ("15", &[("claims", "no json")], "invalid_request"),
        ("15", &[("claims", "[]")], "invalid_request"),
        ("15", &[("claims", "{\"id_token\":1}")], "invalid_request"),
        (
            "15",
            &[("authorization_details", "[]")],
            "invalid_authorization_details",
        ),
        ("16", &[("max_age", "-1")], "invalid_request"),
        ("16", &[("max_age", "+1")], "invalid_request"),
        ("16", &[("max_age", "soon")], "invalid_request"),
        (
            "16",
            &[("id_token_hint", "eyJhbGciOiJub25lIn0.e30.")],
            "invalid_request",
        ),
        ("16", &[("id_token_hint", "nonsense")], "invalid_request"),
        ("17", &[("nonce", &long_nonce)], "invalid_request"),
    ];
    for (step, row, error) in rows {
        let answer = browser
            .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, row))
            .await;
        assert_eq!(answer.status(), 303, "step {step}: {row:?}: {}", answer.text());
        assert_refused(&answer, error);
        assert!(
            browser.cookies("127.0.0.1").is_empty(),
            "no interaction was begun for {row:?}"
        );
    }
}

#[tokio::test]
async fn tpa_a5_1_step_5_a_repeated_parameter_is_refused_and_an_empty_one_is_absent() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let good = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    for repeated in ["scope=openid", "nonce=x", "unknown=1&unknown=2", "prompt=none"] {
        assert_refused(
            &browser.open(&format!("{good}&{repeated}")).await,
            "invalid_request",
        );
    }
    let twice = browser.open(&format!("{good}&state=other")).await;
    assert_eq!(
        twice.location_parameter("error").as_deref(),
        Some("invalid_request")
    );
    assert_eq!(
        twice.location_parameter("state"),
        None,
        "which of the two was meant cannot be told"
    );
    let fine = browser
        .open(&format!(
            "{good}&max_age=&request=&display=popup&acr_values=x&login_hint=ada&foo=bar"
        ))
        .await;
    assert!(
        fine.location().path().starts_with("/cis/oidc/auth/ix_"),
        "b13_04: {}",
        fine.location()
    );
}

#[tokio::test]
async fn tpa_a5_1_step_10_unknown_scopes_are_dropped_without_a_word() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, "openid accounts:balance invented", &[]);
    let question = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(200);
    assert!(!question.text().contains("invented"));
    let back = app.decide(&browser, &question, "approve").await;
    let tokens = app.redeem(&app.bank.third_party, &super::code(&back)).await;
    assert_eq!(tokens.scope, "openid accounts:balance");
}

#[tokio::test]
async fn tpa_a5_1_step_11_values_of_prompt_the_client_may_not_use_are_refused_and_foreign_ones_ignored() {
    let app = TestApp::start().await;
    let browser = app.browser();
    change_client(&app, "moneytrack", |client| {
        client.supported_prompts = vec![Prompt::Consent];
    })
    .await;
    for prompt in ["login", "none", "login consent"] {
        let answer = browser
            .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, &[("prompt", prompt)]))
            .await;
        assert_refused(&answer, "invalid_request");
    }
    let fine = browser
        .open(&app.authorization(
            &app.bank.third_party,
            FULL_SCOPE,
            &[("prompt", "consent invented")],
        ))
        .await;
    assert!(fine.location().path().starts_with("/cis/oidc/auth/ix_"));
}

#[tokio::test]
async fn tpa_cl_12_proof_keys_are_demanded_unless_the_client_is_allowed_without() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    for (pkce, accepted) in [(Pkce::Enforce, false), (Pkce::Public, false), (Pkce::Allow, true)] {
        change_client(&app, "moneytrack", |client| client.pkce = pkce).await;
        let answer = browser
            .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, &without))
            .await;
        assert_eq!(answer.location_parameter("error").is_none(), accepted, "{pkce:?}");
        let method_only = browser
            .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, &without[..1]))
            .await;
        assert_refused(&method_only, "invalid_request");
    }
}

#[tokio::test]
async fn tpa_a5_1_step_14_a_connected_resource_is_accepted_and_two_are_not() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let resource = app.bank.resource_api.clone();
    let connected = resource.clone();
    change_client(&app, "moneytrack", |client| client.resources = vec![connected]).await;
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[("resource", &resource)]);
    assert!(
        browser
            .open(&request)
            .await
            .location()
            .path()
            .starts_with("/cis/oidc/auth/ix_")
    );
    let two = format!("{request}&resource=https%3A%2F%2Fother.example");
    assert_refused(&browser.open(&two).await, "invalid_target");
}

#[tokio::test]
async fn tpa_a5_1_step_2_a_native_app_may_use_any_loopback_port() {
    let app = TestApp::start().await;
    let browser = app.browser();
    change_client(&app, "moneytrack", |client| {
        client.client_type = ClientType::Native;
        client.redirect_uris = vec!["http://127.0.0.1:9999/callback".to_owned()];
    })
    .await;
    let moved = [("redirect_uri", "http://127.0.0.1:51004/callback")];
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &moved);
    let question = app.reach_question(&browser, "ada", &request).await;
    let back = app.decide(&browser, &question, "approve").await;
    assert_eq!(back.location().port(), Some(51004));
    assert!(back.location_parameter("code").is_some());
}

#[tokio::test]
async fn tpa_url_01_every_path_answers_with_and_without_the_prefix() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let bare = request.trim_start_matches("/cis");
    let (with, without) = (browser.open(&request).await, browser.open(bare).await);
    assert_eq!((with.status(), without.status()), (303, 303));
    let question = app.reach_question(&browser, "ada", bare).await.expect_status(200);
    assert!(question.field("interaction").is_some());
    for (path, status) in [
        ("/oidc/auth/ix_unknown", 404),
        ("/auth/consent/callback?src_interaction=ix_x&approved=true", 404),
        ("/v1/consents/interactions/ix_x", 401),
        ("/oidc/session/end", 200),
    ] {
        assert_eq!(app.get(path).await.status(), status, "{path}");
        assert_eq!(
            app.get(&format!("/cis{path}")).await.status(),
            status,
            "/cis{path}"
        );
    }
}

#[tokio::test]
async fn b13_01_the_endpoint_takes_posts_too_and_repeats_foreign_ones_as_a_navigation() {
    let app = TestApp::start().await;
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let (_, query) = request.split_once('?').unwrap();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let fields: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let posted = app.post_form("/cis/oidc/auth", &fields).await;
    assert!(
        posted.location().path().starts_with("/cis/oidc/auth/ix_"),
        "{}",
        posted.location()
    );
    let foreign = app
        .request(Method::POST, "/cis/oidc/auth")
        .header("sec-fetch-site", "cross-site")
        .form(&fields);
    let foreign = foreign.send().await.expect_status(303);
    assert_eq!(foreign.location().path(), "/cis/oidc/auth");
    assert_eq!(
        foreign.location_parameter("code_challenge_method").as_deref(),
        Some("S256")
    );
    let no_form = app
        .request(Method::POST, "/cis/oidc/auth")
        .json(&serde_json::json!({}))
        .send()
        .await;
    assert_local_page(&no_form, 415);
}

#[tokio::test]
async fn b12_15_no_cors_head_or_options_at_the_authorization_endpoint() {
    let app = TestApp::start().await;
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let answer = app
        .request(Method::GET, &request)
        .header("origin", "https://moneytrack.example")
        .send()
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    for method in [Method::HEAD, Method::OPTIONS, Method::PUT] {
        assert_eq!(app.request(method, &request).send().await.status(), 405);
    }
    let prefetched = app
        .request(Method::GET, &request)
        .header("sec-purpose", "prefetch")
        .send()
        .await;
    assert_eq!(prefetched.status(), 403);
}
