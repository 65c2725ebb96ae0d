//! Signing keys that are replaced by age: published ahead, in use, on their way out, gone.

use consentry_domain::Lifetime;
use consentry_ledger::{key_ring::KeyState, key_rotation::KeyPlan};
use consentry_outbound::{Outbound, OutboundOptions};
use consentry_testkit::{TestApp, postgres::Postgres};
use http::Method;
use serde_json::Value;

use crate::world::until;

const DAY: i64 = 86_400;

fn rotating(app: &TestApp) -> Outbound {
    app.outbound_with(OutboundOptions {
        keys: Some(KeyPlan {
            replace_after: Lifetime::days(10),
            ahead: Lifetime::days(1),
            stays: Lifetime::days(1),
        }),
        ..OutboundOptions::default()
    })
}

/// Ids of the keys that are published for an algorithm, in no order.
async fn published(app: &TestApp, algorithm: &str) -> Vec<String> {
    let set = app.get("/oidc/jwks").await.expect_status(200).json();
    let keys = set["keys"].as_array().unwrap();
    let those = keys.iter().filter(|key| key["alg"] == algorithm);
    let mut ids: Vec<String> = those.map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// Waits until so many keys of each algorithm are published.
async fn until_published(app: &TestApp, many: usize) {
    until(&format!("{many} keys of each kind are published"), || async {
        published(app, "RS256").await.len() == many && published(app, "ES256").await.len() == many
    })
    .await;
}

/// A token of the bank's back end, and the key that signed it.
async fn token(app: &TestApp) -> (String, String) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let token = app.own_token(&app.bank.first_party).await;
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    (token, head["kid"].as_str().unwrap().to_owned())
}

async fn counts(app: &TestApp, token: &str) -> bool {
    app.introspect(token).await["active"] == true
}

