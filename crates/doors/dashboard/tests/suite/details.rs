//! How long a connection is for and how far back it goes, as the data recipient asked (B2, B4.5, B6.2, B9, D1).

use consentry_domain::authorization_details::DetailType;
use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::{
    page_api::call,
    world::{ADA, about, connect, list, register, session, speak},
};

/// Ada connects Moneytrack as it asks; answers her page session and the id of the connection.
async fn connected(app: &TestApp, request: Value) -> (String, String) {
    speak(app).await;
    register(app, |client| {
        client.settings.authorization_details_types = vec![DetailType::Fdx];
        client.settings.reconnect_uri = Some("http://127.0.0.1:8080/demo/again".to_owned());
    })
    .await;
    let details = json!([{ "type": "fdx_v1.0", "consentRequest": request }]).to_string();
    let client = &app.bank.third_party;
    let request = app.authorization(client, FULL_SCOPE, &[("authorization_details", &details)]);
    let browser = app.browser();
    let question = app.reach_question(&browser, "ada", &request).await;
    let back = app.decide(&browser, &question, "approve").await;
    let tokens = app
        .redeem(client, &back.location_parameter("code").unwrap())
        .await;
    let id = app.introspect(&tokens.access).await["consent_id"].clone();
    (session(app, ADA).await, id.as_str().unwrap().to_owned())
}

async fn detail(app: &TestApp, session: &str, id: &str) -> Value {
    let path = format!("connections/{id}");
    let answer = call(app, Method::GET, &path, session, None).await;
    answer.expect_status(200).json()
}

async fn grant(app: &TestApp, id: &str) -> Value {
    let credential = &app.bank.dashboard;
    let request = app.request(Method::GET, &format!("/fdx/v6/consents/{id}"));
    let request = request.basic(&credential.client_id, &credential.client_secret);
    request.send().await.expect_status(200).json()
}

#[tokio::test]
async fn dsh_b2_one_time_only_is_said_and_never_kept_for_longer() {
    let app = TestApp::start().await;
    let (session, id) = connected(&app, json!({ "durationType": "ONE_TIME", "lookbackPeriod": 60 })).await;
    let listed = list(&app, &session).await.expect_status(200);
    assert!(listed.text().contains("One time only"), "{}", listed.text());
    let page = about(&app, "/embed/connection", &session, &id)
        .await
        .expect_status(200);
    for words in [
        "One time only",
        "How far back",
        "Data from up to 60 days before each request",
    ] {
        assert!(
            page.text().contains(words),
            "{words} is missing in {}",
            page.text()
        );
    }
    let told = detail(&app, &session, &id).await;
    assert_eq!(told["duration_type"], "ONE_TIME");
    assert_eq!(told["lookback_days"], 60);
    assert!(
        told["marks"].as_array().unwrap().contains(&json!("one_time")),
        "{told}"
    );
    // Neither here nor at the application, although it ends within the hour (B6.2).
    assert_eq!(
        (&told["can"]["renew"], &told["reauth_url"]),
        (&Value::Null, &Value::Null)
    );
    app.configure(|tenant| tenant.dashboard.renewal = consentry_domain::tenant::Renewal::Provider)
        .await;
    assert_eq!(detail(&app, &session, &id).await["can"]["renew"], Value::Null);
    let path = format!("connections/{id}/renew");
    let renewed = call(&app, Method::POST, &path, &session, Some(json!({ "days": 30 })))
        .await
        .expect_status(409);
    assert_eq!(renewed.json()["error"], "renewal_not_allowed");
    let fdx = grant(&app, &id).await;
    assert_eq!(
        (&fdx["durationType"], &fdx["lookbackPeriod"], &fdx["status"]),
        (&json!("ONE_TIME"), &json!(60), &json!("ACTIVE"))
    );
    let copy = app
        .post_embedded("/embed/copy", &[("session", &session), ("id", &id)])
        .await
        .expect_status(200);
    assert!(copy.text().contains("Data from up to 60 days"), "{}", copy.text());
    // It is over with its tokens, to the second.
    app.pass(660);
    let session = crate::world::session(&app, ADA).await;
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(page.text().contains("Ended"), "{}", page.text());
    assert_eq!(grant(&app, &id).await["status"], "EXPIRED");
    assert_eq!(detail(&app, &session, &id).await["status"], "ended");
}

#[tokio::test]
async fn dsh_b4_5_until_when_and_how_far_back_are_those_that_were_asked_for() {
    let app = TestApp::start().await;
    let request = json!({ "durationType": "TIME_BOUND", "durationPeriod": 7, "lookbackPeriod": 730 });
    let (session, id) = connected(&app, request).await;
    let told = detail(&app, &session, &id).await;
    assert_eq!(told["duration_type"], "TIME_BOUND");
    assert_eq!(
        (&told["duration_days"], &told["lookback_days"]),
        (&json!(7), &json!(730))
    );
    let page = about(&app, "/embed/connection", &session, &id)
        .await
        .expect_status(200);
    for words in ["Until a date", "Data from up to 730 days before each request"] {
        assert!(
            page.text().contains(words),
            "{words} is missing in {}",
            page.text()
        );
    }
    assert!(!page.text().contains("One time only"), "{}", page.text());
    assert_eq!(grant(&app, &id).await["durationPeriod"], 7);
}

#[tokio::test]
async fn dsh_d1_who_asks_for_ever_gets_what_the_bank_allows() {
    let app = TestApp::start().await;
    let (session, id) = connected(&app, json!({ "durationType": "PERSISTENT" })).await;
    let told = detail(&app, &session, &id).await;
    assert_eq!(
        (&told["duration_type"], &told["duration_days"]),
        (&json!("TIME_BOUND"), &json!(30))
    );
    assert_eq!(told["lookback_days"], Value::Null);
}

#[tokio::test]
async fn dsh_b2_what_is_for_one_time_leaves_what_stands_as_it_is() {
    let app = TestApp::start().await;
    let standing = connect(&app).await;
    let (session, once) = connected(&app, json!({ "durationType": "ONE_TIME" })).await;
    let all = call(&app, Method::GET, "connections?status=active", &session, None)
        .await
        .json();
    assert_eq!(all["connections"].as_array().unwrap().len(), 2, "{all}");
    // Each is stopped by itself.
    let path = format!("connections/{once}/revoke");
    let _stopped = call(
        &app,
        Method::POST,
        &path,
        &session,
        Some(json!({ "confirm": true })),
    )
    .await
    .expect_status(200);
    assert_eq!(app.introspect(&standing.access).await["active"], true);
}
