//! Conditions of change sets: each kind, each row, and what a refusal leaves behind.

use consentry_domain::Timestamp;

use super::{Engine, commit, rows::stored, sample, write, writing};
use crate::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, Store, TokenRow};

fn expecting(expect: Expect) -> ChangeSet {
    let mut change = writing([Row::Alias(sample::alias("something to write", sample::person(9)))]);
    change.expect.push(expect);
    change
}

/// `Absent` refuses a row of any kind that exists, and lets one be written that does not.
pub async fn absent_refuses_what_exists(engine: &impl Engine) {
    let store = engine.fresh().await;
    for row in sample::every_row() {
        let key = row.key();
        let mut change = writing([row]);
        change.expect.push(Expect::Absent(key.clone()));
        let _receipt = commit(&store, change.clone()).await.unwrap();
        assert_eq!(
            commit(&store, change.clone()).await,
            Err(CommitError::Taken),
            "{key:?} is there"
        );
        let mut removal = ChangeSet::new(sample::tenant(1), sample::at(0));
        removal.rows.push(RowChange::Delete(key.clone()));
        let _receipt = commit(&store, removal).await.unwrap();
        let _receipt = commit(&store, change)
            .await
            .unwrap_or_else(|error| panic!("{key:?} is gone: {error}"));
    }
}

/// `At` wants exactly the stored version of a row of any kind.
pub async fn at_wants_the_stored_version(engine: &impl Engine) {
    let store = engine.fresh().await;
    for row in sample::every_row() {
        let key = row.key();
        let at = |version| expecting(Expect::At(key.clone(), version));
        assert_eq!(
            commit(&store, at(1)).await,
            Err(CommitError::Stale),
            "{key:?} is not there"
        );
        let row = sample::in_version(&row, 5);
        let version = row.version();
        write(&store, [row]).await;
        assert_eq!(
            commit(&store, at(version - 1)).await,
            Err(CommitError::Stale),
            "{key:?} is newer"
        );
        assert_eq!(
            commit(&store, at(version + 1)).await,
            Err(CommitError::Stale),
            "{key:?} is older"
        );
        let _receipt = commit(&store, at(version))
            .await
            .unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }
}

/// `Unspent` wants a credential that exists, was neither used nor revoked, and is not over at the given moment.
pub async fn unspent_refuses_what_is_spent_or_over(engine: &impl Engine) {
    let store = engine.fresh().await;
    let ada = sample::person(1);
    let live = sample::token("live", ada);
    let used = TokenRow {
        consumed_at: Some(sample::at(1)),
        ..sample::token("used", ada)
    };
    let revoked = TokenRow {
        revoked_at: Some(sample::at(1)),
        ..sample::token("revoked", ada)
    };
    let over_at = live.expires_at;
    let just_before = Timestamp::from_micros(over_at.as_micros() - 1);
    write(
        &store,
        [
            Row::Token(live.clone()),
            Row::Token(used.clone()),
            Row::Token(revoked.clone()),
        ],
    )
    .await;
    for (hash, at, expected) in [
        (live.hash, sample::at(0), Ok(())),
        (live.hash, just_before, Ok(())),
        (live.hash, over_at, Err(CommitError::Spent)),
        (used.hash, sample::at(0), Err(CommitError::Spent)),
        (revoked.hash, sample::at(0), Err(CommitError::Spent)),
        (
            sample::hash("never issued"),
            sample::at(0),
            Err(CommitError::Spent),
        ),
    ] {
        let answer = commit(&store, expecting(Expect::Unspent(hash, at))).await;
        assert_eq!(answer.map(|_| ()), expected, "{hash:?} at {at}");
    }
}

/// Conditions are looked at in their order; the first that fails is the answer.
pub async fn the_first_condition_that_fails_is_the_answer(engine: &impl Engine) {
    let store = engine.fresh().await;
    let row = Row::Alias(sample::alias("there", sample::person(1)));
    write(&store, [row.clone()]).await;
    let conditions = [
        (
            Expect::At(RowKey::Alias(sample::hash("nowhere")), 1),
            CommitError::Stale,
        ),
        (Expect::Absent(row.key()), CommitError::Taken),
        (
            Expect::Unspent(sample::hash("never issued"), sample::at(0)),
            CommitError::Spent,
        ),
    ];
    for first in 0..conditions.len() {
        let mut change = writing([row.clone()]);
        change.expect.push(Expect::At(row.key(), 1));
        change.expect.extend(
            conditions
                .iter()
                .cycle()
                .skip(first)
                .take(3)
                .map(|(expect, _)| expect.clone()),
        );
        assert_eq!(commit(&store, change).await.unwrap_err(), conditions[first].1);
    }
}

