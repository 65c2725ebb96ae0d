//! Events that wait for approval, as far as the API decides about them (consent-tokens-and-preferences 7).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, text};

fn on() -> Value {
    json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] },
        "user": { "metadata": { "shoe": 42 } } })
}

async fn record(world: &World, token: &str) -> Value {
    let answer = world
        .with(token, Method::POST, "/consents/events", Some(&on()))
        .await;
    answer.expect_status(200).json()
}

#[tokio::test]
async fn ctp_7_6_an_event_that_waits_is_not_merged_until_it_is_confirmed() {
    let world = World::new().await;
    let asks = json!({ "validations": { "email": { "enabled": true, "approval": true } } });
    let token = world.id_token(IRIS, &asks).await;
    let pending = record(&world, &token).await;
    assert_eq!(pending["status"], "pending_approval");
    assert_eq!(
        pending["validations"],
        json!({ "email": { "enabled": true, "approval": true, "state": "pending", "expires_at": moment(&world.app, 7 * 86_400) } })
    );
    let user = world.user(IRIS).await;
    assert_eq!(
        purpose_of(&user, "newsletter"),
        Value::Null,
        "the user is there, without a choice"
    );
    assert_eq!(user["metadata"], json!({}));
    let path = format!("/consents/events/{}", text(&pending, "id"));
    let confirm = json!({ "status": "confirmed" });
    refused(
        &world.with(&token, Method::PATCH, &path, Some(&confirm)).await,
        403,
        "Forbidden",
    );
    world.pass(2 * 86_400).await;
    let confirmed = world
        .ask(Method::PATCH, &path, Some(&confirm))
        .await
        .expect_status(200)
        .json();
    assert_eq!(confirmed["validations"]["email"]["state"], "approved");
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    assert_eq!(world.user(IRIS).await["metadata"], json!({ "shoe": 42 }));
}

#[tokio::test]
async fn ctp_7_6_nobody_confirms_what_has_waited_too_long() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({ "validation": "email" })).await;
    let pending = record(&world, &token).await;
    let path = format!("/consents/events/{}", text(&pending, "id"));
    world.pass(7 * 86_400).await;
    let shown = world.get(&path).await;
    assert_eq!(shown["status"], "expired");
    let confirm = json!({ "status": "confirmed" });
    let errors = refused(
        &world.ask(Method::PATCH, &path, Some(&confirm)).await,
        400,
        "BadRequest",
    );
    assert!(errors["status"].is_string());
    let listed = world
        .get(&format!(
            "/consents/events?organization_user_id={IRIS}&status=pending_approval"
        ))
        .await;
    assert_eq!(listed["total"], 0);
}

#[tokio::test]
async fn ctp_7_3_the_flags_decide_whether_an_event_waits() {
    let world = World::new().await;
    for (validations, status) in [
        (json!({}), "confirmed"),
        (json!({ "email": { "enabled": false } }), "confirmed"),
        (
            json!({ "email": { "enabled": true, "approval": false } }),
            "confirmed",
        ),
        (json!({ "email": { "enabled": true } }), "pending_approval"),
    ] {
        let token = world.id_token(IRIS, &json!({ "validations": validations })).await;
        assert_eq!(record(&world, &token).await["status"], status, "{validations}");
    }
    let strict = world.id_token(IRIS, &json!({})).await;
    let mut event = on();
    event["status"] = json!("pending_approval");
    let answer = world
        .with(&strict, Method::POST, "/consents/events", Some(&event))
        .await;
    assert_eq!(
        answer.expect_status(200).json()["status"],
        "pending_approval",
        "a body can be stricter"
    );
}

#[tokio::test]
async fn ctp_7_4_what_is_asked_for_must_be_possible() {
    let world = World::new().await;
    let nameless = world
        .id_token("customer 5", &json!({ "validation": "email" }))
        .await;
    let answer = world
        .with(&nameless, Method::POST, "/consents/events", Some(&on()))
        .await;
    assert!(refused(&answer, 400, "BadRequest")["user.metadata.email"].is_string());
    let template = json!({ "validation": "email", "event": { "user": { "metadata": { "email": "five@example.org" } } } });
    let token = world.id_token("customer 5", &template).await;
    assert_eq!(record(&world, &token).await["status"], "pending_approval");
    for method in ["signature", "file"] {
        let token = world.id_token(IRIS, &json!({ "validation": method })).await;
        let answer = world
            .with(&token, Method::POST, "/consents/events", Some(&on()))
            .await;
        assert!(refused(&answer, 400, "BadRequest")["proofs"].is_string());
    }
}
