//! `acr_values`, two factors, and what the id token says of them.

use consentry_domain::{ClientId, DefinitionKey, tenant::MfaError};
use consentry_testkit::{Answer, Browser, FULL_SCOPE, Mailbox, TestApp};
use serde_json::{Value, json};

use super::{assert_refused, code, log_in};
use crate::back::support::claims;

const ADA: &str = "ada@example.com";

/// Opens a request of Moneytrack and goes as far as it goes.
async fn open(app: &TestApp, browser: &Browser<'_>, more: &[(&str, &str)]) -> Answer {
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, more);
    let opened = browser.open(&request).await;
    app.land(browser, opened).await
}

/// Logs in on the password page.
async fn by_password(app: &TestApp, browser: &Browser<'_>, page: &Answer) -> Answer {
    assert!(page.text().contains("type=\"password\""), "{}", page.text());
    let interaction = page.field("interaction").unwrap();
    let fields = [
        ("interaction", interaction.as_str()),
        ("username", "ada"),
        ("password", app.bank.customers[0].password.as_str()),
    ];
    let answer = browser.submit("/login", &fields).await.expect_status(303);
    app.land(browser, answer).await
}

/// Asks for a code on the page that offers one, and types it.
async fn by_code(
    app: &TestApp,
    browser: &Browser<'_>,
    page: &Answer,
    (mails, nth): (&Mailbox, usize),
) -> Answer {
    assert!(page.text().contains("Send me a code"), "{}", page.text());
    let interaction = page.field("interaction").unwrap();
    let username = page.field("username").filter(|name| !name.is_empty());
    let username = username.unwrap_or_else(|| "ada".to_owned());
    let fields = [
        ("interaction", interaction.as_str()),
        ("username", username.as_str()),
    ];
    let _sent = browser.submit("/login/code", &fields).await.expect_status(303);
    let code = mails.code(ADA, nth).await;
    let fields = [("interaction", interaction.as_str()), ("code", code.as_str())];
    let answer = browser
        .submit("/login/code/entry", &fields)
        .await
        .expect_status(303);
    app.land(browser, answer).await
}

/// What the id token says once the question was approved.
async fn approved(app: &TestApp, browser: &Browser<'_>, question: &Answer) -> Value {
    let back = app.decide(browser, question, "approve").await;
    let tokens = app.redeem(&app.bank.third_party, &code(&back)).await;
    claims(tokens.id.as_deref().unwrap())
}

fn is_question(page: &Answer) -> bool {
    page.status() == 200 && page.text().contains("name=\"decision\"")
}

#[tokio::test]
async fn tpa_fl_02_acr_values_choose_how_people_sign_in() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let page = open(
        &app,
        &browser,
        &[("acr_values", "unknown urn:consentry:email_code")],
    )
    .await;
    assert!(!page.text().contains("type=\"password\""));
    let question = by_code(&app, &browser, &page, (&mails, 1)).await;
    assert!(is_question(&question));
    let said = approved(&app, &browser, &question).await;
    assert_eq!(said["acr"], "urn:consentry:email_code");
    assert_eq!(said["amr"], json!(["otp"]));
    assert_eq!(said["auth_time"], app.now().as_seconds());
    // A session by code is not one by password, and the other way round.
    let page = open(&app, &browser, &[("acr_values", "urn:consentry:password")]).await;
    assert_eq!(page.field("username").as_deref(), Some("ada"));
    let question = by_password(&app, &browser, &page).await;
    let said = approved(&app, &browser, &question).await;
    assert_eq!(said["acr"], "urn:consentry:password");
    // Unknown ones change nothing and are not told (B13-04).
    let question = open(&app, &browser, &[("acr_values", "urn:other:gold phone_number")]).await;
    assert!(is_question(&question));
    assert_eq!(approved(&app, &browser, &question).await.get("acr"), None);
}

