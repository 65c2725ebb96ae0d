//! The OpenAPI description of the door is complete, and true: routes, examples and real answers are held against it.

use std::{collections::BTreeSet, sync::Arc};

use consentry_testkit::{
    FULL_SCOPE, TestApp,
    description::{assert_described, assert_examples, assert_path_parameters, operations},
};
use consentry_web::routes::{CrossOriginPolicies, Site};
use http::Method;
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::to_value(consentry_door_authorization::openapi::document()).unwrap()
}

/// What happens in a person's browser is no part of the description.
const PAGES: [&str; 6] = [
    "GET /cis/auth/consent/callback",
    "GET /cis/oidc/auth",
    "GET /cis/oidc/auth/{resume}",
    "GET /cis/oidc/session/end",
    "POST /cis/oidc/auth",
    "POST /cis/oidc/session/end",
];

/// The operations for programs that the door registers, with the prefix in front.
fn registered(app: &TestApp) -> BTreeSet<String> {
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let parts = app.parts();
    let table = consentry_door_authorization::routes(&parts.egress).with_state(parts.house);
    let site = Site::join(vec![table], &nobody).unwrap();
    let listing = site.listing();
    let lines = listing.lines().filter(|line| !line.starts_with("prefix"));
    lines
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|operation| operation.contains(" /cis/") || operation.contains(" /.well-known/"))
        .filter(|operation| !operation.starts_with("HEAD") && !PAGES.contains(&operation.as_str()))
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
    }
    assert_eq!(seen, registered(&app));
}

#[test]
fn every_example_is_one() {
    assert_examples(&document(), 300);
}

#[tokio::test]
async fn real_answers_of_the_consents_api_are_as_described() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let document = document();
    let own = app.own_token(&app.bank.first_party).await;
    let person = app.person_token("ada", "openid").await.access;
    let (client, user) = (
        app.bank.third_party.client_id.clone(),
        app.bank.customers[0].user_id.clone(),
    );
    let ask = async |token: &str, method: Method, path: &str, own: &str, status: u16| -> Value {
        let answer = app
            .request(method.clone(), &format!("/cis{path}"))
            .bearer(token)
            .send()
            .await;
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text());
        let method = method.as_str().to_lowercase();
        assert_described(&document, &method, &format!("/cis{own}"), &answer);
        if answer.bytes().is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    };
    let get = Method::GET;
    let all = ask(&own, get.clone(), "/v1/consents", "/v1/consents", 200).await;
    let id = all["result"][0]["consent_id"].as_str().unwrap();
    ask(
        &own,
        get.clone(),
        &format!("/v1/consents/{id}"),
        "/v1/consents/{consent_id}",
        200,
    )
    .await;
    ask(
        &own,
        get.clone(),
        "/v1/consents/nothing",
        "/v1/consents/{consent_id}",
        404,
    )
    .await;
    ask(&own, get.clone(), "/v1/consents?limit=0", "/v1/consents", 400).await;
    ask("nobody", get.clone(), "/v1/consents", "/v1/consents", 401).await;
    ask(&tokens.access, get.clone(), "/v1/consents", "/v1/consents", 403).await;
    let managed = format!("/v1/manage/consents?app_id={}", app.bank.app_id);
    ask(&own, get.clone(), &managed, "/v1/manage/consents", 200).await;
    ask(&person, get.clone(), "/v1/consents/me", "/v1/consents/me", 200).await;
    let mine = format!("/v1/consents/me/clients/{client}");
    ask(
        &person,
        Method::DELETE,
        &mine,
        "/v1/consents/me/clients/{client_id}",
        200,
    )
    .await;
    let pair = format!("/v1/consents/clients/{client}/users/{user}");
    let described = "/v1/consents/clients/{client_id}/users/{user_id}";
    ask(&own, Method::DELETE, &pair, described, 404).await;
    let looked_up = "/v1/consents/interactions/{src_interaction}";
    ask(&own, get, "/v1/consents/interactions/ix_none", looked_up, 404).await;
}

