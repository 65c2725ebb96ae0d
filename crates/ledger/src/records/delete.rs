//! Deleting a record (consent-api 5.2, 13.1).

use consentry_domain::{Command, RecordId, command::DeleteRecord};
use consentry_store::Seeds;

use super::{
    audit,
    requester::Requester,
    view::{Names, Precondition, RecordView},
    writing::{self, ActOf, WriteRecordError},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{DeleteRecords, Permit},
    carry_out::Plan,
    error::Fault,
};

/// How often a deletion that lost against a change is tried anew.
const ATTEMPTS: u32 = 3;

impl Ledger {
    /// Takes a record out of sight; the consent behind it ends. What was decided stays in the log.
    pub async fn delete_record(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<DeleteRecords>,
        requester: &Requester,
        id: RecordId,
        precondition: &Precondition,
        request: Option<&str>,
    ) -> Result<(), WriteRecordError> {
        for _ in 0..ATTEMPTS {
            let before = self.record_to_delete(tenant, id).await?;
            if !precondition.holds(before.revision) {
                return Err(WriteRecordError::Precondition);
            }
            match self
                .delete_as_seen(tenant, permit, requester, &before, request)
                .await
            {
                Err(WriteRecordError::Changed) => {}
                outcome => return outcome,
            }
        }
        Err(WriteRecordError::Changed)
    }

    async fn record_to_delete(
        &self,
        tenant: &TenantSnapshot,
        id: RecordId,
    ) -> Result<RecordView, WriteRecordError> {
        let found = self
            .inner
            .store
            .record(tenant.id(), id)
            .await
            .map_err(Fault::from)?;
        let found = found.ok_or(WriteRecordError::NotFound)?;
        self.view(tenant, &mut Names::default(), &found)
            .await?
            .ok_or(WriteRecordError::NotFound)
    }

    /// What is noted of it is what was seen, so nothing happens if it changed since.
    async fn delete_as_seen(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<DeleteRecords>,
        requester: &Requester,
        before: &RecordView,
        request: Option<&str>,
    ) -> Result<(), WriteRecordError> {
        let notes = audit::of_deletion(requester, before.id, &before.document())?;
        let act = self.record_act(
            tenant,
            &ActOf {
                requester,
                subject: before.owner(),
                actor: requester.caller().actor(),
                wording: None,
                request,
            },
        );
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &[&before.slot]).await?,
            records: vec![before.id],
            ..Seeds::default()
        };
        self.carry_out::<_, WriteRecordError>(tenant, permit, seeds, |now_there, now| {
            if writing::revision(now_there, before.id, now)? != before.revision {
                return Err(WriteRecordError::Changed);
            }
            Ok(Plan {
                command: Some(Command::DeleteRecord(DeleteRecord {
                    act: act.clone(),
                    record: before.id,
                })),
                notes: notes.clone(),
                privileged: requester.is_privileged(),
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }
}
