//! Endpoints that are told in the words of other protocols: bodies, ids, recipients, headers and signatures (enforcement-events-evidence 6).
//! Signatures are checked here with the primitives alone, as a receiver that knows only its vendor's words does it.

use std::collections::BTreeMap;

use aws_lc_rs::{digest, hmac, signature};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use consentry_testkit::{Received, Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{
    SCOPE, as_client, at, connect, deliveries, endpoint, hooks, may_keep, now, record, record_of, until,
    until_status,
};

/// Where the house is, in every test.
const BASE_URL: &str = "http://127.0.0.1:8080";

/// Checks `t=…,v1=…` over a message, with the text of the secret.
fn assert_vendor_signature(message: &Received, header: &str, made: &Value) {
    let secret = made["secret"].as_str().unwrap();
    let text = message.header(header);
    let (at, given) = text.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    assert_eq!(at, message.header("webhook-timestamp"));
    let given: Vec<u8> = (0..given.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&given[place..place + 2], 16).unwrap())
        .collect();
    let signed = [at.as_bytes(), b".", &message.body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, &signed, &given).unwrap();
    // WHK-23: who knows Standard Webhooks alone checks the same delivery.
    let raw = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let given = message.header("webhook-signature").strip_prefix("v1,").unwrap();
    let signed = [
        message.header("webhook-id").as_bytes(),
        b".",
        at.as_bytes(),
        b".",
        &message.body,
    ]
    .concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &raw);
    hmac::verify(&key, &signed, &STANDARD.decode(given).unwrap()).unwrap();
}

/// What the log says about events, by type, oldest first.
async fn told(app: &TestApp, types: &str) -> Vec<Value> {
    let client = &app.bank.first_party;
    let path = format!("/events/v1/events?from=earliest&limit=500&types={types}");
    let page = app
        .request(Method::GET, &path)
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    page.expect_status(200).json()["events"]
        .as_array()
        .unwrap()
        .clone()
}

fn custom(payload: &Value) -> BTreeMap<String, String> {
    let fields = payload["customFields"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    fields
        .map(|field| (text(&field["name"]), text(&field["value"])))
        .collect()
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn whk_24_fdx_tells_the_provider_of_bundles_in_the_shape_of_fdx() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "format": "fdx" })).await;
    assert_eq!(
        (&made["retry_profile"], &made["timeout_s"]),
        (&json!("bank"), &json!(10)),
        "what the format has"
    );
    let outbound = app.outbound();
    connect(&app, "ada").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    app.pass(10);
    connect(&app, "ada").await;
    let came = receiver.first(3).await;
    let created = told(&app, "grant.created").await;
    let ended = told(&app, "grant.ended").await.remove(0);
    let expected = [
        ("CONSENT_INITIATED", &created[0], fields(&[("sequence", "1")])),
        (
            "CONSENT_REVOKED",
            &ended,
            fields(&[
                ("reason", "USER_ACTION"),
                ("initiator", "INDIVIDUAL"),
                ("sequence", "2"),
            ]),
        ),
        (
            "CONSENT_INITIATED",
            &created[1],
            fields(&[("repeat", "true"), ("sequence", "1")]),
        ),
    ];
    for (message, (name, event, custom_fields)) in came.iter().zip(&expected) {
        let body = message.json();
        assert_eq!(message.header("content-type"), "application/json");
        assert_vendor_signature(message, "consentry-signature", &made);
        assert_eq!(message.header("webhook-id"), event["id"].as_str().unwrap());
        assert_eq!(
            message.header("consentry-event-id"),
            event["id"].as_str().unwrap()
        );
        assert_eq!(custom(&body["notificationPayload"]), *custom_fields, "{name}");
        let mut body = body;
        body["notificationPayload"]["customFields"] = Value::Null;
        let seconds = event["recordedtime"].as_str().unwrap();
        assert_eq!(
            body,
            json!({
                "notificationId": event["id"],
                "type": name,
                "sentOn": format!("{}Z", &seconds[..19]),
                "category": "CONSENT",
                "publisher": { "name": "Harbor Bank", "type": "DATA_PROVIDER", "homeUri": BASE_URL },
                "notificationPayload": {
                    "id": event["data"]["grant"]["id"],
                    "idType": "CONSENT",
                    "customerId": "ada",
                    "application_id": "moneytrack",
                    "customFields": null,
                },
            })
        );
    }
    until_status(&app, &made, "delivered", 3).await;
    outbound.stop().await;
    assert_eq!(receiver.all().len(), 3, "nothing else has words in this format");
}

