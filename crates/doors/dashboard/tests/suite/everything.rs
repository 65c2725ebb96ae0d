//! All that a person agreed to, whatever door it was given at: shown beside the connections, with its history, and taken back.

use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, about, configure, connect, list, session};

/// A back end writes down that Ada agreed; answers the record's id.
async fn record(app: &TestApp, audience: &str) -> String {
    let service = &app.bank.service;
    let answer = app
        .request(Method::POST, "/consent/v1/consents")
        .basic(&service.client_id, &service.client_secret)
        .json(&json!({
            "status": "accepted",
            "subject": "ada",
            "audience": audience,
            "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        }))
        .send()
        .await
        .expect_status(201);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// What the records door says of a record.
async fn at_records(app: &TestApp, record: &str) -> Value {
    let service = &app.bank.service;
    let answer = app
        .request(Method::GET, &format!("/consent/v1/consents/{record}"))
        .basic(&service.client_id, &service.client_secret)
        .send()
        .await;
    answer.expect_status(200).json()
}

/// The id in the first form of the page that goes to this address.
fn id_for(page: &Answer, action: &str) -> String {
    let (_, form) = page.text().split_once(&format!("action=\"{action}\"")).unwrap();
    let (_, value) = form.split_once("name=\"id\" value=\"").unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_another_door_wrote_down_stands_beside_the_apps_and_says_what_it_means() {
    let app = TestApp::start().await;
    connect(&app).await;
    let ada = session(&app, ADA).await;
    let before = list(&app, &ada).await.expect_status(200);
    assert!(before.text().contains("Apps with access to your accounts"));
    assert!(!before.text().contains("Other agreements"));
    record(&app, "newsletter").await;
    let page = list(&app, &ada).await.expect_status(200);
    let shown = page.text();
    for words in [
        "Everything you agreed to",
        "Apps and services",
        "Moneytrack",
        "Other agreements",
        "newsletter",
    ] {
        assert!(shown.contains(words), "{words} is missing");
    }
    let details = about(&app, "/embed/single", &ada, &id_for(&page, "/embed/single"))
        .await
        .expect_status(200);
    for words in [
        "What it means",
        "The words you saw when you agreed",
        "Your yes was written down",
        "Take back",
    ] {
        assert!(details.text().contains(words), "{words} is missing");
    }
}

#[tokio::test]
async fn taking_it_back_takes_two_presses_and_is_true_at_the_door_that_wrote_it() {
    let app = TestApp::start().await;
    let record = record(&app, "newsletter").await;
    let ada = session(&app, ADA).await;
    let page = list(&app, &ada).await.expect_status(200);
    let id = id_for(&page, "/embed/single/stop");
    let question = about(&app, "/embed/single/stop", &ada, &id)
        .await
        .expect_status(200);
    assert!(question.text().contains("Take back"));
    assert_eq!(
        at_records(&app, &record).await["status"],
        "accepted",
        "a question changes nothing"
    );
    let done = about(&app, "/embed/single/stop/confirm", &ada, &id)
        .await
        .expect_status(200);
    assert!(done.text().contains("You took back"));
    assert_eq!(at_records(&app, &record).await["status"], "revoked");
    let details = about(&app, "/embed/single", &ada, &id).await.expect_status(200);
    assert!(details.text().contains("You took it back"));
    assert!(
        !details.text().contains("/embed/single/stop"),
        "what has ended is not ended again"
    );
    let again = about(&app, "/embed/single/stop/confirm", &ada, &id)
        .await
        .expect_status(200);
    assert!(again.text().contains("You took back"), "twice is once");
}

#[tokio::test]
async fn nobody_sees_or_ends_what_somebody_else_agreed_to() {
    let app = TestApp::start().await;
    let record = record(&app, "newsletter").await;
    let ada = session(&app, ADA).await;
    let id = id_for(&list(&app, &ada).await, "/embed/single");
    let ben = session(&app, BEN).await;
    assert!(!list(&app, &ben).await.text().contains("newsletter"));
    for path in [
        "/embed/single",
        "/embed/single/stop",
        "/embed/single/stop/confirm",
    ] {
        let _missing = about(&app, path, &ben, &id).await.expect_status(404);
        let _nothing = about(&app, path, &ada, "").await.expect_status(404);
    }
    assert_eq!(at_records(&app, &record).await["status"], "accepted");
}

#[tokio::test]
async fn what_an_app_has_is_not_listed_twice() {
    let app = TestApp::start().await;
    connect(&app).await;
    let ada = session(&app, ADA).await;
    let page = list(&app, &ada).await.expect_status(200);
    assert!(!page.text().contains("/embed/single"));
    let id = id_for(&page, "/embed/connection");
    let _stopped = about(&app, "/embed/stop/confirm", &ada, &id)
        .await
        .expect_status(200);
    let page = list(&app, &ada).await.expect_status(200);
    assert!(!page.text().contains("/embed/single"), "its parts ended with it");
}

#[tokio::test]
async fn the_hosted_login_leads_there_and_only_its_own_person() {
    let app = TestApp::start().await;
    record(&app, "newsletter").await;
    let browser = app.browser();
    let stranger = browser.open("/login/agreements").await.expect_status(303);
    assert_eq!(stranger.header("location"), Some("/login"));
    app.connect(&browser, "ada", consentry_testkit::FULL_SCOPE).await;
    let home = browser.open("/login").await.expect_status(200);
    assert!(home.text().contains("href=\"/login/agreements\""));
    let onward = browser.open("/login/agreements").await.expect_status(303);
    let address = onward.header("location").unwrap().to_owned();
    assert!(address.starts_with("/embed/authorizations?access_token="));
    let page = browser.open(&address).await.expect_status(200);
    for words in ["Everything you agreed to", "Moneytrack", "newsletter"] {
        assert!(page.text().contains(words), "{words} is missing");
    }
    let _spent = browser.open(&address).await.expect_status(404);
    configure(&app, |tenant| tenant.dashboard.allow_top_level = false).await;
    let home = browser.open("/login").await.expect_status(200);
    assert!(!home.text().contains("/login/agreements"));
    let back = browser.open("/login/agreements").await.expect_status(303);
    assert_eq!(back.header("location"), Some("/login"));
}
