//! What is read again and again is kept for a moment, and true all the same (consent-tokens-and-preferences 2.6, 6.3, 6.4).

use consentry_domain::{
    Lifetime,
    definition::{Choice, DefinitionKind},
    subject::Namespace,
};
use consentry_ledger::provision::Entry;
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, definition, moment, purpose_of, refused, switch, switch_with, text};

/// What the list and the resource say of somebody, which is the same.
async fn seen(world: &World, name: &str) -> Value {
    let listed = world.user(name).await;
    let path = format!("/consents/users/{name}?$by_organization_user_id");
    let alone = world.get(&path).await;
    assert_eq!(listed, alone);
    // Nobody wrote anything in between, so it is told from memory, and is the same.
    assert_eq!(world.get(&path).await, alone);
    alone
}

fn rhythm(of: &Value) -> Value {
    purpose_of(of, "newsletter")["values"]["rhythm"]["value"].clone()
}

#[tokio::test]
async fn ctp_2_6_every_write_here_is_seen_by_the_next_read_within_the_same_second() {
    let world = World::new().await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    assert_eq!(seen(&world, IRIS).await["version"], 1);
    // Of values the ledger decides nothing; they are seen all the same.
    let valued = |value: &str| {
        let values = json!({ "rhythm": { "value": value } });
        let purposes = json!([{ "id": "newsletter", "values": values }]);
        json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": purposes } })
    };
    world.event(&valued("daily")).await;
    assert_eq!(rhythm(&seen(&world, IRIS).await), "daily");
    let weekly = world.event(&valued("weekly")).await;
    assert_eq!(rhythm(&seen(&world, IRIS).await), "weekly");
    let path = format!("/consents/events/{}", text(&weekly, "id"));
    let _gone = world.ask(Method::DELETE, &path, None).await.expect_status(204);
    assert_eq!(rhythm(&seen(&world, IRIS).await), "daily");
    let path = format!("/consents/users/{IRIS}?$by_organization_user_id");
    let country = json!({ "country": "PT", "metadata": { "crm_id": "88012" } });
    let _changed = world
        .ask(Method::PATCH, &path, Some(&country))
        .await
        .expect_status(200);
    assert_eq!(seen(&world, IRIS).await["metadata"], json!({ "crm_id": "88012" }));
    // Another regulation, and the whole tree, are other answers.
    let other = format!("/consents/users?organization_user_id={IRIS}&regulation=cpra");
    assert_eq!(
        purpose_of(&world.get(&other).await["data"][0], "newsletter"),
        Value::Null
    );
    let elsewhere = switch_with(IRIS, "newsletter", json!(false), &json!({ "regulation": "cpra" }));
    world.event(&elsewhere).await;
    let found = world.get(&other).await;
    assert_eq!(purpose_of(&found["data"][0], "newsletter")["enabled"], false);
    assert_eq!(
        purpose_of(&seen(&world, IRIS).await, "newsletter")["enabled"],
        true
    );
    let tree = world.get(&format!("{path}&$include_full_tree=true")).await;
    assert_eq!(tree["consents"]["purposes"].as_array().unwrap().len(), 3);
    // The person with a token of their own reads the same, and is told of what the back end changes.
    let token = world.id_token(IRIS, &json!({})).await;
    let own = async || {
        let read = world.with(&token, Method::GET, "/consents/users", None).await;
        read.expect_status(200).json()["data"][0].clone()
    };
    assert_eq!(own().await, seen(&world, IRIS).await);
    world.event(&switch(IRIS, "newsletter", json!(false))).await;
    assert_eq!(purpose_of(&own().await, "newsletter")["enabled"], false);
    // A definition that is hidden or named otherwise is configuration, which ends what is kept too.
    world
        .app
        .provision(&[definition(
            "survey",
            DefinitionKind::Purpose,
            None,
            Choice::default(),
        )])
        .await;
    let tree = world.get(&format!("{path}&$include_full_tree=true")).await;
    assert_eq!(tree["consents"]["purposes"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn ctp_2_6_a_device_that_becomes_somebodys_is_seen_with_them_at_once() {
    let world = World::new().await;
    world.event(&switch(IRIS, "offers", json!(true))).await;
    let on_device = json!({ "user": { "id": "phone" }, "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    world.event(&on_device).await;
    let alone = world.get("/consents/users/phone").await;
    assert_eq!(alone.get("organization_user_id"), None);
    assert_eq!(purpose_of(&seen(&world, IRIS).await, "newsletter"), Value::Null);
    let joined = json!({ "user": { "id": "phone", "organization_user_id": IRIS }, "consents": { "purposes": [{ "id": "account-data", "enabled": false }] } });
    world.event(&joined).await;
    let together = seen(&world, IRIS).await;
    assert_eq!(world.get("/consents/users/phone").await, together);
    for (purpose, enabled) in [("newsletter", true), ("offers", true), ("account-data", false)] {
        assert_eq!(purpose_of(&together, purpose)["enabled"], enabled);
    }
}

#[tokio::test]
async fn a_stop_at_the_dashboard_is_seen_here_within_the_same_second() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| tenant.preferences.organization_users = Namespace::Customer)
        .await;
    let customers = &world.app.bank.customers;
    let ada = customers.iter().find(|own| own.username == "ada").unwrap();
    let ada = ada.customer_id.clone();
    world.event(&switch(&ada, "newsletter", json!(true))).await;
    assert_eq!(
        purpose_of(&seen(&world, &ada).await, "newsletter")["enabled"],
        true
    );
    let page = world.app.open_dashboard("ada").await.expect_status(200);
    let session = page.field("session").unwrap();
    let (_, form) = page.text().split_once("action=\"/embed/single/stop\"").unwrap();
    let (_, value) = form.split_once("name=\"id\" value=\"").unwrap();
    let id = value.split('"').next().unwrap();
    let fields = [("session", session.as_str()), ("id", id)];
    let stopped = world
        .app
        .post_embedded("/embed/single/stop/confirm", &fields)
        .await;
    assert_eq!(stopped.status(), 200, "{}", stopped.text());
    assert_eq!(
        purpose_of(&seen(&world, &ada).await, "newsletter")["enabled"],
        false
    );
}

#[tokio::test]
async fn ctp_16_a_deletion_is_seen_by_the_next_read() {
    let world = World::new().await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let before = seen(&world, IRIS).await;
    let token = world.id_token(IRIS, &json!({})).await;
    let path = format!("/consents/users/{IRIS}?$by_organization_user_id");
    let _was = world.ask(Method::DELETE, &path, None).await.expect_status(200);
    refused(&world.ask(Method::GET, &path, None).await, 404, "NotFound");
    let by_id = format!("/consents/users/{}", text(&before, "id"));
    refused(&world.ask(Method::GET, &by_id, None).await, 404, "NotFound");
    assert_eq!(world.user(IRIS).await, Value::Null);
    let own = world.with(&token, Method::GET, "/consents/users", None).await;
    refused(&own, 401, "NotAuthenticated");
    world.event(&switch(IRIS, "offers", json!(true))).await;
    let after = seen(&world, IRIS).await;
    assert_ne!(after["id"], before["id"]);
    assert_eq!(purpose_of(&after, "newsletter"), Value::Null);
}

#[tokio::test]
async fn a_choice_that_ends_by_itself_is_over_to_the_microsecond() {
    let world = World::new().await;
    let mut short = definition("survey", DefinitionKind::Purpose, None, Choice::default());
    if let Entry::Definition(own) = &mut short {
        own.lifetime = Some(Lifetime::seconds(60));
    }
    world.app.provision(&[short]).await;
    // Made within a second, it ends within one.
    world.app.clock.advance_micros(500_000);
    world.event(&switch(IRIS, "survey", json!(true))).await;
    world.app.clock.advance_micros(59_999_999);
    let before = moment(&world.app, 0);
    assert_eq!(purpose_of(&seen(&world, IRIS).await, "survey")["enabled"], true);
    world.app.clock.advance_micros(1);
    assert_eq!(
        before[..19],
        moment(&world.app, 0)[..19],
        "within the same second"
    );
    assert_eq!(
        purpose_of(&seen(&world, IRIS).await, "survey")["enabled"],
        Value::Null
    );
}
