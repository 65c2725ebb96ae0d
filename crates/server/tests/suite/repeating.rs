//! `Idempotency-Key` at all doors that take it (enforcement-events-evidence 1.4): carried out once, whatever happens in between.

use consentry_domain::Lifetime;
use consentry_ledger::once::{Begun, KeyedRequest};
use consentry_testkit::{Answer, RequestBuilder, TestApp, postgres::Postgres};
use http::Method;
use serde_json::{Value, json};

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
const NEWSLETTER: &str = "/admin/v1/definitions/email-newsletter";

fn record(audience: &str) -> Value {
    json!({
        "status": "accepted", "subject": "ada", "actor": "ada", "audience": audience,
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    })
}

fn portal<'a>(app: &'a TestApp, method: Method, path: &str) -> RequestBuilder<'a> {
    let service = &app.bank.service;
    app.request(method, &format!("/consent/v1/consents{path}"))
        .basic(&service.client_id, &service.client_secret)
}

fn administrator<'a>(app: &'a TestApp, method: Method, path: &str) -> RequestBuilder<'a> {
    let admin = &app.bank.admin;
    app.request(method, path)
        .basic(&admin.client_id, &admin.client_secret)
}

async fn make(app: &TestApp, key: &str, body: &Value) -> Answer {
    let request = portal(app, Method::POST, "").header("idempotency-key", key);
    request.json(body).send().await
}

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

async fn records(app: &TestApp) -> usize {
    let found = portal(app, Method::GET, "?subject=ada")
        .send()
        .await
        .expect_status(200);
    found.json()["_embedded"]["consents"].as_array().unwrap().len()
}

#[tokio::test]
async fn com_09_a_repeated_creation_makes_one_record_and_is_answered_as_the_first() {
    let app = TestApp::start().await;
    let first = make(&app, KEY, &record("shop")).await.expect_status(201);
    assert!(!is_replayed(&first));
    for key in [KEY.to_owned(), format!("\"{KEY}\"")] {
        let again = make(&app, &key, &record("shop")).await.expect_status(201);
        assert!(is_replayed(&again), "{key}");
        assert_eq!(again.json(), first.json());
        for name in ["location", "etag"] {
            assert_eq!(again.header(name), first.header(name), "{name}");
        }
    }
    assert_eq!(records(&app).await, 1);
    let other = make(&app, "another", &record("shop")).await.expect_status(201);
    assert_ne!(id(&other), id(&first), "another key is another request");
}

#[tokio::test]
async fn com_09_a_key_used_for_something_else_is_422() {
    let app = TestApp::start().await;
    let first = make(&app, KEY, &record("shop")).await.expect_status(201);
    let other_body = make(&app, KEY, &record("other-shop")).await.expect_status(422);
    assert_eq!(other_body.json()["status"], 422);
    let path = format!("/{}", id(&first));
    let other_address = portal(&app, Method::PUT, &path).header("idempotency-key", KEY);
    let _other = other_address
        .json(&record("shop"))
        .send()
        .await
        .expect_status(422);
    let other_query = portal(&app, Method::POST, "?a=b").header("idempotency-key", KEY);
    let _other = other_query.json(&record("shop")).send().await.expect_status(422);
    assert_eq!(records(&app).await, 1);
}

#[tokio::test]
async fn com_07_a_key_that_is_none_is_400_and_changes_nothing() {
    let app = TestApp::start().await;
    for key in ["", "\"", "a b", &"k".repeat(256)] {
        let refused = make(&app, key, &record("shop")).await.expect_status(400);
        assert_eq!(refused.json()["code"], "INVALID_REQUEST", "{key}");
        let refused = administrator(&app, Method::DELETE, NEWSLETTER)
            .header("idempotency-key", key)
            .send()
            .await
            .expect_status(400);
        assert_eq!(refused.json()["code"], "idempotency_key_invalid", "{key}");
    }
    let twice = portal(&app, Method::POST, "").header("idempotency-key", "a");
    let twice = twice.header("idempotency-key", "a").json(&record("shop"));
    let _refused = twice.send().await.expect_status(400);
    assert_eq!(records(&app).await, 0);
}

