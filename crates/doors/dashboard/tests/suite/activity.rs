//! How a connection was used, as people see it (B3, B4.6).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{ADA, about, connect, hold, list, open, session, token};

/// The bank's data plane asks whether it may deliver, and does.
pub async fn ask(app: &TestApp, scope: &str) -> bool {
    ask_for(app, json!({ "type": "scope", "id": scope })).await
}

/// The same about an account.
async fn ask_about(app: &TestApp, account: &str) -> bool {
    let properties = json!({ "account_id": account });
    ask_for(
        app,
        json!({ "type": "scope", "id": "accounts:balance", "properties": properties }),
    )
    .await
}

async fn ask_for(app: &TestApp, resource: serde_json::Value) -> bool {
    let client = &app.bank.first_party;
    let question = json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": resource,
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
async fn dsh_b4_3_each_account_says_when_its_data_was_last_delivered() {
    let app = TestApp::start().await;
    hold(
        &app,
        ADA,
        &[("Everyday", "4417"), ("Savings", "9083"), ("Old", "0001")],
    )
    .await;
    connect(&app).await;
    let row = |page: &str, name: &str| {
        let (_, rest) = page.split_once(&format!("<bdi>{name} ··")).unwrap();
        rest.split_once("</li>").unwrap().0.to_owned()
    };
    assert!(ask(&app, "accounts:transactions").await);
    let page = detail(&app).await;
    assert!(
        !row(&page, "Everyday").contains("Last used"),
        "a use that names no account says nothing of one"
    );
    assert!(ask_about(&app, "acc_4417").await);
    let first = app.now().to_jiff().strftime("%H:%M").to_string();
    app.pass(600);
    assert!(ask_about(&app, "acc_9083").await);
    let (session, id) = {
        let session = session(&app, ADA).await;
        let id = list(&app, &session).await.field("id").unwrap();
        (session, id)
    };
    let set = [
        ("session", session.as_str()),
        ("id", id.as_str()),
        ("version", "1"),
        ("account", "acc_4417"),
        ("account", "acc_0001"),
        ("others", "yes"),
    ];
    let _saved = app
        .post_embedded("/embed/accounts/save", &set)
        .await
        .expect_status(200);
    app.pass(600);
    assert!(!ask_about(&app, "acc_9083").await, "it is not shared any more");
    let page = detail(&app).await;
    let session = crate::world::session(&app, ADA).await;
    let today = format!("Last used: Today, {first} UTC");
    assert!(
        row(&page, "Everyday").contains(&today),
        "{}",
        row(&page, "Everyday")
    );
    assert!(!row(&page, "Old").contains("Last used"));
    let shown = app
        .request(Method::GET, &format!("/embed/api/v1/connections/{id}"))
        .bearer(&session)
        .header("x-consentry-page", "1")
        .send()
        .await
        .expect_status(200)
        .json();
    let used = |nth: usize| shown["accounts"][nth]["last_used_at"].as_str().map(str::to_owned);
    let at = |ago: i64| {
        consentry_domain::Timestamp::from_micros(app.now().as_micros() - ago * 1_000_000).to_rfc3339()
    };
    assert_eq!(used(0), Some(at(1_200)));
    assert_eq!(used(1), Some(at(600)), "a refused attempt is no use");
    assert_eq!(used(2), None);
    app.pass(86_400);
    assert!(row(&detail(&app).await, "Savings").contains("Last used: 22 November 2026 at "));
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
