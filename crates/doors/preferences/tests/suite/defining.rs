//! Purposes, preferences and centers that a back end makes here (consent-tokens-and-preferences 11.2, 12).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, purpose_of, refused, switch};

#[tokio::test]
async fn ctp_12_a_purpose_and_its_preference_are_defined_worded_and_chosen() {
    let world = World::new().await;
    let wish = json!({
        "id": "events",
        "name": { "en-GB": "Invitations", "ar": "دعوات" },
        "description": "So that we can invite you",
        "details": "Your address",
    });
    let made = world
        .post("/v1/metadata/purposes?$translations=true", &wish)
        .await;
    assert_eq!(made["name"], json!({ "en-GB": "Invitations", "ar": "دعوات" }));
    assert_eq!(made["description"]["en-GB"], "So that we can invite you");
    let wish = json!({
        "id": "place", "purpose_id": "events", "name": "Where", "type": "multi",
        "values": [{ "id": "north", "name": { "en": "North" } }, { "id": "south" }],
    });
    let made = world.post("/preferences", &wish).await;
    assert_eq!(
        (&made["type"], &made["values"][0]["name"]["en"]),
        (&json!("multi"), &json!("North"))
    );
    let chosen = json!({
        "user": { "organization_user_id": IRIS },
        "consents": { "purposes": [{ "id": "events", "enabled": true, "values": { "place": { "value": "south,north" } } }] },
    });
    world.event(&chosen).await;
    let user = world.user(IRIS).await;
    assert_eq!(
        purpose_of(&user, "events")["values"]["place"]["value"],
        "south,north"
    );
    assert_eq!(world.is_on(IRIS, "events").await, true);

    let renamed = world
        .patch("/metadata/purposes/events", &json!({ "name": "Events" }))
        .await;
    assert_eq!(
        (&renamed["name"], &renamed["details"]),
        (&json!("Events"), &json!("Your address"))
    );
    let tenant = world.app.tenant();
    let key = "events".parse().unwrap();
    let versions: Vec<String> = tenant
        .wordings_in(&key, "en-GB")
        .iter()
        .map(|own| own.version.to_string())
        .collect();
    assert_eq!(versions, ["1.0", "1.1"], "what was shown stays what it was");
    let same = world
        .patch("/metadata/purposes/events", &json!({ "name": "Events" }))
        .await;
    assert_eq!(same, renamed);
    assert_eq!(
        world.app.tenant().wordings_in(&key, "en-GB").len(),
        2,
        "nothing new is said"
    );
    let put = json!({ "name": "Events", "one_click": true });
    let put = world
        .ask(Method::PUT, "/metadata/purposes/events", Some(&put))
        .await;
    assert_eq!(put.expect_status(200).json()["one_click"], true);
    world.verify().await;
}

#[tokio::test]
async fn ctp_12_what_cannot_be_defined_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let before = world.get("/metadata/purposes").await;
    for (path, body) in [
        ("/metadata/purposes", json!({ "id": "a", "name": 5 })),
        (
            "/metadata/purposes",
            json!({ "id": "a", "name": { "not a language": "x" } }),
        ),
        (
            "/preferences",
            json!({ "id": "a", "purpose_id": "nothing", "values": [{ "id": "x" }] }),
        ),
        (
            "/preferences",
            json!({ "id": "a", "purpose_id": "offers", "values": [] }),
        ),
        (
            "/preferences",
            json!({ "id": "a", "purpose_id": "offers", "values": [{ "id": "x" }, { "id": "x" }] }),
        ),
        (
            "/preferences",
            json!({ "id": "a", "purpose_id": "offers", "values": [{ "id": "x,y" }] }),
        ),
        (
            "/preferences",
            json!({ "id": "a", "purpose_id": "accounts:balance", "values": [{ "id": "x" }] }),
        ),
    ] {
        refused(
            &world.ask(Method::POST, path, Some(&body)).await,
            400,
            "BadRequest",
        );
    }
    let taken = json!({ "id": "accounts:balance", "name": "x" });
    refused(
        &world.ask(Method::POST, "/metadata/purposes", Some(&taken)).await,
        409,
        "Conflict",
    );
    let other = world
        .ask(
            Method::PATCH,
            "/metadata/purposes/accounts:balance",
            Some(&json!({ "name": "x" })),
        )
        .await;
    refused(&other, 404, "NotFound");
    let token = world.id_token(IRIS, &json!({})).await;
    let answer = world
        .with(&token, Method::POST, "/metadata/purposes", Some(&taken))
        .await;
    refused(&answer, 403, "Forbidden");
    assert_eq!(world.get("/metadata/purposes").await, before);
}

