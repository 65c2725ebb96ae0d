//! A person with all their events: reading them, and writing them back.

mod reading;

use std::collections::{BTreeMap, BTreeSet};

use consentry_domain::{
    DecisionId, SubjectId, Timestamp,
    decision::Actor,
    subject::{Alias, Namespace},
};
use consentry_store::{Expect, Hash, PreferenceKind, PreferenceRow, Row, RowChange, RowKey};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    fold::fold,
    model::{EventBody, EventStatus, Folded, KeptProof, PersonBody},
};
use crate::{Ledger, TenantSnapshot, environment::Ids, error::Fault, sealing::Key};

/// An event in hand.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) hash: Hash,
    /// As stored; none for a new one.
    pub(super) version: Option<u32>,
    /// When it was written here first.
    pub(super) made_at: Timestamp,
    pub(super) body: EventBody,
    /// As it was read; none for a new one.
    pub(super) was: Option<EventBody>,
    pub(super) is_changed: bool,
}

/// A person in hand.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) subject: SubjectId,
    pub(super) key: Key,
    hash: Hash,
    /// As stored; none for a new one.
    pub(super) version: Option<u32>,
    pub(super) created_at: Timestamp,
    pub(super) body: PersonBody,
    pub(super) events: Vec<Kept>,
    removed: Vec<(Hash, u32)>,
    /// Events that somebody took away, as they were.
    pub(super) taken_away: Vec<EventBody>,
    /// Files of events that were taken away.
    pub(super) removed_proofs: Vec<KeptProof>,
    /// What their events came to when they were read.
    pub(super) before: Folded,
    pub(super) is_changed: bool,
    /// People who become one with them.
    pub(super) merged: Vec<SubjectId>,
    /// Name spaces in which they have other names than before.
    pub(super) renamed: BTreeSet<Namespace>,
    pub(super) is_gone: bool,
    /// Whether they are deleted at every door.
    pub(super) is_erased: bool,
    /// Whether old events were taken away that no answer changes with.
    pub(super) is_trimmed: bool,
    /// Purposes that an event now in hand switches, by regulation, with the moment since which it counts.
    pub(super) switched: BTreeMap<(String, String), Timestamp>,
    /// Who acts, and what is noted beside the decision.
    pub(super) actor: Option<Actor>,
    pub(super) note: Map<String, Value>,
}

/// Under what an event is found.
pub(super) fn event_hash(tenant: &TenantSnapshot, id: &str) -> Hash {
    tenant.keys.lookup("preference_event", id)
}

/// Under what a person is found.
pub(super) fn person_hash(tenant: &TenantSnapshot, subject: SubjectId) -> Hash {
    tenant.keys.lookup("preference_person", &subject.to_string())
}

/// The name of a person whom a first party knows.
pub(super) fn organization_alias(tenant: &TenantSnapshot, id: &str) -> Alias {
    Alias::new(tenant.tenant.preferences.organization_users, id)
}

/// The name of a device.
pub(super) fn device_alias(id: &str) -> Alias {
    Alias::new(Namespace::Device, id)
}

impl Person {
    /// Adds an event.
    pub(super) fn add(&mut self, hash: Hash, now: Timestamp, body: EventBody) {
        self.note_switches(&body);
        self.body.next = self.body.next.saturating_add(1);
        self.is_changed = true;
        self.events.push(Kept {
            hash,
            version: None,
            made_at: now,
            body,
            was: None,
            is_changed: true,
        });
    }

    /// Receivers that are told in the vendor's words are told nothing of what is in hand (5.4).
    pub(super) fn keep_silent(&mut self) {
        self.note.insert("silent".to_owned(), Value::Bool(true));
    }

    /// Remembers which purposes an event switches from when it counts.
    pub(super) fn note_switches(&mut self, body: &EventBody) {
        if body.status != EventStatus::Confirmed {
            return;
        }
        for purpose in &body.choices.purposes {
            if matches!(purpose.enabled, Some(Some(_))) {
                self.switched
                    .insert((body.regulation.clone(), purpose.id.clone()), body.applied_at);
            }
        }
    }

