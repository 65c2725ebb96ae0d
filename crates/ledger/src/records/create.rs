//! Making a record (consent-api 5.3, 5.4, 8).

use consentry_domain::{Command, Qualifier, Slot, command::CreateRecord, decision::Door};
use consentry_store::Seeds;

use super::{
    audit::{self, Document},
    details::Details,
    identity::Identities,
    requester::Requester,
    rules::{self, RecordWish},
    view::{RecordView, Revision},
    writing::{self, ActOf, WriteRecordError},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Denied, Permit, Target, WriteRecords},
    carry_out::Plan,
    error::Fault,
    once::Outcome,
    subjects::Origin,
};

impl Ledger {
    /// Makes a record. Whom the identities do not name, the requester is. Afterwards it decides its slot.
    pub async fn create_record(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WriteRecords>,
        requester: &Requester,
        identities: Identities,
        wish: &RecordWish,
        request: Option<&str>,
    ) -> Result<RecordView, WriteRecordError> {
        let settled = rules::settle(tenant, wish, None).map_err(WriteRecordError::Invalid)?;
        let subject = identities.subject.unwrap_or_else(|| requester.identity().clone());
        let actor = identities.actor.unwrap_or_else(|| requester.identity().clone());
        let person = self
            .person_of(tenant, &subject, Origin::at(Door::Records))
            .await?;
        if matches!(permit.target(), Target::Subject(of) if *of != person) {
            return Err(Denied {
                action: "make a record of somebody else",
            }
            .into());
        }
        let slot = Slot {
            subject: person,
            definition: settled.definition.clone(),
            audience: settled.audience.clone(),
            qualifier: Qualifier::none(),
        };
        let by = writing::actor(requester, person, Some(&actor));
        let details = Details {
            subject: subject.text,
            subject_dn: subject.dn,
            actor: Some(actor.text),
            actor_dn: actor.dn,
            collaborators: wish.collaborators.clone(),
            lone_version: settled.lone_version,
            lone_locale: settled.lone_locale.clone(),
            title_text: settled.title_text.clone(),
            data_text: settled.data_text.clone(),
            purpose_text: settled.purpose_text.clone(),
            additional_status: wish.status.kept(1),
            data: wish.data.clone(),
            consent_context: wish.consent_context.clone(),
        };
        let record = self.ids().record(person);
        let consent = self.ids().consent(person);
        let bulk = self.sealed_bulk(tenant, person, record, &details).await?;
        let wording = settled
            .wording
            .as_ref()
            .map(|wording| (&slot.definition, wording));
        let act = self.record_act(
            tenant,
            &ActOf {
                requester,
                subject: person,
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
        let notes = audit::of_creation(requester, record, &after)?;
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &[&slot]).await?,
            slots: vec![slot.clone()],
            ..Seeds::default()
        };
        self.leads_to(Outcome {
            is_new: true,
            made: Some(record.to_string()),
        });
        let done = self
            .carry_out::<_, WriteRecordError>(tenant, permit, seeds, |_before, now| {
                Ok(Plan {
                    command: Some(Command::CreateRecord(CreateRecord {
                        act: act.clone(),
                        record,
                        consent,
                        slot: slot.clone(),
                        answer: wish.status.answer,
                        wording: settled.wording.clone(),
                        valid_until: writing::valid_until(tenant, &slot.definition, wish.status.answer, now),
                        actions: wish.actions.clone(),
                    })),
                    bulk: Some(bulk.clone()),
                    notes: notes.clone(),
                    privileged: requester.is_privileged(),
                    ..Plan::default()
                })
            })
            .await?;
        let made = done.after.consents.get(&consent).ok_or(Fault::Conflict)?;
        Ok(RecordView {
            id: record,
            status: wish.status.clone(),
            version: settled.version(),
            locale: settled.locale().cloned(),
            created_at: done.at,
            updated_at: done.at,
            revision: Revision::first(made, wish.status.answer),
            actions: wish.actions.clone(),
            slot,
            details,
        })
    }
}
