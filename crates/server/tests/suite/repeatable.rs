//! Each `POST` of the house, held against what was decided about it: what may be sent again under an `Idempotency-Key`
//! (enforcement-events-evidence COM-06), and why everything else needs none.

use std::{collections::BTreeMap, fmt::Write as _};

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::route_table::site_of;

/// What was decided about a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Takes a key: carried out once.
    Keyed,
    /// Reads, and changes nothing.
    Reads,
    /// Twice is the same as once: what has ended stays as it is, and is told once.
    ByNature,
    /// Hands out a credential, or uses one up: the second one is another, the first one ends by itself, and a repetition could not be
    /// answered without the secret.
    Credential,
    /// A message of a protocol that knows no key; its request tokens and codes count once, or may be shown again.
    Protocol,
    /// A form that people send from a page, bound to a secret that is used once or to their session.
    Form,
    /// The demo's.
    Demo,
}

use Kind::{ByNature, Credential, Demo, Form, Keyed, Protocol, Reads};

/// Beginnings and ends of paths, the first that fits counts. `/v1`, `/cis` and the number of a version are not looked at.
const REVIEWED: [(&str, &str, Kind); 49] = [
    ("/demo", "", Demo),
    ("/access/v1/", "", Reads),
    ("/webhooks/v1/", "", Keyed),
    ("/admin/v1/mails/", "/retry", Keyed),
    ("/admin/v1/people/lookup", "", Reads),
    ("/admin/v1/people/", "/erasures", Keyed),
    ("/admin/v1/people/", "/holds", Keyed),
    ("/events/v1/tickets", "", Credential),
    ("/consent/v1/consents", "", Keyed),
    ("/applications/", "/clients", Keyed),
    ("/applications/", "/rotate", Keyed),
    ("/clients", "", Keyed),
    ("/consents/events", "", Keyed),
    ("/consents/users", "", Keyed),
    ("/consents/proofs", "", Keyed),
    ("/metadata/purposes", "", Keyed),
    ("/preferences", "", Keyed),
    ("/privacy-centers", "", Keyed),
    ("/widgets/deployments", "", ByNature),
    ("/widgets", "", Keyed),
    ("/secrets", "", Keyed),
    ("/auth-providers", "", Keyed),
    ("/consents/tokens", "", Credential),
    ("/consents/links", "", Credential),
    ("/sessions", "", Credential),
    ("/auth/protocols/otp/verify", "", Credential),
    ("/consents/approvals/", "", Form),
    ("/center/", "", Form),
    ("/admin/customers/jwt", "", Credential),
    ("/api/", "/token/revoke", ByNature),
    ("/api/", "/token", Credential),
    ("/embed/api/v1/session/renew", "", Credential),
    ("/embed/api/v1/exports", "", Credential),
    ("/embed/api/v1/connections/", "/renew", Keyed),
    ("/embed/api/v1/connections/", "/report", ByNature),
    ("/embed/api/v1/connections/", "revoke", ByNature),
    ("/embed/api/v1/consents/", "revoke", ByNature),
    ("/embed/", "", Form),
    ("/Consent/Revoke", "", ByNature),
    ("/Consent/Introspect", "", Reads),
    ("/Consent/Verify", "", Reads),
    ("/Consent/", "", Protocol),
    ("/portal", "", Form),
    ("/request/", "", Form),
    ("/oidc/", "", Protocol),
    ("/auth/consent/callback", "", Protocol),
    ("/consent", "", Form),
    ("/log", "", Form),
    ("/notices/", "", ByNature),
];

/// A path without what only says where it is also found.
fn plain(path: &str) -> &str {
    let path = path.strip_prefix("/cis").unwrap_or(path);
    path.strip_prefix("/v1").unwrap_or(path)
}

fn kind_of(path: &str) -> Option<Kind> {
    let path = plain(path).trim_end_matches('/');
    // The root of a center's host.
    if path.is_empty() {
        return Some(Form);
    }
    let fits = |(start, end, _): &&(&str, &str, Kind)| path.starts_with(start) && path.ends_with(end);
    REVIEWED.iter().find(fits).map(|(_, _, kind)| *kind)
}

