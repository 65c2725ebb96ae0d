//! Everybody with all they chose, page by page (consent-tokens-and-preferences 15). Nothing of it is kept in memory: whoever is read here is
//! not who is asked about next.

use consentry_domain::{Timestamp, tenant::USUAL_REGULATION};
use consentry_store::{Hash, PreferenceKind, PreferenceRow};

use super::{
    PreferenceError,
    model::{EventBody, PersonBody},
    view::{self, EventView, UserView},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Action, Caller, Permit, Target},
    error::Fault,
    sealing::Key,
};

/// Reading everything of everybody.
#[derive(Debug, Clone, Copy)]
pub struct ExportPreferences;

impl Action for ExportPreferences {
    const NAME: &'static str = "export preferences";

    fn allows(caller: &Caller, _target: &Target) -> bool {
        matches!(caller, Caller::Organization { .. } | Caller::Operator)
    }
}

/// What of people is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// How they stand, one for each regulation.
    Users,
    /// Their events.
    Events,
}

/// A page of what was asked for.
#[derive(Debug, Clone, Default)]
pub struct ExportPage {
    /// People as they stand, where these were asked for.
    pub users: Vec<UserView>,
    /// Events, where these were asked for; those of a person in the order in which they came.
    pub events: Vec<EventView>,
    /// Where to go on; none at the end.
    pub next: Option<(Timestamp, Hash)>,
}

impl Ledger {
    /// What was asked of at most so many people behind a place, in the order in which they were first seen.
    pub async fn export_preferences(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ExportPreferences>,
        wanted: Exported,
        after: Option<(Timestamp, Hash)>,
        people: u32,
    ) -> Result<ExportPage, PreferenceError> {
        tracing::trace!(caller = ?permit.caller(), "exporting a page");
        let start = (Timestamp::from_micros(i64::MIN), Hash::new([0; 32]));
        let store = &self.inner.store;
        let people = people.max(1);
        let rows = store.preference_people(tenant.id(), after.unwrap_or(start), people);
        let rows = rows.await.map_err(Fault::from)?;
        let mut page = ExportPage {
            next: rows
                .last()
                .filter(|_| rows.len() >= usize::try_from(people).unwrap_or(usize::MAX))
                .map(|row| (row.created_at, row.hash)),
            ..ExportPage::default()
        };
        let now = self.now();
        for row in &rows {
            let Some(key) = self.key_of(tenant, row).await? else {
                continue;
            };
            let body: PersonBody = open(&key, row)?;
            match wanted {
                Exported::Users => {
                    let standing = store.deciding_consents(tenant.id(), row.subject).await;
                    let standing = standing.map_err(Fault::from)?;
                    let mut regulations: Vec<&str> =
                        body.folded.statuses.keys().map(String::as_str).collect();
                    if regulations.is_empty() {
                        regulations.push(USUAL_REGULATION);
                    }
                    for regulation in regulations {
                        let place = (row.version, row.created_at);
                        let seen = (standing.as_slice(), now);
                        page.users
                            .push(view::user(tenant, &body, place, regulation, seen));
                    }
                }
                Exported::Events => {
                    let all = store.preferences_of(tenant.id(), row.subject).await;
                    let mut events: Vec<EventBody> = Vec::new();
                    for row in all.map_err(Fault::from)? {
                        if row.kind == PreferenceKind::Event {
                            events.push(open(&key, &row)?);
                        }
                    }
                    events.retain(|event| !event.hidden);
                    events.sort_by_key(|event| event.number);
                    page.events
                        .extend(events.iter().map(|event| view::event(event, &body, now)));
                }
            }
        }
        Ok(page)
    }

    /// The key of a person, read past the memory of keys; none once it is destroyed.
    async fn key_of(&self, tenant: &TenantSnapshot, row: &PreferenceRow) -> Result<Option<Key>, Fault> {
        let wrapped = self.inner.store.subject_key(tenant.id(), row.subject).await?;
        let key = wrapped.map(|wrapped| tenant.keys.unwrap_subject_key(row.subject, &wrapped.wrapped));
        Ok(key.transpose()?)
    }
}

fn open<T: serde::de::DeserializeOwned>(key: &Key, row: &PreferenceRow) -> Result<T, Fault> {
    key.open_value(row.hash.as_bytes(), &row.sealed, "preferences")
}