#[tokio::test]
async fn com_08_another_sender_with_the_same_key_sends_another_request() {
    let app = TestApp::start().await;
    let by_portal = make(&app, KEY, &record("shop")).await.expect_status(201);
    let customers = &app.bank.customers;
    let ada = customers
        .iter()
        .find(|customer| customer.username == "ada")
        .unwrap();
    let by_ada = app
        .request(Method::POST, "/consent/v1/consents")
        .basic("ada", &ada.password)
        .header("idempotency-key", KEY)
        .json(&record("shop"))
        .send()
        .await
        .expect_status(201);
    assert!(!is_replayed(&by_ada));
    assert_ne!(id(&by_ada), id(&by_portal));
}

#[tokio::test]
async fn com_08_it_is_forgotten_after_a_day_to_the_microsecond() {
    let app = TestApp::start().await;
    let first = make(&app, KEY, &record("shop")).await.expect_status(201);
    app.clock.advance(Lifetime::days(1));
    app.clock.advance_micros(-1);
    let last = make(&app, KEY, &record("shop")).await.expect_status(201);
    assert!(is_replayed(&last), "a repetition does not prolong it either");
    app.clock.advance_micros(1);
    let anew = make(&app, KEY, &record("shop")).await.expect_status(201);
    assert!(!is_replayed(&anew));
    assert_ne!(id(&anew), id(&first));
}

