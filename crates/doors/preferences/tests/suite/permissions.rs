//! Who may do what with a consent token (consent-tokens-and-preferences 3.5, 4.7).

use http::Method;
use serde_json::{Value, json};

use crate::{
    tokens::on,
    world::{IRIS, World, refused, switch, text},
};

const USERS: &str = "/consents/users";

#[tokio::test]
async fn ctp_3_5_a_token_does_what_it_is_for_and_no_more() {
    let world = World::new().await;
    world
        .event(&switch("other@example.org", "newsletter", json!(true)))
        .await;
    let other = world.user("other@example.org").await;
    let other_event = world
        .get("/consents/events?organization_user_id=other%40example.org")
        .await;
    let other_event = text(&other_event["data"][0], "id");
    let token = world.id_token(IRIS, &json!({})).await;
    let ask =
        async |method: Method, path: &str, body: Option<&Value>| world.with(&token, method, path, body).await;
    for (method, path, body) in [
        (
            Method::POST,
            "/consents/tokens".to_owned(),
            Some(json!({ "organization_user_id": IRIS })),
        ),
        (Method::POST, "/consents/users".to_owned(), Some(json!({}))),
        (
            Method::PATCH,
            format!("/consents/events/{other_event}"),
            Some(json!({ "status": "confirmed" })),
        ),
        (Method::DELETE, format!("/consents/events/{other_event}"), None),
        (Method::DELETE, "/consents/events?metadata.a=1".to_owned(), None),
        (
            Method::PATCH,
            format!("/consents/users/{}", text(&other, "id")),
            Some(json!({})),
        ),
        (
            Method::DELETE,
            format!("/consents/users/{}", text(&other, "id")),
            None,
        ),
        (Method::POST, "/consents/events".to_owned(), Some(json!([on()]))),
        (
            Method::GET,
            "/consents/users?organization_user_id=other%40example.org".to_owned(),
            None,
        ),
        (
            Method::GET,
            "/consents/events?organization_user_id=other%40example.org".to_owned(),
            None,
        ),
        (
            Method::GET,
            "/consents/users?organization_id=other".to_owned(),
            None,
        ),
        (
            Method::POST,
            "/consents/events".to_owned(),
            Some(switch("other@example.org", "newsletter", json!(false))),
        ),
    ] {
        let answer = ask(method.clone(), &path, body.as_ref()).await;
        assert_eq!(answer.status(), 403, "{method} {path}: {}", answer.text());
        refused(&answer, 403, "Forbidden");
    }
    for path in [
        format!("/consents/users/{}", text(&other, "id")),
        format!("/consents/events/{other_event}"),
        "/consents/users/nobody".to_owned(),
    ] {
        refused(&ask(Method::GET, &path, None).await, 404, "NotFound");
    }
    let forged = json!({ "user": { "id": text(&other, "id") }, "consents": on()["consents"] });
    refused(
        &ask(Method::POST, "/consents/events", Some(&forged)).await,
        403,
        "Forbidden",
    );
    assert_eq!(
        ask(Method::POST, "/consents/events", Some(&on())).await.status(),
        200
    );
    let own = ask(Method::GET, "/consents/events", None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(own["total"], 1);
    assert_eq!(world.is_on("other@example.org", "newsletter").await, true);
}

#[tokio::test]
async fn ctp_4_7_a_token_for_writing_shows_nothing() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({ "permissions": ["write"] })).await;
    let made = world
        .with(&token, Method::POST, "/consents/events", Some(&on()))
        .await;
    let id = text(&made.expect_status(200).json(), "id");
    for path in [
        USERS.to_owned(),
        "/consents/events".to_owned(),
        format!("/consents/events/{id}"),
    ] {
        refused(
            &world.with(&token, Method::GET, &path, None).await,
            403,
            "Forbidden",
        );
    }
    let reading = world.id_token(IRIS, &json!({ "permissions": ["read"] })).await;
    refused(
        &world
            .with(&reading, Method::POST, "/consents/events", Some(&on()))
            .await,
        403,
        "Forbidden",
    );
}
