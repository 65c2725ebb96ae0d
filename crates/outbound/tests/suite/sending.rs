//! What is sent: bodies, headers, signatures, rotation, filters, order, tests and replays.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use consentry_ledger::{
    Caller, Target,
    access::{Provision, authorize},
    import::Imported,
    records::{ImportedIdentity, ImportedRecord, RecordStatus, RecordWish},
    webhooks::WebhookSecret,
};
use consentry_testkit::{Received, Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{administrator, at, connect, deliveries, endpoint, hooks, record, until_status};

fn secret(made: &Value) -> WebhookSecret {
    let text = made["secret"].as_str().unwrap();
    WebhookSecret::new(&STANDARD.decode(text.strip_prefix("whsec_").unwrap()).unwrap())
}

fn entry(secret: &WebhookSecret, message: &Received) -> String {
    let at = message.header("webhook-timestamp").parse().unwrap();
    secret.entry(message.header("webhook-id"), at, &message.body)
}

fn kinds(all: &[Received]) -> Vec<String> {
    all.iter().map(Received::kind).collect()
}

#[tokio::test]
async fn a_decision_reaches_an_endpoint_as_the_stream_tells_it() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "types": ["consent.granted"] })).await;
    let outbound = app.outbound();
    connect(&app, "ada").await;
    let all = receiver.first(4).await;
    for (nth, message) in (1..).zip(&all) {
        let event = message.json();
        assert_eq!(nth.to_string(), message.header("consentry-endpoint-seq"));
        assert_eq!(message.header("content-type"), "application/cloudevents+json");
        assert_eq!(
            message.header("webhook-id"),
            event["id"].as_str().unwrap(),
            "WHK-06"
        );
        assert!(!message.header("webhook-id").contains('.'));
        assert_eq!(
            message.header("webhook-timestamp"),
            app.now().as_seconds().to_string()
        );
        assert_eq!(
            message.header("webhook-signature"),
            entry(&secret(&made), message)
        );
        assert_eq!(message.header("consentry-endpoint"), made["id"].as_str().unwrap());
        assert_eq!(message.header("consentry-attempt"), "1");
        assert!(message.header("user-agent").starts_with("Consentry/"));
        let stream = app
            .request(
                Method::GET,
                &format!("/events/v1/events/{}", event["id"].as_str().unwrap()),
            )
            .basic(
                &app.bank.first_party.client_id,
                &app.bank.first_party.client_secret,
            )
            .send()
            .await;
        let mut told = stream.expect_status(200).json();
        // Each reader has names of its own for what keeps a person's events together.
        told["partitionkey"] = event["partitionkey"].clone();
        assert_eq!(event, told);
    }
    until_status(&app, &made, "delivered", 4).await;
    outbound.stop().await;
    assert_eq!(receiver.all().len(), 4, "nothing comes twice");
}

#[tokio::test]
async fn a_legal_hold_reaches_an_endpoint_of_the_tenant() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let _made = endpoint(
        &app,
        &receiver,
        &json!({ "types": ["subject.hold_placed", "subject.hold_lifted"] }),
    )
    .await;
    let outbound = app.outbound();
    connect(&app, "ada").await;
    let ada = json!({ "issuer": "urn:consentry:login", "id": "ada" });
    let found = administrator(&app, Method::POST, "/people/lookup", Some(&ada)).await;
    let found = found.expect_status(200).json();
    let holds = format!("/people/{}/holds", found["subject"].as_str().unwrap());
    let wish = json!({ "reason": "Quetzalcoatl" });
    let hold = administrator(&app, Method::POST, &holds, Some(&wish)).await;
    let hold = hold.expect_status(201).json();
    let lift = format!("{holds}/{}", hold["id"].as_str().unwrap());
    let _lifted = administrator(&app, Method::DELETE, &lift, None)
        .await
        .expect_status(204);
    let all = receiver.first(2).await;
    assert_eq!(kinds(&all), ["subject.hold_placed", "subject.hold_lifted"]);
    for message in &all {
        let event = message.json();
        assert_eq!(event["data"]["hold"], json!({ "id": hold["id"] }));
        assert!(!event.to_string().contains("Quetzalcoatl"), "{event}");
    }
    outbound.stop().await;
}

