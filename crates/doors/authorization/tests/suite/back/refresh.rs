use consentry_domain::Lifetime;
use consentry_testkit::{FULL_SCOPE, TestApp, Tokens, tokens};

use super::support::{claims, configure, connected, error, is_active, register, take_back};

async fn refreshed(app: &TestApp, tokens_before: &Tokens) -> Tokens {
    let token = tokens_before.refresh.as_deref().unwrap();
    tokens(&app.refresh(&app.bank.third_party, token).await.expect_status(200))
}

async fn refused(app: &TestApp, token: &str) -> serde_json::Value {
    let body = app
        .refresh(&app.bank.third_party, token)
        .await
        .expect_status(400)
        .json();
    assert_eq!(body["error"], "invalid_grant");
    body
}

#[tokio::test]
async fn tpa_rt_01_tpa_rt_08_b13_22_a_refresh_gives_a_new_pair_and_keeps_what_was_proved() {
    let app = TestApp::start().await;
    let first = connected(&app).await;
    app.pass(3000);
    let second = refreshed(&app, &first).await;
    assert_ne!(second.refresh, first.refresh);
    assert!(!second.refresh.as_deref().unwrap().contains('.'), "opaque");
    assert_eq!(second.scope, FULL_SCOPE);
    let (old, new) = (
        claims(first.id.as_deref().unwrap()),
        claims(second.id.as_deref().unwrap()),
    );
    for same in ["iss", "sub", "aud", "auth_time", "amr", "tid"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_eq!(new["iat"].as_i64().unwrap() - old["iat"].as_i64().unwrap(), 3000);
    assert!(new.get("nonce").is_none());
    let (old, new) = (claims(&first.access), claims(&second.access));
    for same in ["sub", "aud", "client_id", "grant_id", "consent_id", "auth_time"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_ne!(old["jti"], new["jti"]);
}

#[tokio::test]
async fn tpa_rt_02_a_code_verifier_is_ignored() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", own.refresh.as_deref().unwrap()),
        ("code_verifier", "whatever"),
    ];
    let _answer = app
        .ask_token(&app.bank.third_party, &fields)
        .await
        .expect_status(200);
}

#[tokio::test]
async fn tpa_rt_03_another_client_learns_and_harms_nothing() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", "more than granted"),
    ];
    let foreign = app
        .ask_token(&app.bank.external, &fields)
        .await
        .expect_status(400);
    assert_eq!(
        error(&foreign),
        "invalid_grant",
        "whose it is comes before the scope"
    );
    let _own = refreshed(&app, &own).await;
    let replayed = app.refresh(&app.bank.external, token).await.expect_status(400);
    assert_eq!(error(&replayed), "invalid_grant");
    assert!(
        is_active(&app, &own.access).await,
        "a stranger's replay ends nothing"
    );
}

#[tokio::test]
async fn tpa_rt_04_a_refresh_narrows_to_what_is_covered() {
    let app = TestApp::start().await;
    let first = connected(&app).await;
    take_back(&app, "accounts:transactions").await;
    let second = refreshed(&app, &first).await;
    assert_eq!(second.scope, "openid offline_access accounts:balance");
    assert_eq!(claims(&second.access)["scope"], second.scope.as_str());
    assert!(is_active(&app, &second.access).await);
}

#[tokio::test]
async fn tpa_rt_04_without_a_required_scope_the_refresh_fails_and_the_grant_ends() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    take_back(&app, "openid").await;
    let body = refused(&app, own.refresh.as_deref().unwrap()).await;
    assert!(body["error_description"].is_string());
    assert!(!is_active(&app, &own.access).await);
}

#[tokio::test]
async fn tpa_rt_04_without_offline_access_only_refreshing_ends() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    take_back(&app, "offline_access").await;
    let body = refused(&app, own.refresh.as_deref().unwrap()).await;
    assert_eq!(body["error_description"], "Consent expired or revoked");
    let seen = app.introspect(&own.access).await;
    assert_eq!(seen["scope"], "openid accounts:balance accounts:transactions");
}

#[tokio::test]
async fn tpa_rt_04_consent_that_runs_out_ends_refreshing_to_the_second() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.lifetimes.consent = Lifetime::days(3)).await;
    let own = connected(&app).await;
    app.pass(3 * 86_400 - 1);
    let second = refreshed(&app, &own).await;
    assert!(is_active(&app, &second.access).await);
    app.pass(1);
    assert!(!is_active(&app, &second.access).await);
    let _over = refused(&app, second.refresh.as_deref().unwrap()).await;
}

#[tokio::test]
async fn tpa_rt_05_a_narrower_scope_does_not_narrow_the_refresh_token() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let ask = |token: String, scope: &'static str| {
        let app = &app;
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token.as_str()),
                ("scope", scope),
            ];
            app.ask_token(&app.bank.third_party, &fields).await
        }
    };
    let narrow = tokens(
        &ask(own.refresh.unwrap(), "openid accounts:balance")
            .await
            .expect_status(200),
    );
    assert_eq!(narrow.scope, "openid accounts:balance");
    let more = ask(narrow.refresh.clone().unwrap(), "openid accounts:payments")
        .await
        .expect_status(400);
    assert_eq!(error(&more), "invalid_scope");
    let whole = refreshed(&app, &narrow).await;
    assert_eq!(whole.scope, FULL_SCOPE, "a refused request spent nothing");
}

