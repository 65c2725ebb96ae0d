//! Asking for consent (dataspace-consent-protocol 5.1, 5.6, 5.7).

use http::Method;
use serde_json::{Value, json};

use crate::world::{ADDRESS, INCOME, ISSUER, PROFILE, World};

#[tokio::test]
async fn dsp_5_1_what_is_missing_leads_to_a_page_and_what_is_granted_does_not() {
    let world = World::start().await;
    let answer = world
        .request(&[(PROFILE, true), (ADDRESS, false)])
        .await
        .expect_status(201);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let body = answer.json();
    assert_eq!(body["type"], "requestUserConsent");
    assert_eq!(
        body["missingConsents"],
        json!([
            { "dataSource": PROFILE, "required": true },
            { "dataSource": ADDRESS, "required": false },
        ])
    );
    let url = body["requestUrl"].as_str().unwrap();
    let id = url.strip_prefix(&format!("{ISSUER}/request/")).unwrap();
    assert_eq!(id.len(), 36);
    assert!(!url.contains(['?', '#']));
    assert!(body.get("consentToken").is_none());

    world.granted(&[PROFILE]).await;
    let body = world
        .request(&[(PROFILE, true), (ADDRESS, false)])
        .await
        .expect_status(201)
        .json();
    assert_eq!(
        body["missingConsents"],
        json!([{ "dataSource": ADDRESS, "required": false }])
    );
    let all = world.request(&[(PROFILE, true)]).await.expect_status(200);
    assert_eq!(all.json(), json!({ "type": "allConsentsGranted" }));
}

#[tokio::test]
async fn dsp_5_1_repetitions_collapse_and_the_stricter_counts() {
    let world = World::start().await;
    let body = world
        .request(&[(PROFILE, false), (ADDRESS, false), (PROFILE, true)])
        .await
        .json();
    assert_eq!(
        body["missingConsents"],
        json!([
            { "dataSource": PROFILE, "required": true },
            { "dataSource": ADDRESS, "required": false },
        ])
    );
}

#[tokio::test]
async fn dsp_4_1_a_request_token_may_be_shown_again() {
    let world = World::start().await;
    let token = world.token();
    let body = json!({ "consentRequests": [{ "dataSource": PROFILE, "required": true }] });
    let first = world.ask_with(&token, "/Consent/RequestConsents", &body).await;
    let second = world.ask_with(&token, "/Consent/RequestConsents", &body).await;
    assert_eq!((first.status(), second.status()), (201, 201));
    assert_ne!(first.json()["requestUrl"], second.json()["requestUrl"]);
}

#[tokio::test]
async fn dsp_5_1_bodies_that_break_a_rule_are_422_with_the_place() {
    let world = World::start().await;
    let item = |source: Value, required: Value| json!({ "consentRequests": [{ "dataSource": source, "required": required }] });
    let many: Vec<Value> = (0..51)
        .map(|_| json!({ "dataSource": PROFILE, "required": true }))
        .collect();
    let cases: Vec<(Value, Value)> = vec![
        (json!([]), json!(["body"])),
        (json!({}), json!(["body", "consentRequests"])),
        (
            json!({ "consentRequests": {} }),
            json!(["body", "consentRequests"]),
        ),
        (
            json!({ "consentRequests": [] }),
            json!(["body", "consentRequests"]),
        ),
        (
            json!({ "consentRequests": many }),
            json!(["body", "consentRequests"]),
        ),
        (
            json!({ "consentRequests": [7] }),
            json!(["body", "consentRequests", 0]),
        ),
        (
            item(json!(7), json!(true)),
            json!(["body", "consentRequests", 0, "dataSource"]),
        ),
        (
            item(json!("dpp://x"), json!(true)),
            json!(["body", "consentRequests", 0, "dataSource"]),
        ),
        (
            item(
                json!("dpp://tide_office@other.example/Person/Address_v1.0"),
                json!(true),
            ),
            json!(["body", "consentRequests", 0, "dataSource"]),
        ),
        (
            item(
                json!("dpp://tide_office@northbay.example/Unknown_v1.0"),
                json!(true),
            ),
            json!(["body", "consentRequests", 0, "dataSource"]),
        ),
        // A definition of another kind is no data source.
        (
            item(json!("accounts:balance"), json!(true)),
            json!(["body", "consentRequests", 0, "dataSource"]),
        ),
        (
            item(json!(PROFILE), json!("yes")),
            json!(["body", "consentRequests", 0, "required"]),
        ),
        (
            json!({ "consentRequests": [{ "dataSource": PROFILE }] }),
            json!(["body", "consentRequests", 0, "required"]),
        ),
    ];
    for (body, place) in cases {
        let answer = world.ask("/Consent/RequestConsents", &body).await;
        assert_eq!(answer.status(), 422, "{body}");
        let told = answer.json();
        assert_eq!(told["type"], "validation_error");
        assert_eq!(told["detail"][0]["loc"], place, "{body}");
        assert!(told["detail"][0]["msg"].is_string() && told["message"].is_string());
    }
}

