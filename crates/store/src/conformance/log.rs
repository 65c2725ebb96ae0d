//! The log and the memory of requests.

use super::{Engine, commit, sample, writing};
use crate::{
    ChangeSet, CommitError, EventHead, EventRow, Hash, Receipt, Row, Store, chain, change::EventFilter,
};

fn telling(words: &[&str]) -> ChangeSet {
    let mut change = writing([]);
    change
        .events
        .extend(words.iter().map(|words| sample::event(words, sample::person(1))));
    change
}

/// Indexes have no gaps, whatever was refused in between, and each chain value follows from the one before (8.1).
pub async fn indexes_are_dense_and_the_chain_holds(engine: &impl Engine) {
    let mut store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let mut appended = Vec::new();
    for round in 0..4 {
        let (one, two, three) = (
            format!("{round} one"),
            format!("{round} two"),
            format!("{round} three"),
        );
        let mut refused = telling(&["refused"]);
        refused.expect.push(crate::Expect::Unspent(
            sample::hash("never issued"),
            sample::at(0),
        ));
        let kept = [telling(&[&one, &two]), telling(&[]), telling(&[&three])];
        let first = appended.len() as u64;
        let [a, b, c] = kept.clone();
        let answers = store.commit(vec![a, refused, b, c]).await;
        let expected = [
            Ok(Receipt {
                first_index: Some(first),
                events: 2,
            }),
            Err(CommitError::Spent),
            Ok(Receipt {
                first_index: None,
                events: 0,
            }),
            Ok(Receipt {
                first_index: Some(first + 2),
                events: 1,
            }),
        ];
        assert_eq!(answers, expected);
        appended.extend(kept.into_iter().flat_map(|change| change.events));
        if round == 1 {
            store = engine.reopen(store).await;
        }
    }
    let mut value = chain::start(0);
    let stored = store.events(tenant, 0, 1000).await.unwrap();
    assert_eq!(stored.len(), appended.len());
    for (from, limit) in [(0, 1000), (1, 2), (2, 1), (1000, 5)] {
        let heads = store.event_heads(tenant, from, limit).await.unwrap();
        let expected = store.events(tenant, from, limit).await.unwrap();
        let expected: Vec<EventHead> = expected.into_iter().map(head_of).collect();
        assert_eq!(heads, expected);
    }
    for ((index, new), event) in (0..).zip(&appended).zip(&stored) {
        value = chain::next(&value, &chain::leaf_hash(&new.leaf));
        assert_eq!(event.index, index);
        assert_eq!(event.chain, value);
        assert_eq!(
            (event.id, event.kind.as_str(), event.at),
            (new.id, new.kind, new.at)
        );
        assert_eq!(
            (&event.leaf, event.sealed.as_ref()),
            (&new.leaf, Some(&new.sealed))
        );
        assert_eq!(
            (event.subject, event.door),
            (new.filter.subject, Some(new.filter.door))
        );
        assert_eq!(event.salt, None);
    }
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!((head.size, head.chain), (appended.len() as u64, value));
}

fn head_of(event: EventRow) -> EventHead {
    EventHead {
        index: event.index,
        kind: event.kind,
        subject: event.subject,
    }
}

/// A tenant without events has an empty log that begins with the chain's start; events without a person keep their salt.
pub async fn an_empty_log_has_a_start(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!((head.size, head.chain), (0, chain::start(0)));
    assert_eq!(store.events(tenant, 0, 10).await.unwrap(), []);
    let mut change = telling(&["nobody's"]);
    change.events[0].salt = Some(sample::hash("salt"));
    change.events[0].filter = EventFilter {
        subject: None,
        door: consentry_domain::decision::Door::Operator,
        party: None,
        definition: None,
    };
    let _receipt = commit(&store, change).await.unwrap();
    let events = store.events(tenant, 0, 10).await.unwrap();
    assert_eq!(
        (events[0].salt, events[0].subject),
        (Some(sample::hash("salt")), None)
    );
}