/// The number that stands for an id.
fn number(id: &str) -> u64 {
    let hash = digest::digest(&digest::SHA256, id.as_bytes());
    u64::from_be_bytes(hash.as_ref()[..8].try_into().unwrap()) >> 11
}

#[tokio::test]
async fn whk_24_mx_tells_a_party_what_is_for_it_with_its_own_name_of_the_person() {
    let app = TestApp::start().await;
    let moneytrack = app.bank.third_party.clone();
    may_keep(&app, &moneytrack, true).await;
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url, "format": "mx" });
    let made = as_client(&app, &moneytrack, Method::POST, "/endpoints", Some(&body)).await;
    let made = made.expect_status(201).json();
    let outbound = app.outbound();
    let tested = as_client(&app, &moneytrack, Method::POST, &at(&made, "/test"), None).await;
    assert_eq!(tested.expect_status(200).json()["status"], "delivered");
    until("it is enabled", || async {
        let shown = as_client(&app, &moneytrack, Method::GET, &at(&made, ""), None).await;
        shown.json()["status"] == "enabled"
    })
    .await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let own_name = app.introspect(&tokens.access).await["sub"].clone();
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let came = receiver.first(2).await;
    assert_eq!(came[0].json()["type"], "ENDPOINT_PING");
    let event = told(&app, "grant.ended").await.remove(0);
    let message = &came[1];
    assert_vendor_signature(message, "consentry-signature", &made);
    assert_eq!(
        message.header("consentry-event-id"),
        event["id"].as_str().unwrap()
    );
    let told = message.json();
    let payload = &told["notificationPayload"];
    assert_eq!(
        told["type"], "CONSENT_REVOKED",
        "that it is new is for the provider alone"
    );
    assert_eq!(
        payload["id"],
        number(event["data"]["grant"]["id"].as_str().unwrap())
    );
    assert_eq!(payload["application_id"], number("moneytrack"));
    assert_eq!(payload["customerId"], own_name);
    assert_ne!(payload["customerId"], "ada");
    for absent in ["notificationId", "publisher"] {
        assert!(told.get(absent).is_none(), "{absent}");
    }
    outbound.stop().await;
    assert_eq!(receiver.all().len(), 2);
}

