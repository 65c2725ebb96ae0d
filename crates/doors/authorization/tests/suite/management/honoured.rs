//! What a client is registered with is what it gets (third-party-authorization A.2).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use super::{BACK, asked, bank, change, connect, part, register, third_party_with};

const SCOPE: &str = "openid offline_access accounts:balance";

#[tokio::test]
async fn tpa_a10_lifetimes_of_a_client_count() {
    let app = TestApp::start().await;
    let expiration =
        json!({ "access_token_ttl": 120, "refresh_token_ttl": 1000, "max_refresh_rotate": 1500 });
    let (client, _) = register(
        &app,
        &third_party_with(&json!({ "token_expiration": expiration })),
    )
    .await;
    let held = connect(&app, &client, SCOPE).await;
    let claims = part(&held.access, 1);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        120
    );
    app.pass(999);
    let refreshed = app
        .refresh(&client, held.refresh.as_deref().unwrap())
        .await
        .expect_status(200)
        .json();
    let refresh = refreshed["refresh_token"].as_str().unwrap();
    app.pass(500);
    let refreshed = app.refresh(&client, refresh).await.expect_status(200).json();
    app.pass(1);
    let over = app
        .refresh(&client, refreshed["refresh_token"].as_str().unwrap())
        .await;
    let _window = over.expect_status(400);
    let held = connect(&app, &client, SCOPE).await;
    app.pass(1000);
    let _idle = app
        .refresh(&client, held.refresh.as_deref().unwrap())
        .await
        .expect_status(400);
}

#[tokio::test]
async fn tpa_cl_a2_validity_of_consents_counts() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party_with(&json!({ "consent_validity_period": 90 }))).await;
    let held = connect(&app, &client, SCOPE).await;
    let listed = bank(&app, Method::GET, "/v1/consents", None).await.json();
    let consent = &listed["result"][0];
    assert_eq!(
        consent["expires_at"].as_i64().unwrap() - consent["created_at"].as_i64().unwrap(),
        90
    );
    app.pass(89);
    assert_eq!(app.userinfo(&held.access).await, 200);
    app.pass(1);
    assert_eq!(app.userinfo(&held.access).await, 401);
}

#[tokio::test]
async fn b13_id_tokens_are_signed_with_the_algorithm_of_the_client() {
    let app = TestApp::start().await;
    let (client, _) = register(
        &app,
        &third_party_with(&json!({ "id_token_signed_response_alg": "ES256" })),
    )
    .await;
    let held = connect(&app, &client, SCOPE).await;
    let id = held.id.unwrap();
    let header = part(&id, 0);
    assert_eq!(header["alg"], "ES256");
    assert_eq!(part(&held.access, 0)["alg"], "RS256");
    let keys = app.get("/cis/oidc/jwks").await.json();
    let keys = keys["keys"].as_array().unwrap();
    assert!(
        keys.iter()
            .any(|key| key["kid"] == header["kid"] && key["kty"] == "EC"),
        "{keys:?}"
    );
    let _rs256 = change(
        &app,
        &client.client_id,
        &json!({ "id_token_signed_response_alg": "RS256" }),
    )
    .await;
    let refreshed = app
        .refresh(&client, held.refresh.as_deref().unwrap())
        .await
        .expect_status(200)
        .json();
    assert_eq!(part(refreshed["id_token"].as_str().unwrap(), 0)["alg"], "RS256");
}

#[tokio::test]
async fn tpa_tok_03_access_tokens_are_signed_with_the_algorithm_of_the_client() {
    let app = TestApp::start().await;
    let es256 = json!({ "access_token_signed_response_alg": "ES256" });
    let (client, _) = register(&app, &third_party_with(&es256)).await;
    let held = connect(&app, &client, SCOPE).await;
    let header = part(&held.access, 0);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("ES256"), &json!("at+jwt"))
    );
    assert_eq!(app.userinfo(&held.access).await, 200);
    // Another claim in its place, or another algorithm in its header, and it is no token of ours.
    let parts: Vec<&str> = held.access.split('.').collect();
    for forged in [
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)),
        format!(
            "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.{}.{}",
            parts[1], parts[2]
        ),
    ] {
        assert_eq!(app.userinfo(&forged).await, 401);
    }
    // What was issued before the change goes on until its end.
    let rs256 = json!({ "access_token_signed_response_alg": "RS256" });
    let _rs256 = change(&app, &client.client_id, &rs256).await;
    let refreshed = app
        .refresh(&client, held.refresh.as_deref().unwrap())
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        part(refreshed["access_token"].as_str().unwrap(), 0)["alg"],
        "RS256"
    );
    assert_eq!(app.userinfo(&held.access).await, 200);
}

#[tokio::test]
async fn tpa_a2_a_client_knows_people_as_its_subject_type_says() {
    let app = TestApp::start().await;
    let user = app.bank.customers[0].user_id.clone();
    let (client, _) = register(&app, &third_party_with(&json!({ "subject_type": "public" }))).await;
    let held = connect(&app, &client, SCOPE).await;
    assert_eq!(part(&held.access, 1)["sub"], user.as_str());
    let (other, _) = register(&app, &third_party_with(&json!({ "name": "Other" }))).await;
    let held = connect(&app, &other, SCOPE).await;
    assert!(part(&held.access, 1)["sub"].as_str().unwrap().starts_with("pw_"));
}

