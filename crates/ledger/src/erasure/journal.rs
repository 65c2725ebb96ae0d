//! Who was deleted, noted outside the ledger (DSR-13), so that a copy from before a deletion, once it is brought back, loses the person again.
//!
//! What lives here: what is noted. What may not: where notes are kept, and deleting again, which is deleting.

use consentry_domain::{SubjectId, TenantId, Timestamp};
use consentry_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::{Ledger, error::Fault};

/// That somebody was deleted: ids, and nobody's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Whose person.
    pub tenant: TenantId,
    /// Who.
    pub subject: SubjectId,
    /// When it was noted.
    pub at: Timestamp,
}

/// A place outside the ledger where deletions are noted.
pub trait ErasureJournal: std::fmt::Debug + Send + Sync {
    /// Notes a deletion; it is durable when this returns. The same one may be noted several times.
    fn note(&self, erased: &Erased) -> std::io::Result<()>;
}

impl Ledger {
    /// Notes that a deletion was begun. The job notes it again, and destroys nothing before that succeeded.
    pub(crate) async fn note_erasure_begun(&self, tenant: TenantId, subject: SubjectId) {
        if let Err(error) = self.note_erasure(tenant, subject).await {
            tracing::error!(%error, subject.id = %subject, "a deletion could not be noted");
        }
    }

    /// Notes that somebody is deleted, where there is a place for it.
    pub(crate) async fn note_erasure(&self, tenant: TenantId, subject: SubjectId) -> Result<(), Fault> {
        let Some(journal) = self.inner.erasures.clone() else {
            return Ok(());
        };
        let erased = Erased {
            tenant,
            subject,
            at: self.now(),
        };
        let noted = tokio::task::spawn_blocking(move || journal.note(&erased)).await;
        let noted = noted.map_err(std::io::Error::other).and_then(|noted| noted);
        noted.map_err(|error| StoreError::Unavailable(format!("journal of erasures: {error}")).into())
    }
}