#[tokio::test]
async fn whk_24_didomi_tells_what_was_said_and_how_the_person_stands() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "format": "didomi" })).await;
    assert_eq!(made["retry_profile"], "short");
    let flat = Receiver::start().await;
    let _flat = endpoint(&app, &flat, &json!({ "format": "didomi", "flatten": true })).await;
    let outbound = app.outbound();
    connect(&app, "ada").await;
    let path = record_of(&app, "ada", "shop", "share-my-email").await;
    let revoked = app
        .records(Method::PATCH, &path, Some(&json!({ "status": "revoked" })))
        .await;
    let _revoked = revoked.expect_status(200);
    let came = receiver.first(4).await;
    let kinds: Vec<&str> = came
        .iter()
        .map(|message| message.header("x-consentry-event"))
        .collect();
    assert_eq!(
        kinds,
        ["event.created", "user.created", "event.created", "user.updated"]
    );
    let decisions = told(&app, "decision.recorded").await;
    let written = &decisions[decisions.len() - 2..];
    let person = &app.bank.customers[0].user_id;
    let choices = |enabled: bool| {
        json!({
            "purposes": [{ "id": "share-my-email", "enabled": enabled }],
            "channels": [],
            "vendors": { "enabled": [], "disabled": [], "enabled_li": [], "disabled_li": [] },
        })
    };
    for (place, enabled) in [(0, true), (1, false)] {
        let (event, user) = (&came[2 * place], &came[2 * place + 1]);
        let id = written[place]["id"].as_str().unwrap();
        assert_eq!(event.header("webhook-id"), id);
        assert_eq!(user.header("webhook-id"), format!("{id}_u"));
        for message in [event, user] {
            assert_vendor_signature(message, "x-consentry-signature", &made);
            assert_eq!(
                message.header("x-consentry-delivery"),
                message.header("webhook-id")
            );
            assert_eq!(message.json()["regulation"], "gdpr");
            assert_eq!(message.json()["type"], message.header("x-consentry-event"));
        }
        let entity = event.json()["parameters"]["entity"].clone();
        assert_eq!(entity["id"], written[place]["data"]["decision"]["id"]);
        assert_eq!(entity["organization_id"], app.tenant().tenant.slug);
        assert_eq!(entity["status"], "confirmed");
        assert_eq!(
            entity["user"],
            json!({ "id": person, "organization_user_id": "ada" })
        );
        assert_eq!(entity["consents"], choices(enabled));
    }
    let made_user = came[1].json()["parameters"]["entity"].clone();
    let parameters = came[3].json()["parameters"].clone();
    assert_eq!(made_user["consents"], choices(true));
    assert_eq!(parameters["old_entity"], made_user);
    assert_eq!(parameters["new_entity"]["consents"], choices(false));
    assert_eq!(
        (
            &parameters["old_entity"]["version"],
            &parameters["new_entity"]["version"]
        ),
        (&json!(1), &json!(2))
    );
    assert_eq!(parameters["source"]["id"], written[1]["data"]["decision"]["id"]);
    let last = flat.first(4).await.remove(3).json();
    assert_eq!(last["parameters__entity__consents__purposes__0__enabled"], false);
    assert_eq!(last["parameters__entity__organization_user_id"], "ada");
    assert!(
        last.as_object()
            .unwrap()
            .values()
            .all(|value| !value.is_object() && !value.is_array())
    );

    let gone = app.records(Method::DELETE, &path, None).await;
    assert!(gone.status() < 300, "{}", gone.text());
    let removed = receiver.first(5).await;
    let removed = removed
        .iter()
        .find(|message| message.json()["type"] == "event.deleted");
    let entity = removed.unwrap().json()["parameters"]["entity"].clone();
    assert_eq!(
        entity["id"], written[0]["data"]["decision"]["id"],
        "what was first said"
    );
    until_status(&app, &made, "waiting", 0).await;
    let stored = deliveries(&app, &made, "").await;
    assert!(
        stored
            .iter()
            .any(|one| one["webhook_id"].as_str().unwrap().ends_with("_u"))
    );
    let stored = json!(stored).to_string();
    // As a value, or as one in a body that is kept as text; ids may have these letters too.
    let names = ["\"ada\"", "ada\\\""];
    assert!(
        !names.iter().any(|name| stored.contains(name)),
        "no person is stored with a message"
    );
    outbound.stop().await;
}

