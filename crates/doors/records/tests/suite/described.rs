//! The OpenAPI description of the door is complete, and true: routes, examples and real answers are held against it.

use std::collections::BTreeSet;

use consentry_testkit::{
    Answer, TestApp,
    description::{self, assert_examples, assert_path_parameters, operations, problems, step},
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    coverage::endpoints,
    world::{accepted, ada, bank, basic, ben, get, id, made, patch, portal, post, put, request, token},
};

fn document() -> Value {
    serde_json::to_value(consentry_door_records::openapi::document()).unwrap()
}

#[test]
fn the_description_is_reviewed() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&document()).unwrap());
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let app = bank().await;
    let registered: BTreeSet<String> = endpoints(&app)
        .into_iter()
        .filter(|(method, _)| method != "HEAD")
        .map(|(method, path)| format!("{method} /consent/v1{path}"))
        .collect();
    let document = document();
    let mut described = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        described.insert(format!("{} {path}", method.to_uppercase()));
        assert_path_parameters(&path, &operation);
    }
    assert_eq!(described, registered);
}

#[test]
fn every_operation_has_an_id_of_its_own_and_names_how_to_ask() {
    let document = document();
    let mut ids = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
            assert_eq!(operation["security"], json!([{ "basic": [] }, { "bearer": [] }]));
            for status in ["401", "403", "406", "429", "500", "503"] {
                assert!(
                    operation["responses"][status].is_object(),
                    "{status} of {}",
                    operation["operationId"]
                );
            }
        }
    }
    for scheme in ["basic", "bearer"] {
        assert_eq!(
            document["components"]["securitySchemes"][scheme]["scheme"],
            scheme
        );
    }
}

#[test]
fn every_example_is_one() {
    let document = document();
    assert_examples(&document, 80);
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if let Some(example) = schema.get("example") {
            let pointer = format!("/components/schemas/{}", step(name));
            assert_eq!(problems(&document, &pointer, example), None, "{name}");
        }
    }
}

#[track_caller]
fn assert_described(document: &Value, method: &str, path: &str, answer: &Answer) {
    description::assert_described(document, method, &format!("/consent/v1{path}"), answer);
}

#[tokio::test]
async fn real_answers_are_what_is_described() {
    let app = bank().await;
    let document = document();
    let all = "/definitions/{definition}/localizations";
    for (described, asked) in [
        ("/definitions", "/definitions"),
        ("/definitions", "/definitions?expand=localizations"),
        ("/definitions", "/definitions?filter=x"),
        ("/definitions/{definition}", "/definitions/share-location"),
        (
            "/definitions/{definition}",
            "/definitions/share-location?expand=x",
        ),
        ("/definitions/{definition}", "/definitions/none"),
        (all, "/definitions/share-location/localizations?expand=parent"),
        (all, "/definitions/none/localizations"),
        (
            &format!("{all}/{{localization}}"),
            "/definitions/share-location/localizations/nl-nl",
        ),
        (
            &format!("{all}/{{localization}}"),
            "/definitions/share-location/localizations/xx",
        ),
    ] {
        assert_described(&document, "get", described, &get(&app, &ada(&app), asked).await);
    }
    records(&app, &document).await;
    let scopeless = token(&app, "ada", "openid").await;
    for who in ["", &basic("ada", "wrong"), "Bearer x", &scopeless] {
        assert_described(&document, "get", "/consents", &get(&app, who, "/consents").await);
    }
    for accept in ["text/html", "application/json"] {
        let asked = request(&app, &ada(&app), Method::GET, "/consents").header("accept", accept);
        assert_described(&document, "get", "/consents", &asked.send().await);
    }
    for _ in 0..6 {
        let _wrong = get(&app, &basic("ada", "wrong"), "/consents").await;
    }
    let throttled = get(&app, &basic("ada", "wrong"), "/consents")
        .await
        .expect_status(429);
    assert_described(&document, "get", "/consents", &throttled);
    app.configure(|tenant| tenant.records.enabled = false).await;
    assert_described(
        &document,
        "get",
        "/consents",
        &get(&app, "", "/consents").await.expect_status(503),
    );
}

