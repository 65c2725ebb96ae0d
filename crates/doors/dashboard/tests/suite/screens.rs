//! The other screens: keeping for longer, reviewing, activity, not recognising, intermediaries, copies (B6).

use consentry_domain::tenant::Renewal;
use consentry_testkit::{FULL_SCOPE, TestApp};

use crate::world::{ADA, BEN, about, configure, connect, hold, intermediary, list, register, session};

const DAY: i64 = 86_400;

async fn at_the_list(app: &TestApp) -> (String, String) {
    let session = session(app, ADA).await;
    let id = list(app, &session).await.field("id").unwrap();
    (session, id)
}

#[tokio::test]
async fn dsh_us_3_who_is_asked_is_told_through_whom_the_data_goes() {
    let app = TestApp::start().await;
    let client = app.bank.third_party.clone();
    let asked = app.authorization(&client, FULL_SCOPE, &[]);
    let sentence = "Moneytrack gets the data through LinkBridge, which gets it from Harbor Bank.";
    let question = app.reach_question(&app.browser(), "ada", &asked).await;
    assert!(
        !question.text().contains("which gets it from"),
        "{}",
        question.text()
    );
    let bridge = intermediary(&app, "LinkBridge").await;
    register(&app, |client| client.settings.intermediaries = vec![bridge]).await;
    let question = app.reach_question(&app.browser(), "ada", &asked).await;
    assert!(question.text().contains(sentence), "{}", question.text());
}

#[tokio::test]
async fn dsh_b6_2_keeping_here_takes_two_presses_and_moves_the_end_everywhere() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.dashboard.renewal = Renewal::Provider).await;
    let tokens = connect(&app).await;
    app.pass(DAY);
    let (session, id) = at_the_list(&app).await;
    let question = about(&app, "/embed/keep", &session, &id).await.expect_status(200);
    assert!(
        question
            .text()
            .contains("Keep sharing with Moneytrack for longer?"),
        "{}",
        question.text()
    );
    assert!(question.text().contains("Account balance") && question.text().contains("23 November 2027"));
    let done = about(&app, "/embed/keep/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(
        done.text()
            .contains("Sharing with Moneytrack goes on. Until 23 November 2027"),
        "{}",
        done.text()
    );
    assert!(
        done.text()
            .contains(&format!("data-host=\"consent-renewed\" data-id=\"{id}\""))
    );
    assert!(done.text().contains("Kept for longer"));
    let kinds = app.event_kinds().await;
    assert!(kinds.contains(&"grant.renewed".to_owned()), "{kinds:?}");
    let again = about(&app, "/embed/keep/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(
        again.text().contains("cannot be kept for longer now"),
        "the end is not near any more"
    );
    app.pass(40 * DAY);
    assert_eq!(
        app.introspect(&tokens.access).await["active"],
        false,
        "the token itself is over"
    );
    for record in app.records_of("ada").await {
        assert_eq!(record["status"], "accepted", "{record}");
    }
    let listed = list(&app, &self::session(&app, ADA).await).await;
    assert!(listed.text().contains("Has access") && listed.text().contains("1 app can see data."));
}

#[tokio::test]
async fn dsh_b6_2_what_ended_by_time_is_not_revived() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.dashboard.renewal = Renewal::Provider).await;
    connect(&app).await;
    app.pass(30 * DAY);
    let (session, id) = at_the_list(&app).await;
    let page = about(&app, "/embed/keep/confirm", &session, &id)
        .await
        .expect_status(200);
    assert!(
        page.text().contains("cannot be kept for longer now"),
        "{}",
        page.text()
    );
    assert!(!app.event_kinds().await.contains(&"grant.renewed".to_owned()));
}

