//! Recording events: ids that are taken once, batches, and what a token decides (consent-tokens-and-preferences 4.4, 5.1, 5.4).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, refused, switch, switch_with};

const EVENTS: &str = "/consents/events";

#[tokio::test]
async fn ctp_5_4_an_id_is_taken_once() {
    let world = World::new().await;
    let event = switch_with(IRIS, "newsletter", json!(true), &json!({ "id": "E1" }));
    world.event(&event).await;
    let again = switch_with("other", "newsletter", json!(false), &json!({ "id": "E1" }));
    refused(
        &world.ask(Method::POST, EVENTS, Some(&again)).await,
        409,
        "Conflict",
    );
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    let new = switch_with(IRIS, "offers", json!(true), &json!({ "id": "E2" }));
    let batch = json!([again, new, again]);
    let all = world.event(&batch).await;
    let ids: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["E1", "E2", "E1"]);
    assert_eq!(all[0]["user"]["organization_user_id"], IRIS, "as stored");
    assert_eq!(
        world.event(&batch).await,
        all,
        "a repeated import changes nothing"
    );
    let list = world.get(&format!("{EVENTS}?organization_user_id={IRIS}")).await;
    assert_eq!(list["total"], 2);
    let token = world.id_token("other", &json!({})).await;
    let own = json!({ "id": "E1", "consents": new["consents"] });
    refused(
        &world.with(&token, Method::POST, EVENTS, Some(&own)).await,
        409,
        "Conflict",
    );
}

#[tokio::test]
async fn ctp_5_4_a_batch_is_taken_whole_or_not_at_all() {
    let world = World::new().await;
    let good = switch(IRIS, "newsletter", json!(true));
    let bad = switch(IRIS, "no-such-purpose", json!(true));
    let formless = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": "x" }] } });
    let batch = json!([good, bad, good]);
    let errors = refused(
        &world.ask(Method::POST, EVENTS, Some(&batch)).await,
        400,
        "BadRequest",
    );
    assert!(
        errors["1"].as_str().unwrap().contains("no-such-purpose"),
        "{errors}"
    );
    assert_eq!(errors.as_object().unwrap().len(), 1);
    let batch = json!([good, formless]);
    let errors = refused(
        &world.ask(Method::POST, EVENTS, Some(&batch)).await,
        400,
        "BadRequest",
    );
    assert!(errors["1"].as_str().unwrap().contains("enabled"), "{errors}");
    let many = Value::Array(vec![good.clone(); 101]);
    for wrong in [json!([]), many] {
        refused(
            &world.ask(Method::POST, EVENTS, Some(&wrong)).await,
            400,
            "BadRequest",
        );
    }
    assert_eq!(world.get("/consents/users").await["data"], json!([]));
    let hundred: Vec<Value> = (0..100)
        .map(|number| {
            switch(
                &format!("user {}", number % 10),
                "newsletter",
                json!(number >= 50),
            )
        })
        .collect();
    let all = world.event(&Value::Array(hundred)).await;
    assert_eq!(all.as_array().unwrap().len(), 100);
    assert_eq!(world.get("/consents/users").await["limit"], 10);
    assert_eq!(world.is_on("user 3", "newsletter").await, true);
}

#[tokio::test]
async fn ctp_5_1_each_event_of_a_batch_says_whose_it_is_or_the_query_does() {
    let world = World::new().await;
    let of = |organization: &str| {
        switch_with(
            IRIS,
            "newsletter",
            json!(true),
            &json!({ "organization_id": organization }),
        )
    };
    let send = async |batch: Value| {
        world
            .with(&world.session(), Method::POST, EVENTS, Some(&batch))
            .await
    };
    let taken = send(json!([of("harbor"), of("harbor")])).await;
    assert_eq!(taken.expect_status(200).json().as_array().unwrap().len(), 2);
    let nobodys = json!([of("harbor"), switch(IRIS, "newsletter", json!(true))]);
    refused(&send(nobodys).await, 400, "BadRequest");
    let foreign = json!([of("harbor"), of("other")]);
    refused(&send(foreign.clone()).await, 403, "Forbidden");
    let named = world.ask(Method::POST, EVENTS, Some(&foreign)).await;
    refused(&named, 403, "Forbidden");
    assert_eq!(
        world.get(&format!("{EVENTS}?organization_user_id={IRIS}")).await["total"],
        2
    );
}

#[tokio::test]
async fn ctp_4_4_who_acts_and_when_is_ignored_with_a_token_whatever_it_is() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({})).await;
    let event = json!({ "consents": switch(IRIS, "newsletter", json!(true))["consents"],
        "delegate": { "name": 5 }, "created_at": "yesterday" });
    let made = world.with(&token, Method::POST, EVENTS, Some(&event)).await;
    let made = made.expect_status(200).json();
    assert_eq!(made["created_at"], moment(&world.app, 0));
    assert!(made.get("delegate").is_none());
}
