//! Everything that people chose, as lines (consent-tokens-and-preferences 15).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, refused, switch, switch_with};

async fn lines(world: &World, path: &str) -> Vec<String> {
    let answer = world.ask(Method::GET, path, None).await.expect_status(200);
    answer.text().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn ctp_15_users_and_events_are_exported_as_the_api_answers_them() {
    let world = World::new().await;
    // More than a page of people.
    let many: Vec<Value> = (0..100)
        .map(|number| {
            switch(
                &format!("person-{number}@example.org"),
                "offers",
                json!(number % 2 == 0),
            )
        })
        .collect();
    for _ in 0..3 {
        let answer = world
            .ask(Method::POST, "/consents/events", Some(&json!(many)))
            .await;
        assert_eq!(answer.status(), 200);
    }
    for number in 100..230 {
        let name = format!("person-{number}@example.org");
        world.event(&switch(&name, "offers", json!(true))).await;
    }
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let other = json!({ "regulation": "cpra" });
    world
        .event(&switch_with(IRIS, "newsletter", json!(false), &other))
        .await;
    let unnamed =
        json!({ "user": { "id": "phone" }, "consents": switch(IRIS, "offers", json!(true))["consents"] });
    world.event(&unnamed).await;
    let users = lines(&world, "/v1/exports/users").await;
    assert_eq!(users.len(), 232, "230 people, and one under two regulations");
    let users: Vec<Value> = users
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let own = users
        .iter()
        .find(|user| user["organization_user_id"] == IRIS && user["regulation"] == "gdpr");
    assert_eq!(*own.unwrap(), world.user(IRIS).await);
    let events = lines(&world, "/exports/events").await;
    assert_eq!(events.len(), 300 + 130 + 2);
    let read: Value = serde_json::from_str(&events[0]).unwrap();
    let id = read["id"].as_str().unwrap().to_owned();
    assert_eq!(read, world.get(&format!("/consents/events/{id}")).await);
    let all = lines(&world, "/exports/events?with_unnamed=true").await;
    assert_eq!(all.len(), events.len() + 1);
}

#[tokio::test]
async fn ctp_15_an_export_is_a_table_and_narrowed_by_time() {
    let world = World::new().await;
    let event = switch_with(
        "quote \" and, comma",
        "offers",
        json!(false),
        &json!({ "metadata": { "note": "line\nbreak" } }),
    );
    world.event(&event).await;
    world.pass(60).await;
    world.event(&switch(IRIS, "offers", json!(true))).await;
    let table = world
        .ask(Method::GET, "/exports/events?format=csv", None)
        .await
        .expect_status(200);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = table.text();
    let mut rows = text.split("\r\n");
    let head: Vec<&str> = rows.next().unwrap().split(',').collect();
    assert!(head.starts_with(&["id", "user_id", "organization_user_id"]));
    assert_eq!(
        head[head.len() - 3..],
        ["purpose account-data", "purpose newsletter", "purpose offers"]
    );
    let row = rows.next().unwrap();
    assert!(
        row.contains("\"quote \"\" and, comma\"") && row.ends_with(",,,false"),
        "{row}"
    );
    assert!(row.contains("\"{\"\"note\"\":\"\"line\\nbreak\"\"}\""), "{row}");
    let between = |from: i64, to: i64| {
        let (from, to) = (moment(&world.app, from), moment(&world.app, to));
        format!("/exports/users?from={from}&to={to}")
    };
    assert_eq!(lines(&world, &between(-60, 0)).await.len(), 1);
    assert_eq!(lines(&world, &between(-60, 1)).await.len(), 2);
    assert_eq!(lines(&world, &between(-59, 0)).await.len(), 0);
    let wrong = world.ask(Method::GET, "/exports/users?format=xml", None).await;
    assert!(refused(&wrong, 400, "BadRequest")["format"].is_string());
    let token = world.id_token(IRIS, &json!({})).await;
    let answer = world.with(&token, Method::GET, "/exports/users", None).await;
    refused(&answer, 403, "Forbidden");
}
