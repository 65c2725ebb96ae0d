//! Consent links (consent-tokens-and-preferences 9).

use consentry_domain::tenant::PreferencesSettings;
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, refused, switch, text};

async fn make(world: &World, more: &Value) -> Value {
    let mut body = json!({
        "organization_user_id": IRIS,
        "action": "event.create",
        "event": { "consents": switch(IRIS, "newsletter", json!(true))["consents"] },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let made = world.ask(Method::POST, "/consents/links", Some(&body)).await;
    made.expect_status(200).json()
}

fn path(link: &Value) -> String {
    let url = text(link, "url");
    url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

async fn events(world: &World) -> Value {
    world
        .get(&format!("/consents/events?organization_user_id={IRIS}"))
        .await
}

#[tokio::test]
async fn ctp_9_opening_a_link_records_its_event_once() {
    let world = World::new().await;
    let link = make(&world, &json!({})).await;
    assert_eq!(link["lifetime"], 900);
    let head = world.app.request(Method::HEAD, &path(&link)).send().await;
    assert_eq!(head.status(), 405, "what only looks changes nothing");
    let early = world
        .app
        .request(Method::GET, &path(&link))
        .header("sec-purpose", "prefetch");
    assert_eq!(early.send().await.status(), 503);
    assert_eq!(events(&world).await["total"], 0);
    for _ in 0..2 {
        let done = world.app.get(&path(&link)).await.expect_status(200);
        assert!(done.text().contains("It is done"));
    }
    let all = events(&world).await;
    assert_eq!(all["total"], 1);
    assert_eq!(all["data"][0]["id"], link["event"]["id"]);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    let away = make(
        &world,
        &json!({ "redirect_url": "https://shop.example/thanks", "lifetime": 60 }),
    )
    .await;
    let gone = world.app.get(&path(&away)).await.expect_status(302);
    assert_eq!(gone.header("location"), Some("https://shop.example/thanks"));
    world.pass(60).await;
    assert_eq!(world.app.get(&path(&away)).await.status(), 410);
    assert_eq!(
        world.app.get("/v1/consents/execute?token=cl_x").await.status(),
        400
    );
    world.verify().await;
}

#[tokio::test]
async fn ctp_9_a_link_confirms_an_event_of_its_own_person_only() {
    let world = World::new().await;
    let mut waiting = switch(IRIS, "newsletter", json!(true));
    waiting["status"] = json!("pending_approval");
    let waiting = world.event(&waiting).await;
    let confirm = json!({ "id": waiting["id"], "status": "confirmed" });
    let foreign = make(
        &world,
        &json!({ "organization_user_id": "other@example.org", "action": "event.update", "event": confirm }),
    )
    .await;
    assert_eq!(world.app.get(&path(&foreign)).await.status(), 404);
    assert_eq!(events(&world).await["total"], 0);
    let own = make(&world, &json!({ "action": "event.update", "event": confirm })).await;
    assert_eq!(world.app.get(&path(&own)).await.status(), 200);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    assert_eq!(events(&world).await["total"], 1);
}

#[tokio::test]
async fn ctp_9_what_cannot_be_a_link_is_refused() {
    let world = World::new().await;
    let consents = switch(IRIS, "newsletter", json!(true))["consents"].clone();
    for (field, change) in [
        ("organization_user_id", json!({ "organization_user_id": null })),
        ("action", json!({ "action": "event.delete" })),
        ("lifetime", json!({ "lifetime": 0 })),
        ("lifetime", json!({ "lifetime": "900" })),
        ("redirect_url", json!({ "redirect_url": "javascript:alert(1)" })),
        (
            "event.id",
            json!({ "action": "event.update", "event": { "status": "confirmed" } }),
        ),
        ("consents", json!({ "event": {} })),
    ] {
        let mut body = json!({
            "organization_user_id": IRIS, "action": "event.create", "event": { "consents": consents },
        });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let answer = world.ask(Method::POST, "/consents/links", Some(&body)).await;
        assert!(refused(&answer, 400, "BadRequest")[field].is_string(), "{field}");
    }
    let token = world.id_token(IRIS, &json!({})).await;
    let body =
        json!({ "organization_user_id": IRIS, "action": "event.create", "event": { "consents": consents } });
    let answer = world
        .with(&token, Method::POST, "/consents/links", Some(&body))
        .await;
    refused(&answer, 403, "Forbidden");
}

fn query(parts: &[(&str, &str)]) -> String {
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect()
    };
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    format!("/v1/consents/execute?{}", parts.join("&"))
}

fn hmac(secret: &str, message: &str) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, message.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn settings(world: &World, change: impl Fn(&mut PreferencesSettings)) {
    world
        .app
        .configure(|tenant| {
            tenant.preferences.public_key = Some("harbor-public".to_owned());
            change(&mut tenant.preferences);
        })
        .await;
}

async fn secret(world: &World) -> Value {
    let body = json!({ "name": "mails", "description": "of the newsletter" });
    let made = world.ask(Method::POST, "/secrets", Some(&body)).await;
    made.expect_status(200).json()
}

/// A link that switches the newsletter on, as a back end makes it by itself.
fn signed(secret: &Value, salt: &str, expiration: &str, more: &[(&str, &str)]) -> String {
    let event = switch(IRIS, "newsletter", json!(true))["consents"].clone();
    let event = json!({ "consents": event }).to_string();
    let digest = hmac(&text(secret, "secret"), &format!("{IRIS}{salt}{expiration}"));
    let sid = text(secret, "id");
    let mut parts = vec![
        ("key", "harbor-public"),
        ("auth_algorithm", "hmac-sha256"),
        ("auth_sid", sid.as_str()),
        ("auth_digest", digest.as_str()),
        ("auth_salt", salt),
        ("auth_expiration", expiration),
        ("organization_user_id", IRIS),
        ("action", "event.create"),
        ("event", event.as_str()),
    ];
    for (name, value) in more {
        parts.retain(|(own, _)| own != name);
        parts.push((name, value));
    }
    query(&parts)
}

#[tokio::test]
async fn ctp_3_4_secrets_are_made_listed_changed_and_removed_and_shown_once() {
    let world = World::new().await;
    let made = secret(&world).await;
    let drawn = text(&made, "secret");
    assert!(drawn.len() > 40);
    let path = format!("/secrets/{}", text(&made, "id"));
    let all = world.get("/v1/secrets").await;
    assert_eq!(
        (&all["total"], &all["data"][0]["name"]),
        (&json!(1), &json!("mails"))
    );
    let read = world.get(&path).await;
    assert!(read.get("secret").is_none() && all["data"][0].get("secret").is_none());
    assert_eq!((&read["enabled"], &read["version"]), (&json!(true), &json!(1)));
    let changed = json!({ "name": "post", "version": 1 });
    let answer = world
        .ask(Method::PATCH, &path, Some(&changed))
        .await
        .expect_status(200);
    let answer = answer.json();
    assert_eq!((&answer["name"], &answer["version"]), (&json!("post"), &json!(2)));
    assert_eq!(answer["description"], "of the newsletter");
    let stale = world.ask(Method::PATCH, &path, Some(&changed)).await;
    refused(&stale, 409, "Conflict");
    let put = world
        .ask(Method::PUT, &path, Some(&json!({ "name": "whole" })))
        .await;
    assert!(put.expect_status(200).json().get("description").is_none());
    let token = world.id_token(IRIS, &json!({})).await;
    let answer = world.with(&token, Method::GET, "/secrets", None).await;
    refused(&answer, 403, "Forbidden");
    let gone = world.ask(Method::DELETE, &path, None).await;
    assert_eq!(gone.status(), 200);
    refused(&world.ask(Method::GET, &path, None).await, 404, "NotFound");
    assert_eq!(world.get("/secrets").await["total"], 0);
}

#[tokio::test]
async fn ctp_9_a_digest_link_does_what_is_listed_once() {
    let world = World::new().await;
    let own = secret(&world).await;
    settings(&world, |_| {}).await;
    let link = signed(&own, "s1", "", &[]);
    let strict = world.app.get(&link).await;
    assert_eq!(strict.status(), 400, "nothing is listed, and strict is usual");
    assert_eq!(events(&world).await["total"], 0);
    settings(&world, |settings| {
        let event = json!({ "consents": switch(IRIS, "newsletter", json!(true))["consents"] });
        settings.link_events = vec![
            serde_json::from_value(json!({ "action": "event.create", "event": event.to_string() })).unwrap(),
        ];
        settings.link_redirects = vec!["https://shop.example/thanks".to_owned()];
    })
    .await;
    for _ in 0..2 {
        assert_eq!(world.app.get(&link).await.status(), 200);
    }
    assert_eq!(events(&world).await["total"], 1);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    let other = switch(IRIS, "offers", json!(true))["consents"].clone();
    let other = json!({ "consents": other }).to_string();
    let changed = signed(&own, "s1", "", &[("event", &other)]);
    assert_eq!(
        world.app.get(&changed).await.status(),
        400,
        "the digest does not cover it"
    );
    let away = signed(
        &own,
        "s2",
        "",
        &[("redirect_url", "https://shop.example/thanks?from=mail")],
    );
    assert_eq!(world.app.get(&away).await.status(), 302);
    let elsewhere = signed(&own, "s3", "", &[("redirect_url", "https://evil.example/thanks")]);
    assert_eq!(world.app.get(&elsewhere).await.status(), 400);
    settings(&world, |settings| settings.strict_links = false).await;
    assert_eq!(world.app.get(&changed).await.status(), 200);
    assert_eq!(world.is_on(IRIS, "offers").await, true);
    world.verify().await;
}

#[tokio::test]
async fn ctp_9_a_digest_link_with_anything_wrong_does_nothing() {
    let world = World::new().await;
    let own = secret(&world).await;
    settings(&world, |settings| settings.strict_links = false).await;
    let until = (world.app.now().as_micros() / 1_000_000 + 60).to_string();
    let good = signed(&own, "", &until, &[]);
    let digest = "0".repeat(64);
    for change in [
        ("key", "harbor"),
        ("auth_algorithm", "hmac-md5"),
        ("auth_algorithm", "hash-sha256"),
        ("auth_sid", "nobody"),
        ("auth_digest", digest.as_str()),
        ("auth_digest", ""),
        ("auth_salt", "other"),
        ("auth_expiration", ""),
        ("auth_expiration", "99999999999"),
        ("organization_user_id", "other@example.org"),
        ("action", "event.delete"),
        ("event", "[]"),
        ("redirect_url", "javascript:alert(1)"),
    ] {
        let link = signed(&own, "", &until, &[change]);
        assert_eq!(world.app.get(&link).await.status(), 400, "{change:?}");
    }
    let head = world.app.request(Method::HEAD, &good).send().await;
    assert_eq!(head.status(), 405);
    assert_eq!(events(&world).await["total"], 0);
    let path = format!("/secrets/{}", text(&own, "id"));
    let off = world
        .ask(Method::PATCH, &path, Some(&json!({ "enabled": false })))
        .await;
    assert_eq!(off.status(), 200);
    assert_eq!(world.app.get(&good).await.status(), 400);
    let on = world
        .ask(Method::PATCH, &path, Some(&json!({ "enabled": true })))
        .await;
    assert_eq!(on.status(), 200);
    assert_eq!(world.app.get(&good).await.status(), 200);
    world.pass(60).await;
    assert_eq!(world.app.get(&good).await.status(), 410);
}

#[tokio::test]
async fn ctp_9_a_link_that_could_do_nothing_is_refused_when_it_is_made() {
    let world = World::new().await;
    let link = |event: Value| json!({ "organization_id": "harbor", "organization_user_id": IRIS, "action": "event.create", "event": event });
    let send = async |body: Value| {
        world
            .with(&world.session(), Method::POST, "/consents/links", Some(&body))
            .await
    };
    for (place, event) in [
        ("event.consents", json!({ "consents": {} })),
        (
            "event.consents.purposes.0.id",
            json!({ "consents": { "purposes": [{ "id": "nothing", "enabled": true }] } }),
        ),
        (
            "event.regulation",
            json!({ "regulation": "lgpd", "consents": switch(IRIS, "newsletter", json!(true))["consents"] }),
        ),
    ] {
        let errors = refused(&send(link(event)).await, 400, "BadRequest");
        assert!(errors[place].is_string(), "{place}: {errors}");
    }
    let good = link(json!({ "consents": switch(IRIS, "newsletter", json!(true))["consents"] }));
    assert_eq!(
        send(good.clone()).await.status(),
        200,
        "the body names the organization"
    );
    let mut foreign = good;
    foreign["organization_id"] = json!("other");
    refused(&send(foreign).await, 403, "Forbidden");
}