#[tokio::test]
async fn real_answers_about_clients_are_as_described() {
    let app = TestApp::start().await;
    let document = document();
    let own = app.own_token(&app.bank.first_party).await;
    let ask = async |method: Method, path: &str, own_path: &str, body: Option<Value>, status: u16| -> Value {
        let request = app.request(method.clone(), &format!("/cis{path}")).bearer(&own);
        let answer = match &body {
            Some(body) => request.json(body).send().await,
            None => request.send().await,
        };
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text());
        let method = method.as_str().to_lowercase();
        assert_described(&document, &method, &format!("/cis{own_path}"), &answer);
        if answer.bytes().is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    };
    let (all, one) = ("/v1/clients", "/v1/clients/{client_id}");
    let wanted = json!({
        "name": "Budgeteer", "is_third_party": true, "redirect_uris": ["https://budgeteer.example/back"],
        "allowed_scopes": ["openid"],
    });
    let made = ask(Method::POST, all, all, Some(wanted.clone()), 201).await;
    ask(Method::POST, all, all, Some(wanted), 409).await;
    ask(Method::POST, all, all, Some(json!({ "name": 7 })), 400).await;
    ask(Method::GET, all, all, None, 200).await;
    let path = format!("/v1/clients/{}", made["client_id"].as_str().unwrap());
    ask(Method::GET, &path, one, None, 200).await;
    ask(
        Method::PUT,
        &path,
        one,
        Some(json!({ "description": "Budgets" })),
        200,
    )
    .await;
    let resources = json!({ "resource_ids": [] });
    ask(
        Method::PUT,
        &format!("{path}/resources"),
        "/v1/clients/{client_id}/resources",
        Some(resources),
        200,
    )
    .await;
    let rotate = "/v1/clients/{client_id}/secret/rotate";
    let grace = json!({ "grace_seconds": 60 });
    ask(
        Method::POST,
        &format!("{path}/secret/rotate"),
        rotate,
        Some(grace),
        200,
    )
    .await;
    ask(Method::DELETE, &path, one, None, 204).await;
    ask(Method::GET, &path, one, None, 404).await;
    let apps = "/v1/applications";
    ask(Method::GET, apps, apps, None, 200).await;
    let app_path = format!("/v1/applications/{}", app.bank.app_id);
    ask(Method::GET, &app_path, "/v1/applications/{app_id}", None, 200).await;
    let hosts = json!({ "consent_hosts": ["localhost:8080"] });
    ask(
        Method::PUT,
        &app_path,
        "/v1/applications/{app_id}",
        Some(hosts),
        200,
    )
    .await;
    let below = format!("{app_path}/clients");
    ask(
        Method::GET,
        &below,
        "/v1/applications/{app_id}/clients",
        None,
        200,
    )
    .await;
}

#[tokio::test]
async fn real_answers_of_the_oauth_endpoints_are_as_described() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let document = document();
    let client = &app.bank.third_party;
    let post = async |path: &str, fields: &[(&str, &str)], status: u16| {
        let path = format!("/cis{path}");
        let answer = app
            .request(Method::POST, &path)
            .basic(&client.client_id, &client.client_secret)
            .form(fields)
            .send()
            .await;
        assert_eq!(answer.status(), status, "{path}: {}", answer.text());
        assert_described(&document, "post", &path, &answer);
    };
    let refresh = tokens.refresh.as_deref().unwrap();
    post("/oidc/token", &[("grant_type", "password")], 400).await;
    post("/oidc/token/introspection", &[("token", &tokens.access)], 200).await;
    post("/oidc/token/introspection", &[("token", "nothing")], 200).await;
    post(
        "/oidc/token",
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
        200,
    )
    .await;
    post("/oidc/request", &[("response_type", "code")], 400).await;
    let request = app.authorization(client, FULL_SCOPE, &[]);
    let (_, query) = request.split_once('?').unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    post("/oidc/request", &fields, 201).await;
    let me = app
        .request(Method::GET, "/cis/oidc/me")
        .bearer(&tokens.access)
        .send()
        .await;
    assert_described(&document, "get", "/cis/oidc/me", &me.expect_status(200));
    let nobody = app.get("/cis/oidc/me").await.expect_status(401);
    assert_described(&document, "get", "/cis/oidc/me", &nobody);
    post("/oidc/token/revocation", &[("token", &tokens.access)], 200).await;
    for path in [
        "/cis/oidc/jwks",
        "/cis/oidc/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/cis/oidc",
    ] {
        assert_described(&document, "get", path, &app.get(path).await.expect_status(200));
    }
}
