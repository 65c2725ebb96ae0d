//! What happened: the facts a decision turns into, one event each.

use serde::{Deserialize, Serialize};

use crate::{
    Agreement, Consent, DefinitionKey, Slot, SubjectId,
    decision::{Decision, Outcome},
    record::Record,
};

/// One fact. A consent or agreement is carried as it is *after* the fact, so that replaying the log needs nothing else and gives
/// the same rows. Names of events are those of enforcement-events-evidence 3.4, and `consent.imported`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// An act of will; first among the events it causes.
    DecisionRecorded {
        /// The act.
        decision: Decision,
    },
    /// A record was withdrawn from view.
    DecisionDeleted {
        /// The record as it was, now marked deleted.
        record: Record,
    },
    /// Taken over from another system, with the answer it had there.
    ConsentImported(ConsentFact),
    /// Asked, not answered.
    ConsentRequested(ConsentFact),
    /// Accepted.
    ConsentGranted(ConsentFact),
    /// Refused.
    ConsentDenied(ConsentFact),
    /// Narrowed.
    ConsentRestricted(ConsentFact),
    /// Context or wording changed without a new act of granting.
    ConsentAmended(ConsentFact),
    /// Its end was moved.
    ConsentRenewed(ConsentFact),
    /// Withdrawn.
    ConsentRevoked(ConsentFact),
    /// Replaced by a newer one.
    ConsentSuperseded(ConsentFact),
    /// Its end was reached. The consent is as it was: that it is over is a comparison at read.
    ConsentExpired(ConsentFact),
    /// Its end is near. The consent is as it was.
    ConsentExpiring(ConsentFact),
    /// A bundle came to be.
    AgreementCreated {
        /// The bundle.
        agreement: Agreement,
    },
    /// A bundle was narrowed, or is about other accounts.
    AgreementChanged {
        /// The bundle as it is now.
        agreement: Agreement,
    },
    /// The end of a bundle was moved.
    AgreementRenewed {
        /// The bundle as it is now.
        agreement: Agreement,
    },
    /// The person does not recognise a bundle, which is as it was.
    AgreementReported {
        /// The bundle.
        agreement: Agreement,
    },
    /// A bundle was taken over from another system, as it was there.
    AgreementImported {
        /// The bundle as it is here.
        agreement: Agreement,
    },
    /// A bundle ended.
    AgreementEnded {
        /// The bundle as it ended.
        agreement: Agreement,
    },
    /// The end of a bundle was reached. The bundle is as it was: that it is over is a comparison at read.
    AgreementExpired {
        /// The bundle.
        agreement: Agreement,
    },
    /// The end of a bundle is near. The bundle is as it was.
    AgreementExpiring {
        /// The bundle.
        agreement: Agreement,
    },
}

/// A consent after a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentFact {
    /// The consent as it is now.
    pub consent: Consent,
    /// Whether it decides its slot from now on.
    pub decides: bool,
    /// The record that it stands behind from now on; none leaves the record as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Record>,
}

