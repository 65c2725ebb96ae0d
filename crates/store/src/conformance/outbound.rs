//! What follows a decision: work that one node does at a time, and messages.

use consentry_domain::{Consent, Status};

use super::{Engine, commit, sample, write, writing};
use crate::{
    ChangeSet, CommitError, DeliveryQuery, DeliveryRow, DeliveryStatus, Expect, JobRow, Row, RowKey, Store,
};

/// Work is found by its kind and key, and listed by its kind.
pub async fn work_is_found_by_its_key_and_listed_by_its_kind(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let all = [
        sample::job("replay", "b"),
        sample::job("replay", "a"),
        sample::job("sweep", "a"),
    ];
    write(&store, all.clone().map(Row::Job)).await;
    let listed = store.jobs(tenant, "replay".to_owned()).await.unwrap();
    assert_eq!(listed, [all[1].clone(), all[0].clone()]);
    let found = store
        .job(tenant, "sweep".to_owned(), "a".to_owned())
        .await
        .unwrap();
    assert_eq!(found.as_ref(), Some(&all[2]));
    let other = sample::tenant(2);
    assert!(store.jobs(other, "replay".to_owned()).await.unwrap().is_empty());
    let missing = store
        .job(tenant, "sweep".to_owned(), "b".to_owned())
        .await
        .unwrap();
    assert_eq!(missing, None);
}

/// Work of a kind is listed in the order in which it is due.
pub async fn work_is_listed_in_the_order_in_which_it_is_due(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let due = |kind: &str, key: &str, seconds| JobRow {
        due_at: sample::at(seconds),
        ..sample::job(kind, key)
    };
    let all = [
        due("mail", "c", 30),
        due("mail", "b", 10),
        due("mail", "a", 10),
        due("sweep", "a", 5),
        due("mail", "d", -20),
    ];
    write(&store, all.clone().map(Row::Job)).await;
    let listed = |limit| store.jobs_by_due(tenant, "mail".to_owned(), limit);
    let sorted = [&all[4], &all[2], &all[1], &all[0]].map(Clone::clone);
    assert_eq!(listed(10).await.unwrap(), sorted);
    assert_eq!(listed(2).await.unwrap(), sorted[..2]);
    let other = store.jobs_by_due(sample::tenant(2), "mail".to_owned(), 10);
    assert!(other.await.unwrap().is_empty());
    // Moved later, it is found where it now belongs.
    write(&store, [Row::Job(due("mail", "d", 40))]).await;
    assert_eq!(listed(10).await.unwrap().last(), Some(&due("mail", "d", 40)));
}

fn taking(job: &JobRow, by: &str) -> ChangeSet {
    let taken = JobRow {
        version: job.version + 1,
        holder: Some(by.to_owned()),
        ..job.clone()
    };
    let mut change = writing([Row::Job(taken)]);
    let key = RowKey::Job(job.kind.clone(), job.key.clone());
    change.expect.push(Expect::At(key, job.version));
    change
}

/// Of many who read that work is free and write themselves in, in one batch or in several at the same time, one does.
pub async fn of_many_who_take_work_one_does(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let job = sample::job("webhooks", "all");
    write(&store, [Row::Job(job.clone())]).await;
    let batch = |names: [&str; 3]| names.map(|name| taking(&job, name)).to_vec();
    let (first, second) = tokio::join!(
        store.commit(batch(["a", "b", "c"])),
        store.commit(batch(["d", "e", "f"]))
    );
    let answers: Vec<_> = first.into_iter().chain(second).collect();
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(taken, 1, "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Ok(_) | Err(CommitError::Stale)))
    );
    let kept = store
        .job(tenant, job.kind.clone(), job.key.clone())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.version, 2);

    // Who held it before writes nothing any more.
    let mut late = writing([Row::Delivery(sample::delivery(1, 1))]);
    late.expect
        .push(Expect::At(RowKey::Job(job.kind.clone(), job.key.clone()), 1));
    assert_eq!(commit(&store, late).await.unwrap_err(), CommitError::Stale);
    let id = sample::delivery(1, 1).id;
    assert_eq!(store.delivery(tenant, id).await.unwrap(), None);
}