#[tokio::test]
async fn dsh_b6_2_by_default_the_way_leads_to_the_app_until_a_week_after_the_end() {
    let app = TestApp::start().await;
    register(&app, |client| {
        let back = "https://moneytrack.example/callback";
        client.redirect_uris.push(back.to_owned());
        client.settings.reconnect_uri = Some("https://moneytrack.example/reconnect".to_owned());
    })
    .await;
    connect(&app).await;
    let link = "href=\"https://moneytrack.example/reconnect\" target=\"_blank\" rel=\"noopener noreferrer\"";
    let (session, id) = at_the_list(&app).await;
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(page.text().contains(link), "{}", page.text());
    let refused = about(&app, "/embed/keep/confirm", &session, &id).await;
    assert!(refused.text().contains("cannot be kept for longer now"));
    for (days, shown) in [(37, true), (1, false)] {
        app.pass(days * DAY);
        let (session, id) = at_the_list(&app).await;
        let page = about(&app, "/embed/connection", &session, &id).await;
        assert_eq!(page.text().contains(link), shown, "{days}");
    }
    configure(&app, |tenant| tenant.dashboard.renewal = Renewal::Off).await;
}

#[tokio::test]
async fn dsh_b6_3_activity_tells_what_happened_newest_first() {
    let app = TestApp::start().await;
    hold(&app, ADA, &[("Everyday", "4417"), ("Savings", "9083")]).await;
    connect(&app).await;
    app.pass(60);
    let (session, id) = at_the_list(&app).await;
    let fields = [
        ("session", session.as_str()),
        ("id", id.as_str()),
        ("version", "1"),
        ("account", "acc_4417"),
    ];
    let _answer = app
        .post_embedded("/embed/accounts/save", &fields)
        .await
        .expect_status(200);
    app.pass(60);
    let _answer = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    let page = about(&app, "/embed/activity", &session, &id)
        .await
        .expect_status(200);
    let place = |words: &str| {
        page.text()
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {}", page.text()))
    };
    let stopped = place("You stopped sharing");
    let changed = place("You changed which accounts Moneytrack can see");
    let granted = place("You agreed to share data with Moneytrack");
    assert!(stopped < changed && changed < granted);
    let of_ben = about(&app, "/embed/activity", &self::session(&app, BEN).await, &id).await;
    assert_eq!(of_ben.status(), 404);
}

#[tokio::test]
async fn dsh_b6_6_not_recognising_tells_the_bank_once_and_stops_in_one_press() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    for _ in 0..2 {
        let page = about(&app, "/embed/report", &session, &id)
            .await
            .expect_status(200);
        assert!(
            page.text()
                .contains("We have told Harbor Bank. Sharing goes on until you stop it.")
        );
        assert!(
            page.text().contains("action=\"/embed/stop/confirm\"")
                && page.text().contains("+44 20 7946 0000")
        );
    }
    let reports = app.event_kinds().await;
    let reports = reports.iter().filter(|kind| *kind == "grant.reported").count();
    assert_eq!(reports, 1);
    let still = list(&app, &session).await;
    assert!(still.text().contains("1 app can see data."));
}

