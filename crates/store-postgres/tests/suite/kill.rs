//! A server that is killed in the middle of committing loses nothing that was acknowledged, and what was not acknowledged is there
//! as a whole or not at all.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use consentry_store::{ChangeSet, Row, RowChange, Store, chain, conformance::sample};
use consentry_store_postgres::{Options, PostgresStore};
use consentry_testkit::postgres::Postgres;

const ROUNDS: usize = 6;

/// An event and two rows that belong together.
fn naming(name: &str) -> ChangeSet {
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change.events.push(sample::event(name, sample::person(1)));
    for words in [name.to_owned(), format!("{name} again")] {
        change.rows.push(RowChange::Put(Row::Alias(sample::alias(
            &words,
            sample::person(1),
        ))));
    }
    change
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_again_and_again_has_every_acknowledged_commit_once() {
    let mut server = Postgres::start(&[]);
    let url = server.url(&server.database());
    let patient = Options {
        patience: Duration::from_mins(2),
        ..Options::default()
    };
    let store = Arc::new(PostgresStore::open(&url, patient).await.unwrap());
    let mut acknowledged = BTreeSet::new();
    let mut refused = 0;
    for round in 0..ROUNDS {
        let (done, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..4 {
            let (store, done, over) = (Arc::clone(&store), Arc::clone(&done), Arc::clone(&over));
            tasks.spawn(async move {
                let (mut mine, mut refused) = (Vec::new(), 0);
                for number in 0_u64.. {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let names: Vec<String> = (0..3)
                        .map(|part| format!("{round}.{task}.{number}.{part}"))
                        .collect();
                    let batch = names.iter().map(|name| naming(name)).collect();
                    for (name, answer) in names.into_iter().zip(store.commit(batch).await) {
                        match answer {
                            Ok(_) => {
                                mine.push(name);
                                done.fetch_add(1, Ordering::SeqCst);
                            }
                            Err(_) => refused += 1,
                        }
                    }
                }
                (mine, refused)
            });
        }
        // A different moment each time, in the middle of whatever is going on.
        while done.load(Ordering::SeqCst) < 20 + (round * 37) % 100 {
            tokio::task::yield_now().await;
        }
        let mut own = server;
        server = tokio::task::spawn_blocking(move || {
            own.kill();
            own.start_again();
            own
        })
        .await
        .unwrap();
        // Writing resumes by itself, with the store that was open all along.
        let before = done.load(Ordering::SeqCst);
        while done.load(Ordering::SeqCst) < before + 10 {
            tokio::task::yield_now().await;
        }
        over.store(true, Ordering::SeqCst);
        for (mine, not) in tasks.join_all().await {
            acknowledged.extend(mine);
            refused += not;
        }
        assert_nothing_is_lost(&store, &acknowledged).await;
    }
    assert_eq!(
        refused, 0,
        "a server that comes back within the time allowed is no reason to refuse"
    );
}

async fn assert_nothing_is_lost(store: &PostgresStore, acknowledged: &BTreeSet<String>) {
    let tenant = sample::tenant(1);
    let events = store.events(tenant, 0, u32::MAX).await.unwrap();
    let mut value = chain::start(0);
    let mut stored = BTreeSet::new();
    for (index, event) in (0..).zip(&events) {
        value = chain::next(&value, &chain::leaf_hash(&event.leaf));
        assert_eq!((event.index, event.chain), (index, value));
        let leaf = String::from_utf8(event.leaf.clone()).unwrap();
        assert!(
            stored.insert(leaf.strip_prefix("leaf of ").unwrap().to_owned()),
            "{leaf} is there twice"
        );
    }
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!((head.size, head.chain), (events.len() as u64, value));
    assert_eq!(&stored, acknowledged, "what was acknowledged, and nothing else");
    let names = store.aliases_of(tenant, sample::person(1)).await.unwrap();
    let names: BTreeSet<String> = names
        .into_iter()
        .map(|alias| String::from_utf8(alias.sealed).unwrap())
        .collect();
    let expected: BTreeSet<String> = stored
        .iter()
        .flat_map(|name| [name.clone(), format!("{name} again")])
        .collect();
    assert_eq!(names, expected, "rows and events belong together");
}
