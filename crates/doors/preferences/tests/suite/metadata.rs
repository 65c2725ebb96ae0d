//! Purposes, preferences and regulations (consent-tokens-and-preferences 12).

use http::Method;
use serde_json::{Value, json};

use crate::world::{World, refused};

#[tokio::test]
async fn ctp_12_purposes_and_preferences_are_definitions_of_the_ledger() {
    let world = World::new().await;
    let list = world.get("/v1/metadata/purposes").await;
    assert_eq!(
        (&list["total"], &list["limit"], &list["skip"]),
        (&json!(3), &json!(100), &json!(0))
    );
    let newsletter = world.get("/metadata/purposes/newsletter").await;
    assert_eq!(list["data"][1], newsletter);
    assert_eq!(newsletter["name"], "Newsletter");
    assert_eq!(newsletter["description"], "So that we can write to you");
    assert_eq!(newsletter["type"], "purpose");
    let translated = world
        .get("/metadata/purposes/newsletter?$translations=true")
        .await;
    assert_eq!(
        translated["description"],
        json!({ "en-GB": "So that we can write to you" })
    );
    let topics = world.get("/preferences/topics").await;
    assert_eq!(
        (&topics["type"], &topics["purpose_id"]),
        (&json!("multi"), &json!("newsletter"))
    );
    assert_eq!(
        topics["values"][1],
        json!({ "id": "kitchen", "name": { "en": "KITCHEN" }, "order": 1 })
    );
    assert_eq!(world.get("/preferences").await["total"], 4);
    assert_eq!(
        world.get("/preferences?$limit=1&$skip=1").await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for path in [
        "/metadata/purposes/topics",
        "/metadata/purposes/none",
        "/preferences/newsletter",
    ] {
        refused(&world.ask(Method::GET, path, None).await, 404, "NotFound");
    }
    let none = world
        .with(&world.session(), Method::GET, "/metadata/purposes", None)
        .await;
    refused(&none, 400, "BadRequest");
}

#[tokio::test]
async fn ctp_12_regulations_are_listed_with_where_they_apply() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| tenant.preferences.regulations = vec!["lgpd".to_owned()])
        .await;
    let list = world.get("/compliance/v1/regulations").await;
    let ids: Vec<&Value> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| &own["id"])
        .collect();
    assert_eq!(ids, ["gdpr", "cpra", "cpa", "ctdpa", "vcdpa", "lgpd"]);
    assert!(
        list["data"][0]["countries"]
            .as_array()
            .unwrap()
            .contains(&json!("PT"))
    );
}

#[tokio::test]
async fn ctp_12_the_administration_door_writes_how_a_preference_is_answered() {
    let world = World::new().await;
    let admin = &world.app.bank.admin;
    let put = async |body: Value| {
        world
            .app
            .request(Method::PUT, "/admin/v1/definitions/colours")
            .basic(&admin.client_id, &admin.client_secret)
            .json(&body)
            .send()
            .await
    };
    let body = json!({ "kind": "preference", "parent": "newsletter",
        "choice": { "multiple": true, "values": [{ "id": "red", "name": { "en-GB": "Red" } }] } });
    let made = put(body).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(made.json()["choice"]["values"][0]["id"], "red");
    assert_eq!(
        world.get("/preferences/colours").await["values"][0]["name"]["en-GB"],
        "Red"
    );
    for wrong in [
        json!({ "kind": "preference", "choice": { "values": [{ "id": "a,b" }] } }),
        json!({ "kind": "preference", "choice": { "colour": 1 } }),
        json!({ "kind": "preference", "choice": [] }),
        json!({ "kind": "preference", "choice": { "values": [["red"]] } }),
    ] {
        assert_eq!(put(wrong).await.status(), 400);
    }
}
