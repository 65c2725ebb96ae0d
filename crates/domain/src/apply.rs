//! Applying facts: the only way rows change. Replaying a log through here gives the same rows again.

use crate::{Fact, Touched, fact::ConsentFact};

/// Applies one fact.
pub fn apply(state: &mut Touched, fact: &Fact) {
    match fact {
        Fact::DecisionRecorded { .. }
        | Fact::AgreementReported { .. }
        | Fact::AgreementExpired { .. }
        | Fact::AgreementExpiring { .. } => {}
        Fact::DecisionDeleted { record } => {
            state.records.insert(record.id, record.clone());
        }
        Fact::ConsentImported(fact)
        | Fact::ConsentRequested(fact)
        | Fact::ConsentGranted(fact)
        | Fact::ConsentDenied(fact)
        | Fact::ConsentRestricted(fact)
        | Fact::ConsentAmended(fact)
        | Fact::ConsentRenewed(fact)
        | Fact::ConsentRevoked(fact)
        | Fact::ConsentSuperseded(fact)
        | Fact::ConsentExpired(fact)
        | Fact::ConsentExpiring(fact) => apply_consent(state, fact),
        Fact::AgreementCreated { agreement }
        | Fact::AgreementImported { agreement }
        | Fact::AgreementChanged { agreement }
        | Fact::AgreementRenewed { agreement }
        | Fact::AgreementEnded { agreement } => {
            state.agreements.insert(agreement.id, agreement.clone());
        }
    }
}

fn apply_consent(state: &mut Touched, fact: &ConsentFact) {
    let consent = &fact.consent;
    if fact.decides {
        state.slots.insert(consent.slot.clone(), consent.id);
    }
    if let Some(record) = &fact.record {
        state.records.insert(record.id, record.clone());
    }
    state.consents.insert(consent.id, consent.clone());
}
