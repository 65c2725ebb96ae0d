//! The matrix (architecture 3.2): given here, seen there, taken back there, with every pair of doors. A later door adds a row and a
//! column, not a new test.

use std::collections::BTreeMap;

use consentry_domain::{
    Actions, Lifetime,
    client::StoredSecret,
    credential::{ApiCredential, Opens},
    definition::{Choice, Definition, DefinitionKind},
};
use consentry_ledger::{opaque, provision::Entry};
use consentry_testkit::{TestApp, Tokens};
use http::Method;
use serde_json::{Value, json};

/// Scope of all connections here, `openid` first.
pub(crate) const SCOPE: &str = "openid offline_access accounts:balance accounts:transactions";

/// Doors at which consent toward a third party can be taken back as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TakenBack {
    /// The customer stops sharing in the frame.
    Dashboard,
    /// The person's own back end deletes it at the consents API.
    Authorization,
    /// A back end patches the record of the scope that nothing works without.
    Records,
    /// A back end deletes that record.
    RecordsDeleted,
    /// The first party switches the client off (TPA-CL-06).
    ClientDisabled,
    /// The first party removes the client.
    ClientRemoved,
    /// The purpose above all of it is switched off at the preferences door.
    Preferences,
    /// Nobody does anything: its time is over.
    Time,
}

pub(crate) const WAYS: [TakenBack; 8] = [
    TakenBack::Dashboard,
    TakenBack::Authorization,
    TakenBack::Records,
    TakenBack::RecordsDeleted,
    TakenBack::ClientDisabled,
    TakenBack::ClientRemoved,
    TakenBack::Preferences,
    TakenBack::Time,
];

/// What every door says about Ada and Moneytrack.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    records: Vec<(String, String)>,
    listed: Vec<String>,
    pub(crate) introspected: Option<String>,
    userinfo: u16,
    refreshed: Option<String>,
    connected: bool,
    usable: Vec<String>,
}

/// What the event stream tells from a cursor on, each type with how often; and the cursor behind it. The first cursor is empty: nothing
/// is told.
async fn told(app: &TestApp, cursor: &str) -> (BTreeMap<String, usize>, String) {
    let client = &app.bank.first_party;
    let from = if cursor.is_empty() {
        "from=latest".to_owned()
    } else {
        format!("cursor={cursor}")
    };
    let page = app
        .request(Method::GET, &format!("/events/v1/events?limit=500&{from}"))
        .basic(&client.client_id, &client.client_secret);
    let page = page.send().await.expect_status(200).json();
    let mut told = BTreeMap::new();
    for event in page["events"].as_array().unwrap() {
        *told
            .entry(text(&event["type"]).replace("consentry.", ""))
            .or_default() += 1;
    }
    (told, text(&page["next_cursor"]))
}

