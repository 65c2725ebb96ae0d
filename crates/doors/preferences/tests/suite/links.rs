//! Consent links (consent-tokens-and-preferences 9).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, refused, switch, text};

async fn make(world: &World, more: &Value) -> Value {
    let mut body = json!({
        "organization_user_id": IRIS,
        "action": "event.create",
        "event": { "consents": switch(IRIS, "newsletter", json!(true))["consents"] },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let made = world.ask(Method::POST, "/consents/links", Some(&body)).await;
    made.expect_status(200).json()
}

fn path(link: &Value) -> String {
    let url = text(link, "url");
    url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

async fn events(world: &World) -> Value {
    world
        .get(&format!("/consents/events?organization_user_id={IRIS}"))
        .await
}

#[tokio::test]
async fn ctp_9_opening_a_link_records_its_event_once() {
    let world = World::new().await;
    let link = make(&world, &json!({})).await;
    assert_eq!(link["lifetime"], 900);
    let head = world.app.request(Method::HEAD, &path(&link)).send().await;
    assert_eq!(head.status(), 405, "what only looks changes nothing");
    let early = world
        .app
        .request(Method::GET, &path(&link))
        .header("sec-purpose", "prefetch");
    assert_eq!(early.send().await.status(), 503);
    assert_eq!(events(&world).await["total"], 0);
    for _ in 0..2 {
        let done = world.app.get(&path(&link)).await.expect_status(200);
        assert!(done.text().contains("It is done"));
    }
    let all = events(&world).await;
    assert_eq!(all["total"], 1);
    assert_eq!(all["data"][0]["id"], link["event"]["id"]);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    let away = make(
        &world,
        &json!({ "redirect_url": "https://shop.example/thanks", "lifetime": 60 }),
    )
    .await;
    let gone = world.app.get(&path(&away)).await.expect_status(302);
    assert_eq!(gone.header("location"), Some("https://shop.example/thanks"));
    world.pass(60).await;
    assert_eq!(world.app.get(&path(&away)).await.status(), 410);
    assert_eq!(
        world.app.get("/v1/consents/execute?token=cl_x").await.status(),
        400
    );
    world.verify().await;
}

#[tokio::test]
async fn ctp_9_a_link_confirms_an_event_of_its_own_person_only() {
    let world = World::new().await;
    let mut waiting = switch(IRIS, "newsletter", json!(true));
    waiting["status"] = json!("pending_approval");
    let waiting = world.event(&waiting).await;
    let confirm = json!({ "id": waiting["id"], "status": "confirmed" });
    let foreign = make(
        &world,
        &json!({ "organization_user_id": "other@example.org", "action": "event.update", "event": confirm }),
    )
    .await;
    assert_eq!(world.app.get(&path(&foreign)).await.status(), 404);
    assert_eq!(events(&world).await["total"], 0);
    let own = make(&world, &json!({ "action": "event.update", "event": confirm })).await;
    assert_eq!(world.app.get(&path(&own)).await.status(), 200);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    assert_eq!(events(&world).await["total"], 1);
}

#[tokio::test]
async fn ctp_9_what_cannot_be_a_link_is_refused() {
    let world = World::new().await;
    let consents = switch(IRIS, "newsletter", json!(true))["consents"].clone();
    for (field, change) in [
        ("organization_user_id", json!({ "organization_user_id": null })),
        ("action", json!({ "action": "event.delete" })),
        ("lifetime", json!({ "lifetime": 0 })),
        ("lifetime", json!({ "lifetime": "900" })),
        ("redirect_url", json!({ "redirect_url": "javascript:alert(1)" })),
        (
            "event.id",
            json!({ "action": "event.update", "event": { "status": "confirmed" } }),
        ),
        ("consents", json!({ "event": {} })),
    ] {
        let mut body = json!({
            "organization_user_id": IRIS, "action": "event.create", "event": { "consents": consents },
        });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let answer = world.ask(Method::POST, "/consents/links", Some(&body)).await;
        assert!(refused(&answer, 400, "BadRequest")[field].is_string(), "{field}");
    }
    let token = world.id_token(IRIS, &json!({})).await;
    let body =
        json!({ "organization_user_id": IRIS, "action": "event.create", "event": { "consents": consents } });
    let answer = world
        .with(&token, Method::POST, "/consents/links", Some(&body))
        .await;
    refused(&answer, 403, "Forbidden");
}
