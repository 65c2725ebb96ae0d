//! Deleting and disabling clients, and what ends with them (TPA-CL-06).

use consentry_ledger::{LedgerOptions, verify::Verdict};
use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;
use serde_json::json;

use super::{admin, bank, change, events, names, now, register, third_party};

#[tokio::test]
async fn tpa_cl_06_deleting_a_client_ends_what_every_person_gave_it_in_one_commit() {
    let app = TestApp::start().await;
    let ada = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let ben = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    let before = now(&app).await;
    let _gone = bank(&app, Method::DELETE, "/cis/v1/clients/moneytrack", None)
        .await
        .expect_status(204);
    let told = events(&app, &before).await;
    let count = |name: &str| names(&told).iter().filter(|own| *own == name).count();
    assert_eq!(
        (
            count("decision.recorded"),
            count("consent.revoked"),
            count("grant.ended"),
            count("client.deleted")
        ),
        (2, 8, 2, 1)
    );
    for held in [&ada, &ben] {
        assert_eq!(app.introspect(&held.access).await, json!({ "active": false }));
        assert_eq!(app.userinfo(&held.access).await, 401);
        let refreshed = app
            .refresh(&app.bank.third_party, held.refresh.as_deref().unwrap())
            .await;
        let _no_client = refreshed.expect_status(401);
    }
    let listed = bank(&app, Method::GET, "/v1/consents?status=all", None)
        .await
        .json();
    let listed = listed["result"].as_array().unwrap();
    assert!(
        listed.len() == 2 && listed.iter().all(|consent| consent["status"] == "revoked"),
        "{listed:?}"
    );
    for person in ["ada", "ben"] {
        let records = app.records_of(person).await;
        assert!(
            records.iter().all(|record| record["status"] == "revoked"),
            "{records:?}"
        );
        let none = app
            .usable(person, "moneytrack", &["openid", "accounts:balance"])
            .await;
        assert_eq!(none, Vec::<String>::new());
    }
    match app.ledger.verify(&app.tenant()).await.unwrap() {
        Verdict::Sound { unreadable: 0, .. } => {}
        verdict => panic!("{verdict:?}"),
    }
    let _again = bank(&app, Method::DELETE, "/cis/v1/clients/moneytrack", None)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn tpa_cl_06_more_people_than_fit_into_a_commit_follow_at_once() {
    let app = TestApp::start().await;
    let ada = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let ben = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    let options = LedgerOptions {
        agreements_at_once: 1,
        ..LedgerOptions::default()
    };
    let app = app.restarted_with(options).await;
    let before = now(&app).await;
    let _gone = bank(&app, Method::DELETE, "/v1/clients/moneytrack", None)
        .await
        .expect_status(204);
    let told = names(&events(&app, &before).await);
    let count = |name: &str| told.iter().filter(|own| *own == name).count();
    assert_eq!(
        (
            count("consent.revoked"),
            count("client.changed"),
            count("client.deleted")
        ),
        (8, 1, 1)
    );
    assert_eq!(told.last().map(String::as_str), Some("client.deleted"));
    for held in [&ada, &ben] {
        assert_eq!(app.userinfo(&held.access).await, 401);
    }
    let listed = bank(&app, Method::GET, "/v1/consents?status=active", None)
        .await
        .json();
    assert_eq!(listed["result"], json!([]));
}

#[tokio::test]
async fn tpa_cl_06_switching_a_client_off_ends_the_same_and_on_again_revives_nothing() {
    let app = TestApp::start().await;
    let held = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let off = change(&app, "moneytrack", &json!({ "enabled": false })).await;
    assert_eq!(off["enabled"], false);
    assert_eq!(app.userinfo(&held.access).await, 401);
    let opened = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let _unknown = opened.open(&request).await.expect_status(400);
    let on = change(&app, "moneytrack", &json!({ "enabled": true })).await;
    assert_eq!(on["enabled"], true);
    assert_eq!(app.userinfo(&held.access).await, 401);
    let refreshed = app
        .refresh(&app.bank.third_party, held.refresh.as_deref().unwrap())
        .await;
    let _over = refreshed.expect_status(400);
    let listed = bank(&app, Method::GET, "/v1/consents?status=all", None)
        .await
        .json();
    assert_eq!(listed["result"][0]["status"], "revoked");
    app.pass(1);
    let anew = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    assert_eq!(app.userinfo(&anew.access).await, 200);
    assert_eq!(app.userinfo(&held.access).await, 401);
}

#[tokio::test]
async fn tpa_cl_06_a_question_that_is_open_is_over_with_its_client() {
    for body in [Some(json!({ "enabled": false })), None] {
        let app = TestApp::start().await;
        let browser = app.browser();
        let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
        let question = app.reach_question(&browser, "ada", &request).await;
        let path = "/cis/v1/clients/moneytrack";
        match &body {
            Some(body) => {
                let _off = bank(&app, Method::PUT, path, Some(body)).await.expect_status(200);
                let _on = change(&app, "moneytrack", &json!({ "enabled": true })).await;
            }
            None => {
                let _gone = bank(&app, Method::DELETE, path, None).await.expect_status(204);
            }
        }
        let answered = app.decide(&browser, &question, "approve").await;
        let back = answered.header("location").unwrap_or_default();
        assert!(!back.contains("code="), "{back} {}", answered.text());
        let listed = bank(&app, Method::GET, "/v1/consents?status=all", None)
            .await
            .json();
        assert_eq!(listed["result"], json!([]));
    }
}

#[tokio::test]
async fn tpa_a2_1_deleting_all_spares_the_one_that_asks() {
    let app = TestApp::start().await;
    let (_, _) = register(&app, &third_party()).await;
    let _gone = bank(&app, Method::DELETE, "/cis/v1/clients", None)
        .await
        .expect_status(204);
    let left = bank(&app, Method::GET, "/cis/v1/clients", None).await.json();
    let mut left: Vec<String> = left
        .as_array()
        .unwrap()
        .iter()
        .map(|client| client["client_id"].as_str().unwrap().to_owned())
        .collect();
    left.sort();
    let mut expected = vec![
        app.bank.first_party.client_id.clone(),
        app.bank.admin.client_id.clone(),
    ];
    expected.sort();
    assert_eq!(
        left, expected,
        "what manages the tenant is for an admin to remove"
    );
    let _none = bank(&app, Method::DELETE, "/cis/v1/clients", None)
        .await
        .expect_status(404);
    let own = format!("/cis/v1/clients/{}", app.bank.first_party.client_id);
    let _self = bank(&app, Method::DELETE, &own, None).await.expect_status(403);
    let _self = bank(&app, Method::PUT, &own, Some(&json!({ "enabled": false })))
        .await
        .expect_status(400);
    let path = format!("/cis/v1/applications/{}/clients", app.bank.app_id);
    let _gone = admin(&app, Method::DELETE, &path, None).await.expect_status(204);
    assert_eq!(app.tenant().clients.len(), 1);
}

#[tokio::test]
async fn com_09_a_repeated_deletion_is_answered_as_the_first() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    let send = async || {
        let request = app
            .request(Method::DELETE, "/v1/clients/moneytrack")
            .bearer(&token);
        request.header("idempotency-key", "key-3").send().await
    };
    let _first = send().await.expect_status(204);
    let again = send().await.expect_status(204);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}