fn counted(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let entries = expected.iter();
    entries
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

async fn record_of(app: &TestApp, definition: &str) -> Value {
    let records = app.records_of("ada").await;
    records
        .into_iter()
        .rfind(|record| record["definition"]["id"] == definition)
        .unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A purpose above every scope of a connection.
const SHARING: &str = "sharing";

/// Puts all scopes below one purpose.
pub(crate) async fn with_purpose(app: &TestApp) {
    let definition = |key: &str, kind, parent: Option<&str>| {
        Entry::Definition(Definition {
            key: key.parse().unwrap(),
            kind,
            display_name: None,
            description: None,
            parameters: Vec::new(),
            parent: parent.map(|parent| parent.parse().unwrap()),
            lifetime: None,
            actions: Actions::default(),
            choice: Choice::default(),
        })
    };
    let mut entries = vec![definition(SHARING, DefinitionKind::Purpose, None)];
    for scope in SCOPE.split(' ') {
        let kind = if scope.starts_with("accounts:") {
            DefinitionKind::Scope
        } else {
            DefinitionKind::Protocol
        };
        entries.push(definition(scope, kind, Some(SHARING)));
    }
    app.provision(&entries).await;
}

/// A session of a back end at the preferences door.
pub(crate) async fn session(app: &TestApp) -> String {
    let (key, secret) = (
        "matrix-preferences-key",
        "a secret of a machine that nobody guesses",
    );
    app.provision(&[Entry::ApiCredential(ApiCredential {
        sealed: None,
        client_id: key.to_owned(),
        secrets: vec![StoredSecret {
            sha256: opaque::hash_text(secret),
            expires_at: None,
        }],
        enabled: true,
        opens: Opens::Preferences,
    })])
    .await;
    let body = json!({ "type": "api-key", "key": key, "secret": secret });
    let opened = app.request(Method::POST, "/sessions").json(&body).send().await;
    text(&opened.expect_status(200).json()["access_token"])
}

pub(crate) async fn take_back(app: &TestApp, way: TakenBack) {
    match way {
        TakenBack::Dashboard => {
            let _page = app.stop_sharing("ada").await.expect_status(200);
        }
        TakenBack::Authorization => {
            let token = app.own_token(&app.bank.first_party).await;
            let user = &app.bank.customers[0].user_id;
            let path = format!("/cis/v1/consents/clients/moneytrack/users/{user}");
            let _answer = app
                .request(Method::DELETE, &path)
                .bearer(&token)
                .send()
                .await
                .expect_status(200);
        }
        TakenBack::Records => {
            let record = record_of(app, "openid").await;
            let path = format!("/consents/{}", record["id"].as_str().unwrap());
            let _answer = app
                .records(Method::PATCH, &path, Some(&json!({ "status": "revoked" })))
                .await
                .expect_status(200);
        }
        TakenBack::RecordsDeleted => {
            let record = record_of(app, "openid").await;
            let path = format!("/consents/{}", record["id"].as_str().unwrap());
            let _answer = app.records(Method::DELETE, &path, None).await.expect_status(204);
        }
        TakenBack::ClientDisabled => {
            let token = app.own_token(&app.bank.first_party).await;
            let off = app
                .request(Method::PUT, "/cis/v1/clients/moneytrack")
                .bearer(&token)
                .json(&json!({ "enabled": false }));
            let _answer = off.send().await.expect_status(200);
        }
        TakenBack::ClientRemoved => {
            let token = app.own_token(&app.bank.first_party).await;
            let gone = app.request(Method::DELETE, "/cis/v1/clients/moneytrack");
            let _answer = gone.bearer(&token).send().await.expect_status(204);
        }
        TakenBack::Preferences => {
            let session = session(app).await;
            let event = json!({
                "user": { "organization_user_id": app.bank.customers[0].customer_id },
                "consents": { "purposes": [{ "id": SHARING, "enabled": false }] },
            });
            let off = app.request(Method::POST, "/consents/events?organization_id=harbor");
            let _answer = off.bearer(&session).json(&event).send().await.expect_status(200);
        }
        TakenBack::Time => app.clock.advance(Lifetime::days(30)),
    }
}

pub(crate) async fn look(app: &TestApp, tokens: &Tokens) -> Seen {
    let records = app.records_of("ada").await;
    // Records of one commit have one time, so their order among themselves says nothing.
    let mut records: Vec<(String, String)> = records
        .iter()
        .filter(|record| record["audience"] == "moneytrack")
        .map(|record| (text(&record["definition"]["id"]), text(&record["status"])))
        .collect();
    records.sort();
    let token = app.own_token(&app.bank.first_party).await;
    let listed = app
        .request(Method::GET, "/cis/v1/consents?status=all")
        .bearer(&token)
        .send()
        .await;
    let listed = listed.expect_status(200).json();
    let introspected = app.introspect(&tokens.access).await;
    let refreshed = app
        .refresh(&app.bank.third_party, tokens.refresh.as_deref().unwrap())
        .await;
    Seen {
        records,
        listed: listed["result"]
            .as_array()
            .unwrap()
            .iter()
            .map(|consent| text(&consent["status"]))
            .collect(),
        introspected: introspected["scope"].as_str().map(str::to_owned),
        userinfo: app.userinfo(&tokens.access).await,
        refreshed: (refreshed.status() == 200).then(|| text(&refreshed.json()["scope"])),
        connected: app
            .open_dashboard("ada")
            .await
            .expect_status(200)
            .text()
            .contains("action=\"/embed/stop\""),
        usable: app
            .usable("ada", "moneytrack", &SCOPE.split(' ').collect::<Vec<_>>())
            .await,
    }
}

pub(crate) fn standing(scope: &str) -> Seen {
    let mut records: Vec<_> = scope
        .split(' ')
        .map(|value| (value.to_owned(), "accepted".to_owned()))
        .collect();
    records.sort();
    Seen {
        records,
        listed: vec!["active".to_owned()],
        introspected: Some(scope.to_owned()),
        userinfo: 200,
        refreshed: Some(scope.to_owned()),
        connected: true,
        usable: scope.split(' ').map(str::to_owned).collect(),
    }
}

#[tokio::test]
async fn given_at_the_authorization_door_seen_at_every_door() {
    let app = TestApp::start().await;
    let (_, before) = told(&app, "").await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let once = counted(&[
        ("decision.recorded", 1),
        ("consent.granted", 4),
        ("grant.created", 1),
    ]);
    assert_eq!(told(&app, &before).await.0, once);
    assert_eq!(look(&app, &tokens).await, standing(SCOPE));
}

#[tokio::test]
async fn taken_back_at_any_door_gone_at_every_door() {
    for way in WAYS {
        let app = TestApp::start().await;
        with_purpose(&app).await;
        let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
        let (_, before) = told(&app, "").await;
        take_back(&app, way).await;
        let ended = [
            ("decision.recorded", 1),
            ("consent.revoked", 4),
            ("grant.ended", 1),
        ];
        let mut once = match way {
            TakenBack::Time => counted(&[]),
            _ => counted(&ended),
        };
        let also: &[&str] = match way {
            TakenBack::RecordsDeleted => &["decision.deleted"],
            // It is the only client of its party.
            TakenBack::ClientDisabled => &["client.changed", "party.suspended"],
            TakenBack::ClientRemoved => &["client.deleted", "party.suspended"],
            TakenBack::Preferences => &["consent.denied"],
            _ => &[],
        };
        once.extend(also.iter().map(|name| ((*name).to_owned(), 1)));
        let (heard, after) = told(&app, &before).await;
        assert_eq!(heard, once, "{way:?}");
        let seen = look(&app, &tokens).await;
        assert_eq!(
            told(&app, &after).await.0,
            counted(&[]),
            "{way:?}: looking decides nothing"
        );
        let gone = if matches!(way, TakenBack::RecordsDeleted) {
            3
        } else {
            4
        };
        assert_eq!(seen.records.len(), gone, "{way:?}");
        assert!(
            seen.records.iter().all(|(_, status)| status == "revoked"),
            "{way:?}: {:?}",
            seen.records
        );
        let status = if matches!(way, TakenBack::Time) {
            "expired"
        } else {
            "revoked"
        };
        assert_eq!(seen.listed, [status], "{way:?}");
        assert_eq!(seen.introspected, None, "{way:?}");
        assert_eq!(seen.userinfo, 401, "{way:?}");
        assert_eq!(seen.refreshed, None, "{way:?}");
        assert!(!seen.connected, "{way:?}");
        assert_eq!(seen.usable, Vec::<String>::new(), "{way:?}");
    }
}

#[tokio::test]
async fn narrowed_at_any_door_narrower_at_every_door() {
    for way in [Narrowed::Records, Narrowed::Dashboard] {
        let app = TestApp::start().await;
        let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
        let (_, before) = told(&app, "").await;
        narrow(&app, way).await;
        let once = counted(&[
            ("decision.recorded", 1),
            ("consent.revoked", 1),
            ("grant.changed", 1),
        ]);
        assert_eq!(told(&app, &before).await.0, once, "{way:?}");
        let narrower = "openid offline_access accounts:balance";
        let seen = look(&app, &tokens).await;
        for (definition, status) in &seen.records {
            assert_eq!(
                status == "revoked",
                definition == "accounts:transactions",
                "{definition} {way:?}"
            );
        }
        assert_eq!(seen.listed, ["active"], "{way:?}");
        assert_eq!(seen.introspected.as_deref(), Some(narrower), "{way:?}");
        assert_eq!(seen.refreshed.as_deref(), Some(narrower), "{way:?}");
        assert!(seen.connected, "{way:?}");
        assert_eq!(seen.usable.join(" "), narrower, "{way:?}");
    }
}

/// Doors at which a part can be taken back.
#[derive(Debug, Clone, Copy)]
enum Narrowed {
    /// A back end patches the record of one scope.
    Records,
    /// The customer takes the tick off in the frame.
    Dashboard,
}

/// Takes the transactions back and leaves the rest.
async fn narrow(app: &TestApp, way: Narrowed) {
    match way {
        Narrowed::Records => {
            let record = record_of(app, "accounts:transactions").await;
            let path = format!("/consents/{}", record["id"].as_str().unwrap());
            let patch = json!({ "status": "revoked" });
            let _answer = app
                .records(Method::PATCH, &path, Some(&patch))
                .await
                .expect_status(200);
        }
        Narrowed::Dashboard => {
            let listed = app.open_dashboard("ada").await.expect_status(200);
            let (session, id) = (listed.field("session").unwrap(), listed.field("id").unwrap());
            let at = [("session", session.as_str()), ("id", id.as_str())];
            let form = app.post_embedded("/embed/clusters", &at).await.expect_status(200);
            let version = form.field("version").unwrap();
            let kept = [("version", version.as_str()), ("data", "accounts:balance")];
            let fields = [at.as_slice(), kept.as_slice()].concat();
            let _answer = app
                .post_embedded("/embed/clusters/save", &fields)
                .await
                .expect_status(200);
        }
    }
}

/// A back end writes an answer of Ada toward an app; gives the path of the record.
async fn written(app: &TestApp, definition: &str, audience: &str, status: &str) -> String {
    let version = if definition == "accounts:balance" {
        "2.0"
    } else {
        "1.0"
    };
    let record = json!({
        "status": status, "subject": "ada", "actor": "ada", "audience": audience,
        "definition": { "id": definition, "version": version, "locale": "en-GB" },
    });
    let made = app.records(Method::POST, "/consents", Some(&record)).await;
    let made = made.expect_status(201).json();
    format!("/consents/{}", text(&made["id"]))
}

/// What the consents API says is shared with Moneytrack, and what Moneytrack's page of the dashboard does.
async fn shared(app: &TestApp) -> (String, String) {
    let token = app.own_token(&app.bank.first_party).await;
    let listed = app.request(Method::GET, "/cis/v1/consents").bearer(&token).send();
    let listed = listed.await.expect_status(200).json();
    let list = app.open_dashboard("ada").await;
    let session = list.field("session").unwrap();
    let id = list.field("id").unwrap_or_default();
    let fields = [("session", session.as_str()), ("id", id.as_str())];
    let page = app.post_embedded("/embed/connection", &fields).await;
    let shared = page.text().split("No longer shared").next().unwrap();
    (text(&listed["result"][0]["scope"]), shared.to_owned())
}

#[tokio::test]
async fn denied_by_a_newer_record_refused_at_once_at_every_door() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let record = written(&app, "accounts:balance", "moneytrack", "denied").await;
    let narrower = "openid offline_access accounts:transactions";
    assert_eq!(app.introspect(&tokens.access).await["scope"], narrower);
    let (listed, page) = shared(&app).await;
    assert_eq!(listed, narrower);
    assert!(!page.contains("Account balance"), "{page}");
    let _yes = app
        .records(Method::PATCH, &record, Some(&json!({ "status": "accepted" })))
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&tokens.access).await["scope"], SCOPE);
    let (listed, page) = shared(&app).await;
    assert_eq!(listed, SCOPE);
    assert!(page.contains("Account balance"), "{page}");
}

