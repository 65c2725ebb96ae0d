//! Accounts that several people hold: each may stop what another shares of them, and sees nothing else (B6.8, AU-4).

use consentry_testkit::{Answer, TestApp, Tokens};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, about, configure, connect, list, put_with_credential, session};

/// Tells the accounts of a customer, each with its other holders.
async fn hold(app: &TestApp, customer: &str, accounts: &[(&str, Value)]) {
    let rows: Vec<Value> = accounts
        .iter()
        .map(|(digits, joint_with)| {
            json!({
                "account_id": format!("acc_{digits}"),
                "nickname": format!("Account {digits}"),
                "account_number_display": format!("XXXX{digits}"),
                "joint_with": joint_with,
            })
        })
        .collect();
    let _answer = put_with_credential(app, "/api/v6/customer_accounts")
        .json(&json!({ "customerId": customer, "accounts": rows }))
        .send()
        .await
        .expect_status(200);
}

fn with(customer: &str, name: &str) -> Value {
    json!([{ "customerId": customer, "name": name }])
}

/// Ada shares two accounts with Moneytrack, of which Ben holds the second too. Her tokens, and his page session.
async fn household(app: &TestApp) -> (Tokens, String) {
    hold(app, ADA, &[("4417", json!(null)), ("9083", with(BEN, "Ben"))]).await;
    hold(app, BEN, &[("9083", with(ADA, "Ada")), ("1111", json!([]))]).await;
    let tokens = connect(app).await;
    let session = session(app, BEN).await;
    (tokens, session)
}

/// The field that names the account beside the agreement.
async fn press(app: &TestApp, path: &str, session: &str, id: &str, account: &str) -> Answer {
    app.post_embedded(path, &[("session", session), ("id", id), ("account", account)])
        .await
}

/// What introspection says of the accounts of a token.
async fn accounts_of(app: &TestApp, tokens: &Tokens) -> Value {
    app.introspect(&tokens.access).await["accounts"].clone()
}

#[tokio::test]
async fn dsh_b6_8_a_holder_sees_who_shares_the_joint_account_and_nothing_else_of_theirs() {
    let app = TestApp::start().await;
    let (_tokens, ben) = household(&app).await;
    let listed = list(&app, &ben).await.expect_status(200);
    for words in [
        "Shared by others",
        "Moneytrack",
        "Shared by Ada",
        "Account 9083 ··9083",
    ] {
        assert!(
            listed.text().contains(words),
            "{words} is missing in {}",
            listed.text()
        );
    }
    assert!(!listed.text().contains("4417"), "{}", listed.text());
    let id = listed.field("id").unwrap();
    let question = press(&app, "/embed/joint/stop", &ben, &id, "acc_9083")
        .await
        .expect_status(200);
    assert!(
        question.text().contains("for this account alone"),
        "{}",
        question.text()
    );
    assert!(!question.text().contains("4417"), "{}", question.text());
    // Her connection itself is none of his.
    for path in [
        "/embed/connection",
        "/embed/stop",
        "/embed/stop/confirm",
        "/embed/activity",
        "/embed/accounts",
    ] {
        let _answer = about(&app, path, &ben, &id).await.expect_status(404);
    }
}

#[tokio::test]
async fn dsh_b6_8_stopping_ends_the_joint_account_alone_everywhere_at_once() {
    let app = TestApp::start().await;
    let (tokens, ben) = household(&app).await;
    let id = list(&app, &ben).await.field("id").unwrap();
    let done = press(&app, "/embed/joint/stop/confirm", &ben, &id, "acc_9083")
        .await
        .expect_status(200);
    assert!(
        done.text()
            .contains("Moneytrack no longer sees Account 9083 ··9083."),
        "{}",
        done.text()
    );
    assert!(!done.text().contains("Shared by Ada"));
    let introspected = accounts_of(&app, &tokens).await;
    assert_eq!(introspected["disabled"], json!(["acc_9083"]));
    assert_eq!(introspected["others"], json!(true));
    // Again: it is over, which is the same as not there.
    let _answer = press(&app, "/embed/joint/stop/confirm", &ben, &id, "acc_9083")
        .await
        .expect_status(404);
    let ada = session(&app, ADA).await;
    let activity = about(&app, "/embed/activity", &ada, &id).await.expect_status(200);
    assert!(
        activity
            .text()
            .contains("Another holder of an account stopped sharing it with Moneytrack"),
        "{}",
        activity.text()
    );
    let page = about(&app, "/embed/connection", &ada, &id).await;
    assert!(page.text().contains("Account 4417 ··4417"));
}

#[tokio::test]
async fn dsh_b6_8_stopping_works_where_people_may_not_choose_among_accounts() {
    let app = TestApp::start().await;
    let (tokens, ben) = household(&app).await;
    configure(&app, |tenant| tenant.dashboard.account_changes = false).await;
    let id = list(&app, &ben).await.field("id").unwrap();
    let _answer = press(&app, "/embed/joint/stop/confirm", &ben, &id, "acc_9083")
        .await
        .expect_status(200);
    assert_eq!(accounts_of(&app, &tokens).await["disabled"], json!(["acc_9083"]));
}

