//! Reading events, and who is meant by the names of a question.

use consentry_domain::SubjectId;
use consentry_store::PreferenceKind;

use crate::{
    Ledger, TenantSnapshot,
    access::Permit,
    error::Fault,
    preferences::{
        PreferenceError, ReadPreferences, Whom,
        attempt::Attempt,
        only,
        person::{device_alias, event_hash, organization_alias},
        view::{self, EventView},
    },
};

impl Ledger {
    /// All events of a person that are listed, in the order in which they came; none where nobody is meant.
    pub async fn preference_events(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        whom: Whom<'_>,
    ) -> Result<Vec<EventView>, PreferenceError> {
        let mut attempt = Attempt::new(self, tenant);
        let Some(subject) = attempt.meant(whom).await? else {
            return Ok(Vec::new());
        };
        if only(permit.target()).is_some_and(|of| of != subject) {
            return Ok(Vec::new());
        }
        let now = self.now();
        let Some(person) = attempt.person(subject).await? else {
            return Ok(Vec::new());
        };
        let listed = person.events.iter().filter(|event| !event.body.hidden);
        Ok(listed
            .map(|event| view::event(&event.body, &person.body, now))
            .collect())
    }

    /// One event, of whatever status and regulation.
    pub async fn preference_event(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        id: &str,
    ) -> Result<EventView, PreferenceError> {
        let mut attempt = Attempt::new(self, tenant);
        let subject = self.owner_of(tenant, id).await?;
        if only(permit.target()).is_some_and(|of| of != subject) {
            return Err(PreferenceError::NotFound);
        }
        let now = self.now();
        let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
        let event = person
            .events
            .iter()
            .find(|event| event.body.id == id && !event.body.hidden);
        let event = event.ok_or(PreferenceError::NotFound)?;
        Ok(view::event(&event.body, &person.body, now))
    }

    pub(super) async fn owner_of(
        &self,
        tenant: &TenantSnapshot,
        id: &str,
    ) -> Result<SubjectId, PreferenceError> {
        let row = self
            .inner
            .store
            .preference(tenant.id(), event_hash(tenant, id))
            .await
            .map_err(Fault::from)?;
        row.filter(|row| row.kind == PreferenceKind::Event)
            .map(|row| row.subject)
            .ok_or(PreferenceError::NotFound)
    }
}

impl Attempt<'_> {
    /// The person who is meant by all names that are given; none where they are not one.
    pub(in crate::preferences) async fn meant(&self, whom: Whom<'_>) -> Result<Option<SubjectId>, Fault> {
        let mut meant = None;
        if let Some(id) = whom.organization_user_id {
            let Some(subject) = self.whose(&organization_alias(self.tenant, id)).await? else {
                return Ok(None);
            };
            meant = Some(subject);
        }
        if let Some(id) = whom.id {
            let Some(subject) = self.whose(&device_alias(id)).await? else {
                return Ok(None);
            };
            if meant.is_some_and(|other| other != subject) {
                return Ok(None);
            }
            meant = Some(subject);
        }
        Ok(meant)
    }
}
