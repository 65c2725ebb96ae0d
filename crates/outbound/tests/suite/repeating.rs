//! `Idempotency-Key` at webhooks: whatever is asked twice under one key is done once (COM-06 to COM-10).

use consentry_domain::tenant::Tenant;
use consentry_ledger::{
    Caller, Target,
    access::{Provision, authorize},
    provision::Entry,
};
use consentry_testkit::{Answer, Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{at, deliveries, endpoint, hooks};

async fn keyed(app: &TestApp, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    let client = &app.bank.first_party;
    app.request(method, &format!("/webhooks/v1{path}"))
        .basic(&client.client_id, &client.client_secret)
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

#[tokio::test]
async fn com_09_com_10_an_endpoint_is_made_once_and_its_secret_shown_once() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url });
    let first = keyed(&app, Method::POST, "/endpoints", "\"make one\"", &body).await;
    assert_eq!(first.expect_status(400).json()["code"], "idempotency_key_invalid");
    let first = keyed(&app, Method::POST, "/endpoints", "make-1", &body)
        .await
        .expect_status(201);
    assert!(!is_replayed(&first));
    let again = keyed(&app, Method::POST, "/endpoints", "\"make-1\"", &body)
        .await
        .expect_status(201);
    assert!(is_replayed(&again), "COM-07: quoted and bare are one key");
    assert_eq!(again.header("location"), first.header("location"));
    let (first, again) = (first.json(), again.json());
    assert_eq!(
        (&first["secret_available"], &again["secret_available"]),
        (&json!(true), &json!(false))
    );
    assert!(first["secret"].is_string() && again.get("secret").is_none());
    assert_eq!(first["id"], again["id"]);
    let listed = hooks(&app, Method::GET, "/endpoints", None).await.json();
    assert_eq!(listed["endpoints"].as_array().unwrap().len(), 1);

    let other = json!({ "url": receiver.url, "description": "other" });
    let reused = keyed(&app, Method::POST, "/endpoints", "make-1", &other).await;
    assert_eq!(reused.expect_status(422).json()["code"], "idempotency_key_reused");
    app.pass(86_400 + 1);
    let late = keyed(&app, Method::POST, "/endpoints", "make-1", &other)
        .await
        .expect_status(201);
    assert!(!is_replayed(&late), "COM-08: a day is over");
}

#[tokio::test]
async fn com_06_each_request_that_changes_something_is_carried_out_once() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({})).await;
    let outbound = app.outbound();
    let none = json!({});
    for (nth, (method, path, body, status)) in [
        (Method::POST, at(&made, "/secret/rotate"), none.clone(), 200),
        (Method::POST, at(&made, "/disable"), none.clone(), 200),
        (Method::POST, at(&made, "/enable"), none.clone(), 200),
        (
            Method::PATCH,
            at(&made, ""),
            json!({ "description": "changed" }),
            200,
        ),
        (Method::POST, at(&made, "/test"), none.clone(), 200),
        (
            Method::POST,
            at(&made, "/replay"),
            json!({ "from": "2020-01-01T00:00:00Z", "types": ["key.retired"] }),
            202,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("key-{nth}");
        let first = keyed(&app, method.clone(), &path, &key, &body)
            .await
            .expect_status(status);
        let again = keyed(&app, method, &path, &key, &body)
            .await
            .expect_status(status);
        assert!(!is_replayed(&first) && is_replayed(&again), "{path}");
        let (mut first, mut again) = (first.json(), again.json());
        for answer in [&mut first, &mut again] {
            let answer = answer.as_object_mut().unwrap();
            let _secret = answer.remove("secret");
            let _available = answer.remove("secret_available");
        }
        assert_eq!(first, again, "{path}");
    }
    assert_eq!(deliveries(&app, &made, "?type=endpoint.ping").await.len(), 1);
    let test = deliveries(&app, &made, "").await.remove(0);
    let path = format!("/deliveries/{}/retry", test["id"].as_str().unwrap());
    let first = keyed(&app, Method::POST, &path, "again", &none)
        .await
        .expect_status(202);
    let _second = receiver.first(2).await;
    let again = keyed(&app, Method::POST, &path, "again", &none)
        .await
        .expect_status(202);
    assert!(!is_replayed(&first) && is_replayed(&again));
    outbound.stop().await;
    assert_eq!(receiver.all().len(), 2);
}

#[tokio::test]
async fn com_09_what_was_refused_is_judged_anew() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let inside = json!({ "url": "https://10.0.0.1/" });
    for _ in 0..2 {
        let refused = keyed(&app, Method::POST, "/endpoints", "k", &inside)
            .await
            .expect_status(422);
        assert_eq!(refused.json()["code"], "unprocessable");
        assert!(!is_replayed(&refused));
    }
    let body = json!({ "url": receiver.url });
    let _made = keyed(&app, Method::POST, "/endpoints", "k", &body)
        .await
        .expect_status(201);
}

#[tokio::test]
async fn com_08_the_same_key_at_another_tenant_is_another_request() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.configure(|tenant| tenant.hosts = vec!["127.0.0.1:8080".to_owned()])
        .await;
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    let own = app.tenant();
    let other = Tenant {
        id: app.ledger.ids().tenant(),
        slug: "other".to_owned(),
        hosts: vec!["other.example".to_owned()],
        ..own.tenant.clone()
    };
    let other = app.ledger.provision_tenant(&permit, &other).await.unwrap();
    let client = own.client(&app.bank.first_party.client_id).unwrap();
    let mut entries: Vec<Entry> = own
        .applications
        .values()
        .cloned()
        .map(Entry::Application)
        .collect();
    entries.push(Entry::Client(client.as_ref().clone()));
    let directory = app.ledger.directory();
    let there = directory.tenant(other).unwrap();
    app.ledger.provision(there, &permit, &entries).await.unwrap();

    let body = json!({ "url": receiver.url });
    let here = keyed(&app, Method::POST, "/endpoints", "k", &body)
        .await
        .expect_status(201);
    let known = &app.bank.first_party;
    for replayed in [false, true] {
        let there = app
            .request(Method::POST, "http://other.example/webhooks/v1/endpoints")
            .basic(&known.client_id, &known.client_secret)
            .header("idempotency-key", "k")
            .json(&body)
            .send()
            .await
            .expect_status(201);
        assert_eq!(is_replayed(&there), replayed);
        assert_ne!(there.json()["id"], here.json()["id"]);
        assert!(
            there
                .header("location")
                .unwrap()
                .starts_with("http://other.example/")
        );
    }
}
