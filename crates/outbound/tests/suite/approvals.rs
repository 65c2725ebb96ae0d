//! Choices that wait for approval, are corrected or taken away: what followers of the log and receivers in the vendor's words are told.

use consentry_domain::subject::Namespace;
use consentry_ledger::{provision::Entry, verify::Verdict};
use consentry_testkit::{Received, Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::{
    preferences::{IRIS, World, purpose},
    world::{as_client, at, connect, endpoint, may_keep, until},
};

fn said(came: &[Received]) -> Vec<(String, Value, Value)> {
    came.iter()
        .map(|message| {
            let parameters = message.json()["parameters"].clone();
            let of = |name: &str| parameters[name]["status"].clone();
            let is = if parameters["new_entity"].is_null() {
                of("entity")
            } else {
                of("new_entity")
            };
            (
                message.header("x-consentry-event").to_owned(),
                of("old_entity"),
                is,
            )
        })
        .collect()
}

#[tokio::test]
async fn ctp_7_6_what_becomes_of_a_choice_that_waits_is_told_to_all_who_follow() {
    let world = World::new().await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&world.app, &receiver, &json!({ "format": "didomi" })).await;
    let outbound = world.app.outbound();
    let _waits = world.waiting("E1").await;
    assert_eq!(
        world.cells().await,
        [("approval.requested".to_owned(), json!("pending_approval"))],
        "it does not count yet, so that nothing was decided"
    );
    world.app.pass(60);
    let confirm = json!({ "status": "confirmed" });
    let _confirmed = world.ask(Method::PATCH, "/consents/events/E1", &confirm).await;
    world.app.pass(60);
    world.take_away("/consents/events/E1").await;
    let names: Vec<String> = world.cells().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names[..6],
        [
            "approval.requested",
            "decision.recorded",
            "consent.granted",
            "approval.decided",
            "decision.updated",
            "decision.recorded",
        ],
        "{names:?}"
    );
    assert_eq!(names.last().unwrap(), "decision.deleted");
    let told = world.told().await;
    for event in &told[1..5] {
        assert_eq!(
            event["correlationid"], told[0]["correlationid"],
            "one act of will: {event}"
        );
    }
    assert_ne!(
        told[5]["correlationid"], told[0]["correlationid"],
        "taking it away is another"
    );
    assert_eq!(told.last().unwrap()["correlationid"], told[0]["correlationid"]);
    assert_eq!(told[4]["data"]["decision"]["status"], "confirmed");
    assert!(
        told.iter().all(|event| !event.to_string().contains("\"E1\"")),
        "no id that others chose"
    );
    let came = receiver.first(5).await;
    let pending = || json!("pending_approval");
    let confirmed = || json!("confirmed");
    let expected = [
        ("event.created", Value::Null, pending()),
        ("user.created", Value::Null, Value::Null),
        ("event.updated", pending(), confirmed()),
        ("user.updated", Value::Null, Value::Null),
        ("event.deleted", Value::Null, confirmed()),
    ];
    let said = said(&came);
    for (name, was, is) in expected {
        assert!(
            said.contains(&(name.to_owned(), was.clone(), is.clone())),
            "{name} {was} {is} of {said:?}"
        );
    }
    assert_eq!(
        said.iter().filter(|(name, ..)| name == "event.created").count(),
        1,
        "{said:?}"
    );
    let updated = came
        .iter()
        .find(|message| message.header("x-consentry-event") == "event.updated");
    let updated = updated.unwrap().json();
    assert_eq!(updated["parameters"]["new_entity"]["id"], "E1");
    assert_eq!(
        updated["parameters"]["new_entity"]["consents"]["purposes"],
        json!([{ "id": "newsletter", "enabled": true }])
    );
    outbound.stop().await;
    let verified = world.app.ledger.verify(&world.app.tenant()).await.unwrap();
    assert!(matches!(verified, Verdict::Sound { .. }), "{verified:?}");
}

