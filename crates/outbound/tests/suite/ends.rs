//! Consents that end by themselves: told once, at one place, ahead of their end and at it.

use consentry_domain::{DefinitionKey, Lifetime};
use consentry_ledger::provision::Entry;
use consentry_testkit::{Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{as_client, at, connect, endpoint, may_keep, record_of, until};

/// Gives a definition a lifetime.
async fn lives(app: &TestApp, definition: &str, days: i64) {
    let tenant = app.tenant();
    let key = DefinitionKey::parse(definition).unwrap();
    let mut known = tenant.definitions[&key].clone();
    known.lifetime = Some(Lifetime::days(days));
    app.provision(&[Entry::Definition(known)]).await;
}

/// What was told about ends, in the order of the log.
async fn told(app: &TestApp) -> Vec<Value> {
    let client = &app.bank.first_party;
    let page = app
        .request(
            Method::GET,
            "/events/v1/events?types=consent.expired,consent.expiring",
        )
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    page.expect_status(200).json()["events"]
        .as_array()
        .unwrap()
        .clone()
}

fn cells(events: &[Value]) -> Vec<(String, String)> {
    events
        .iter()
        .map(|event| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&event["type"]).replace("consentry.consent.", ""),
                text(&event["data"]["consent"]["audience"]),
            )
        })
        .collect()
}

#[tokio::test]
async fn evt_12_ends_are_told_once_each_ahead_of_them_and_at_them() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&app, &receiver, &json!({ "types": ["consent.expired"] })).await;
    let outbound = app.outbound();
    until("the time is looked at", || async {
        app.ledger.looked_at_ends(app.tenant().id()).await.unwrap()
    })
    .await;
    let (email, newsletter) = ("for a while".to_owned(), "for long".to_owned());
    for (audience, days) in [(&email, 20), (&newsletter, 90)] {
        lives(&app, "share-my-email", days).await;
        let _record = record_of(&app, "ada", audience, "share-my-email").await;
    }
    let steps = [
        // Of twenty days nobody is told that less than thirty are left.
        (13, vec![("expiring", &email)]),
        (6, vec![("expiring", &email)]),
        (1, vec![("expired", &email)]),
        (40, vec![("expiring", &newsletter)]),
        (23, vec![("expiring", &newsletter)]),
        (6, vec![("expiring", &newsletter)]),
        (1, vec![("expired", &newsletter)]),
    ];
    let mut expected: Vec<(String, String)> = Vec::new();
    for (days, new) in steps {
        app.pass(days * 86_400);
        expected.extend(new.into_iter().map(|(kind, id)| (kind.to_owned(), id.clone())));
        until(&format!("{expected:?}"), || async {
            told(&app).await.len() == expected.len()
        })
        .await;
        assert_eq!(cells(&told(&app).await), expected);
    }
    let all = told(&app).await;
    let ended = &all[2];
    assert_eq!(ended["time"], ended["data"]["consent"]["valid_until"]);
    assert_eq!(ended["data"]["consent"]["status"], "expired");
    assert_eq!(ended["data"]["consent"]["previous_status"], "accepted");
    assert_eq!(ended["data"]["actor"]["role"], "system");
    assert_eq!(ended["data"]["channel"], "system");
    let came = receiver.first(2).await;
    assert_eq!(came.len(), 2);
    outbound.stop().await;
    let verified = app.ledger.verify(&app.tenant()).await.unwrap();
    assert!(
        matches!(verified, consentry_ledger::verify::Verdict::Sound { .. }),
        "replaying the log still gives the rows: {verified:?}"
    );
}

#[tokio::test]
async fn evt_11_what_is_revoked_does_not_expire() {
    let app = TestApp::start().await;
    lives(&app, "share-my-email", 2).await;
    let outbound = app.outbound();
    until("the time is looked at", || async {
        app.ledger.looked_at_ends(app.tenant().id()).await.unwrap()
    })
    .await;
    let revoked = record_of(&app, "ada", "newsletter", "share-my-email").await;
    let _stays = record_of(&app, "ben", "newsletter", "share-my-email").await;
    let change = json!({ "status": "revoked" });
    let _revoked = app
        .records(Method::PATCH, &revoked, Some(&change))
        .await
        .expect_status(200);
    app.pass(3 * 86_400);
    until("the end of the other is told", || async {
        !told(&app).await.is_empty()
    })
    .await;
    outbound.stop().await;
    let all = cells(&told(&app).await);
    let expired = all.iter().filter(|(kind, _)| kind == "expired").count();
    assert_eq!(expired, 1, "{all:?}");
}

#[tokio::test]
async fn evt_11_what_expired_is_not_revoked_afterwards() {
    let app = TestApp::start().await;
    lives(&app, "share-my-email", 2).await;
    let anew = record_of(&app, "ada", "newsletter", "share-my-email").await;
    let deleted = record_of(&app, "ben", "newsletter", "share-my-email").await;
    app.pass(3 * 86_400);
    let accepted = json!({ "status": "accepted" });
    let again = app.records(Method::PATCH, &anew, Some(&accepted)).await;
    let _again = again.expect_status(200);
    let gone = app.records(Method::DELETE, &deleted, None).await;
    let _gone = gone.expect_status(204);
    let client = &app.bank.first_party;
    let page = app
        .request(
            Method::GET,
            "/events/v1/events?from=earliest&types=consent.*,decision.deleted",
        )
        .basic(&client.client_id, &client.client_secret);
    let page = page.send().await.expect_status(200).json();
    let names = page["events"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "consentry.consent.granted",
            "consentry.consent.granted",
            "consentry.consent.granted",
            "consentry.decision.deleted",
        ],
        "each consent ends once"
    );
}

