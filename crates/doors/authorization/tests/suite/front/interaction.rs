//! Interactions: bindings, lifetimes, single use (A.7).

use consentry_ledger::verify::Verdict;
use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;

use super::{assert_local_page, assert_refused, at_consent_uri, change_client, code, register_with};

#[tokio::test]
async fn tpa_ix_01_one_cookie_per_interaction_named_after_it_and_gone_with_the_answer() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let opened = browser.open(&request).await;
    let handle = opened.location().path().rsplit('/').next().unwrap().to_owned();
    assert!(handle.starts_with("ix_") && handle.len() == 3 + 43, "{handle}");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, handle.as_bytes());
    let mark: String = hash.as_ref()[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let set: Vec<&str> = opened
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    let own = set
        .iter()
        .find(|line| line.starts_with(&format!("cst_ix_{mark}=")))
        .unwrap();
    assert!(own.contains("; Path=/; HttpOnly; SameSite=Lax"), "{own}");
    assert!(
        !own.contains(&handle[3..]),
        "the cookie is another secret than the handle"
    );
    let question = app.reach_question(&browser, "ada", &request).await;
    let back = app.decide(&browser, &question, "approve").await;
    assert!(back.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn tpa_ix_01_at_most_ten_live_interactions_of_a_browser_the_oldest_goes() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let mut opened = Vec::new();
    for _ in 0..11 {
        opened.push(browser.open(&request).await);
        app.pass(1);
    }
    let mut statuses = Vec::new();
    for answer in &opened {
        statuses.push(browser.follow(answer).await.status());
    }
    assert_eq!(statuses, [&[410_u16][..], &[200; 10]].concat());
    let other = app.browser();
    let elsewhere = other.open(&request).await;
    assert_eq!(other.follow(&elsewhere).await.status(), 200);
    assert_eq!(
        browser.follow(&opened[1]).await.status(),
        200,
        "another browser does not count"
    );
}

#[tokio::test]
async fn tpa_cn_11_parallel_tabs_both_come_to_their_answer() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let first = app.reach_question(&browser, "ada", &request).await;
    let second = app.reach_question(&browser, "ada", &request).await;
    let (one, other) = (
        app.decide(&browser, &second, "approve").await,
        app.decide(&browser, &first, "approve").await,
    );
    assert_ne!(code(&one), code(&other));
    for code in [code(&one), code(&other)] {
        app.redeem(&app.bank.third_party, &code).await;
    }
}

#[tokio::test]
async fn tpa_ix_02_a_question_outlives_no_change_of_the_person() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let ben = app.bank.customers[1].clone();
    let logged_in = [("username", ben.username.as_str()), ("password", &ben.password)];
    let _logged_in = browser.submit("/login", &logged_in).await.expect_status(303);
    assert_local_page(&app.decide(&browser, &question, "approve").await, 403);
    let page = browser
        .open(&format!(
            "/cis/oidc/auth/{}",
            question.field("interaction").unwrap()
        ))
        .await;
    assert_local_page(&page, 403);
}

#[tokio::test]
async fn tpa_ix_02_logging_in_again_as_the_same_person_leaves_open_questions_answerable() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let again = app.authorization(&app.bank.third_party, FULL_SCOPE, &[("prompt", "login consent")]);
    app.reach_question(&browser, "ada", &again)
        .await
        .expect_status(200)
        .field("interaction")
        .unwrap();
    code(&app.decide(&browser, &question, "approve").await);
}

#[tokio::test]
async fn tpa_ix_03_nothing_is_read_from_the_browser_again() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    let callback = format!(
        "/cis/auth/consent/callback?src_interaction={handle}&approved=true&scope=openid&redirect_uri=https%3A%2F%2Fevil.example&state=x"
    );
    let back = browser.open(&callback).await;
    assert!(
        back.location()
            .as_str()
            .starts_with("http://127.0.0.1:8080/demo/pennywise/callback?code="),
        "tpa_cb_03"
    );
    assert_eq!(back.location_parameter("state").as_deref(), Some("st-51"));
    let tokens = app.redeem(&app.bank.external, &code(&back)).await;
    assert_eq!(tokens.scope, FULL_SCOPE);
}

#[tokio::test]
async fn tpa_ix_04_what_changed_while_the_page_was_open_is_looked_at_again() {
    let app = TestApp::start().await;
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);

    let browser = app.browser();
    let question = app.reach_question(&browser, "ada", &request).await;
    let allowed = app.tenant().client("moneytrack").unwrap().allowed_scopes.clone();
    let fewer = allowed.filter(|scope| scope.as_str() != "accounts:transactions");
    change_client(&app, "moneytrack", |client| client.allowed_scopes = fewer).await;
    assert_refused(&app.decide(&browser, &question, "approve").await, "invalid_scope");
    change_client(&app, "moneytrack", |client| client.allowed_scopes = allowed).await;

    let question = app.reach_question(&browser, "ada", &request).await;
    let registered = app.tenant().client("moneytrack").unwrap().redirect_uris.clone();
    let other = vec!["https://moneytrack.example/other".to_owned()];
    change_client(&app, "moneytrack", |client| client.redirect_uris = other).await;
    assert_local_page(&app.decide(&browser, &question, "approve").await, 400);
    change_client(&app, "moneytrack", |client| client.redirect_uris = registered).await;

    let application = super::application(&app);
    register_with(&app, "ada", Vec::new()).await;
    assert_local_page(&app.decide(&browser, &question, "approve").await, 400);
    register_with(&app, "ada", vec![application]).await;
    code(&app.decide(&browser, &question, "approve").await);
}

