//! The first party's back end: look-up (A.9) and report (A.8.7).

use consentry_testkit::{Answer, FULL_SCOPE, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{assert_local_page, at_consent_uri, change_client, code, user_id};

async fn report(app: &TestApp, token: &str, body: &Value) -> Answer {
    app.request(Method::POST, "/cis/auth/consent/callback")
        .bearer(token)
        .json(body)
        .send()
        .await
}

async fn look_up(app: &TestApp, token: &str, handle: &str) -> Answer {
    app.request(Method::GET, &format!("/cis/v1/consents/interactions/{handle}"))
        .bearer(token)
        .send()
        .await
}

fn path_of(answer: &Answer) -> String {
    let url = answer.json()["result"]["url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("http://127.0.0.1:8080/cis/oidc/auth/rs_"),
        "{url}"
    );
    url
}

#[tokio::test]
async fn tpa_a9_the_look_up_says_who_asks_for_what() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let token = app.own_token(&app.bank.first_party).await;
    let found = look_up(&app, &token, &handle).await.expect_status(200);
    assert_eq!(found.header("cache-control"), Some("no-store"));
    let found = found.json()["result"].clone();
    assert_eq!(found["src_interaction"], handle.as_str());
    assert_eq!(found["user_id"], user_id(&app, "ada"));
    assert_eq!(found["client"]["name"], "Pennywise");
    assert_eq!(found["client"]["organization_name"], "Pennywise Software GmbH");
    assert_eq!(found["client"]["redirect_host"], "127.0.0.1");
    assert_eq!(found["client"]["verified"], true);
    assert_eq!(
        found["requested_scope"],
        json!(FULL_SCOPE.split(' ').collect::<Vec<_>>())
    );
    assert_eq!(found["already_granted_scope"], json!([]));
    assert_eq!(found["offline_access"], true);
    assert_eq!(found["consent_expires_at"], app.now().as_seconds() + 2_592_000);
    assert_eq!(found["interaction_expires_at"], app.now().as_seconds() + 600);
    assert!(found["decision_token"].as_str().unwrap().starts_with("dt_"));
    code(
        &browser
            .open(&format!(
                "/cis/auth/consent/callback?src_interaction={handle}&approved=true"
            ))
            .await,
    );
    assert_eq!(look_up(&app, &token, &handle).await.status(), 410);
    let again = at_consent_uri(&app, &browser).await;
    let found = look_up(&app, &token, &again).await.json();
    assert_eq!(
        found["result"]["already_granted_scope"],
        json!(FULL_SCOPE.split(' ').collect::<Vec<_>>())
    );
}

#[tokio::test]
async fn tpa_a9_tpa_cb_07_only_the_first_party_looks_up() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    assert_eq!(
        app.get(&format!("/cis/v1/consents/interactions/{handle}"))
            .await
            .status(),
        401
    );
    assert_eq!(look_up(&app, "nonsense", &handle).await.status(), 401);
    let third_party = app
        .ask_token(&app.bank.external, &[("grant_type", "client_credentials")])
        .await;
    if let Some(token) = third_party.json()["access_token"].as_str() {
        assert_ne!(look_up(&app, token, &handle).await.status(), 200);
    }
    let tokens = app.connect(&browser, "ada", FULL_SCOPE).await;
    assert_ne!(
        look_up(&app, &tokens.access, &handle).await.status(),
        200,
        "a person's token of a third party"
    );
    let token = app.own_token(&app.bank.first_party).await;
    assert_eq!(look_up(&app, &token, "ix_unknown").await.status(), 404);
    let early = app
        .browser()
        .open(&app.authorization(&app.bank.external, FULL_SCOPE, &[]))
        .await;
    let early = early.location().path().rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        look_up(&app, &token, &early).await.status(),
        404,
        "nobody is asked yet"
    );
}