#[tokio::test]
async fn didomi_is_for_the_tenant_that_may_see_people() {
    let app = TestApp::start().await;
    let moneytrack = app.bank.third_party.clone();
    may_keep(&app, &moneytrack, true).await;
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url, "format": "didomi" });
    let refused = as_client(&app, &moneytrack, Method::POST, "/endpoints", Some(&body)).await;
    assert_eq!(
        refused.expect_status(422).json()["errors"][0]["pointer"],
        "/format"
    );
    let flat = json!({ "url": receiver.url, "flatten": true });
    let refused = hooks(&app, Method::POST, "/endpoints", Some(&flat)).await;
    assert_eq!(
        refused.expect_status(422).json()["errors"][0]["pointer"],
        "/flatten"
    );
    let made = endpoint(&app, &receiver, &json!({})).await;
    let changed = hooks(
        &app,
        Method::PATCH,
        &at(&made, ""),
        Some(&json!({ "format": "mx" })),
    )
    .await;
    let _changed = changed.expect_status(200);
    let shown = now(&app, &made).await;
    assert_eq!(
        (&shown["retry_profile"], &shown["timeout_s"]),
        (&json!("bank"), &json!(10))
    );
}

#[tokio::test]
async fn whk_24_the_uk_is_told_with_a_signed_token_and_answers_202() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|message| {
        consentry_testkit::Reply::status(if message.nth == 0 { 200 } else { 202 })
    })
    .await;
    let wish = json!({ "format": "uk-ob" });
    let made = endpoint(&app, &receiver, &wish).await;
    let outbound = app.outbound();
    connect(&app, "ada").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    until("one attempt failed", || async {
        let waiting = deliveries(&app, &made, "?status=waiting").await;
        waiting.iter().any(|one| one["attempt_count"] == 1)
    })
    .await;
    app.pass(40);
    let came = receiver.first(2).await;
    assert_eq!(came[0].body, came[1].body, "WHK-17: the same bytes each time");
    let message = &came[1];
    assert_eq!(message.header("content-type"), "application/jwt");
    let event = told(&app, "grant.ended").await.remove(0);
    assert_eq!(
        message.header("x-fapi-interaction-id"),
        event["id"].as_str().unwrap()
    );
    let token = std::str::from_utf8(&message.body).unwrap();
    let (signed, given) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let read =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let (head, claims) = (read(head), read(claims));
    assert_eq!(
        (&head["alg"], &head["typ"]),
        (&json!("RS256"), &json!("secevent+jwt"))
    );
    let keys = app.get("/cis/oidc/jwks").await.expect_status(200).json();
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == head["kid"]).unwrap();
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let components = signature::RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    };
    let given = URL_SAFE_NO_PAD.decode(given).unwrap();
    components
        .verify(&signature::RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &given)
        .unwrap();
    let grant = &event["data"]["grant"]["id"];
    let recorded = claims["iat"].as_i64().unwrap();
    assert_eq!(
        claims,
        json!({
            "iss": BASE_URL,
            "iat": recorded,
            "jti": event["id"],
            "aud": "moneytrack",
            "sub": format!("urn:uuid:{}", grant.as_str().unwrap()),
            "txn": event["correlationid"],
            "toe": recorded,
            "events": {
                "urn:uk:org:openbanking:events:consent-authorization-revoked": {
                    "subject": {
                        "subject_type": "http://openbanking.org.uk/rid_http://openbanking.org.uk/rty",
                        "http://openbanking.org.uk/rid": grant,
                        "http://openbanking.org.uk/rty": "account-access-consent",
                    }
                }
            },
        })
    );
    until_status(&app, &made, "delivered", 1).await;
    outbound.stop().await;
}

#[tokio::test]
async fn dataspace_tells_what_becomes_of_consents_and_nothing_else() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "format": "dataspace" })).await;
    let outbound = app.outbound();
    record(&app, "ada", "one").await;
    connect(&app, "ada").await;
    let came = receiver.first(5).await;
    for message in &came {
        assert_eq!(message.header("content-type"), "application/cloudevents+json");
        assert_eq!(message.kind(), "consent.granted");
        assert_eq!(message.json()["id"], message.header("webhook-id"));
    }
    until_status(&app, &made, "delivered", 5).await;
    until_status(&app, &made, "waiting", 0).await;
    outbound.stop().await;
}

