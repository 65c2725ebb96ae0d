//! The row of the dataspace in the matrix (architecture 3.2): a consent to a data source is given in the dataspace, and gone at every door
//! that is asked, however it ended.

use consentry_domain::{
    Actions,
    definition::{Choice, Definition, DefinitionKind},
};
use consentry_ledger::{opaque, provision::Entry};
use consentry_testkit::{
    FULL_SCOPE,
    dataspace::{Dataspace, ISSUER, OWNER, PROFILE, contents},
};
use http::Method;
use serde_json::{Value, json};

use super::matrix::{TakenBack, session, take_back};

/// How a consent to a data source ends.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// The person stops it in the portal.
    Portal,
    /// The application gives it back.
    GivenBack,
    /// A back end patches its record.
    Record,
    /// A back end deletes its record.
    RecordDeleted,
    /// The purpose above the data source is switched off at the preferences door.
    Purpose,
    /// As for any connection.
    AsElsewhere(TakenBack),
}

const WAYS: [Way; 10] = [
    Way::Portal,
    Way::GivenBack,
    Way::Record,
    Way::RecordDeleted,
    Way::Purpose,
    Way::AsElsewhere(TakenBack::Dashboard),
    Way::AsElsewhere(TakenBack::Authorization),
    Way::AsElsewhere(TakenBack::ClientDisabled),
    Way::AsElsewhere(TakenBack::ClientRemoved),
    Way::AsElsewhere(TakenBack::Time),
];

/// The purpose above the data source.
const SHARING: &str = "filling-in-forms";

/// What every door says.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// `POST /Consent/GetToken`; the status where the application is not answered any more.
    given: String,
    verified: bool,
    introspected: bool,
    in_the_feed: bool,
    in_the_portal: bool,
    connected: bool,
    record: Option<String>,
    usable: bool,
    listed: Vec<String>,
}

async fn with_purpose(world: &Dataspace) {
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
    let entries = [
        definition(SHARING, DefinitionKind::Purpose, None),
        definition(PROFILE, DefinitionKind::Source, Some(SHARING)),
    ];
    world.app.provision(&entries).await;
}

async fn record(world: &Dataspace) -> Option<Value> {
    let records = world.app.records_of("ada").await;
    records
        .into_iter()
        .find(|record| record["definition"]["id"] == PROFILE)
}

async fn end(world: &Dataspace, way: Way, tid: &str) {
    let app = &world.app;
    match way {
        Way::Portal => {
            let browser = app.browser();
            world.log_in(&browser, "ada").await;
            let portal = browser.open("/portal").await.expect_status(200);
            let form = portal.field("token").unwrap();
            let fields = [("token", form.as_str()), ("consent", tid), ("decision", "stop")];
            let _done = browser.submit("/portal", &fields).await.expect_status(303);
        }
        Way::GivenBack => {
            let body = json!({ "dataSource": PROFILE });
            let _done = world.ask("/Consent/Revoke", &body).await.expect_status(200);
        }
        Way::Record | Way::RecordDeleted => {
            let record = record(world).await.unwrap();
            let path = format!("/consents/{}", record["id"].as_str().unwrap());
            let patch = json!({ "status": "revoked" });
            let _done = match way {
                Way::Record => app
                    .records(Method::PATCH, &path, Some(&patch))
                    .await
                    .expect_status(200),
                _ => app.records(Method::DELETE, &path, None).await.expect_status(204),
            };
        }
        Way::Purpose => {
            let session = session(app).await;
            let event = json!({
                "user": { "organization_user_id": app.bank.customers[0].customer_id },
                "consents": { "purposes": [{ "id": SHARING, "enabled": false }] },
            });
            let off = app.request(Method::POST, "/consents/events?organization_id=harbor");
            let _done = off.bearer(&session).json(&event).send().await.expect_status(200);
        }
        Way::AsElsewhere(way) => take_back(app, way).await,
    }
}

