//! The worked flows (consent-api 18).

use http::Method;
use serde_json::json;

use crate::world::{
    ADA, PORTAL, UNPRIVILEGED, ada, bank, ben, found, get, id, made, patch, portal, post, request, token,
};

#[tokio::test]
async fn rec_18_1_self_service_capture_and_withdrawal() {
    let app = bank().await;
    let who = token(&app, "ada", UNPRIVILEGED).await;
    let none = get(&app, &who, "/consents?definition=share-location")
        .await
        .expect_status(200)
        .json();
    assert_eq!(none["count"], 0);
    let wording = get(&app, &who, "/definitions/share-location/localizations/en-GB")
        .await
        .expect_status(200)
        .json();
    let body = json!({
        "status": "accepted",
        "audience": "store-app",
        "definition": { "id": "share-location", "version": wording["version"], "locale": wording["locale"] },
        "titleText": wording["titleText"],
        "dataText": wording["dataText"],
        "purposeText": wording["purposeText"],
        "data": { "precision": "district" },
        "consentContext": { "captureMethod": "mobile" },
    });
    let made = post(&app, &who, &body).await.expect_status(201);
    let location = made.location();
    let revoked = app
        .request(Method::PATCH, location.as_str())
        .header("authorization", &who)
        .json(&json!({ "status": "revoked" }))
        .send()
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&revoked["status"], &revoked["data"]),
        (&json!("revoked"), &body["data"])
    );
}

#[tokio::test]
async fn rec_18_2_a_back_end_asks_first_and_the_person_answers_later() {
    let app = bank().await;
    let asked = json!({
        "status": "pending",
        "definition": { "id": "share-location" },
        "data": { "permissions": ["read"] },
    });
    let request = post(&app, &portal(&app), &asked).await.expect_status(201).json();
    assert_eq!(request["subject"], PORTAL, "nobody is known yet");
    let polled = get(&app, &portal(&app), &format!("/consents/{}", id(&request)))
        .await
        .json();
    assert_eq!(polled["status"], "pending");
    let answered = json!({
        "status": "accepted",
        "subject": "ada",
        "actor": "ada",
        "definition": { "version": "1.2", "locale": "en-GB" },
        "data": { "permissions": ["read"], "accounts": ["4711"] },
        "consentContext": { "captureMethod": "bank page" },
    });
    let record = patch(&app, &portal(&app), id(&request), &answered)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&record["id"], &record["subjectDN"]),
        (&request["id"], &json!(ADA))
    );
    assert_eq!(found(&app, &ada(&app), "").await, [id(&request)]);
    let withdrawn = patch(&app, &ada(&app), id(&request), &json!({ "status": "revoked" })).await;
    assert_eq!(withdrawn.expect_status(200).json()["status"], "revoked");
}

#[tokio::test]
async fn rec_18_3_an_enforcement_point_asks_for_definition_subject_and_collaborator() {
    let app = bank().await;
    let _shared = made(&app, &ada(&app), json!({ "collaborators": ["ben"] })).await;
    let permits = async |query: &str| {
        let answer = get(&app, &portal(&app), query).await.expect_status(200).json();
        let records = answer["_embedded"]["consents"].as_array().unwrap().clone();
        records.iter().any(|record| {
            record["status"] == "accepted"
                && record["definition"]["version"] == record["definition"]["currentVersion"]
        })
    };
    let query = "/consents?definition=share-location&subject=ada&collaborator=ben";
    assert!(permits(query).await);
    assert!(!permits("/consents?definition=share-location&subject=ada&collaborator=kim").await);
    app.provision(&[crate::world::localization("share-location", "en-GB", "2.0", None)])
        .await;
    assert!(!permits(query).await, "asked again since");
}

#[tokio::test]
async fn rec_18_4_a_delegated_actor() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": "ben" })).await;
    assert!(record["subjectDN"].is_string() && record["actorDN"].is_string());
    let path = format!("/consents/{}", id(&record));
    assert_eq!(get(&app, &ben(&app), &path).await.status(), 403);
    let read = request(&app, &ada(&app), Method::GET, &path);
    let _read = read.send().await.expect_status(200);
    let revoked = patch(&app, &ada(&app), id(&record), &json!({ "status": "revoked" })).await;
    assert_eq!(revoked.expect_status(200).json()["status"], "revoked");
}
