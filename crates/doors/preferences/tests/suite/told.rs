//! What followers of the log are told of people (enforcement-events-evidence 3.4, 3.5, 10.4).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World};

const EVENTS: &str = "/consents/events";

/// What the log tells of people: names without prefix, and the data.
async fn told(world: &World) -> Vec<(String, Value)> {
    let client = &world.app.bank.first_party;
    let types = "types=subject.*&subject_view=internal";
    let page = world
        .app
        .request(
            Method::GET,
            &format!("/events/v1/events?from=earliest&limit=500&{types}"),
        )
        .basic(&client.client_id, &client.client_secret);
    let page = page.send().await.expect_status(200).json();
    let events = page["events"].as_array().unwrap();
    let of = |event: &Value| {
        let name = event["type"].as_str().unwrap().replace("consentry.subject.", "");
        let whole = event.to_string();
        assert!(
            !whole.contains(IRIS) && !whole.contains("phone"),
            "no name: {whole}"
        );
        assert_eq!(
            event["subject"].as_str().unwrap(),
            format!("subjects/{}", event["data"]["subject"]["id"].as_str().unwrap())
        );
        (name, event["data"].clone())
    };
    events.iter().map(of).collect()
}

fn since(before: usize, told: &[(String, Value)]) -> Vec<&str> {
    told[before..].iter().map(|(name, _)| name.as_str()).collect()
}

fn of_device(id: &str, purpose: &str) -> Value {
    json!({ "user": { "id": id }, "consents": { "purposes": [{ "id": purpose, "enabled": true }] } })
}

#[tokio::test]
async fn evt_09_people_are_told_when_they_come_get_names_and_turn_out_to_be_one() {
    let world = World::new().await;
    let before = told(&world).await.len();
    world.event(&of_device("phone", "newsletter")).await;
    world.event(&of_device("phone", "offers")).await;
    let all = told(&world).await;
    assert_eq!(since(before, &all), ["created"], "once");
    assert_eq!(all[before].1["issuers"], json!(["device"]));
    assert_eq!(all[before].1["door"], "preferences");
    let phone = all[before].1["subject"]["id"].clone();

    let mut named = of_device("phone", "offers");
    named["user"]["organization_user_id"] = json!(IRIS);
    world.event(&named).await;
    let all = told(&world).await;
    assert_eq!(since(before, &all), ["created", "updated"]);
    assert_eq!(all[before + 1].1["issuers"], json!(["organization"]));
    assert_eq!(all[before + 1].1["subject"]["id"], phone);

    world.event(&of_device("tablet", "newsletter")).await;
    let mut same = of_device("tablet", "offers");
    same["user"]["organization_user_id"] = json!(IRIS);
    world.event(&same).await;
    let all = told(&world).await;
    assert_eq!(since(before + 2, &all), ["created", "merged"]);
    let (tablet, merged) = (&all[before + 2].1, &all[before + 3].1);
    assert_eq!(merged["subject"]["id"], phone, "who stays");
    assert_eq!(merged["merged"], tablet["subject"]["id"]);
    world.verify().await;
}

#[tokio::test]
async fn dsr_16_whoever_became_one_with_somebody_is_deleted_with_them() {
    let world = World::new().await;
    world.event(&of_device("phone", "newsletter")).await;
    let mut named = of_device("phone", "offers");
    named["user"]["organization_user_id"] = json!(IRIS);
    world.event(&named).await;
    world.event(&of_device("tablet", "newsletter")).await;
    let mut same = of_device("tablet", "offers");
    same["user"]["organization_user_id"] = json!(IRIS);
    world.event(&same).await;
    let before = told(&world).await.len();
    let path = "/consents/users/iris.faro%40example.org?$by_organization_user_id=true";
    let _was = world.ask(Method::DELETE, path, None).await.expect_status(200);
    let all = told(&world).await;
    assert_eq!(since(before, &all), ["erased", "erased"]);
    assert_ne!(all[before].1["subject"]["id"], all[before + 1].1["subject"]["id"]);
    let tenant = world.app.tenant();
    assert_eq!(world.app.ledger.erasures_left(&tenant).await.unwrap(), 2);
    world.app.pass(consentry_ledger::erasure::NOTICE.as_seconds());
    assert_eq!(world.app.ledger.finish_erasures(&tenant).await.unwrap(), 2);
}

#[tokio::test]
async fn what_is_written_about_somebody_directly_is_told() {
    let world = World::new().await;
    let made = json!({ "organization_user_id": IRIS, "metadata": { "crm_id": "88012" } });
    let made = world.ask(Method::POST, "/consents/users", Some(&made)).await;
    let user = made.expect_status(200).json();
    let before = told(&world).await.len();
    let path = format!("/consents/users/{}", user["id"].as_str().unwrap());
    let change = json!({ "metadata": { "crm_id": "88013" } });
    let changed = world.ask(Method::PATCH, &path, Some(&change)).await;
    let _changed = changed.expect_status(200);
    let all = told(&world).await;
    assert_eq!(since(before, &all), ["updated"]);
    assert!(!all[before].1.to_string().contains("88013"));
    let _event = world.ask(Method::GET, EVENTS, None).await;
}
