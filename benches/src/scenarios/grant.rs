//! Recording a decision: a consent record posted at the records door, answered once it is on the disk. The limit is the group commit
//! of the very rows that this wrote.

use std::{cell::Cell, path::Path, rc::Rc};

use anyhow::Result;

use super::{Setup, beside};
use crate::{
    demo::Demo,
    limits::{
        flush,
        group_commit::{Gained, copy},
    },
    load::{HttpClient, Load, Outcome, better},
    report::Figure,
};

/// Clients at the same time.
pub(super) const CLIENTS: usize = 64;

/// People whose consents are recorded. Each is known before the measurement begins.
const PEOPLE: u64 = 1_000;

/// Many clients at once.
pub fn many(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let decisions = Decisions::begin(&demo, setup)?;
    let load = setup.load(CLIENTS);
    let [before, after] = ["before.db", "after.db"].map(|name| scratch.path().join(name));
    let mut best: Option<(Outcome, Outcome)> = None;
    for _ in 0..setup.rounds {
        copy(&demo.ledger(), &before)?;
        let ours = decisions.record(load)?;
        copy(&demo.ledger(), &after)?;
        let limit = Gained::between(&before, &after, ours.answers)?.measure(load, scratch.path())?;
        best = Some(match best {
            Some((best_limit, best_ours)) => (better(best_limit, limit), better(best_ours, ours)),
            None => (limit, ours),
        });
        forget(&before)?;
        forget(&after)?;
    }
    Ok(best
        .map(|(limit, ours)| beside("grant", ours, limit.per_second))
        .into_iter()
        .collect())
}

fn forget(copy: &Path) -> Result<()> {
    Ok(std::fs::remove_file(copy)?)
}

/// One client, beside one page flushed to the disk. The ratio is that of the medians: how many flushes one answer takes.
pub fn one(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let decisions = Decisions::begin(&demo, setup)?;
    let (limit, ours) = setup.turns(
        || flush::measure(scratch.path(), setup.window),
        || decisions.record(setup.load(1)),
    )?;
    Ok(vec![Figure {
        scenario: "grant-one",
        engine: "sqlite",
        value: ours.p50_ms,
        unit: "ms",
        limit: Some(limit.p50_ms),
        ratio: Some(ours.p50_ms / limit.p50_ms),
        p50_ms: Some(ours.p50_ms),
        p99_ms: Some(ours.p99_ms),
        records: None,
    }])
}

/// Decisions of known people, each about a recipient that is new to the person.
pub(super) struct Decisions<'a> {
    demo: &'a Demo,
    people: &'static str,
    next: Rc<Cell<u64>>,
}

impl<'a> Decisions<'a> {
    /// How many people take part, from 0 on.
    pub(super) const PEOPLE: u64 = PEOPLE;

    /// Of people who are called this, with a number.
    pub(super) fn of(demo: &'a Demo, people: &'static str) -> Self {
        Self {
            demo,
            people,
            next: Rc::default(),
        }
    }

    /// Goes on behind those that were made by an earlier server.
    pub(super) fn beginning_at(self, next: u64) -> Self {
        self.next.set(next);
        self
    }

    /// How many there are, with those that were not answered any more.
    pub(super) fn made(&self) -> u64 {
        self.next.get()
    }

    /// Makes the people known.
    pub(super) fn begin(demo: &'a Demo, setup: &Setup) -> Result<Self> {
        let decisions = Self::of(demo, "person");
        while decisions.next.get() < PEOPLE && setup.rounds > 1 {
            let _known = decisions.record(setup.load(CLIENTS))?;
        }
        Ok(decisions)
    }

    pub(super) fn record(&self, load: Load) -> Result<Outcome> {
        let address = self.demo.address()?;
        load.run(async |_| {
            let post = self.demo.records("POST", "/consents")?;
            let (people, next) = (self.people, Rc::clone(&self.next));
            HttpClient::open(address, 201, move || {
                let number = next.get();
                next.set(number + 1);
                let (person, shop) = (number % PEOPLE, number / PEOPLE);
                let body = format!(
                    r#"{{"status":"accepted","subject":"{people}-{person}","audience":"shop-{shop}","definition":{{"id":"share-my-email","version":"1.0","locale":"en-GB"}},"titleText":"Your e-mail address","dataText":"The address you gave us","purposeText":"So that the shop can write to you","consentContext":{{"captureMethod":"web"}}}}"#
                );
                post.clone().body("application/json", body).bytes()
            })
            .await
        })
    }
}
