//! The mirror in NATS JetStream (enforcement-events-evidence 4.4), against a real server.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use consentry_outbound::{Mirror, Outbound, OutboundOptions, TERM};
use consentry_testkit::{
    TestApp,
    nats::{self, Nats, NatsSection, Stored, StreamConfig},
    postgres::Postgres,
    slapd::Authority,
};
use http::Method;
use serde_json::Value;

use crate::world::{record, until};

/// The stream of the bank.
const STREAM: &str = "CONSENTRY_HARBOR";

fn section(nats: &Nats) -> NatsSection {
    NatsSection {
        urls: vec![nats.url()],
        user: Some(nats::USER.0.to_owned()),
        password_file: Some(nats.password_file()),
        deadline_seconds: 2,
        ..NatsSection::default()
    }
}

fn options(section: &NatsSection) -> OutboundOptions {
    OutboundOptions {
        mirror: section.mirror().unwrap().map(Arc::new),
        keys: None,
        ..OutboundOptions::default()
    }
}

fn mirrored(app: &TestApp, nats: &Nats) -> Outbound {
    app.outbound_with(options(&section(nats)))
}

/// Everything that the stream of the decisions door has of the bank.
async fn log(app: &TestApp) -> Vec<Value> {
    let mut all = Vec::new();
    let mut query = "from=earliest".to_owned();
    loop {
        let path = format!("/events/v1/events?limit=500&{query}");
        let own = &app.bank.first_party;
        let asked = app
            .request(Method::GET, &path)
            .basic(&own.client_id, &own.client_secret);
        let page = asked.send().await.expect_status(200).json();
        all.extend(page["events"].as_array().unwrap().clone());
        query = format!("cursor={}", page["next_cursor"].as_str().unwrap());
        if page["has_more"] == false {
            return all;
        }
    }
}

async fn until_all_is_there(app: &TestApp, nats: &Nats) -> Vec<Stored> {
    let wanted = u64::try_from(log(app).await.len()).unwrap();
    until(&format!("{wanted} events are in NATS"), || async {
        nats.count(STREAM).await >= wanted
    })
    .await;
    nats.stored(STREAM).await
}

/// Each event of the log exactly once, in its order.
fn assert_mirrors(log: &[Value], stored: &[Stored]) {
    assert_eq!(stored.len(), log.len(), "each once");
    for (event, message) in log.iter().zip(stored) {
        assert_eq!(message.id, event["id"].as_str().unwrap());
        assert_eq!(message.sequence, event["sequence"].as_str().unwrap());
    }
}