/// Paths with `POST`, from the route table.
async fn posts(app: &TestApp) -> Vec<String> {
    let listing = site_of(app).await;
    let posts = listing.lines().filter_map(|line| line.strip_prefix("POST "));
    posts
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn com_06_every_post_was_looked_at() {
    let app = TestApp::start().await;
    let mut reviewed: BTreeMap<Kind, String> = BTreeMap::new();
    for path in posts(&app).await {
        let kind = kind_of(&path).unwrap_or_else(|| panic!("nobody decided whether POST {path} takes a key"));
        writeln!(reviewed.entry(kind).or_default(), "{path}").unwrap();
    }
    let text = reviewed.iter().fold(String::new(), |text, (kind, paths)| {
        format!("{text}{kind:?}\n{paths}\n")
    });
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn com_06_what_takes_a_key_says_so_and_nothing_else_does() {
    let app = TestApp::start().await;
    let described = app.get("/api/openapi.json").await.expect_status(200).json();
    let mut looked_at = 0;
    for path in posts(&app).await {
        let operation = &described["paths"][&path]["post"];
        if operation.is_null() {
            continue;
        }
        looked_at += 1;
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let says = parameters.iter().any(|own| own["name"] == "Idempotency-Key");
        assert_eq!(says, kind_of(&path) == Some(Keyed), "{path}");
    }
    assert!(looked_at > 20, "{looked_at}");
}

/// A session at the preferences door.
async fn session(app: &TestApp) -> String {
    use consentry_domain::{
        client::StoredSecret,
        credential::{ApiCredential, Opens},
    };
    let secret = "a secret of a machine that nobody guesses";
    let credential = consentry_ledger::provision::Entry::ApiCredential(ApiCredential {
        sealed: None,
        client_id: "machine".to_owned(),
        secrets: vec![StoredSecret {
            sha256: consentry_ledger::opaque::hash_text(secret),
            expires_at: None,
        }],
        enabled: true,
        opens: Opens::Preferences,
    });
    app.provision(&[credential]).await;
    let body = json!({ "type": "api-key", "key": "machine", "secret": secret });
    let opened = app.request(Method::POST, "/sessions").json(&body).send().await;
    opened.expect_status(200).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn post(
    app: &TestApp,
    session: &str,
    path: &str,
    key: &str,
    body: &Value,
) -> consentry_testkit::Answer {
    let request = app.request(Method::POST, &format!("{path}?organization_id=harbor"));
    let request = request.bearer(session).header("idempotency-key", key);
    request.json(body).send().await
}

#[tokio::test]
async fn com_09_what_the_preferences_door_makes_is_made_once_and_read_again() {
    let app = TestApp::start().await;
    let session = session(&app).await;
    let file = "data:application/pdf;base64,JVBERi0xLjc=";
    for (path, body) in [
        (
            "/metadata/purposes",
            json!({ "name": "News", "organization_id": "harbor" }),
        ),
        (
            "/metadata/purposes",
            json!({ "id": "newsletter", "name": "News" }),
        ),
        (
            "/preferences",
            json!({ "purpose_id": "newsletter", "values": [{ "id": "a" }], "type": "single" }),
        ),
        ("/privacy-centers", json!({ "purposes": ["newsletter"] })),
        ("/secrets", json!({ "name": "links" })),
        ("/auth-providers", json!({ "type": "otp", "is_default": true })),
        ("/consents/users", json!({ "organization_user_id": "iris" })),
        ("/consents/proofs", json!({ "file": file })),
        (
            "/consents/events",
            json!({ "user": { "organization_user_id": "iris" },
                "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } }),
        ),
        (
            "/consents/events",
            json!([{ "user": { "organization_user_id": "iris" },
                "consents": { "purposes": [{ "id": "newsletter", "enabled": false }] } }]),
        ),
    ] {
        let key = format!("k{path}{}", body.to_string().len());
        let first = post(&app, &session, path, &key, &body).await.expect_status(200);
        let again = post(&app, &session, path, &key, &body).await.expect_status(200);
        assert_eq!(first.header("idempotency-replayed"), None, "{path}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{path}");
        let (mut first, again) = (first.json(), again.json());
        if path == "/secrets" {
            let secret = first.as_object_mut().unwrap().remove("secret");
            assert!(secret.is_some() && again.get("secret").is_none(), "COM-10");
        }
        let id = |answer: &Value| answer.get("id").or(answer.pointer("/0/id")).cloned();
        assert!(
            id(&first).is_some() && id(&first) == id(&again),
            "{path} {first} {again}"
        );
        assert_eq!(first, again, "{path}");
        let other = post(&app, &session, path, &key, &json!({ "other": true })).await;
        assert_eq!(other.expect_status(422).json()["name"], "Unprocessable");
    }
    let events = app
        .request(
            Method::GET,
            "/consents/events?organization_id=harbor&organization_user_id=iris",
        )
        .bearer(&session)
        .send()
        .await;
    assert_eq!(events.expect_status(200).json()["total"], 2);
}
