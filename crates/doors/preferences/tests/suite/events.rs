//! Consent events: recording and reading them (consent-tokens-and-preferences 5).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, switch, switch_with, text};

const EVENTS: &str = "/consents/events";

#[tokio::test]
async fn ctp_5_1_an_event_is_answered_whole_and_read_again() {
    let world = World::new().await;
    let event = json!({
        "id": "our-own-id", "domain": "preferences.example.org", "metadata": { "booking_id": "BK-77" },
        "user": { "id": "device-1", "organization_user_id": IRIS, "metadata": { "crm_id": "88012" },
            "country": "pt", "last_seen_country": "ES" },
        "consents": {
            "purposes": [{ "id": "newsletter", "enabled": true, "enabled_li": null, "metadata": { "a": 1 },
                "values": { "topics": { "value": "garden,kitchen" } } }],
            "channels": [{ "id": "sms", "enabled": false }],
            "vendors": { "enabled": ["v-1"], "disabled": ["v-2"] }, "tcfcs": null },
        "delegate": { "id": "agent-17", "name": "T. Okafor" },
        "unknown": true,
    });
    let made = world.event(&event).await;
    let now = moment(&world.app, 0);
    assert_eq!(
        made,
        json!({
            "id": "our-own-id", "organization_id": "harbor", "created_at": now, "updated_at": now,
            "status": "confirmed", "regulation": "gdpr", "domain": "preferences.example.org",
            "metadata": { "booking_id": "BK-77" },
            "user": { "id": "device-1", "organization_user_id": IRIS, "metadata": { "crm_id": "88012" },
                "country": "PT", "last_seen_country": "ES" },
            "consents": {
                "purposes": [{ "id": "newsletter", "enabled": true, "enabled_li": null, "metadata": { "a": 1 },
                    "values": { "topics": { "value": "garden,kitchen" } } }],
                "channels": [{ "id": "sms", "enabled": false }],
                "vendors": { "enabled": ["v-1"], "disabled": ["v-2"], "enabled_li": [], "disabled_li": [] } },
            "delegate": { "id": "agent-17", "name": "T. Okafor" },
        })
    );
    assert_eq!(world.get(&format!("/v1{EVENTS}/our-own-id")).await, made);
    assert_eq!(
        world.get(&format!("{EVENTS}?user_id=device-1")).await["data"],
        json!([made])
    );
    let of_nobody = format!("{EVENTS}/our-own-id?user_id=somebody");
    refused(&world.ask(Method::GET, &of_nobody, None).await, 404, "NotFound");
}

#[tokio::test]
async fn ctp_5_3_what_cannot_be_chosen_is_400_and_nothing_is_kept() {
    let world = World::new().await;
    let one = |purpose: Value| json!({ "purposes": [purpose] });
    for (field, consents) in [
        ("consents", Value::Null),
        ("consents", json!({})),
        ("consents", json!([])),
        ("consents.purposes", json!({ "purposes": {} })),
        ("consents.purposes.0", json!({ "purposes": [5] })),
        ("consents.purposes.0.id", one(json!({ "enabled": true }))),
        (
            "consents.purposes.0.id",
            one(json!({ "id": "no-such-purpose", "enabled": true })),
        ),
        (
            "consents.purposes.0.id",
            one(json!({ "id": "topics", "enabled": true })),
        ),
        (
            "consents.purposes.0.enabled",
            one(json!({ "id": "newsletter", "enabled": "yes" })),
        ),
        (
            "consents.purposes.0.enabled_li",
            one(json!({ "id": "newsletter", "enabled_li": 1 })),
        ),
        (
            "consents.purposes.0.metadata",
            one(json!({ "id": "newsletter", "metadata": [] })),
        ),
        (
            "consents.purposes.0.values.goods",
            one(json!({ "id": "newsletter", "values": { "goods": { "value": "" } } })),
        ),
        (
            "consents.purposes.0.values.topics.value",
            one(json!({ "id": "newsletter", "values": { "topics": { "value": "cars" } } })),
        ),
        (
            "consents.purposes.0.values.topics.value",
            one(json!({ "id": "newsletter", "values": { "topics": { "value": "garden,garden" } } })),
        ),
        (
            "consents.purposes.0.values.rhythm.value",
            one(json!({ "id": "newsletter", "values": { "rhythm": { "value": "daily,weekly" } } })),
        ),
        (
            "consents.purposes.0.preferences.0.id",
            one(json!({ "id": "newsletter", "preferences": [{ "id": "cars" }] })),
        ),
        (
            "consents.purposes",
            json!({ "purposes": [{ "id": "newsletter" }, { "id": "newsletter" }] }),
        ),
        (
            "consents.channels",
            json!({ "channels": [{ "id": "sms" }, { "id": "sms" }] }),
        ),
        (
            "consents.vendors.enabled",
            json!({ "vendors": { "enabled": ["a"], "disabled": ["a"] } }),
        ),
        (
            "consents.vendors.disabled_li.0",
            json!({ "vendors": { "disabled_li": [7] } }),
        ),
    ] {
        let event = json!({ "user": { "organization_user_id": IRIS }, "consents": consents });
        let errors = refused(
            &world.ask(Method::POST, EVENTS, Some(&event)).await,
            400,
            "BadRequest",
        );
        assert!(errors[field].is_string(), "{field}: {errors}");
    }
    for (field, more) in [
        ("regulation", json!({ "regulation": "lgpd" })),
        ("status", json!({ "status": "rejected" })),
        ("created_at", json!({ "created_at": "yesterday" })),
        ("created_at", json!({ "created_at": moment(&world.app, 301) })),
        ("delegate.id", json!({ "delegate": { "name": "x" } })),
        ("id", json!({ "id": "" })),
        ("metadata", json!({ "metadata": "x" })),
        (
            "metadata",
            json!({ "metadata": { "a": { "b": { "c": { "d": { "e": { "f": { "g": { "h": { "i": 1 } } } } } } } } } }),
        ),
        ("proofs.0", json!({ "proofs": ["data:image/png;base64,AAAA"] })),
        ("user.country", json!({ "user": { "country": "Portugal" } })),
    ] {
        let event = switch_with(IRIS, "newsletter", json!(true), &more);
        let errors = refused(
            &world.ask(Method::POST, EVENTS, Some(&event)).await,
            400,
            "BadRequest",
        );
        if field != "metadata" || more["metadata"].is_string() {
            assert!(errors[field].is_string(), "{field}: {errors}");
        }
    }
    let much = switch_with(
        IRIS,
        "newsletter",
        json!(true),
        &json!({ "metadata": { "x": "y".repeat(17_000) } }),
    );
    refused(
        &world.ask(Method::POST, EVENTS, Some(&much)).await,
        413,
        "PayloadTooLarge",
    );
    assert_eq!(world.get("/consents/users").await["data"], json!([]));
}

