//! What the log holds and what it never holds. A program of its own, because what is logged is a setting of the whole process.

use consentry_testkit::{CapturedLog, TestApp};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn rec_16_the_log_tells_of_refusals_and_ignored_attributes_and_of_no_value() {
    let log = CapturedLog::start();
    let app = TestApp::start().await;
    let body = json!({
        "status": "accepted",
        "subject": "ada",
        "actor": "ada",
        "audience": "audience-value-1",
        "collaborators": ["collaborator-value-2"],
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        "titleText": "title-value-3",
        "data": { "x": "data-value-4" },
        "consentContext": { "ip": "context-value-5" },
        "favouriteColour": "unknown-value-6",
    });
    let made = app
        .records(Method::POST, "/consents", Some(&body))
        .await
        .expect_status(201)
        .json();
    let path = format!("/consents/{}", made["id"].as_str().unwrap());
    let change = json!({ "data": { "x": "data-value-7" } });
    let _changed = app
        .records(Method::PATCH, &path, Some(&change))
        .await
        .expect_status(200);
    let broken = json!({ "status": "status-value-8" });
    let _refused = app
        .records(Method::PATCH, &path, Some(&broken))
        .await
        .expect_status(400);
    let ben = &app.bank.customers[1];
    let _foreign = app
        .request(Method::GET, &format!("/consent/v1{path}"))
        .basic("ben", &ben.password)
        .header("x-request-id", "attempt-9")
        .send()
        .await
        .expect_status(403);
    let _search = app
        .request(Method::GET, "/consent/v1/consents?audience=search-value-10")
        .bearer("token-value-11")
        .send()
        .await
        .expect_status(401);

    let log = log.text();
    assert!(log.contains("unknown properties of a consent record were ignored"));
    let refusal = log
        .lines()
        .find(|line| line.contains("request refused") && line.contains("attempt-9"));
    let refusal = refusal.unwrap_or_else(|| panic!("{log}"));
    assert!(
        refusal.contains("http.status=403") && refusal.contains("error.code=\"forbidden\""),
        "{refusal}"
    );
    for forbidden in [
        "-value-",
        &ben.password,
        &app.bank.service.client_secret,
        "favouriteColour",
    ] {
        assert!(!log.contains(forbidden), "{forbidden} is in the log");
    }
}
