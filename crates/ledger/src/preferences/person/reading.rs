//! Reading people with what is kept of them, and beginning with those of whom nothing is.

use std::collections::{BTreeMap, BTreeSet};

use consentry_domain::{Qualifier, Slot, SubjectId, Timestamp, tenant::USUAL_REGULATION};
use consentry_store::{Hash, PreferenceKind, PreferenceRow};
use serde::de::DeserializeOwned;
use serde_json::Map;

use super::{Kept, Person, person_hash};
use crate::{
    Ledger, TenantSnapshot,
    environment::Draw,
    error::Fault,
    preferences::{
        check,
        model::{EventBody, Folded, PersonBody},
    },
    sealing::Key,
};

impl Ledger {
    /// A fresh id for an event or a person.
    pub(crate) fn fresh_id(&self) -> String {
        let bytes: [u8; 16] = self.entropy().bytes();
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .as_hyphenated()
            .to_string()
    }

    /// A person with everything that is kept of them; none where nothing is.
    pub(in crate::preferences) async fn person_with_preferences(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Person>, Fault> {
        let rows = self.inner.store.preferences_of(tenant.id(), subject).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let key = self.preference_key(tenant, subject).await?;
        let mut events = Vec::new();
        let mut found = None;
        for row in rows {
            match row.kind {
                PreferenceKind::Event => {
                    let body: EventBody = open(&key, &row)?;
                    events.push(Kept {
                        was: Some(body.clone()),
                        body,
                        hash: row.hash,
                        version: Some(row.version),
                        made_at: row.created_at,
                        is_changed: false,
                    });
                }
                // Files are asked for one by one.
                PreferenceKind::Proof => {}
                PreferenceKind::Person => {
                    let body: PersonBody = open(&key, &row)?;
                    found = Some((row, body));
                }
            }
        }
        let Some((row, body)) = found else {
            return Ok(None);
        };
        events.sort_by_key(|event| event.body.number);
        let known = (row.hash, Some(row.version), row.created_at);
        Ok(Some(in_hand((subject, key), known, body, events)))
    }

    /// A person of whom nothing is kept yet.
    pub(in crate::preferences) async fn new_person(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        id: String,
    ) -> Result<Person, Fault> {
        let now = self.now();
        let key = self.preference_key(tenant, subject).await?;
        let body = PersonBody {
            devices: vec![id.clone()],
            id,
            organization_user_id: None,
            absorbed: Vec::new(),
            updated_at: now,
            next: 0,
            folded: Folded::default(),
        };
        let known = (person_hash(tenant, subject), None, now);
        Ok(Person {
            is_changed: true,
            ..in_hand((subject, key), known, body, Vec::new())
        })
    }

    /// What is kept of a person themselves, without their events; none where nothing is.
    pub(in crate::preferences) async fn known_person(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<(PreferenceRow, PersonBody)>, Fault> {
        let hash = person_hash(tenant, subject);
        let row = self.inner.store.preference(tenant.id(), hash).await?;
        let Some(row) = row.filter(|row| row.kind == PreferenceKind::Person) else {
            return Ok(None);
        };
        let body = self.person_of_row(tenant, &row).await?;
        Ok(Some((row, body)))
    }

    /// What the row of a person says.
    pub(in crate::preferences) async fn person_of_row(
        &self,
        tenant: &TenantSnapshot,
        row: &PreferenceRow,
    ) -> Result<PersonBody, Fault> {
        open(&self.preference_key(tenant, row.subject).await?, row)
    }

    /// Whether the person switched a purpose, and nobody has approved it yet.
    pub(crate) async fn awaits_approval(
        &self,
        tenant: &TenantSnapshot,
        slot: &Slot,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Some((_, person)) = self.known_person(tenant, slot.subject).await? else {
            return Ok(false);
        };
        Ok(person.folded.waiting.iter().any(|waiting| {
            let definition = check::purpose(tenant, &waiting.purpose);
            definition.is_some_and(|own| own.key == slot.definition)
                && Qualifier::regulation(&waiting.regulation, USUAL_REGULATION) == slot.qualifier
                && waiting.until.is_none_or(|until| now < until)
        }))
    }

    async fn preference_key(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Key, Fault> {
        self.subject_key(tenant, subject).await?.ok_or(Fault::Unreadable {
            what: "subject key",
            why: "the person has none".to_owned(),
        })
    }
}

fn open<T: DeserializeOwned>(key: &Key, row: &PreferenceRow) -> Result<T, Fault> {
    key.open_value(row.hash.as_bytes(), &row.sealed, "preferences")
}

/// A person of whom nothing is changed yet.
fn in_hand(
    (subject, key): (SubjectId, Key),
    (hash, version, created_at): (Hash, Option<u32>, Timestamp),
    body: PersonBody,
    events: Vec<Kept>,
) -> Person {
    Person {
        subject,
        key,
        hash,
        version,
        created_at,
        before: body.folded.clone(),
        body,
        events,
        removed: Vec::new(),
        taken_away: Vec::new(),
        removed_proofs: Vec::new(),
        is_changed: false,
        merged: Vec::new(),
        renamed: BTreeSet::new(),
        is_gone: false,
        is_erased: false,
        is_trimmed: false,
        switched: BTreeMap::new(),
        actor: None,
        note: Map::new(),
    }
}
