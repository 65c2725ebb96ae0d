//! Deleting a record (consent-api 5.2, 13.1).

use consentry_domain::{Command, RecordId, command::DeleteRecord, shown};
use consentry_store::Seeds;

use super::{
    requester::Requester,
    writing::{ActOf, WriteRecordError},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{DeleteRecords, Permit},
    carry_out::Plan,
    error::Fault,
};

impl Ledger {
    /// Takes a record out of sight; the consent behind it ends. What was decided stays in the log.
    pub async fn delete_record(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<DeleteRecords>,
        requester: &Requester,
        id: RecordId,
        request: Option<&str>,
    ) -> Result<(), WriteRecordError> {
        let found = self
            .inner
            .store
            .record(tenant.id(), id)
            .await
            .map_err(Fault::from)?;
        let consent = found.ok_or(WriteRecordError::NotFound)?.consent;
        if shown::records(consent.state_at(self.now())).is_none() {
            return Err(WriteRecordError::NotFound);
        }
        let actor = requester.caller().actor();
        let act = self.record_act(
            tenant,
            &ActOf {
                requester,
                subject: consent.slot.subject,
                actor,
                wording: None,
                request,
            },
        );
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &[&consent.slot]).await?,
            records: vec![id],
            ..Seeds::default()
        };
        self.carry_out::<_, WriteRecordError>(tenant, permit, seeds, |_before, _now| {
            Ok(Plan {
                command: Some(Command::DeleteRecord(DeleteRecord {
                    act: act.clone(),
                    record: id,
                })),
                privileged: requester.is_privileged(),
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }
}
