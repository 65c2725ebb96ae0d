//! What is published of an organization, and lists of what it defined (consent-tokens-and-preferences 2.4, 2.7, 3.5, 12).

use http::Method;
use serde_json::{Value, json};

use crate::{
    auth::{KEY, get, world_with},
    world::{IRIS, World, purpose_of, refused, switch, switch_with, text},
};

#[tokio::test]
async fn ctp_3_5_the_public_key_reads_what_is_published_and_nothing_else() {
    let world = World::new().await;
    let paths = [
        "/metadata/purposes",
        "/metadata/purposes/newsletter",
        "/preferences",
        "/preferences/topics",
        "/configuration-tree",
        "/languages",
        "/compliance/v1/regulations",
    ];
    for path in paths {
        let closed = get(&world, &format!("{path}?key=harbor-public")).await;
        refused(&closed, 401, "NotAuthenticated");
    }
    world
        .app
        .configure(|tenant| tenant.preferences.public_key = Some("harbor-public".to_owned()))
        .await;
    let token = world.id_token(IRIS, &json!({})).await;
    for path in paths {
        for path in [path.to_owned(), format!("/v1{path}")] {
            let own = world.get(&path).await;
            let seen = get(&world, &format!("{path}?key=harbor-public")).await;
            assert_eq!(seen.status(), 200, "{path}: {}", seen.text());
            assert_eq!(seen.json(), own, "{path}");
            assert_eq!(seen.header("access-control-allow-origin"), Some("*"), "{path}");
            assert_eq!(seen.header("ratelimit-policy"), Some("60;w=10"), "{path}");
            let by_token = world.with(&token, Method::GET, &path, None).await;
            assert_eq!(by_token.status(), 200, "{path}");
            for wrong in ["key=harbor", "key=", "organization_id=harbor"] {
                let answer = get(&world, &format!("{path}?{wrong}")).await;
                refused(&answer, 401, "NotAuthenticated");
                assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
            }
            let foreign = get(&world, &format!("{path}?key=harbor-public&organization_id=other")).await;
            refused(&foreign, 403, "Forbidden");
            world.app.pass(15);
        }
    }
    // Nothing is written with it, and no page is told that it might.
    for (method, path) in [
        (Method::POST, "/metadata/purposes"),
        (Method::POST, "/preferences"),
        (Method::PUT, "/configuration-tree"),
        (Method::DELETE, "/metadata/purposes/newsletter"),
    ] {
        let path = format!("{path}?key=harbor-public");
        let answer = world
            .app
            .request(method.clone(), &path)
            .header("origin", "https://shop.example")
            .json(&json!({ "id": "more", "purposes": [] }))
            .send()
            .await;
        refused(&answer, 401, "NotAuthenticated");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{method} {path}"
        );
        let preflight = world
            .app
            .request(Method::OPTIONS, &path)
            .header("origin", "https://shop.example")
            .header("access-control-request-method", method.as_str())
            .send()
            .await;
        assert_eq!(preflight.status(), 204);
        assert_eq!(
            preflight.header("access-control-allow-origin"),
            None,
            "{method} {path}"
        );
    }
    for path in ["/secrets", "/keys", "/consents/users", "/exports/users"] {
        let answer = get(&world, &format!("{path}?key=harbor-public")).await;
        refused(&answer, 401, "NotAuthenticated");
    }
}

#[tokio::test]
async fn ctp_12_people_are_told_of_a_purpose_by_what_it_is_called_elsewhere() {
    let world = World::new().await;
    let wish = |id: &str, namespaces: Value| json!({ "id": id, "name": id, "namespaces": namespaces });
    for (id, namespaces) in [
        ("events", json!({ "didomi": "events-Xy1", "custom": "parties" })),
        ("surveys", json!({ "custom": "questions" })),
        // What another purpose is called already says nothing.
        ("raffles", json!({ "didomi": "newsletter" })),
    ] {
        world.post("/metadata/purposes", &wish(id, namespaces)).await;
    }
    let event = json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [
        { "id": "parties", "enabled": true }, { "id": "surveys", "enabled": false },
        { "id": "raffles", "enabled": true }, { "id": "newsletter", "enabled": false }] } });
    let made = world.event(&event).await;
    let user = world.user(IRIS).await;
    let tree = world
        .get(&format!(
            "/consents/users?organization_user_id={IRIS}&$include_full_tree=true"
        ))
        .await["data"][0]
        .clone();
    for seen in [&made, &user, &tree] {
        for (id, enabled) in [
            ("events-Xy1", true),
            ("questions", false),
            ("raffles", true),
            ("newsletter", false),
        ] {
            assert_eq!(purpose_of(seen, id)["enabled"], enabled, "{id}: {seen}");
        }
        assert_eq!(purpose_of(seen, "events"), Value::Null);
    }
    let twice = json!({ "user": { "organization_user_id": IRIS }, "consents": { "purposes": [
        { "id": "events", "enabled": true }, { "id": "events-Xy1", "enabled": false }] } });
    refused(
        &world.ask(Method::POST, "/consents/events", Some(&twice)).await,
        400,
        "BadRequest",
    );
    let direct = json!({ "organization_user_id": "other", "consents": { "purposes": [{ "id": "parties", "enabled": true }] } });
    let other = world.post("/consents/users", &direct).await;
    assert_eq!(purpose_of(&other, "events-Xy1")["enabled"], true);
    let table = world.ask(Method::GET, "/exports/users?format=csv", None).await;
    let table = table.expect_status(200).text().to_owned();
    assert!(
        table.lines().next().unwrap().contains("purpose events-Xy1") && !table.contains("\"\"events\"\""),
        "{table}"
    );
}

