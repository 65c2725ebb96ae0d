use consentry_testkit::{FULL_SCOPE, TestApp, VERIFIER, tokens};
use http::Method;

use super::support::{code, error, is_active, redeem_with, register};

const OTHER_VERIFIER: &str = "another-verifier-of-at-least-forty-three-characters-0123";

#[tokio::test]
async fn tpa_tok_07_a_code_is_bound_to_redirect_uri_and_verifier() {
    let app = TestApp::start().await;
    let wrong: [&[(&str, &str)]; 4] = [
        &[("redirect_uri", "http://127.0.0.1:9999/callback")],
        &[("redirect_uri", "")],
        &[("code_verifier", OTHER_VERIFIER)],
        &[("code_verifier", "")],
    ];
    let code = code(&app).await;
    for more in wrong {
        assert_eq!(
            error(&redeem_with(&app, &code, more).await.expect_status(400)),
            "invalid_grant",
            "{more:?}"
        );
    }
    let _fits = redeem_with(&app, &code, &[]).await.expect_status(200);
}

#[tokio::test]
async fn tpa_tok_07_b01_15_a_code_is_bound_to_its_client_and_a_stranger_cannot_harm_it() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    for _ in 0..7 {
        let answer = app.try_redeem(&app.bank.external, &code).await.expect_status(400);
        assert_eq!(error(&answer), "invalid_grant");
    }
    let own = app.redeem(&app.bank.third_party, &code).await;
    let _again = app.try_redeem(&app.bank.external, &code).await.expect_status(400);
    assert!(
        is_active(&app, &own.access).await,
        "a stranger's replay revokes nothing"
    );
}

#[tokio::test]
async fn tpa_tok_08_a_valid_replay_ends_the_grant_and_is_an_event() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    let own = app.redeem(&app.bank.third_party, &code).await;
    assert!(is_active(&app, &own.access).await);
    let replay = app
        .try_redeem(&app.bank.third_party, &code)
        .await
        .expect_status(400);
    assert_eq!(error(&replay), "invalid_grant");
    assert!(!is_active(&app, &own.access).await);
    assert_eq!(app.userinfo(&own.access).await, 401);
    let refresh = app
        .refresh(&app.bank.third_party, &own.refresh.unwrap())
        .await
        .expect_status(400);
    assert_eq!(error(&refresh), "invalid_grant");
    let reused = app
        .event_kinds()
        .await
        .iter()
        .filter(|kind| *kind == "code.reuse_detected")
        .count();
    assert_eq!(reused, 1);
    let connected = app.open_dashboard("ada").await.expect_status(200);
    assert!(connected.text().contains("Moneytrack"), "the agreement stands");
}

#[tokio::test]
async fn tpa_tok_08_a_replay_after_the_codes_time_ends_the_grant_too() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    let own = app.redeem(&app.bank.third_party, &code).await;
    app.pass(120);
    let _replay = app
        .try_redeem(&app.bank.third_party, &code)
        .await
        .expect_status(400);
    assert!(!is_active(&app, &own.access).await);
}

#[tokio::test]
async fn tpa_tok_08_an_invalid_replay_revokes_nothing() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    let own = app.redeem(&app.bank.third_party, &code).await;
    for more in [
        [("code_verifier", OTHER_VERIFIER)],
        [("redirect_uri", "http://127.0.0.1:9999/callback")],
    ] {
        assert_eq!(
            error(&redeem_with(&app, &code, &more).await.expect_status(400)),
            "invalid_grant"
        );
    }
    assert!(is_active(&app, &own.access).await);
}

#[tokio::test]
async fn tpa_tok_09_of_two_simultaneous_redemptions_exactly_one_succeeds() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    let client = &app.bank.third_party;
    let (one, other) = tokio::join!(app.try_redeem(client, &code), app.try_redeem(client, &code));
    let mut statuses = [one.status(), other.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let loser = if one.status() == 400 { &one } else { &other };
    assert_eq!(error(loser), "invalid_grant");
}

#[tokio::test]
async fn tpa_tok_10_five_failures_kill_a_code_and_four_do_not() {
    let app = TestApp::start().await;
    for (failures, status) in [(4, 200), (5, 400)] {
        let code = code(&app).await;
        for _ in 0..failures {
            let _wrong = redeem_with(&app, &code, &[("code_verifier", OTHER_VERIFIER)])
                .await
                .expect_status(400);
        }
        let _last = redeem_with(&app, &code, &[]).await.expect_status(status);
    }
}

#[tokio::test]
async fn tpa_tok_10_failures_at_the_same_time_are_all_counted() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    let fail = || redeem_with(&app, &code, &[("code_verifier", OTHER_VERIFIER)]);
    let (_, _) = tokio::join!(fail(), fail());
    for _ in 0..3 {
        let _wrong = fail().await.expect_status(400);
    }
    let _dead = redeem_with(&app, &code, &[]).await.expect_status(400);
}