#[tokio::test]
async fn tpa_a14_two_factors_are_a_password_and_a_code_of_the_same_person() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let mfa = [("acr_values", "mfa")];
    let page = open(&app, &browser, &mfa).await;
    let second = by_password(&app, &browser, &page).await;
    assert!(second.text().contains("One more step"), "{}", second.text());
    assert_eq!(second.field("username").as_deref(), Some("ada"));
    let question = by_code(&app, &browser, &second, (&mails, 1)).await;
    assert!(is_question(&question));
    let said = approved(&app, &browser, &question).await;
    assert_eq!(said["acr"], "mfa");
    assert_eq!(said["amr"], json!(["pwd", "otp", "mfa"]));
    // It holds for the session.
    assert!(is_question(&open(&app, &browser, &mfa).await));
    // Nobody brings the password of one person and the code of another.
    let other = app.browser();
    log_in(&app, &other, "ben").await;
    let second = open(&app, &other, &mfa).await;
    assert_eq!(second.field("username").as_deref(), Some("ben"));
    let interaction = second.field("interaction").unwrap();
    let fields = [("interaction", interaction.as_str()), ("username", "ada")];
    let _sent = other.submit("/login/code", &fields).await.expect_status(303);
    let code = mails.code(ADA, 2).await;
    let fields = [("interaction", interaction.as_str()), ("code", code.as_str())];
    let answer = other.submit("/login/code/entry", &fields).await;
    let page = app.land(&other, answer).await;
    assert!(!is_question(&page), "{}", page.text());
    assert!(page.text().contains("type=\"password\""));
    assert_eq!(page.field("username").as_deref(), Some("ada"), "ben is gone");
}

#[tokio::test]
async fn tpa_a14_a_client_or_scope_that_needs_two_factors_steps_up_a_session_with_one() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    app.configure(|tenant| {
        let scope = DefinitionKey::parse("accounts:transactions").unwrap();
        tenant.authorization.sign_in.second_factor_scopes = vec![scope];
    })
    .await;
    let browser = app.browser();
    log_in(&app, &browser, "ada").await;
    let one = app.authorization(&app.bank.third_party, "openid accounts:balance", &[]);
    let opened = browser.open(&one).await;
    assert!(is_question(&app.land(&browser, opened).await), "one is enough");
    let second = open(&app, &browser, &[]).await;
    assert!(second.text().contains("One more step"));
    let question = by_code(&app, &browser, &second, (&mails, 1)).await;
    assert_eq!(approved(&app, &browser, &question).await["acr"], "mfa");
    app.configure(|tenant| {
        let client = ClientId::parse(&app.bank.third_party.client_id).unwrap();
        tenant.authorization.sign_in.second_factor_scopes.clear();
        tenant.authorization.sign_in.second_factor_clients = vec![client];
    })
    .await;
    let browser = app.browser();
    log_in(&app, &browser, "ada").await;
    let opened = browser.open(&one).await;
    let second = app.land(&browser, opened).await;
    assert!(second.text().contains("One more step"));
    // Without a person nobody steps up.
    let opened = browser
        .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, &[("prompt", "none")]))
        .await;
    assert_refused(&opened, "login_required");
    app.configure(|tenant| tenant.authorization.mfa_error = MfaError::MfaRequired)
        .await;
    let opened = browser
        .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, &[("prompt", "none")]))
        .await;
    assert_refused(&opened, "mfa_required");
    let described = opened.location_parameter("error_description").unwrap();
    assert!(described.contains("email_code"), "{described}");
}

#[tokio::test]
async fn b13_18_an_essential_acr_is_reached_or_nothing_is_answered() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let gold = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
    let opened = browser
        .open(&app.authorization(&app.bank.third_party, FULL_SCOPE, &[("claims", gold)]))
        .await;
    assert_refused(&opened, "unmet_authentication_requirements");
    // Somebody whom no mail reaches has no second factor.
    let tenant = app.tenant();
    let person = consentry_ledger::provision::Person {
        aliases: vec![consentry_domain::subject::Alias::new(
            consentry_domain::subject::Namespace::Login,
            "carl",
        )],
        password: Some("carl's password".to_owned()),
        applications: tenant.applications.keys().copied().collect(),
        contact: None,
        profile: None,
    };
    app.provision_person(&person).await;
    let fields = [("username", "carl"), ("password", "carl's password")];
    let _answer = browser.submit("/login", &fields).await.expect_status(303);
    let two = r#"{"id_token":{"acr":{"essential":true,"value":"mfa"}}}"#;
    let refused = open(&app, &browser, &[("claims", two)]).await;
    assert_refused(&refused, "unmet_authentication_requirements");
    // What is only wished for is left out.
    let question = open(&app, &browser, &[("acr_values", "mfa")]).await;
    assert!(is_question(&question), "{}", question.text());
    let wished = r#"{"id_token":{"acr":{"values":["mfa"]}}}"#;
    assert!(is_question(&open(&app, &browser, &[("claims", wished)]).await));
}

