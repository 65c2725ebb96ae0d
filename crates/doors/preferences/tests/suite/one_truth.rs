//! What is chosen at this door is at once true at every other, and the other way round (architecture: the matrix).

use consentry_domain::{
    definition::{Choice, DefinitionKind},
    subject::Namespace,
};
use http::Method;
use serde_json::{Value, json};

use crate::world::{World, definition, moment, purpose_of, switch, switch_with, text};

/// The customer id of a person of Harbor Bank, by which this door knows them in these tests.
async fn known(world: &World, username: &str) -> String {
    world
        .app
        .configure(|tenant| tenant.preferences.organization_users = Namespace::Customer)
        .await;
    let customers = &world.app.bank.customers;
    let customer = customers
        .iter()
        .find(|customer| customer.username == username)
        .unwrap();
    customer.customer_id.clone()
}

/// What the check API says of a purpose.
async fn check(world: &World, username: &str, purpose: &str) -> (bool, Value) {
    let client = &world.app.bank.first_party;
    let question = json!({
        "subject": { "type": "user", "id": username },
        "action": { "name": "use" },
        "resource": { "type": "purpose", "id": purpose },
    });
    let request = world.app.request(Method::POST, "/access/v1/evaluation");
    let answer = request
        .basic(&client.client_id, &client.client_secret)
        .json(&question)
        .send()
        .await;
    let answer = answer.expect_status(200).json();
    (
        answer["decision"] == true,
        answer["context"]["reason_user"]["code"].clone(),
    )
}

#[tokio::test]
async fn a_choice_is_seen_by_the_check_api_and_the_records_door() {
    let world = World::new().await;
    let ada = known(&world, "ada").await;
    assert!(!check(&world, "ada", "newsletter").await.0);
    world.event(&switch(&ada, "newsletter", json!(true))).await;
    assert!(check(&world, "ada", "newsletter").await.0);
    let records = world.app.records_of("ada").await;
    let own = |records: &[Value]| -> Vec<String> {
        let of_purpose = records
            .iter()
            .filter(|record| record["definition"]["id"] == "newsletter");
        of_purpose.map(|record| text(record, "status")).collect()
    };
    assert_eq!(own(&records), ["accepted"]);
    world.app.pass(1);
    world.event(&switch(&ada, "newsletter", json!(false))).await;
    assert!(!check(&world, "ada", "newsletter").await.0);
    assert_eq!(own(&world.app.records_of("ada").await), ["revoked"]);
    // Said again it is a new consent: nothing of the old one revives.
    world.app.pass(1);
    world.event(&switch(&ada, "newsletter", json!(true))).await;
    let mut all = own(&world.app.records_of("ada").await);
    all.sort();
    assert_eq!(all, ["accepted", "revoked"]);
    // Another regulation is another answer.
    world.app.pass(1);
    world
        .event(&switch_with(
            &ada,
            "newsletter",
            json!(false),
            &json!({ "regulation": "cpra" }),
        ))
        .await;
    assert!(check(&world, "ada", "newsletter").await.0);
}

