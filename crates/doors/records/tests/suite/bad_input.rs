//! Input that is broken before it means anything: each is refused with a name and a rule, and nothing changes.

use http::Method;
use serde_json::json;

use crate::world::{accepted, ada, assert_refused, bank, details, get, id, made, portal, refusal, request};

/// Broken bodies, with where they are broken.
const BROKEN: [(&str, Option<&str>); 14] = [
    ("", None),
    ("{", None),
    ("{\"status\":\"accepted\"", None),
    ("{\"status\":\"accepted\",}", None),
    ("{\"status\":accepted}", Some("status")),
    ("{'status':'accepted'}", None),
    ("{\"status\":\"accepted\"} {}", None),
    ("{\"status\":\"accepted\",\"status\":\"denied\"}", Some("status")),
    (
        "{\"definition\":{\"id\":\"a\",\"id\":\"b\"}}",
        Some("definition.id"),
    ),
    ("{\"data\":{\"a\":[1,{\"b\":1,\"b\":2}]}}", Some("data.a.1.b")),
    ("{\"titleText\":\"\\ud800\"}", Some("titleText")),
    (
        "{\"consentContext\":{\"x\":[\"\\udfff\"]}}",
        Some("consentContext.x.0"),
    ),
    ("{\"data\":1e999}", Some("data")),
    ("{\"data\":\"\u{1}\"}", Some("data")),
];

#[tokio::test]
async fn rec_8_2_broken_json_is_400_with_its_place_on_every_write() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada" })).await;
    let one = format!("/consents/{}", id(&record));
    for (method, path) in [
        (Method::POST, "/consents"),
        (Method::PUT, one.as_str()),
        (Method::PATCH, &one),
    ] {
        for (body, place) in BROKEN {
            let sent = request(&app, &portal(&app), method.clone(), path)
                .header("content-type", "application/json")
                .body(body.as_bytes());
            let answer = sent.send().await;
            assert_refused(&answer, 400, "INVALID_REQUEST");
            assert_eq!(details(&answer)[0].0, place.unwrap_or_default(), "{body}");
        }
        for body in [
            "[]",
            "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"revoked\"}]",
            "null",
            "\"x\"",
            "1",
            "true",
        ] {
            let sent = request(&app, &portal(&app), method.clone(), path)
                .header("content-type", "application/json")
                .body(body.as_bytes());
            assert_refused(&sent.send().await, 400, "INVALID_REQUEST");
        }
        let not_utf8 = request(&app, &portal(&app), method.clone(), path)
            .header("content-type", "application/json")
            .body(b"{\"titleText\":\"\xff\"}");
        assert_refused(&not_utf8.send().await, 400, "INVALID_REQUEST");
    }
    assert_eq!(crate::world::seen(&app, id(&record)).await, record);
    let all = get(&app, &portal(&app), "/consents?subject=ada").await.json();
    assert_eq!(all["count"], 1);
}

#[tokio::test]
async fn rec_14_large_bodies_are_413_whatever_their_size() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let one = format!("/consents/{}", id(&record));
    for size in [256 * 1024 + 1, 1024 * 1024, 2 * 1024 * 1024] {
        let body = format!("{{\"data\":\"{}\"}}", "x".repeat(size));
        for (method, path) in [
            (Method::POST, "/consents"),
            (Method::PUT, one.as_str()),
            (Method::PATCH, &one),
        ] {
            let sent = request(&app, &ada(&app), method, path)
                .header("content-type", "application/json")
                .body(body.as_bytes());
            let answer = sent.send().await;
            assert_refused(&answer, 413, "PAYLOAD_TOO_LARGE");
            assert!(
                answer.json()["message"]
                    .as_str()
                    .unwrap()
                    .contains("262144 bytes")
            );
        }
        let unknown = request(&app, "", Method::POST, "/consents")
            .header("content-type", "application/json")
            .body(body.as_bytes());
        assert_refused(&unknown.send().await, 401, "ACCESS_FAILED");
    }
    assert_eq!(crate::world::seen(&app, id(&record)).await, record);
}

#[tokio::test]
async fn rec_14_a_body_of_exactly_the_limit_is_read() {
    let app = bank().await;
    let body = accepted(json!({})).to_string();
    let padded = format!("{body}{}", " ".repeat(256 * 1024 - body.len()));
    let sent = request(&app, &ada(&app), Method::POST, "/consents")
        .header("content-type", "application/json")
        .body(padded.as_bytes());
    let _made = sent.send().await.expect_status(201);
}

#[tokio::test]
async fn rec_8_2_nesting_without_end_is_refused() {
    let app = bank().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = format!("{{\"data\":{}1{}}}", open.repeat(20_000), close.repeat(20_000));
        let sent = request(&app, &ada(&app), Method::POST, "/consents")
            .header("content-type", "application/json")
            .body(body.as_bytes());
        let answer = sent.send().await;
        assert_eq!(refusal(&answer), (400, "INVALID_REQUEST".to_owned()));
        assert!(details(&answer)[0].0.starts_with("data"), "{}", answer.text());
    }
}

#[tokio::test]
async fn rec_9_4_parameters_that_cannot_be_read_are_400() {
    let app = bank().await;
    for query in [
        "?subject=%ff",
        "?subject=%zz",
        "?subject=a%00b",
        "?subject",
        "?subject=",
    ] {
        let answer = get(&app, &ada(&app), &format!("/consents{query}")).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
        assert_eq!(details(&answer)[0].0, "subject", "{query}");
    }
}

#[tokio::test]
async fn rec_13_3_no_answer_repeats_a_password_a_token_or_a_body() {
    let app = bank().await;
    let secret = "tell-nobody-9f2c";
    let wrong = get(&app, &crate::world::basic("ada", secret), "/definitions").await;
    let token = get(&app, &format!("Bearer {secret}"), "/definitions").await;
    let sent = request(&app, &ada(&app), Method::POST, "/consents")
        .header("content-type", "application/json")
        .body(format!("{{\"status\":\"{secret}\",\"data\":\"{secret}\"}}").as_bytes());
    for answer in [wrong, token, sent.send().await] {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
}