#[tokio::test]
async fn whk_07_a_rotation_signs_with_both_secrets_for_a_while() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "types": ["decision.recorded"] })).await;
    let _outbound = app.outbound();
    let rotated = hooks(
        &app,
        Method::POST,
        &at(&made, "/secret/rotate"),
        Some(&json!({ "overlap_s": 60 })),
    )
    .await;
    let rotated = rotated.expect_status(200).json();
    let (old, new) = (secret(&made), secret(&rotated));
    assert_ne!(old.text(), new.text());
    record(&app, "ada", "one").await;
    let first = receiver.first(1).await.remove(0);
    let both = format!("{} {}", entry(&new, &first), entry(&old, &first));
    assert_eq!(first.header("webhook-signature"), both, "newest first");
    app.pass(60);
    record(&app, "ada", "two").await;
    let second = receiver.first(2).await.remove(1);
    assert_eq!(second.header("webhook-signature"), entry(&new, &second));
    let at_once = hooks(
        &app,
        Method::POST,
        &at(&made, "/secret/rotate"),
        Some(&json!({ "overlap_s": 0 })),
    )
    .await;
    let newest = secret(&at_once.expect_status(200).json());
    record(&app, "ada", "three").await;
    let third = receiver.first(3).await.remove(2);
    assert_eq!(third.header("webhook-signature"), entry(&newest, &third));
    let shown = hooks(&app, Method::GET, &at(&made, ""), None).await.json();
    assert!(shown.get("secret").is_none(), "WHK-04: a secret is shown once");
}

#[tokio::test]
async fn whk_08_both_schemes_sign_where_both_are_asked_for() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let wish = json!({ "types": ["decision.recorded"], "signature": ["v1", "v1a"], "format": "json" });
    let made = endpoint(&app, &receiver, &wish).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    let message = receiver.first(1).await.remove(0);
    assert_eq!(message.header("content-type"), "application/json");
    let entries: Vec<&str> = message.header("webhook-signature").split(' ').collect();
    assert_eq!(entries[0], entry(&secret(&made), &message));
    let key = hooks(&app, Method::GET, &at(&made, "/public-key"), None).await;
    let key = key.expect_status(200).json();
    let public = STANDARD
        .decode(key["whpk"].as_str().unwrap().strip_prefix("whpk_").unwrap())
        .unwrap();
    let signature = STANDARD.decode(entries[1].strip_prefix("v1a,").unwrap()).unwrap();
    let signed = [
        message.header("webhook-id").as_bytes(),
        b".",
        message.header("webhook-timestamp").as_bytes(),
        b".",
        &message.body,
    ]
    .concat();
    let key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, public);
    key.verify(&signed, &signature).unwrap();
}

#[tokio::test]
async fn each_filter_lets_through_what_fits_and_nothing_else() {
    let app = TestApp::start().await;
    let cells = [
        ("type", json!({ "types": ["grant.*"] })),
        (
            "definition",
            json!({ "types": ["consent.granted"], "filters": { "definition": ["accounts:balance"] } }),
        ),
        (
            "door",
            json!({ "types": ["consent.*"], "filters": { "door": ["records"] } }),
        ),
        (
            "audience",
            json!({ "types": ["consent.*"], "filters": { "audience": ["moneytrack"] } }),
        ),
        (
            "client",
            json!({ "types": ["consent.granted"], "filters": { "client": ["moneytrack"] } }),
        ),
        ("nothing", json!({ "types": ["key.retired"] })),
    ];
    let mut receivers = Vec::new();
    for (name, wish) in &cells {
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &receiver, wish).await;
        receivers.push((*name, receiver, made));
    }
    let all = Receiver::start().await;
    let _all = endpoint(&app, &all, &json!({ "order": "strict" })).await;
    let outbound = app.outbound();
    connect(&app, "ada").await;
    record(&app, "ben", "newsletter").await;
    // What comes last in the log has been looked at by all when it came to the one that takes everything, in order.
    let came = all.first(7).await;
    assert!(kinds(&came).len() >= 7);
    for (name, receiver, made) in &receivers {
        until_status(&app, made, "waiting", 0).await;
        let expected: &[&str] = match *name {
            "type" => &["grant.created"],
            "definition" => &["consent.granted"],
            "door" => &["consent.granted"],
            "audience" | "client" => &["consent.granted"; 4],
            _ => &[],
        };
        let came = receiver.first(expected.len()).await;
        assert_eq!(kinds(&came), expected, "{name}");
    }
    outbound.stop().await;
}

#[tokio::test]
async fn messages_about_one_person_come_one_after_the_other() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|_| consentry_testkit::Reply {
        delay: std::time::Duration::from_millis(20),
        ..Default::default()
    })
    .await;
    let made = endpoint(&app, &receiver, &json!({ "types": ["consent.granted"] })).await;
    for nth in 0..5 {
        record(&app, "ada", &format!("audience {nth}")).await;
        record(&app, "ben", &format!("audience {nth}")).await;
    }
    let _outbound = app.outbound();
    let all = receiver.first(10).await;
    let mut of_person: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for message in &all {
        let event = message.json();
        let person = event["partitionkey"].as_str().unwrap().to_owned();
        of_person
            .entry(person)
            .or_default()
            .push(event["sequence"].as_str().unwrap().to_owned());
    }
    assert_eq!(of_person.len(), 2);
    for numbers in of_person.values() {
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(numbers.len(), 5);
    }
    until_status(&app, &made, "delivered", 10).await;
}