#[tokio::test]
async fn ctp_2_4_lists_are_filtered_and_sorted_as_is_asked() {
    let world = World::new().await;
    for name in ["one", "two", "three"] {
        world.post("/secrets", &json!({ "name": name })).await;
        world.app.pass(1);
    }
    let names = async |query: &str| {
        let list = world.get(&format!("/secrets?{query}")).await;
        let all = list["data"].as_array().unwrap().clone();
        let names: Vec<String> = all.iter().map(|own| text(own, "name")).collect();
        (list["total"].clone(), names.join(" "))
    };
    assert_eq!(
        names("$sort[created_at]=1").await,
        (json!(3), "one two three".to_owned())
    );
    assert_eq!(
        names("$sort[created_at]=-1&$limit=2").await,
        (json!(3), "three two".to_owned())
    );
    assert_eq!(names("name=two").await, (json!(1), "two".to_owned()));
    assert_eq!(names("enabled=false").await, (json!(0), String::new()));
    let purposes = world
        .get("/metadata/purposes?id[$in]=offers&id[$in]=newsletter")
        .await;
    assert_eq!(purposes["total"], 2);
}

#[tokio::test]
async fn ctp_2_4_users_are_filtered_by_what_is_asked_and_not_all_of_them_shown() {
    let world = World::new().await;
    for number in 0..5 {
        let more = json!({ "user": { "organization_user_id": format!("user {number}"), "country": if number < 2 { "PT" } else { "ES" },
            "metadata": { "crm_id": format!("{number}") } } });
        world
            .event(&switch_with("", "newsletter", json!(true), &more))
            .await;
    }
    let list = async |query: &str| {
        let list = world.get(&format!("/consents/users?{query}")).await;
        let all = list["data"].as_array().unwrap().clone();
        let names = all.iter().map(|own| text(own, "organization_user_id"));
        let mut names: Vec<String> = names.collect();
        names.sort();
        assert_eq!(list["limit"], names.len());
        (names.join(","), list["cursor"].clone())
    };
    assert_eq!(
        list("metadata.crm_id=3").await,
        ("user 3".to_owned(), Value::Null)
    );
    assert_eq!(list("country=PT").await.0, "user 0,user 1");
    assert_eq!(
        list("organization_user_id[$in]=user%200&organization_user_id[$in]=user%204")
            .await
            .0,
        "user 0,user 4"
    );
    assert_eq!(list("organization_user_id=user%203&country=PT").await.0, "");
    assert_eq!(list("organization_user_id=user%203&country=ES").await.0, "user 3");
    // A walk by cursors meets everybody who fits, once.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let (names, next) = list(&format!("country=ES&$limit=2{cursor}")).await;
        seen.extend(
            names
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
        );
        let Some(next) = next.as_str() else { break };
        cursor = format!("&$cursor={next}");
    }
    seen.sort();
    assert_eq!(seen, ["user 2", "user 3", "user 4"]);
    let other = format!("/consents/users?country=PT&$limit=2{cursor}");
    refused(&world.ask(Method::GET, &other, None).await, 400, "BadRequest");
}

#[tokio::test]
async fn ctp_3_5_a_token_may_name_its_own_devices_and_no_others() {
    let world = World::new().await;
    for (name, device) in [(IRIS, "phone"), ("other", "tablet")] {
        let mut event = switch(name, "newsletter", json!(true));
        event["user"]["id"] = json!(device);
        world.event(&event).await;
    }
    let token = world.id_token(IRIS, &json!({})).await;
    let ask = async |path: &str| world.with(&token, Method::GET, path, None).await;
    for (path, count) in [
        ("/consents/users?id=phone", 1),
        ("/consents/events?user_id=phone", 1),
        ("/v1/consents/events?user_id=phone&regulation=cpra", 0),
    ] {
        let list = ask(path).await.expect_status(200).json();
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{path}");
    }
    for path in [
        "/consents/users?id=tablet",
        "/consents/users?id=nothing",
        "/consents/events?user_id=tablet",
        "/consents/events?user_id=nothing",
    ] {
        refused(&ask(path).await, 403, "Forbidden");
    }
}

#[tokio::test]
async fn ctp_11_2_what_is_published_of_a_center_is_nobodys_choices() {
    let world = world_with(&json!({})).await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let path = format!("/v1/privacy-centers/news?{KEY}&lang=en");
    let answer = get(&world, &path).await.expect_status(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let center = answer.json();
    assert_eq!(
        (&center["title"], &center["language"]),
        (&json!("Your news"), &json!("en"))
    );
    let purpose = &center["purposes"][0];
    assert_eq!(
        (&purpose["id"], &purpose["name"]),
        (&json!("newsletter"), &json!("Newsletter"))
    );
    assert_eq!(purpose["preferences"][0]["values"][0]["name"], "DAILY");
    assert_eq!(
        center["purposes"].as_array().unwrap().len(),
        1,
        "only what the center shows"
    );
    assert!(!answer.text().contains("consents") && !answer.text().contains(IRIS));
    assert_eq!(purpose.get("enabled"), None);
    let token = world.id_token(IRIS, &json!({})).await;
    let path = "/privacy-centers/news";
    let own = world
        .with(&token, Method::GET, path, None)
        .await
        .expect_status(200);
    assert_eq!(own.json()["purposes"][0]["name"], "Newsletter");
    assert_eq!(own.json().get("acting_for"), None);
    let acting = json!({ "delegate": { "id": "agent-17", "name": "T. Okafor" } });
    let token = world.id_token(IRIS, &acting).await;
    let own = world.with(&token, Method::GET, path, None).await;
    assert_eq!(own.json()["acting_for"], IRIS);
    assert!(!own.text().contains("Okafor") && !own.text().contains("agent-17"));
    refused(
        &get(&world, &format!("/privacy-centers/other?{KEY}")).await,
        404,
        "NotFound",
    );
}