async fn look(world: &Dataspace, id_token: &str, token: &str) -> Seen {
    let app = &world.app;
    let body = json!({ "dataSource": PROFILE });
    let given = world.ask("/Consent/GetToken", &body).await;
    let verified = app
        .request(Method::POST, "/Consent/Verify")
        .bearer(id_token)
        .header("x-consent-token", token)
        .json(&body);
    let verified = verified.send().await.expect_status(200).json();
    let now = app.now().as_seconds();
    let statement = json!({ "iss": OWNER, "aud": ISSUER, "dsi": PROFILE, "iat": now, "exp": now + 60 });
    let introspected = app
        .request(Method::POST, "/Consent/Introspect")
        .header("x-consent-verifier-token", &world.party.sign(&statement))
        .json(&json!({ "consentToken": token, "dataSource": PROFILE }));
    let introspected = introspected.send().await.expect_status(200).json();
    let feed = app.get("/.well-known/dataspace/consent-revocations.jwt").await;
    let tid = contents(token).0["tid"].as_str().unwrap().to_owned();
    let hash = opaque::base64url(opaque::hash(tid.as_bytes()).as_bytes());
    let browser = app.browser();
    world.log_in(&browser, "ada").await;
    let portal = browser.open("/portal").await.expect_status(200);
    let own = app.own_token(&app.bank.first_party).await;
    let listed = app
        .request(Method::GET, "/cis/v1/consents?status=all")
        .bearer(&own);
    let listed = listed.send().await.expect_status(200).json();
    Seen {
        given: given.json()["type"].as_str().unwrap().to_owned(),
        verified: verified["verified"].as_bool().unwrap(),
        introspected: introspected["active"].as_bool().unwrap(),
        in_the_feed: contents(feed.text()).1["revoked"]
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["h"] == hash),
        in_the_portal: portal.text().contains(&format!("value=\"{tid}\"")),
        connected: app
            .open_dashboard("ada")
            .await
            .expect_status(200)
            .text()
            .contains("action=\"/embed/stop\""),
        record: record(world)
            .await
            .map(|record| record["status"].as_str().unwrap().to_owned()),
        usable: !app.usable("ada", world.client(), &[PROFILE]).await.is_empty(),
        listed: listed["result"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["scope"] == PROFILE)
            .map(|one| one["status"].as_str().unwrap().to_owned())
            .collect(),
    }
}

#[tokio::test]
async fn given_in_the_dataspace_and_ended_at_any_door_gone_at_every_door() {
    for way in WAYS {
        let world = Dataspace::start().await;
        with_purpose(&world).await;
        let browser = world.app.browser();
        let tokens = world.app.connect(&browser, "ada", FULL_SCOPE).await;
        let id_token = tokens.id.unwrap();
        // The connection by which it came ends, so that the data source is all that is shared.
        let _page = world.app.stop_sharing("ada").await.expect_status(200);
        world.granted(&[PROFILE]).await;
        let token = world.consent_token(PROFILE).await;
        let tid = contents(&token).0["tid"].as_str().unwrap().to_owned();
        let before = look(&world, &id_token, &token).await;
        let standing = Seen {
            given: "consentGranted".to_owned(),
            verified: true,
            introspected: true,
            in_the_feed: false,
            in_the_portal: true,
            connected: true,
            record: Some("accepted".to_owned()),
            usable: true,
            listed: vec!["active".to_owned()],
        };
        assert_eq!(before, standing, "{way:?}");
        end(&world, way, &tid).await;
        let seen = look(&world, &id_token, &token).await;
        let given = match way {
            Way::AsElsewhere(TakenBack::ClientDisabled | TakenBack::ClientRemoved) => {
                "application_not_allowed"
            }
            _ => "missingConsent",
        };
        assert_eq!(seen.given, given, "{way:?}");
        assert!(!seen.verified, "{way:?}");
        assert!(!seen.introspected, "{way:?}");
        assert!(!seen.in_the_portal, "{way:?}");
        assert!(!seen.connected, "{way:?}");
        assert!(!seen.usable, "{way:?}");
        let is_over = matches!(way, Way::AsElsewhere(TakenBack::Time));
        // Where its time is over no token of it is alive, so there is nothing to list.
        assert!(seen.in_the_feed || is_over, "{way:?}");
        let gone = matches!(way, Way::RecordDeleted);
        assert_eq!(seen.record, (!gone).then(|| "revoked".to_owned()), "{way:?}");
        assert!(
            seen.listed
                .iter()
                .all(|status| status == "revoked" || (is_over && status == "expired")),
            "{way:?}: {:?}",
            seen.listed
        );
    }
}
