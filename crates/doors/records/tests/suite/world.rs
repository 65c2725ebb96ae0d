//! What the tests of this door begin with: Harbor Bank with a few definitions and accounts more.

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::{
    DefinitionKey,
    client::StoredSecret,
    credential::Principal,
    definition::{Definition, DefinitionKind, Localization},
    locale::Locale,
};
use consentry_ledger::{opaque, provision::Entry};
use consentry_testkit::{Answer, RequestBuilder, TestApp};
use http::{Method, header};
use serde_json::{Value, json};

/// Distinguished name of Ada.
pub const ADA: &str = "uid=ada,ou=people,dc=harbor,dc=example";

/// Distinguished name of Ben.
pub const BEN: &str = "uid=ben,ou=people,dc=harbor,dc=example";

/// Distinguished name of the service account of the seed.
pub const PORTAL: &str = "cn=portal,ou=services,dc=harbor,dc=example";

/// An account with the directory-wide bypass right.
pub const ROOT: &str = "cn=root dn,cn=config";

/// An account without any right.
pub const AUDITOR: &str = "cn=night auditor,ou=services,dc=harbor,dc=example";

/// Secret of the accounts that only these tests have.
pub const SECRET: &str = "correct:horse:battery";

/// Scope of ordinary requesters.
pub const UNPRIVILEGED: &str = "openid urn:pingdirectory:consent";

/// Scope of privileged requesters.
pub const PRIVILEGED: &str = "openid urn:pingdirectory:consent_admin";

/// The bank with what these tests need.
pub async fn bank() -> TestApp {
    bank_of(TestApp::start().await).await
}

/// As [`bank`], in an application that was started already.
pub async fn bank_of(app: TestApp) -> TestApp {
    let mut entries = vec![
        definition(
            "share-location",
            Some("Share location"),
            Some("Coarse position for store finder"),
        ),
        definition("terms & conditions/§1", None, None),
    ];
    for (locale, version, title) in [
        ("en-GB", "1.1", Some("Find shops near you")),
        ("nl-NL", "1.0", None),
        ("us-EN", "0.9", Some("Find shops")),
        ("en-GB", "1.2", Some("Find shops around you")),
    ] {
        entries.push(localization("share-location", locale, version, title));
    }
    entries.push(localization("terms & conditions/§1", "en-GB", "1.9", None));
    entries.push(localization("terms & conditions/§1", "en-GB", "1.10", None));
    entries.push(account(ROOT, &["root"], true, false));
    entries.push(account(AUDITOR, &["night auditor"], false, false));
    entries.push(account(
        "cn=gone,ou=services,dc=harbor,dc=example",
        &["gone"],
        false,
        true,
    ));
    app.provision(&entries).await;
    app
}

/// A definition of the records door.
pub fn definition(key: &str, display_name: Option<&str>, description: Option<&str>) -> Entry {
    Entry::Definition(Definition {
        key: DefinitionKey::parse(key).unwrap(),
        kind: DefinitionKind::Agreement,
        display_name: display_name.map(str::to_owned),
        description: description.map(str::to_owned),
        parameters: Vec::new(),
        parent: None,
        lifetime: None,
        actions: consentry_domain::Actions::default(),
        choice: consentry_domain::definition::Choice::default(),
    })
}

/// A wording whose texts name its definition, locale and version.
pub fn localization(definition: &str, locale: &str, version: &str, title: Option<&str>) -> Entry {
    Entry::Localization(Localization {
        definition: DefinitionKey::parse(definition).unwrap(),
        locale: Locale::parse(locale).unwrap(),
        version: version.parse().unwrap(),
        title: title.map(str::to_owned),
        data: format!("data of {definition} {locale} {version}"),
        purpose: format!("purpose of {definition} {locale} {version}"),
        published_at: consentry_domain::Timestamp::EPOCH,
    })
}

/// A directory entry with [`SECRET`].
pub fn account(dn: &str, names: &[&str], bypass_acl: bool, disabled: bool) -> Entry {
    Entry::Principal(Principal {
        dn: dn.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        secrets: vec![StoredSecret {
            sha256: opaque::hash_text(SECRET),
            expires_at: None,
        }],
        bypass_acl,
        disabled,
        ..Principal::default()
    })
}

/// A value of `Authorization` for HTTP Basic.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Ada with her password.
pub fn ada(app: &TestApp) -> String {
    person(app, "ada")
}

/// Ben with his password.
pub fn ben(app: &TestApp) -> String {
    person(app, "ben")
}

