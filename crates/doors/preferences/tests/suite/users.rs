//! Consent users (consent-tokens-and-preferences 6).

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, switch, switch_with, text};

const USERS: &str = "/consents/users";

#[tokio::test]
async fn ctp_6_3_a_user_shows_what_their_events_come_to() {
    let world = World::new().await;
    let event = json!({ "user": { "id": "phone", "organization_user_id": IRIS, "metadata": { "crm_id": "88012" }, "country": "PT" },
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } }] } });
    world.event(&event).await;
    let now = moment(&world.app, 0);
    let user = json!({ "id": "phone", "organization_id": "harbor", "organization_user_id": IRIS, "version": 1,
        "created_at": now, "updated_at": now, "regulation": "gdpr", "metadata": { "crm_id": "88012" }, "country": "PT",
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } }],
            "channels": [], "vendors": { "enabled": [], "disabled": [], "enabled_li": [], "disabled_li": [] } } });
    let list = world
        .get("/v1/consents/users?organization_user_id=iris.faro%40example.org")
        .await;
    assert_eq!(list, json!({ "data": [user], "limit": 1, "cursor": null }));
    assert_eq!(world.get("/consents/users?id=phone").await["data"], json!([user]));
    assert_eq!(world.get("/consents/users/phone").await, user);
    let by_name = "/consents/users/iris.faro%40example.org?$by_organization_user_id";
    assert_eq!(world.get(by_name).await, user);
    for path in [
        "/consents/users/iris.faro%40example.org",
        "/consents/users/phone?$by_organization_user_id=1",
        "/consents/users/nobody",
    ] {
        refused(&world.ask(Method::GET, path, None).await, 404, "NotFound");
    }
    let empty = world
        .get(&format!("{USERS}?organization_user_id={IRIS}&regulation=cpra"))
        .await;
    assert_eq!(empty["data"][0]["consents"]["purposes"], json!([]));
    assert_eq!(
        world.get(&format!("{USERS}?organization_user_id=nobody")).await["data"],
        json!([])
    );
}

#[tokio::test]
async fn ctp_6_3_a_name_is_matched_exactly_once_decoded() {
    let world = World::new().await;
    for name in ["+351 900 000 001", "Iris", "iris"] {
        world
            .event(&switch(name, "newsletter", json!(name != "iris")))
            .await;
    }
    let found = world
        .get("/consents/users?organization_user_id=%2B351%20900%20000%20001")
        .await;
    assert_eq!(found["data"][0]["organization_user_id"], "+351 900 000 001");
    assert_eq!(world.is_on("Iris", "newsletter").await, true);
    assert_eq!(world.is_on("iris", "newsletter").await, false);
}

