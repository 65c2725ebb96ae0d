//! What nodes tell each other, where somebody meddles with it: a clock that is set back, and a tail that is emptied.

use std::time::Duration;

use consentry_store::{ChangeSet, Row, RowChange, Store, conformance::sample};
use consentry_store_postgres::PostgresStore;
use consentry_testkit::postgres::Postgres;

use crate::faults::{open, patient};

async fn name(store: &PostgresStore, words: &str) {
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change.rows.push(RowChange::Put(Row::Alias(sample::alias(
        words,
        sample::person(1),
    ))));
    assert!(store.commit(vec![change]).await.remove(0).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_clock_set_back_by_an_hour_hides_nothing_from_other_nodes() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let url = server.url(&database);
    let (one, other) = (open(&url, patient()).await, open(&url, patient()).await);
    let mut place = other.tail_end().await.unwrap();
    for round in 0..3 {
        name(&one, &format!("before {round}")).await;
        // As the rows look from an hour before.
        server.execute(&database, "UPDATE stale SET at = at + interval '1 hour'");
        server.execute(&database, "UPDATE writer SET at = at + interval '1 hour'");
        // Sweeping takes none of them away.
        let _gone = other
            .prune(sample::tenant(1), sample::at(0), 1_000)
            .await
            .unwrap();
        name(&one, &format!("after {round}")).await;
        let tail = other.tail(place).await.unwrap();
        assert!(!tail.missed);
        let names: Vec<_> = tail
            .stale
            .iter()
            .flat_map(|(_, touched)| touched.names.clone())
            .collect();
        for words in ["before", "after"] {
            let hash = sample::alias(&format!("{words} {round}"), sample::person(1)).hash;
            assert!(names.contains(&hash), "{words} {round}");
        }
        place = tail.place;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_told_that_a_tail_was_emptied() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let url = server.url(&database);
    let (one, other) = (open(&url, patient()).await, open(&url, patient()).await);
    for node in [&one, &other] {
        let place = node.tail_end().await.unwrap();
        assert!(!node.tail(place).await.unwrap().missed);
    }
    let places = [one.tail_end().await.unwrap(), other.tail_end().await.unwrap()];
    name(&one, "nobody hears of").await;
    other.written_elsewhere().await;
    server.execute(&database, "TRUNCATE stale");
    // It is no message that a node may miss: both are woken, and both find it.
    tokio::time::timeout(Duration::from_mins(1), one.written_elsewhere())
        .await
        .unwrap();
    for (node, place) in [&one, &other].into_iter().zip(places) {
        let tail = node.tail(place).await.unwrap();
        assert!(tail.missed, "{tail:?}");
    }
    name(&one, "as before").await;
    let place = other.tail_end().await.unwrap();
    name(&one, "and again").await;
    let tail = other.tail(place).await.unwrap();
    assert_eq!((tail.missed, tail.stale.len()), (false, 1));
}