#[tokio::test]
async fn ctp_11_2_a_center_is_made_changed_and_taken_away() {
    let world = World::new().await;
    let wish = json!({
        "id": "own", "name": "Your choices", "purposes": ["newsletter"],
        "channels": [{ "id": "post", "name": { "en": "Letters" } }],
        "auth_allow_user_creation": true,
        "validations": { "email": { "enabled": true } },
    });
    let made = world.post("/v1/privacy-centers", &wish).await;
    assert_eq!(
        (&made["name"], &made["auth_enabled"]),
        (&json!("Your choices"), &json!(true))
    );
    assert_eq!(made["url"], "http://127.0.0.1:8080/center/own");
    let page = world.app.get("/center/own").await.expect_status(200);
    assert!(page.text().contains("E-mail address"));
    refused(
        &world.ask(Method::POST, "/privacy-centers", Some(&wish)).await,
        409,
        "Conflict",
    );
    let changed = world
        .patch(
            "/privacy-centers/own",
            &json!({ "validations": null, "frame_origins": ["https://shop.example"] }),
        )
        .await;
    assert_eq!(
        (&changed["validations"], &changed["purposes"]),
        (&Value::Null, &json!(["newsletter"]))
    );
    assert_eq!(world.get("/privacy-centers").await["total"], 1);
    let put = json!({ "name": "Only this" });
    let put = world
        .ask(Method::PUT, "/privacy-centers/own", Some(&put))
        .await
        .expect_status(200)
        .json();
    assert_eq!((&put["purposes"], &put["channels"]), (&json!([]), &json!([])));
    for body in [
        json!({ "id": "Not This" }),
        json!({ "id": "b", "purposes": ["nothing"] }),
        json!({ "id": "b", "purposes": "newsletter" }),
        json!({ "id": "b", "regulation": "unknown" }),
    ] {
        refused(
            &world.ask(Method::POST, "/privacy-centers", Some(&body)).await,
            400,
            "BadRequest",
        );
    }
    let other = json!({ "id": "other" });
    refused(
        &world
            .ask(Method::PATCH, "/privacy-centers/own", Some(&other))
            .await,
        400,
        "BadRequest",
    );
    let gone = world.ask(Method::DELETE, "/privacy-centers/own", None).await;
    assert_eq!(gone.expect_status(200).json()["id"], "own");
    refused(
        &world.ask(Method::GET, "/privacy-centers/own", None).await,
        404,
        "NotFound",
    );
    refused(
        &world
            .ask(Method::PATCH, "/privacy-centers/own", Some(&json!({})))
            .await,
        404,
        "NotFound",
    );
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    world.verify().await;
}