    /// Takes events away.
    pub(super) fn remove(&mut self, is_it: impl Fn(&EventBody) -> bool) {
        let (gone, kept) = std::mem::take(&mut self.events)
            .into_iter()
            .partition(|event| is_it(&event.body));
        self.events = kept;
        let gone: Vec<Kept> = gone;
        self.is_changed |= !gone.is_empty();
        let files = gone.iter().flat_map(|event| event.body.proofs.iter().cloned());
        self.removed_proofs.extend(files);
        for event in gone {
            if let (Some(version), Some(was)) = (event.version, event.was) {
                self.removed.push((event.hash, version));
                self.taken_away.push(was);
            }
        }
    }

    /// Ties every new event, and one that counts from now on, to a decision of the log; answers the one that is being taken.
    pub(super) fn decide(&mut self, ids: &Ids<'_>) -> DecisionId {
        let counts_now = |event: &&Kept| {
            let was = event.was.as_ref().map(|was| was.status);
            was == Some(EventStatus::PendingApproval) && event.body.status == EventStatus::Confirmed
        };
        let mut approved = self.events.iter().filter(counts_now);
        let decided = match (approved.next(), approved.next()) {
            (Some(one), None) => one.body.decision,
            _ => None,
        };
        let taken = decided.unwrap_or_else(|| ids.decision(self.subject));
        for event in self.events.iter_mut().filter(|event| event.was.is_none()) {
            event.body.decision = Some(match event.body.status {
                EventStatus::Confirmed => taken,
                // What waits is recorded when it counts.
                _ => ids.decision(self.subject),
            });
        }
        taken
    }

    /// Takes events away that say nothing any more. Nothing about the person changes by it.
    pub(super) fn trim(&mut self, is_it: impl Fn(&EventBody) -> bool) {
        let was_changed = self.is_changed;
        let before = self.events.len();
        let taken_away = self.taken_away.len();
        self.remove(is_it);
        self.taken_away.truncate(taken_away);
        self.is_trimmed |= self.events.len() < before;
        self.is_changed = was_changed;
    }

    /// Hands all events over to somebody else, who writes them anew.
    pub(super) fn hand_over(&mut self) -> Vec<Kept> {
        self.is_changed = true;
        std::mem::take(&mut self.events)
    }

    /// What their events come to.
    pub(super) fn refold(&mut self, now: Timestamp) {
        let after = fold(self.events.iter().map(|event| &event.body));
        if self.is_changed {
            self.body.updated_at = now;
        }
        self.body.folded = after;
    }

    /// The rows that keep them, and the conditions under which they are written.
    pub(super) fn rows(&self, ledger: &Ledger) -> Result<(Vec<Expect>, Vec<RowChange>), Fault> {
        let mut expect = vec![expected(self.hash, self.version)];
        let mut rows = Vec::new();
        for (hash, version) in &self.removed {
            expect.push(Expect::At(RowKey::Preference(*hash), *version));
            rows.push(RowChange::Delete(RowKey::Preference(*hash)));
        }
        for event in self.events.iter().filter(|event| event.is_changed) {
            expect.push(expected(event.hash, event.version));
            rows.push(self.put(
                ledger,
                (event.hash, PreferenceKind::Event),
                (event.version, event.made_at),
                &event.body,
            )?);
        }
        rows.push(if self.is_gone {
            RowChange::Delete(RowKey::Preference(self.hash))
        } else {
            let person = (self.hash, PreferenceKind::Person);
            self.put(ledger, person, (self.version, self.created_at), &self.body)?
        });
        Ok((expect, rows))
    }

    fn put(
        &self,
        ledger: &Ledger,
        (hash, kind): (Hash, PreferenceKind),
        (version, created_at): (Option<u32>, Timestamp),
        body: &impl Serialize,
    ) -> Result<RowChange, Fault> {
        let sealed = self
            .key
            .seal_value(ledger.entropy(), hash.as_bytes(), body, "preferences")?;
        Ok(RowChange::Put(Row::Preference(PreferenceRow {
            hash,
            kind,
            version: version.map_or(1, |version| version.saturating_add(1)),
            subject: self.subject,
            created_at,
            sealed,
        })))
    }
}

fn expected(hash: Hash, version: Option<u32>) -> Expect {
    let key = RowKey::Preference(hash);
    match version {
        Some(version) => Expect::At(key, version),
        None => Expect::Absent(key),
    }
}
