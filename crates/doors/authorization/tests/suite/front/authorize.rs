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
        &[("response_mode", "web_message")],
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

/// What the form of a page would post, and where.
fn posted(page: &consentry_testkit::Answer) -> (String, Vec<(String, String)>) {
    let between = |text: &str, before: &str| -> Option<String> {
        let (_, rest) = text.split_once(before)?;
        Some(rest.split_once('"')?.0.replace("&#38;", "&"))
    };
    let (_, form) = page.text().split_once("data-onward").unwrap();
    let address = between(page.text(), "<form method=\"post\" action=\"").unwrap();
    let inputs = form.split("<input").skip(1);
    let fields = inputs.filter_map(|input| Some((between(input, "name=\"")?, between(input, "value=\"")?)));
    (address, fields.collect())
}

#[tokio::test]
async fn tpa_a5_1_step_3_form_post_answers_with_a_form_for_the_redirect_address() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let redirect_uri = app.redirect_uri(client);
    let browser = app.browser();
    let mode = ("response_mode", "form_post");

    // An error, before anybody is asked.
    let request = app.authorization(
        client,
        FULL_SCOPE,
        &[mode, ("response_type", "token"), ("state", "a\"><b>")],
    );
    let page = browser.open(&request).await;
    assert_local_page(&page, 200);
    assert!(!page.text().contains("<b>"));
    let (address, fields) = posted(&page);
    assert_eq!(address, redirect_uri);
    assert_eq!(
        fields[0],
        ("error".to_owned(), "unsupported_response_type".to_owned())
    );
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:8080"),
        "{policy}"
    );

    // A decline, and a code.
    let request = app.authorization(client, FULL_SCOPE, &[mode]);
    for decision in ["decline", "approve"] {
        let question = app.reach_question(&browser, "ada", &request).await;
        let question = app.land(&browser, question).await;
        let page = app.decide(&browser, &question, decision).await;
        assert_local_page(&page, 200);
        let (address, fields) = posted(&page);
        assert_eq!(address, redirect_uri);
        let value = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(value("state"), Some("st-51"));
        assert_eq!(value("iss"), Some(super::ISSUER));
        if decision == "decline" {
            assert_eq!(value("error"), Some("access_denied"));
        } else {
            let tokens = app.redeem(client, value("code").unwrap()).await;
            assert_eq!(tokens.scope, FULL_SCOPE);
        }
        assert!(
            page.header("set-cookie").unwrap().contains("Max-Age=0"),
            "the interaction is over"
        );
    }
    // What is remembered answers at once, in the same way.
    let quiet = app.authorization(client, FULL_SCOPE, &[mode, ("prompt", "none")]);
    let page = browser.open(&quiet).await;
    assert!(posted(&page).1.iter().any(|(name, _)| name == "code"));
}

#[tokio::test]
async fn tpa_a5_1_step_3_nothing_is_posted_to_an_app_on_a_device() {
    let app = TestApp::start().await;
    change_client(&app, "moneytrack", |client| {
        client.client_type = ClientType::Native;
        client.redirect_uris.push("com.moneytrack.app://back".to_owned());
    })
    .await;
    let client = &app.bank.third_party;
    let parameters = [
        ("redirect_uri", "com.moneytrack.app://back"),
        ("response_mode", "form_post"),
    ];
    let request = app.authorization(client, FULL_SCOPE, &parameters);
    assert_local_page(&app.browser().open(&request).await, 400);
}

#[tokio::test]
async fn b12_05_a_challenge_whose_code_was_redeemed_is_refused_for_the_same_client() {
    use consentry_domain::tenant::ConstantChallenges;
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.authorization.constant_challenges = ConstantChallenges::Refuse)
        .await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let request = app.authorization(client, FULL_SCOPE, &[]);
    // Seen is not redeemed: people reload, and have two tabs.
    for _ in 0..2 {
        let opened = browser.open(&request).await.expect_status(303);
        assert_eq!(opened.location_parameter("error"), None);
    }
    let question = app.reach_question(&browser, "ada", &request).await;
    let question = app.land(&browser, question).await;
    let back = app.decide(&browser, &question, "approve").await;
    let code = back.location_parameter("code").unwrap();
    let again = browser.open(&request).await;
    assert_eq!(
        again.location_parameter("error"),
        None,
        "its code was not redeemed yet"
    );
    app.redeem(client, &code).await;

    assert_refused(&browser.open(&request).await, "invalid_request");
    assert_refused(&app.browser().open(&request).await, "invalid_request");
    let (_, query) = request.split_once('?').unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let pushed = app
        .request(Method::POST, "/cis/oidc/request")
        .basic(&client.client_id, &client.client_secret)
        .form(&fields)
        .send()
        .await
        .expect_status(400);
    assert_eq!(pushed.json()["error"], "invalid_request");

    // Another challenge, another client, or a day later.
    let other = consentry_testkit::challenge("another-verifier-of-at-least-forty-three-characters");
    let fresh = app.authorization(client, FULL_SCOPE, &[("code_challenge", &other)]);
    assert_eq!(browser.open(&fresh).await.location_parameter("error"), None);
    let theirs = app.authorization(&app.bank.external, "openid", &[]);
    assert_eq!(
        app.browser().open(&theirs).await.location_parameter("error"),
        None
    );
    app.pass(86_401);
    assert_eq!(
        app.browser().open(&request).await.location_parameter("error"),
        None
    );

    // Where the tenant has clients that cannot do better.
    app.configure(|tenant| tenant.authorization.constant_challenges = ConstantChallenges::Accept)
        .await;
    for _ in 0..2 {
        app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    }
}
