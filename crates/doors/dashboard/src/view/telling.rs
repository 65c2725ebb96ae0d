//! What it takes to put connections into words: whose bank, which language, and the names of the accounts.

use consentry_domain::SubjectId;
use consentry_ledger::{TenantSnapshot, holdings::Holding};
use consentry_web::{texts::Language, visit::Visit};

/// What it takes to put connections into words.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// Whose customers read it.
    pub tenant: &'a TenantSnapshot,
    /// The reader's language.
    pub language: &'static Language,
    /// The accounts of the reader.
    pub held: &'a Held,
}

/// The accounts of a person, as far as their names can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Held {
    /// The bank has named none.
    #[default]
    Unnamed,
    /// They cannot be read now; everything else works (consent-dashboard B7.5).
    Unreadable,
    /// What the bank has named.
    Named(Vec<Holding>),
}

impl Held {
    /// The accounts of a person, read now.
    pub async fn of(visit: &Visit, subject: SubjectId) -> Self {
        match visit.ledger().holdings_of(&visit.tenant, subject).await {
            Ok(Some(held)) => Self::Named(held),
            Ok(None) => Self::Unnamed,
            Err(error) => {
                tracing::error!(error.cause = %error, "the names of a customer's accounts cannot be read");
                Self::Unreadable
            }
        }
    }

    /// The accounts by name; none where there are no names.
    pub fn named(&self) -> &[Holding] {
        match self {
            Self::Named(held) => held,
            Self::Unnamed | Self::Unreadable => &[],
        }
    }
}
