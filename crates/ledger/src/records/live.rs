//! Directories outside of the ledger that are asked live: a company's LDAP server (consent-api 12.3).
//!
//! What lives here: the port through which they are asked, and the order of asking. What may not: how any of them is reached.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use consentry_domain::{dn::Dn, tenant::MatchAttribute};

use crate::{Ledger, TenantSnapshot, error::Fault};

/// A directory that can look up entries and check their passwords.
#[async_trait]
pub trait LiveDirectory: fmt::Debug + Send + Sync + 'static {
    /// Whether its entries count for a tenant, given by its short name.
    fn serves(&self, tenant: &str) -> bool;

    /// Finds the one entry that is meant.
    async fn find(&self, question: LiveQuestion<'_>) -> Result<LiveHit, DirectoryUnavailable>;

    /// Whether a password opens an entry. An empty one never does, whatever the directory says.
    async fn opens(&self, entry: &LiveEntry, password: &str) -> Result<bool, DirectoryUnavailable>;
}

/// What is looked for in a directory.
#[derive(Debug, Clone, Copy)]
pub enum LiveQuestion<'a> {
    /// The entry with this name.
    Named(&'a Dn),
    /// Entries that have the text as a value of one of these attributes.
    Matching {
        /// Attributes that are looked at.
        attributes: &'a [MatchAttribute],
        /// The value.
        text: &'a str,
        /// Names below which entries count; none means everywhere.
        bases: &'a [Dn],
    },
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEntry {
    /// Its name.
    pub dn: Dn,
    /// Its name as the directory spells it.
    pub spelling: String,
}

/// What a directory found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveHit {
    /// Nothing.
    Nothing,
    /// Exactly one entry.
    One(LiveEntry),
    /// More than one entry.
    Several,
}

/// A directory that cannot be asked now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the directory {directory} cannot be asked: {why}")]
pub struct DirectoryUnavailable {
    /// Which, as configured.
    pub directory: String,
    /// What is wrong, without passwords and names of people.
    pub why: String,
}

/// An entry, and the directory that has it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub directory: Arc<dyn LiveDirectory>,
    pub entry: LiveEntry,
}

impl Ledger {
    /// Whether a tenant has any directory that is asked live.
    pub(crate) fn has_directories(&self, tenant: &TenantSnapshot) -> bool {
        self.inner
            .directories
            .iter()
            .any(|directory| directory.serves(&tenant.tenant.slug))
    }

    /// Asks the tenant's directories in their order. The first that knows anything decides: one entry is found, several are nobody.
    /// One that cannot be asked fails the whole, because it might have known.
    pub(crate) async fn ask_directories(
        &self,
        tenant: &TenantSnapshot,
        question: LiveQuestion<'_>,
    ) -> Result<Option<Listed>, Fault> {
        for directory in &self.inner.directories {
            if !directory.serves(&tenant.tenant.slug) {
                continue;
            }
            match directory.find(question).await? {
                LiveHit::Nothing => {}
                LiveHit::Several => return Ok(None),
                LiveHit::One(entry) => {
                    let directory = Arc::clone(directory);
                    return Ok(Some(Listed { directory, entry }));
                }
            }
        }
        Ok(None)
    }
}
