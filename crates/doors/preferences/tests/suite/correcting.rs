//! Corrections of events: whole ones that are sent back, and what follows from a switch (consent-tokens-and-preferences 5.4, 5.6).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, switch, switch_with, text};

#[tokio::test]
async fn ctp_5_4_an_event_that_is_sent_back_whole_changes_what_is_new_in_it_and_nothing_else() {
    let world = World::new().await;
    let file = json!({ "proofs": ["data:application/pdf;base64,JVBERi0xLjcK"], "domain": "shop.example",
        "delegate": { "id": "agent-17" }, "metadata": { "a": 1 } });
    let mut event = switch_with(IRIS, "offers", json!(true), &file);
    event["user"] =
        json!({ "id": "phone", "organization_user_id": IRIS, "metadata": { "b": 2 }, "country": "PT" });
    let made = world.event(&event).await;
    assert_eq!(purpose_of(&made, "offers")["propagation"], true);
    world.pass(1).await;
    world.event(&switch(IRIS, "offers", json!(false))).await;
    world.pass(1).await;
    let path = format!("/consents/events/{}", text(&made, "id"));
    let mut whole = world.get(&path).await;
    whole["metadata"]["case"] = json!("C-5521");
    let answer = world.patch(&path, &whole).await;
    let mut expected = whole.clone();
    expected["updated_at"] = json!(moment(&world.app, 0));
    assert_eq!(
        answer, expected,
        "no file twice, and values are as they were chosen"
    );
    assert_eq!(world.is_on(IRIS, "offers").await, false, "it did not move");
    for (member, value) in [
        ("user", json!({ "id": "phone", "organization_user_id": "other" })),
        ("user", json!({ "id": "tablet" })),
        ("user", json!({ "metadata": { "b": 3 } })),
        ("user", json!({ "country": "ES" })),
        ("user", json!({ "last_seen_country": "ES" })),
        ("created_at", json!(moment(&world.app, 0))),
        ("regulation", json!("cpra")),
    ] {
        let mut other = whole.clone();
        other[member] = value.clone();
        let errors = refused(
            &world.ask(Method::PATCH, &path, Some(&other)).await,
            400,
            "BadRequest",
        );
        assert!(errors[member].is_string(), "{member} {value}: {errors}");
    }
    let mut foreign = whole;
    foreign["organization_id"] = json!("other");
    refused(
        &world.ask(Method::PATCH, &path, Some(&foreign)).await,
        403,
        "Forbidden",
    );
    assert_eq!(
        world.get(&path).await,
        answer,
        "nothing of what was refused is there"
    );
    world.verify().await;
}

#[tokio::test]
async fn ctp_5_6_what_a_switch_answered_follows_its_correction() {
    let world = World::new().await;
    let made = world.event(&switch(IRIS, "offers", json!(true))).await;
    let path = format!("/consents/events/{}", text(&made, "id"));
    let off = json!({ "consents": { "purposes": [{ "id": "offers", "enabled": false }] } });
    let corrected = world.patch(&path, &off).await;
    assert_eq!(
        purpose_of(&corrected, "offers"),
        json!({ "id": "offers", "enabled": false, "propagation": true,
            "values": { "goods": { "value": "", "from_propagation": true } } })
    );
    let explicit = json!({ "consents": { "purposes": [{ "id": "offers", "values": { "goods": { "value": "hats" } } }] } });
    world.patch(&path, &explicit).await;
    let on = json!({ "consents": { "purposes": [{ "id": "offers", "enabled": true }] } });
    let again = world.patch(&path, &on).await;
    assert_eq!(
        purpose_of(&again, "offers")["values"],
        json!({ "goods": { "value": "hats" } }),
        "what was chosen itself stays"
    );
    world.verify().await;
}

#[tokio::test]
async fn ctp_5_6_what_was_chosen_under_one_regulation_answers_nothing_under_another() {
    let world = World::new().await;
    let explicit = json!({ "user": { "organization_user_id": IRIS }, "regulation": "cpra",
        "consents": { "purposes": [{ "id": "offers", "values": { "goods": { "value": "hats" } } }] } });
    world.event(&explicit).await;
    world.pass(1).await;
    let made = world.event(&switch(IRIS, "offers", json!(true))).await;
    assert_eq!(
        purpose_of(&made, "offers")["values"]["goods"],
        json!({ "value": "shoes,hats", "from_propagation": true })
    );
    // A preference that is shown nowhere is not answered by a switch.
    assert_eq!(
        world
            .ask(Method::DELETE, "/preferences/goods", None)
            .await
            .status(),
        200
    );
    let other = world.event(&switch("other", "offers", json!(true))).await;
    assert_eq!(
        purpose_of(&other, "offers"),
        json!({ "id": "offers", "enabled": true })
    );
}

#[tokio::test]
async fn ctp_5_3_a_value_that_was_taken_away_is_taken_still() {
    let world = World::new().await;
    let with = |value: &str| {
        json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [
            { "id": "newsletter", "enabled": true, "values": { "topics": { "value": value } } }] } })
    };
    let made = world.event(&with("garden")).await;
    let values = json!({ "values": [{ "id": "kitchen" }, { "id": "travel" }] });
    let changed = world.patch("/preferences/topics", &values).await;
    let ids: Vec<&Value> = changed["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| &own["id"])
        .collect();
    assert_eq!(ids, ["kitchen", "travel"], "it is shown nowhere");
    world.pass(1).await;
    let import = world.event(&with("garden,kitchen")).await;
    assert_eq!(
        purpose_of(&import, "newsletter")["values"]["topics"]["value"],
        "garden,kitchen"
    );
    let path = format!("/consents/events/{}", text(&made, "id"));
    let more = json!({ "consents": { "purposes": [{ "id": "offers", "enabled": false }] } });
    assert_eq!(
        purpose_of(&world.patch(&path, &more).await, "offers")["enabled"],
        false
    );
    let unknown = world
        .ask(Method::POST, "/consents/events", Some(&with("cars")))
        .await;
    refused(&unknown, 400, "BadRequest");
    // Neither the administration door nor the manifest makes it forgotten, and it can come back.
    let admin = &world.app.bank.admin;
    let body = json!({ "kind": "preference", "parent": "newsletter",
        "choice": { "multiple": true, "values": [{ "id": "travel" }] } });
    let put = world
        .app
        .request(Method::PUT, "/admin/v1/definitions/topics")
        .basic(&admin.client_id, &admin.client_secret)
        .json(&body)
        .send()
        .await
        .expect_status(200);
    assert_eq!(put.json()["choice"]["retired"], json!(["garden", "kitchen"]));
    world.event(&with("garden,kitchen,travel")).await;
    let back = json!({ "values": [{ "id": "garden" }, { "id": "travel" }] });
    world.patch("/preferences/topics", &back).await;
    world.event(&with("garden,kitchen")).await;
    world.verify().await;
}