#[tokio::test]
async fn dsp_5_7_bodies_that_are_no_json_are_refused_in_the_same_shape() {
    let world = World::start().await;
    let post = |kind: &'static str, body: Vec<u8>| {
        let request = world
            .app
            .request(Method::POST, "/Consent/RequestConsents")
            .header("x-consent-request-token", &world.token())
            .header("content-type", kind);
        async move { request.body(&body).send().await }
    };
    let twice = br#"{"consentRequests":[],"consentRequests":[]}"#.to_vec();
    for (kind, body, status, name) in [
        ("text/plain", b"{}".to_vec(), 415, "unsupported_media_type"),
        (
            "application/json",
            vec![b' '; 257 * 1024],
            413,
            "payload_too_large",
        ),
        ("application/json", b"{".to_vec(), 422, "validation_error"),
        ("application/json", twice, 422, "validation_error"),
    ] {
        let answer = post(kind, body).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.json()["type"], name);
    }
    let fine = br#"{"consentRequests":[{"dataSource":"x","required":true}]}"#.to_vec();
    assert_eq!(post("application/json; charset=utf-8", fine).await.status(), 422);
}

#[tokio::test]
async fn dsp_5_7_too_many_requests_about_one_person_are_429() {
    let world = World::start().await;
    let body = json!({ "dataSource": PROFILE });
    for nth in 1..=60 {
        let answer = world.ask("/Consent/GetToken", &body).await.expect_status(200);
        let told = answer.header("ratelimit").unwrap().to_owned();
        assert!(told.contains(&format!(";r={};", 60 - nth)), "COM-11: {told}");
        assert!(answer.header("ratelimit-policy").is_some(), "COM-11");
    }
    let answer = world.ask("/Consent/GetToken", &body).await.expect_status(429);
    assert!(answer.header("ratelimit").is_some() && answer.header("ratelimit-policy").is_some());
    assert_eq!(answer.json()["type"], "rate_limit_exceeded");
    assert!(answer.header("retry-after").is_some());
    let mut other = world.claims();
    other["sub"] = json!(world.app.bank.customers[1].user_id);
    let other = world.party.sign(&other);
    assert_eq!(
        world.ask_with(&other, "/Consent/GetToken", &body).await.status(),
        200
    );
}

#[tokio::test]
async fn dsp_5_6_the_address_of_version_0_1_leads_on() {
    let world = World::start().await;
    let body = json!({ "consentRequests": [{ "dataSource": INCOME, "required": true }] });
    let answer = world.ask("/Consent/Request", &body).await.expect_status(201);
    assert_eq!(answer.json()["type"], "requestUserConsent");
    let old = world
        .app
        .request(Method::POST, "/Consent/Request")
        .bearer("x")
        .json(&json!({ "dataSource": INCOME }))
        .send()
        .await
        .expect_status(410);
    assert!(
        old.json()["detail"]
            .as_str()
            .unwrap()
            .contains("/Consent/RequestConsents")
    );
    let mixed = world
        .ask("/Consent/Request", &json!({ "dataSource": INCOME }))
        .await;
    assert_eq!(mixed.status(), 410);
}

#[tokio::test]
async fn dsp_12_no_more_may_be_required_than_the_operator_allows() {
    let world = World::start().await;
    world
        .app
        .configure(|tenant| tenant.dataspace.most_required = 1)
        .await;
    let both = world.request(&[(PROFILE, true), (ADDRESS, true)]).await;
    assert_eq!(both.status(), 422);
    assert_eq!(
        both.json()["detail"][0]["loc"],
        json!(["body", "consentRequests"])
    );
    for wanted in [
        &[(PROFILE, true), (ADDRESS, false)][..],
        // The same one twice is one.
        &[(PROFILE, true), (PROFILE, true), (ADDRESS, false)],
    ] {
        let _asked = world.request(wanted).await.expect_status(201);
    }
}