/// A refused change set leaves no row, no event and no memory of its request.
pub async fn nothing_of_a_refused_change_set_is_stored(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let rows = sample::every_row();
    let mut change = writing(rows.clone());
    change.events.push(sample::event("refused", sample::person(1)));
    change.idempotency = Some(sample::request("request", "asked", 100));
    let mut refused = change.clone();
    refused
        .expect
        .push(Expect::At(RowKey::Alias(sample::hash("nowhere")), 1));
    assert_eq!(commit(&store, refused).await, Err(CommitError::Stale));
    for row in &rows {
        assert_eq!(stored(&store, tenant, row).await, None, "{:?}", row.key());
    }
    assert_eq!(store.log_head(tenant).await.unwrap().size, 0);
    assert_eq!(store.events(tenant, 0, 10).await.unwrap(), []);
    assert_eq!(
        commit(&store, change).await.unwrap().first_index,
        Some(0),
        "the request is not remembered"
    );
}

/// Of two members that want the same, the second loses; those beside them are not touched by it.
pub async fn members_of_a_batch_are_judged_in_order(engine: &impl Engine) {
    let store = engine.fresh().await;
    let ada = sample::person(1);
    let token = sample::token("once", ada);
    write(&store, [Row::Token(token.clone())]).await;
    let spend = |version| {
        let mut change = writing([Row::Token(TokenRow {
            consumed_at: Some(sample::at(1)),
            version,
            ..token.clone()
        })]);
        change.expect.push(Expect::Unspent(token.hash, sample::at(1)));
        change.events.push(sample::event("spent", ada));
        change
    };
    let fresh_name = |words| {
        let row = Row::Alias(sample::alias(words, ada));
        let mut change = writing([row.clone()]);
        change.expect.push(Expect::Absent(row.key()));
        change.events.push(sample::event(words, ada));
        change
    };
    let answers = store
        .commit(vec![
            spend(2),
            fresh_name("one"),
            spend(3),
            fresh_name("one"),
            fresh_name("two"),
        ])
        .await;
    let indexes: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().map(|receipt| receipt.first_index))
        .collect();
    assert_eq!(
        indexes,
        [
            Ok(Some(0)),
            Ok(Some(1)),
            Err(&CommitError::Spent),
            Err(&CommitError::Taken),
            Ok(Some(2))
        ]
    );
    assert_eq!(
        store
            .token(sample::tenant(1), token.hash)
            .await
            .unwrap()
            .unwrap()
            .version,
        2
    );

    let raise = |failures| {
        let mut change = writing([Row::Token(TokenRow {
            version: 3,
            failures,
            ..token.clone()
        })]);
        change.expect.push(Expect::At(RowKey::Token(token.hash), 2));
        change
    };
    let answers = store.commit(vec![raise(1), raise(2)]).await;
    assert!(answers[0].is_ok());
    assert_eq!(answers[1], Err(CommitError::Stale));
    assert_eq!(
        store
            .token(sample::tenant(1), token.hash)
            .await
            .unwrap()
            .unwrap()
            .failures,
        1
    );
}

/// A record that lives in the shard of another person is not absent.
pub async fn a_record_is_absent_only_when_it_is_in_no_shard(engine: &impl Engine) {
    let store = engine.fresh().await;
    let (ada, bob) = (sample::person(1), sample::person(2));
    let consent = sample::consent(sample::slot(bob, 1, 1), 1);
    let mut record = sample::record(&consent, 1);
    record.record.id = sample::record_id(ada, 1);
    write(&store, [Row::Consent(consent), Row::Record(record.clone())]).await;
    for shard in [ada.shard(), bob.shard()] {
        let answer = commit(
            &store,
            expecting(Expect::Absent(RowKey::Record(shard, record.record.id))),
        )
        .await;
        assert_eq!(answer, Err(CommitError::Taken), "{shard:?}");
    }
    let elsewhere = expecting(Expect::At(RowKey::Record(ada.shard(), record.record.id), 1));
    assert_eq!(
        commit(&store, elsewhere).await,
        Err(CommitError::Stale),
        "it does not live there"
    );
    let here = expecting(Expect::At(RowKey::Record(bob.shard(), record.record.id), 1));
    let _receipt = commit(&store, here).await.unwrap();
}