#[tokio::test]
async fn tpa_cl_06_a_question_of_a_client_that_is_switched_off_is_over_for_good() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    change_client(&app, "moneytrack", |client| client.enabled = false).await;
    assert_local_page(&app.decide(&browser, &question, "approve").await, 400);
    change_client(&app, "moneytrack", |client| client.enabled = true).await;
    assert_local_page(&app.decide(&browser, &question, "approve").await, 400);
    app.pass(1);
    let asked_again = app.reach_question(&browser, "ada", &request).await;
    code(&app.decide(&browser, &asked_again, "approve").await);
}

#[tokio::test]
async fn tpa_ix_05_of_two_simultaneous_answers_one_wins() {
    for seed in 1..=6 {
        let app = TestApp::start_seeded(seed).await;
        let browser = app.browser();
        let handle = at_consent_uri(&app, &browser).await;
        let callback =
            |approved| format!("/cis/auth/consent/callback?src_interaction={handle}&approved={approved}");
        let (yes, no) = (callback(true), callback(false));
        let (yes, no) = tokio::join!(browser.open(&yes), browser.open(&no));
        let mut statuses = [yes.status(), no.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
        let records = app.records_of("ada").await;
        let accepted = records
            .iter()
            .filter(|record| record["status"] == "accepted")
            .count();
        assert_eq!(accepted, if yes.status() == 303 { 4 } else { 0 });
    }
}

#[tokio::test]
async fn tpa_a7_a_question_lives_600_seconds_and_the_login_stage_1800() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let late = app.reach_question(&browser, "ada", &request).await;
    app.pass(599);
    code(&app.decide(&browser, &question, "approve").await);
    app.pass(1);
    assert_local_page(&app.decide(&browser, &late, "approve").await, 410);

    let fresh = app.browser();
    let opened = fresh.open(&request).await;
    let login = fresh.follow(&opened).await;
    app.pass(1_799);
    assert_eq!(fresh.follow(&opened).await.status(), 200);
    app.pass(1);
    assert_local_page(&fresh.follow(&opened).await, 410);
    let ada = app.bank.customers[0].clone();
    let interaction = login.field("interaction").unwrap();
    let fields = [
        ("interaction", interaction.as_str()),
        ("username", "ada"),
        ("password", &ada.password),
    ];
    assert_local_page(&fresh.submit("/login", &fields).await, 410);
}

#[tokio::test]
async fn tpa_a8_3_another_browser_cannot_go_on_with_an_interaction() {
    let app = TestApp::start().await;
    let (browser, other) = (app.browser(), app.browser());
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let opened = browser.open(&request).await;
    assert_local_page(&other.follow(&opened).await, 403);
    let login = browser.follow(&opened).await;
    let ada = app.bank.customers[0].clone();
    let interaction = login.field("interaction").unwrap();
    let fields = [
        ("interaction", interaction.as_str()),
        ("username", "ada"),
        ("password", &ada.password),
    ];
    assert_local_page(&other.submit("/login", &fields).await, 403);
    let question = app.reach_question(&browser, "ada", &request).await;
    assert_eq!(app.reach_question(&other, "ada", &request).await.status(), 200);
    assert_local_page(&app.decide(&other, &question, "approve").await, 403);
    code(&app.decide(&browser, &question, "approve").await);
}

#[tokio::test]
async fn tpa_ix_06_a_refused_handle_appears_in_no_answer() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let handle = at_consent_uri(&app, &browser).await;
    for approved in ["true", "true"] {
        let callback = format!("/cis/auth/consent/callback?src_interaction={handle}&approved={approved}");
        let answer = app.request(Method::GET, &callback).send().await;
        assert!(!answer.text().contains(&handle), "{}", answer.text());
    }
}

#[tokio::test]
async fn tpa_ix_05_a_replayed_answer_is_over_and_gives_no_second_code() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let interaction = question.field("interaction").unwrap();
    code(&app.decide(&browser, &question, "approve").await);
    assert_local_page(&app.decide(&browser, &question, "approve").await, 410);
    assert_local_page(&app.decide(&browser, &question, "decline").await, 410);
    assert_local_page(&browser.open(&format!("/cis/oidc/auth/{interaction}")).await, 410);
}

#[tokio::test]
async fn tpa_a16_a_refused_handle_is_on_record_and_the_log_stays_sound() {
    let app = TestApp::start().await;
    let (browser, stranger) = (app.browser(), app.browser());
    let events = async || match app.ledger.verify(&app.tenant()).await.unwrap() {
        Verdict::Sound { events, .. } => events,
        broken @ Verdict::Broken { .. } => panic!("{broken:?}"),
    };
    let handle = at_consent_uri(&app, &browser).await;
    let callback = format!("/cis/auth/consent/callback?src_interaction={handle}&approved=true");
    let before = events().await;
    assert_local_page(&stranger.open(&callback).await, 403);
    assert_eq!(events().await, before + 1, "a foreign browser");
    code(&browser.open(&callback).await);
    let answered = events().await;
    assert_local_page(&browser.open(&callback).await, 410);
    assert_eq!(events().await, answered + 1, "a replay");
}
