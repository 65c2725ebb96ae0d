//! The body of a refusal (consent-api 13.3). Statuses and codes are proved where their rule is.

use http::Method;
use serde_json::json;

use crate::world::{accepted, ada, assert_refused, bank, get, id, made, patch, portal, post, request};

#[tokio::test]
async fn rec_13_3_the_shape_is_id_status_code_message_details() {
    let app = bank().await;
    let body =
        accepted(json!({ "definition": { "id": "share-location", "version": "9.0", "locale": "en-GB" } }));
    let sent = request(&app, &ada(&app), Method::POST, "/consents").header("x-request-id", "r-1");
    let answer = sent.json(&body).send().await;
    assert_eq!(
        answer.json(),
        json!({
            "id": "r-1",
            "status": 400,
            "code": "INVALID_DATA",
            "message": "the request could not be accepted because of invalid data",
            "details": [{
                "code": "VERSION_NOT_AVAILABLE",
                "target": "definition.version",
                "message": "version 9.0 has not been published for locale en-GB",
            }],
        })
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn rec_13_3_a_refusal_is_json_whatever_was_accepted() {
    let app = bank().await;
    for accept in ["application/hal+json", "text/html", "*/*"] {
        let asked = request(&app, "", Method::GET, "/definitions").header("accept", accept);
        assert_refused(&asked.send().await, 401, "ACCESS_FAILED");
    }
}

#[tokio::test]
async fn rec_13_3_a_refusal_names_nobody_else() {
    let app = bank().await;
    let record = made(
        &app,
        &portal(&app),
        json!({ "subject": "ben", "actor": "ben", "data": { "x": "secret" } }),
    )
    .await;
    let path = format!("/consents/{}", id(&record));
    for answer in [
        get(&app, &ada(&app), &path).await,
        patch(&app, &ada(&app), id(&record), &json!({ "subject": "ada" })).await,
        get(&app, &ada(&app), "/consents?subject=ben").await,
        post(&app, &ada(&app), &accepted(json!({ "subject": "ben" }))).await,
    ] {
        assert_eq!(answer.status(), 403);
        let text = answer.text();
        assert!(!text.contains("ben") && !text.contains("secret"), "{text}");
    }
}
