//! The record of use by account: when data of each was last delivered under a consent (consent-dashboard B4.3). Where the whole consent
//! stands is [`Usage`](crate::Usage).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Accounts, Timestamp, usage::minute};

/// When data of accounts was last delivered, of as many as a person can have. Two records of the same consent
/// [merge](Self::merge) as those of its use do: in any order, and what is merged twice is merged once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountUses(BTreeMap<AccountId, Timestamp>);

impl AccountUses {
    /// Most accounts that are kept; of more, those whose data was delivered last.
    pub const MOST: usize = Accounts::MOST;

    /// Data of an account was delivered once.
    pub fn used(account: AccountId, at: Timestamp) -> Self {
        Self(BTreeMap::from([(account, at)]))
    }

    /// When data of an account was last delivered, to the minute.
    pub fn last_used_at(&self, account: &AccountId) -> Option<Timestamp> {
        self.0.get(account).copied()
    }

    /// Whether nothing is known of any account.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What both know.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (account, at) in other.0 {
            let known = self.0.entry(account).or_insert(at);
            *known = at.max(*known);
        }
        while self.0.len() > Self::MOST {
            let oldest = self.0.iter().min_by_key(|(account, at)| (**at, *account));
            let Some(oldest) = oldest.map(|(account, _)| account.clone()) else {
                break;
            };
            self.0.remove(&oldest);
        }
        self
    }

    /// Whether `other` tells nothing that this does not: no account that is not known, and no later use than in the same minute.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(account, at)| {
            let known = self.last_used_at(account);
            known.is_some_and(|known| minute(known) >= minute(*at))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(number: usize) -> AccountId {
        AccountId::parse(&format!("acc_{number}")).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn dsh_b4_3_of_more_accounts_than_are_kept_the_last_used_stay() {
        let many = (0..=AccountUses::MOST).map(|number| {
            let seconds = i64::try_from(number).unwrap();
            AccountUses::used(account(number), at(seconds))
        });
        let kept = many.fold(AccountUses::default(), AccountUses::merge);
        assert_eq!(kept.last_used_at(&account(0)), None);
        assert_eq!(kept.last_used_at(&account(1)), Some(at(1)));
        assert_eq!(kept.last_used_at(&account(AccountUses::MOST)), Some(at(200)),);
    }

    #[test]
    fn dsh_b9_2_a_use_of_the_same_account_and_minute_tells_nothing() {
        let known = AccountUses::used(account(1), at(120));
        assert!(known.covers(&AccountUses::used(account(1), at(179))));
        assert!(known.covers(&AccountUses::used(account(1), at(60))));
        assert!(!known.covers(&AccountUses::used(account(1), at(180))));
        assert!(!known.covers(&AccountUses::used(account(2), at(120))));
        assert!(known.covers(&AccountUses::default()));
    }

    #[test]
    fn dsh_b4_3_it_is_stored_as_an_object_of_accounts() {
        let known = AccountUses::used(account(1), at(0));
        let stored = serde_json::to_string(&known).unwrap();
        assert_eq!(stored, r#"{"acc_1":"1970-01-01T00:00:00.000000Z"}"#);
        assert_eq!(serde_json::from_str::<AccountUses>(&stored).unwrap(), known);
    }

    fn uses() -> impl Strategy<Value = AccountUses> {
        prop::collection::vec((0..300_usize, 0..400_i64), 0..300).prop_map(|happened| {
            let happened = happened.into_iter();
            let happened = happened.map(|(number, seconds)| AccountUses::used(account(number), at(seconds)));
            happened.fold(AccountUses::default(), AccountUses::merge)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn dsh_b9_2_no_order_and_no_repetition_changes_what_nodes_know_of_accounts(
            one in uses(), two in uses(), three in uses(),
        ) {
            let (one, two, three) = (&one, &two, &three);
            let merge = |one: &AccountUses, two: &AccountUses| one.clone().merge(two.clone());
            prop_assert_eq!(merge(one, two), merge(two, one));
            prop_assert_eq!(merge(&merge(one, two), three), merge(one, &merge(two, three)));
            prop_assert_eq!(merge(&merge(one, two), two), merge(one, two));
        }
    }
}