fn person(app: &TestApp, username: &str) -> String {
    let customers = &app.bank.customers;
    let customer = customers.iter().find(|customer| customer.username == username);
    basic(username, &customer.unwrap().password)
}

/// The service account of the seed.
pub fn portal(app: &TestApp) -> String {
    basic(&app.bank.service.client_id, &app.bank.service.client_secret)
}

/// A person's token.
pub async fn token(app: &TestApp, username: &str, scope: &str) -> String {
    format!("Bearer {}", app.person_token(username, scope).await.access)
}

/// A request below `/consent/v1` by somebody.
pub fn request<'a>(app: &'a TestApp, who: &str, method: Method, path: &str) -> RequestBuilder<'a> {
    let request = app.request(method, &format!("/consent/v1{path}"));
    if who.is_empty() {
        request
    } else {
        request.header(header::AUTHORIZATION, who)
    }
}

/// `GET` by somebody.
pub async fn get(app: &TestApp, who: &str, path: &str) -> Answer {
    request(app, who, Method::GET, path).send().await
}

/// `POST /consents` by somebody.
pub async fn post(app: &TestApp, who: &str, body: &Value) -> Answer {
    request(app, who, Method::POST, "/consents")
        .json(body)
        .send()
        .await
}

/// `PUT` of a record by somebody.
pub async fn put(app: &TestApp, who: &str, id: &str, body: &Value) -> Answer {
    let path = format!("/consents/{id}");
    request(app, who, Method::PUT, &path).json(body).send().await
}

/// `PATCH` of a record by somebody.
pub async fn patch(app: &TestApp, who: &str, id: &str, body: &Value) -> Answer {
    let path = format!("/consents/{id}");
    request(app, who, Method::PATCH, &path).json(body).send().await
}

/// `DELETE` of a record by somebody.
pub async fn delete(app: &TestApp, who: &str, id: &str) -> Answer {
    request(app, who, Method::DELETE, &format!("/consents/{id}"))
        .send()
        .await
}

/// The smallest acceptable record; `more` adds or replaces attributes, `null` takes them away.
pub fn accepted(more: Value) -> Value {
    let mut body = json!({
        "status": "accepted",
        "audience": "store-app",
        "definition": { "id": "share-location", "version": "1.2", "locale": "en-GB" },
    });
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(name);
        } else {
            body[name] = value.clone();
        }
    }
    body
}

/// A record made by somebody; answers it as created.
pub async fn made(app: &TestApp, who: &str, more: Value) -> Value {
    post(app, who, &accepted(more)).await.expect_status(201).json()
}

/// The id of a record.
pub fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

/// A record as the service account sees it.
pub async fn seen(app: &TestApp, record: &str) -> Value {
    get(app, &portal(app), &format!("/consents/{record}"))
        .await
        .expect_status(200)
        .json()
}

/// What a search finds: the ids, in order.
pub async fn found(app: &TestApp, who: &str, query: &str) -> Vec<String> {
    let answer = get(app, who, &format!("/consents{query}"))
        .await
        .expect_status(200)
        .json();
    ids(&answer, "consents")
}

/// The ids in a collection.
pub fn ids(collection: &Value, kind: &str) -> Vec<String> {
    let resources = collection["_embedded"][kind].as_array().unwrap();
    resources.iter().map(|resource| id(resource).to_owned()).collect()
}

/// Status and code of a refusal, after its form was checked (consent-api 13.3).
#[track_caller]
pub fn refusal(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(body["status"], answer.status(), "{body}");
    assert_eq!(body["id"].as_str(), answer.header("x-request-id"), "{body}");
    assert!(!body["message"].as_str().unwrap().is_empty(), "{body}");
    (answer.status(), body["code"].as_str().unwrap().to_owned())
}

/// Targets and codes of what a refusal is about, sorted.
#[track_caller]
pub fn details(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let body = answer.json();
    let mut details: Vec<_> = body["details"]
        .as_array()
        .unwrap_or_else(|| panic!("{body}"))
        .iter()
        .map(|detail| (text(&detail["target"]), text(&detail["code"])))
        .collect();
    details.sort();
    details
}

/// Asserts that a refusal has this status and code.
#[track_caller]
pub fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(refusal(answer), (status, code.to_owned()), "{}", answer.text());
}

/// Asserts a 400 about exactly one value.
#[track_caller]
pub fn assert_invalid(answer: &Answer, target: &str, code: &str) {
    assert_refused(answer, 400, "INVALID_DATA");
    assert_eq!(
        details(answer),
        [(target.to_owned(), code.to_owned())],
        "{}",
        answer.text()
    );
}
