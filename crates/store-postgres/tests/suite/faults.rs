//! What a server, a network and other nodes can do to a ledger while it is open.

use std::{sync::Arc, time::Duration};

use consentry_store::{
    ChangeSet, CommitError, Expect, Row, RowChange, RowKey, Seeds, Store, StoreError, TokenRow, chain,
    conformance::sample,
};
use consentry_store_postgres::{Options, PostgresStore};
use consentry_testkit::postgres::Postgres;

use crate::proxy::{Cut, Proxy};

/// A change set with an event and a token, which belong together.
pub(crate) fn issuing(words: &str, client: &str) -> ChangeSet {
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change.events.push(sample::event(words, sample::person(1)));
    change.rows.push(RowChange::Put(Row::Token(TokenRow {
        client: Some(client.to_owned()),
        ..sample::token(words, sample::person(1))
    })));
    change
}

pub(crate) async fn issue(store: &PostgresStore, words: &str) -> Result<u64, CommitError> {
    let answer = store.commit(vec![issuing(words, "tpc_1")]).await.remove(0);
    answer.map(|receipt| receipt.first_index.unwrap())
}

/// The log holds together, each event is there once, and its token is there.
pub(crate) async fn assert_whole(store: &PostgresStore, events_expected: u64) {
    let tenant = sample::tenant(1);
    let mut value = chain::start(0);
    let events = store.events(tenant, 0, u32::MAX).await.unwrap();
    let mut leaves = std::collections::BTreeSet::new();
    for (index, event) in (0..).zip(&events) {
        value = chain::next(&value, &chain::leaf_hash(&event.leaf));
        assert_eq!((event.index, event.chain), (index, value));
        let words = String::from_utf8(event.leaf.clone()).unwrap();
        let hash = sample::hash(words.strip_prefix("leaf of ").unwrap());
        assert!(
            store.token(tenant, hash).await.unwrap().is_some(),
            "{words} has its token"
        );
        assert!(leaves.insert(words), "an event is there twice");
    }
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!((head.size, head.chain), (events.len() as u64, value));
    assert_eq!(head.size, events_expected);
}

/// As patient as the slowest machine needs.
pub(crate) fn patient() -> Options {
    Options {
        patience: Duration::from_mins(2),
        ..Options::default()
    }
}

