//! The accounts of a bundle, as followers are told: by the ids of the data provider and nothing else.

use consentry_domain::{AccountId, Accounts};
use serde::Serialize;

use super::Cut;

/// The accounts of a bundle that something was said about.
#[derive(Debug, Serialize)]
pub(super) struct AccountsData<'a> {
    enabled: Vec<&'a AccountId>,
    disabled: Vec<&'a AccountId>,
    /// Whether all others are shared, those that are opened later included.
    others: bool,
}

impl<'a> AccountsData<'a> {
    /// None where all are shared and nothing was said.
    pub(super) fn of(accounts: &'a Accounts, cut: &mut Cut) -> Option<Self> {
        if accounts.is_all() {
            return None;
        }
        let named = cut.list(&accounts.named);
        let those = |shared| named.iter().filter(move |share| share.shared == shared);
        Some(Self {
            enabled: those(true).map(|share| &share.id).collect(),
            disabled: those(false).map(|share| &share.id).collect(),
            others: accounts.others,
        })
    }
}
