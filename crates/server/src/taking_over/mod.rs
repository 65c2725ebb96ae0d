//! What other systems have, as files of JSON: consent records, third-party consents, consent grants, consents of a dataspace.
//!
//! What lives here: reading objects one at a time, each with its place in the file, and what each of them means here. What may not: what
//! becomes of it, which is the ledger's; and LDIF, which is [`crate::ldif`]'s.

mod dataspace;
mod elements;
mod grant;
mod members;
mod record;
#[cfg(test)]
mod tests;
mod third_party;

pub use dataspace::dataspace_consent;
pub use elements::{Element, Elements, elements};
pub use grant::consent_grant;
pub use members::Members;
pub use record::record;
pub use third_party::third_party_consent;

use consentry_domain::{AgreementId, ConsentId, TenantId, subject::Namespace};
use consentry_ledger::agreements::{ImportedAgreement, agreement_called};

use crate::ldif::Refused;

/// An agreement of another system, and where it stands.
#[derive(Debug)]
pub struct FoundAgreement {
    /// What it says.
    pub agreement: ImportedAgreement,
    /// As the other system calls it.
    pub name: String,
    /// The object it was read from.
    pub element: Element,
}

impl FoundAgreement {
    /// Something wrong with it, at the line of a member.
    pub fn refuse(&self, member: &str, why: &str) -> Refused {
        Refused::at(self.element.line_of(member), format!("{}: {why}", self.name))
    }
}

/// In which name space the other system's name of a person is one here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum People {
    /// The customer id of the bank.
    Customer,
    /// What the person types to log in.
    Login,
    /// What a first party calls the person at the preferences door.
    Organization,
}

impl From<People> for Namespace {
    fn from(people: People) -> Self {
        match people {
            People::Customer => Self::Customer,
            People::Login => Self::Login,
            People::Organization => Self::Organization,
        }
    }
}

/// The consent that another system gave this id: its UUID, or the one that the name alone decides.
fn consent_called(tenant: TenantId, name: &str) -> (AgreementId, ConsentId) {
    let agreement = agreement_called(tenant, name);
    (agreement, ConsentId::from_uuid(agreement.uuid()))
}
