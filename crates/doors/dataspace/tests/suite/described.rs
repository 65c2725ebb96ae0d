//! The OpenAPI description of the door is complete, and true: routes, examples and real answers are held against it.

use std::{collections::BTreeSet, sync::Arc};

use consentry_domain::tenant::DataspaceDocument;
use consentry_testkit::{
    Answer, TestApp,
    description::{assert_described, assert_examples, assert_path_parameters, operations, problems},
};
use consentry_web::routes::{CrossOriginPolicies, Site};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADDRESS, PROFILE, World};

const DATASPACE: &str = "/.well-known/dataspace/dataspace-configuration.json";

fn document() -> Value {
    serde_json::to_value(consentry_door_dataspace::openapi::document()).unwrap()
}

/// The operations for programs that the door registers.
fn registered(app: &TestApp) -> BTreeSet<String> {
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let parts = app.parts();
    let table = consentry_door_dataspace::routes(&parts.egress).with_state(parts.house);
    let site = Site::join(vec![table], &nobody).unwrap();
    let listing = site.listing();
    let lines = listing.lines().filter(|line| !line.starts_with("prefix"));
    lines
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|operation| operation.contains(" /Consent/") || operation.contains(" /.well-known/"))
        .filter(|operation| !operation.starts_with("HEAD"))
        .collect()
}

#[tokio::test]
async fn every_operation_is_described() {
    let app = TestApp::start().await;
    let (mut seen, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (path, method, operation) in operations(&document()) {
        seen.insert(format!("{} {path}", method.to_uppercase()));
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        assert_path_parameters(&path, &operation);
        for status in ["404", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{status} of {path}");
        }
    }
    assert_eq!(seen, registered(&app));
}

#[test]
fn every_example_is_one() {
    assert_examples(&document(), 60);
}

#[tokio::test]
async fn real_answers_are_as_described() {
    let world = World::start().await;
    let document = document();
    let told = |method: &str, path: &str, status: u16, answer: &Answer| {
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text());
        assert_described(&document, method, path, answer);
    };
    let example =
        document["paths"][DATASPACE]["get"]["responses"]["200"]["content"]["application/json"]["example"]
            .clone();
    world
        .app
        .configure(|tenant| {
            let of = |name: &str| example[name].as_str().unwrap().to_owned();
            tenant.dataspace.document = Some(DataspaceDocument {
                product_gateway_url: of("product_gateway_url"),
                definition_viewer_url: Some(of("definition_viewer_url")),
                developer_portal_url: of("developer_portal_url"),
                docs_url: of("docs_url"),
                developer_login: of("docs_url"),
                end_user_login: None,
                definitions_git: of("docs_url"),
                definitions_web: of("docs_url"),
                jwks_url: Some(of("jwks_url")),
            });
        })
        .await;
    for path in [
        DATASPACE,
        "/.well-known/dataspace/consent-configuration.json",
        "/.well-known/jwks.json",
    ] {
        let answer = world.app.get(path).await;
        told("get", path, 200, &answer);
        let tag = answer.header("etag").unwrap();
        let again = world.app.request(Method::GET, path).header("if-none-match", tag);
        told("get", path, 304, &again.send().await);
    }
    let one = json!({ "dataSource": PROFILE });
    let wanted = json!({ "consentRequests": [{ "dataSource": PROFILE, "required": true }] });
    for (path, body, status) in [
        ("/Consent/RequestConsents", &wanted, 201),
        ("/Consent/Request", &wanted, 201),
        ("/Consent/Request", &one, 410),
        ("/Consent/RequestConsents", &one, 422),
        ("/Consent/GetToken", &one, 200),
        ("/Consent/GetToken", &wanted, 422),
        ("/Consent/Revoke", &one, 200),
    ] {
        told("post", path, status, &world.ask(path, body).await);
        told("post", path, 401, &world.ask_with("x.y.z", path, body).await);
    }
    world.granted(&[PROFILE, ADDRESS]).await;
    let path = "/Consent/RequestConsents";
    told("post", path, 200, &world.ask(path, &wanted).await);
    let path = "/Consent/GetToken";
    let granted = world.ask(path, &one).await;
    told("post", path, 200, &granted);
    let token = granted.json()["consentToken"].as_str().unwrap().to_owned();
    let verify = |bearer: &str| {
        let request = world.app.request(Method::POST, "/Consent/Verify");
        request
            .header("authorization", bearer)
            .header("x-consent-token", &token)
            .json(&one)
    };
    told("post", "/Consent/Verify", 200, &verify("Bearer x").send().await);
    told("post", "/Consent/Verify", 422, &verify("Basic x").send().await);
    let path = "/Consent/Introspect";
    let now = world.app.now().as_seconds();
    let claims = json!({
        "iss": crate::world::OWNER,
        "aud": crate::world::ISSUER,
        "dsi": PROFILE,
        "iat": now,
        "exp": now + 60,
    });
    let introspect = |statement: &str, token: &str, source: &str| {
        let request = world.app.request(Method::POST, path);
        request
            .header("x-consent-verifier-token", statement)
            .json(&json!({ "consentToken": token, "dataSource": source }))
    };
    let statement = world.party.sign(&claims);
    for (statement, token, source, status) in [
        (statement.as_str(), token.as_str(), PROFILE, 200),
        (&statement, "x", PROFILE, 200),
        (&statement, &token, ADDRESS, 403),
        ("x", &token, PROFILE, 401),
    ] {
        told(
            "post",
            path,
            status,
            &introspect(statement, token, source).send().await,
        );
    }
}

#[test]
fn what_is_refused_does_not_fit_the_description_either() {
    let document = document();
    let many: Vec<Value> = (0..51)
        .map(|_| json!({ "dataSource": PROFILE, "required": true }))
        .collect();
    for (schema, body) in [
        ("ConsentRequests", json!({})),
        ("ConsentRequests", json!({ "consentRequests": [] })),
        ("ConsentRequests", json!({ "consentRequests": many })),
        (
            "ConsentRequests",
            json!({ "consentRequests": [{ "dataSource": PROFILE }] }),
        ),
        ("DataSource", json!({ "dataSource": 7 })),
        ("DataSource", json!({ "dataSource": "https://northbay.example" })),
        ("ToIntrospect", json!({ "dataSource": PROFILE })),
    ] {
        let pointer = format!("/components/schemas/dataspace.{schema}");
        assert!(problems(&document, &pointer, &body).is_some(), "{schema} {body}");
    }
}