#[tokio::test]
async fn dsh_b6_8_the_bank_hides_one_holder_from_the_other() {
    let app = TestApp::start().await;
    let (_tokens, ben) = household(&app).await;
    // Ada is not told of Ben: she does not learn that it was him.
    hold(&app, ADA, &[("4417", json!(null)), ("9083", json!([]))]).await;
    let id = list(&app, &ben).await.field("id").unwrap();
    let _answer = press(&app, "/embed/joint/stop/confirm", &ben, &id, "acc_9083")
        .await
        .expect_status(200);
    let ada = session(&app, ADA).await;
    let activity = about(&app, "/embed/activity", &ada, &id).await.expect_status(200);
    assert!(
        activity
            .text()
            .contains("It was changed which accounts Moneytrack can see"),
        "{}",
        activity.text()
    );
    assert!(!activity.text().contains("holder"), "{}", activity.text());
    let told = app
        .request(Method::GET, &format!("/embed/api/v1/connections/{id}/activity"))
        .bearer(&ada)
        .header("x-consentry-page", "1")
        .send()
        .await
        .expect_status(200)
        .json();
    let by: Vec<&Value> = told["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["by"])
        .collect();
    assert_eq!(by, [&json!("subject"), &Value::Null], "{told}");
    // And Ben is not told of Ada: he sees nothing, and reaches nothing.
    hold(&app, ADA, &[("4417", json!(null)), ("9083", with(BEN, "Ben"))]).await;
    app.connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await;
    hold(&app, BEN, &[("9083", json!([]))]).await;
    let fresh = session(&app, BEN).await;
    assert!(!list(&app, &fresh).await.text().contains("Shared by"));
    let hers = list(&app, &ada).await.field("id").unwrap();
    let _answer = press(&app, "/embed/joint/stop/confirm", &fresh, &hers, "acc_9083")
        .await
        .expect_status(404);
}

#[tokio::test]
async fn dsh_b6_8_who_does_not_hold_the_account_has_no_say_in_it() {
    let app = TestApp::start().await;
    let (tokens, ben) = household(&app).await;
    let id = list(&app, &ben).await.field("id").unwrap();
    // An account of hers that is not his, an account that nobody has, and no account at all.
    for account in ["acc_4417", "acc_0000", ""] {
        let _answer = press(&app, "/embed/joint/stop/confirm", &ben, &id, account)
            .await
            .expect_status(404);
    }
    // The bank names her as holder of an account of his that she does not have.
    hold(
        &app,
        BEN,
        &[("1111", with(ADA, "Ada")), ("9083", with(BEN, "Ben himself"))],
    )
    .await;
    let fresh = session(&app, BEN).await;
    for account in ["acc_1111", "acc_9083"] {
        let _answer = press(&app, "/embed/joint/stop/confirm", &fresh, &id, account)
            .await
            .expect_status(404);
    }
    assert_eq!(accounts_of(&app, &tokens).await, Value::Null);
    // A customer id that nobody has is no error.
    hold(&app, BEN, &[("9083", with("nobody", "Nobody"))]).await;
    let _answer = list(&app, &session(&app, BEN).await).await.expect_status(200);
}

#[tokio::test]
async fn dsh_b6_8_names_of_holders_are_harmless() {
    let app = TestApp::start().await;
    hold(&app, ADA, &[("9083", with(BEN, "Ben"))]).await;
    hold(&app, BEN, &[("9083", with(ADA, "<b>\u{202e}adA"))]).await;
    connect(&app).await;
    let listed = list(&app, &session(&app, BEN).await).await.expect_status(200);
    assert!(!listed.text().contains("<b>"), "{}", listed.text());
    assert!(!listed.text().contains('\u{202e}'), "{}", listed.text());
}

#[tokio::test]
async fn dsh_b6_8_what_is_wrong_with_a_holder_is_said_where() {
    let app = TestApp::start().await;
    let nine: Vec<Value> = (0..9)
        .map(|number| json!({ "customerId": format!("c{number}") }))
        .collect();
    for (joint_with, place) in [
        (json!("cust-1"), "/accounts/0/joint_with"),
        (json!(nine), "/accounts/0/joint_with"),
        (json!([{}]), "/accounts/0/joint_with/0/customerId"),
        (
            json!([{ "customerId": "" }]),
            "/accounts/0/joint_with/0/customerId",
        ),
        (
            json!([{ "customerId": "a" }, { "customerId": "a" }]),
            "/accounts/0/joint_with/1/customerId",
        ),
        (
            json!([{ "customerId": "a", "name": 7 }]),
            "/accounts/0/joint_with/0/name",
        ),
        (
            json!([{ "customerId": "a", "name": "x".repeat(65) }]),
            "/accounts/0/joint_with/0/name",
        ),
        (
            json!([{ "customerId": "a", "name": "x\ny" }]),
            "/accounts/0/joint_with/0/name",
        ),
    ] {
        let body = json!({
            "customerId": ADA,
            "accounts": [{ "account_id": "a", "nickname": "A", "joint_with": joint_with }],
        });
        let answer = put_with_credential(&app, "/api/v6/customer_accounts")
            .json(&body)
            .send()
            .await
            .expect_status(400);
        assert!(
            answer.text().contains(place),
            "{place} is missing in {}",
            answer.text()
        );
    }
}