#[tokio::test]
async fn ctp_7_6_what_nobody_approved_in_time_is_told_once() {
    let world = World::new().await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&world.app, &receiver, &json!({ "format": "didomi" })).await;
    let outbound = world.app.outbound();
    let wish = json!({ "organization_user_id": IRIS,
        "validations": { "email": { "enabled": true, "approval": true } } });
    let token = world.ask(Method::POST, "/consents/tokens", &wish).await;
    let token = token["id_token"].as_str().unwrap().to_owned();
    let event = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    let made = world.send(&token, Method::POST, "/consents/events", &event).await;
    let _made = made.expect_status(200);
    world.app.pass(7 * 86_400);
    until("the end is told", || async { world.cells().await.len() >= 3 }).await;
    world.app.pass(60);
    let cells = world.cells().await;
    assert_eq!(
        cells,
        [
            ("approval.requested".to_owned(), json!("pending_approval")),
            ("approval.expired".to_owned(), json!("expired")),
            ("decision.updated".to_owned(), json!("expired")),
        ]
    );
    let told = world.told().await;
    assert_eq!(
        told[0]["data"]["decision"]["validations"],
        json!({ "email": "pending" })
    );
    assert_eq!(
        told[1]["data"]["decision"]["validations"],
        json!({ "email": "expired" })
    );
    assert_eq!(told[1]["data"]["actor"]["role"], "system");
    let said = said(&receiver.first(2).await);
    assert_eq!(
        said[1],
        (
            "event.updated".to_owned(),
            json!("pending_approval"),
            json!("expired")
        )
    );
    outbound.stop().await;
}

#[tokio::test]
async fn whk_25_one_decision_is_told_in_two_formats() {
    let world = World::new().await;
    let app = &world.app;
    let parent = purpose("account-data");
    let key = parent.key.clone();
    let mut below: Vec<Entry> = vec![Entry::Definition(parent)];
    for scope in ["accounts:balance", "accounts:transactions"] {
        let mut definition = app.tenant().definitions[&scope.parse().unwrap()].clone();
        definition.parent = Some(key.clone());
        below.push(Entry::Definition(definition));
    }
    app.provision(&below).await;
    app.configure(|tenant| tenant.preferences.organization_users = Namespace::Customer)
        .await;
    let moneytrack = app.bank.third_party.clone();
    may_keep(app, &moneytrack, true).await;
    let (house, party) = (Receiver::start().await, Receiver::start().await);
    let _didomi = endpoint(app, &house, &json!({ "format": "didomi" })).await;
    let wish = json!({ "url": party.url, "format": "mx" });
    let made = as_client(app, &moneytrack, Method::POST, "/endpoints", Some(&wish)).await;
    let made = made.expect_status(201).json();
    let _pinged = as_client(app, &moneytrack, Method::POST, &at(&made, "/test"), None).await;
    let outbound = app.outbound();
    connect(app, "ada").await;
    for enabled in [true, false] {
        app.pass(10);
        let event = json!({ "user": { "organization_user_id": app.bank.customers[0].customer_id },
            "consents": { "purposes": [{ "id": "account-data", "enabled": enabled }] } });
        let _made = world.ask(Method::POST, "/consents/events", &event).await;
    }
    let told = said(&house.first(4).await);
    let names: Vec<&str> = told.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        ["event.created", "user.created", "event.created", "user.updated"]
    );
    let to_party = party.first(2).await;
    let narrowed = to_party[1].json();
    assert_eq!(narrowed["type"], "CONSENT_MODIFIED", "what is left of it stands");
    let of_house = &house.first(4).await[3];
    let one = world.told().await;
    let decided = |id: &str| {
        let event = one.iter().find(|event| event["id"] == id.trim_end_matches("_u"));
        event.map(|event| event["correlationid"].clone())
    };
    let [of_house, of_party] = [of_house, &to_party[1]].map(|message| decided(message.header("webhook-id")));
    assert!(
        of_house.is_some() && of_house == of_party,
        "{of_house:?} {of_party:?}"
    );
    outbound.stop().await;
}

