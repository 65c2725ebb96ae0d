//! The main job from end to end, through the doors: ask, record, prove, enforce, take back.

use consentry_ledger::verify::Verdict;
use consentry_testkit::{FULL_SCOPE, TestApp};

#[tokio::test]
async fn the_story_approve_use_stop_and_be_refused_at_once() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let client = app.bank.third_party.clone();
    let question = app
        .reach_question(&browser, "ada", &app.authorization(&client, FULL_SCOPE, &[]))
        .await
        .expect_status(200);
    for words in [
        "Moneytrack",
        "Account balance",
        "Transactions",
        "22 December 2026",
    ] {
        assert!(
            question.text().contains(words),
            "{words} is missing from {}",
            question.text()
        );
    }
    let back = app
        .decide(&browser, &question, "approve")
        .await
        .expect_status(303);
    assert_eq!(back.location_parameter("state").as_deref(), Some("st-51"));
    assert_eq!(
        back.location_parameter("iss").as_deref(),
        Some("http://127.0.0.1:8080/cis/oidc")
    );
    let tokens = app
        .redeem(&client, &back.location_parameter("code").unwrap())
        .await;
    assert_eq!(tokens.scope, FULL_SCOPE);
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    assert_eq!(app.userinfo(&tokens.access).await, 200);

    let stopped = app.stop_sharing("ada").await.expect_status(200);
    assert!(stopped.text().contains("has stopped"), "{}", stopped.text());

    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    assert_eq!(app.userinfo(&tokens.access).await, 401);
    let refused = app
        .refresh(&client, &tokens.refresh.unwrap())
        .await
        .expect_status(400)
        .json();
    assert_eq!(refused["error"], "invalid_grant");
    let verdict = app.ledger.verify(&app.tenant()).await.unwrap();
    assert!(
        matches!(verdict, Verdict::Sound { unreadable: 0, .. }),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn tpa_fl_08_declining_leads_back_with_the_documented_words() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let client = app.bank.third_party.clone();
    let question = app
        .reach_question(&browser, "ada", &app.authorization(&client, FULL_SCOPE, &[]))
        .await;
    let back = app
        .decide(&browser, &question, "decline")
        .await
        .expect_status(303);
    let location = back.header("location").unwrap();
    assert!(location.contains("error=access_denied"), "{location}");
    assert!(
        location.contains("error_description=User%20denied%20consent%20to%20requested%20scope"),
        "{location}"
    );
    assert_eq!(back.location_parameter("state").as_deref(), Some("st-51"));
    assert!(back.location_parameter("code").is_none());
    assert!(app.records_of("ada").await.is_empty());
}

#[tokio::test]
async fn tpa_fl_04_the_first_partys_own_page_gives_the_same_thread() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let client = app.bank.external.clone();
    let sent = app
        .reach_question(&browser, "ada", &app.authorization(&client, FULL_SCOPE, &[]))
        .await
        .expect_status(303);
    let location = sent.location();
    assert!(
        location
            .as_str()
            .starts_with("http://localhost:8080/demo/bank/consent?for=pennywise&"),
        "{location}"
    );
    let asked: Vec<String> = location
        .query_pairs()
        .filter(|(name, _)| name == "requested_scope")
        .map(|(_, value)| value.into_owned())
        .collect();
    assert_eq!(asked.join(" "), FULL_SCOPE);
    let interaction = sent.location_parameter("src_interaction").unwrap();
    let callback = format!("/cis/auth/consent/callback?src_interaction={interaction}&approved=true");
    let back = browser.open(&callback).await.expect_status(303);
    let tokens = app
        .redeem(&client, &back.location_parameter("code").unwrap())
        .await;
    assert_eq!(app.introspect(&tokens.access).await["scope"], FULL_SCOPE);
    let _over = browser.open(&callback).await.expect_status(410);
}
