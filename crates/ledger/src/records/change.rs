//! Changing a record: replacing and updating are one, given the record as it shall be (consent-api 5.5, 8.3, 10).

use consentry_domain::{Command, Qualifier, Slot, Timestamp, command::ChangeRecord, decision::Door};
use consentry_store::Seeds;

use super::{
    audit::{self, Document},
    details::Details,
    identity::{Identities, Identity, acts_in_own_name},
    requester::Requester,
    rules::{self, RecordWish, Settled},
    view::{Precondition, RecordView},
    writing::{self, ActOf, WriteRecordError},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Denied, Permit, Target, WriteRecords},
    carry_out::{Plan, Updated},
    error::Fault,
    subjects::Origin,
};

/// A record as it was seen, and as it shall be.
#[derive(Debug, Clone)]
pub struct ChangedRecord<'a> {
    /// As it was seen. If it is no longer so, nothing happens.
    pub before: &'a RecordView,
    /// As it shall be.
    pub wish: &'a RecordWish,
    /// Subject and actor that the request names; others stay.
    pub identities: Identities,
    /// What it must be still.
    pub precondition: &'a Precondition,
    /// Request it came with.
    pub request: Option<&'a str>,
}

impl Ledger {
    /// Makes a record what it shall be; answers it as it is then. What changes nothing leaves no trace.
    pub async fn change_record(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WriteRecords>,
        requester: &Requester,
        change: ChangedRecord<'_>,
    ) -> Result<RecordView, WriteRecordError> {
        let ChangedRecord {
            before,
            wish,
            identities,
            precondition,
            request,
        } = change;
        if !matches!(permit.target(), Target::Subject(of) if *of == before.owner()) {
            return Err(Denied {
                action: "change a record of somebody else",
            }
            .into());
        }
        let settled = rules::settle(tenant, wish, Some(before)).map_err(WriteRecordError::Invalid)?;
        if !precondition.holds(before.revision) {
            return Err(WriteRecordError::Precondition);
        }
        let subject = identities
            .subject
            .filter(|subject| subject.text != before.details.subject);
        let actor = identities
            .actor
            .filter(|actor| Some(&actor.text) != before.details.actor.as_ref());
        let mut details = details(before, wish, &settled, subject.as_ref(), actor.as_ref());
        // Where the record tells of another actor, the requester is the one who acts now (consent-api 5.5).
        let acting = (!acts_in_own_name(requester, before)).then(|| requester.identity().clone());
        let person = match &subject {
            Some(subject) => self.person_of(tenant, subject, Origin::at(Door::Records)).await?,
            None => before.owner(),
        };
        let slot = slot(before, &settled, person);
        let same_status = wish.status == before.status;
        let bulk_changed = !details.same_as(&before.details);
        let same_actions = wish.actions == before.actions;
        let same_words = settled.wording == before.wording();
        if same_status && slot == before.slot && same_words && same_actions && !bulk_changed {
            return Ok(before.clone());
        }
        let actor = actor.or(acting);
        if let Some(actor) = &actor {
            details.actor = Some(actor.text.clone());
            details.actor_dn.clone_from(&actor.dn);
        }
        let bulk_changed = bulk_changed || !details.same_as(&before.details) || !same_status;

        let not_before = next_millisecond(before.updated_at);
        let mut bulk = self.sealed_bulk(tenant, person, before.id, &details).await?;
        bulk.updated = Updated::NotBefore(not_before);
        let by = self.acting(tenant, requester, &details, person).await?;
        let consent = self.ids().consent(person);
        let wording = settled
            .wording
            .as_ref()
            .map(|wording| (&slot.definition, wording));
        let act = self.record_act(
            tenant,
            &ActOf {
                requester,
                subject: before.owner(),
                actor: by,
                wording,
                request,
            },
        );
        let after = Document {
            status: wish.status.as_str(),
            slot: &slot,
            version: settled.version(),
            locale: settled.locale(),
            actions: wish.actions.as_ref(),
            details: &details,
        };
        let notes = audit::of_update(requester, before.id, &before.document(), &after)?;
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &[&before.slot, &slot]).await?,
            slots: vec![slot.clone()],
            records: vec![before.id],
            ..Seeds::default()
        };
        let done = self
            .carry_out::<_, WriteRecordError>(tenant, permit, seeds, |now_there, now| {
                if writing::revision(now_there, before.id, now)? != before.revision {
                    return Err(WriteRecordError::Changed);
                }
                Ok(Plan {
                    command: Some(Command::ChangeRecord(ChangeRecord {
                        act: act.clone(),
                        record: before.id,
                        consent,
                        slot: slot.clone(),
                        answer: wish.status.answer,
                        wording: settled.wording.clone(),
                        valid_until: writing::valid_until(tenant, &slot.definition, wish.status.answer, now),
                        actions: wish.actions.clone(),
                        bulk_changed,
                    })),
                    bulk: Some(bulk.clone()),
                    notes: notes.clone(),
                    privileged: requester.is_privileged(),
                    ..Plan::default()
                })
            })
            .await?;
        let behind = done.after.behind(before.id).ok_or(Fault::Conflict)?;
        Ok(RecordView {
            id: before.id,
            status: wish.status.clone(),
            version: settled.version(),
            locale: settled.locale().cloned(),
            created_at: before.created_at,
            updated_at: done.at.max(not_before),
            revision: before.revision.next(behind, wish.status.answer),
            actions: wish.actions.clone(),
            slot,
            details,
        })
    }

    /// Who took the decision: the actor the record will name, where that is somebody known.
    async fn acting(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        details: &Details,
        person: consentry_domain::SubjectId,
    ) -> Result<consentry_domain::decision::Actor, Fault> {
        let own = requester.identity();
        let actor = match (&details.actor, &details.actor_dn) {
            (Some(text), dn) if *text == own.text && *dn == own.dn => Some(own.clone()),
            (Some(text), dn) => {
                let mapped = self.map_identity(tenant, dn.as_deref().unwrap_or(text)).await?;
                Some(Identity {
                    text: text.clone(),
                    dn: dn.clone(),
                    person: mapped.person,
                })
            }
            (None, _) => None,
        };
        Ok(writing::actor(requester, person, actor.as_ref()))
    }
}

