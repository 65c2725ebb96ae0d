//! What each kind of decision puts on the stream, once and in order (enforcement-events-evidence 3).

use std::collections::BTreeSet;

use boon::{Compiler, Draft, Schemas};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use super::{asking, events, names, now, patched, since, text, written};
use crate::world::{SCOPE, connected};

/// All events of one act belong together, the decision first (EVT-09); gives its id.
#[track_caller]
fn one_act(events: &[Value]) -> String {
    assert_eq!(events[0]["type"], "consentry.decision.recorded", "{events:?}");
    let act = text(&events[0]["correlationid"]);
    for event in events {
        assert_eq!(event["correlationid"], act.as_str());
        assert_eq!(event["data"]["door"], events[0]["data"]["door"]);
    }
    act
}

fn sequences(events: &[Value]) -> Vec<u64> {
    let of = |event: &Value| text(&event["sequence"]).parse().unwrap();
    events.iter().map(of).collect()
}

#[tokio::test]
async fn evt_09_an_approval_is_one_decision_with_its_consents_and_its_bundle() {
    let app = TestApp::start().await;
    let before = now(&app).await;
    app.connect(&app.browser(), "ada", SCOPE).await;
    let events = since(&app, &before).await;
    let expected = ["decision.recorded", "grant.created"];
    let granted = names(&events)
        .iter()
        .filter(|name| *name == "consent.granted")
        .count();
    assert_eq!(granted, 4);
    assert_eq!(events.len(), 6, "{:?}", names(&events));
    for name in expected {
        assert_eq!(
            names(&events).iter().filter(|own| *own == name).count(),
            1,
            "{name}"
        );
    }
    one_act(&events);
    let decision = &events[0]["data"]["decision"];
    assert_eq!(decision["outcome"], "approved");
    assert_eq!(decision["status"], "confirmed");
    assert_eq!(decision["changes"].as_array().unwrap().len(), 4);
    let changed: BTreeSet<String> = decision["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            assert_eq!(change["to"], "accepted");
            assert_eq!(change["from"], Value::Null);
            text(&change["definition"])
        })
        .collect();
    assert_eq!(changed, SCOPE.split(' ').map(str::to_owned).collect());
    let grant = events
        .iter()
        .find(|event| event["type"] == "consentry.grant.created")
        .unwrap();
    assert_eq!(grant["data"]["grant"]["client"], "moneytrack");
    assert_eq!(grant["data"]["grant"]["status"], "active");
    assert_eq!(grant["data"]["grant"]["scope"].as_array().unwrap().len(), 4);
    assert_eq!(grant["data"]["actor"]["role"], "subject");
    for event in events
        .iter()
        .filter(|event| event["type"] == "consentry.consent.granted")
    {
        let data = &event["data"];
        assert_eq!(data["consent"]["audience"], "moneytrack");
        assert_eq!(data["consent"]["grant_id"], grant["data"]["grant"]["id"]);
        assert_eq!(
            (&data["channel"], &data["door"]),
            (&json!("oauth"), &json!("authorization"))
        );
        assert_eq!(
            data["subject"],
            json!({ "type": "user", "id": "ada", "issuer": "urn:consentry:login" })
        );
        assert_eq!(
            event["subject"],
            format!("consents/{}", text(&data["consent"]["id"]))
        );
    }
    let numbers = sequences(&events);
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "EVT-02: {numbers:?}"
    );
}

#[tokio::test]
async fn a_refusal_is_one_decision_and_leaves_what_stands() {
    let app = connected().await;
    let before = now(&app).await;
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let _back = app
        .decide(&browser, &question, "decline")
        .await
        .expect_status(303);
    let events = since(&app, &before).await;
    assert_eq!(names(&events), ["decision.recorded"]);
    let decision = &events[0]["data"]["decision"];
    assert_eq!(decision["outcome"], "declined");
    assert_eq!(decision["asked"].as_array().unwrap().len(), 4);
    assert_eq!(decision["changes"], json!([]));
}