pub(crate) async fn open(url: &str, options: Options) -> PostgresStore {
    PostgresStore::open(url, options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_is_waited_for_by_writes_and_reads() {
    let mut server = Postgres::start(&[]);
    let url = server.url(&server.database());
    let store = open(&url, patient()).await;
    assert_eq!(issue(&store, "before").await, Ok(0));
    server.stop();
    server.start_again();
    assert_eq!(issue(&store, "after").await, Ok(1));
    assert_whole(&store, 2).await;

    // Asked while it is away, answered when it is back.
    server.stop();
    let store = Arc::new(store);
    let asked = Arc::clone(&store);
    let writing = tokio::spawn(async move { issue(&asked, "meanwhile").await });
    let asked = Arc::clone(&store);
    let reading = tokio::spawn(async move { asked.log_head(sample::tenant(2)).await });
    tokio::task::yield_now().await;
    server.start_again();
    assert_eq!(writing.await.unwrap(), Ok(2));
    assert_eq!(reading.await.unwrap().unwrap().size, 0);
    assert_whole(&store, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_is_unavailable_once_patience_is_over() {
    let mut server = Postgres::start(&["fsync=off"]);
    let url = server.url(&server.database());
    let options = Options {
        patience: Duration::from_secs(3),
        ..Options::default()
    };
    let store = open(&url, options).await;
    assert_eq!(issue(&store, "before").await, Ok(0));
    server.stop();
    for answer in store
        .commit(vec![issuing("one", "tpc_1"), issuing("two", "tpc_1")])
        .await
    {
        assert!(
            matches!(answer, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
    }
    assert!(matches!(
        store.log_head(sample::tenant(1)).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    server.start_again();
    store.ready().await.unwrap();
    assert_eq!(issue(&store, "after").await, Ok(1));
    assert_whole(&store, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_unavailable_and_service_comes_back() {
    let server = Postgres::start(&["fsync=off"]);
    let url = server.url(&server.database());
    let options = Options {
        patience: Duration::from_secs(3),
        answer_within: Duration::from_secs(3),
        ..Options::default()
    };
    let store = open(&url, options).await;
    assert_eq!(issue(&store, "before").await, Ok(0));
    server.hold();
    assert!(matches!(
        issue(&store, "held").await,
        Err(CommitError::Store(StoreError::Unavailable(_)))
    ));
    assert!(matches!(
        store.log_head(sample::tenant(1)).await,
        Err(StoreError::Unavailable(_))
    ));
    server.go_on();
    store.close().await;
    let store = open(&url, patient()).await;
    // What was held had not been told to commit.
    assert_eq!(issue(&store, "after").await, Ok(1));
    assert_whole(&store, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_found_out_about() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let proxy = Proxy::before(server).await;
    let store = open(&server.url_through(proxy.port(), &database), patient()).await;
    assert_eq!(issue(&store, "first").await, Ok(0));
    for (round, cut) in (1..).zip([Cut::After, Cut::Before, Cut::Before, Cut::After]) {
        proxy.cut_next(cut);
        assert_eq!(
            issue(&store, &format!("{cut:?} {round}")).await,
            Ok(round),
            "{cut:?}"
        );
        assert_eq!(proxy.cuts(), usize::try_from(round).unwrap());
    }
    // Without an event, the log says nothing about it.
    for (round, cut) in [(5, Cut::After), (6, Cut::Before)] {
        proxy.cut_next(cut);
        let mut change = issuing(&format!("silent {round}"), "tpc_1");
        change.events.clear();
        change
            .expect
            .push(Expect::Absent(RowKey::Token(sample::hash(&format!(
                "silent {round}"
            )))));
        // Tried a second time after it was committed, it would be taken.
        assert!(store.commit(vec![change]).await.remove(0).is_ok(), "{cut:?}");
        assert_eq!(proxy.cuts(), round);
    }
    assert_whole(&store, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_open_by_a_silent_network_holds_nobody_up() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let proxy = Proxy::before(server).await;
    let options = Options {
        answer_within: Duration::from_secs(3),
        ..patient()
    };
    let store = open(&server.url_through(proxy.port(), &database), options).await;
    assert_eq!(issue(&store, "first").await, Ok(0));
    proxy.cut_next(Cut::SilentlyBefore);
    assert_eq!(issue(&store, "second").await, Ok(1));
    assert_eq!(proxy.cuts(), 1);
    assert_whole(&store, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_cannot_be_found_out_is_said_to_be_unknown() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let proxy = Proxy::before(server).await;
    let options = Options {
        patience: Duration::from_millis(50),
        answer_within: Duration::from_secs(3),
        ..Options::default()
    };
    let store = Arc::new(open(&server.url_through(proxy.port(), &database), options).await);
    proxy.cut_next(Cut::SilentlyBefore);
    let asked = Arc::clone(&store);
    let answer = tokio::spawn(async move { issue(&asked, "who knows").await });
    while proxy.cuts() == 0 {
        tokio::task::yield_now().await;
    }
    proxy.refuse();
    let Err(CommitError::Store(StoreError::Unavailable(why))) = answer.await.unwrap() else {
        panic!("it cannot be known")
    };
    assert!(why.contains("not known"), "{why}");
    proxy.admit();
    // The server ends what nobody finishes; until then the log is held.
    store.close().await;
    let store = open(&server.url(&database), patient()).await;
    let taken = store.log_head(sample::tenant(1)).await.unwrap().size;
    assert_eq!(issue(&store, "next").await, Ok(taken));
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_are_made_anew_for_reads() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let proxy = Proxy::before(server).await;
    let store = open(&server.url_through(proxy.port(), &database), patient()).await;
    assert_eq!(issue(&store, "first").await, Ok(0));
    for _ in 0..5 {
        let seeds = Seeds::default();
        let (token, touched) = tokio::join!(
            store.token(sample::tenant(1), sample::hash("first")),
            store.touched(sample::tenant(1), seeds)
        );
        assert!(token.unwrap().is_some());
        touched.unwrap();
        proxy.end_all();
    }
    assert_whole(&store, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_that_decide_on_the_same_row_one_is_stale() {
    let server = Postgres::shared();
    let url = server.url(&server.ledger().await);
    let (first, second) = (
        Arc::new(open(&url, patient()).await),
        Arc::new(open(&url, patient()).await),
    );
    let mut token = sample::token("contended", sample::person(1));
    token.version = 1;
    let mut begin = ChangeSet::new(sample::tenant(1), sample::at(0));
    begin.rows.push(RowChange::Put(Row::Token(token.clone())));
    assert!(first.commit(vec![begin]).await.remove(0).is_ok());
    for version in 1..=30 {
        let deciding = |store: Arc<PostgresStore>, name: &'static str| {
            let mut token = token.clone();
            tokio::spawn(async move {
                let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
                change.expect.push(Expect::At(RowKey::Token(token.hash), version));
                token.version = version + 1;
                token.client = Some(name.to_owned());
                change.rows.push(RowChange::Put(Row::Token(token)));
                change.events.push(sample::event(
                    &format!("decided {version} by {name}"),
                    sample::person(1),
                ));
                store.commit(vec![change]).await.remove(0)
            })
        };
        let one = deciding(Arc::clone(&first), "one");
        let other = deciding(Arc::clone(&second), "other");
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        let (won, lost, winner) = if one.is_ok() {
            (one, other, "one")
        } else {
            (other, one, "other")
        };
        assert_eq!(won.unwrap().first_index, Some(u64::from(version) - 1));
        assert_eq!(lost, Err(CommitError::Stale));
        let found = second
            .token(sample::tenant(1), token.hash)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.version, found.client.as_deref()),
            (version + 1, Some(winner))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_write_for_the_same_tenants_share_their_logs() {
    let server = Postgres::shared();
    let url = server.url(&server.ledger().await);
    let mut tasks = tokio::task::JoinSet::new();
    for node in 0..3 {
        let store = open(&url, patient()).await;
        tasks.spawn(async move {
            for number in 0..20 {
                // Each node names the tenants in another order.
                let batch = (0..3)
                    .map(|tenant| {
                        let mut change = issuing(&format!("{node} {number} {tenant}"), "tpc_1");
                        change.tenant = sample::tenant(1 + (tenant + node) % 3);
                        change
                    })
                    .collect();
                for answer in store.commit(batch).await {
                    let _receipt = answer.unwrap();
                }
            }
        });
    }
    tasks.join_all().await;
    let store = open(&url, patient()).await;
    for tenant in 1..=3 {
        let tenant = sample::tenant(tenant);
        let events = store.events(tenant, 0, u32::MAX).await.unwrap();
        assert_eq!(events.len(), 60);
        let mut value = chain::start(0);
        for (index, event) in (0..).zip(&events) {
            value = chain::next(&value, &chain::leaf_hash(&event.leaf));
            assert_eq!((event.index, event.chain), (index, value));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_driver_refuses_takes_no_other_down() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let store = open(&server.url(&database), patient()).await;
    server.execute(
        &database,
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$; \
         CREATE TRIGGER poison BEFORE INSERT ON token FOR EACH ROW WHEN (NEW.client = 'poison') \
         EXECUTE FUNCTION poison()",
    );
    for poisoned in [vec![0], vec![6], vec![3, 4], vec![0, 1, 2, 3, 4, 5, 6]] {
        let before = store.log_head(sample::tenant(1)).await.unwrap().size;
        let batch = (0..7)
            .map(|number| {
                let client = if poisoned.contains(&number) {
                    "poison"
                } else {
                    "tpc_1"
                };
                issuing(&format!("{number} after {before}"), client)
            })
            .collect();
        let answers = store.commit(batch).await;
        let mut next = before;
        for (number, answer) in (0..7).zip(answers) {
            if poisoned.contains(&number) {
                assert!(
                    matches!(answer, Err(CommitError::Store(StoreError::Driver(ref why))) if why.contains("poisoned")),
                    "{answer:?}"
                );
            } else {
                assert_eq!(answer.unwrap().first_index, Some(next));
                next += 1;
            }
        }
        assert_whole(&store, next).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_stood_in_anothers_way_is_tried_again() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let store = open(&server.url(&database), patient()).await;
    assert_eq!(issue(&store, "before").await, Ok(0));
    // The first three writes of a token fail as a conflict does; a sequence counts also what is rolled back.
    server.execute(
        &database,
        "CREATE SEQUENCE writes; \
         CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN IF nextval('writes') <= 3 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = TG_ARGV[0]; END IF; \
            RETURN NEW; END $$; \
         CREATE TRIGGER conflict BEFORE INSERT ON token FOR EACH ROW EXECUTE FUNCTION conflict('40001')",
    );
    assert_eq!(issue(&store, "a conflict").await, Ok(1));
    server.execute(
        &database,
        "ALTER SEQUENCE writes RESTART; DROP TRIGGER conflict ON token; \
         CREATE TRIGGER conflict BEFORE INSERT ON token FOR EACH ROW EXECUTE FUNCTION conflict('40P01')",
    );
    assert_eq!(issue(&store, "a deadlock").await, Ok(2));
    // Not for ever.
    server.execute(
        &database,
        "CREATE OR REPLACE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$",
    );
    assert!(matches!(
        issue(&store, "again and again").await,
        Err(CommitError::Store(StoreError::Unavailable(_)))
    ));
    server.execute(&database, "DROP TRIGGER conflict ON token");
    assert_eq!(issue(&store, "free").await, Ok(3));
    assert_whole(&store, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_cannot_be_is_named_with_its_place() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let store = open(&server.url(&database), patient()).await;
    let tenant = sample::tenant(1);
    let consent = sample::consent(sample::slot(sample::person(1), 1, 1), 1);
    let mut change = ChangeSet::new(tenant, sample::at(0));
    change
        .rows
        .extend(sample::every_row().into_iter().map(RowChange::Put));
    assert!(store.commit(vec![change]).await[0].is_ok());
    for (table, column, value, mended) in [
        ("consent", "status", "'maybe'", "'accepted'"),
        ("consent", "actor", "'{'", r#"'{"role":"system"}'"#),
        ("consent", "version", "-1", "1"),
        ("consent", "audience_kind", "'party'", "'client'"),
        ("consent", "qualifier", r"E'\x01'", "''"),
    ] {
        server.execute(&database, &format!("UPDATE {table} SET {column} = {value}"));
        let error = store.consent(tenant, consent.id).await.unwrap_err();
        let StoreError::Corrupt {
            table: in_table,
            column: in_column,
            row,
        } = error
        else {
            panic!("{error:?}")
        };
        let named = if column == "audience_kind" {
            "audience"
        } else {
            column
        };
        assert_eq!((in_table, in_column), (table, named));
        assert_eq!(row, consent.id.uuid().simple().to_string());
        server.execute(&database, &format!("UPDATE {table} SET {column} = {mended}"));
        store.consent(tenant, consent.id).await.unwrap();
    }

    // A version that cannot be is the fault of whoever needs it, and of nobody else in the batch.
    server.execute(&database, "UPDATE consent SET version = -1");
    let mut needing = issuing("needing", "tpc_1");
    needing.expect.push(Expect::At(RowKey::Consent(consent.id), 1));
    let answers = store.commit(vec![issuing("not needing", "tpc_1"), needing]).await;
    assert!(answers[0].is_ok());
    assert!(
        matches!(
            answers[1],
            Err(CommitError::Store(StoreError::Corrupt {
                table: "consent",
                column: "version",
                ..
            }))
        ),
        "{answers:?}"
    );

    server.execute(&database, "DELETE FROM consent");
    let seeds = Seeds {
        slots: vec![consent.slot.clone()],
        ..Seeds::default()
    };
    let error = store.touched(tenant, seeds).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Corrupt {
                table: "slot",
                column: "consent",
                ..
            }
        ),
        "{error:?}"
    );
    let error = store
        .record(tenant, sample::record_id(sample::person(1), 1))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Corrupt {
                table: "record",
                column: "consent",
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_reads_back_also_with_the_character_that_postgresql_cannot_hold() {
    let server = Postgres::shared();
    let store = open(&server.url(&server.ledger().await), patient()).await;
    let tenant = sample::tenant(1);
    let mut written = Vec::new();
    // The last one is longer than an index entry may be, and does not get shorter by compression.
    let long: String = (0_u32..20_000)
        .filter_map(|number| char::from_u32(0x4e00 + number.wrapping_mul(2_654_435_761) % 20_000))
        .collect();
    for (number, audience) in (1..).zip(["a\0b", "a\u{1}b", "a\u{1}\u{1}b", "ab", "a\\\\b", long.as_str()]) {
        let mut slot = sample::slot(sample::person(1), 1, 1);
        slot.audience = consentry_domain::Audience::Named(audience.to_owned());
        let consent = sample::consent(slot.clone(), number);
        let mut change = ChangeSet::new(tenant, sample::at(0));
        change.expect.push(Expect::Absent(RowKey::Slot(slot.clone())));
        change.rows.push(RowChange::Put(Row::Slot {
            slot,
            consent: consent.id,
            version: 1,
        }));
        change.rows.push(RowChange::Put(Row::Consent(consent.clone())));
        assert!(store.commit(vec![change]).await.remove(0).is_ok(), "{audience:?}");
        written.push(consent);
    }
    for consent in written {
        let seeds = Seeds {
            slots: vec![consent.slot.clone()],
            ..Seeds::default()
        };
        let touched = store.touched(tenant, seeds).await.unwrap();
        assert_eq!(touched.touched.slots.get(&consent.slot), Some(&consent.id));
        assert_eq!(
            store.consent(tenant, consent.id).await.unwrap().as_ref(),
            Some(&consent)
        );
    }
    let mut token = sample::token("zero", sample::person(1));
    token.client = Some("\0".to_owned());
    token.detail = "\0\u{1}".to_owned();
    let mut change = ChangeSet::new(tenant, sample::at(0));
    change.rows.push(RowChange::Put(Row::Token(token.clone())));
    assert!(store.commit(vec![change]).await.remove(0).is_ok());
    assert_eq!(
        store.token(tenant, token.hash).await.unwrap().as_ref(),
        Some(&token)
    );
}