/// Events about keys, in order.
async fn told(app: &TestApp) -> Vec<(String, String)> {
    let own = &app.bank.first_party;
    let path = "/events/v1/events?from=earliest&types=key.*";
    let request = app
        .request(Method::GET, path)
        .basic(&own.client_id, &own.client_secret);
    let page = request.send().await.expect_status(200).json();
    let events = page["events"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    events
        .map(|event| (text(&event["type"]), text(&event["data"]["key"]["kid"])))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_published_ahead_then_signs_then_stays_and_then_is_gone() {
    let app = TestApp::start().await;
    let outbound = rotating(&app);
    let (_, first) = token(&app).await;
    assert_eq!(published(&app, "RS256").await, std::slice::from_ref(&first));
    // A day before its time the next one is there and signs nothing yet.
    app.pass(9 * DAY);
    until_published(&app, 2).await;
    let both = published(&app, "RS256").await;
    let next = both.iter().find(|kid| **kid != first).unwrap().clone();
    app.pass(DAY - 1_200);
    let (early, kid) = token(&app).await;
    assert_eq!(kid, first);
    app.pass(1_200);
    until("the next one signs", || async { token(&app).await.1 == next }).await;
    let (late, _) = token(&app).await;
    // What the first one signed still counts, and both are published.
    assert!(counts(&app, &early).await && counts(&app, &late).await);
    assert_eq!(published(&app, "RS256").await, both);
    app.pass(DAY - 1_200);
    assert_eq!(published(&app, "RS256").await, both);
    app.pass(1_200);
    until_published(&app, 1).await;
    assert_eq!(published(&app, "RS256").await, std::slice::from_ref(&next));
    let told = told(&app).await;
    let of = |kid: &String| {
        let those = told.iter().filter(|(_, of)| of == kid);
        those.map(|(kind, _)| kind.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(&first), ["consentry.key.published", "consentry.key.retired"]);
    assert_eq!(of(&next), ["consentry.key.published"]);
    assert_eq!(told.len(), 6, "{told:?}");
    // The next round begins when the new key is old enough.
    app.pass(8 * DAY);
    until_published(&app, 2).await;
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_stays_until_the_last_token_it_signed_has_ended() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.lifetimes.access_token = Lifetime::days(5))
        .await;
    let outbound = rotating(&app);
    app.pass(9 * DAY);
    until_published(&app, 2).await;
    app.pass(DAY - 1);
    let (long, first) = token(&app).await;
    // Tokens that are made from now on are short, which shortens no other.
    app.configure(|tenant| tenant.lifetimes.access_token = Lifetime::minutes(10))
        .await;
    app.pass(1_200);
    until("the next one signs", || async { token(&app).await.1 != first }).await;
    app.pass(4 * DAY);
    let (_, second) = token(&app).await;
    assert!(counts(&app, &long).await);
    app.pass(DAY - 1_300);
    assert!(counts(&app, &long).await);
    app.pass(1_300);
    until("the first one is gone", || async {
        published(&app, "RS256").await == [second.clone()]
    })
    .await;
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_in_between_loses_no_step() {
    let app = TestApp::start().await;
    let outbound = rotating(&app);
    app.pass(9 * DAY);
    until_published(&app, 2).await;
    let before = published(&app, "RS256").await;
    let (_, first) = token(&app).await;
    outbound.stop().await;
    let app = app.restarted().await;
    assert_eq!(published(&app, "RS256").await, before);
    let outbound = rotating(&app);
    app.pass(DAY);
    until("the next one signs", || async { token(&app).await.1 != first }).await;
    outbound.stop().await;
    let app = app.restarted().await;
    let (_, next) = token(&app).await;
    let outbound = rotating(&app);
    app.pass(DAY);
    until_published(&app, 1).await;
    assert_eq!(published(&app, "RS256").await, [next]);
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_turn_each_key_once() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let app = TestApp::start_in_database(&url).await;
    let other = app.another_node(&url).await;
    let (one, two) = (rotating(&app), rotating(&other));
    let (_, first) = token(&other).await;
    app.pass(9 * DAY);
    until_published(&app, 2).await;
    until_published(&other, 2).await;
    app.pass(DAY);
    until("both sign with the next one", || async {
        token(&app).await.1 != first && token(&other).await.1 != first
    })
    .await;
    let early = token(&app).await.0;
    assert!(counts(&other, &early).await);
    app.pass(DAY);
    until_published(&app, 1).await;
    until_published(&other, 1).await;
    one.stop().await;
    two.stop().await;
    let told = told(&app).await;
    assert_eq!(told.len(), 6, "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctp_4_5_a_consent_token_counts_to_its_end_after_its_key_is_gone() {
    let app = TestApp::start().await;
    let session = crate::preferences::session(&app).await;
    let wish = serde_json::json!({ "organization_user_id": "iris", "lifetime": 365 * DAY });
    let made = app.request(Method::POST, "/consents/tokens?organization_id=harbor");
    let made = made
        .bearer(&session)
        .json(&wish)
        .send()
        .await
        .expect_status(200)
        .json();
    let token = made["id_token"].as_str().unwrap();
    let first = published(&app, "ES256").await;
    let outbound = rotating(&app);
    app.pass(9 * DAY);
    until_published(&app, 2).await;
    app.pass(DAY);
    until("the next one signs", || async {
        let tenant = app.tenant();
        let mut keys = tenant.key_ring.stored();
        keys.any(|key| key.kid == first[0] && key.state == KeyState::Retiring)
    })
    .await;
    app.pass(DAY);
    until("the key that signed the token is gone", || async {
        !published(&app, "ES256").await.contains(&first[0])
    })
    .await;
    let answer = app
        .request(Method::GET, "/consents/users")
        .bearer(token)
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    app.pass(354 * DAY);
    let answer = app
        .request(Method::GET, "/consents/users")
        .bearer(token)
        .send()
        .await;
    assert_eq!(answer.status(), 401);
    outbound.stop().await;
}