#[tokio::test]
async fn evt_13_taken_back_at_any_door_the_same_is_told() {
    let mut told = Vec::new();
    for door in ["authorization", "dashboard", "records"] {
        let app = connected().await;
        let before = now(&app).await;
        match door {
            "authorization" => {
                let token = app.own_token(&app.bank.first_party).await;
                let user = &app.bank.customers[0].user_id;
                let path = format!("/cis/v1/consents/clients/moneytrack/users/{user}");
                let gone = app.request(Method::DELETE, &path).bearer(&token);
                let _gone = gone.send().await.expect_status(200);
            }
            "dashboard" => {
                let _page = app.stop_sharing("ada").await.expect_status(200);
            }
            _ => {
                let records = app.records_of("ada").await;
                let openid = records
                    .iter()
                    .find(|record| record["definition"]["id"] == "openid")
                    .unwrap();
                let path = format!("/consents/{}", text(&openid["id"]));
                let _patched = patched(&app, &path, &json!({ "status": "revoked" })).await;
            }
        }
        let events = since(&app, &before).await;
        one_act(&events);
        assert_eq!(events[0]["data"]["door"], door);
        let mut names = names(&events);
        names.sort();
        told.push(names);
        let ended = events
            .iter()
            .find(|event| event["type"] == "consentry.grant.ended")
            .unwrap();
        assert_eq!(ended["data"]["grant"]["status"], "revoked");
        assert_eq!(ended["data"]["grant"]["previous_status"], "active");
        let reason = if door == "records" { "emptied" } else { "revoked" };
        assert_eq!(ended["data"]["reason"], reason, "{door}");
        for event in events
            .iter()
            .filter(|event| event["type"] == "consentry.consent.revoked")
        {
            assert_eq!(event["data"]["consent"]["status"], "revoked");
            assert_eq!(event["data"]["consent"]["previous_status"], "accepted");
        }
    }
    assert_eq!(told[0].len(), 6, "{:?}", told[0]);
    assert!(told.iter().all(|names| *names == told[0]), "{told:?}");
}

#[tokio::test]
async fn evt_10_a_repeated_request_that_changes_nothing_tells_nothing() {
    let app = connected().await;
    let token = app.own_token(&app.bank.first_party).await;
    let user = &app.bank.customers[0].user_id;
    let path = format!("/cis/v1/consents/clients/moneytrack/users/{user}");
    let stop = || app.request(Method::DELETE, &path).bearer(&token);
    let _stopped = stop().send().await.expect_status(200);
    let before = now(&app).await;
    let _again = stop().send().await;
    assert_eq!(names(&since(&app, &before).await), Vec::<String>::new());
}

#[tokio::test]
async fn records_are_told_as_they_are_made_changed_and_deleted() {
    let app = TestApp::start().await;
    let before = now(&app).await;
    let record = written(&app, "ada", "share-my-email", "pending").await;
    app.pass(1);
    let _yes = patched(&app, &record, &json!({ "status": "accepted" })).await;
    app.pass(1);
    let _more = patched(&app, &record, &json!({ "data": { "shade": "canary-green" } })).await;
    app.pass(1);
    let _no = patched(&app, &record, &json!({ "status": "revoked" })).await;
    app.pass(1);
    let _deleted = app
        .records(Method::DELETE, &record, None)
        .await
        .expect_status(204);
    let events = since(&app, &before).await;
    let told = names(&events);
    let consents: Vec<&str> = told
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("consent."))
        .collect();
    assert_eq!(
        consents,
        [
            "consent.requested",
            "consent.granted",
            "consent.amended",
            "consent.revoked"
        ]
    );
    let decisions = told.iter().filter(|name| *name == "decision.recorded").count();
    assert_eq!(decisions, 5, "{told:?}");
    assert_eq!(told.iter().filter(|name| *name == "decision.deleted").count(), 1);
    let acts: BTreeSet<String> = events.iter().map(|event| text(&event["correlationid"])).collect();
    assert_eq!(acts.len(), 5);
    let granted = events
        .iter()
        .find(|event| event["type"] == "consentry.consent.granted")
        .unwrap();
    assert_eq!(granted["data"]["consent"]["previous_status"], "pending");
    assert_eq!(granted["data"]["channel"], "api");
    let all = serde_json::to_string(&events).unwrap();
    assert!(!all.contains("canary-green"), "EVT-16");
    assert!(!all.contains("newsletter@"));
}

#[tokio::test]
async fn a_used_refresh_token_that_comes_back_is_told() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let refresh = tokens.refresh.unwrap();
    let _first = app
        .refresh(&app.bank.third_party, &refresh)
        .await
        .expect_status(200);
    let before = now(&app).await;
    let _again = app
        .refresh(&app.bank.third_party, &refresh)
        .await
        .expect_status(400);
    let events = since(&app, &before).await;
    assert_eq!(names(&events), ["token.reuse_detected"]);
    let data = &events[0]["data"];
    assert_eq!(data["token"]["client"], "moneytrack");
    assert_eq!(data["token"]["kind"], "refresh_token");
    assert_eq!(
        events[0]["subject"],
        format!("grants/{}", text(&data["token"]["grant_id"]))
    );
    assert!(!serde_json::to_string(&events).unwrap().contains(&refresh));
}

