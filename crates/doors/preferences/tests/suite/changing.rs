//! Correcting, deleting and importing events, and what people's choices come to then (consent-tokens-and-preferences 5.4, 6.5).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, switch, switch_with, text};

#[tokio::test]
async fn ctp_6_5_the_worked_example_holds_at_the_door() {
    let world = World::new().await;
    let status = async || {
        let purpose = purpose_of(&world.user(IRIS).await, "newsletter");
        (
            purpose["enabled"].clone(),
            purpose["values"]["topics"]["value"].clone(),
        )
    };
    let first = json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [
        { "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } }] } });
    let first = world.event(&first).await;
    let before = moment(&world.app, -86_400);
    world.pass(86_400).await;
    let pending = json!({ "status": "pending_approval" });
    let second = world
        .event(&switch_with(IRIS, "newsletter", json!(false), &pending))
        .await;
    assert_eq!(second["status"], "pending_approval");
    world.pass(86_400).await;
    let third = json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [
        { "id": "newsletter", "values": { "topics": { "value": "kitchen" } } }] } });
    world.event(&third).await;
    assert_eq!(status().await, (json!(true), json!("kitchen")));
    world.pass(86_400).await;
    let path = format!("/consents/events/{}", text(&second, "id"));
    let confirmed = world
        .ask(Method::PATCH, &path, Some(&json!({ "status": "confirmed" })))
        .await;
    let confirmed = confirmed.expect_status(200).json();
    assert_eq!(
        (&confirmed["status"], &confirmed["updated_at"]),
        (&json!("confirmed"), &json!(moment(&world.app, 0)))
    );
    assert_eq!(status().await, (json!(false), json!("kitchen")));
    let path = format!("/v1/consents/events/{}", text(&first, "id"));
    assert_eq!(world.ask(Method::DELETE, &path, None).await.status(), 204);
    refused(&world.ask(Method::GET, &path, None).await, 404, "NotFound");
    assert_eq!(status().await, (json!(false), json!("kitchen")));
    let import = switch_with(IRIS, "newsletter", json!(true), &json!({ "created_at": before }));
    let imported = world.event(&import).await;
    assert_eq!(imported["created_at"], before);
    assert_eq!(status().await, (json!(false), json!("kitchen")));
    world
        .event(&switch_with(
            IRIS,
            "newsletter",
            json!(true),
            &json!({ "regulation": "cpra" }),
        ))
        .await;
    assert_eq!(status().await, (json!(false), json!("kitchen")));
    let cpra = world
        .get(&format!(
            "/consents/users?organization_user_id={IRIS}&regulation=cpra"
        ))
        .await;
    assert_eq!(purpose_of(&cpra["data"][0], "newsletter")["enabled"], true);
}

#[tokio::test]
async fn ctp_6_5_deleting_the_newest_event_brings_the_one_before_back() {
    let world = World::new().await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    world.pass(1).await;
    let no = world
        .event(&switch_with(
            IRIS,
            "newsletter",
            json!(false),
            &json!({ "metadata": { "booking_id": "BK-77" } }),
        ))
        .await;
    assert_eq!(no["status"], "confirmed");
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    let path = format!("/consents/events?organization_user_id={IRIS}&metadata.booking_id=BK-77");
    assert_eq!(world.ask(Method::DELETE, &path, None).await.status(), 204);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    assert_eq!(
        world.ask(Method::DELETE, &path, None).await.status(),
        204,
        "nothing fits any more"
    );
    let all = format!("/consents/events?organization_user_id={IRIS}&regulation=gdpr");
    assert_eq!(world.ask(Method::DELETE, &all, None).await.status(), 204);
    assert_eq!(purpose_of(&world.user(IRIS).await, "newsletter"), Value::Null);
    for path in [
        "/consents/events?metadata.a=1".to_owned(),
        format!("/consents/events?organization_user_id={IRIS}"),
    ] {
        refused(&world.ask(Method::DELETE, &path, None).await, 400, "BadRequest");
    }
    world.verify().await;
}

#[tokio::test]
async fn ctp_5_4_a_correction_is_laid_over_the_event() {
    let world = World::new().await;
    let event = json!({ "id": "E", "metadata": { "a": 1, "b": 1 }, "user": { "organization_user_id": IRIS },
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true,
            "values": { "topics": { "value": "garden" }, "rhythm": { "value": "daily" } } }] } });
    world.event(&event).await;
    world.pass(1).await;
    world.event(&switch(IRIS, "offers", json!(true))).await;
    world.pass(1).await;
    let patch = json!({ "metadata": { "b": 2 }, "delegate": { "id": "agent-17" },
        "consents": { "purposes": [{ "id": "newsletter", "enabled": false, "values": { "topics": { "value": "" } } },
            { "id": "offers", "enabled": false }] } });
    let patched = world
        .ask(Method::PATCH, "/consents/events/E", Some(&patch))
        .await
        .expect_status(200)
        .json();
    assert_eq!(patched["metadata"], json!({ "a": 1, "b": 2 }));
    assert_eq!(patched["delegate"], json!({ "id": "agent-17" }));
    assert_eq!(
        purpose_of(&patched, "newsletter"),
        json!({ "id": "newsletter", "enabled": false, "values": { "topics": { "value": "" }, "rhythm": { "value": "daily" } } })
    );
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    assert_eq!(
        world.is_on(IRIS, "offers").await,
        false,
        "what is corrected counts from now"
    );
    for (field, wrong) in [
        ("status", json!({ "status": "pending_approval" })),
        ("user", json!({ "user": { "id": "x" } })),
        ("regulation", json!({ "regulation": "cpra" })),
        ("created_at", json!({ "created_at": "2020-01-01T00:00:00Z" })),
        ("id", json!({ "id": "other" })),
        (
            "consents.purposes.2.id",
            json!({ "consents": { "purposes": [{ "id": "nothing" }] } }),
        ),
    ] {
        let errors = refused(
            &world.ask(Method::PATCH, "/consents/events/E", Some(&wrong)).await,
            400,
            "BadRequest",
        );
        assert!(errors[field].is_string(), "{field}: {errors}");
    }
    refused(
        &world
            .ask(Method::PATCH, "/consents/events/none", Some(&json!({})))
            .await,
        404,
        "NotFound",
    );
}

#[tokio::test]
async fn ctp_6_5_adding_metadata_later_does_not_move_an_event() {
    let world = World::new().await;
    let early = world
        .event(&switch_with(
            IRIS,
            "newsletter",
            json!(true),
            &json!({ "id": "E" }),
        ))
        .await;
    world.pass(1).await;
    world.event(&switch(IRIS, "newsletter", json!(false))).await;
    world.pass(1).await;
    let path = format!("/consents/events/{}", text(&early, "id"));
    let patched = world
        .ask(Method::PATCH, &path, Some(&json!({ "metadata": { "a": 1 } })))
        .await;
    assert_eq!(patched.status(), 200);
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
}

#[tokio::test]
async fn ctp_6_5_two_events_at_once_both_survive() {
    let world = World::new().await;
    world.event(&switch(IRIS, "account-data", json!(true))).await;
    let (one, other) = (
        switch(IRIS, "newsletter", json!(true)),
        switch(IRIS, "offers", json!(true)),
    );
    let both = tokio::join!(
        world.ask(Method::POST, "/consents/events", Some(&one)),
        world.ask(Method::POST, "/consents/events", Some(&other)),
    );
    assert_eq!((both.0.status(), both.1.status()), (200, 200));
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    assert_eq!(world.is_on(IRIS, "offers").await, true);
    assert_eq!(world.user(IRIS).await["version"], 3);
}
