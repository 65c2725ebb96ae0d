//! The revocation feed (enforcement-events-evidence 4.5, dataspace-consent-protocol 11.2).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::Lifetime;
use consentry_jose::{Algorithm, Expectations, KeySet, Validation};
use consentry_ledger::opaque;
use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{SCOPE, connected};

const PATH: &str = "/events/v1/revocations.jwt";

/// Seconds of the longest access token, and how far clocks may differ.
const WINDOW: i64 = 3_600 + 600;

async fn asked(app: &TestApp) -> Answer {
    app.get(PATH).await.expect_status(200)
}

/// The claims, once anybody's check with the published keys has succeeded.
async fn checked(app: &TestApp, feed: &Answer) -> Value {
    let keys = KeySet::parse(app.get("/oidc/jwks").await.bytes()).unwrap();
    let expectations = Expectations {
        max_len: 1 << 20,
        ..Expectations::new(&[Algorithm::Rs256]).with_typ("consent-revocations+jwt")
    };
    let verified = keys.verify(feed.text(), &expectations).unwrap();
    serde_json::from_slice(&verified.payload).unwrap()
}

async fn claims(app: &TestApp) -> Value {
    checked(app, &asked(app).await).await
}

/// What a token says.
fn said(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// How a consent that a token names is listed.
fn listed_as(token: &str) -> String {
    let id = said(token)["consent_id"].as_str().unwrap().to_owned();
    URL_SAFE_NO_PAD.encode(opaque::hash(id.as_bytes()).as_bytes())
}

fn entry<'a>(claims: &'a Value, h: &str) -> Option<&'a Value> {
    claims["revoked"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["h"] == h)
}

#[tokio::test]
async fn evt_35_what_is_withdrawn_is_in_the_next_answer_and_anybody_can_check_it() {
    let app = connected().await;
    let token = app.connect(&app.browser(), "ada", SCOPE).await.access;
    // What the second approval took the place of.
    let before = claims(&app).await;
    assert_eq!(entry(&before, &listed_as(&token)), None);
    app.pass(5);
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let now = app.now().as_seconds();
    let feed = asked(&app).await;
    assert_eq!(feed.header("content-type"), Some("application/jwt"));
    assert_eq!(feed.header("cache-control"), Some("public, max-age=30"));
    let own = checked(&app, &feed).await;
    let entry = entry(&own, &listed_as(&token)).unwrap();
    assert_eq!(entry, &json!({ "h": listed_as(&token), "at": now }));
    assert_eq!(own["iss"], said(&token)["iss"]);
    assert_eq!((&own["iat"], &own["exp"]), (&json!(now), &json!(now + 300)));
    assert_eq!(own["since"], now - WINDOW);
    let head = app.ledger.directory();
    assert_eq!(head.tenants().count(), 1);
    assert!(own["seq"].as_u64() > before["seq"].as_u64());
    // The consents in it are listed too, each by itself.
    let consents = SCOPE.split(' ').count() - 2;
    assert!(own["revoked"].as_array().unwrap().len() > consents);
    assert!(!feed.text().contains("moneytrack"));
}

#[tokio::test]
async fn evt_35_an_answer_that_is_known_is_not_sent_again_nor_signed_again() {
    let app = connected().await;
    let first = asked(&app).await;
    let tag = first.header("etag").unwrap().to_owned();
    let again = |tag: String| {
        let app = &app;
        async move {
            let request = app.request(Method::GET, PATH).header("if-none-match", &tag);
            request.send().await
        }
    };
    let known = again(tag.clone()).await.expect_status(304);
    assert_eq!(
        (known.header("etag"), known.bytes().len()),
        (Some(tag.as_str()), 0)
    );
    // Neither time that changes nothing nor an event about something else makes another one.
    app.pass(30);
    let _done = app
        .records(Method::POST, "/consents", Some(&record("accepted")))
        .await
        .expect_status(201);
    assert_eq!(asked(&app).await.text(), first.text());
    let _done = again(format!("W/{tag}")).await.expect_status(304);
    app.pass(30);
    let renewed = asked(&app).await;
    assert_ne!(renewed.header("etag"), Some(tag.as_str()));
    let renewed = checked(&app, &renewed).await;
    assert_eq!(renewed["exp"], app.now().as_seconds() + 300);
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let _done = again(tag).await.expect_status(200);
}