#[tokio::test]
async fn ctp_12_what_is_deleted_is_shown_nowhere_and_taken_still() {
    let world = World::new().await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let path = "/metadata/purposes/newsletter";
    let gone = world.ask(Method::DELETE, path, None).await.expect_status(200);
    assert_eq!(gone.json()["id"], "newsletter");
    refused(&world.ask(Method::GET, path, None).await, 404, "NotFound");
    refused(&world.ask(Method::DELETE, path, None).await, 404, "NotFound");
    refused(
        &world
            .ask(Method::PATCH, path, Some(&json!({ "name": "x" })))
            .await,
        404,
        "NotFound",
    );
    let ids = |list: &Value, name: &str| -> Vec<String> {
        let all = list[name].as_array().unwrap();
        all.iter()
            .map(|own| own["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let listed = ids(&world.get("/metadata/purposes").await, "data");
    assert_eq!(listed, ["account-data", "offers"]);
    // What was said stays, and a correction of it is taken.
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    world.app.pass(1);
    world.event(&switch(IRIS, "newsletter", json!(false))).await;
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    let gone = world.ask(Method::DELETE, "/preferences/goods", None).await;
    assert_eq!(gone.status(), 200);
    let tree = world.get("/configuration-tree").await;
    assert_eq!(
        tree,
        json!({ "purposes": [
            { "id": "account-data", "one_click": false, "preferences": [] },
            { "id": "offers", "one_click": true, "preferences": [{ "id": "channel", "values": ["mail", "post"] }] },
        ] })
    );
    // The id is free to be defined again.
    let again = world
        .post(
            "/metadata/purposes",
            &json!({ "id": "newsletter", "name": "Anew" }),
        )
        .await;
    assert_eq!(again["name"], "Anew");
    assert_eq!(world.get("/metadata/purposes").await["total"], 3);
    world.verify().await;
}

#[tokio::test]
async fn ctp_12_a_purpose_is_taken_by_what_it_is_called_elsewhere() {
    let world = World::new().await;
    let wish =
        json!({ "id": "events", "name": "Invitations", "namespaces": { "didomi": "events-Xy1", "iab2": 4 } });
    let made = world.post("/metadata/purposes", &wish).await;
    assert_eq!(
        made["namespaces"],
        json!({ "custom": "events", "didomi": "events-Xy1", "iab2": "4" })
    );
    let event = world.event(&switch(IRIS, "events-Xy1", json!(true))).await;
    assert_eq!(purpose_of(&event, "events-Xy1")["enabled"], true);
    assert_eq!(world.is_on(IRIS, "events-Xy1").await, true);
    let unknown = world
        .ask(
            Method::POST,
            "/consents/events",
            Some(&switch(IRIS, "4", json!(true))),
        )
        .await;
    refused(&unknown, 400, "BadRequest");
    let renamed = world
        .patch("/metadata/purposes/events", &json!({ "name": "Events" }))
        .await;
    assert_eq!(renamed["namespaces"]["didomi"], "events-Xy1");
    let languages = world.get("/languages").await;
    assert_eq!(
        (
            &languages["default"],
            languages["available"].as_array().unwrap().len()
        ),
        (&json!("en"), 8)
    );
}

#[tokio::test]
async fn ctp_12_the_tree_is_written_as_a_whole() {
    let world = World::new().await;
    let before = world.get("/configuration-tree").await;
    let put = async |tree: &Value| world.ask(Method::PUT, "/v1/configuration-tree", Some(tree)).await;
    let same = put(&before).await.expect_status(200).json();
    assert_eq!(same, before, "what is read can be written");
    let tree = json!({ "purposes": [
        { "id": "newsletter", "one_click": true, "preferences": [
            { "id": "topics", "values": ["kitchen", "garden"] },
            { "id": "goods" },
        ] },
        { "id": "account-data" },
    ] });
    let written = put(&tree).await.expect_status(200).json();
    assert_eq!(
        written,
        json!({ "purposes": [
            { "id": "newsletter", "one_click": true, "preferences": [
                { "id": "topics", "values": ["kitchen", "garden"] },
                { "id": "goods", "values": ["shoes", "hats"] },
            ] },
            { "id": "account-data", "one_click": false, "preferences": [] },
        ] })
    );
    assert_eq!(world.get("/configuration-tree").await, written);
    refused(
        &world.ask(Method::GET, "/metadata/purposes/offers", None).await,
        404,
        "NotFound",
    );
    let whole = world
        .get(&format!("/consents/users?id={}&$include_full_tree", {
            let made = world.event(&switch(IRIS, "newsletter", json!(true))).await;
            made["user"]["id"].as_str().unwrap().to_owned()
        }))
        .await;
    let shown = whole["data"][0]["consents"]["purposes"].as_array().unwrap();
    let ids: Vec<&Value> = shown.iter().map(|own| &own["id"]).collect();
    assert_eq!(ids, ["newsletter", "account-data"], "in the order of the tree");
    assert_eq!(shown[0]["preferences"][0]["id"], "topics");
    let renamed = world
        .ask(
            Method::PUT,
            "/metadata/purposes/account-data",
            Some(&json!({ "name": "Accounts" })),
        )
        .await;
    assert_eq!(renamed.status(), 200);
    assert_eq!(
        world.get("/configuration-tree").await["purposes"][1]["id"],
        "account-data"
    );
    // What is shown nowhere is taken still, and comes back with the tree.
    world.event(&switch(IRIS, "offers", json!(true))).await;
    for (tree, place) in [
        (json!({}), "purposes"),
        (json!({ "purposes": [{}] }), "purposes.0.id"),
        (json!({ "purposes": [{ "id": "nothing" }] }), "purposes.0"),
        (json!({ "purposes": [{ "id": "topics" }] }), "purposes.0"),
        (
            json!({ "purposes": [{ "id": "offers" }, { "id": "offers" }] }),
            "purposes.1",
        ),
        (
            json!({ "purposes": [{ "id": "offers", "one_click": 1 }] }),
            "purposes.0.one_click",
        ),
        (
            json!({ "purposes": [{ "id": "offers", "preferences": {} }] }),
            "purposes.0.preferences",
        ),
        (
            json!({ "purposes": [{ "id": "offers", "preferences": [{ "id": "goods", "values": ["shoes"] }] }] }),
            "purposes.0.preferences.0",
        ),
        (
            json!({ "purposes": [{ "id": "offers", "preferences": [{ "id": "goods", "values": [1, 2] }] }] }),
            "purposes.0.preferences.0.values",
        ),
    ] {
        let errors = refused(&put(&tree).await, 400, "BadRequest");
        assert!(errors.get(place).is_some(), "{tree}: {errors}");
    }
    assert_eq!(
        world.get("/configuration-tree").await,
        written,
        "nothing of them was written"
    );
    assert_eq!(
        put(&before).await.expect_status(200).json()["purposes"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let token = world.id_token(IRIS, &json!({})).await;
    let foreign = world
        .with(&token, Method::PUT, "/configuration-tree", Some(&before))
        .await;
    refused(&foreign, 403, "Forbidden");
    world.verify().await;
}