#[tokio::test]
async fn chk_15_a_choice_that_waits_is_said_to_wait_and_takes_nothing_from_what_stands() {
    let world = World::new().await;
    let app = &world.app;
    app.configure(|tenant| tenant.preferences.organization_users = Namespace::Customer)
        .await;
    let person = app.bank.customers[0].customer_id.clone();
    let judged = async || {
        let client = &app.bank.first_party;
        let question = json!({
            "subject": { "type": "user", "id": person, "properties": { "issuer": "urn:consentry:customer" } },
            "action": { "name": "use" },
            "resource": { "type": "purpose", "id": "newsletter" },
        });
        let request = app.request(Method::POST, "/access/v1/evaluation");
        let request = request.basic(&client.client_id, &client.client_secret);
        let answer = request.json(&question).send().await.expect_status(200).json();
        answer["context"]["reason_code"].as_str().unwrap().to_owned()
    };
    let choose = async |id: &str, enabled: bool, status: &str| {
        let event = json!({ "id": id, "status": status, "user": { "organization_user_id": person },
            "consents": { "purposes": [{ "id": "newsletter", "enabled": enabled }] } });
        world.ask(Method::POST, "/consents/events", &event).await
    };
    assert_eq!(judged().await, "no_consent");
    let _waits = choose("E1", true, "pending_approval").await;
    assert_eq!(judged().await, "pending_approval");
    let confirm = json!({ "status": "confirmed" });
    let _confirmed = world.ask(Method::PATCH, "/consents/events/E1", &confirm).await;
    assert_eq!(judged().await, "consented");
    let _waits = choose("E2", false, "pending_approval").await;
    assert_eq!(
        judged().await,
        "consented",
        "what waits changes nothing of what stands"
    );
}

/// What the stream tells with these parameters: names, and the regulation where one is told.
async fn under(app: &TestApp, filter: &str) -> Vec<(String, Value)> {
    let client = &app.bank.first_party;
    let path = format!("/events/v1/events?from=earliest&limit=500&door=preferences{filter}");
    let page = app.request(Method::GET, &path);
    let page = page.basic(&client.client_id, &client.client_secret).send().await;
    let page = page.expect_status(200).json();
    let events = page["events"].as_array().unwrap().iter();
    let cell = |event: &Value| {
        let name = event["type"].as_str().unwrap().replace("consentry.", "");
        (name, event["data"]["regulation"].clone())
    };
    events.map(cell).collect()
}

