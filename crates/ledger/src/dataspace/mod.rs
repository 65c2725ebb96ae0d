//! The consent provider of a dataspace: requests of applications, the answers to them, and the tokens that prove consent
//! (dataspace-consent-protocol).
//!
//! What lives here: who somebody is in it ([`people`]), which data sources lack consent ([`Ledger::source_consent`]), a request and its
//! answer ([`request`], `answering`), signing and judging consent tokens ([`token`]), and taking consents back (`withdrawing`). What may
//! not: request tokens as they came from outside and the keys of parties, which the door has checked before it comes here.
//!
//! A consent to a data source is a consent as any other: its definition is the data source, its audience the client. The usual login is no
//! part of the slot; any other is, so that consents are kept apart by issuer and authentication context.

pub mod people;
pub mod request;
pub mod token;

mod answering;
mod opening;
mod vouched;
mod withdrawing;

use consentry_domain::{
    Audience, DefinitionKey, Slot,
    definition::{Definition, DefinitionKind},
    dsi::Dsi,
};

pub use self::{
    answering::{SourceAnswer, SourceAnswerError},
    opening::OpeningError,
    people::{Relation, Sitting, SourceLogin, WayIn},
    request::{AskedPerson, SourceOutcome, SourceQuestion, SourceRequest, Wanted},
    token::{ConsentClaims, ConsentToken, Provider, Spoken},
    vouched::VouchedPerson,
};
pub(crate) use self::{people::check_contexts, token::SignedTokens};
use crate::{Ledger, TenantSnapshot, error::Fault, standing::DecidingConsent};

/// The slot of a data source.
fn slot(relation: &Relation, source: &DefinitionKey) -> Slot {
    Slot {
        subject: relation.subject,
        definition: source.clone(),
        audience: Audience::Client(relation.client.clone()),
        qualifier: relation.qualifier.clone(),
    }
}

impl TenantSnapshot {
    /// A data source of the dataspace that is served here.
    pub fn data_source(&self, source: &Dsi) -> Option<&Definition> {
        let is_ours = self.tenant.dataspace.base_domain.as_deref() == Some(source.domain());
        self.definitions
            .get(source.key())
            .filter(|definition| is_ours && definition.kind == DefinitionKind::Source)
    }
}

impl Ledger {
    /// The consent in force of a person to a data source, for a client; none where they were never asked, said no, took it back, or its
    /// time is over.
    pub async fn source_consent(
        &self,
        tenant: &TenantSnapshot,
        relation: &Relation,
        source: &DefinitionKey,
    ) -> Result<Option<DecidingConsent>, Fault> {
        let now = self.now();
        let slot = slot(relation, source);
        let standing = self.standing_consents(tenant, relation.subject).await?;
        let found = DecidingConsent::find(standing, |consent| consent.slot == slot);
        // A token can carry no actions, so a consent to some of them is none here.
        Ok(found.filter(|consent| consent.is_in_force_for_all(now)))
    }

    /// What of this lacks consent, in its order; everything where there is nobody yet.
    pub async fn missing_sources(
        &self,
        tenant: &TenantSnapshot,
        relation: Option<&Relation>,
        wanted: &[Wanted],
    ) -> Result<Vec<Wanted>, Fault> {
        let mut missing = Vec::new();
        for one in wanted {
            let consent = match relation {
                Some(relation) => self.source_consent(tenant, relation, &one.source).await?,
                None => None,
            };
            if consent.is_none() {
                missing.push(one.clone());
            }
        }
        Ok(missing)
    }
}