#[tokio::test]
async fn tpa_rt_06_b12_08_reuse_ends_the_whole_family_and_is_an_event() {
    let app = TestApp::start().await;
    let first = connected(&app).await;
    let second = refreshed(&app, &first).await;
    let third = refreshed(&app, &second).await;
    let _reused = refused(&app, first.refresh.as_deref().unwrap()).await;
    for token in [&first, &second, &third] {
        assert!(!is_active(&app, &token.access).await);
        let _dead = refused(&app, token.refresh.as_deref().unwrap()).await;
    }
    let reused = app
        .event_kinds()
        .await
        .iter()
        .filter(|kind| *kind == "token.reuse_detected")
        .count();
    assert_eq!(reused, 1, "one family ends once");
}

#[tokio::test]
async fn tpa_rt_06_reuse_in_one_family_leaves_others_alone() {
    let app = TestApp::start().await;
    let one = connected(&app).await;
    let other = connected(&app).await;
    let next = refreshed(&app, &one).await;
    let _reused = refused(&app, one.refresh.as_deref().unwrap()).await;
    assert!(!is_active(&app, &next.access).await);
    assert!(is_active(&app, &other.access).await);
    let _alive = refreshed(&app, &other).await;
}

#[tokio::test]
async fn tpa_rt_06_of_two_simultaneous_refreshes_one_wins() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let client = &app.bank.third_party;
    let (one, other) = tokio::join!(app.refresh(client, token), app.refresh(client, token));
    let mut statuses = [one.status(), other.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn tpa_rt_08_the_absolute_window_is_not_extended() {
    let app = TestApp::start().await;
    let mut own = connected(&app).await;
    for _ in 0..13 {
        app.pass(86_400);
        own = refreshed(&app, &own).await;
    }
    app.pass(86_399);
    own = refreshed(&app, &own).await;
    app.pass(1);
    let _over = refused(&app, own.refresh.as_deref().unwrap()).await;
}

#[tokio::test]
async fn b12_10_an_idle_refresh_token_ends_to_the_second() {
    let app = TestApp::start().await;
    let (kept, lost) = (connected(&app).await, connected(&app).await);
    app.pass(14 * 86_400 - 1);
    let _in_time = refreshed(&app, &kept).await;
    app.pass(1);
    let _late = refused(&app, lost.refresh.as_deref().unwrap()).await;
}

#[tokio::test]
async fn tpa_rt_09_new_consent_does_not_bring_ended_grants_back() {
    let app = TestApp::start().await;
    let stopped = connected(&app).await;
    let _page = app.stop_sharing("ada").await.expect_status(200);
    let at_records = connected(&app).await;
    take_back(&app, "openid").await;
    let fresh = connected(&app).await;
    assert!(is_active(&app, &fresh.access).await);
    for old in [stopped, at_records] {
        assert!(!is_active(&app, &old.access).await);
        let _dead = refused(&app, old.refresh.as_deref().unwrap()).await;
    }
}

#[tokio::test]
async fn tpa_rt_09_a_grant_of_a_replaced_agreement_ends_with_the_consent_it_lived_on() {
    let app = TestApp::start().await;
    let (older, newer) = (connected(&app).await, connected(&app).await);
    assert!(
        is_active(&app, &older.access).await,
        "the newer consent covers it"
    );
    let _page = app.stop_sharing("ada").await.expect_status(200);
    let _fresh = connected(&app).await;
    assert!(!is_active(&app, &older.access).await);
    assert!(!is_active(&app, &newer.access).await);
}

#[tokio::test]
async fn tpa_rt_10_tpa_cl_07_the_clients_registration_counts_at_every_use() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    register(&app, "moneytrack", |client| {
        client.allowed_scopes = client
            .allowed_scopes
            .filter(|value| value.as_str() != "accounts:transactions");
    })
    .await;
    assert_eq!(
        app.introspect(&own.access).await["scope"],
        "openid offline_access accounts:balance"
    );
    let second = refreshed(&app, &own).await;
    assert_eq!(second.scope, "openid offline_access accounts:balance");
    app.pass(1);
    let now = app.now();
    register(&app, "moneytrack", |client| client.epoch = now).await;
    assert!(!is_active(&app, &second.access).await);
    let _dead = refused(&app, second.refresh.as_deref().unwrap()).await;
}

#[tokio::test]
async fn b01_18_what_is_no_refresh_token_is_refused_alike() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let long = "x".repeat(10_000);
    for text in ["rt_unknown", own.access.as_str(), long.as_str()] {
        let _refused = refused(&app, text).await;
    }
}