#[tokio::test]
async fn evt_4_1_chk_2_2_what_was_chosen_under_another_regulation_is_told_and_answered_apart() {
    let world = World::new().await;
    let app = &world.app;
    app.configure(|tenant| {
        tenant.preferences.organization_users = Namespace::Customer;
        tenant.checks.searches_per_second = 10_000;
    })
    .await;
    let person = app.bank.customers[0].customer_id.clone();
    for (id, more) in [("E1", json!({ "regulation": "cpra" })), ("E2", json!({}))] {
        let mut event = json!({ "id": id, "user": { "organization_user_id": person },
            "consents": { "purposes": [{ "id": "newsletter", "enabled": id == "E1" }] } });
        if let Some(regulation) = more.get("regulation") {
            event["regulation"] = regulation.clone();
        }
        let _made = world.ask(Method::POST, "/consents/events", &event).await;
    }
    let client = &app.bank.first_party;
    let post = async |path: &str, context: Value, more: Value| {
        let mut question = json!({
            "subject": { "type": "user", "id": person, "properties": { "issuer": "urn:consentry:customer" } },
            "action": { "name": "use" },
            "resource": { "type": "purpose", "id": "newsletter" },
            "context": context,
        });
        for (name, value) in more.as_object().unwrap() {
            question[name] = value.clone();
        }
        let request = app.request(Method::POST, &format!("/access/v1{path}"));
        let request = request.basic(&client.client_id, &client.client_secret);
        request.json(&question).send().await
    };
    for (context, reason, count) in [
        (json!({ "regulation": "cpra" }), "consented", 1),
        (json!({ "regulation": "gdpr" }), "denied", 0),
        (json!({}), "denied", 0),
        (json!({ "regulation": "lgpd" }), "no_consent", 0),
    ] {
        let answer = post("/evaluation", context.clone(), json!({})).await;
        let answer = answer.expect_status(200).json();
        assert_eq!(answer["context"]["reason_code"], reason, "{context}");
        let resource = json!({ "resource": { "type": "purpose" } });
        let found = post("/search/resource", context.clone(), resource).await;
        let found = found.expect_status(200).json();
        assert_eq!(found["page"]["count"], count, "{context}");
    }
    let target = json!({ "resource": { "type": "purpose", "id": "newsletter", "properties": { "resource": "https://api.example" } } });
    let both = post("/evaluation", json!({ "regulation": "cpra" }), target).await;
    let both = both.expect_status(400).json();
    assert_eq!(both["errors"][0]["pointer"], "/context/regulation");

    let all = under(app, "").await;
    let cpra: Vec<_> = all.iter().filter(|(_, own)| own == "cpra").cloned().collect();
    let names: Vec<&str> = cpra.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["decision.recorded", "consent.granted"], "{all:?}");
    assert_eq!(under(app, "&regulation=cpra").await, cpra);
    let usual: Vec<_> = all.iter().filter(|(_, own)| own.is_null()).cloned().collect();
    assert!(
        usual.contains(&("consent.denied".to_owned(), Value::Null)),
        "{all:?}"
    );
    assert_eq!(under(app, "&regulation=gdpr").await, usual);
    assert_eq!(under(app, "&regulation=gdpr&regulation=cpra").await, all);
}

#[tokio::test]
async fn ctp_14_deleting_somebody_tells_each_of_their_events_and_then_the_person() {
    let world = World::new().await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&world.app, &receiver, &json!({ "format": "didomi" })).await;
    let outbound = world.app.outbound();
    for (id, enabled) in [("E1", true), ("E2", false)] {
        let event = json!({ "id": id, "user": { "organization_user_id": IRIS },
            "consents": { "purposes": [{ "id": "newsletter", "enabled": enabled }] } });
        let _made = world.ask(Method::POST, "/consents/events", &event).await;
        world.app.pass(60);
    }
    let before = receiver.first(4).await.len();
    let path = "/consents/users/iris.faro%40example.org?$by_organization_user_id=true";
    let _was = world.ask(Method::DELETE, path, &json!({})).await;
    let came = receiver.first(before + 3).await;
    let (_, last) = came.split_at(before);
    let mut told: Vec<(String, Value)> = last
        .iter()
        .map(|message| {
            let entity = message.json()["parameters"]["entity"].clone();
            let whom = entity.get("user").map_or_else(
                || entity["organization_user_id"].clone(),
                |user| user["organization_user_id"].clone(),
            );
            assert!(whom.is_null() || whom == IRIS, "{entity}");
            let id = if entity.get("user").is_some() {
                entity["id"].clone()
            } else {
                json!("the person")
            };
            (message.header("x-consentry-event").to_owned(), id)
        })
        .collect();
    assert_eq!(
        told.last().map(|(name, _)| name.as_str()),
        Some("user.deleted"),
        "{told:?}"
    );
    told.sort_by_key(|(name, id)| format!("{name} {id}"));
    assert_eq!(
        told,
        [
            ("event.deleted".to_owned(), json!("E1")),
            ("event.deleted".to_owned(), json!("E2")),
            ("user.deleted".to_owned(), json!("the person")),
        ]
    );
    outbound.stop().await;
}