/// Many records at the same time, as fast as they are taken.
async fn many_records(app: &TestApp, round: usize, many: usize) {
    let writing = (0..8).map(|writer| async move {
        for nth in 0..many / 8 {
            record(app, "ada", &format!("audience {round} {writer} {nth}")).await;
        }
    });
    futures_util::future::join_all(writing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_mirrored_as_the_stream_tells_it() {
    let nats = Nats::start();
    let app = TestApp::start().await;
    let outbound = mirrored(&app, &nats);
    record(&app, "ada", "moneytrack").await;
    let stored = until_all_is_there(&app, &nats).await;
    let log = log(&app).await;
    assert_mirrors(&log, &stored);
    for (event, message) in log.iter().zip(&stored) {
        let name = event["type"].as_str().unwrap();
        let name = name.strip_prefix("consentry.").unwrap();
        assert_eq!(message.subject, format!("consentry.harbor.{name}"));
        assert_eq!(message.content_type, "application/cloudevents+json");
        let told: Value = serde_json::from_str(&message.body).unwrap();
        // Whoever reads has a name of its own for what keeps people apart.
        let without_key = |event: &Value| {
            let mut event = event.clone();
            event.as_object_mut().unwrap().remove("partitionkey");
            event
        };
        assert_eq!(without_key(&told), without_key(event));
    }
    let info = nats.jetstream().await.get_stream(STREAM).await.unwrap();
    let made = &info.cached_info().config;
    assert_eq!(made.subjects, ["consentry.harbor.>"]);
    assert_eq!(made.duplicate_window, Duration::from_mins(10));
    assert_eq!(made.max_age, Duration::from_hours(720));
    let page = app.get("/metrics").await;
    let page = page.expect_status(200).text().to_owned();
    let events = format!("consentry_nats_events_total{{tenant=\"harbor\"}} {}", log.len());
    assert!(page.contains(&events), "{page}");
    assert!(
        page.contains("consentry_nats_events_behind{tenant=\"harbor\"} 0"),
        "{page}"
    );
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evt_31_and_evt_32_a_killed_server_and_killed_nodes_leave_each_event_once_and_in_order() {
    let mut nats = Nats::start();
    let app = TestApp::start().await;
    let outbound = mirrored(&app, &nats);
    until("the first events are there", || async {
        nats.count(STREAM).await > 0
    })
    .await;
    let before = nats.count(STREAM).await;
    let writing = many_records(&app, 1, 400);
    let killing = async {
        until("the middle is reached", || async {
            nats.count(STREAM).await > before + 200
        })
        .await;
        nats.kill();
    };
    tokio::join!(writing, killing);
    // While it is away, everything else goes on.
    many_records(&app, 2, 200).await;
    nats.start_again();
    many_records(&app, 3, 200).await;
    let half = before + 900;
    until("half of it is there", || async {
        nats.count(STREAM).await > half
    })
    .await;
    outbound.stop().await;
    let outbound = mirrored(&app, &nats);
    let stored = until_all_is_there(&app, &nats).await;
    let all = log(&app).await;
    assert!(all.len() > 1_600, "{}", all.len());
    assert_mirrors(&all, &stored);
    outbound.stop().await;
    // A node that was killed wrote down less than it had sent; whoever begins anew asks the stream.
    let tenant = app.tenant().id();
    let lease = app
        .ledger
        .take_work(tenant, ("lease", "nats"), "a test", TERM, "0")
        .await;
    let lease = lease.unwrap().unwrap();
    assert!(
        app.ledger
            .keep_work_at(&lease, TERM, "3".to_owned())
            .await
            .unwrap()
            .is_some()
    );
    app.clock.advance(TERM);
    let third = mirrored(&app, &nats);
    record(&app, "ada", "last").await;
    let stored = until_all_is_there(&app, &nats).await;
    assert_mirrors(&log(&app).await, &stored);
    third.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_mirror_once_and_one_goes_on_where_the_other_ended() {
    let nats = Nats::start();
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let app = TestApp::start_in_database(&url).await;
    let other = app.another_node(&url).await;
    let (one, two) = (mirrored(&app, &nats), mirrored(&other, &nats));
    for nth in 0..10 {
        let node = if nth % 2 == 0 { &app } else { &other };
        record(node, "ada", &format!("audience {nth}")).await;
    }
    until_all_is_there(&app, &nats).await;
    one.stop().await;
    record(&app, "ada", "later").await;
    until_all_is_there(&app, &nats).await;
    two.stop().await;
    let third = mirrored(&app, &nats);
    record(&other, "ada", "last").await;
    let stored = until_all_is_there(&app, &nats).await;
    assert_mirrors(&log(&app).await, &stored);
    third.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evt_31_a_server_that_is_away_or_refuses_us_delays_nothing() {
    let mut nats = Nats::start();
    let app = TestApp::start().await;
    let mut wrong = section(&nats);
    wrong.user = Some("somebody".to_owned());
    let refused = app.outbound_with(options(&wrong));
    until("it failed", || async { failures(&app).await > 1 }).await;
    record(&app, "ada", "one").await;
    assert_eq!(nats.count(STREAM).await, 0);
    refused.stop().await;
    nats.kill();
    let outbound = mirrored(&app, &nats);
    let before = failures(&app).await;
    until("it failed", || async { failures(&app).await > before }).await;
    record(&app, "ada", "two").await;
    nats.start_again();
    let stored = until_all_is_there(&app, &nats).await;
    assert_mirrors(&log(&app).await, &stored);
    outbound.stop().await;
}

async fn failures(app: &TestApp) -> u64 {
    let page = app.get("/metrics").await;
    let page = page.expect_status(200).text().to_owned();
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix("consentry_nats_failures_total{tenant=\"harbor\"} "));
    line.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_another_kind_is_left_alone() {
    let nats = Nats::start();
    let jetstream = nats.jetstream().await;
    let other = StreamConfig {
        name: STREAM.to_owned(),
        subjects: vec!["consentry.harbor.>".to_owned()],
        max_age: Duration::from_hours(1),
        ..StreamConfig::default()
    };
    jetstream.create_stream(other).await.unwrap();
    let app = TestApp::start().await;
    let outbound = mirrored(&app, &nats);
    until("it failed", || async { failures(&app).await > 1 }).await;
    assert_eq!(nats.count(STREAM).await, 0);
    let kept = jetstream.get_stream(STREAM).await.unwrap();
    assert_eq!(kept.cached_info().config.max_age, Duration::from_hours(1));
    jetstream.delete_stream(STREAM).await.unwrap();
    let stored = until_all_is_there(&app, &nats).await;
    assert_mirrors(&log(&app).await, &stored);
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_write_into_the_stream_stands_in_no_way() {
    let nats = Nats::start();
    let app = TestApp::start().await;
    let outbound = mirrored(&app, &nats);
    record(&app, "ada", "one").await;
    until_all_is_there(&app, &nats).await;
    let jetstream = nats.jetstream().await;
    let foreign = jetstream.publish("consentry.harbor.consent.revoked", "{}".into());
    foreign.await.unwrap().await.unwrap();
    record(&app, "ada", "two").await;
    let wanted = log(&app).await;
    let ids = || async {
        let stream = nats.jetstream().await.get_stream(STREAM).await.unwrap();
        let mut ids = Vec::new();
        for number in 1..=stream.cached_info().state.last_sequence {
            let message = stream.get_raw_message(number).await.unwrap();
            ids.extend(message.headers.get("Nats-Msg-Id").map(ToString::to_string));
        }
        ids
    };
    until("all of it is there", || async {
        ids().await.len() >= wanted.len()
    })
    .await;
    let ids = ids().await;
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "none twice");
    assert_eq!(ids.len(), wanted.len());
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_connection_is_made_to_whom_the_authority_vouches_for() {
    let authority = Authority::new();
    let nats = Nats::start_with(&authority.certificate("localhost"));
    let ca_file = nats.password_file().with_file_name("ca.pem");
    std::fs::write(&ca_file, authority.pem()).unwrap();
    let app = TestApp::start().await;
    let section = NatsSection {
        ca_file: Some(ca_file.clone()),
        ..section(&nats)
    };
    let outbound = app.outbound_with(options(&section));
    let wanted = log(&app).await.len();
    let events = format!("consentry_nats_events_total{{tenant=\"harbor\"}} {wanted}");
    until("all of it is there", || async {
        app.get("/metrics")
            .await
            .expect_status(200)
            .text()
            .contains(&events)
    })
    .await;
    outbound.stop().await;
    // Another authority is not believed.
    std::fs::write(&ca_file, Authority::new().pem()).unwrap();
    let distrusting = app.outbound_with(options(&section));
    let before = failures(&app).await;
    until("it failed", || async { failures(&app).await > before }).await;
    distrusting.stop().await;
}

#[test]
fn evt_33_a_tenant_whose_name_needs_escaping_is_refused() {
    assert!(Mirror::check_tenant("harbor").is_ok());
    let told = Mirror::check_tenant("har.bor").unwrap_err().to_string();
    assert!(told.contains("\"har.bor\""), "{told}");
}