#[tokio::test]
async fn tpa_tok_11_a_verifier_without_a_challenge_is_refused() {
    let app = TestApp::start().await;
    register(&app, "moneytrack", |client| {
        client.pkce = consentry_domain::client::Pkce::Allow;
    })
    .await;
    let browser = app.browser();
    let plain = [("code_challenge", ""), ("code_challenge_method", "")];
    let authorization = app.authorization(&app.bank.third_party, FULL_SCOPE, &plain);
    let question = app.reach_question(&browser, "ada", &authorization).await;
    let back = app
        .decide(&browser, &question, "approve")
        .await
        .expect_status(303);
    let code = back.location_parameter("code").unwrap();
    assert_eq!(
        error(&redeem_with(&app, &code, &[]).await.expect_status(400)),
        "invalid_grant"
    );
    let _without = redeem_with(&app, &code, &[("code_verifier", "")])
        .await
        .expect_status(200);
}

#[tokio::test]
async fn b01_11_a_code_ends_to_the_second() {
    let app = TestApp::start().await;
    let in_time = code(&app).await;
    app.pass(59);
    let _tokens = app.redeem(&app.bank.third_party, &in_time).await;
    let late = code(&app).await;
    app.pass(60);
    assert_eq!(
        error(&redeem_with(&app, &late, &[]).await.expect_status(400)),
        "invalid_grant"
    );
}

#[tokio::test]
async fn b01_15_unknown_oversized_and_foreign_kinds_are_no_codes() {
    let app = TestApp::start().await;
    let own = app.redeem(&app.bank.third_party, &code(&app).await).await;
    let long = "x".repeat(10_000);
    for text in [
        "cd_unknown",
        own.refresh.as_deref().unwrap(),
        own.access.as_str(),
        long.as_str(),
    ] {
        assert_eq!(
            error(&redeem_with(&app, text, &[]).await.expect_status(400)),
            "invalid_grant"
        );
    }
    assert_eq!(
        error(&redeem_with(&app, "", &[("code", "")]).await.expect_status(400)),
        "invalid_request"
    );
}

#[tokio::test]
async fn tpa_co_10_a_code_is_dead_once_consent_is_withdrawn() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(
        error(&redeem_with(&app, &code, &[]).await.expect_status(400)),
        "invalid_grant"
    );
}

#[tokio::test]
async fn tpa_cl_06_a_code_is_dead_once_its_client_is_disabled() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    register(&app, "moneytrack", |client| client.enabled = false).await;
    assert_eq!(
        error(&redeem_with(&app, &code, &[]).await.expect_status(401)),
        "invalid_client"
    );
}

#[tokio::test]
async fn tpa_cl_06_tpa_cl_03_what_a_client_held_stays_dead_when_it_is_served_again() {
    for third_party in [true, false] {
        let app = TestApp::start().await;
        let own = super::support::connected(&app).await;
        register(&app, "moneytrack", |client| {
            client.enabled = !third_party;
            client.is_third_party = third_party;
        })
        .await;
        app.pass(1);
        register(&app, "moneytrack", |client| {
            client.enabled = true;
            client.is_third_party = true;
            client.epoch = consentry_domain::Timestamp::EPOCH;
        })
        .await;
        assert!(
            !super::support::is_active(&app, &own.access).await,
            "{third_party}"
        );
        let refresh = app.refresh(&app.bank.third_party, &own.refresh.unwrap()).await;
        assert_eq!(
            error(&refresh.expect_status(400)),
            "invalid_grant",
            "{third_party}"
        );
        app.pass(1);
        let again = super::support::connected(&app).await;
        assert!(
            super::support::is_active(&app, &again.access).await,
            "{third_party}"
        );
    }
}

#[tokio::test]
async fn b09_03_resource_must_be_what_was_granted() {
    let app = TestApp::start().await;
    let own = app.bank.resource_api.clone();
    let code = code(&app).await;
    let foreign = redeem_with(&app, &code, &[("resource", "https://elsewhere.example")])
        .await
        .expect_status(400);
    assert_eq!(error(&foreign), "invalid_target");
    let fits = redeem_with(&app, &code, &[("resource", &own)])
        .await
        .expect_status(200);
    assert_eq!(super::support::claims(&tokens(&fits).access)["aud"], own.as_str());
}

#[tokio::test]
async fn rfc7636_4_1_a_malformed_verifier_never_fits() {
    let app = TestApp::start().await;
    let code = code(&app).await;
    for verifier in ["short", &"x".repeat(129), &VERIFIER.replace('-', " ")] {
        let answer = redeem_with(&app, &code, &[("code_verifier", verifier)])
            .await
            .expect_status(400);
        assert_eq!(error(&answer), "invalid_grant");
    }
    let get = app
        .request(Method::GET, &format!("/oidc/token?code={code}"))
        .send()
        .await;
    assert_eq!(get.status(), 405);
}