/// The rules of the CloudEvents 1.0 JSON format, and of extension attributes.
fn envelope_rules() -> Value {
    let words = json!({ "type": "string", "minLength": 1 });
    let moment =
        json!({ "type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$" });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["id", "source", "specversion", "type"],
        "properties": {
            "id": words, "type": words, "subject": words,
            "source": { "type": "string", "minLength": 1, "format": "uri-reference" },
            "specversion": { "const": "1.0" },
            "datacontenttype": { "const": "application/json" },
            "dataschema": { "type": "string", "format": "uri" },
            "time": moment, "timestamp": moment, "recordedtime": moment,
            "data": { "type": "object" },
        },
        "propertyNames": { "pattern": "^[a-z0-9]{1,20}$" },
        "additionalProperties": { "type": "string" },
    })
}

fn valid(schema: &Value, value: &Value) -> Result<(), String> {
    const ADDRESS: &str = "https://cs.example.net/schema.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    compiler.enable_format_assertions();
    compiler.add_resource(ADDRESS, schema.clone()).unwrap();
    let index = compiler.compile(ADDRESS, &mut schemas).unwrap();
    schemas.validate(value, index).map_err(|error| error.to_string())
}

/// Whatever this house can tell today.
async fn everything(app: &TestApp) -> Vec<Value> {
    app.connect(&app.browser(), "ada", SCOPE).await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let tokens = app.connect(&app.browser(), "ben", SCOPE).await;
    let refresh = tokens.refresh.unwrap();
    for status in [200, 400] {
        let _used = app
            .refresh(&app.bank.third_party, &refresh)
            .await
            .expect_status(status);
    }
    let record = written(app, "cleo", "share-my-email", "pending").await;
    for status in ["accepted", "revoked"] {
        app.pass(1);
        let _changed = patched(app, &record, &json!({ "status": status })).await;
    }
    let _deleted = app
        .records(Method::DELETE, &record, None)
        .await
        .expect_status(204);
    events(app, "from=earliest&limit=500").await
}

#[tokio::test]
async fn evt_05_and_evt_06_every_event_fits_its_envelope_and_its_schema() {
    let app = TestApp::start().await;
    let events = everything(&app).await;
    let rules = envelope_rules();
    let mut seen = BTreeSet::new();
    for event in &events {
        valid(&rules, event).unwrap_or_else(|error| panic!("{error}: {event}"));
        assert_eq!(event["time"], event["timestamp"]);
        let address = text(&event["dataschema"]);
        let answer = app.get(&address).await.expect_status(200);
        assert_eq!(answer.header("content-type"), Some("application/schema+json"));
        assert!(answer.header("cache-control").unwrap().contains("public"));
        assert_eq!(answer.json()["$id"], address.as_str());
        valid(&answer.json(), &event["data"]).unwrap_or_else(|error| panic!("{error}: {event}"));
        assert!(event.to_string().len() <= 20 * 1024, "EVT-08");
        seen.insert(text(&event["type"]));
    }
    for name in [
        "decision.recorded",
        "decision.deleted",
        "consent.requested",
        "consent.granted",
        "consent.revoked",
        "grant.created",
        "grant.ended",
        "token.reuse_detected",
        "definition.published",
        "localization.published",
        "key.published",
        "client.created",
        "party.created",
    ] {
        assert!(seen.contains(&format!("consentry.{name}")), "{name} of {seen:?}");
    }
    let _unknown = app
        .get("/events/v1/schemas/consent.revoked.2.json")
        .await
        .expect_status(404);
}

