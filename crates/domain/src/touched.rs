//! What a command can touch: the slots and rows it names, and no more.

use std::collections::BTreeMap;

use crate::{Agreement, AgreementId, Consent, ConsentId, RecordId, Slot, record::Record};

/// The part of the world a command is decided on. It holds the slots, records and agreements a command names and what hangs on
/// them: the consents they point at, the agreements of those, and their consents and slots in turn. Among the agreements that a
/// command names are all in force between the same person and client, since each may rest on the same slots. A service account with
/// a million pending records costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Consents by id.
    pub consents: BTreeMap<ConsentId, Consent>,
    /// The deciding consent of each slot.
    pub slots: BTreeMap<Slot, ConsentId>,
    /// Agreements by id.
    pub agreements: BTreeMap<AgreementId, Agreement>,
    /// Records by id.
    pub records: BTreeMap<RecordId, Record>,
}

impl Touched {
    /// The consent that decides this slot.
    pub fn deciding(&self, slot: &Slot) -> Option<&Consent> {
        self.slots.get(slot).and_then(|id| self.consents.get(id))
    }

    /// The consent behind this record now.
    pub fn behind(&self, record: RecordId) -> Option<&Consent> {
        self.records
            .get(&record)
            .and_then(|record| self.consents.get(&record.consent))
    }
}