fn details(
    before: &RecordView,
    wish: &RecordWish,
    settled: &Settled,
    subject: Option<&Identity>,
    actor: Option<&Identity>,
) -> Details {
    let old = &before.details;
    Details {
        subject: subject.map_or_else(|| old.subject.clone(), |subject| subject.text.clone()),
        subject_dn: subject.map_or_else(|| old.subject_dn.clone(), |subject| subject.dn.clone()),
        actor: actor.map_or_else(|| old.actor.clone(), |actor| Some(actor.text.clone())),
        actor_dn: actor.map_or_else(|| old.actor_dn.clone(), |actor| actor.dn.clone()),
        collaborators: wish.collaborators.clone(),
        lone_version: settled.lone_version,
        lone_locale: settled.lone_locale.clone(),
        title_text: settled.title_text.clone(),
        data_text: settled.data_text.clone(),
        purpose_text: settled.purpose_text.clone(),
        additional_status: wish
            .status
            .kept(before.revision.record_version().saturating_add(1)),
        data: wish.data.clone(),
        consent_context: wish.consent_context.clone(),
    }
}

/// The slot it will stand in. What kept it apart at another door stays with it until it moves.
fn slot(before: &RecordView, settled: &Settled, person: consentry_domain::SubjectId) -> Slot {
    let moved = Slot {
        subject: person,
        definition: settled.definition.clone(),
        audience: settled.audience.clone(),
        qualifier: before.slot.qualifier.clone(),
    };
    let same_audience = moved.audience.text() == before.slot.audience.text();
    if moved.subject == before.slot.subject && moved.definition == before.slot.definition && same_audience {
        // An audience that was written before its client was registered stays what it was.
        return before.slot.clone();
    }
    Slot {
        qualifier: Qualifier::none(),
        ..moved
    }
}

/// The first moment that is written differently with three digits of a second.
const fn next_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(
        (at.as_micros().div_euclid(1000))
            .saturating_add(1)
            .saturating_mul(1000),
    )
}