#[tokio::test]
async fn evt_01_each_event_of_the_log_is_told_once_and_without_gaps() {
    let app = TestApp::start().await;
    let events = everything(&app).await;
    let numbers = sequences(&events);
    let expected: Vec<u64> = (0..numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
    let ids: BTreeSet<String> = super::ids(&events).into_iter().collect();
    assert_eq!(ids.len(), events.len());
}

#[tokio::test]
async fn evt_14_the_catalogue_says_what_there_is() {
    let app = TestApp::start().await;
    let answer = asking(&app, "types").send().await.expect_status(200).json();
    let types = answer["types"].as_array().unwrap();
    for entry in types {
        for member in ["type", "description", "dataschema"] {
            assert!(entry[member].is_string(), "{entry}");
        }
        assert!(entry["leaf"].is_boolean() && entry["renderings"].is_object());
        let _schema = app.get(&text(&entry["dataschema"])).await.expect_status(200);
    }
    let named = |name: &str| {
        let name = format!("consentry.{name}");
        types.iter().find(|entry| entry["type"] == name.as_str()).unwrap()
    };
    assert_eq!(named("endpoint.ping")["leaf"], false);
    assert_eq!(named("consent.revoked")["leaf"], true);
    assert_eq!(
        named("grant.created")["renderings"]["dashboard"],
        json!(["CONSENT_INITIATED"])
    );
}

#[tokio::test]
async fn evt_24_one_event_is_found_by_its_id() {
    let app = connected().await;
    let all = events(&app, "from=earliest&limit=500").await;
    for event in [&all[0], &all[all.len() / 2], all.last().unwrap()] {
        let path = format!("events/{}", text(&event["id"]));
        let found = asking(&app, &path).send().await.expect_status(200);
        assert_eq!(found.json(), *event, "EVT-07");
    }
    for id in ["00000000-0000-7000-8000-000000000000", "nothing"] {
        let missing = asking(&app, &format!("events/{id}"))
            .send()
            .await
            .expect_status(404);
        assert_eq!(missing.json()["code"], "not_found");
    }
}

#[tokio::test]
async fn a_party_is_suspended_with_the_last_of_its_clients_and_resumed_with_the_first() {
    let app = TestApp::start().await;
    let before = now(&app).await;
    let known = app.tenant().client("moneytrack").unwrap().as_ref().clone();
    for enabled in [false, true] {
        let changed = consentry_domain::client::Client {
            enabled,
            ..known.clone()
        };
        app.provision(&[consentry_ledger::provision::Entry::Client(changed)])
            .await;
    }
    let told = since(&app, &before).await;
    let parties: Vec<&Value> = told
        .iter()
        .filter(|event| event["type"].as_str().unwrap().starts_with("consentry.party."))
        .collect();
    let kinds: Vec<&str> = parties
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["consentry.party.suspended", "consentry.party.resumed"]);
    let party = known.party.unwrap();
    for event in parties {
        assert_eq!(event["data"]["party"]["id"], json!(party));
    }
}

#[tokio::test]
async fn people_are_told_once_by_the_name_spaces_of_their_names() {
    let app = TestApp::start().await;
    let before = now(&app).await;
    let zoe = "uid=zoe,ou=people,dc=harbor,dc=example";
    for _ in 0..2 {
        let _record = written(&app, zoe, "share-my-email", "pending").await;
    }
    let of_people = |all: Vec<Value>| -> Vec<Value> {
        let is_meant = |event: &Value| event["type"].as_str().unwrap().contains(".subject.");
        all.into_iter().filter(is_meant).collect()
    };
    let told = of_people(since(&app, &before).await);
    assert_eq!(names(&told), ["subject.created"]);
    assert_eq!(told[0]["data"]["issuers"], json!(["record_subject"]));
    assert_eq!(told[0]["data"]["door"], "records");
    assert_eq!(
        told[0].get("subject"),
        None,
        "our own ids are for who asks for them"
    );
    assert!(!told[0].to_string().contains("zoe"));

    let before = now(&app).await;
    let permit = consentry_ledger::authorize::<consentry_ledger::access::Provision>(
        &consentry_ledger::Caller::Operator,
        consentry_ledger::Target::Tenant,
    );
    let person = consentry_ledger::provision::Person {
        aliases: ["ada", "ada.lovell"]
            .map(|name| {
                consentry_domain::subject::Alias::new(consentry_domain::subject::Namespace::Login, name)
            })
            .to_vec(),
        password: None,
        applications: Vec::new(),
        contact: None,
        profile: None,
    };
    let permit = permit.unwrap();
    for _ in 0..2 {
        let known = app.ledger.provision_person(&app.tenant(), &permit, &person).await;
        let _subject = known.unwrap();
    }
    let told = of_people(since(&app, &before).await);
    assert_eq!(
        names(&told),
        ["subject.updated", "subject.updated"],
        "a name, and the account"
    );
    assert_eq!(told[0]["data"]["issuers"], json!(["login"]));
    assert_eq!(told[1]["data"].get("issuers"), None);
}
