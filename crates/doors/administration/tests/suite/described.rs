//! The OpenAPI description of the door is complete, and true: routes, examples and real answers are held against it.

use std::{collections::BTreeSet, sync::Arc};

use consentry_testkit::{
    Answer, TestApp,
    description::{self, assert_examples, assert_path_parameters, operations, problems},
};
use consentry_web::routes::{CrossOriginPolicies, Site};
use http::Method;
use serde_json::{Value, json};

use crate::world::{
    COURIER, NEWSLETTER, agreed, courier, delete, get, look_up, put, request, restriction_of, tag, words,
};

const HOLDS: &str = "/people/{subject}/holds";
const ERASURES: &str = "/people/{subject}/erasures";

async fn post(app: &TestApp, path: &str, body: &Value) -> Answer {
    request(app, Method::POST, path).json(body).send().await
}

fn document() -> Value {
    serde_json::to_value(consentry_door_administration::openapi::document()).unwrap()
}

#[tokio::test]
async fn every_operation_is_described_with_its_parameters_and_how_to_ask() {
    let app = TestApp::start().await;
    let document = document();
    let mut seen = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        seen.insert(format!("{} {path}", method.to_uppercase()));
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        assert_eq!(
            operation["security"],
            json!([{ "client_basic": [] }, { "client_bearer": [] }])
        );
        assert_path_parameters(&path, &operation);
        for status in ["400", "401", "403", "429", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{status} of {path}");
        }
    }
    assert_eq!(seen, registered(&app));
}

/// The operations that the door registers.
fn registered(app: &TestApp) -> BTreeSet<String> {
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let table = consentry_door_administration::routes().with_state(app.parts().house);
    let site = Site::join(vec![table], &nobody).unwrap();
    let listing = site.listing();
    let lines = listing.lines().filter(|line| !line.starts_with("prefix"));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().take(2).collect();
            words.join(" ")
        })
        .filter(|operation| !operation.starts_with("HEAD"))
        .collect()
}

#[test]
fn every_example_is_one() {
    assert_examples(&document(), 80);
}

#[track_caller]
fn assert_described(document: &Value, method: &str, path: &str, answer: &Answer) {
    description::assert_described(document, method, &format!("/admin/v1{path}"), answer);
}