#[tokio::test]
async fn dsh_b6_7_what_runs_through_an_intermediary_is_named_and_stopped_together() {
    let app = TestApp::start().await;
    let party = intermediary(&app, "LinkBridge").await;
    register(&app, |client| client.settings.intermediaries = vec![party]).await;
    connect(&app).await;
    let reader = &app.bank.first_party;
    let told = app.request(
        http::Method::GET,
        "/events/v1/events?from=earliest&types=grant.created",
    );
    let told = told.basic(&reader.client_id, &reader.client_secret).send().await;
    let told = told.expect_status(200).json();
    let bundle = &told["events"][0]["data"]["grant"];
    assert_eq!(bundle["intermediary"], party.to_string(), "EVT 3.3: {bundle}");
    let (session, id) = at_the_list(&app).await;
    let listed = list(&app, &session).await;
    assert!(listed.text().contains("through LinkBridge"), "{}", listed.text());
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(
        page.text()
            .contains("Moneytrack gets the data through LinkBridge, which gets it from Harbor Bank."),
        "{}",
        page.text()
    );
    let party = party.to_string();
    let through = [("session", session.as_str()), ("through", party.as_str())];
    let all = app
        .post_embedded("/embed/through", &through)
        .await
        .expect_status(200);
    assert!(all.text().contains("Stop all through LinkBridge"));
    let question = app
        .post_embedded("/embed/stop/several", &through)
        .await
        .expect_status(200);
    assert!(
        question.text().contains("<bdi>Moneytrack</bdi>: Account balance"),
        "{}",
        question.text()
    );
    let named = [("session", session.as_str()), ("id", id.as_str())];
    let done = app
        .post_embedded("/embed/stop/several/confirm", &named)
        .await
        .expect_status(200);
    assert!(
        done.text().contains("1 connection stopped.")
            && done.text().contains("data-host=\"consent-revoked\"")
    );
    let nothing = app
        .post_embedded("/embed/stop/several", &through)
        .await
        .expect_status(200);
    assert!(nothing.text().contains("There is nothing to stop."));
    let unknown = [("session", session.as_str()), ("through", "pty_x")];
    let unknown = app.post_embedded("/embed/through", &unknown).await;
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn dsh_b3_stop_all_ends_what_was_listed_and_nothing_else() {
    let app = TestApp::start().await;
    let tokens = connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let question = app
        .post_embedded("/embed/stop/several", &[("session", session.as_str())])
        .await
        .expect_status(200);
    assert!(question.text().contains("Stop all sharing?") && question.text().contains(&id));
    let none = app
        .post_embedded("/embed/stop/several/confirm", &[("session", session.as_str())])
        .await
        .expect_status(200);
    assert!(
        none.text().contains("There is nothing to stop."),
        "what was not listed goes on"
    );
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
}

#[tokio::test]
async fn dsh_b6_4_a_round_shows_one_after_the_other_and_sums_up() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let first = app
        .post_embedded("/embed/review", &[("session", session.as_str())])
        .await
        .expect_status(200);
    assert!(
        first.text().contains("1 of 1") && first.text().contains("Keep as is"),
        "{}",
        first.text()
    );
    let kept = [
        ("session", session.as_str()),
        ("after", id.as_str()),
        ("kept", "1"),
        ("stopped", "0"),
    ];
    let end = app.post_embedded("/embed/review", &kept).await.expect_status(200);
    assert!(
        end.text().contains("1 connection kept. 0 connections stopped."),
        "{}",
        end.text()
    );
    let stop = [("session", session.as_str()), ("id", id.as_str())];
    let end = app
        .post_embedded("/embed/review/stop", &stop)
        .await
        .expect_status(200);
    assert!(
        end.text().contains("0 connections kept. 1 connection stopped."),
        "{}",
        end.text()
    );
    assert!(end.text().contains("data-host=\"consent-revoked\""));
}

#[tokio::test]
async fn dsh_b6_5_a_copy_is_a_page_to_print_and_a_file_the_bank_signs() {
    let app = TestApp::start().await;
    hold(&app, ADA, &[("Everyday", "4417")]).await;
    connect(&app).await;
    let (session, id) = at_the_list(&app).await;
    let page = about(&app, "/embed/copy", &session, &id).await.expect_status(200);
    for words in [
        "Moneytrack BV",
        "Everyday ··4417",
        "You agreed to share data with Moneytrack",
        &id,
    ] {
        assert!(
            page.text().contains(words),
            "{words} is missing in {}",
            page.text()
        );
    }
    let file = about(&app, "/embed/copy/file", &session, "").await;
    let file = file.expect_status(200);
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"consents.json\"")
    );
    assert_eq!(file.header("cache-control"), Some("no-store"));
    let file = file.json();
    let consent = &file["document"]["consents"][0];
    assert_eq!(consent["consent"]["id"], id.as_str());
    assert_eq!(consent["fdx"]["resources"][0]["resourceId"], "acc_4417");
    assert_eq!(consent["fdx"]["durationPeriod"], 30);
    assert_eq!(consent["history"]["entries"][0]["what"], "granted");
    let signature = file["signature"].as_str().unwrap();
    assert_eq!(
        app.verified(signature, "consentry-receipt+jwt").await,
        file["document"],
        "the signature is over the same"
    );
}

#[tokio::test]
async fn dsh_b2_a_young_connection_is_new_and_says_that_it_was_never_used() {
    let app = TestApp::start().await;
    connect(&app).await;
    let marks = async || {
        let page = list(&app, &session(&app, ADA).await).await;
        (
            page.text().contains("<strong>New</strong>"),
            page.text().contains("<strong>Never used</strong>"),
        )
    };
    assert_eq!(marks().await, (true, true));
    app.pass(7 * DAY);
    assert_eq!(marks().await, (false, true));
}
