//! The OpenAPI description of webhooks is complete, and true: routes, examples and real answers are held against it.

use std::{collections::BTreeSet, sync::Arc};

use consentry_testkit::{
    Answer, Receiver, TestApp,
    description::{self, assert_examples, assert_path_parameters, operations, problems},
};
use consentry_web::routes::{CrossOriginPolicies, Site};
use http::Method;
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::to_value(consentry_door_decisions::openapi::document()).unwrap()
}

/// The operations that the door registers under webhooks.
fn registered(app: &TestApp) -> BTreeSet<String> {
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let parts = app.parts();
    let table = consentry_door_decisions::routes(&parts.egress).with_state(parts.house);
    let site = Site::join(vec![table], &nobody).unwrap();
    let listing = site.listing();
    let lines = listing.lines().filter(|line| !line.starts_with("prefix"));
    lines
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|operation| operation.contains(" /webhooks/v1") && !operation.starts_with("HEAD"))
        .collect()
}

#[tokio::test]
async fn every_operation_of_webhooks_is_described_and_may_be_sent_again_where_it_changes_something() {
    let app = TestApp::start().await;
    let (mut seen, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (path, method, operation) in operations(&document()) {
        seen.insert(format!("{} {path}", method.to_uppercase()));
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let keyed = parameters
            .iter()
            .any(|parameter| parameter["name"] == "Idempotency-Key");
        assert_eq!(
            keyed,
            matches!(method.as_str(), "post" | "patch"),
            "COM-06: {method} {path}"
        );
        assert_path_parameters(&path, &operation);
        for status in ["400", "401", "403", "429", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{status} of {path}");
        }
    }
    assert_eq!(seen, registered(&app));
}

#[test]
fn every_example_is_one() {
    assert_examples(&document(), 100);
}

#[track_caller]
fn assert_described(document: &Value, method: &Method, path: &str, answer: &Answer) {
    let method = method.as_str().to_lowercase();
    description::assert_described(document, &method, &format!("/webhooks/v1{path}"), answer);
}

#[tokio::test]
async fn real_answers_are_as_described() {
    let app = TestApp::start().await;
    let document = document();
    let receiver = Receiver::start().await;
    let outbound = app.outbound();
    let client = &app.bank.first_party;
    let ask = async |method: Method, path: &str, body: Option<Value>| {
        let request = app
            .request(method, &format!("/webhooks/v1{path}"))
            .basic(&client.client_id, &client.client_secret);
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    };
    let wish = json!({ "url": receiver.url, "filters": { "door": ["records"] }, "auth": { "type": "basic", "username": "a", "password": "b" } });
    assert_eq!(
        problems(&document, "/components/schemas/webhooks.EndpointToMake", &wish),
        None
    );
    let made = ask(Method::POST, "/endpoints", Some(wish))
        .await
        .expect_status(201);
    assert_described(&document, &Method::POST, "/endpoints", &made);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let tested = ask(Method::POST, &format!("/endpoints/{id}/test"), None)
        .await
        .expect_status(200);
    let message = tested.json()["id"].as_str().unwrap().to_owned();
    assert_described(&document, &Method::POST, "/endpoints/{id}/test", &tested);
    for (method, path, body, status) in [
        (Method::GET, "/endpoints?limit=1", None, 200),
        (Method::GET, "/endpoints?limit=0", None, 400),
        (Method::POST, "/endpoints", Some(json!({ "url": 1 })), 400),
        (
            Method::POST,
            "/endpoints",
            Some(json!({ "url": "https://10.0.0.1/" })),
            422,
        ),
        (Method::GET, "/endpoints/{id}", None, 200),
        (
            Method::PATCH,
            "/endpoints/{id}",
            Some(json!({ "description": "x" })),
            200,
        ),
        (Method::POST, "/endpoints/{id}/disable", None, 200),
        (Method::POST, "/endpoints/{id}/enable", None, 200),
        (
            Method::POST,
            "/endpoints/{id}/secret/rotate",
            Some(json!({ "overlap_s": 0 })),
            200,
        ),
        (Method::POST, "/endpoints/{id}/secret/rotate", None, 200),
        (Method::GET, "/endpoints/{id}/public-key", None, 200),
        (Method::GET, "/endpoints/{id}/deliveries?limit=1", None, 200),
        (Method::GET, "/deliveries/{id}", None, 200),
        (Method::GET, "/deliveries/none", None, 404),
        (Method::POST, "/deliveries/{id}/retry", None, 202),
        (
            Method::POST,
            "/endpoints/{id}/replay",
            Some(json!({ "from": "2026-01-01T00:00:00Z", "types": ["consent.*"] })),
            202,
        ),
        (Method::POST, "/endpoints/{id}/replay", Some(json!({})), 400),
        (Method::DELETE, "/endpoints/{id}", None, 204),
        (Method::DELETE, "/endpoints/{id}", None, 404),
    ] {
        let own = if path.starts_with("/deliveries") {
            &message
        } else {
            &id
        };
        let answer = ask(method.clone(), &path.replace("{id}", own), body).await;
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text());
        let described = path.split('?').next().unwrap().replace("/none", "/{id}");
        assert_described(&document, &method, &described, &answer);
    }
    let anonymous = app.get("/webhooks/v1/endpoints").await.expect_status(401);
    assert_described(&document, &Method::GET, "/endpoints", &anonymous);
    outbound.stop().await;
}

#[test]
fn what_is_refused_does_not_fit_the_description_either() {
    let document = document();
    for body in [
        json!({}),
        json!({ "url": null }),
        json!({ "url": "u", "timeout_s": 4 }),
        json!({ "url": "u", "format": "xml" }),
        json!({ "url": "u", "filters": { "colour": [] } }),
        json!({ "url": "u", "auth": { "type": "basic", "username": "a" } }),
    ] {
        let pointer = "/components/schemas/webhooks.EndpointToMake";
        assert!(problems(&document, pointer, &body).is_some(), "{body}");
    }
}
