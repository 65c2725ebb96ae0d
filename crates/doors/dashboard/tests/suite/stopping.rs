//! Stopping: in two presses, once, at once everywhere (B1, B5).

use consentry_ledger::provision::Entry;
use consentry_testkit::{FULL_SCOPE, TestApp};

use crate::world::{ADA, about, connect, list, operator, session};

/// Ada's session and the id of her only connection.
async fn at_the_list(app: &TestApp) -> (String, String) {
    let session = session(app, ADA).await;
    let id = list(app, &session).await.field("id").unwrap();
    (session, id)
}

#[tokio::test]
async fn dsh_b1_two_presses_and_the_first_changes_nothing() {
    let app = TestApp::start().await;
    let tokens = connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let question = about(&app, "/embed/stop", &session, &id).await.expect_status(200);
    for words in [
        "Stop sharing with Moneytrack?",
        "This ends now, for all of your accounts:",
        "Account balance",
        "Data that Moneytrack already has stays with it",
        "https://moneytrack.example/privacy",
        "Moneytrack may stop working for you.",
        "action=\"/embed/stop/confirm\"",
        "Go back",
    ] {
        assert!(
            question.text().contains(words),
            "{words} is missing in {}",
            question.text()
        );
    }
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    let done = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(
        done.text()
            .contains("Sharing with Moneytrack has stopped. 22 November 2026 at "),
        "{}",
        done.text()
    );
    assert!(done.text().contains("role=\"status\""));
    assert!(
        done.text()
            .contains(&format!("data-host=\"consent-revoked\" data-id=\"{id}\""))
    );
}

#[tokio::test]
async fn dsh_b1_both_answers_weigh_the_same() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let question = about(&app, "/embed/stop", &session, &id).await.expect_status(200);
    let choices = question
        .text()
        .split("class=\"choices\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    assert_eq!(
        choices
            .matches("<button class=\"button\" type=\"submit\">")
            .count(),
        2,
        "{choices}"
    );
    assert_eq!(choices.matches("<button").count(), 2);
}

#[tokio::test]
async fn dsh_b5_from_the_answer_on_every_token_is_dead() {
    let app = TestApp::start().await;
    let tokens = connect(&app).await;
    let client = app.bank.third_party.clone();
    let browser = app.browser();
    let authorization = app.authorization(&client, consentry_testkit::FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &authorization).await;
    let back = app.decide(&browser, &question, "approve").await;
    let unused_code = back.location_parameter("code").unwrap();
    let (session, id) = at_the_list(&app).await;
    let _done = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    assert_eq!(app.userinfo(&tokens.access).await, 401);
    let refused = app
        .refresh(&client, tokens.refresh.as_deref().unwrap())
        .await
        .expect_status(400);
    assert_eq!(refused.json()["error"], "invalid_grant");
    let refused = app.try_redeem(&client, &unused_code).await.expect_status(400);
    assert_eq!(refused.json()["error"], "invalid_grant");
    for record in app.records_of("ada").await {
        assert_eq!(record["status"], "revoked", "{record}");
    }
}