#[tokio::test]
async fn ctp_6_3_several_regulations_are_several_elements() {
    let world = World::new().await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    world
        .event(&switch_with(
            IRIS,
            "newsletter",
            json!(false),
            &json!({ "regulation": "cpra" }),
        ))
        .await;
    let path = format!(
        "{USERS}?organization_user_id={IRIS}&regulation[$in]=gdpr&regulation[$in]=cpra&regulation[$in]=cpa"
    );
    let list = world.get(&path).await;
    let shown: Vec<(Value, Value)> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| {
            (
                user["regulation"].clone(),
                purpose_of(user, "newsletter")["enabled"].clone(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [(json!("gdpr"), json!(true)), (json!("cpra"), json!(false))]
    );
    let unknown = world
        .ask(Method::GET, "/consents/users?regulation=lgpd", None)
        .await;
    refused(&unknown, 400, "BadRequest");
}

#[tokio::test]
async fn ctp_2_5_pages_of_users_neither_skip_nor_repeat() {
    let world = World::new().await;
    for number in 0..7 {
        world
            .event(&switch(&format!("user {number}"), "newsletter", json!(true)))
            .await;
        if number % 2 == 0 {
            world.app.pass(1);
        }
    }
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = world.get(&format!("{USERS}?$limit=3{cursor}")).await;
        pages += 1;
        let names = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| text(user, "organization_user_id"));
        seen.extend(names);
        assert_eq!(page["limit"], page["data"].as_array().unwrap().len());
        let Some(next) = page["cursor"].as_str() else {
            break;
        };
        cursor = format!("&$cursor={next}");
        world
            .event(&switch(&format!("late {pages}"), "newsletter", json!(true)))
            .await;
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{seen:?}");
    assert!(
        (0..7).all(|number| seen.contains(&format!("user {number}"))),
        "{seen:?}"
    );
    let first = world.get(&format!("{USERS}?$limit=3")).await;
    let cursor = text(&first, "cursor");
    for path in [
        format!("{USERS}?$limit=3&regulation=cpra&$cursor={cursor}"),
        format!("{USERS}?$cursor={cursor}x"),
        format!("{USERS}?$cursor=nothing"),
        format!("{USERS}?$skip=1"),
        format!("{USERS}?$limit=0"),
    ] {
        refused(&world.ask(Method::GET, &path, None).await, 400, "BadRequest");
    }
}

#[tokio::test]
async fn ctp_6_1_the_type_of_a_name_is_the_organizations_word() {
    let world = World::new().await;
    let wish = json!({ "organization_user_id": IRIS, "organization_user_id_type": "crm" });
    let made = world.ask(Method::POST, USERS, Some(&wish)).await;
    let made = made.expect_status(200).json();
    assert_eq!(made["organization_user_id_type"], "crm");
    world.app.pass(1);
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    assert_eq!(
        world.user(IRIS).await["organization_user_id_type"],
        "crm",
        "an event without it leaves it"
    );
    let path = format!("{USERS}/{}", text(&made, "id"));
    for wrong in [json!(4), json!(""), json!("x".repeat(257))] {
        let patch = json!({ "organization_user_id_type": wrong });
        refused(
            &world.ask(Method::PATCH, &path, Some(&patch)).await,
            400,
            "BadRequest",
        );
    }
    let patch = json!({ "organization_user_id_type": "email" });
    let changed = world.ask(Method::PATCH, &path, Some(&patch)).await;
    assert_eq!(
        changed.expect_status(200).json()["organization_user_id_type"],
        "email"
    );
}

#[tokio::test]
async fn ctp_6_2_users_are_made_and_changed_with_a_version() {
    let world = World::new().await;
    let wish = json!({ "organization_user_id": IRIS, "metadata": { "a": 1 }, "country": "PT",
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    let made = world
        .ask(Method::POST, USERS, Some(&wish))
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&made["version"], &made["organization_user_id"]),
        (&json!(1), &json!(IRIS))
    );
    assert_eq!(purpose_of(&made, "newsletter")["enabled"], true);
    let id = text(&made, "id");
    let events = world.get(&format!("/consents/events?user_id={id}")).await;
    assert_eq!(events["data"], json!([]), "no history is kept of it");
    for taken in [json!({ "organization_user_id": IRIS }), json!({ "id": id })] {
        refused(
            &world.ask(Method::POST, USERS, Some(&taken)).await,
            409,
            "Conflict",
        );
    }
    world.app.pass(1);
    let path = format!("{USERS}/{id}");
    let patch = json!({ "version": 1, "metadata": { "b": 2 }, "last_seen_country": "es", "organization_user_id": "iris" });
    let changed = world
        .ask(Method::PATCH, &path, Some(&patch))
        .await
        .expect_status(200)
        .json();
    assert_eq!(changed["metadata"], json!({ "a": 1, "b": 2 }));
    assert_eq!(
        (&changed["version"], &changed["last_seen_country"]),
        (&json!(2), &json!("ES"))
    );
    assert_eq!(changed["organization_user_id"], "iris");
    assert_eq!(world.user("iris").await["id"], id.as_str());
    assert_eq!(world.user(IRIS).await, Value::Null);
    refused(
        &world.ask(Method::PATCH, &path, Some(&patch)).await,
        409,
        "Conflict",
    );
    world.event(&switch("other", "newsletter", json!(true))).await;
    let taken = json!({ "organization_user_id": "other" });
    refused(
        &world.ask(Method::PATCH, &path, Some(&taken)).await,
        409,
        "Conflict",
    );
    refused(
        &world
            .ask(Method::PATCH, "/consents/users/nobody", Some(&json!({})))
            .await,
        404,
        "NotFound",
    );
    for (field, wrong) in [
        ("version", json!({ "version": "x" })),
        ("country", json!({ "country": "P" })),
        ("metadata", json!({ "metadata": 1 })),
        (
            "consents.purposes.0.id",
            json!({ "consents": { "purposes": [{ "id": "nothing" }] } }),
        ),
    ] {
        let errors = refused(
            &world.ask(Method::PATCH, &path, Some(&wrong)).await,
            400,
            "BadRequest",
        );
        assert!(errors[field].is_string(), "{field}: {errors}");
    }
    // What is written directly takes part in what counts.
    world.app.pass(1);
    world.event(&switch("iris", "newsletter", json!(false))).await;
    assert_eq!(world.is_on("iris", "newsletter").await, false);
}

#[tokio::test]
async fn ctp_5_5_the_full_tree_shows_what_was_not_answered() {
    let world = World::new().await;
    let event = json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [
        { "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } }] } });
    world.event(&event).await;
    let list = world
        .get(&format!(
            "{USERS}?organization_user_id={IRIS}&$include_full_tree=true"
        ))
        .await;
    let user = &list["data"][0];
    let ids: Vec<&str> = user["consents"]["purposes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["account-data", "newsletter", "offers"]);
    assert_eq!(
        purpose_of(user, "newsletter"),
        json!({ "id": "newsletter", "enabled": true, "preferences": [
            { "id": "rhythm", "enabled": null, "values": [{ "id": "daily", "enabled": null }, { "id": "weekly", "enabled": null }] },
            { "id": "topics", "enabled": true, "values": [{ "id": "garden", "enabled": true }, { "id": "kitchen", "enabled": false }] },
        ] })
    );
    assert_eq!(purpose_of(user, "offers")["enabled"], Value::Null);
}

#[tokio::test]
async fn what_people_chose_is_nowhere_in_clear() {
    let world = World::new().await;
    let event = json!({ "user": { "organization_user_id": IRIS, "metadata": { "secret": "orchid-4711" } },
        "metadata": { "note": "orchid-4711" }, "delegate": { "id": "agent-17", "name": "orchid-4711" },
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    world.event(&event).await;
    world
        .id_token(
            IRIS,
            &json!({ "delegate": { "id": "agent-17", "name": "orchid-4711" }, "metadata": { "a": "orchid-4711" } }),
        )
        .await;
    let folder = world.app.folder();
    world.app.ledger.close().await;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in ["orchid-4711", IRIS] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} lies in clear");
        }
    }
}
