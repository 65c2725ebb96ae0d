//! How a connection was used, as people see it (B3, B4.6).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{ADA, about, connect, list, open, session, token};

/// The bank's data plane asks whether it may deliver, and does.
pub async fn ask(app: &TestApp, scope: &str) -> bool {
    let client = &app.bank.first_party;
    let question = json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": scope },
        "context": { "audience": "moneytrack", "record_use": true },
    });
    let answer = app
        .request(Method::POST, "/access/v1/evaluation")
        .basic(&client.client_id, &client.client_secret)
        .json(&question)
        .send()
        .await
        .expect_status(200)
        .json();
    app.ledger.write_uses().await.unwrap();
    answer["decision"].as_bool().unwrap()
}

async fn listed(app: &TestApp) -> String {
    let token = token(app, ADA).await;
    open(app, &token).await.expect_status(200).text().to_owned()
}

async fn detail(app: &TestApp) -> String {
    let session = session(app, ADA).await;
    let id = list(app, &session).await.field("id").unwrap();
    about(app, "/embed/connection", &session, &id)
        .await
        .expect_status(200)
        .text()
        .to_owned()
}

/// What stands beside a heading of the card.
fn fact(page: &str, heading: &str) -> String {
    let (_, rest) = page.split_once(&format!("<dt>{heading}</dt>")).unwrap();
    let (_, rest) = rest.split_once("<dd>").unwrap();
    rest.split_once("</dd>").unwrap().0.trim().to_owned()
}

#[tokio::test]
async fn dsh_b3_the_list_says_when_data_was_last_delivered() {
    let app = TestApp::start().await;
    connect(&app).await;
    assert!(listed(&app).await.contains("Last used: Never<br>Until"));
    assert!(ask(&app, "accounts:balance").await);
    let time = app.now().to_jiff().strftime("%H:%M").to_string();
    let today = format!("Last used: Today, {time} UTC<br>Until");
    assert!(listed(&app).await.contains(&today), "{today}");
    app.pass(86_400);
    let page = listed(&app).await;
    assert!(page.contains(&format!("Last used: 22 November 2026 at {time} UTC<br>Until")));
}

#[tokio::test]
async fn dsh_b4_6_the_detail_says_how_often_and_what_was_refused() {
    let app = TestApp::start().await;
    connect(&app).await;
    let page = detail(&app).await;
    assert_eq!(fact(&page, "Last used"), "Never");
    assert_eq!(fact(&page, "Used in the last 30 days"), "on 0 days");
    assert_eq!(fact(&page, "Last refused attempt"), "Never");
    // Two consents of the one connection, on two days.
    assert!(ask(&app, "accounts:balance").await);
    assert!(ask(&app, "accounts:transactions").await);
    assert_eq!(fact(&detail(&app).await, "Used in the last 30 days"), "on 1 day");
    app.pass(86_400);
    assert!(ask(&app, "accounts:transactions").await);
    let page = detail(&app).await;
    assert_eq!(fact(&page, "Used in the last 30 days"), "on 2 days");
    assert!(fact(&page, "Last used").starts_with("Today, "));
    let _page = app.stop_sharing("ada").await.expect_status(200);
    app.pass(60);
    assert!(!ask(&app, "accounts:transactions").await);
    let page = detail(&app).await;
    assert!(fact(&page, "Last refused attempt").starts_with("Today, "));
    assert_eq!(fact(&page, "Used in the last 30 days"), "on 2 days");
}

#[tokio::test]
async fn dsh_b8_the_words_are_those_of_the_reader() {
    let app = TestApp::start().await;
    connect(&app).await;
    let page = listed(&app).await;
    assert_eq!(page.matches("Last used:").count(), 1);
    let arabic = {
        let token = token(&app, ADA).await;
        app.request(
            Method::GET,
            &format!("/embed/authorizations?access_token={token}&locale=ar"),
        )
        .header("sec-fetch-dest", "iframe")
        .header("accept", "text/html")
        .send()
        .await
        .expect_status(200)
    };
    assert!(arabic.text().contains("آخر استخدام"));
    assert!(arabic.text().contains("أبدًا"));
}
