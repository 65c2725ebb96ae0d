//! `POST …/secret/rotate`.

use consentry_testkit::{KnownClient, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{bank, events, names, now, refused, register, third_party, third_party_with};

async fn rotate(app: &TestApp, client: &KnownClient, body: &Value) -> (KnownClient, Value) {
    let path = format!("/cis/v1/clients/{}/secret/rotate", client.client_id);
    let rotated = bank(app, Method::POST, &path, Some(body))
        .await
        .expect_status(200)
        .json();
    let client = KnownClient {
        client_id: client.client_id.clone(),
        client_secret: rotated["client_secret"].as_str().unwrap().to_owned(),
    };
    (client, rotated)
}

/// Whether a secret is accepted.
async fn works(app: &TestApp, client: &KnownClient) -> bool {
    let answer = app
        .ask_token(client, &[("grant_type", "client_credentials")])
        .await;
    answer.status() == 200
}

#[tokio::test]
async fn tpa_cl_02_without_grace_the_old_secret_is_over_at_once() {
    let app = TestApp::start().await;
    let (old, _) = register(&app, &third_party()).await;
    let before = now(&app).await;
    let (new, rotated) = rotate(&app, &old, &json!({})).await;
    assert_eq!(rotated["expires_at"], Value::Null);
    assert_ne!(old.client_secret, new.client_secret);
    assert!(works(&app, &new).await && !works(&app, &old).await);
    assert_eq!(names(&events(&app, &before).await), ["client.secret_rotated"]);
}

#[tokio::test]
async fn tpa_cl_02_with_grace_the_old_secret_works_until_then_to_the_second() {
    let app = TestApp::start().await;
    let (old, _) = register(&app, &third_party()).await;
    let (new, rotated) = rotate(&app, &old, &json!({ "grace_seconds": 60 })).await;
    assert!(rotated["expires_at"].as_str().unwrap().ends_with('Z'));
    app.pass(59);
    assert!(works(&app, &new).await && works(&app, &old).await);
    app.pass(1);
    assert!(works(&app, &new).await && !works(&app, &old).await);
    let app = app.restarted().await;
    assert!(works(&app, &new).await && !works(&app, &old).await);
}

#[tokio::test]
async fn tpa_cl_02_a_later_rotation_never_lets_an_old_secret_live_longer() {
    let app = TestApp::start().await;
    let (first, _) = register(&app, &third_party()).await;
    let (second, _) = rotate(&app, &first, &json!({ "grace_seconds": 60 })).await;
    let (third, _) = rotate(&app, &second, &json!({ "grace_seconds": 600 })).await;
    app.pass(60);
    assert!(!works(&app, &first).await && works(&app, &second).await && works(&app, &third).await);
    let (fourth, _) = rotate(&app, &third, &json!({ "grace_seconds": 0 })).await;
    assert!(!works(&app, &second).await && !works(&app, &third).await && works(&app, &fourth).await);
}

#[tokio::test]
async fn tpa_a2_1_rotations_that_make_no_sense_are_refused() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    let path = format!("/v1/clients/{}/secret/rotate", client.client_id);
    for body in [
        json!({ "grace_seconds": -1 }),
        json!({ "grace_seconds": 2_592_001 }),
        json!({ "grace_seconds": "1" }),
        json!({ "grace": 1 }),
    ] {
        let _told = refused(&app, Method::POST, &path, &body).await;
    }
    for _ in 0..4 {
        let (_, _) = rotate(&app, &client, &json!({ "grace_seconds": 60 })).await;
    }
    let told = refused(&app, Method::POST, &path, &json!({ "grace_seconds": 60 })).await;
    assert!(told[0].starts_with("/grace_seconds"), "{told:?}");
    let _new = rotate(&app, &client, &json!({ "grace_seconds": 0 })).await;
    let public =
        third_party_with(&json!({ "name": "Public", "pkce": "enforcePkceInsteadOfClientCredentials" }));
    let (public, _) = register(&app, &public).await;
    let path = format!("/v1/clients/{}/secret/rotate", public.client_id);
    let _told = refused(&app, Method::POST, &path, &json!({})).await;
    let _missing = bank(
        &app,
        Method::POST,
        "/v1/clients/nobody/secret/rotate",
        Some(&json!({})),
    )
    .await
    .expect_status(404);
}

#[tokio::test]
async fn com_09_a_repeated_rotation_keeps_the_secret_it_made() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    let token = app.own_token(&app.bank.first_party).await;
    let path = format!("/v1/clients/{}/secret/rotate", client.client_id);
    let send = async || {
        let request = app.request(Method::POST, &path).bearer(&token);
        request
            .header("idempotency-key", "key-2")
            .json(&json!({}))
            .send()
            .await
    };
    let first = send().await.expect_status(200).json();
    let again = send().await.expect_status(200);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.json()["client_secret"], "[redacted]");
    let held = KnownClient {
        client_id: client.client_id,
        client_secret: first["client_secret"].as_str().unwrap().to_owned(),
    };
    assert!(works(&app, &held).await);
}
