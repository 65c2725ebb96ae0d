//! What the tests of this door begin with.

use consentry_testkit::{Answer, RequestBuilder, TestApp};
use http::Method;
use serde_json::{Value, json};

/// Address of the newsletter's definition.
pub const NEWSLETTER: &str = "/definitions/email-newsletter";

/// Distinguished name of an account that tests make.
pub const COURIER: &str = "cn=courier,ou=services,dc=harbor,dc=example";

/// A request of the demo's administrator below `/admin/v1`.
pub fn request<'a>(app: &'a TestApp, method: Method, path: &str) -> RequestBuilder<'a> {
    let admin = &app.bank.admin;
    app.request(method, &format!("/admin/v1{path}"))
        .basic(&admin.client_id, &admin.client_secret)
}

/// `GET` by the administrator.
pub async fn get(app: &TestApp, path: &str) -> Answer {
    request(app, Method::GET, path).send().await
}

/// `PUT` by the administrator.
pub async fn put(app: &TestApp, path: &str, body: &Value) -> Answer {
    request(app, Method::PUT, path).json(body).send().await
}

/// `DELETE` by the administrator.
pub async fn delete(app: &TestApp, path: &str) -> Answer {
    request(app, Method::DELETE, path).send().await
}

/// The entity tag of an answer.
#[track_caller]
pub fn tag(answer: &Answer) -> String {
    answer.header("etag").unwrap().to_owned()
}

/// Asserts a problem document with this status and code.
#[track_caller]
pub fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let body = answer.json();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["request_id"].as_str(), answer.header("x-request-id"));
}

/// Asserts a 400 about exactly these places of the body.
#[track_caller]
pub fn assert_wrong(answer: &Answer, pointers: &[&str]) {
    assert_refused(answer, 400, "invalid_request");
    let body = answer.json();
    let told: Vec<&str> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(told, pointers, "{body}");
}

/// Looks a person up by a name.
pub async fn look_up(app: &TestApp, issuer: &str, id: &str) -> Answer {
    let body = json!({ "issuer": issuer, "id": id });
    request(app, Method::POST, "/people/lookup")
        .json(&body)
        .send()
        .await
}

/// Address of the restriction of somebody who logs in under this name.
pub async fn restriction_of(app: &TestApp, login: &str) -> String {
    let found = look_up(app, "urn:consentry:login", login).await;
    let subject = found.expect_status(200).json()["subject"].clone();
    format!("/people/{}/restriction", subject.as_str().unwrap())
}

/// A wording to publish.
pub fn words(version: &str) -> Value {
    json!({ "version": version, "title": "News", "data": format!("data {version}"), "purpose": "purpose" })
}

/// Puts the account [`COURIER`] with a password.
pub async fn courier(app: &TestApp, more: Value) -> Answer {
    let mut body = json!({ "uid": ["courier"], "password": "a long enough password" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    put(app, &format!("/accounts/{COURIER}"), &body).await
}

/// Status of a look at the records door by somebody with a password.
pub async fn looks(app: &TestApp, user: &str, password: &str) -> u16 {
    let request = app.request(Method::GET, "/consent/v1/definitions");
    request.basic(user, password).send().await.status()
}

/// Makes a record of a person, by the privileged account of the seed; answers its id.
pub async fn agreed(app: &TestApp, definition: &str, version: &str, locale: &str) -> String {
    let body = json!({
        "status": "accepted",
        "subject": "uid=ada,ou=people,dc=harbor,dc=example",
        "actor": "uid=ada,ou=people,dc=harbor,dc=example",
        "audience": "letters",
        "definition": { "id": definition, "version": version, "locale": locale },
    });
    let made = app.records(Method::POST, "/consents", Some(&body)).await;
    made.expect_status(201).json()["id"].as_str().unwrap().to_owned()
}
