//! When is the person asked? (A.6), and what `prompt`, `max_age` and hints do.

use consentry_domain::{Lifetime, tenant::PromptConsent};
use consentry_testkit::{FULL_SCOPE, TestApp};

use super::{application, approved, assert_refused, change_client, code, register_with};

const BALANCE: &str = "openid accounts:balance";

/// Parameters of a request that asks for nothing special.
const PLAIN: (&str, &str) = ("prompt", "");

#[tokio::test]
async fn tpa_cn_01_a_covering_consent_is_used_silently_until_the_second_it_expires() {
    let app = TestApp::start().await;
    let browser = app.browser();
    change_client(&app, "moneytrack", |client| {
        client.consent_validity = Some(Lifetime::days(1));
    })
    .await;
    approved(&app, &browser, BALANCE).await;
    let request = app.authorization(&app.bank.third_party, BALANCE, &[PLAIN]);
    let silent = browser.open(&request).await;
    let tokens = app.redeem(&app.bank.third_party, &code(&silent)).await;
    assert_eq!(tokens.scope, BALANCE);
    assert_eq!(silent.location_parameter("iss").as_deref(), Some(super::ISSUER));
    app.pass(86_399);
    code(&browser.open(&request).await);
    app.pass(1);
    let asked = browser.open(&request).await;
    let asked = app.land(&browser, asked).await.expect_status(200);
    assert!(asked.field("interaction").is_some());
}

#[tokio::test]
async fn tpa_cn_02_tpa_cn_10_more_than_was_granted_is_asked_for_whole() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, BALANCE).await;
    let wider = app.authorization(
        &app.bank.third_party,
        "openid accounts:balance accounts:transactions",
        &[PLAIN],
    );
    let question = app
        .reach_question(&browser, "ada", &wider)
        .await
        .expect_status(200);
    for words in ["Account balance", "Transactions", "Know that it is you"] {
        assert!(question.text().contains(words), "{words}");
    }
}

#[tokio::test]
async fn tpa_cn_03_prompt_consent_asks_every_time_or_only_if_required() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, BALANCE).await;
    let request = app.authorization(&app.bank.third_party, BALANCE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    assert_eq!(question.status(), 200);
    change_client(&app, "moneytrack", |client| {
        client.prompt_consent = Some(PromptConsent::IfRequired);
    })
    .await;
    code(&browser.open(&request).await);
}

#[tokio::test]
async fn tpa_cn_04_prompt_none_never_shows_a_page() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let none = app.authorization(&app.bank.third_party, BALANCE, &[("prompt", "none")]);
    assert_refused(&browser.open(&none).await, "login_required");
    let external = app.authorization(&app.bank.external, BALANCE, &[("prompt", "none")]);
    approved(&app, &browser, "openid").await;
    assert_refused(&browser.open(&none).await, "consent_required");
    assert_refused(&browser.open(&external).await, "consent_required");
    approved(&app, &browser, BALANCE).await;
    code(&browser.open(&none).await);
    app.pass(100);
    let aged = app.authorization(
        &app.bank.third_party,
        BALANCE,
        &[("prompt", "none"), ("max_age", "99")],
    );
    assert_refused(&browser.open(&aged).await, "login_required");
}

#[tokio::test]
async fn tpa_cn_05_b13_02_prompt_login_and_max_age_ask_for_the_password_again() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, BALANCE).await;
    app.pass(100);
    for (more, asks) in [
        (("prompt", "login"), true),
        (("max_age", "0"), true),
        (("max_age", "99"), true),
        (("max_age", "100"), false),
        (("max_age", "86400"), false),
    ] {
        let request = app.authorization(&app.bank.third_party, BALANCE, &[PLAIN, more]);
        let opened = browser.open(&request).await;
        let landed = app.land(&browser, opened).await;
        assert_eq!(
            landed.status() == 200 && landed.field("password").is_none(),
            asks,
            "{more:?}: {}",
            landed.status()
        );
        if asks {
            assert!(landed.text().contains("type=\"password\""), "{more:?}");
            let reloaded = browser
                .open(&format!(
                    "/cis/oidc/auth/{}",
                    landed.field("interaction").unwrap()
                ))
                .await;
            assert!(
                reloaded.text().contains("type=\"password\""),
                "a reload does not get around it"
            );
        }
    }
    let request = app.authorization(&app.bank.third_party, BALANCE, &[("prompt", "login")]);
    let back = app.reach_question(&browser, "ada", &request).await;
    let tokens = app.redeem(&app.bank.third_party, &code(&back)).await;
    let id = claims(&tokens.id.unwrap());
    assert_eq!(id["auth_time"], app.now().as_seconds(), "b13_03");
    assert_eq!(id["amr"][0], "pwd");
}

#[tokio::test]
async fn tpa_cn_05_prompt_login_consent_does_both() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, BALANCE).await;
    let request = app.authorization(&app.bank.third_party, BALANCE, &[("prompt", "login consent")]);
    let opened = browser.open(&request).await;
    let login = app.land(&browser, opened).await;
    assert!(login.text().contains("type=\"password\""));
    assert_eq!(
        login.field("username").as_deref(),
        Some("ada"),
        "who was logged in is filled in"
    );
    let question = app.reach_question(&browser, "ada", &request).await;
    assert!(question.text().contains("Account balance"));
    code(&app.decide(&browser, &question, "approve").await);
}