#[tokio::test]
async fn real_answers_are_as_described() {
    let app = TestApp::start().await;
    let document = document();
    let _record = agreed(&app, "email-newsletter", "1.2", "en-GB").await;
    let _courier = courier(&app, json!({ "cn": ["C"], "entry_uuid": "1-2" }))
        .await
        .expect_status(201);
    let one = "/definitions/{definition}";
    let localization = "/definitions/{definition}/localizations/{locale}";
    let english = format!("{NEWSLETTER}/localizations/en-GB");
    let account = format!("/accounts/{COURIER}");
    let restriction = "/people/{subject}/restriction";
    let ada = restriction_of(&app, "ada").await;
    let holds = ada.replace("/restriction", "/holds");
    let erasures = ada.replace("/restriction", "/erasures");
    let ben = restriction_of(&app, "ben").await;
    let erasures_of_ben = ben.replace("/restriction", "/erasures");
    let whole = json!({ "display_name": "N", "description": "d", "parent": "openid", "lifetime": 60, "actions": ["read"] });
    for (method, path, answer) in [
        ("get", "/definitions", get(&app, "/definitions").await),
        ("get", "/accounts", get(&app, "/accounts?limit=1").await),
        ("get", "/accounts", get(&app, "/accounts?limit=none").await),
        (
            "get",
            "/definitions/{definition}/localizations",
            get(&app, &format!("{NEWSLETTER}/localizations")).await,
        ),
        ("put", one, put(&app, "/definitions/new", &whole).await),
        ("put", one, put(&app, "/definitions/new", &json!({})).await),
        (
            "put",
            one,
            put(&app, "/definitions/new", &json!({ "x": 1 })).await,
        ),
        ("get", one, get(&app, "/definitions/new").await),
        ("delete", one, delete(&app, NEWSLETTER).await),
        ("delete", one, delete(&app, "/definitions/new").await),
        ("delete", one, delete(&app, "/definitions/new").await),
        ("get", localization, get(&app, &english).await),
        ("put", localization, put(&app, &english, &words("1.2")).await),
        ("put", localization, put(&app, &english, &words("1.3")).await),
        ("delete", localization, delete(&app, &english).await),
        ("get", "/accounts/{account}", get(&app, &account).await),
        (
            "put",
            "/accounts/{account}",
            put(&app, &account, &json!({})).await,
        ),
        ("delete", "/accounts/{account}", delete(&app, &account).await),
        (
            "post",
            "/people/lookup",
            look_up(&app, "urn:consentry:login", "ada").await,
        ),
        (
            "post",
            "/people/lookup",
            look_up(&app, "urn:consentry:login", "nobody").await,
        ),
        ("get", restriction, get(&app, &ada).await),
        (
            "put",
            restriction,
            put(&app, &ada, &json!({ "reason": "r" })).await,
        ),
        (
            "put",
            restriction,
            put(&app, &ada, &json!({ "reason": "r" })).await,
        ),
        ("put", restriction, put(&app, &ada, &json!({ "reason": 1 })).await),
        ("get", restriction, get(&app, &ada).await),
        ("delete", restriction, delete(&app, &ada).await),
        ("get", HOLDS, get(&app, &holds).await),
        ("post", HOLDS, post(&app, &holds, &json!({ "reason": "r" })).await),
        ("post", HOLDS, post(&app, &holds, &json!({ "reason": 1 })).await),
        ("get", HOLDS, get(&app, &holds).await),
        (
            "post",
            ERASURES,
            post(&app, &erasures, &json!({ "reason": "r" })).await,
        ),
        (
            "delete",
            "/people/{subject}/holds/{hold}",
            delete(&app, &format!("{holds}/none")).await,
        ),
        (
            "post",
            ERASURES,
            post(&app, &erasures_of_ben, &json!({ "reason": "r" })).await,
        ),
        (
            "post",
            ERASURES,
            post(&app, &erasures_of_ben, &json!({ "reason": "r" })).await,
        ),
        (
            "get",
            "/erasures/{erasure}",
            get(&app, "/erasures/019ca832-6180-7a31-a1b2-c3d4e5f60718").await,
        ),
        ("get", "/mails", get(&app, "/mails").await),
        ("get", "/mails", get(&app, "/mails?limit=none").await),
        (
            "post",
            "/mails/{mail}/retry",
            request(&app, Method::POST, "/mails/bm9uZQ/retry").send().await,
        ),
    ] {
        assert_described(&document, method, path, &answer);
    }
    let seen = tag(&get(&app, NEWSLETTER).await);
    let same = request(&app, Method::GET, NEWSLETTER).header("if-none-match", &seen);
    assert_described(&document, "get", one, &same.send().await);
    let stale = request(&app, Method::DELETE, NEWSLETTER).header("if-match", "\"x\"");
    assert_described(&document, "delete", one, &stale.send().await);
    let anonymous = app.request(Method::GET, &format!("/admin/v1{NEWSLETTER}"));
    assert_described(&document, "get", one, &anonymous.send().await);
}

#[test]
fn what_is_refused_does_not_fit_the_description_either() {
    let document = document();
    for (schema, body) in [
        ("DefinitionToPut", json!({ "displayName": "x" })),
        ("DefinitionToPut", json!({ "lifetime": 0 })),
        ("LocalizationToPut", json!({ "version": "1.0", "data": "d" })),
        ("LocalizationToPut", words("01.0")),
        ("AccountToPut", json!({ "password": "" })),
        ("AccountToPut", json!({ "uid": "courier" })),
    ] {
        let pointer = format!("/components/schemas/administration.{schema}");
        assert!(problems(&document, &pointer, &body).is_some(), "{schema} {body}");
    }
    for (schema, body) in [
        ("DefinitionToPut", json!({ "display_name": null })),
        ("LocalizationToPut", words("1.0")),
        ("AccountToPut", json!({ "password": null, "has_secret": true })),
    ] {
        let pointer = format!("/components/schemas/administration.{schema}");
        assert_eq!(problems(&document, &pointer, &body), None, "{schema} {body}");
    }
}