#[tokio::test]
async fn com_08_a_restart_in_between_changes_nothing() {
    let app = TestApp::start().await;
    let first = make(&app, KEY, &record("shop")).await.expect_status(201);
    let app = app.restarted().await;
    let again = make(&app, KEY, &record("shop")).await.expect_status(201);
    assert!(is_replayed(&again));
    assert_eq!(again.json(), first.json());
    let _reused = make(&app, KEY, &record("other-shop")).await.expect_status(422);
    assert_eq!(records(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn com_09_equal_requests_at_once_on_two_nodes_are_carried_out_once() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let one = TestApp::start_in_database(&url).await;
    let other = one.another_node(&url).await;
    for round in 0..8 {
        let key = format!("round {round}").replace(' ', "-");
        let body = record(&format!("shop-{round}"));
        let answers = tokio::join!(
            make(&one, &key, &body),
            make(&other, &key, &body),
            make(&one, &key, &body),
        );
        let answers = [answers.0, answers.1, answers.2];
        let done: Vec<&Answer> = answers.iter().filter(|answer| answer.status() == 201).collect();
        assert_eq!(done.iter().filter(|answer| !is_replayed(answer)).count(), 1);
        assert!(done.iter().all(|answer| id(answer) == id(done[0])));
        for answer in answers.iter().filter(|answer| answer.status() != 201) {
            assert_eq!((answer.status(), answer.header("retry-after")), (409, Some("1")));
        }
        let late = make(&other, &key, &body).await.expect_status(201);
        assert!(is_replayed(&late) && id(&late) == id(done[0]));
    }
    assert_eq!(records(&one).await, 8);
}

#[tokio::test]
async fn com_09_while_the_first_is_carried_out_it_is_409() {
    let app = TestApp::start().await;
    let body = json!({ "display_name": "Letters" });
    let bytes = body.to_string();
    let sender = format!("client {}", app.bank.admin.client_id);
    let request = KeyedRequest {
        caller: &sender,
        key: KEY,
        content: [b"PUT", NEWSLETTER.as_bytes(), bytes.as_bytes()],
    };
    let Begun::First(running) = app.ledger.begin_once(&app.tenant(), &request).await.unwrap() else {
        panic!("nobody sent it before");
    };
    let put = async || {
        let request = administrator(&app, Method::PUT, NEWSLETTER).header("idempotency-key", KEY);
        request.json(&body).send().await
    };
    let refused = put().await.expect_status(409);
    assert_eq!(refused.json()["code"], "idempotency_in_progress");
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Whoever sent it went away.
    drop(running);
    let done = put().await.expect_status(200);
    assert!(!is_replayed(&done));
    assert!(is_replayed(&put().await.expect_status(200)));
}

#[tokio::test]
async fn com_09_changes_are_carried_out_once_although_others_change_it_in_between() {
    let app = TestApp::start().await;
    let made = make(&app, "made", &record("shop")).await.expect_status(201);
    let path = format!("/{}", id(&made));
    let revoke = async |key: &str| {
        let tag = made.header("etag").unwrap();
        let request = portal(&app, Method::PATCH, &path).header("if-match", tag);
        let request = request.header("idempotency-key", key);
        request.json(&json!({ "status": "revoked" })).send().await
    };
    let first = revoke(KEY).await.expect_status(200);
    assert_eq!(first.json()["status"], "revoked");
    let again = revoke(KEY).await.expect_status(200);
    assert!(
        is_replayed(&again),
        "although its condition does not hold any more"
    );
    assert_eq!(again.json(), first.json());
    let _other = revoke("other").await.expect_status(412);
    let accept = portal(&app, Method::PATCH, &path).json(&json!({ "status": "accepted" }));
    let _accepted = accept.send().await.expect_status(200);
    let late = revoke(KEY).await.expect_status(200);
    assert!(is_replayed(&late));
    assert_eq!(late.json()["status"], "accepted", "it is told as it is now");

    let delete = async || {
        let request = portal(&app, Method::DELETE, &path).header("idempotency-key", "gone");
        request.send().await
    };
    let _deleted = delete().await.expect_status(204);
    assert!(is_replayed(&delete().await.expect_status(204)));
    let _gone = portal(&app, Method::DELETE, &path)
        .send()
        .await
        .expect_status(404);
    let gone = make(&app, "made", &record("shop")).await.expect_status(404);
    assert!(
        !is_replayed(&gone),
        "what was made is there no more, and not made again"
    );
}

#[tokio::test]
async fn com_09_what_changes_nothing_is_remembered_too() {
    let app = TestApp::start().await;
    let made = make(&app, "made", &record("shop")).await.expect_status(201);
    let path = format!("/{}", id(&made));
    let put = async |body: Value| {
        let request = portal(&app, Method::PUT, &path).header("idempotency-key", KEY);
        request.json(&body).send().await
    };
    let first = put(record("shop")).await.expect_status(200);
    assert!(!is_replayed(&first));
    assert!(is_replayed(&put(record("shop")).await.expect_status(200)));
    let _reused = put(record("other-shop")).await.expect_status(422);
}

#[tokio::test]
async fn com_10_refusals_are_judged_anew() {
    let app = TestApp::start().await;
    let unknown = "/admin/v1/definitions/loyalty/localizations/en-GB";
    let publish = async || {
        let request = administrator(&app, Method::PUT, unknown).header("idempotency-key", KEY);
        let body = json!({ "version": "1.0", "data": "Purchases", "purpose": "Points" });
        request.json(&body).send().await
    };
    let _missing = publish().await.expect_status(404);
    let define = administrator(&app, Method::PUT, "/admin/v1/definitions/loyalty")
        .header("idempotency-key", "defined")
        .json(&json!({}));
    let _defined = define.send().await.expect_status(201);
    let published = publish().await.expect_status(201);
    assert!(!is_replayed(&published));
    let again = publish().await.expect_status(201);
    assert!(is_replayed(&again), "201 although it is there by now");
    assert_eq!(again.json(), published.json());
    assert_eq!(again.header("etag"), published.header("etag"));
}

#[tokio::test]
async fn com_10_a_password_that_was_set_is_not_told_by_the_repetition() {
    let app = TestApp::start().await;
    let account = "/admin/v1/accounts/cn=courier,ou=services,dc=harbor,dc=example";
    let put = async |password: &str| {
        let request = administrator(&app, Method::PUT, account).header("idempotency-key", KEY);
        request.json(&json!({ "password": password })).send().await
    };
    let first = put("a long enough secret").await.expect_status(201);
    let again = put("a long enough secret").await.expect_status(201);
    assert!(is_replayed(&again));
    assert_eq!(again.json(), first.json());
    assert!(!again.text().contains("a long enough secret"));
    let _reused = put("another long secret").await.expect_status(422);
}

#[tokio::test]
async fn com_09_a_back_end_that_ends_consents_twice_ends_them_once() {
    let app = TestApp::start().await;
    let _tokens = app
        .connect(&app.browser(), "ada", "openid accounts:balance")
        .await;
    let token = app.own_token(&app.bank.first_party).await;
    let path = format!(
        "/v1/consents/clients/moneytrack/users/{}",
        app.bank.customers[0].user_id
    );
    let end = async |key: &str| {
        let request = app.request(Method::DELETE, &path).bearer(&token);
        request.header("idempotency-key", key).send().await
    };
    let _ended = end(KEY).await.expect_status(200);
    let again = end(KEY).await.expect_status(200);
    assert!(is_replayed(&again) && again.bytes().is_empty());
    let _nothing = end("other").await.expect_status(404);
}