impl Fact {
    /// The event's name without prefix (enforcement-events-evidence 3.4, and `consent.imported`).
    pub const fn event_type(&self) -> &'static str {
        match self {
            Self::DecisionRecorded { .. } => "decision.recorded",
            Self::DecisionDeleted { .. } => "decision.deleted",
            Self::ConsentImported(_) => "consent.imported",
            Self::ConsentRequested(_) => "consent.requested",
            Self::ConsentGranted(_) => "consent.granted",
            Self::ConsentDenied(_) => "consent.denied",
            Self::ConsentRestricted(_) => "consent.restricted",
            Self::ConsentAmended(_) => "consent.amended",
            Self::ConsentRenewed(_) => "consent.renewed",
            Self::ConsentRevoked(_) => "consent.revoked",
            Self::ConsentSuperseded(_) => "consent.superseded",
            Self::ConsentExpired(_) => "consent.expired",
            Self::ConsentExpiring(_) => "consent.expiring",
            Self::AgreementCreated { .. } | Self::AgreementImported { .. } => "grant.created",
            Self::AgreementChanged { .. } => "grant.changed",
            Self::AgreementRenewed { .. } => "grant.renewed",
            Self::AgreementReported { .. } => "grant.reported",
            Self::AgreementEnded { .. } | Self::AgreementExpired { .. } => "grant.ended",
            Self::AgreementExpiring { .. } => "grant.expiring",
        }
    }

    /// What it says about a consent, if it is about one.
    pub const fn consent_fact(&self) -> Option<&ConsentFact> {
        match self {
            Self::ConsentImported(fact)
            | Self::ConsentRequested(fact)
            | Self::ConsentGranted(fact)
            | Self::ConsentDenied(fact)
            | Self::ConsentRestricted(fact)
            | Self::ConsentAmended(fact)
            | Self::ConsentRenewed(fact)
            | Self::ConsentRevoked(fact)
            | Self::ConsentSuperseded(fact)
            | Self::ConsentExpired(fact)
            | Self::ConsentExpiring(fact) => Some(fact),
            _ => None,
        }
    }

    /// The consent it is about, if it is about one.
    pub fn consent(&self) -> Option<&Consent> {
        self.consent_fact().map(|fact| &fact.consent)
    }

    /// The person it is about, with whose key it is sealed.
    pub const fn subject(&self) -> SubjectId {
        match self {
            Self::DecisionRecorded { decision } => decision.subject,
            Self::DecisionDeleted { record } => record.subject,
            Self::ConsentImported(fact)
            | Self::ConsentRequested(fact)
            | Self::ConsentGranted(fact)
            | Self::ConsentDenied(fact)
            | Self::ConsentRestricted(fact)
            | Self::ConsentAmended(fact)
            | Self::ConsentRenewed(fact)
            | Self::ConsentRevoked(fact)
            | Self::ConsentSuperseded(fact)
            | Self::ConsentExpired(fact)
            | Self::ConsentExpiring(fact) => fact.consent.slot.subject,
            Self::AgreementCreated { agreement }
            | Self::AgreementImported { agreement }
            | Self::AgreementChanged { agreement }
            | Self::AgreementRenewed { agreement }
            | Self::AgreementReported { agreement }
            | Self::AgreementEnded { agreement }
            | Self::AgreementExpired { agreement }
            | Self::AgreementExpiring { agreement } => agreement.subject,
        }
    }

    /// The agreement it is about, if it is about one.
    pub const fn agreement(&self) -> Option<&Agreement> {
        match self {
            Self::AgreementCreated { agreement }
            | Self::AgreementImported { agreement }
            | Self::AgreementChanged { agreement }
            | Self::AgreementRenewed { agreement }
            | Self::AgreementReported { agreement }
            | Self::AgreementEnded { agreement }
            | Self::AgreementExpired { agreement }
            | Self::AgreementExpiring { agreement } => Some(agreement),
            _ => None,
        }
    }

    /// Whether it tells what time brings, and changes nothing.
    pub const fn is_of_time(&self) -> bool {
        matches!(
            self,
            Self::ConsentExpired(_)
                | Self::ConsentExpiring(_)
                | Self::AgreementExpired { .. }
                | Self::AgreementExpiring { .. }
        )
    }

    /// The definition it concerns, if it concerns exactly one.
    pub fn definition(&self) -> Option<&DefinitionKey> {
        self.consent().map(|consent| &consent.slot.definition)
    }

    /// Whether it was taken over from another system, so that it is no news (enforcement-events-evidence EVT-15).
    pub fn is_imported(&self) -> bool {
        match self {
            Self::DecisionRecorded { decision } => decision.outcome == Outcome::Imported,
            Self::ConsentImported(_) | Self::AgreementImported { .. } => true,
            _ => false,
        }
    }

    /// The slot it concerns, if it concerns exactly one.
    pub fn slot(&self) -> Option<&Slot> {
        self.consent().map(|consent| &consent.slot)
    }
}