#[tokio::test]
async fn openid_denied_by_a_newer_record_ends_the_connection_for_good_at_every_door() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let record = written(&app, "openid", "moneytrack", "denied").await;
    let _yes = app
        .records(Method::PATCH, &record, Some(&json!({ "status": "accepted" })))
        .await
        .expect_status(200);
    let seen = look(&app, &tokens).await;
    assert_eq!(seen.listed, ["revoked"]);
    assert_eq!((seen.introspected, seen.userinfo), (None, 401));
    assert_eq!(seen.refreshed, None);
    assert!(!seen.connected);
}

#[tokio::test]
async fn a_record_that_the_persons_own_answer_overtook_changes_nothing_any_more() {
    for after in ["revoked", "denied", "pending"] {
        let app = TestApp::start().await;
        let older = written(&app, "openid", "moneytrack", "accepted").await;
        app.pass(1);
        let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
        let _changed = app
            .records(Method::PATCH, &older, Some(&json!({ "status": after })))
            .await
            .expect_status(200);
        assert_eq!(app.introspect(&tokens.access).await["scope"], SCOPE, "{after}");
        let _deleted = app.records(Method::DELETE, &older, None).await.expect_status(204);
        assert_eq!(look(&app, &tokens).await, standing(SCOPE), "{after}");
    }
}

