//! The screens: list, one connection, states (B2, B3, B4, B7, B8).

use consentry_domain::{client::Client, definition::Localization};
use consentry_ledger::provision::Entry;
use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;
use serde_json::json;

use crate::world::{ADA, about, connect, list, open, opening, operator, session, token};

/// Ada's connection page with this session.
async fn detail(app: &TestApp, session: &str) -> String {
    let id = list(app, session).await.field("id").unwrap();
    about(app, "/embed/connection", session, &id)
        .await
        .expect_status(200)
        .text()
        .to_owned()
}

#[track_caller]
fn says(page: &str, words: &[&str]) {
    for words in words {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
}

#[tokio::test]
async fn dsh_b3_the_list_shows_who_what_until_when_and_the_status_in_words() {
    let app = TestApp::start().await;
    connect(&app).await;
    let page = open(&app, &token(&app, ADA).await)
        .await
        .expect_status(200)
        .text()
        .to_owned();
    says(
        &page,
        &[
            "<h1 tabindex=\"-1\">Apps with access to your accounts</h1>",
            "Harbor Bank",
            "How data sharing works",
            "1 app can see data. 1 connection ends soon.",
            "Has access",
            "<bdi>Moneytrack</bdi>",
            "Account balance and Transactions",
            "Until 22 December 2026",
            "<span>Ends soon</span>",
            "action=\"/embed/stop\"",
        ],
    );
    assert!(!page.contains("No longer has access"));
}

#[tokio::test]
async fn dsh_b4_one_connection_shows_everything_the_ledger_knows() {
    let app = TestApp::start().await;
    connect(&app).await;
    let session = session(&app, ADA).await;
    let page = detail(&app, &session).await;
    says(
        &page,
        &[
            "Moneytrack BV",
            "Verified by Harbor Bank",
            "href=\"https://moneytrack.example/\" target=\"_blank\" rel=\"noopener noreferrer\"",
            "href=\"https://moneytrack.example/privacy\"",
            "opens moneytrack.example in a new window",
            "127.0.0.1:8080",
            "Name, type and balance of your accounts",
            "Payments of the last 24 months",
            "Know that it is you",
            "lang=\"en-GB\" dir=\"auto\"><q>To show what you have</q>",
            "text version 2.0",
            "22 November 2026 at",
            "Until 22 December 2026",
            "action=\"/embed/stop\"",
        ],
    );
}

#[tokio::test]
async fn dsh_b4_4_the_purpose_stays_in_the_words_and_the_language_it_was_given_in() {
    let app = TestApp::start().await;
    connect(&app).await;
    let newer = Localization {
        definition: consentry_domain::DefinitionKey::parse("accounts:balance").unwrap(),
        locale: consentry_domain::locale::Locale::parse("en-GB").unwrap(),
        version: "3.0".parse().unwrap(),
        title: Some("Balances and more".to_owned()),
        data: "Everything".to_owned(),
        purpose: "To sell you things".to_owned(),
        published_at: app.now(),
    };
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::Localization(newer)])
        .await
        .unwrap();
    let page = opening(&app, &token(&app, ADA).await)
        .header("accept-language", "ar")
        .send()
        .await
        .expect_status(200);
    says(
        page.text(),
        &["lang=\"ar\" dir=\"rtl\"", "التطبيقات", "رصيد الحساب"],
    );
    let fields = [
        ("session", page.field("session").unwrap()),
        ("id", page.field("id").unwrap()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let request = app
        .request(Method::POST, "/embed/connection")
        .header("accept-language", "ar")
        .form(&fields);
    let detail = request.send().await.expect_status(200);
    says(
        detail.text(),
        &[
            "lang=\"en-GB\" dir=\"auto\"><q>To show what you have</q>",
            "lang=\"ar\" dir=\"auto\">رصيد الحساب",
        ],
    );
    assert!(!detail.text().contains("To sell you things"));
    assert!(!detail.text().contains("Balances and more"));
}

#[tokio::test]
async fn dsh_a4_1_locale_and_theme_hold_for_all_screens() {
    let app = TestApp::start().await;
    connect(&app).await;
    let path = format!(
        "/embed/authorizations?access_token={}&locale=ar-EG&theme=dark",
        token(&app, ADA).await
    );
    let page = app
        .request(Method::GET, &path)
        .header("accept-language", "en")
        .send()
        .await
        .expect_status(200);
    says(page.text(), &["lang=\"ar\" dir=\"rtl\" data-theme=\"dark\""]);
    let later = list(&app, &page.field("session").unwrap())
        .await
        .expect_status(200);
    says(later.text(), &["lang=\"ar\" dir=\"rtl\" data-theme=\"dark\""]);
    assert_eq!(later.header("content-language"), Some("ar"));
    let odd = format!(
        "/embed/authorizations?access_token={}&locale=%3Cb%3E&theme=%3Cb%3E",
        token(&app, ADA).await
    );
    says(
        app.get(&odd).await.expect_status(200).text(),
        &["lang=\"en\" dir=\"ltr\" data-theme=\"auto\""],
    );
}

#[tokio::test]
async fn dsh_b7_1_never_connected_anything() {
    let app = TestApp::start().await;
    let page = open(&app, &token(&app, ADA).await).await.expect_status(200);
    says(
        page.text(),
        &[
            "No apps have access.",
            "When you connect an app",
            "knows your password",
        ],
    );
    assert!(!page.text().contains("action=\"/embed/stop\""));
    assert!(!page.text().contains("No longer has access"));
}

#[tokio::test]
async fn dsh_b7_2_only_ended_connections() {
    let app = TestApp::start().await;
    connect(&app).await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let page = open(&app, &token(&app, ADA).await).await.expect_status(200);
    says(
        page.text(),
        &[
            "No apps have access.",
            "No longer has access",
            "Moneytrack",
            "Stopped by you on",
        ],
    );
    assert!(!page.text().contains("action=\"/embed/stop\""));
}

#[tokio::test]
async fn dsh_b2_ended_by_time_at_the_very_moment() {
    let app = TestApp::start().await;
    connect(&app).await;
    app.clock.advance_micros(30 * 86_400 * 1_000_000 - 1);
    says(
        &detail(&app, &session(&app, ADA).await).await,
        &["<span>Ends soon</span>", "action=\"/embed/stop\""],
    );
    app.clock.advance_micros(1);
    let page = detail(&app, &session(&app, ADA).await).await;
    says(
        &page,
        &[
            "<span>Ended</span>",
            "Ended on 22 December 2026 at",
            "because its time was over",
        ],
    );
    assert!(!page.contains("action=\"/embed/stop\""));
}

#[tokio::test]
async fn dsh_b2_paused_where_the_bank_switched_the_app_off() {
    let app = TestApp::start().await;
    connect(&app).await;
    let client = app.tenant().client("moneytrack").unwrap().as_ref().clone();
    let paused = Client {
        enabled: false,
        ..client
    };
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::Client(paused)])
        .await
        .unwrap();
    let session = session(&app, ADA).await;
    says(
        list(&app, &session).await.text(),
        &["<span>Paused by your bank</span>"],
    );
    says(
        &detail(&app, &session).await,
        &["has switched this app off for now", "action=\"/embed/stop\""],
    );
}

