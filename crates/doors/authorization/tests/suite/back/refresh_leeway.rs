use consentry_domain::Lifetime;
use consentry_testkit::{TestApp, tokens};

use super::support::{configure, connected, is_active};

async fn lenient(seconds: i64) -> TestApp {
    let app = TestApp::start().await;
    configure(&app, |tenant| {
        tenant.authorization.refresh_reuse_leeway = Lifetime::seconds(seconds);
    })
    .await;
    app
}

#[tokio::test]
async fn tpa_rt_06_within_the_leeway_the_same_pair_comes_again() {
    let app = lenient(10).await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let first = app.refresh(&app.bank.third_party, token).await.expect_status(200);
    app.pass(9);
    let again = app.refresh(&app.bank.third_party, token).await.expect_status(200);
    assert_eq!(first.text(), again.text(), "never a second branch");
    app.pass(1);
    let _late = app.refresh(&app.bank.third_party, token).await.expect_status(400);
    assert!(!is_active(&app, &tokens(&first).access).await);
}

#[tokio::test]
async fn tpa_rt_06_the_leeway_ends_when_the_successor_is_used() {
    let app = lenient(30).await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let second = tokens(&app.refresh(&app.bank.third_party, token).await.expect_status(200));
    let third = app
        .refresh(&app.bank.third_party, second.refresh.as_deref().unwrap())
        .await
        .expect_status(200);
    let _reused = app.refresh(&app.bank.third_party, token).await.expect_status(400);
    assert!(!is_active(&app, &tokens(&third).access).await);
}

#[tokio::test]
async fn tpa_rt_06_with_a_leeway_two_simultaneous_refreshes_get_one_pair() {
    let app = lenient(5).await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let client = &app.bank.third_party;
    let (one, other) = tokio::join!(app.refresh(client, token), app.refresh(client, token));
    assert_eq!((one.status(), other.status()), (200, 200));
    assert_eq!(one.text(), other.text());
}

#[tokio::test]
async fn tpa_rt_06_the_leeway_does_not_outlive_consent_to_access_while_away() {
    let app = lenient(30).await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let _second = app.refresh(&app.bank.third_party, token).await.expect_status(200);
    super::support::take_back(&app, "offline_access").await;
    let _refused = app.refresh(&app.bank.third_party, token).await.expect_status(400);
}

#[tokio::test]
async fn tpa_rt_06_the_leeway_does_not_outlive_consent() {
    let app = lenient(30).await;
    let own = connected(&app).await;
    let token = own.refresh.as_deref().unwrap();
    let _second = app.refresh(&app.bank.third_party, token).await.expect_status(200);
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let _refused = app.refresh(&app.bank.third_party, token).await.expect_status(400);
}