fn record(status: &str) -> Value {
    json!({
        "status": status, "subject": "ada", "actor": "ada", "audience": "newsletter",
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    })
}

#[tokio::test]
async fn evt_36_an_entry_leaves_to_the_second_when_no_token_can_be_alive() {
    let app = connected().await;
    app.pass(WINDOW + 1);
    let idle = claims(&app).await;
    assert_eq!(idle["revoked"], json!([]));
    let token = app.connect(&app.browser(), "ada", SCOPE).await.access;
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let h = listed_as(&token);
    app.pass(WINDOW);
    assert!(entry(&claims(&app).await, &h).is_some());
    app.pass(1);
    assert_eq!(claims(&app).await["revoked"], json!([]));
    assert_eq!(asked(&app).await.text().len(), app.get(PATH).await.text().len());
}

#[tokio::test]
async fn evt_36_tokens_that_were_longer_before_keep_an_entry_until_they_end() {
    let app = connected().await;
    let token = app.connect(&app.browser(), "ada", SCOPE).await.access;
    app.configure(|tenant| {
        tenant.lifetimes.access_token = Lifetime::seconds(60);
        tenant.lifetimes.third_party_access_token = Lifetime::seconds(60);
        tenant.lifetimes.consent_token = Lifetime::seconds(60);
    })
    .await;
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let h = listed_as(&token);
    let now = app.now().as_seconds();
    assert_eq!(claims(&app).await["since"], now - WINDOW);
    // The longest of the earlier tokens was made an hour ago by now; the leeway of the shorter ones is what is left.
    app.pass(3_599);
    assert!(entry(&claims(&app).await, &h).is_some());
    app.pass(1);
    let own = claims(&app).await;
    assert_eq!(own["since"], app.now().as_seconds() - 660);
    assert!(entry(&own, &h).is_none());
}

