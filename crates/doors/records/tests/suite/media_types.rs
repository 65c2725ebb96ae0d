//! Media types and content negotiation (consent-api 3).

use http::Method;
use serde_json::json;

use crate::world::{accepted, ada, assert_refused, bank, get, id, made, portal, post, request};

#[tokio::test]
async fn rec_3_the_answer_is_hal_unless_only_json_is_asked_for() {
    let app = bank().await;
    for (accept, expected) in [
        (None, "application/hal+json"),
        (Some("*/*"), "application/hal+json"),
        (Some("application/*"), "application/hal+json"),
        (Some("application/hal+json"), "application/hal+json"),
        (Some("application/json"), "application/json"),
        (Some("application/json, text/plain, */*"), "application/json"),
    ] {
        let mut asked = request(&app, &ada(&app), Method::GET, "/definitions/share-location");
        if let Some(accept) = accept {
            asked = asked.header("accept", accept);
        }
        let answer = asked.send().await.expect_status(200);
        assert_eq!(answer.header("content-type"), Some(expected), "{accept:?}");
    }
}

#[tokio::test]
async fn rec_3_both_forms_are_the_same_bytes() {
    let app = bank().await;
    let hal = get(&app, &ada(&app), "/definitions").await.expect_status(200);
    let json = request(&app, &ada(&app), Method::GET, "/definitions")
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(hal.bytes(), json.bytes());
}

#[tokio::test]
async fn rec_3_nothing_acceptable_is_406() {
    let app = bank().await;
    for accept in ["text/html", "application/xml", "*/*;q=0"] {
        let asked = request(&app, &ada(&app), Method::GET, "/definitions").header("accept", accept);
        assert_refused(&asked.send().await, 406, "NOT_ACCEPTABLE");
    }
}

#[tokio::test]
async fn rec_3_bodies_are_json_or_hal_json_with_or_without_charset() {
    let app = bank().await;
    let body = accepted(json!({})).to_string();
    for media_type in [
        "application/json",
        "application/hal+json",
        "Application/JSON; charset=UTF-8",
        "application/hal+json;charset=utf-8",
    ] {
        let sent = request(&app, &ada(&app), Method::POST, "/consents")
            .header("content-type", media_type)
            .body(body.as_bytes());
        let _made = sent.send().await.expect_status(201);
    }
}

#[tokio::test]
async fn rec_3_any_other_type_is_415_on_every_write() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let one = format!("/consents/{}", id(&record));
    let body = accepted(json!({})).to_string();
    let types = [
        "text/plain",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ];
    for (method, path) in [
        (Method::POST, "/consents"),
        (Method::PUT, one.as_str()),
        (Method::PATCH, &one),
    ] {
        for media_type in types {
            let sent = request(&app, &ada(&app), method.clone(), path)
                .header("content-type", media_type)
                .body(body.as_bytes());
            assert_refused(&sent.send().await, 415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let untyped = request(&app, &ada(&app), method, path).body(body.as_bytes());
        assert_refused(&untyped.send().await, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
}

#[tokio::test]
async fn rec_3_a_content_type_on_get_and_delete_is_ignored() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({})).await;
    let one = format!("/consents/{}", id(&record));
    for body in ["", "{}", "no json at all"] {
        let read = request(&app, &portal(&app), Method::GET, &one)
            .header("content-type", "application/hal+json")
            .body(body.as_bytes());
        let _read = read.send().await.expect_status(200);
    }
    let removed = request(&app, &portal(&app), Method::DELETE, &one)
        .header("content-type", "text/plain")
        .body(b"x");
    let _removed = removed.send().await.expect_status(204);
}

#[tokio::test]
async fn rec_3_a_byte_order_mark_is_tolerated() {
    let app = bank().await;
    let body = format!("\u{feff}{}", accepted(json!({})));
    let sent = request(&app, &ada(&app), Method::POST, "/consents")
        .header("content-type", "application/json")
        .body(body.as_bytes());
    let _made = sent.send().await.expect_status(201);
}

#[tokio::test]
async fn rec_3_property_names_have_case() {
    let app = bank().await;
    let body = json!({ "Status": "accepted", "definition": { "id": "share-location" } });
    let answer = post(&app, &ada(&app), &body).await;
    crate::world::assert_invalid(&answer, "status", "REQUIRED_VALUE");
}

#[tokio::test]
async fn rec_3_no_null_is_ever_sent() {
    let app = bank().await;
    let pending = json!({ "status": "pending", "definition": { "id": "share-location" } });
    let record = post(&app, &ada(&app), &pending).await.expect_status(201);
    for answer in [
        record,
        get(&app, &ada(&app), "/definitions").await,
        get(&app, &ada(&app), "/definitions/share-location/localizations").await,
    ] {
        assert!(!answer.text().contains("null"), "{}", answer.text());
    }
}