/// Consents whose end lies in a time are found by it, page by page, unless somebody ended them.
pub async fn consents_are_found_by_their_end(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let ending = |number: u32, end: Option<i64>, status: Status| {
        let slot = sample::slot(sample::person(number), 1, 1);
        Consent {
            status,
            valid_until: end.map(sample::at),
            ..sample::consent(slot, number)
        }
    };
    let mut all = [
        ending(1, Some(10), Status::Accepted),
        ending(2, Some(20), Status::Restricted),
        ending(3, Some(20), Status::Accepted),
        ending(4, Some(20), Status::Revoked),
        ending(5, Some(30), Status::Accepted),
        ending(6, None, Status::Accepted),
    ];
    write(&store, all.clone().map(Row::Consent)).await;
    all[1..3].sort_by_key(|consent| consent.id);
    let first = (sample::at(10), all[0].id);
    let found = |after, until, limit| store.consents_ending(tenant, after, sample::at(until), limit);
    assert_eq!(found(first, 29, 10).await.unwrap(), all[1..3]);
    assert_eq!(found(first, 30, 1).await.unwrap(), all[1..2]);
    let second = (sample::at(20), all[1].id);
    assert_eq!(
        found(second, 30, 10).await.unwrap(),
        [all[2].clone(), all[4].clone()]
    );
}

/// What was withdrawn, narrowed or cut short is found by when it last changed, latest first, however old it is.
pub async fn what_was_withdrawn_is_found_by_when_it_was(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let changed = |number: u32, changed: i64, status: Status, end: Option<i64>| Consent {
        status,
        updated_at: sample::at(changed),
        valid_until: end.map(sample::at),
        ..sample::consent(sample::slot(sample::person(number), 1, 1), number)
    };
    let consents = [
        changed(1, 100, Status::Revoked, None),
        changed(2, 200, Status::Superseded, None),
        changed(3, 300, Status::Restricted, Some(900)),
        // Given and withdrawn in the same moment.
        changed(4, 4, Status::Revoked, None),
        // Given anew, and cut short.
        changed(5, 310, Status::Accepted, None),
        changed(6, 320, Status::Accepted, Some(400)),
        // As it was given.
        changed(7, 7, Status::Accepted, Some(8)),
        changed(8, 330, Status::Denied, None),
    ];
    let item = |number: u32| {
        let person = sample::person(number);
        sample::agreement(person, number, &[&consents[0]])
    };
    let ended = Row::Agreement(consentry_domain::Agreement {
        updated_at: sample::at(150),
        ended: Some(sample::ended(150)),
        ..item(1)
    });
    let narrowed = Row::Agreement(consentry_domain::Agreement {
        updated_at: sample::at(250),
        ..item(2)
    });
    write(&store, consents.clone().map(Row::Consent)).await;
    write(&store, [ended, narrowed, Row::Agreement(item(3))]).await;
    let id = |number: usize| (consents[number - 1].id, consents[number - 1].updated_at);
    let bundle = |number: u32, changed: i64| (item(number).id, sample::at(changed));
    let asked = |since: i64, now: i64, limit: u32| {
        let store = &store;
        async move {
            let (since, now) = (sample::at(since), sample::at(now));
            store.withdrawn(tenant, since, now, limit).await.unwrap()
        }
    };
    let all = asked(0, 400, 10).await;
    assert_eq!(all.consents, [id(6), id(3), id(2), id(1), id(4)]);
    assert_eq!(all.agreements, [bundle(2, 250), bundle(1, 150)]);
    let before_the_cut = asked(0, 399, 10).await;
    assert_eq!(before_the_cut.consents, [id(3), id(2), id(1), id(4)]);
    let late = asked(200, 400, 1).await;
    assert_eq!(
        (late.consents, late.agreements),
        (vec![id(6)], vec![bundle(2, 250)])
    );
    let other = store.withdrawn(sample::tenant(2), sample::at(0), sample::at(400), 10);
    assert_eq!(other.await.unwrap(), crate::Withdrawn::default());
}

