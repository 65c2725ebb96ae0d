//! Going on where somebody else says that they stopped: a mirror that keeps what it was given knows better than we do.

use consentry_domain::TenantId;

use crate::{Ledger, error::Fault};

/// Where to go on, and whether what the mirror has last is of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumption {
    /// Index of the event that comes next.
    pub index: u64,
    /// False where the mirror has something else at its end, as after a restore: then what was written down here counts.
    pub agrees: bool,
}

impl Ledger {
    /// Where a mirror goes on: `written` is what was written down here about how far it came, `last` the place and the id of the last
    /// event that it says it has.
    pub async fn resume_mirror(
        &self,
        tenant: TenantId,
        written: u64,
        last: Option<(u64, &str)>,
    ) -> Result<Resumption, Fault> {
        let store = &self.inner.store;
        let size = store.log_head(tenant).await?.size;
        let here = Resumption {
            index: written.min(size),
            agrees: written <= size,
        };
        let Some((index, id)) = last else {
            return Ok(here);
        };
        let there = store.events(tenant, index, 1).await?;
        let is_ours = there
            .first()
            .is_some_and(|event| event.index == index && event.id.to_string() == id);
        Ok(if is_ours {
            Resumption {
                index: index.saturating_add(1),
                agrees: true,
            }
        } else {
            Resumption {
                agrees: false,
                ..here
            }
        })
    }
}