#[tokio::test]
async fn ctp_5_3_unknown_purposes_are_taken_where_the_organization_says_so() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| {
            tenant.preferences.validate_purpose_id = false;
            tenant.preferences.disable_preferences_in_consents = true;
            tenant.preferences.regulations = vec!["lgpd".to_owned()];
        })
        .await;
    let unknown = switch_with(
        IRIS,
        "no-such-purpose",
        json!(true),
        &json!({ "regulation": "lgpd" }),
    );
    assert_eq!(world.event(&unknown).await["regulation"], "lgpd");
    let nested = json!({ "user": { "organization_user_id": IRIS },
        "consents": { "purposes": [{ "id": "newsletter", "preferences": [{ "id": "topics", "enabled": true }] }] } });
    let errors = refused(
        &world.ask(Method::POST, EVENTS, Some(&nested)).await,
        400,
        "BadRequest",
    );
    assert!(errors["consents.purposes.0.preferences"].is_string());
}

#[tokio::test]
async fn ctp_5_3_null_is_kept_as_null() {
    let world = World::new().await;
    let made = world.event(&switch(IRIS, "newsletter", Value::Null)).await;
    assert_eq!(
        purpose_of(&made, "newsletter"),
        json!({ "id": "newsletter", "enabled": null })
    );
    assert_eq!(
        purpose_of(&world.user(IRIS).await, "newsletter"),
        json!({ "id": "newsletter", "enabled": null })
    );
}

#[tokio::test]
async fn ctp_5_5_the_old_form_comes_back_as_it_was_written() {
    let world = World::new().await;
    let purpose = json!({ "id": "newsletter", "enabled": true,
        "preferences": [{ "id": "topics", "enabled": true, "channels": [{ "id": "mail", "enabled": false }] }],
        "channels": [{ "id": "sms", "enabled": true }] });
    let event = json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [purpose] } });
    let made = world.event(&event).await;
    assert_eq!(purpose_of(&made, "newsletter"), purpose);
    assert_eq!(purpose_of(&world.user(IRIS).await, "newsletter"), purpose);
}

