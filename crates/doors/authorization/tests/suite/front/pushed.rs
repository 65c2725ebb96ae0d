//! Requests that a back end hands in beforehand (RFC 9126): taking them in, and what their references open.

use std::collections::BTreeSet;

use consentry_testkit::{Answer, FULL_SCOPE, KnownClient, TestApp};
use http::Method;
use serde_json::json;

use super::{assert_local_page, assert_refused, change_client, code};

const ENDPOINT: &str = "/cis/oidc/request";

/// Hands in what the browser would bring to `authorization`.
pub async fn push(app: &TestApp, client: &KnownClient, authorization: &str) -> Answer {
    push_with(app, client, authorization, &[]).await
}

async fn push_with(
    app: &TestApp,
    client: &KnownClient,
    authorization: &str,
    more: &[(&str, &str)],
) -> Answer {
    let (_, query) = authorization.split_once('?').unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(more.iter().copied())
        .collect();
    app.request(Method::POST, ENDPOINT)
        .basic(&client.client_id, &client.client_secret)
        .form(&fields)
        .send()
        .await
}

fn error(answer: &Answer) -> String {
    answer.json()["error"].as_str().unwrap_or_default().to_owned()
}

/// The reference to the usual request of a client.
async fn reference(app: &TestApp, client: &KnownClient) -> String {
    let request = app.authorization(client, FULL_SCOPE, &[]);
    let answer = push(app, client, &request).await.expect_status(201);
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

/// Where the client sends the person.
fn with_reference(client: &KnownClient, request_uri: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &client.client_id)
        .append_pair("request_uri", request_uri)
        .finish();
    format!("/cis/oidc/auth?{query}")
}

#[tokio::test]
async fn b07_03_a_request_is_answered_with_a_reference_that_nobody_guesses_or_keeps() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let request = app.authorization(client, FULL_SCOPE, &[]);
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let answer = push(&app, client, &request).await.expect_status(201);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let body = answer.json();
        assert_eq!(body["expires_in"], 60);
        let uri = body["request_uri"].as_str().unwrap().to_owned();
        let drawn = uri.strip_prefix("urn:ietf:params:oauth:request_uri:pr_").unwrap();
        assert!(drawn.len() >= 43, "{uri}");
        assert!(seen.insert(uri));
    }
    let known = app.get("/cis/oidc/.well-known/openid-configuration").await.json();
    assert_eq!(
        known["pushed_authorization_request_endpoint"],
        format!("http://127.0.0.1:8080{ENDPOINT}")
    );
    assert_eq!(known["require_pushed_authorization_requests"], false);
}

#[tokio::test]
async fn b07_01_the_client_proves_itself_as_at_the_token_endpoint_and_hands_in_no_reference() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let request = app.authorization(client, FULL_SCOPE, &[]);
    let wrong = KnownClient {
        client_secret: "wrong".to_owned(),
        ..client.clone()
    };
    let refused = push(&app, &wrong, &request).await.expect_status(401);
    assert_eq!(error(&refused), "invalid_client");
    assert!(refused.header("www-authenticate").is_some());
    let other = &app.bank.external;
    let refused = push(&app, other, &request).await.expect_status(400);
    assert_eq!(error(&refused), "invalid_request", "another client's name");
    let inside = [("request_uri", "urn:ietf:params:oauth:request_uri:pr_x")];
    let refused = push_with(&app, client, &request, &inside)
        .await
        .expect_status(400);
    assert_eq!(error(&refused), "invalid_request");
    let twice = [("scope", "openid")];
    let refused = push_with(&app, client, &request, &twice).await.expect_status(400);
    assert_eq!(error(&refused), "invalid_request");
}

#[tokio::test]
async fn b07_02_a_request_is_judged_at_once_and_the_error_is_json() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    for (more, wrong) in [
        (
            ("scope", "openid urn:pingdirectory:consent_admin"),
            "invalid_scope",
        ),
        (("scope", ""), "invalid_scope"),
        (("response_type", "token"), "unsupported_response_type"),
        (("redirect_uri", "https://evil.example/"), "invalid_request"),
        (("redirect_uri", ""), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("request", "eyJ"), "request_not_supported"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("resource", "https://nobody.example/"), "invalid_target"),
        (("prompt", "none consent"), "invalid_request"),
    ] {
        let request = app.authorization(client, FULL_SCOPE, &[more]);
        let refused = push(&app, client, &request).await.expect_status(400);
        assert_eq!(error(&refused), wrong, "{more:?}");
        assert_eq!(refused.header("location"), None);
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        assert!(!refused.json()["error_description"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn b07_08_the_request_is_as_it_was_handed_in_whatever_the_address_says() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let address = with_reference(client, &reference(&app, client).await);
    let meddled =
        format!("{address}&scope=openid&state=other&redirect_uri=https%3A%2F%2Fevil.example&prompt=none");
    let question = app
        .reach_question(&browser, "ada", &meddled)
        .await
        .expect_status(200);
    assert!(question.text().contains("Account balance"));
    let back = app.decide(&browser, &question, "approve").await;
    assert!(!code(&back).is_empty());
    assert_eq!(back.location_parameter("state").as_deref(), Some("st-51"));
    assert_eq!(back.location().path(), "/demo/moneytrack/callback");
}

#[tokio::test]
async fn b07_04_a_reference_opens_nothing_for_another_client() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let uri = reference(&app, &app.bank.third_party).await;
    for address in [
        with_reference(&app.bank.external, &uri),
        with_reference(&app.bank.third_party, &format!("{uri}x")),
        with_reference(&app.bank.third_party, "urn:ietf:params:oauth:request_uri:"),
        format!(
            "{}&request_uri=again",
            with_reference(&app.bank.third_party, &uri)
        ),
    ] {
        assert_local_page(&browser.open(&address).await, 400);
    }
    let nameless = with_reference(&app.bank.third_party, &uri).replace("client_id=moneytrack&", "");
    assert_local_page(&browser.open(&nameless).await, 400);
    let foreign = with_reference(&app.bank.third_party, "https://moneytrack.example/request");
    assert_local_page(&browser.open(&foreign).await, 400);
}

#[tokio::test]
async fn b07_05_a_reference_is_good_for_60_seconds_to_the_second() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let address = with_reference(client, &reference(&app, client).await);
    app.pass(59);
    let opened = browser.open(&address).await.expect_status(303);
    assert!(opened.location().path().starts_with("/cis/oidc/auth/ix_"));
    app.pass(1);
    assert_local_page(&browser.open(&address).await, 400);
    // Who came in time has the time that everybody has.
    app.pass(600);
    let page = app.land(&browser, opened).await.expect_status(200);
    let question = app.log_in_at(&browser, "ada", &page).await.expect_status(200);
    app.pass(599);
    assert!(!code(&app.decide(&browser, &question, "approve").await).is_empty());
}