#[tokio::test]
async fn whk_17_what_was_told_of_an_erased_person_names_nobody_in_any_format() {
    let app = TestApp::start_in_folder().await;
    let mut receivers = Vec::new();
    for format in ["fdx", "mx", "didomi", "uk-ob"] {
        let receiver = Receiver::answering(|_| consentry_testkit::Reply::status(500)).await;
        let made = endpoint(&app, &receiver, &json!({ "format": format })).await;
        receivers.push((format, receiver, made));
    }
    let outbound = app.outbound();
    record(&app, "ada", "one").await;
    connect(&app, "ada").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    for (_, receiver, _) in &receivers {
        let _first = receiver.first(1).await;
    }
    outbound.stop().await;
    let database = rusqlite::Connection::open(app.folder().join("ledger.db")).unwrap();
    database
        .execute("UPDATE consent_event SET sealed = NULL WHERE salt IS NULL", [])
        .unwrap();
    app.pass(86_400);
    let told: Vec<usize> = receivers
        .iter()
        .map(|(_, receiver, _)| receiver.all().len())
        .collect();
    let outbound = app.outbound();
    for ((format, receiver, _), before) in receivers.iter().zip(told) {
        let again = receiver.first(before + 1).await.remove(before);
        let text = match *format {
            "uk-ob" => {
                let token = std::str::from_utf8(&again.body).unwrap();
                let claims = token.split('.').nth(1).unwrap();
                String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
            }
            _ => String::from_utf8(again.body.to_vec()).unwrap(),
        };
        assert!(text.contains("erased"), "{format}: {text}");
        for name in ["ada", app.bank.customers[0].user_id.as_str()] {
            assert!(!text.contains(name), "{format}: {text}");
        }
    }
    outbound.stop().await;
}

#[tokio::test]
async fn ctp_14_didomi_tells_events_of_the_preferences_door_by_their_ids_and_of_no_other_regulation() {
    let app = TestApp::start().await;
    let session = crate::preferences::session(&app).await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&app, &receiver, &json!({ "format": "didomi" })).await;
    let outbound = app.outbound();
    let delegate = json!({ "id": "agent-17", "name": "T. Okafor" });
    for (id, enabled, more) in [
        ("E0", false, "&$disable_integrations=true"),
        ("E1", true, ""),
        ("E2", false, "&cpra"),
        ("E3", false, ""),
    ] {
        let regulation = if more == "&cpra" { "cpra" } else { "gdpr" };
        let event = json!({ "id": id, "regulation": regulation, "delegate": delegate,
            "user": { "organization_user_id": app.bank.customers[0].customer_id },
            "consents": { "purposes": [{ "id": "newsletter", "enabled": enabled }] } });
        let path = format!(
            "/consents/events?organization_id=harbor{}",
            more.replace("&cpra", "")
        );
        let request = app.request(Method::POST, &path);
        let _made = request
            .bearer(&session)
            .json(&event)
            .send()
            .await
            .expect_status(200);
        app.pass(1);
    }
    let came = receiver.first(4).await;
    let told: Vec<(String, Value)> = came
        .iter()
        .map(|message| {
            let parameters = message.json()["parameters"].clone();
            let id = match parameters["source"]["id"].as_str() {
                Some(id) => json!(id),
                None => parameters["entity"]["id"].clone(),
            };
            (message.header("x-consentry-event").to_owned(), id)
        })
        .collect();
    assert_eq!(told[0], ("event.created".to_owned(), json!("E1")));
    assert_eq!(
        told[1],
        ("user.updated".to_owned(), json!("E1")),
        "known from what was kept back"
    );
    assert_eq!(told[2], ("event.created".to_owned(), json!("E3")));
    assert_eq!(told[3], ("user.updated".to_owned(), json!("E3")));
    let entity = came[2].json()["parameters"]["entity"].clone();
    assert_eq!(entity["delegate"], delegate);
    assert_eq!(
        entity["consents"]["purposes"],
        json!([{ "id": "newsletter", "enabled": false }])
    );
    outbound.stop().await;
}
