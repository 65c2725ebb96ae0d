use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;

use super::support::{connected, is_active, of_person};

#[tokio::test]
async fn tpa_co_09_a_person_sees_their_own_consents_through_the_bank() {
    let app = TestApp::start().await;
    let _ada = connected(&app).await;
    let _ben = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    let token = of_person(&app, "ada", "openid").await.access;
    for path in ["/v1/consents/me", "/cis/v1/consents/me?user_id=someone-else"] {
        let list = app
            .request(Method::GET, path)
            .bearer(&token)
            .send()
            .await
            .expect_status(200)
            .json();
        let entries = list["result"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "{path}");
        assert_eq!(entries[0]["user_id"], app.bank.customers[0].user_id.as_str());
        assert_eq!(entries[0]["client_name"], "Moneytrack");
    }
}

#[tokio::test]
async fn tpa_co_09_tpa_tok_06_a_third_partys_token_is_refused() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let client = app.own_token(&app.bank.first_party).await;
    for token in [&own.access, &client] {
        let list = app
            .request(Method::GET, "/v1/consents/me")
            .bearer(token)
            .send()
            .await;
        let _refused = list.expect_status(403);
        let delete = app
            .request(Method::DELETE, "/v1/consents/me/clients/moneytrack")
            .bearer(token)
            .send()
            .await;
        let _refused = delete.expect_status(403);
    }
    let none = app.get("/v1/consents/me").await.expect_status(401);
    assert!(!none.header("www-authenticate").unwrap().contains("error"));
    assert!(is_active(&app, &own.access).await);
}

#[tokio::test]
async fn tpa_co_10_a_person_takes_back_what_they_gave_and_only_that() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let ben = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    let token = of_person(&app, "ada", "openid").await.access;
    let delete = |path: &'static str| {
        let (app, token) = (&app, &token);
        async move { app.request(Method::DELETE, path).bearer(token).send().await }
    };
    let _unknown = delete("/v1/consents/me/clients/pennywise")
        .await
        .expect_status(404);
    let _nonsense = delete("/v1/consents/me/clients/moneytrack?consent_id=x")
        .await
        .expect_status(404);
    let deleted = delete("/cis/v1/consents/me/clients/moneytrack")
        .await
        .expect_status(200);
    assert!(deleted.bytes().is_empty());
    let _again = delete("/v1/consents/me/clients/moneytrack")
        .await
        .expect_status(404);
    assert!(!is_active(&app, &own.access).await);
    assert!(is_active(&app, &ben.access).await);
    assert!(
        is_active(&app, &token).await,
        "the bank's own token needs no consent"
    );
    let events = app.event_kinds().await;
    assert!(events.iter().any(|kind| kind == "consent.revoked"), "{events:?}");
    let records = app.records_of("ada").await;
    assert!(
        records.iter().all(|record| record["status"] == "revoked"),
        "{records:?}"
    );
}

#[tokio::test]
async fn tpa_co_10_of_two_simultaneous_revocations_one_finds_it() {
    let app = TestApp::start().await;
    let _own = connected(&app).await;
    let token = of_person(&app, "ada", "openid").await.access;
    let delete = || async {
        let request = app
            .request(Method::DELETE, "/v1/consents/me/clients/moneytrack")
            .bearer(&token);
        request.send().await.status()
    };
    let (one, other) = tokio::join!(delete(), delete());
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
}