#[tokio::test]
async fn what_another_door_takes_back_is_off_here() {
    let world = World::new().await;
    let ada = known(&world, "ada").await;
    let event = json!({ "user": { "organization_user_id": ada }, "consents": { "purposes": [
        { "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } }] } });
    world.event(&event).await;
    world.app.pass(1);
    let records = world.app.records_of("ada").await;
    let record = records
        .iter()
        .find(|own| own["definition"]["id"] == "newsletter")
        .unwrap();
    let path = format!("/consents/{}", text(record, "id"));
    let patched = world
        .app
        .records(Method::PATCH, &path, Some(&json!({ "status": "revoked" })))
        .await;
    assert_eq!(patched.status(), 200, "{}", patched.text());
    let user = world.user(&ada).await;
    assert_eq!(
        purpose_of(&user, "newsletter"),
        json!({ "id": "newsletter", "enabled": false, "values": { "topics": { "value": "garden" } } })
    );
    // An import of what was said before that changes nothing.
    let old = switch_with(
        &ada,
        "newsletter",
        json!(true),
        &json!({ "created_at": moment(&world.app, -60) }),
    );
    world.event(&old).await;
    assert_eq!(world.is_on(&ada, "newsletter").await, false);
    assert!(!check(&world, "ada", "newsletter").await.0);
    // A new choice counts.
    world.app.pass(1);
    world.event(&switch(&ada, "newsletter", json!(true))).await;
    assert_eq!(world.is_on(&ada, "newsletter").await, true);
    assert!(check(&world, "ada", "newsletter").await.0);
}

#[tokio::test]
async fn switching_a_purpose_off_ends_what_lies_below_it_at_every_party() {
    let world = World::new().await;
    let ada = known(&world, "ada").await;
    let app = &world.app;
    let tokens = app
        .connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await;
    let scopes = ["accounts:balance", "accounts:transactions"];
    let audience = app.bank.third_party.client_id.clone();
    assert_eq!(app.usable("ada", &audience, &scopes).await, scopes);
    app.pass(1);
    let token = world.id_token(&ada, &json!({})).await;
    let off = json!({ "consents": { "purposes": [{ "id": "account-data", "enabled": false }] } });
    let answer = world
        .with(&token, Method::POST, "/consents/events", Some(&off))
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert!(app.usable("ada", &audience, &scopes).await.is_empty());
    let introspected = app.introspect(&tokens.access).await;
    let scope = introspected["scope"].as_str().unwrap_or_default();
    assert!(!scope.contains("accounts:"), "{introspected}");
    let refreshed = app.refresh(&app.bank.third_party, &tokens.refresh.unwrap()).await;
    if refreshed.status() == 200 {
        assert!(!text(&refreshed.json(), "scope").contains("accounts:"));
    }
    // Switching it on again gives the third party nothing.
    app.pass(1);
    world.event(&switch(&ada, "account-data", json!(true))).await;
    assert!(app.usable("ada", &audience, &scopes).await.is_empty());
    // Others keep what they have.
    let other = app
        .connect(&app.browser(), "ben", consentry_testkit::FULL_SCOPE)
        .await;
    assert!(
        app.introspect(&other.access).await["scope"]
            .as_str()
            .unwrap()
            .contains("accounts:balance")
    );
}

#[tokio::test]
async fn the_log_says_who_acted_and_in_whose_place() {
    let world = World::new().await;
    let ada = known(&world, "ada").await;
    world
        .event(&switch_with(
            &ada,
            "newsletter",
            json!(true),
            &json!({ "delegate": { "id": "agent-17" } }),
        ))
        .await;
    world.app.pass(1);
    let token = world.id_token(&ada, &json!({})).await;
    let off = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": false }] } });
    assert_eq!(
        world
            .with(&token, Method::POST, "/consents/events", Some(&off))
            .await
            .status(),
        200
    );
    world.app.pass(1);
    world.event(&switch(&ada, "newsletter", json!(true))).await;
    let client = &world.app.bank.first_party;
    let request = world
        .app
        .request(Method::GET, "/events/v1/events?from=earliest&limit=500");
    let page = request
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    let page = page.expect_status(200).json();
    let all = page["events"]
        .as_array()
        .unwrap_or_else(|| panic!("{page}"))
        .clone();
    let decided: Vec<Value> = all
        .into_iter()
        .filter(|event| {
            text(event, "type").ends_with("decision.recorded") && event["data"]["door"] == "preferences"
        })
        .map(|event| event["data"]["actor"]["role"].clone())
        .collect();
    assert_eq!(decided, [json!("delegate"), json!("subject"), json!("staff")]);
}

#[tokio::test]
async fn a_choice_ends_with_the_lifetime_of_its_purpose() {
    let world = World::new().await;
    let ada = known(&world, "ada").await;
    let mut short = definition("survey", DefinitionKind::Purpose, None, Choice::default());
    if let consentry_ledger::provision::Entry::Definition(own) = &mut short {
        own.lifetime = Some(consentry_domain::Lifetime::seconds(60));
    }
    world.app.provision(&[short]).await;
    world.event(&switch(&ada, "survey", json!(true))).await;
    assert_eq!(world.is_on(&ada, "survey").await, true);
    world.app.pass(60);
    assert_eq!(world.is_on(&ada, "survey").await, Value::Null);
    assert!(!check(&world, "ada", "survey").await.0);
}

#[tokio::test]
async fn everything_is_there_after_a_restart_and_the_log_verifies() {
    let world = World::new().await;
    let ada = known(&world, "ada").await;
    world.event(&switch(&ada, "newsletter", json!(true))).await;
    let before = world.user(&ada).await;
    let world = World::of(world.app.restarted().await).await;
    assert_eq!(world.user(&ada).await, before);
    world.verify().await;
}