#[tokio::test]
async fn evt_36_a_restart_forgets_nothing() {
    let app = connected().await;
    let token = app.connect(&app.browser(), "ada", SCOPE).await.access;
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let before = claims(&app).await;
    let app = app.restarted().await;
    let after = claims(&app).await;
    assert!(entry(&after, &listed_as(&token)).is_some());
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_is_narrowed_is_listed_and_what_was_made_since_is_not_older_than_the_entry() {
    let app = connected().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    app.pass(5);
    let records = app.records_of("ada").await;
    let narrowed = records.iter().find(|record| {
        record["definition"]["id"] == "accounts:transactions" && record["status"] == "accepted"
    });
    let path = format!("/consents/{}", narrowed.unwrap()["id"].as_str().unwrap());
    let revoked = json!({ "status": "revoked" });
    let _done = app
        .records(Method::PATCH, &path, Some(&revoked))
        .await
        .expect_status(200);
    let own = claims(&app).await;
    let entry = entry(&own, &listed_as(&tokens.access)).unwrap();
    let at = entry["at"].as_i64().unwrap();
    assert!(said(&tokens.access)["iat"].as_i64().unwrap() <= at);
    app.pass(1);
    let client = &app.bank.third_party;
    let fresh = app
        .refresh(client, &tokens.refresh.unwrap())
        .await
        .expect_status(200)
        .json();
    let fresh = fresh["access_token"].as_str().unwrap();
    assert_eq!(listed_as(fresh), listed_as(&tokens.access));
    assert!(said(fresh)["iat"].as_i64().unwrap() > at);
}

#[tokio::test]
async fn a_clock_that_is_behind_takes_the_feed_within_its_leeway() {
    let app = connected().await;
    let feed = asked(&app).await;
    let payload = feed.text().split('.').nth(1).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let now = app.now().as_seconds();
    let fits = |now: i64| {
        let validation = Validation {
            issuer: None,
            audience: None,
            now,
            leeway: 60,
        };
        validation.check(&payload).is_ok()
    };
    for (seconds, is_taken) in [(-60, true), (0, true), (299, true), (361, false)] {
        assert_eq!(fits(now + seconds), is_taken, "{seconds}");
    }
}

#[tokio::test]
async fn another_tenant_has_a_feed_of_its_own() {
    let app = connected().await;
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let other = consentry_domain::tenant::Tenant {
        id: app.ledger.ids().tenant(),
        slug: "meadow".to_owned(),
        hosts: vec!["meadow.example".to_owned()],
        ..app.tenant().tenant.clone()
    };
    app.provision_tenant(&other).await;
    app.configure(|tenant| tenant.hosts = vec!["127.0.0.1".to_owned()])
        .await;
    let there = app
        .get(&format!("http://meadow.example{PATH}"))
        .await
        .expect_status(200);
    assert_eq!(said(there.text())["revoked"], json!([]));
    assert_eq!(said(there.text())["iss"], "http://meadow.example/cis/oidc");
    let here = app
        .get(&format!("http://127.0.0.1{PATH}"))
        .await
        .expect_status(200);
    assert_ne!(said(here.text())["revoked"], json!([]));
    let kid = |feed: &Answer| said_head(feed.text())["kid"].clone();
    assert_ne!(kid(&there), kid(&here));
}

fn said_head(token: &str) -> Value {
    let head = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap()
}

/// Bytes of a text once it is compressed, by the tool that everybody has.
fn compressed(text: &str) -> usize {
    use std::{
        io::{Read as _, Write as _},
        process::{Command, Stdio},
    };
    let mut gzip = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, text) = (gzip.stdin.take().unwrap(), text.to_owned());
    let writing = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let mut output = Vec::new();
    let mut answered = gzip.stdout.take().unwrap();
    let _read = answered.read_to_end(&mut output).unwrap();
    writing.join().unwrap();
    assert!(gzip.wait().unwrap().success());
    output.len()
}

#[tokio::test]
async fn evt_35_a_hundred_thousand_revocations_are_told_in_six_million_bytes_compressed() {
    const MANY: usize = 99_900;
    let app = TestApp::start_in_folder().await;
    let _token = app.connect(&app.browser(), "ada", SCOPE).await;
    let _done = app.stop_sharing("ada").await.expect_status(200);
    let before = claims(&app).await["revoked"].as_array().unwrap().len();
    // Nobody waits for so many people to log in: what one of them did is written down as often.
    let database = rusqlite::Connection::open(app.folder().join("ledger.db")).unwrap();
    let mut columns = database
        .prepare("SELECT name FROM pragma_table_info('consent')")
        .unwrap();
    let columns: Vec<String> = columns
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let values: Vec<&str> = columns
        .iter()
        .map(|name| {
            if name == "id" {
                "randomblob(16)"
            } else {
                name.as_str()
            }
        })
        .collect();
    let written = database
        .execute(
            &format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) \
                 INSERT INTO consent ({}) SELECT {} FROM (SELECT * FROM consent WHERE status = 'revoked' LIMIT 1), n",
                columns.join(", "),
                values.join(", "),
            ),
            [],
        )
        .unwrap();
    assert_eq!(written, MANY);
    app.pass(1);
    let feed = asked(&app).await;
    let listed = said(feed.text());
    assert_eq!(listed["revoked"].as_array().unwrap().len(), before + MANY);
    assert_eq!(
        listed["since"],
        app.now().as_seconds() - WINDOW,
        "nothing was left out"
    );
    let size = compressed(feed.text());
    assert!(size < 6_000_000, "{size}");
    let request = app
        .request(Method::GET, PATH)
        .header("if-none-match", feed.header("etag").unwrap());
    assert_eq!(request.send().await.status(), 304);
}
