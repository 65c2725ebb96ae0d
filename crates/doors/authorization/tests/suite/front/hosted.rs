//! The hosted consent page.

use consentry_ledger::provision::Entry;
use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;

use super::{assert_local_page, change_client, code};

#[tokio::test]
async fn b01_20_b13_24_the_page_says_who_what_why_and_until_when() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let page = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(200);
    for words in [
        "Moneytrack asks for access to your data",
        "Moneytrack BV",
        "127.0.0.1:8080",
        "Moneytrack shows all your accounts in one place.",
        "Know that it is you",
        "Stay connected while you are away",
        "Account balance",
        "Name, type and balance of your accounts",
        "Payments of the last 24 months",
        "22 December 2026",
        "Logged in as ada",
        "at Harbor Bank at any time",
    ] {
        assert!(page.text().contains(words), "{words} is missing");
    }
    let html = page.text();
    assert!(
        !html.contains("checked"),
        "tpa_a8_4_5: nothing is ticked beforehand"
    );
    let buttons: Vec<&str> = html
        .match_indices("<button")
        .filter_map(|(at, _)| html[at..].split('>').next())
        .take(2)
        .collect();
    let plain = |button: &str| button.replace("approve", "").replace("decline", "");
    assert_eq!(
        plain(buttons[0]),
        plain(buttons[1]),
        "tpa_a8_4_5: both answers look alike"
    );
}

#[tokio::test]
async fn b22_02_the_page_says_whether_the_bank_verified_who_asks() {
    let app = TestApp::start().await;
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let said = async || {
        let page = app.reach_question(&app.browser(), "ada", &request).await;
        let has = |words: &str| page.text().contains(words);
        (has("Verified by"), has("has not verified who this is"))
    };
    assert_eq!(said().await, (true, false));
    let tenant = app.tenant();
    let client = tenant.client(&app.bank.third_party.client_id).unwrap();
    let mut party = tenant.party_of(client).unwrap().clone();
    party.verified = false;
    app.provision(&[Entry::Party(party)]).await;
    assert_eq!(said().await, (false, true));
    change_client(&app, &app.bank.third_party.client_id, |client| {
        client.party = None;
        client.settings.organization_name = Some("Moneytrack BV, verified by everybody".to_owned());
    })
    .await;
    assert_eq!(
        said().await,
        (false, true),
        "what it says of itself proves nothing"
    );
}

#[tokio::test]
async fn b13_07_b12_22_the_policy_lets_the_answer_reach_the_client_and_nobody_frame_the_page() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let outside = [("redirect_uri", "http://127.0.0.1:9999/callback")];
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &outside);
    let page = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(200);
    assert_local_page(&page, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:9999"),
        "{policy}"
    );
    assert!(policy.contains("default-src 'none'"));
}

#[tokio::test]
async fn architecture_8_the_page_speaks_the_language_of_the_person() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[("ui_locales", "ar-EG en")]);
    let page = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(200);
    assert!(page.text().contains("lang=\"ar\" dir=\"rtl\""));
    assert!(page.text().contains("رصيد الحساب"));
    assert_eq!(page.header("content-language"), Some("ar"));
    code(&app.decide(&browser, &page, "approve").await);
    let records = app.records_of("ada").await;
    assert!(
        records
            .iter()
            .all(|record| record["consentContext"].is_object() || record["definition"]["locale"] == "ar")
    );
}

#[tokio::test]
async fn tpa_cn_10_a_part_can_be_chosen_and_openid_stays() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let page = app.reach_question(&browser, "ada", &request).await;
    let interaction = page.field("interaction").unwrap();
    let none = browser
        .submit(
            "/consent",
            &[("interaction", &interaction), ("decision", "approve_part")],
        )
        .await;
    assert_local_page(&none, 400);
    assert!(none.text().contains("Nothing was ticked"));
    let part = [
        ("interaction", interaction.as_str()),
        ("decision", "approve_part"),
        ("granted_scope", "accounts:balance"),
    ];
    let tokens = app
        .redeem(
            &app.bank.third_party,
            &code(&browser.submit("/consent", &part).await),
        )
        .await;
    assert_eq!(tokens.scope, "openid accounts:balance");
    assert!(tokens.refresh.is_none());
    let again = app.authorization(&app.bank.third_party, FULL_SCOPE, &[("prompt", "")]);
    let asked = app.reach_question(&browser, "ada", &again).await;
    assert_eq!(asked.status(), 200, "what was left out is asked for again");
}

#[tokio::test]
async fn tpa_cn_10_more_than_was_asked_is_refused_and_counted() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, "openid accounts:balance", &[]);
    let page = app.reach_question(&browser, "ada", &request).await;
    let interaction = page.field("interaction").unwrap();
    let more = [
        ("interaction", interaction.as_str()),
        ("decision", "approve_part"),
        ("granted_scope", "accounts:transactions"),
    ];
    for _ in 0..5 {
        assert_local_page(&browser.submit("/consent", &more).await, 400);
    }
    assert_local_page(&app.decide(&browser, &page, "approve").await, 410);
}

#[tokio::test]
async fn b01_22_b13_07_an_answer_of_another_site_counts_for_nothing() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let page = app.reach_question(&browser, "ada", &request).await;
    let interaction = page.field("interaction").unwrap();
    let fields = [("interaction", interaction.as_str()), ("decision", "approve")];
    let cookies = browser.cookies("127.0.0.1").join("; ");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "null"),
    ] {
        let forged = app
            .request(Method::POST, "/consent")
            .header("cookie", &cookies)
            .header(name, value)
            .form(&fields);
        assert_local_page(&forged.send().await, 403);
    }
    for odd in [("decision", ""), ("decision", "maybe")] {
        assert_local_page(
            &browser
                .submit("/consent", &[("interaction", &interaction), odd])
                .await,
            400,
        );
    }
    let twice = [
        ("interaction", interaction.as_str()),
        ("decision", "decline"),
        ("decision", "approve"),
    ];
    assert_local_page(&browser.submit("/consent", &twice).await, 400);
    code(&app.decide(&browser, &page, "approve").await);
}

#[tokio::test]
async fn tpa_ix_02_somebody_else_can_log_in_and_is_asked_themself() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let page = app.reach_question(&browser, "ada", &request).await;
    let switched = app.decide(&browser, &page, "switch").await;
    let login = app.land(&browser, switched).await.expect_status(200);
    assert!(login.text().contains("type=\"password\""));
    assert_local_page(&app.decide(&browser, &page, "approve").await, 410);
    let ben = app.bank.customers[1].clone();
    let interaction = login.field("interaction").unwrap();
    let fields = [
        ("interaction", interaction.as_str()),
        ("username", "ben"),
        ("password", &ben.password),
    ];
    let answer = browser.submit("/login", &fields).await;
    let question = app.land(&browser, answer).await.expect_status(200);
    assert!(question.text().contains("Logged in as ben"));
    code(&app.decide(&browser, &question, "approve").await);
    assert!(app.records_of("ada").await.is_empty());
    assert_eq!(app.records_of("ben").await.len(), 4);
}