#[tokio::test]
async fn dsh_b5_a_refresh_beside_the_answer_leaves_nothing_alive() {
    for _ in 0..8 {
        let app = TestApp::start().await;
        let tokens = connect(&app).await;
        let client = app.bank.third_party.clone();
        let refresh = tokens.refresh.as_deref().unwrap();
        let (session, id) = at_the_list(&app).await;
        let (done, refreshed) = tokio::join!(
            about(&app, "/embed/stop/confirm", &session, &id),
            app.refresh(&client, refresh)
        );
        let _done = done.expect_status(200);
        let mut last = refresh.to_owned();
        if refreshed.status() == 200 {
            let fresh = refreshed.json();
            let access = fresh["access_token"].as_str().unwrap();
            assert_eq!(app.introspect(access).await["active"], false);
            last = fresh["refresh_token"].as_str().unwrap_or(refresh).to_owned();
        }
        assert_eq!(app.introspect(&tokens.access).await["active"], false);
        let refused = app.refresh(&client, &last).await.expect_status(400);
        assert_eq!(refused.json()["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn dsh_b5_a_second_press_or_a_reload_changes_nothing_and_says_the_same() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let first = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    let events = events(&app).await;
    app.pass(60);
    let again = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert_eq!(self::events(&app).await, events, "no second event");
    let said = |page: &str| {
        page.split("data-announce=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(said(first.text()), said(again.text()));
    let question = about(&app, "/embed/stop", &session, &id).await.expect_status(200);
    assert!(
        question
            .text()
            .contains("Sharing with Moneytrack was already over.")
    );
    assert!(!question.text().contains("action=\"/embed/stop/confirm\""));
}

#[tokio::test]
async fn dsh_b5_a_double_click_is_one_decision() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let before = events(&app).await;
    let press = || about(&app, "/embed/stop/confirm", &session, &id);
    let (one, two) = tokio::join!(press(), press());
    for page in [one, two] {
        assert!(
            page.expect_status(200)
                .text()
                .contains("Sharing with Moneytrack has stopped.")
        );
    }
    // One decision, four consents revoked, one agreement ended.
    assert_eq!(events(&app).await - before, 6);
}

#[tokio::test]
async fn dsh_c2_what_ended_by_time_is_not_stopped_afterwards() {
    let app = TestApp::start().await;
    connect(&app).await;
    app.pass(30 * 86_400);
    let (session, id) = at_the_list(&app).await;
    let before = events(&app).await;
    let page = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(
        page.text()
            .contains("Sharing with Moneytrack was already over. 22 December 2026"),
        "{}",
        page.text()
    );
    assert_eq!(events(&app).await, before);
}

#[tokio::test]
async fn dsh_b5_connecting_again_makes_a_new_connection() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let _done = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    app.pass(1);
    connect(&app).await;
    let (_, new) = at_the_list(&app).await;
    assert_ne!(new, id);
    let list = list(&app, &session).await;
    assert!(list.text().contains("No longer has access") && list.text().contains("Has access"));
}

#[tokio::test]
async fn dsh_b5_going_back_leads_where_the_question_was_asked() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let from_list = about(&app, "/embed/stop", &session, &id).await;
    assert!(from_list.text().contains("action=\"/embed/connections\""));
    let fields = [
        ("session", session.as_str()),
        ("id", id.as_str()),
        ("from", "connection"),
    ];
    let from_detail = app.post_embedded("/embed/stop", &fields).await.expect_status(200);
    assert!(from_detail.text().contains("action=\"/embed/connection\""));
    assert!(!from_detail.text().contains("action=\"/embed/connections\""));
}

#[tokio::test]
async fn dsh_b3_b5_two_connections_of_one_app_stand_together_and_end_separately() {
    let app = TestApp::start().await;
    let client = app.bank.third_party.clone();
    let resource = app.bank.resource_api.clone();
    let mut registered =
        consentry_domain::client::Client::clone(app.tenant().client(&client.client_id).unwrap());
    registered.resources = vec![resource.clone()];
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::Client(registered)])
        .await
        .unwrap();
    connect(&app).await;
    let browser = app.browser();
    let more = [("resource", resource.as_str())];
    let question = app
        .reach_question(&browser, "ada", &app.authorization(&client, FULL_SCOPE, &more))
        .await;
    let _back = app
        .decide(&browser, &question, "approve")
        .await
        .expect_status(303);
    let session = session(&app, ADA).await;
    let both = list(&app, &session).await;
    assert!(
        both.text().contains("2 connections, each ends by itself"),
        "{}",
        both.text()
    );
    assert!(both.text().contains("1 app can see data."));
    let id = both.field("id").unwrap();
    let one = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(one.text().contains("1 app can see data."), "{}", one.text());
    assert!(!one.text().contains("each ends by itself"));
}

/// How many events the ledger holds.
async fn events(app: &TestApp) -> u64 {
    use consentry_ledger::verify::Verdict;
    match app.ledger.verify(&app.tenant()).await.unwrap() {
        Verdict::Sound { events, .. } => events,
        broken @ Verdict::Broken { .. } => panic!("{broken:?}"),
    }
}