#[tokio::test]
async fn ctp_5_4_lists_show_what_is_confirmed_under_the_usual_regulation_unless_asked() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for (more, metadata) in [
        (json!({}), 1),
        (json!({ "status": "pending_approval" }), 2),
        (json!({ "regulation": "cpra" }), 3),
        (json!({}), 4),
    ] {
        let mut event = switch_with(IRIS, "newsletter", json!(true), &more);
        event["metadata"] = json!({ "order": metadata });
        ids.push(text(&world.event(&event).await, "id"));
        world.app.pass(1);
    }
    let list = async |more: &str| {
        let path = format!("{EVENTS}?organization_user_id=iris.faro%40example.org{more}");
        let list = world.get(&path).await;
        let data = list["data"].as_array().unwrap().clone();
        let places = data
            .iter()
            .map(|own| ids.iter().position(|id| own["id"] == id.as_str()).unwrap());
        (list["total"].as_u64().unwrap(), places.collect::<Vec<_>>())
    };
    assert_eq!(list("").await, (2, vec![3, 0]), "newest first");
    assert_eq!(list("&$sort[created_at]=1").await, (2, vec![0, 3]));
    assert_eq!(list("&status=pending_approval").await, (1, vec![1]));
    assert_eq!(
        list("&status[$in]=confirmed&status[$in]=pending_approval").await,
        (3, vec![3, 1, 0])
    );
    assert_eq!(
        list("&regulation[$in]=gdpr&regulation[$in]=cpra").await,
        (3, vec![3, 2, 0])
    );
    assert_eq!(list("&metadata.order=4").await, (1, vec![3]));
    assert_eq!(list("&metadata.order[$gt]=1").await, (1, vec![3]));
    assert_eq!(list("&$limit=1").await, (2, vec![3]));
    assert_eq!(list("&$limit=1&$skip=1").await, (2, vec![0]));
    assert_eq!(list("&$limit=0").await, (2, vec![]));
    assert_eq!(list("&$skip=9").await, (2, vec![]));
    let envelope = world
        .get(&format!(
            "{EVENTS}?organization_user_id={IRIS}&$limit=500&$skip=1"
        ))
        .await;
    assert_eq!((&envelope["limit"], &envelope["skip"]), (&json!(100), &json!(1)));
    for (status, path) in [
        (400, EVENTS.to_owned()),
        (400, format!("{EVENTS}?user_id=a&$limit=-1")),
        (400, format!("{EVENTS}?user_id=a&status[$what]=x")),
        (400, format!("{EVENTS}?user_id=a&status=x&status=y")),
        (200, format!("{EVENTS}?user_id=nobody")),
    ] {
        assert_eq!(
            world.ask(Method::GET, &path, None).await.status(),
            status,
            "{path}"
        );
    }
    let other = world.event(&switch("other", "newsletter", json!(true))).await;
    let device = text(&other["user"], "id");
    let both = world
        .get(&format!("{EVENTS}?organization_user_id={IRIS}&user_id={device}"))
        .await;
    assert_eq!(both["data"], json!([]), "two names of two people");
}

#[tokio::test]
async fn ctp_5_2_names_of_one_person_come_together() {
    let world = World::new().await;
    let of_device = |id: &str, purpose: &str| json!({ "user": { "id": id }, "consents": { "purposes": [{ "id": purpose, "enabled": true }] } });
    // Nobody is named: somebody new.
    let nobody = world
        .event(&json!({ "consents": { "purposes": [{ "id": "offers", "enabled": true }] } }))
        .await;
    assert!(nobody["user"]["id"].is_string() && nobody["user"].get("organization_user_id").is_none());
    // A device gets the name that the organization knows.
    world.event(&of_device("phone", "newsletter")).await;
    let mut named = of_device("phone", "offers");
    named["user"]["organization_user_id"] = json!(IRIS);
    assert_eq!(world.event(&named).await["user"]["id"], "phone");
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    // Another device of theirs is theirs, with what was chosen there.
    world.app.pass(1);
    world.event(&of_device("tablet", "account-data")).await;
    let mut named = of_device("tablet", "offers");
    named["user"]["organization_user_id"] = json!(IRIS);
    assert_eq!(world.event(&named).await["user"]["id"], "phone");
    assert_eq!(world.is_on(IRIS, "account-data").await, true);
    let by_device = world.get(&format!("{EVENTS}?user_id=tablet")).await;
    assert_eq!(by_device["total"], 4, "all of one person");
    assert_eq!(world.get("/consents/users").await["limit"], 2);
    // A device of somebody whom the organization knows by another name.
    let mut stolen = of_device("tablet", "offers");
    stolen["user"]["organization_user_id"] = json!("other");
    refused(
        &world.ask(Method::POST, EVENTS, Some(&stolen)).await,
        409,
        "Conflict",
    );
    world.verify().await;
}

#[tokio::test]
async fn ctp_5_6_one_click_answers_what_was_not_answered() {
    let world = World::new().await;
    let made = world.event(&switch(IRIS, "offers", json!(true))).await;
    assert_eq!(
        purpose_of(&made, "offers"),
        json!({ "id": "offers", "enabled": true, "propagation": true,
            "values": { "goods": { "value": "shoes,hats", "from_propagation": true } } })
    );
    assert_eq!(
        purpose_of(&world.user(IRIS).await, "offers"),
        json!({ "id": "offers", "enabled": true, "values": { "goods": { "value": "shoes,hats" } } })
    );
    let explicit = json!({ "user": { "organization_user_id": IRIS },
        "consents": { "purposes": [{ "id": "offers", "values": { "goods": { "value": "hats" } } }] } });
    world.app.pass(1);
    world.event(&explicit).await;
    world.app.pass(1);
    let off = world.event(&switch(IRIS, "offers", json!(false))).await;
    assert_eq!(
        purpose_of(&off, "offers"),
        json!({ "id": "offers", "enabled": false })
    );
    assert_eq!(
        purpose_of(&world.user(IRIS).await, "offers"),
        json!({ "id": "offers", "enabled": false, "values": { "goods": { "value": "hats" } } })
    );
}