#[tokio::test]
async fn a_test_is_sent_at_once_and_answered_with_what_became_of_it() {
    let app = TestApp::start().await;
    let receiver = Receiver::answering(|message| consentry_testkit::Reply {
        status: if message.nth == 0 { 200 } else { 500 },
        body: "thank you".to_owned(),
        ..Default::default()
    })
    .await;
    let made = endpoint(&app, &receiver, &json!({})).await;
    let _outbound = app.outbound();
    let tested = hooks(&app, Method::POST, &at(&made, "/test"), None).await;
    let tested = tested.expect_status(200).json();
    assert_eq!(tested["status"], "delivered");
    assert_eq!(tested["type"], "consentry.endpoint.ping");
    assert_eq!(tested["attempts"][0]["status"], 200);
    assert_eq!(tested["attempts"][0]["answer"], "thank you");
    let message = receiver.first(1).await.remove(0);
    assert_eq!(message.kind(), "endpoint.ping");
    assert_eq!(
        message.header("webhook-signature"),
        entry(&secret(&made), &message)
    );
    let failed = hooks(&app, Method::POST, &at(&made, "/test"), None).await;
    assert_eq!(
        failed.expect_status(200).json()["status"],
        "parked",
        "a test is tried once"
    );
}

#[tokio::test]
async fn a_replay_sends_what_was_recorded_again_under_the_same_ids() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    record(&app, "ada", "before").await;
    app.pass(100);
    let from = app.now();
    record(&app, "ada", "one").await;
    record(&app, "ben", "two").await;
    app.pass(100);
    let to = app.now();
    app.pass(100);
    record(&app, "ben", "after").await;
    let made = endpoint(&app, &receiver, &json!({})).await;
    let _outbound = app.outbound();
    let wish = json!({ "from": from, "to": to, "types": ["decision.recorded"] });
    for round in 1..=2 {
        let asked = hooks(&app, Method::POST, &at(&made, "/replay"), Some(&wish)).await;
        let _accepted = asked.expect_status(202);
        let came = receiver.first(2 * round).await;
        assert!(kinds(&came).iter().all(|kind| kind == "decision.recorded"));
    }
    until_status(&app, &made, "delivered", 4).await;
    let came = receiver.all();
    let ids: Vec<_> = came.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!(ids.len(), 4);
    let mut once = [ids[0], ids[1]];
    let mut twice = [ids[2], ids[3]];
    once.sort_unstable();
    twice.sort_unstable();
    assert_eq!(once, twice);
    let one = deliveries(&app, &made, "?limit=1").await.remove(0);
    let again = format!("/deliveries/{}/retry", one["id"].as_str().unwrap());
    let _accepted = hooks(&app, Method::POST, &again, None).await.expect_status(202);
    let fifth = receiver.first(5).await.remove(4);
    assert_eq!(fifth.header("webhook-id"), one["webhook_id"].as_str().unwrap());
    assert_eq!(fifth.header("consentry-attempt"), "2");
}

#[tokio::test]
async fn evt_15_what_was_imported_is_in_the_log_and_in_no_message() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({ "order": "strict" })).await;
    let didomi = Receiver::start().await;
    let _didomi = endpoint(&app, &didomi, &json!({ "format": "didomi" })).await;
    let outbound = app.outbound();
    let tenant = app.tenant();
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    let whose = ImportedIdentity {
        text: "ada".to_owned(),
        dn: None,
    };
    let imported = ImportedRecord {
        id: "3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10".parse().unwrap(),
        subject: whose.clone(),
        actor: Some(whose),
        wish: RecordWish {
            status: RecordStatus::from_name(&tenant.tenant.records, "accepted").unwrap(),
            definition: "share-my-email".to_owned(),
            version: Some("1.0".parse().unwrap()),
            locale: Some("en-GB".to_owned()),
            audience: Some("old shop".to_owned()),
            collaborators: Vec::new(),
            title_text: None,
            data_text: None,
            purpose_text: None,
            data: None,
            consent_context: None,
            actions: None,
        },
        created_at: app.now(),
        updated_at: app.now(),
    };
    let done = app.ledger.import_records(&tenant, &permit, &[imported]).await;
    assert_eq!(*done[0].as_ref().unwrap(), Imported::Added);
    record(&app, "ben", "new shop").await;
    let came = receiver.first(2).await;
    assert_eq!(
        kinds(&came),
        ["decision.recorded", "consent.granted"],
        "in the order of the log, in which the import comes first"
    );
    assert!(
        came.iter()
            .all(|message| message.json()["data"].get("imported").is_none())
    );
    let _user = didomi.first(2).await;
    until_status(&app, &made, "waiting", 0).await;
    outbound.stop().await;
    assert_eq!((receiver.all().len(), didomi.all().len()), (2, 2));
    let client = &app.bank.first_party;
    let log = app
        .request(
            Method::GET,
            "/events/v1/events?from=earliest&limit=500&types=consent.imported",
        )
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    let events = log.expect_status(200).json()["events"].clone();
    assert_eq!(events.as_array().unwrap().len(), 1);
    assert_eq!(events[0]["data"]["imported"], true);
}
