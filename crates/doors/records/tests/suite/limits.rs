//! How often one address may ask (consent-api 14).

use consentry_testkit::TestApp;
use http::Method;

use crate::world::{assert_refused, bank, get, portal};

async fn limited(requests_per_minute: u32) -> TestApp {
    let app = bank().await;
    app.configure(|tenant| tenant.records.requests_per_minute = Some(requests_per_minute))
        .await;
    app
}

#[tokio::test]
async fn rec_14_more_requests_than_allowed_wait_for_the_next_minute() {
    let app = limited(3).await;
    for left in (0..3).rev() {
        let list = get(&app, &portal(&app), "/definitions").await.expect_status(200);
        assert_eq!(list.header("ratelimit-policy"), Some("\"records\";q=3;w=60"));
        let told = format!("\"records\";r={left};t=60");
        assert_eq!(list.header("ratelimit"), Some(told.as_str()), "COM-11");
    }
    let refused = get(&app, &portal(&app), "/definitions").await;
    assert_refused(&refused, 429, "TOO_MANY_REQUESTS");
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(
        refused.header("ratelimit"),
        Some("\"records\";r=0;t=60"),
        "COM-11"
    );
    // What is wrong with a request is not told to who may not ask.
    let anonymous = app.request(Method::GET, "/consent/v1/definitions").send().await;
    assert_refused(&anonymous, 429, "TOO_MANY_REQUESTS");
    app.pass(59);
    let refused = get(&app, &portal(&app), "/definitions").await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.pass(1);
    let _list = get(&app, &portal(&app), "/definitions").await.expect_status(200);
}

#[tokio::test]
async fn rec_14_without_a_limit_nobody_waits_and_a_new_one_counts_anew() {
    let app = bank().await;
    for _ in 0..100 {
        let _list = get(&app, &portal(&app), "/definitions").await.expect_status(200);
    }
    app.configure(|tenant| tenant.records.requests_per_minute = Some(1))
        .await;
    let _list = get(&app, &portal(&app), "/definitions").await.expect_status(200);
    assert_refused(
        &get(&app, &portal(&app), "/definitions").await,
        429,
        "TOO_MANY_REQUESTS",
    );
    app.configure(|tenant| tenant.records.requests_per_minute = None)
        .await;
    let _list = get(&app, &portal(&app), "/definitions").await.expect_status(200);
}
