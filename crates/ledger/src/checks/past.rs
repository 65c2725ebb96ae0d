//! What decided a person's slots at a moment in the past, as the ledger knew it then: their events until that moment, replayed
//! (enforcement-events-evidence 2.2, `context.as_of`).

use std::sync::Arc;

use consentry_domain::{SubjectId, Timestamp, Touched, apply::apply};

use super::verdict::Moment;
use crate::{error::Fault, standing::StandingConsents, verify::Opened};

/// Events read at once.
const PAGE: u32 = 500;

impl Moment<'_> {
    /// The consents that decided a person's slots then. Whoever is erased has no past.
    pub(super) async fn past_of(
        &self,
        subject: SubjectId,
        as_of: Timestamp,
    ) -> Result<Arc<StandingConsents>, Fault> {
        let (ledger, tenant) = (self.ledger(), self.tenant());
        let store = &ledger.inner.store;
        let (mut state, mut from) = (Touched::default(), 0);
        loop {
            let page = store.events_of(tenant.id(), subject, from, PAGE).await?;
            // The log's order is that of the commits, and a node's clock need not be another's.
            for event in page.iter().filter(|event| event.at <= as_of) {
                match ledger.body(tenant, event).await? {
                    Opened::Body(body) => {
                        if let Some(fact) = &body.happened {
                            apply(&mut state, fact);
                        }
                    }
                    Opened::Public(_) => {}
                    Opened::Erased => return Ok(Arc::default()),
                    Opened::Wrong(what) => {
                        return Err(Fault::Unreadable {
                            what: "event",
                            why: what.to_owned(),
                        });
                    }
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE as usize => from = last.index + 1,
                _ => break,
            }
        }
        let deciding = state.slots.values().filter_map(|id| state.consents.get(id));
        Ok(Arc::new(StandingConsents::past(deciding.cloned().collect())))
    }
}