/// What is told of bundles, in the order of the log: type without prefix, reason, and what it is about.
async fn bundles(app: &TestApp) -> Vec<(String, Value, Value)> {
    let client = &app.bank.first_party;
    let page = app
        .request(Method::GET, "/events/v1/events?types=grant.*&limit=500")
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    let events = page.expect_status(200).json()["events"].clone();
    let cell = |event: &Value| {
        let kind = event["type"].as_str().unwrap().replace("consentry.grant.", "");
        (
            kind,
            event["data"]["reason"].clone(),
            event["data"]["grant"].clone(),
        )
    };
    events.as_array().unwrap().iter().map(cell).collect()
}

/// Lets Ada agree to Moneytrack for so many days.
async fn connected_for(app: &TestApp, days: i64) {
    let mut client = app.tenant().client("moneytrack").unwrap().as_ref().clone();
    client.consent_validity = Some(Lifetime::days(days));
    app.provision(&[Entry::Client(client)]).await;
    connect(app, "ada").await;
}

#[tokio::test]
async fn evt_12_and_dsh_c1_a_bundle_is_told_once_ahead_of_its_end_and_at_it_with_its_consents() {
    let app = TestApp::start().await;
    may_keep(&app, &app.bank.third_party.clone(), true).await;
    let (house, party) = (Receiver::start().await, Receiver::start().await);
    let _mx = endpoint(&app, &house, &json!({ "format": "mx" })).await;
    let wish = json!({ "url": party.url, "format": "fdx" });
    let made = as_client(
        &app,
        &app.bank.third_party,
        Method::POST,
        "/endpoints",
        Some(&wish),
    )
    .await;
    let made = made.expect_status(201).json();
    let _pinged = as_client(
        &app,
        &app.bank.third_party,
        Method::POST,
        &at(&made, "/test"),
        None,
    )
    .await;
    let outbound = app.outbound();
    until("the time is looked at", || async {
        app.ledger.looked_at_ends(app.tenant().id()).await.unwrap()
    })
    .await;
    connected_for(&app, 20).await;
    let mut expected = vec![("created", Value::Null)];
    for (days, new) in [
        (13, Some(("expiring", Value::Null))),
        (6, Some(("expiring", Value::Null))),
        (1, Some(("ended", json!("expired")))),
        (1, None),
    ] {
        app.pass(days * 86_400);
        expected.extend(new);
        until(&format!("{expected:?}"), || async {
            bundles(&app).await.len() == expected.len()
        })
        .await;
        let told = bundles(&app).await;
        let cells: Vec<(&str, Value)> = told
            .iter()
            .map(|(kind, reason, _)| (kind.as_str(), reason.clone()))
            .collect();
        assert_eq!(cells, expected);
    }
    let told = bundles(&app).await;
    let ended = &told[3].2;
    assert_eq!(
        (&ended["status"], &ended["previous_status"]),
        (&json!("expired"), &json!("active"))
    );
    assert_eq!(ended["scope"].as_array().unwrap().len(), 4);
    // One whose time is over is not ended a second time by whoever stops it (EVT-11).
    let _stopped = app.stop_sharing("ada").await;
    connect(&app, "ada").await;
    until("it is let in again", || async { bundles(&app).await.len() == 5 }).await;
    assert_eq!(bundles(&app).await[4].0, "created");
    let names = |came: Vec<consentry_testkit::Received>| -> Vec<String> {
        let name = |message: &consentry_testkit::Received| message.json()["type"].clone();
        came.iter()
            .map(|message| name(message).as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(house.first(5).await),
        [
            "CONSENT_INITIATED",
            "CONSENT_EXPIRING",
            "CONSENT_EXPIRING",
            "CONSENT_EXPIRED",
            "CONSENT_INITIATED"
        ]
    );
    let to_party = names(party.first(4).await);
    assert_eq!(
        to_party[1..],
        ["CONSENT_EXPIRING", "CONSENT_EXPIRING", "CONSENT_EXPIRED"],
        "{to_party:?}"
    );
    outbound.stop().await;
    let verified = app.ledger.verify(&app.tenant()).await.unwrap();
    assert!(
        matches!(verified, consentry_ledger::verify::Verdict::Sound { .. }),
        "{verified:?}"
    );
}

#[tokio::test]
async fn evt_11_a_bundle_that_was_ended_does_not_expire() {
    let app = TestApp::start().await;
    let outbound = app.outbound();
    until("the time is looked at", || async {
        app.ledger.looked_at_ends(app.tenant().id()).await.unwrap()
    })
    .await;
    connected_for(&app, 2).await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let _stays = record_of(&app, "ben", "newsletter", "share-my-email").await;
    connect(&app, "ben").await;
    app.pass(3 * 86_400);
    until("the end of the other is told", || async {
        bundles(&app).await.len() == 4
    })
    .await;
    let told = bundles(&app).await;
    let reasons: Vec<&Value> = told.iter().map(|(_, reason, _)| reason).collect();
    assert_eq!(
        reasons,
        [&Value::Null, &json!("revoked"), &Value::Null, &json!("expired")],
        "nobody hears that the end is near of what is over: {told:?}"
    );
    assert_ne!(told[3].2["id"], told[1].2["id"]);
    outbound.stop().await;
}