#[tokio::test]
async fn b07_05_looking_at_a_reference_does_not_spend_it_and_one_code_does() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let address = with_reference(client, &reference(&app, client).await);
    // A scanner of links, and a second browser.
    let _scanned = app.get(&address).await.expect_status(303);
    let (one, other) = (app.browser(), app.browser());
    let first = app.reach_question(&one, "ada", &address).await;
    let second = app.reach_question(&other, "ben", &address).await;
    let declined = app.reach_question(&app.browser(), "ben", &address).await;
    assert!(declined.field("interaction").is_some());
    assert!(!code(&app.decide(&one, &first, "approve").await).is_empty());
    let late = app.decide(&other, &second, "approve").await;
    assert_local_page(&late, 410);
    assert_local_page(&app.browser().open(&address).await, 400);
}

#[tokio::test]
async fn b07_05_two_answers_at_the_same_time_lead_to_one_code() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let address = with_reference(client, &reference(&app, client).await);
    let (one, other) = (app.browser(), app.browser());
    let first = app.reach_question(&one, "ada", &address).await;
    let second = app.reach_question(&other, "ben", &address).await;
    let (first, second) = tokio::join!(
        app.decide(&one, &first, "approve"),
        app.decide(&other, &second, "approve")
    );
    let codes = [&first, &second]
        .iter()
        .filter(|answer| answer.status() == 303)
        .count();
    assert_eq!(codes, 1, "{} {}", first.status(), second.status());
}

#[tokio::test]
async fn b07_05_a_code_that_nobody_is_asked_about_spends_it_too() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let _connected = app.connect(&browser, "ada", FULL_SCOPE).await;
    let scope = FULL_SCOPE
        .replace(" offline_access", "")
        .replace("offline_access ", "");
    let request = app.authorization(client, &scope, &[("prompt", "none")]);
    let answer = push(&app, client, &request).await.expect_status(201);
    let address = with_reference(client, answer.json()["request_uri"].as_str().unwrap());
    assert!(!code(&browser.open(&address).await).is_empty());
    assert_local_page(&browser.open(&address).await, 400);
}

#[tokio::test]
async fn tpa_ix_04_a_reference_of_a_client_that_changed_opens_nothing() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let address = with_reference(client, &reference(&app, client).await);
    change_client(&app, "moneytrack", |client| {
        client
            .redirect_uris
            .retain(|uri| !uri.contains("/demo/moneytrack/callback"));
    })
    .await;
    assert_local_page(&browser.open(&address).await, 400);
    let address = with_reference(&app.bank.external, &reference(&app, &app.bank.external).await);
    change_client(&app, "pennywise", |client| client.enabled = false).await;
    assert_local_page(&browser.open(&address).await, 400);
}

#[tokio::test]
async fn b07_06_who_must_hand_in_is_refused_without() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let browser = app.browser();
    let request = app.authorization(client, FULL_SCOPE, &[]);
    change_client(&app, "moneytrack", |client| {
        client.settings.require_pushed_requests = true;
    })
    .await;
    assert_refused(&browser.open(&request).await, "invalid_request");
    let address = with_reference(client, &reference(&app, client).await);
    assert_eq!(browser.open(&address).await.status(), 303);
    let others = app.authorization(&app.bank.external, FULL_SCOPE, &[]);
    assert!(browser.open(&others).await.location_parameter("error").is_none());

    app.configure(|tenant| tenant.authorization.require_pushed_requests = true)
        .await;
    assert_refused(&browser.open(&others).await, "invalid_request");
    let known = app.get("/cis/oidc/.well-known/openid-configuration").await.json();
    assert_eq!(known["require_pushed_authorization_requests"], true);
}

#[tokio::test]
async fn b07_07_other_methods_large_bodies_and_too_many_are_refused() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let _refused = app.get(ENDPOINT).await.expect_status(405);
    let state = "s".repeat(200_000);
    let request = app.authorization(client, FULL_SCOPE, &[("state", &state)]);
    let _refused = push(&app, client, &request).await.expect_status(413);
    let refused = app
        .request(Method::POST, ENDPOINT)
        .basic(&client.client_id, &client.client_secret)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(refused.status(), 415);
    let request = app.authorization(client, "openid", &[("response_type", "token")]);
    for _ in 0..600 {
        let _counted = push(&app, client, &request).await.expect_status(400);
    }
    let excess = push(&app, client, &request).await.expect_status(429);
    assert!(excess.header("retry-after").is_some());
    app.pass(60);
    let _again = push(&app, client, &request).await.expect_status(400);
}
