//! Who may do what: every cell of consent-api 5.2 for every class of caller.

use consentry_testkit::TestApp;
use serde_json::{Value, json};

use crate::{
    callers::{Caller, Class, callers},
    world::{
        accepted, ada, assert_refused, bank, ben, delete, found, get, id, made, patch, portal, post, put,
        refusal, seen,
    },
};

/// Callers that get past authentication and scope.
async fn admitted(app: &TestApp) -> Vec<Caller> {
    let mut all = callers(app).await;
    all.retain(|caller| !caller.class.is_unauthenticated() && caller.class != Class::ScopelessToken);
    assert_eq!(all.len(), 8);
    all
}

/// Whether a caller may, or the code of the refusal.
fn expected(allowed: bool, code: &'static str) -> Result<(), &'static str> {
    if allowed { Ok(()) } else { Err(code) }
}

#[track_caller]
fn assert_outcome(answer: &consentry_testkit::Answer, expected: Result<(), &str>, class: Class) {
    match expected {
        Ok(()) => assert!(answer.status() < 300, "{class:?}: {}", answer.text()),
        Err(code) => assert_eq!(refusal(answer), (403, code.to_owned()), "{class:?}"),
    }
}

#[tokio::test]
async fn rec_5_2_everybody_admitted_reads_definitions() {
    let app = bank().await;
    for Caller { class, credential } in admitted(&app).await {
        for path in [
            "/definitions",
            "/definitions/share-location",
            "/definitions/share-location/localizations",
            "/definitions/share-location/localizations/en-GB",
        ] {
            assert_eq!(
                get(&app, &credential, path).await.status(),
                200,
                "{class:?} {path}"
            );
        }
    }
}

#[tokio::test]
async fn rec_5_2_create_for_oneself_and_for_others() {
    let app = bank().await;
    for Caller { class, credential } in admitted(&app).await {
        let own = post(&app, &credential, &accepted(json!({}))).await;
        assert_outcome(&own, Ok(()), class);
        assert_eq!(own.json()["subjectDN"], own.json()["actorDN"], "{class:?}");
        let for_ada = post(
            &app,
            &credential,
            &accepted(json!({ "subject": "ada", "actor": "ada" })),
        )
        .await;
        let allowed = class.is_privileged() || class.is_owner();
        assert_outcome(&for_ada, expected(allowed, "PRIVILEGE_REQUIRED"), class);
    }
}

#[tokio::test]
async fn rec_5_2_search_of_anyones_records() {
    let app = bank().await;
    let _record = made(&app, &ada(&app), json!({})).await;
    for Caller { class, credential } in admitted(&app).await {
        let answer = get(&app, &credential, "/consents?subject=ada").await;
        let allowed = class.is_privileged() || class.is_owner();
        assert_outcome(&answer, expected(allowed, "PRIVILEGE_REQUIRED"), class);
    }
}

#[tokio::test]
async fn rec_5_2_read_put_and_patch_a_record_of_ada() {
    let app = bank().await;
    for Caller { class, credential } in admitted(&app).await {
        let record = made(&app, &ada(&app), json!({})).await;
        let (one, path) = (id(&record), format!("/consents/{}", id(&record)));
        let expected = expected(class.is_privileged() || class.is_owner(), "NOT_OWNER");
        assert_outcome(&get(&app, &credential, &path).await, expected, class);
        let change = json!({ "data": { "by": 1 } });
        assert_outcome(&patch(&app, &credential, one, &change).await, expected, class);
        let body = accepted(json!({ "data": { "by": 2 } }));
        assert_outcome(&put(&app, &credential, one, &body).await, expected, class);
        let untouched = seen(&app, one).await == record;
        assert_eq!(untouched, expected.is_err(), "{class:?}");
    }
}

#[tokio::test]
async fn rec_5_2_delete_is_for_the_privileged_not_even_ones_own() {
    let app = bank().await;
    for Caller { class, credential } in admitted(&app).await {
        let record = made(&app, &ada(&app), json!({})).await;
        let expected = expected(class.is_privileged(), "PRIVILEGE_REQUIRED");
        assert_outcome(&delete(&app, &credential, id(&record)).await, expected, class);
        let left = found(&app, &ada(&app), "")
            .await
            .contains(&id(&record).to_owned());
        assert_eq!(left, expected.is_err(), "{class:?}");
    }
}

#[tokio::test]
async fn rec_5_2_a_record_whose_subject_maps_to_nobody() {
    let app = bank().await;
    let record = made(
        &app,
        &portal(&app),
        json!({ "subject": "Guest 7", "actor": "Guest 7" }),
    )
    .await;
    for Caller { class, credential } in admitted(&app).await {
        let expected = expected(class.is_privileged(), "NOT_OWNER");
        assert_everything(&app, &credential, &record, expected, expected, class).await;
    }
}

#[tokio::test]
async fn rec_5_2_a_record_whose_actor_maps_to_nobody_is_read_by_its_subject_and_changed_by_the_privileged() {
    let app = bank().await;
    for Caller { class, credential } in admitted(&app).await {
        let record = made(
            &app,
            &portal(&app),
            json!({ "subject": "ada", "actor": "Branch clerk" }),
        )
        .await;
        let reading = expected(class.is_privileged() || class.is_owner(), "NOT_OWNER");
        let changing = if class.is_owner() {
            Err("PRIVILEGE_REQUIRED")
        } else {
            reading
        };
        assert_everything(&app, &credential, &record, reading, changing, class).await;
    }
}

async fn assert_everything(
    app: &TestApp,
    credential: &str,
    record: &Value,
    reading: Result<(), &str>,
    changing: Result<(), &str>,
    class: Class,
) {
    let path = format!("/consents/{}", id(record));
    assert_outcome(&get(app, credential, &path).await, reading, class);
    let change = json!({ "data": { "class": format!("{class:?}") } });
    assert_outcome(
        &patch(app, credential, id(record), &change).await,
        changing,
        class,
    );
    assert_outcome(
        &put(app, credential, id(record), &accepted(change)).await,
        changing,
        class,
    );
}

#[tokio::test]
async fn rec_5_2_an_actor_that_differs_from_the_subject_needs_privilege() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    for Caller { class, credential } in admitted(&app).await {
        let created = post(&app, &credential, &accepted(json!({ "actor": "Branch clerk" }))).await;
        assert_outcome(
            &created,
            expected(class.is_privileged(), "PRIVILEGE_REQUIRED"),
            class,
        );
        let changed = patch(&app, &credential, id(&record), &json!({ "actor": "ben" })).await;
        let code = if class.is_owner() {
            "PRIVILEGE_REQUIRED"
        } else {
            "NOT_OWNER"
        };
        assert_outcome(&changed, expected(class.is_privileged(), code), class);
        let _back = patch(&app, &portal(&app), id(&record), &json!({ "actor": "ada" })).await;
    }
}