#[tokio::test]
async fn tpa_cb_06_tpa_cb_08_a_report_takes_effect_when_the_bound_browser_opens_it() {
    let app = TestApp::start().await;
    let (browser, stranger) = (app.browser(), app.browser());
    let handle = at_consent_uri(&app, &browser).await;
    let token = app.own_token(&app.bank.first_party).await;
    let ada = user_id(&app, "ada");
    let body = json!({
        "src_interaction": handle, "approved": true, "user_id": ada, "granted_scope": ["openid", "accounts:balance"],
    });
    let path = path_of(&report(&app, &token, &body).await.expect_status(200));
    assert!(app.records_of("ada").await.is_empty(), "nothing has happened yet");
    assert_local_page(&stranger.open(&path).await, 403);
    let back = browser.open(&path).await;
    assert!(
        back.location()
            .as_str()
            .starts_with("http://127.0.0.1:8080/demo/pennywise/callback?code=")
    );
    assert_eq!(
        app.redeem(&app.bank.external, &code(&back)).await.scope,
        "openid accounts:balance"
    );
    assert_local_page(&browser.open(&path).await, 410);
    assert_eq!(report(&app, &token, &body).await.status(), 410);
}

#[tokio::test]
async fn tpa_cb_08_a_report_opened_after_60_seconds_is_over() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let token = app.own_token(&app.bank.first_party).await;
    let body = json!({ "src_interaction": handle, "approved": false, "user_id": user_id(&app, "ada") });
    let late = path_of(&report(&app, &token, &body).await);
    app.pass(60);
    assert_local_page(&browser.open(&late).await, 410);
    let in_time = path_of(&report(&app, &token, &body).await);
    app.pass(59);
    super::assert_refused(&browser.open(&in_time).await, "access_denied");
}

#[tokio::test]
async fn tpa_cb_06_tpa_cb_07_who_may_not_report_gets_401_403_or_404() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let token = app.own_token(&app.bank.first_party).await;
    let body = json!({ "src_interaction": handle, "approved": true, "user_id": user_id(&app, "ada") });
    let anonymous = app
        .request(Method::POST, "/cis/auth/consent/callback")
        .json(&body)
        .send()
        .await;
    assert_eq!(anonymous.status(), 401);
    let other = json!({ "src_interaction": handle, "approved": true, "user_id": user_id(&app, "ben") });
    assert_eq!(report(&app, &token, &other).await.status(), 403);
    let unknown = json!({ "src_interaction": "ix_x", "approved": true, "user_id": user_id(&app, "ada") });
    assert_eq!(report(&app, &token, &unknown).await.status(), 404);
    let more = json!({ "src_interaction": handle, "approved": true, "user_id": user_id(&app, "ada"), "granted_scope": "invented" });
    assert_eq!(report(&app, &token, &more).await.status(), 400);
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let by_third_party = report(&app, &tokens.access, &body).await;
    assert!(
        matches!(by_third_party.status(), 401 | 403),
        "{}",
        by_third_party.status()
    );
    change_client(&app, "harbor-app", |client| {
        client.authority = consentry_domain::client::ClientAuthority::None;
    })
    .await;
    let powerless = app.own_token(&app.bank.first_party).await;
    assert!(matches!(
        report(&app, &powerless, &body).await.status(),
        401 | 403
    ));
}

#[tokio::test]
async fn tpa_a8_7_malformed_reports_are_400_and_say_where() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    let ada = user_id(&app, "ada").to_owned();
    for (body, place) in [
        (json!([]), "object"),
        (json!({ "approved": true, "user_id": ada }), "src_interaction"),
        (
            json!({ "src_interaction": "ix_x", "approved": "true", "user_id": ada }),
            "approved",
        ),
        (json!({ "src_interaction": "ix_x", "approved": true }), "user_id"),
        (
            json!({ "src_interaction": "ix_x", "approved": true, "user_id": "ada" }),
            "user_id",
        ),
        (
            json!({ "src_interaction": "ix_x", "approved": true, "user_id": ada, "granted_scope": 1 }),
            "granted_scope",
        ),
    ] {
        let answer = report(&app, &token, &body).await.expect_status(400);
        assert!(
            answer.json()["message"][0].as_str().unwrap().contains(place),
            "{}",
            answer.text()
        );
    }
}
