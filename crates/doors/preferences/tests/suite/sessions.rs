//! Sessions of back ends (consent-tokens-and-preferences 3.2).

use consentry_domain::credential::Opens;
use consentry_ledger::provision::Entry;
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, KEY, SECRET, World, key, refused};

async fn open(app: &TestApp, body: &Value) -> consentry_testkit::Answer {
    app.request(Method::POST, "/sessions").json(body).send().await
}

#[tokio::test]
async fn ctp_3_2_a_session_opens_with_the_key_and_its_secret_and_ends_after_an_hour() {
    let world = World::new().await;
    let opened = open(
        &world.app,
        &json!({ "type": "api-key", "key": KEY, "secret": SECRET }),
    )
    .await
    .expect_status(200);
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    let body = opened.json();
    assert_eq!((&body["type"], &body["key"]), (&json!("api-key"), &json!(KEY)));
    let token = body["access_token"].as_str().unwrap();
    let users = "/v1/consents/users?organization_id=harbor";
    world.app.pass(3_599);
    let answer = world.with(token, Method::GET, users, None).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    world.app.pass(1);
    refused(
        &world.with(token, Method::GET, users, None).await,
        401,
        "NotAuthenticated",
    );
}

#[tokio::test]
async fn ctp_3_2_wrong_credentials_are_400_and_look_alike() {
    let world = World::new().await;
    world
        .app
        .provision(&[key("a-key-that-is-switched-off", SECRET, false)])
        .await;
    for (key, secret) in [
        (KEY, "wrong"),
        ("no-such-key-in-this-house", SECRET),
        ("a-key-that-is-switched-off", SECRET),
        (
            world.app.bank.dashboard.client_id.as_str(),
            &world.app.bank.dashboard.client_secret,
        ),
    ] {
        let body = json!({ "type": "api-key", "key": key, "secret": secret });
        let answer = open(&world.app, &body).await;
        refused(&answer, 400, "BadRequest");
        assert_eq!(answer.json()["message"], "Invalid authentication information");
    }
    let errors = refused(
        &open(&world.app, &json!({ "type": "api-key" })).await,
        400,
        "BadRequest",
    );
    assert!(errors["key"].is_string() && errors["secret"].is_string());
    let by_mail = json!({ "type": "email", "key": KEY, "secret": SECRET });
    refused(&open(&world.app, &by_mail).await, 400, "BadRequest");
}

#[tokio::test]
async fn ctp_3_2_guessing_is_slowed_down() {
    let world = World::new().await;
    let wrong = json!({ "type": "api-key", "key": KEY, "secret": "wrong" });
    for _ in 0..10 {
        refused(&open(&world.app, &wrong).await, 400, "BadRequest");
    }
    let right = json!({ "type": "api-key", "key": KEY, "secret": SECRET });
    let answer = open(&world.app, &right).await;
    refused(&answer, 429, "TooManyRequests");
    assert!(answer.header("retry-after").is_some());
    world.app.pass(60);
    assert_eq!(open(&world.app, &right).await.status(), 200);
}

#[tokio::test]
async fn ctp_3_1_a_key_that_is_switched_off_opens_nothing_and_its_sessions_go_on() {
    let world = World::new().await;
    world.app.provision(&[key(KEY, SECRET, false)]).await;
    let body = json!({ "type": "api-key", "key": KEY, "secret": SECRET });
    refused(&open(&world.app, &body).await, 400, "BadRequest");
    assert!(world.get("/consents/users").await["data"].is_array());
}

#[tokio::test]
async fn ctp_3_1_the_key_of_the_preferences_door_opens_no_dashboard() {
    let world = World::new().await;
    let answer = world
        .app
        .request(Method::POST, "/api/v4/token")
        .basic(KEY, SECRET)
        .json(&json!({ "customer_id": "cust-7f3a91" }))
        .send()
        .await;
    assert_eq!(answer.status(), 401, "{}", answer.text());
}

#[tokio::test]
async fn ctp_3_1_keys_are_listed_without_secrets_and_switched_off_for_good() {
    let world = World::new().await;
    let mut of_the_dashboard = key("harbor-dashboard-key-of-its-own", SECRET, true);
    if let Entry::ApiCredential(key) = &mut of_the_dashboard {
        key.opens = Opens::Dashboard;
    }
    let second = key("harbor-second-preferences-key", SECRET, true);
    world.app.provision(&[second, of_the_dashboard]).await;
    let list = world.get("/keys").await;
    let ids: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&KEY) && ids.contains(&"harbor-second-preferences-key"),
        "{ids:?}"
    );
    assert!(!ids.contains(&"harbor-dashboard-key-of-its-own"), "{ids:?}");
    assert!(!list.to_string().contains("sha256") && !list.to_string().contains("secret"));
    let path = format!("/v1/keys/{KEY}");
    assert_eq!(world.get(&path).await["enabled"], true);
    for (body, status, name) in [
        (json!({ "enabled": true }), 403, "Forbidden"),
        (json!({ "enabled": "no" }), 400, "BadRequest"),
        (json!({}), 400, "BadRequest"),
    ] {
        refused(&world.ask(Method::PATCH, &path, Some(&body)).await, status, name);
    }
    let off = json!({ "enabled": false });
    for _ in 0..2 {
        let answer = world.ask(Method::PATCH, &path, Some(&off)).await;
        assert_eq!(
            answer.expect_status(200).json()["enabled"],
            false,
            "the session goes on until its end"
        );
    }
    let body = json!({ "type": "api-key", "key": KEY, "secret": SECRET });
    let opened = world
        .app
        .request(Method::POST, "/sessions")
        .json(&body)
        .send()
        .await;
    refused(&opened, 400, "BadRequest");
    let unknown = world.ask(Method::PATCH, "/keys/nothing", Some(&off)).await;
    refused(&unknown, 404, "NotFound");
    let token = world.id_token(IRIS, &json!({})).await;
    refused(
        &world.with(&token, Method::GET, "/keys", None).await,
        403,
        "Forbidden",
    );
}