#[tokio::test]
async fn stopping_takes_back_what_a_back_end_wrote_over_the_connection() {
    let app = TestApp::start().await;
    let _tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let _over = written(&app, "accounts:balance", "moneytrack", "accepted").await;
    take_back(&app, TakenBack::Dashboard).await;
    let records = app.records_of("ada").await;
    assert_eq!(records.len(), 5);
    assert!(
        records.iter().all(|record| record["status"] == "revoked"),
        "{records:?}"
    );
}

#[tokio::test]
async fn what_is_written_about_the_banks_own_app_ends_none_of_its_tokens() {
    let app = TestApp::start().await;
    let client = &app.bank.first_party;
    let outside = "http://127.0.0.1:9999/callback";
    let more = [("redirect_uri", outside), ("prompt", "")];
    let request = app.authorization(client, "openid", &more);
    let back = app.reach_question(&app.browser(), "ada", &request).await;
    let code = back.expect_status(303).location_parameter("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", outside),
        ("code_verifier", consentry_testkit::VERIFIER),
    ];
    let own = consentry_testkit::tokens(&app.ask_token(client, &fields).await.expect_status(200));
    let record = written(&app, "openid", "harbor-app", "accepted").await;
    let _revoked = app
        .records(Method::PATCH, &record, Some(&json!({ "status": "revoked" })))
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&own.access).await["active"], true);
    assert_eq!(app.userinfo(&own.access).await, 200);
}

#[tokio::test]
async fn another_customer_and_another_app_are_left_alone() {
    let app = TestApp::start().await;
    let ada = app.connect(&app.browser(), "ada", SCOPE).await;
    let ben = app.connect(&app.browser(), "ben", SCOPE).await;
    take_back(&app, TakenBack::Dashboard).await;
    assert_eq!(app.introspect(&ada.access).await["active"], false);
    assert_eq!(app.introspect(&ben.access).await["active"], true);
    assert!(
        app.open_dashboard("ben")
            .await
            .text()
            .contains("action=\"/embed/stop\"")
    );
}

#[tokio::test]
async fn ended_one_microsecond_before_its_time_it_still_counts() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let granted = app.now();
    app.clock.set(granted.plus(Lifetime::days(30)));
    app.clock.advance_micros(-1);
    assert_eq!(record_of(&app, "accounts:balance").await["status"], "accepted");
    app.clock.advance_micros(1);
    assert_eq!(record_of(&app, "accounts:balance").await["status"], "revoked");
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
}