#[tokio::test]
async fn b13_18_under_an_address_without_a_name_a_wish_for_a_passkey_is_passed_over_and_a_demand_refused() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.authorization.sign_in.passkey = true)
        .await;
    let browser = app.browser();
    let passkey = "urn:consentry:passkey";
    let asks_for_password = |page: Answer| page.status() == 200 && page.text().contains("type=\"password\"");
    let wish = [("acr_values", passkey)];
    assert!(asks_for_password(open(&app, &browser, &wish).await));
    let own = browser.open(&format!("/login?acr_values={passkey}")).await;
    assert!(asks_for_password(own));
    let demand = json!({ "id_token": { "acr": { "essential": true, "value": passkey } } }).to_string();
    let refused = open(&app, &browser, &[("claims", &demand)]).await;
    assert_refused(&refused, "unmet_authentication_requirements");
}

#[tokio::test]
async fn b13_18_under_an_address_without_a_name_a_passkey_is_no_second_factor() {
    let app = TestApp::start().await;
    app.configure(|tenant| {
        let sign_in = &mut tenant.authorization.sign_in;
        sign_in.passkey = true;
        sign_in.email_code = false;
        sign_in.second_factor_clients = vec![ClientId::parse(&app.bank.third_party.client_id).unwrap()];
    })
    .await;
    let browser = app.browser();
    let page = open(&app, &browser, &[]).await;
    assert!(page.text().contains("type=\"password\""), "{}", page.text());
    let refused = by_password(&app, &browser, &page).await;
    assert_refused(&refused, "unmet_authentication_requirements");
    app.configure(|tenant| tenant.authorization.mfa_error = MfaError::MfaRequired)
        .await;
    let refused = open(&app, &browser, &[]).await;
    assert_refused(&refused, "mfa_required");
    assert!(!refused.text().contains("passkey"), "{}", refused.text());
}

#[tokio::test]
async fn b13_03_tpa_cn_05_fresh_means_both_factors() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let mfa = [("acr_values", "mfa")];
    let page = open(&app, &browser, &mfa).await;
    let second = by_password(&app, &browser, &page).await;
    assert!(is_question(&by_code(&app, &browser, &second, (&mails, 1)).await));
    app.pass(400);
    for more in [
        [("acr_values", "mfa"), ("prompt", "login consent")],
        [("acr_values", "mfa"), ("max_age", "300")],
        [("acr_values", "mfa"), ("max_age", "0")],
    ] {
        let page = open(&app, &browser, &more).await;
        let second = by_password(&app, &browser, &page).await;
        assert!(
            second.text().contains("One more step"),
            "{more:?}: {}",
            second.text()
        );
        let nth = mails.codes(ADA).len() + 1;
        let question = by_code(&app, &browser, &second, (&mails, nth)).await;
        assert!(is_question(&question), "{more:?}");
        let said = approved(&app, &browser, &question).await;
        assert_eq!(said["auth_time"], app.now().as_seconds(), "{more:?}");
        assert_eq!(said["acr"], "mfa");
        app.pass(400);
    }
    // What was proved long ago is not told as if it were new.
    let page = open(&app, &browser, &[("max_age", "300")]).await;
    let question = by_password(&app, &browser, &page).await;
    assert_eq!(approved(&app, &browser, &question).await["amr"], json!(["pwd"]));
}

#[tokio::test]
async fn b03_10_discovery_names_the_values_that_can_be_reached() {
    let app = TestApp::start().await;
    let named = || async {
        let document = app.get("/cis/oidc/.well-known/openid-configuration").await.json();
        document["acr_values_supported"].clone()
    };
    let all = named().await;
    assert!(all.as_array().unwrap().contains(&json!("mfa")), "{all}");
    app.configure(|tenant| tenant.authorization.sign_in.email_code = false)
        .await;
    let fewer = named().await;
    assert!(!fewer.as_array().unwrap().contains(&json!("mfa")), "{fewer}");
    assert!(
        fewer
            .as_array()
            .unwrap()
            .contains(&json!("urn:consentry:password"))
    );
}