#[tokio::test]
async fn rec_5_2_a_foreign_record_is_403_and_an_absent_one_404() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let foreign = format!("/consents/{}", id(&record));
    assert_refused(&get(&app, &ben(&app), &foreign).await, 403, "NOT_OWNER");
    for absent in [
        "/consents/11111111-2222-4333-8444-555555555555",
        "/consents/x",
        "/consents/%20",
    ] {
        assert_refused(&get(&app, &ben(&app), absent).await, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn rec_5_2_being_collaborator_or_actor_alone_gives_nothing() {
    let app = bank().await;
    let more = json!({ "subject": "ada", "actor": "ben", "collaborators": ["ben", "uid=ben,ou=people,dc=harbor,dc=example"] });
    let record = made(&app, &portal(&app), more).await;
    let path = format!("/consents/{}", id(&record));
    assert_refused(&get(&app, &ben(&app), &path).await, 403, "NOT_OWNER");
    let change = json!({ "status": "revoked" });
    assert_refused(
        &patch(&app, &ben(&app), id(&record), &change).await,
        403,
        "NOT_OWNER",
    );
    assert!(found(&app, &ben(&app), "?collaborator=ben").await.is_empty());
    assert!(found(&app, &ben(&app), "?actor=ben").await.is_empty());
}

#[tokio::test]
async fn rec_5_2_records_of_another_tenant_do_not_exist() {
    let (app, other) = (bank().await, TestApp::start_seeded(7).await);
    let record = made(&app, &ada(&app), json!({})).await;
    let path = format!("/consents/{}", id(&record));
    assert_refused(&get(&other, &portal(&other), &path).await, 404, "NOT_FOUND");
    assert_refused(&get(&other, &ada(&app), &path).await, 401, "ACCESS_FAILED");
}