#[tokio::test]
async fn tpa_cn_06_offline_access_is_dropped_without_prompt_consent() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[PLAIN]);
    let question = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(200);
    let back = app.decide(&browser, &question, "approve").await;
    let tokens = app.redeem(&app.bank.third_party, &code(&back)).await;
    assert_eq!(tokens.scope, "openid accounts:balance accounts:transactions");
    assert!(tokens.refresh.is_none());
    approved(&app, &browser, FULL_SCOPE).await;
    let silent = browser.open(&request).await;
    let tokens = app.redeem(&app.bank.third_party, &code(&silent)).await;
    assert!(
        tokens.refresh.is_some(),
        "a standing consent of a confidential client is enough"
    );
}

#[tokio::test]
async fn tpa_cn_07_another_person_or_client_is_asked_anew() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, BALANCE).await;
    let other_client = app.authorization(&app.bank.external, BALANCE, &[PLAIN]);
    let sent = browser.open(&other_client).await;
    let sent = app.land(&browser, sent).await;
    assert_eq!(sent.location().path(), "/demo/bank/consent");
    let bens = app.browser();
    let request = app.authorization(&app.bank.third_party, BALANCE, &[PLAIN]);
    let question = app.reach_question(&bens, "ben", &request).await;
    assert!(question.field("interaction").is_some());
}

#[tokio::test]
async fn tpa_cn_08_a_renamed_client_is_asked_about_again() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, BALANCE).await;
    change_client(&app, "moneytrack", |client| {
        client.name = "Moneytrack Plus".to_owned();
    })
    .await;
    let request = app.authorization(&app.bank.third_party, BALANCE, &[PLAIN]);
    let question = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(200);
    assert!(question.text().contains("Moneytrack Plus"));
    code(&app.decide(&browser, &question, "approve").await);
    code(&browser.open(&request).await);
}

#[tokio::test]
async fn tpa_fl_03_who_is_no_user_of_the_application_gets_access_denied() {
    let app = TestApp::start().await;
    let browser = app.browser();
    register_with(&app, "ada", Vec::new()).await;
    let request = app.authorization(&app.bank.third_party, BALANCE, &[]);
    let back = app.reach_question(&browser, "ada", &request).await;
    assert_refused(&back, "access_denied");
    let description = back.location_parameter("error_description");
    assert_eq!(
        description.as_deref(),
        Some("User is not registered for this application")
    );
    assert_refused(&browser.open(&request).await, "access_denied");
    register_with(&app, "ada", vec![application(&app)]).await;
    assert_eq!(app.reach_question(&browser, "ada", &request).await.status(), 200);
}

#[tokio::test]
async fn tpa_a6_a_first_partys_client_is_granted_silently() {
    let app = TestApp::start().await;
    let browser = app.browser();
    approved(&app, &browser, "openid").await;
    let own = [("redirect_uri", "http://127.0.0.1:9999/callback")];
    let request = app.authorization(&app.bank.first_party, BALANCE, &own);
    let back = browser.open(&request).await;
    assert!(
        back.location()
            .as_str()
            .starts_with("http://127.0.0.1:9999/callback?code=cd_")
    );
}

#[tokio::test]
async fn b13_05_b13_06_a_hint_admits_only_the_person_it_names() {
    let app = TestApp::start().await;
    let (ada, ben) = (app.browser(), app.browser());
    let first = approved(&app, &ada, BALANCE).await;
    let hint = app.redeem(&app.bank.third_party, &first).await.id.unwrap();
    let none = app.authorization(
        &app.bank.third_party,
        BALANCE,
        &[("prompt", "none"), ("id_token_hint", &hint)],
    );
    code(&ada.open(&none).await);
    app.pass(3_601);
    code(&ada.open(&none).await);
    let plain = app.authorization(&app.bank.third_party, BALANCE, &[PLAIN]);
    let question = app.reach_question(&ben, "ben", &plain).await;
    code(&app.decide(&ben, &question, "approve").await);
    assert_refused(&ben.open(&none).await, "login_required");
    let hinted = app.authorization(&app.bank.third_party, BALANCE, &[PLAIN, ("id_token_hint", &hint)]);
    assert_refused(&app.reach_question(&ben, "ben", &hinted).await, "login_required");
    let foreign = app.authorization(&app.bank.external, BALANCE, &[PLAIN, ("id_token_hint", &hint)]);
    assert_refused(&ada.open(&foreign).await, "invalid_request");
    let sub = claims(&hint)["sub"].as_str().unwrap().to_owned();
    let demanded = format!("{{\"id_token\":{{\"sub\":{{\"value\":\"{sub}\"}}}}}}");
    let by_claims = app.authorization(
        &app.bank.third_party,
        BALANCE,
        &[("prompt", "none"), ("claims", &demanded)],
    );
    code(&ada.open(&by_claims).await);
    assert_refused(&ben.open(&by_claims).await, "login_required");
}

/// The claims of a token of ours, read without looking at its signature.
fn claims(token: &str) -> serde_json::Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&consentry_jose::encoding::decode(payload).unwrap()).unwrap()
}
