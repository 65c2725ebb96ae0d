//! Records as they were read last, so that reading one again does not ask the store.

use std::sync::Arc;

use consentry_domain::{RecordId, SubjectId, TenantId};
use consentry_store::RecordFound;
use quick_cache::{Weighter, sync::Cache};

use crate::cache::{Moment, Moments};

/// A record is about this large in memory beside what is sealed, in bytes.
const BESIDE_SEALED: u64 = 1024;

/// A bounded memory of records. A record rests on its own row and on the consent behind it, which belongs to its person and
/// changes without naming the record.
#[derive(Debug)]
pub(crate) struct KeptRecords {
    records: Cache<(TenantId, RecordId), Kept, Size>,
    moments: Moments,
}

#[derive(Debug, Clone)]
struct Kept {
    read_at: Moment,
    found: Arc<RecordFound>,
}

#[derive(Debug, Clone)]
struct Size;

impl Weighter<(TenantId, RecordId), Kept> for Size {
    fn weight(&self, _key: &(TenantId, RecordId), kept: &Kept) -> u64 {
        let sealed = kept.found.row.sealed.as_ref().map_or(0, Vec::len);
        BESIDE_SEALED.saturating_add(u64::try_from(sealed).unwrap_or(u64::MAX))
    }
}

impl KeptRecords {
    /// A memory of at most some `bytes`.
    pub(crate) fn new(bytes: u64) -> Self {
        let entries = usize::try_from(bytes / (2 * BESIDE_SEALED)).unwrap_or(usize::MAX);
        Self {
            records: Cache::with_weighter(entries, bytes, Size),
            moments: Moments::default(),
        }
    }

    /// The record as it is now: the kept one while it is good, else what `read` finds.
    pub(crate) async fn get_or_read<E>(
        &self,
        tenant: TenantId,
        id: RecordId,
        read: impl Future<Output = Result<Option<RecordFound>, E>>,
    ) -> Result<Option<Arc<RecordFound>>, E> {
        let key = (tenant, id);
        if let Some(kept) = self.records.get(&key)
            && self.is_good(&key, &kept)
        {
            return Ok(Some(kept.found));
        }
        let read_at = self.moments.now();
        let Some(found) = read.await?.map(Arc::new) else {
            self.records.remove(&key);
            return Ok(None);
        };
        let kept = Kept {
            read_at,
            found: Arc::clone(&found),
        };
        self.records.insert(key, kept);
        Ok(Some(found))
    }

    /// A record was written or deleted.
    pub(crate) fn correct_record(&self, tenant: TenantId, id: RecordId) {
        self.moments.correct(&(tenant, id));
        self.records.remove(&(tenant, id));
    }

    /// A consent of this person was written.
    pub(crate) fn correct_person(&self, tenant: TenantId, person: SubjectId) {
        self.moments.correct(&(tenant, person));
    }

    /// Everything was written, for all that is known.
    pub(crate) fn correct_all(&self) {
        self.moments.correct_all();
        self.records.clear();
    }

    fn is_good(&self, key: &(TenantId, RecordId), kept: &Kept) -> bool {
        let people = [kept.found.row.record.subject, kept.found.consent.slot.subject];
        let is_unchanged = |person| self.moments.is_unchanged_since(kept.read_at, &(key.0, person));
        self.moments.is_unchanged_since(kept.read_at, key) && people.into_iter().all(is_unchanged)
    }
}
