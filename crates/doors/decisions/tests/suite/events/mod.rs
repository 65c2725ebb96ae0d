//! The event stream (enforcement-events-evidence 3 and 4).

mod admission;
mod catalogue;
mod privacy;
mod reading;
mod revocations;
mod signals;
mod streaming;
mod tickets;

use consentry_testkit::{Answer, KnownClient, Listening, RequestBuilder, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{change_client, lets_party};

/// A request to the stream as the bank's back end.
fn asking<'a>(app: &'a TestApp, path: &str) -> RequestBuilder<'a> {
    asking_as(app, &app.bank.first_party, path)
}

fn asking_as<'a>(app: &'a TestApp, client: &KnownClient, path: &str) -> RequestBuilder<'a> {
    app.request(Method::GET, &format!("/events/v1/{path}"))
        .basic(&client.client_id, &client.client_secret)
}

/// A page as the bank's back end.
async fn page(app: &TestApp, query: &str) -> Value {
    let answer = asking(app, &format!("events?{query}")).send().await;
    answer.expect_status(200).json()
}

/// The events of a page.
async fn events(app: &TestApp, query: &str) -> Vec<Value> {
    page(app, query).await["events"].as_array().unwrap().clone()
}

/// Opens a stream as the bank's back end.
async fn stream(app: &TestApp, query: &str) -> Listening {
    let stream = asking(app, &format!("stream?{query}")).listen().await;
    assert_eq!(stream.status, 200);
    stream
}

/// Where the log ends now.
async fn now(app: &TestApp) -> String {
    text(&page(app, "from=latest").await["next_cursor"])
}

/// What happened since a cursor, all of it.
async fn since(app: &TestApp, cursor: &str) -> Vec<Value> {
    events(app, &format!("cursor={cursor}&limit=500")).await
}

/// The names of events.
fn names(events: &[Value]) -> Vec<String> {
    let named = |event: &Value| text(&event["type"]).replace("consentry.", "");
    events.iter().map(named).collect()
}

/// The ids of events.
fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| text(&event["id"])).collect()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// Lets people be known, so that what follows tells nothing but what is decided.
async fn known(app: &TestApp, people: &[&str]) {
    for person in people {
        let _record = written(app, person, "share-my-email", "pending").await;
    }
}

/// The bank's back end writes a record; gives its path.
async fn written(app: &TestApp, subject: &str, definition: &str, status: &str) -> String {
    let record = json!({
        "status": status, "subject": subject, "actor": subject, "audience": "newsletter",
        "definition": { "id": definition, "version": "1.0", "locale": "en-GB" },
    });
    let made = app.records(Method::POST, "/consents", Some(&record)).await;
    format!("/consents/{}", text(&made.expect_status(201).json()["id"]))
}

async fn patched(app: &TestApp, record: &str, change: &Value) -> Answer {
    let answer = app.records(Method::PATCH, record, Some(change)).await;
    answer.expect_status(200)
}

/// Lets Moneytrack read the stream.
async fn moneytrack_reads(app: &TestApp) -> KnownClient {
    lets_party(app, "events:read").await;
    app.bank.third_party.clone()
}