/// Events are read from an index on, at most as many as asked.
pub async fn events_are_read_in_pages(engine: &impl Engine) {
    let store = engine.fresh().await;
    let _receipt = commit(&store, telling(&["a", "b", "c", "d", "e"])).await.unwrap();
    for (from, limit, expected) in [
        (0, 2, vec![0, 1]),
        (2, 2, vec![2, 3]),
        (4, 2, vec![4]),
        (5, 2, vec![]),
        (0, 0, vec![]),
        (3, u32::MAX, vec![3, 4]),
        (u64::MAX, 10, vec![]),
    ] {
        let events = store.events(sample::tenant(1), from, limit).await.unwrap();
        assert_eq!(
            events.iter().map(|event| event.index).collect::<Vec<_>>(),
            expected,
            "from {from}, {limit}"
        );
    }
}

/// A request that was done is not done again; the answer names what it led to and whether the same was asked.
pub async fn a_repeated_request_is_a_duplicate(engine: &impl Engine) {
    let store = engine.fresh().await;
    let asking = |words, asked| {
        let mut change = telling(&[words]);
        change.idempotency = Some(sample::request(words, asked, 100));
        change
    };
    let asked = sample::request("request", "this", 100);
    let remembered = async |tenant, seconds| {
        let at = sample::at(seconds);
        store
            .remembered(sample::tenant(tenant), asked.key, at)
            .await
            .unwrap()
    };
    assert_eq!(remembered(1, 0).await, None);
    let _receipt = commit(&store, asking("request", "this")).await.unwrap();
    assert_eq!(remembered(1, 99).await, Some(asked.clone()));
    assert_eq!(remembered(1, 100).await, None, "its time is over");
    assert_eq!(remembered(2, 0).await, None, "another tenant");
    let duplicate = |same_request| {
        Err(CommitError::Duplicate {
            reference: "what came of request".to_owned(),
            same_request,
        })
    };
    assert_eq!(commit(&store, asking("request", "this")).await, duplicate(true));
    assert_eq!(commit(&store, asking("request", "that")).await, duplicate(false));
    // Being a repetition counts more than a condition that its first carrying out made fail.
    let mut stale = asking("request", "this");
    stale.expect.push(crate::Expect::Unspent(
        sample::hash("never issued"),
        sample::at(0),
    ));
    assert_eq!(commit(&store, stale).await, duplicate(true));
    let answers = store
        .commit(vec![asking("other", "this"), asking("other", "this")])
        .await;
    assert!(answers[0].is_ok(), "{answers:?}");
    assert!(
        matches!(
            answers[1],
            Err(CommitError::Duplicate {
                same_request: true,
                ..
            })
        ),
        "{answers:?}"
    );
    let mut elsewhere = asking("request", "this");
    elsewhere.tenant = sample::tenant(2);
    let _receipt = commit(&store, elsewhere).await.unwrap();
    assert_eq!(store.log_head(sample::tenant(1)).await.unwrap().size, 2);
}

/// From the end of its time on, a request is new again.
pub async fn a_forgotten_request_is_new(engine: &impl Engine) {
    let store = engine.fresh().await;
    let asking = |seconds, until| {
        let mut change = telling(&["asked"]);
        change.at = sample::at(seconds);
        change.idempotency = Some(sample::request("request", "this", until));
        change
    };
    let _receipt = commit(&store, asking(0, 10)).await.unwrap();
    assert!(commit(&store, asking(9, 19)).await.is_err());
    let _receipt = commit(&store, asking(10, 20)).await.unwrap();
    assert!(
        commit(&store, asking(19, 29)).await.is_err(),
        "remembered anew until 20"
    );
}