async fn records(app: &TestApp, document: &Value) {
    let one = "/consents/{consent}";
    let _connected = app
        .connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await;
    let full = accepted(json!({
        "collaborators": ["ben"], "titleText": "t", "data": [1], "consentContext": {}, "subject": "nobody", "actor": "nobody",
    }));
    let bare = json!({ "status": "pending", "definition": { "id": "share-location" } });
    for body in [full, bare, json!({}), json!([]), json!({ "subject": "ben" })] {
        assert_described(
            document,
            "post",
            "/consents",
            &post(app, &portal(app), &body).await,
        );
    }
    assert_described(
        document,
        "post",
        "/consents",
        &post(app, &ada(app), &json!({ "subject": "ben" })).await,
    );
    for query in [
        "?subject=ada",
        "?all=true&limit=1&expand=definition,localization",
        "?subject=",
        "?all=true&subject=x",
    ] {
        let answer = get(app, &portal(app), &format!("/consents{query}")).await;
        assert_described(document, "get", "/consents", &answer);
    }
    let record = made(app, &ada(app), json!({})).await;
    let path = format!("/consents/{}", id(&record));
    for (who, more) in [
        (ada(app), ""),
        (ben(app), ""),
        (ada(app), "?expand=definition"),
        (ada(app), "?expand=x"),
    ] {
        let answer = get(app, &who, &format!("{path}{more}")).await;
        assert_described(document, "get", one, &answer);
    }
    assert_described(document, "get", one, &get(app, &ada(app), "/consents/x").await);
    for body in [
        json!({ "status": "revoked" }),
        json!({ "status": "x" }),
        json!({ "subject": "ben" }),
    ] {
        assert_described(
            document,
            "patch",
            one,
            &patch(app, &ada(app), id(&record), &body).await,
        );
    }
    for body in [accepted(json!({})), json!({})] {
        assert_described(
            document,
            "put",
            one,
            &put(app, &ada(app), id(&record), &body).await,
        );
    }
    for (method, name) in [
        (Method::PUT, "put"),
        (Method::PATCH, "patch"),
        (Method::DELETE, "delete"),
    ] {
        for (header, value) in [
            ("if-match", "\"x\""),
            ("if-match", "x"),
            ("content-type", "text/plain"),
        ] {
            if method == Method::DELETE && header == "content-type" {
                continue;
            }
            let mut asked = request(app, &portal(app), method.clone(), &path).header(header, value);
            if header != "content-type" {
                asked = asked.header("content-type", "application/json");
            }
            let answer = asked
                .body(accepted(json!({})).to_string().as_bytes())
                .send()
                .await;
            assert_described(document, name, one, &answer);
        }
        let huge =
            request(app, &portal(app), method.clone(), &path).header("content-type", "application/json");
        if method != Method::DELETE {
            let answer = huge
                .body("x".repeat(300_000).as_bytes())
                .send()
                .await
                .expect_status(413);
            assert_described(document, name, one, &answer);
        }
    }
    for who in [ada(app), portal(app), portal(app)] {
        let answer = crate::world::delete(app, &who, id(&record)).await;
        assert_described(document, "delete", one, &answer);
    }
}

#[tokio::test]
async fn the_server_tells_it() {
    let app = bank().await;
    let answer = app.get("/api/openapi.json").await.expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let told = answer.json();
    assert_eq!(told["openapi"], "3.1.0");
    assert_eq!(told["servers"], json!([{ "url": "/" }]));
    let own = document();
    for (path, item) in own["paths"].as_object().unwrap() {
        assert_eq!(&told["paths"][path], item);
    }
    for (name, schema) in own["components"]["schemas"].as_object().unwrap() {
        assert_eq!(&told["components"]["schemas"][name], schema);
    }
}
