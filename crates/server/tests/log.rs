//! What the log of the whole house never holds, at every level, while people and machines walk through all doors. A program of its own,
//! because what is logged is a setting of the whole process.

use std::collections::BTreeSet;

use consentry_testkit::{CapturedLog, FULL_SCOPE, TestApp};
use http::Method;
use serde_json::{Value, json};

/// Shorter texts than this stand in a log by chance.
const TELLING: usize = 12;

/// What of a value is a secret or names somebody, by the names of its members.
fn gather(value: &Value, into: &mut BTreeSet<String>) {
    const MEMBERS: [&str; 10] = [
        "password",
        "client_secret",
        "shared_secret",
        "dn",
        "customer_id",
        "access_token",
        "refresh_token",
        "id_token",
        "jwt",
        "mail",
    ];
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if let (true, Some(text)) = (MEMBERS.contains(&name.as_str()), value.as_str()) {
                    into.insert(text.to_owned());
                }
                gather(value, into);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| gather(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn nothing_that_is_logged_holds_a_secret_or_names_a_person() {
    let lines = CapturedLog::start();
    let app = TestApp::start().await;
    let mut forbidden = BTreeSet::new();
    gather(&serde_json::to_value(&app.bank).unwrap(), &mut forbidden);

    let browser = app.browser();
    let connected = app.connect(&browser, "ada", FULL_SCOPE).await;
    let _introspected = app.introspect(&connected.access).await;
    let _told = app.userinfo(&connected.access).await;
    let refresh = connected.refresh.clone().unwrap();
    let refreshed = app.refresh(&app.bank.third_party, &refresh).await.json();
    gather(&refreshed, &mut forbidden);
    // What comes back twice is told with the greatest care.
    let _reused = app.refresh(&app.bank.third_party, &refresh).await;
    forbidden.extend([connected.access.clone(), refresh]);
    forbidden.extend(connected.id.clone());

    let own = app.own_token(&app.bank.admin).await;
    let _listed = app
        .request(Method::GET, "/admin/v1/accounts")
        .bearer(&own)
        .send()
        .await;
    forbidden.insert(own);

    let body = json!({
        "status": "accepted", "subject": "ada", "actor": "ada",
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        "data": { "email": "ada.lovelace@example.org" },
    });
    let _made = app.records(Method::POST, "/consents", Some(&body)).await;
    let _broken = app
        .records(
            Method::POST,
            "/consents",
            Some(&json!({ "status": "written-status-1" })),
        )
        .await;
    let _guessed = app
        .request(Method::GET, "/consent/v1/consents")
        .basic("ada", "guessed-password-of-ada")
        .send()
        .await;
    let _token = app
        .request(Method::GET, "/consent/v1/consents")
        .bearer("guessed-token-of-nobody")
        .send()
        .await;
    forbidden.extend(
        [
            "ada.lovelace@example.org",
            "written-status-1",
            "guessed-password-of-ada",
            "guessed-token-of-nobody",
        ]
        .map(str::to_owned),
    );

    let customer = app.bank.customers[0].customer_id.clone();
    let ticket = app.ticket(&customer).await.expect_status(200).json();
    gather(&ticket, &mut forbidden);
    let _page = app.open_dashboard("ada").await;
    let _stopped = app.stop_sharing("ada").await;

    let key = json!({ "type": "api-key", "key": app.bank.preferences.client_id, "secret": app.bank.preferences.client_secret });
    let session = app
        .request(Method::POST, "/sessions")
        .json(&key)
        .send()
        .await
        .expect_status(200)
        .json();
    gather(&session, &mut forbidden);
    let token = app
        .request(
            Method::POST,
            &format!("/consents/tokens?organization_id={}", app.bank.tenant),
        )
        .bearer(session["access_token"].as_str().unwrap())
        .json(&json!({ "organization_user_id": "customer-of-the-newsletter-7" }))
        .send()
        .await;
    gather(&token.json(), &mut forbidden);
    forbidden.insert("customer-of-the-newsletter-7".to_owned());

    let log = lines.text();
    assert!(log.lines().count() > 50, "something was logged");
    assert!(log.contains("request answered"));
    forbidden.retain(|text| text.len() >= TELLING);
    assert!(forbidden.len() > 25, "{}", forbidden.len());
    for text in &forbidden {
        if let Some(line) = log.lines().find(|line| line.contains(text.as_str())) {
            panic!("{text} is in the log: {line}");
        }
    }
}