/// Answers come in the order of the batch, for a batch as large as the writer makes them and for an empty one.
pub async fn a_batch_is_answered_in_its_order(engine: &impl Engine) {
    let store = engine.fresh().await;
    assert!(store.commit(Vec::new()).await.is_empty());
    let words: Vec<String> = (0..256).map(|number| format!("member {number}")).collect();
    let batch: Vec<ChangeSet> = words
        .iter()
        .map(|words| {
            let mut change = telling(&[words]);
            change.rows.push(crate::RowChange::Put(Row::Alias(sample::alias(
                words,
                sample::person(1),
            ))));
            change
        })
        .collect();
    let answers = store.commit(batch).await;
    for (index, answer) in (0..).zip(&answers) {
        assert_eq!(
            *answer,
            Ok(Receipt {
                first_index: Some(index),
                events: 1
            })
        );
    }
    let events = store.events(sample::tenant(1), 0, 1000).await.unwrap();
    let leaves: Vec<Hash> = events.iter().map(|event| chain::sha256(&event.leaf)).collect();
    let expected: Vec<Hash> = words
        .iter()
        .map(|words| chain::sha256(&sample::event(words, sample::person(1)).leaf))
        .collect();
    assert_eq!(leaves, expected);
}

/// Events about one person are read in order, from an index on, at most as many as asked, and nobody else's.
pub async fn events_of_one_person_are_read_in_order(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let mut change = writing([]);
    for (words, person) in [("a", 1), ("b", 2), ("c", 1), ("d", 2), ("e", 2), ("f", 1)] {
        change.events.push(sample::event(words, sample::person(person)));
    }
    let mut nobodys = sample::event("g", sample::person(1));
    nobodys.filter.subject = None;
    change.events.push(nobodys);
    let _receipt = commit(&store, change).await.unwrap();
    for (person, from, limit, expected) in [
        (1, 0, 10, vec![0, 2, 5]),
        (2, 0, 10, vec![1, 3, 4]),
        (2, 0, 2, vec![1, 3]),
        (2, 2, 2, vec![3, 4]),
        (1, 3, 1, vec![5]),
        (1, 6, 10, vec![]),
        (1, 0, 0, vec![]),
        (3, 0, 10, vec![]),
        (1, u64::MAX, 10, vec![]),
    ] {
        let subject = sample::person(person);
        let found = store.events_of(tenant, subject, from, limit).await.unwrap();
        let all = store.events(tenant, 0, 100).await.unwrap();
        for event in &found {
            assert!(all.contains(event));
        }
        assert_eq!(
            found.iter().map(|event| event.index).collect::<Vec<_>>(),
            expected,
            "person {person} from {from}, {limit}"
        );
    }
    let other = store.events_of(sample::tenant(2), sample::person(1), 0, 10).await;
    assert_eq!(other.unwrap(), []);
}

/// What is erased says nothing and is about nobody; leaves, chain and everybody else's events stay.
pub async fn events_of_a_person_are_erased_and_the_chain_holds(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let mut change = writing([]);
    for (words, person) in [("a", 1), ("b", 2), ("c", 1)] {
        change.events.push(sample::event(words, sample::person(person)));
    }
    let elsewhere = ChangeSet {
        tenant: sample::tenant(2),
        ..change.clone()
    };
    for change in [change, elsewhere] {
        let _receipt = commit(&store, change).await.unwrap();
    }
    let before = store.events(tenant, 0, 10).await.unwrap();
    let others = store.events(sample::tenant(2), 0, 10).await.unwrap();
    let mut erasing = writing([]);
    erasing
        .rows
        .push(crate::RowChange::EraseEvents(sample::person(1)));
    for _twice in 0..2 {
        let _receipt = commit(&store, erasing.clone()).await.unwrap();
    }
    let store = engine.reopen(store).await;
    let after = store.events(tenant, 0, 10).await.unwrap();
    for (was, is) in before.iter().zip(&after) {
        let mut expected = was.clone();
        if was.subject == Some(sample::person(1)) {
            expected.sealed = None;
            expected.subject = None;
            expected.door = None;
        }
        assert_eq!(*is, expected);
    }
    assert_eq!(after.len(), 3);
    assert_eq!(store.events(sample::tenant(2), 0, 10).await.unwrap(), others);
    let found = store.events_of(tenant, sample::person(1), 0, 10).await.unwrap();
    assert_eq!(found, []);
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!(head.chain, after[2].chain);
}
