//! The clock of the machine is set back by an hour: everybody is served on, what was taken back or spent stays so, what is written
//! comes behind what was written before, and the log holds. Where several share a database, that clock is the one that counts.

use std::time::{Duration, Instant};

use consentry_domain::Lifetime;
use consentry_ledger::{LedgerOptions, verify::Verdict};
use consentry_testkit::{TestApp, postgres::Postgres};
use http::Method;
use serde_json::{Value, json};

const SCOPE: &str = "openid offline_access accounts:balance accounts:transactions";
const HOUR: i64 = 3_600_000_000;

/// How long a node may take to notice, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_clock_set_back_by_an_hour_revives_nothing_and_stops_nobody() {
    set_back(TestApp::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_by_an_hour_revives_nothing_and_stops_nobody_on_postgresql() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.ledger().await);
    set_back(TestApp::start_in_database(&url).await).await;
}

/// Asks until a node says that it is ready, or that it is not; gives what it says.
#[expect(clippy::disallowed_methods, reason = "clocks are compared once a second")]
async fn until_ready(app: &TestApp, status: u16) -> Value {
    let begun = Instant::now();
    loop {
        let answer = app.get("/health/ready").await;
        if answer.status() == status {
            return answer.json();
        }
        assert!(begun.elapsed() < PATIENCE, "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_5_a_node_whose_clock_is_not_the_databases_says_so_and_spends_nothing() {
    let postgres = Postgres::shared();
    let database = postgres.ledger().await;
    let app = TestApp::start_in_database(&postgres.url(&database)).await;
    let theirs = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8";
    let theirs: i64 = postgres.execute(&database, theirs).parse().unwrap();
    app.clock.advance_micros(theirs - app.now().as_micros());
    let options = LedgerOptions {
        clocks_may_differ: Some(Lifetime::minutes(10)),
        ..LedgerOptions::default()
    };
    let app = app.restarted_with(options).await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let refresh = tokens.refresh.clone().unwrap();
    let definition = json!({ "id": "share-my-email", "version": "1.0", "locale": "en-GB" });
    let wish = json!({ "status": "accepted", "subject": "ada", "actor": "ada", "definition": definition });
    let made = app.records(Method::POST, "/consents", Some(&wish)).await;
    let made = made.expect_status(201).json();
    assert_eq!(until_ready(&app, 200).await["status"], "ready");

    app.clock.advance_micros(-HOUR / 4);
    assert_eq!(until_ready(&app, 503).await["reason"], "clock_differs");
    let refused = app.refresh(&app.bank.third_party, &refresh).await;
    assert_eq!(refused.status(), 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    // What people take back counts all the same.
    let record = format!("/consents/{}", made["id"].as_str().unwrap());
    let revoked = json!({ "status": "revoked" });
    let revoked = app.records(Method::PATCH, &record, Some(&revoked)).await;
    assert_eq!(revoked.expect_status(200).json()["status"], "revoked");

    app.clock.advance_micros(HOUR / 4);
    assert_eq!(until_ready(&app, 200).await["status"], "ready");
    let again = app.refresh(&app.bank.third_party, &refresh).await;
    let _spent = again.expect_status(200);
}

async fn set_back(app: TestApp) {
    let before = app.connect(&app.browser(), "ada", SCOPE).await;
    let refresh = before.refresh.clone().unwrap();
    let rotated = app
        .refresh(&app.bank.third_party, &refresh)
        .await
        .expect_status(200);
    let kept = consentry_testkit::tokens(&rotated);
    let ended = app.connect(&app.browser(), "ben", SCOPE).await;
    let _page = app.stop_sharing("ben").await.expect_status(200);
    let wish = json!({ "status": "pending", "subject": "ada", "definition": { "id": "share-my-email" } });
    let made = app
        .records(Method::POST, "/consents", Some(&wish))
        .await
        .expect_status(201)
        .json();
    let record = format!("/consents/{}", made["id"].as_str().unwrap());

    app.clock.advance_micros(-HOUR);
    assert_eq!(app.introspect(&ended.access).await["active"], false, "taken back");
    let spent = app
        .refresh(&app.bank.third_party, ended.refresh.as_deref().unwrap())
        .await;
    assert_eq!(spent.status(), 400);
    assert_eq!(
        app.usable("ben", "moneytrack", &["accounts:balance"]).await,
        Vec::<String>::new()
    );
    assert_eq!(
        app.usable("ada", "moneytrack", &["accounts:balance"]).await,
        ["accounts:balance"]
    );

    let change = json!({ "titleText": "Written by a clock that is behind" });
    let changed = app
        .records(Method::PATCH, &record, Some(&change))
        .await
        .expect_status(200)
        .json();
    assert!(
        changed["updatedDate"].as_str() > made["updatedDate"].as_str(),
        "{changed} is behind {made}"
    );
    let again = app.connect(&app.browser(), "ben", SCOPE).await;
    assert_eq!(app.introspect(&again.access).await["scope"], SCOPE);
    let _page = app.stop_sharing("ben").await.expect_status(200);
    assert_eq!(app.introspect(&again.access).await["active"], false);

    app.clock.advance(Lifetime::minutes(60));
    let alive = app
        .refresh(&app.bank.third_party, kept.refresh.as_deref().unwrap())
        .await;
    let _alive = alive.expect_status(200);
    for customer in ["ada", "ben"] {
        let records = app.records_of(customer).await;
        let dates: Vec<_> = records
            .iter()
            .map(|record| record["createdDate"].clone())
            .collect();
        assert!(
            dates.is_sorted_by(|one, other| one.as_str() <= other.as_str()),
            "{dates:?}"
        );
    }
    let verdict = app.ledger.verify(&app.tenant()).await.unwrap();
    assert!(
        matches!(verdict, Verdict::Sound { unreadable: 0, .. }),
        "{verdict:?}"
    );
}
