//! Reading one record (consent-api 5.2).

use consentry_domain::RecordId;

use super::{
    requester::Requester,
    view::{Names, RecordView},
};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// Why a record is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadRecordError {
    /// No such record, or it is deleted or erased.
    #[error("no such record")]
    NotFound,
    /// It is somebody else's.
    #[error("the record is somebody else's")]
    NotOwner,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// A record, if the requester may see it.
    pub async fn record(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        id: RecordId,
    ) -> Result<RecordView, ReadRecordError> {
        let found = self
            .inner
            .records
            .get_or_read(tenant.id(), id, self.inner.store.record(tenant.id(), id))
            .await
            .map_err(Fault::from)?;
        let found = found.ok_or(ReadRecordError::NotFound)?;
        let view = self
            .view(tenant, &mut Names::default(), &found)
            .await?
            .ok_or(ReadRecordError::NotFound)?;
        let permit = requester
            .permit_for(view.owner())
            .map_err(|_| ReadRecordError::NotOwner)?;
        tracing::trace!(caller = ?permit.caller().credential(), "reading a record");
        Ok(view)
    }
}
