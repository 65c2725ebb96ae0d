//! Accounts that the bank is asked for: believed where the answer is as it should be, and in no page's way where it is not (B4.3, B7.5).

use std::path::PathBuf;

use consentry_domain::{Lifetime, tenant::AccountsConnector};
use consentry_testkit::{Answer, Peer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, about, configure, connect, hold, list, opening, session, token};

const UNREADABLE: &str = "The names of your accounts cannot be shown now. You can still stop sharing.";

/// The token that the bank gave us, in a file that is gone with the test.
struct TokenFile(PathBuf);

impl TokenFile {
    fn new(of: &str) -> Self {
        let path = std::env::temp_dir().join(format!("consentry-connector-{of}-{}", std::process::id()));
        std::fs::write(&path, "bank-token-1\n").unwrap();
        Self(path)
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The bank is asked at this address.
async fn ask_at(app: &TestApp, address: &str, token: &TokenFile) {
    let connector = AccountsConnector {
        url: format!("{address}/customers/{{customer}}/accounts"),
        token_file: Some(token.0.clone()),
        token_env: None,
        fresh: Lifetime::minutes(5),
        timeout: Lifetime::seconds(5),
    };
    configure(app, |tenant| tenant.dashboard.accounts = Some(connector)).await;
}

/// An answer about a customer, with an account of each of these names and digits.
fn answer(customer: &str, accounts: &[(&str, &str)]) -> String {
    let rows: Vec<Value> = accounts
        .iter()
        .map(|(name, digits)| {
            json!({ "account_id": format!("acc_{digits}"), "nickname": name, "account_number_display": format!("XXXX{digits}") })
        })
        .collect();
    json!({ "customerId": customer, "accounts": rows, "page": 1 }).to_string()
}

/// Opens Ada's page, and what it says about her only connection.
async fn connection(app: &TestApp) -> (String, String, Answer) {
    let session = session(app, ADA).await;
    let id = list(app, &session).await.field("id").unwrap();
    let page = about(app, "/embed/connection", &session, &id)
        .await
        .expect_status(200);
    (session, id, page)
}

/// Whether a page of Ada's shows an account by name.
async fn shows(app: &TestApp, name: &str) -> bool {
    connection(app).await.2.text().contains(name)
}

#[tokio::test]
async fn dsh_b4_3_the_bank_is_asked_when_a_page_opens_with_its_token_and_the_list_is_used() {
    let (app, file) = (TestApp::start().await, TokenFile::new("asked"));
    connect(&app).await;
    let bank = Peer::start(&answer(ADA, &[("Café 🏦 الادخار", "4417"), ("Savings", "9083")])).await;
    ask_at(&app, &bank.address, &file).await;
    let (session, id, page) = connection(&app).await;
    assert!(page.text().contains("Café 🏦 الادخار ··4417"), "{}", page.text());
    let asked = bank.asked();
    assert_eq!(asked.len(), 1, "once for an opening and all that follows");
    assert_eq!(asked[0].path, format!("/customers/{ADA}/accounts"));
    assert_eq!(asked[0].headers["authorization"], "Bearer bank-token-1");
    assert_eq!(asked[0].headers["accept"], "application/json");
    let form = about(&app, "/embed/accounts", &session, &id)
        .await
        .expect_status(200);
    assert!(
        form.text().contains("Savings ··9083"),
        "they can be changed: {}",
        form.text()
    );
}

#[tokio::test]
async fn dsh_b4_3_a_list_is_taken_as_it_is_for_as_long_as_is_said_and_to_the_second() {
    let (app, file) = (TestApp::start().await, TokenFile::new("fresh"));
    connect(&app).await;
    let bank = Peer::start(&answer(ADA, &[("Everyday", "4417")])).await;
    ask_at(&app, &bank.address, &file).await;
    assert!(shows(&app, "Everyday").await);
    bank.answers(200, &answer(ADA, &[("Renamed", "4417")]));
    app.clock.advance(Lifetime::seconds(299));
    assert!(shows(&app, "Everyday").await);
    assert_eq!(bank.asked().len(), 1);
    app.clock.advance(Lifetime::seconds(1));
    assert!(shows(&app, "Renamed").await);
    assert_eq!(bank.asked().len(), 2);
    app.clock.advance(Lifetime::seconds(300));
    bank.answers(200, &answer(ADA, &[]));
    assert!(!shows(&app, "Renamed").await, "an empty list is one");
}

#[tokio::test]
async fn dsh_b7_5_a_connector_that_is_down_or_lies_changes_nothing_and_the_page_still_stops_sharing() {
    let ten_megabytes = format!(
        "{{\"customerId\":\"{ADA}\",\"accounts\":[],\"x\":\"{}\"}}",
        "x".repeat(10 << 20)
    );
    let two = |one: &str, other: &str| answer(ADA, &[("One", one), ("Other", other)]);
    let lies: [(&str, u16, String); 12] = [
        ("another customer", 200, answer(BEN, &[("Stolen", "6666")])),
        (
            "a customer in other letters",
            200,
            answer(&ADA.to_uppercase(), &[("Stolen", "6666")]),
        ),
        ("nobody", 200, json!({ "accounts": [] }).to_string()),
        ("an account twice", 200, two("6666", "6666")),
        ("no JSON", 200, "<html>Stolen</html>".to_owned()),
        (
            "a member twice",
            200,
            format!("{{\"customerId\":\"{BEN}\",\"customerId\":\"{ADA}\",\"accounts\":[]}}"),
        ),
        ("a list", 200, "[]".to_owned()),
        ("ten megabytes", 200, ten_megabytes),
        (
            "a whole number of an account",
            200,
            answer(ADA, &[("Stolen", "66666666")]),
        ),
        ("an error", 500, answer(ADA, &[("Stolen", "6666")])),
        ("a customer it does not know", 404, String::new()),
        ("a redirect", 302, answer(ADA, &[("Stolen", "6666")])),
    ];
    let (app, file) = (TestApp::start().await, TokenFile::new("lies"));
    let bank = Peer::start("").await;
    ask_at(&app, &bank.address, &file).await;
    for (nth, (what, status, body)) in lies.into_iter().enumerate() {
        let tokens = connect(&app).await;
        bank.answers(status, &body);
        app.clock.advance(Lifetime::seconds(60));
        let (session, id, page) = connection(&app).await;
        assert_eq!(
            bank.asked().len(),
            nth + 1,
            "{what}: asked again after a minute, and no redirect is followed"
        );
        assert!(page.text().contains(UNREADABLE), "{what}: {}", page.text());
        assert!(
            !page.text().contains("Stolen") && !page.text().contains("Other"),
            "{what}"
        );
        let stopped = about(&app, "/embed/stop/confirm", &session, &id)
            .await
            .expect_status(200);
        assert!(
            stopped.text().contains("Sharing with Moneytrack has stopped."),
            "{what}"
        );
        assert_eq!(app.introspect(&tokens.access).await["active"], false, "{what}");
    }
}

#[tokio::test]
async fn dsh_b7_5_where_nobody_is_there_to_ask_the_list_that_was_known_stands() {
    let (app, file) = (TestApp::start().await, TokenFile::new("dead"));
    connect(&app).await;
    hold(&app, ADA, &[("Everyday", "4417")]).await;
    let bank = Peer::start("").await;
    ask_at(&app, &bank.address, &file).await;
    drop(bank);
    let (session, id, page) = connection(&app).await;
    assert!(page.text().contains("Everyday ··4417") && !page.text().contains(UNREADABLE));
    std::fs::remove_file(&file.0).unwrap();
    app.clock.advance(Lifetime::seconds(60));
    assert!(shows(&app, "Everyday ··4417").await, "without our token neither");
    let stopped = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(stopped.text().contains("has stopped."));
}

#[tokio::test]
async fn dsh_b7_5_a_connector_that_is_slow_holds_the_page_up_for_a_second_and_is_shown_when_it_comes() {
    let (app, file) = (TestApp::start().await, TokenFile::new("slow"));
    connect(&app).await;
    let bank = Peer::start(&answer(ADA, &[("Everyday", "4417")])).await;
    bank.holds(true);
    ask_at(&app, &bank.address, &file).await;
    let (session, id, page) = connection(&app).await;
    assert!(page.text().contains(UNREADABLE), "{}", page.text());
    let again = opening(&app, &token(&app, ADA).await)
        .header("sec-fetch-dest", "iframe")
        .send()
        .await;
    let _second = again.expect_status(200);
    assert_eq!(
        bank.asked().len(),
        1,
        "who is being asked for is not asked for twice"
    );
    bank.holds(false);
    let came = async {
        while !about(&app, "/embed/connection", &session, &id)
            .await
            .text()
            .contains("Everyday ··4417")
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), came)
        .await
        .unwrap();
}

#[tokio::test]
async fn dsh_b7_5_what_never_comes_is_given_up_and_stopping_does_not_wait_for_it() {
    let (app, file) = (TestApp::start().await, TokenFile::new("never"));
    let tokens = connect(&app).await;
    let bank = Peer::start("").await;
    bank.holds(true);
    ask_at(&app, &bank.address, &file).await;
    let (session, id, _) = connection(&app).await;
    let stopped = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(stopped.text().contains("Sharing with Moneytrack has stopped."));
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
}

#[tokio::test]
async fn dsh_a11_the_banks_own_screen_asks_too() {
    let (app, file) = (TestApp::start().await, TokenFile::new("screen"));
    connect(&app).await;
    let bank = Peer::start(&answer(ADA, &[("Everyday", "4417")])).await;
    ask_at(&app, &bank.address, &file).await;
    let token = token(&app, ADA).await;
    let listed = app
        .request(Method::GET, "/api/v4/consent_management")
        .bearer(&token)
        .send()
        .await
        .expect_status(200)
        .json();
    assert_eq!(listed[0]["accounts"][0]["nickname"], "Everyday", "{listed}");
}

#[tokio::test]
async fn dsh_b4_3_whom_the_bank_has_not_named_is_not_asked_for() {
    let (app, file) = (TestApp::start().await, TokenFile::new("nobody"));
    let bank = Peer::start("").await;
    ask_at(&app, &bank.address, &file).await;
    let _empty = session(&app, ADA).await;
    assert_eq!(
        bank.asked().len(),
        1,
        "the bank named Ada by asking for her token"
    );
    configure(&app, |tenant| tenant.dashboard.accounts = None).await;
    let _again = session(&app, ADA).await;
    assert_eq!(
        bank.asked().len(),
        1,
        "nor is anybody where there is no connector"
    );
}