fn message(to: u32, number: u32, status: DeliveryStatus) -> DeliveryRow {
    let finished = matches!(status, DeliveryStatus::Delivered | DeliveryStatus::Parked);
    DeliveryRow {
        status,
        finished_at: finished.then(|| sample::at(i64::from(number) * 10)),
        ..sample::delivery(to, number)
    }
}

fn numbers(found: &[DeliveryRow]) -> Vec<u64> {
    found.iter().map(|row| row.number).collect()
}

/// Messages of an endpoint are listed latest first, page by page, by state, name and time.
pub async fn messages_are_listed_latest_first_and_filtered(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let mut all: Vec<_> = (1..=6)
        .map(|number| message(1, number, DeliveryStatus::Delivered))
        .collect();
    all[1].status = DeliveryStatus::Parked;
    all[4].kind = "grant.ended".to_owned();
    write(&store, all.clone().into_iter().map(Row::Delivery)).await;
    write(&store, [Row::Delivery(message(2, 9, DeliveryStatus::Delivered))]).await;
    let all_of_one = DeliveryQuery {
        endpoint: sample::endpoint(1),
        status: None,
        kind: None,
        since: None,
        before: None,
        limit: 4,
    };
    let asked = |query: DeliveryQuery| {
        let store = &store;
        async move { numbers(&store.deliveries(tenant, query).await.unwrap()) }
    };
    assert_eq!(asked(all_of_one.clone()).await, [6, 5, 4, 3]);
    let rest = DeliveryQuery {
        before: Some(3),
        ..all_of_one.clone()
    };
    assert_eq!(asked(rest).await, [2, 1]);
    let parked = DeliveryQuery {
        status: Some(DeliveryStatus::Parked),
        ..all_of_one.clone()
    };
    assert_eq!(asked(parked).await, [2]);
    let named = DeliveryQuery {
        kind: Some("grant.ended".to_owned()),
        ..all_of_one.clone()
    };
    assert_eq!(asked(named).await, [5]);
    let recent = DeliveryQuery {
        since: Some(sample::at(5)),
        ..all_of_one
    };
    assert_eq!(asked(recent).await, [6, 5]);
}

/// What waits, what was asked for, and what is finished are each found in their order.
pub async fn messages_are_found_by_what_has_become_of_them(engine: &impl Engine) {
    use DeliveryStatus::{Asked, Delivered, Parked, Waiting};
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let all = [
        message(1, 3, Waiting),
        message(1, 1, Waiting),
        message(1, 2, Delivered),
        message(1, 4, Asked),
        message(2, 5, Waiting),
        message(2, 6, Parked),
    ];
    write(&store, all.clone().map(Row::Delivery)).await;
    let waiting = |limit| store.waiting_deliveries(tenant, sample::endpoint(1), limit);
    assert_eq!(numbers(&waiting(10).await.unwrap()), [1, 3]);
    assert_eq!(numbers(&waiting(1).await.unwrap()), [1]);
    assert_eq!(numbers(&store.asked_deliveries(tenant, 10).await.unwrap()), [4]);
    let finished = |seconds, limit| store.finished_deliveries(tenant, sample::at(seconds), limit);
    assert_eq!(numbers(&finished(60, 10).await.unwrap()), [2]);
    assert_eq!(numbers(&finished(61, 10).await.unwrap()), [2, 6]);
    assert_eq!(numbers(&finished(61, 1).await.unwrap()), [2]);
    assert!(
        store
            .asked_deliveries(sample::tenant(2), 10)
            .await
            .unwrap()
            .is_empty()
    );
}