#[tokio::test]
async fn dsh_b6_3_ended_by_the_bank_says_so() {
    let app = TestApp::start().await;
    connect(&app).await;
    let records = app.records_of("ada").await;
    let record = records
        .iter()
        .find(|record| record["definition"]["id"] == "accounts:balance")
        .unwrap();
    let path = format!("/consents/{}", record["id"].as_str().unwrap());
    let body = json!({ "status": "revoked" });
    let _narrowed = app
        .records(Method::PATCH, &path, Some(&body))
        .await
        .expect_status(200);
    let session = session(&app, ADA).await;
    let page = detail(&app, &session).await;
    says(
        &page,
        &["No longer shared", "Account balance", "action=\"/embed/stop\""],
    );
    for record in app.records_of("ada").await {
        let path = format!("/consents/{}", record["id"].as_str().unwrap());
        let _revoked = app.records(Method::PATCH, &path, Some(&body)).await;
    }
    says(
        list(&app, &session).await.text(),
        &["No longer has access", "<span>Stopped</span>"],
    );
}

#[tokio::test]
async fn dsh_b3_a_renewed_approval_is_one_connection_not_two() {
    let app = TestApp::start().await;
    connect(&app).await;
    let _again = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let page = open(&app, &token(&app, ADA).await).await.expect_status(200);
    assert_eq!(page.text().matches("action=\"/embed/stop\"").count(), 1);
    assert!(!page.text().contains("No longer has access"));
}

#[tokio::test]
async fn dsh_b8_names_from_outside_are_cut_isolated_and_cannot_turn_the_text() {
    let app = TestApp::start().await;
    let party = app
        .tenant()
        .parties
        .values()
        .find(|party| party.name == "Moneytrack")
        .unwrap()
        .clone();
    let name = format!("\u{202E}<b>Mo</b>\u{2066}{}", "n".repeat(80));
    let odd = consentry_domain::client::Party { name, ..party };
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::Party(odd)])
        .await
        .unwrap();
    connect(&app).await;
    let session = session(&app, ADA).await;
    let page = list(&app, &session).await;
    assert!(
        !page.text().contains('\u{202E}')
            && !page.text().contains('\u{2066}')
            && !page.text().contains("<b>Mo")
    );
    let shown = page
        .text()
        .split("<bdi>")
        .nth(1)
        .unwrap()
        .split("</bdi>")
        .next()
        .unwrap();
    assert!(shown.ends_with('…'), "{shown}");
    assert!(
        detail(&app, &session).await.contains(&"n".repeat(80)),
        "the whole name is in the details"
    );
}

#[tokio::test]
async fn dsh_b8_every_page_has_one_heading_of_the_first_rank_and_a_title_of_its_own() {
    let app = TestApp::start().await;
    connect(&app).await;
    let session = session(&app, ADA).await;
    let id = list(&app, &session).await.field("id").unwrap();
    let mut titles = std::collections::BTreeSet::new();
    for page in [
        list(&app, &session).await,
        about(&app, "/embed/connection", &session, &id).await,
        about(&app, "/embed/stop", &session, &id).await,
        list(&app, "over").await,
    ] {
        assert_eq!(page.text().matches("<h1").count(), 1);
        titles.insert(
            page.text()
                .split("<title>")
                .nth(1)
                .unwrap()
                .split("</title>")
                .next()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(titles.len(), 4, "{titles:?}");
}