#[tokio::test]
async fn tpa_a7_a_question_stays_open_as_long_as_the_client_says() {
    for (seconds, is_open) in [(119, true), (120, false)] {
        let app = TestApp::start().await;
        let (client, _) = register(
            &app,
            &third_party_with(&json!({ "interaction_ttl_seconds": 120 })),
        )
        .await;
        let browser = app.browser();
        let request = app.authorization(&client, SCOPE, &[("redirect_uri", BACK)]);
        let question = app.reach_question(&browser, "ada", &request).await;
        app.pass(seconds);
        let back = app.decide(&browser, &question, "approve").await;
        assert_eq!(back.status() == 303, is_open, "{seconds}: {}", back.text());
    }
}

#[tokio::test]
async fn tpa_a2_prompts_that_are_not_listed_are_refused() {
    let app = TestApp::start().await;
    let (client, _) = register(
        &app,
        &third_party_with(&json!({ "supported_prompts": ["login"] })),
    )
    .await;
    let request = app.authorization(&client, SCOPE, &[("redirect_uri", BACK), ("prompt", "consent")]);
    let answer = app.browser().open(&request).await.expect_status(303);
    assert_eq!(
        answer.location_parameter("error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn tpa_a2_redirect_and_scope_are_those_registered_now() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party_with(&json!({}))).await;
    let (back, _) = asked(&app, &client, "openid").await;
    assert_eq!(back.status(), 303);
    let elsewhere = json!({ "redirect_uris": ["http://127.0.0.1:9999/elsewhere"] });
    let _moved = change(&app, &client.client_id, &elsewhere).await;
    let request = app.authorization(&client, "openid", &[("redirect_uri", BACK)]);
    let _local = app.browser().open(&request).await.expect_status(400);
}

#[tokio::test]
async fn tpa_a9_what_a_client_says_of_itself_is_told_to_the_page_that_asks() {
    let app = TestApp::start().await;
    let body = third_party_with(&json!({
        "consent_uri": "http://127.0.0.1:9998/consent?for=budgeteer",
        "organization_name": "Budgeteer BV", "logo_uri": "http://127.0.0.1:9999/logo.png",
        "client_uri": "http://127.0.0.1:9999/", "policy_uri": "http://127.0.0.1:9999/privacy",
        "tos_uri": "http://127.0.0.1:9999/terms", "contacts": ["help@budgeteer.example"],
        "requested_scope_format": "space", "consent_callback_mode": "compat",
    }));
    let (client, _) = register(&app, &body).await;
    let browser = app.browser();
    let request = app.authorization(&client, SCOPE, &[("redirect_uri", BACK)]);
    let sent = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(303);
    assert!(
        sent.location()
            .as_str()
            .starts_with("http://127.0.0.1:9998/consent?for=budgeteer&")
    );
    assert_eq!(sent.location_parameter("requested_scope").as_deref(), Some(SCOPE));
    let handle = sent.location_parameter("src_interaction").unwrap();
    let path = format!("/cis/v1/consents/interactions/{handle}");
    let found = bank(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    let told = &found["result"]["client"];
    for (name, value) in [
        ("organization_name", json!("Budgeteer BV")),
        // Until it was fetched there is none, and what is told then is ours: `crates/outbound/tests/suite/logos.rs`.
        ("logo_uri", json!(null)),
        ("client_uri", json!("http://127.0.0.1:9999/")),
        ("policy_uri", json!("http://127.0.0.1:9999/privacy")),
        ("tos_uri", json!("http://127.0.0.1:9999/terms")),
        ("contacts", json!(["help@budgeteer.example"])),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    let back = browser
        .open(&format!(
            "/cis/auth/consent/callback?src_interaction={handle}&approved=true"
        ))
        .await;
    assert!(
        back.location_parameter("code").is_some(),
        "compat: {}",
        back.text()
    );
    let consents = bank(&app, Method::GET, "/v1/consents", None).await.json();
    let id = consents["result"][0]["consent_id"].as_str().unwrap();
    let one: Value = bank(&app, Method::GET, &format!("/v1/consents/{id}"), None)
        .await
        .json();
    assert_eq!(one["result"]["evidence"]["organization"], "Budgeteer BV");
}

#[tokio::test]
async fn tpa_a2_enforce_par_demands_that_requests_are_handed_in() {
    let app = TestApp::start().await;
    let (client, made) = register(&app, &third_party_with(&json!({ "enforce_par": true }))).await;
    assert_eq!(made["enforce_par"], true);
    let request = app.authorization(&client, SCOPE, &[("redirect_uri", BACK)]);
    let browser = app.browser();
    let refused = browser.open(&request).await.expect_status(303);
    assert_eq!(
        refused.location_parameter("error").as_deref(),
        Some("invalid_request")
    );
    let changed = change(&app, &client.client_id, &json!({ "enforce_par": null })).await;
    assert_eq!(changed["enforce_par"], false);
    assert_eq!(
        browser
            .open(&request)
            .await
            .expect_status(303)
            .location_parameter("error"),
        None
    );
}
