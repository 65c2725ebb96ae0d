//! Which of a person's accounts a bundle is about.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// An account, as the data provider calls it: 1 to 256 bytes without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// A text that cannot name an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account id has 1 to 256 bytes and no control characters")]
pub struct InvalidAccountId;

impl AccountId {
    /// Longest id, in bytes of UTF-8 (FDX: 256).
    pub const MAX_BYTES: usize = 256;

    /// Parses an id.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        if text.is_empty() || text.len() > Self::MAX_BYTES || text.chars().any(char::is_control) {
            return Err(InvalidAccountId);
        }
        Ok(Self(text.to_owned()))
    }

    /// As the data provider wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = InvalidAccountId;

    fn try_from(text: String) -> Result<Self, InvalidAccountId> {
        Self::parse(&text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

/// What was said about one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountShare {
    /// Which.
    pub id: AccountId,
    /// Whether the bundle is about it.
    pub shared: bool,
    /// Since when that is so; none: since the bundle came to be, or since the account did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether it was part of what the person agreed to at first; sharing another one widens the bundle.
    pub agreed: bool,
}

/// The accounts of a bundle: those that something was said about, and whether all others belong to it, those that are opened later
/// included. What says nothing is about all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Each account once.
    pub named: Vec<AccountShare>,
    /// Whether accounts that are not named are shared.
    pub others: bool,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            named: Vec::new(),
            others: true,
        }
    }
}

impl Accounts {
    /// Most accounts that a bundle names.
    pub const MOST: usize = 200;

    /// These and no others, as agreed to. An account that is named twice counts once.
    pub fn only(ids: impl IntoIterator<Item = AccountId>) -> Self {
        let mut own = Self {
            named: Vec::new(),
            others: false,
        };
        for id in ids {
            if own.about(&id).is_none() {
                own.named.push(AccountShare {
                    id,
                    shared: true,
                    since: None,
                    agreed: true,
                });
            }
        }
        own
    }

    /// Whether it says nothing, which is all of them.
    pub fn is_all(&self) -> bool {
        self.others && self.named.is_empty()
    }

    /// What was said about an account.
    pub fn about(&self, id: &AccountId) -> Option<&AccountShare> {
        self.named.iter().find(|share| share.id == *id)
    }

    /// Whether an account is shared.
    pub fn shares(&self, id: &AccountId) -> bool {
        self.about(id).map_or(self.others, |share| share.shared)
    }

    /// Whether sharing this account would add to what the person agreed to at first.
    pub fn is_widened_by(&self, id: &AccountId) -> bool {
        !self.about(id).map_or(self.others, |share| share.agreed)
    }

    /// Whether nothing can flow: no account is shared, and none would be that is opened later.
    pub fn share_nothing(&self) -> bool {
        !self.others && !self.named.iter().any(|share| share.shared)
    }

    /// As it is after a change at `now`. `held` are the accounts the person has: what is so of each stays so when the rule for those
    /// that are not named becomes another.
    #[must_use]
    pub fn changed(
        &self,
        set: &[(AccountId, bool)],
        others: Option<bool>,
        held: &[AccountId],
        now: Timestamp,
    ) -> Self {
        let mut own = self.clone();
        if others.is_some_and(|others| others != self.others) {
            for id in held {
                own.name(id, self.shares(id), now);
            }
        }
        for (id, shared) in set {
            own.name(id, *shared, now);
        }
        own.others = others.unwrap_or(self.others);
        own
    }

    fn name(&mut self, id: &AccountId, shared: bool, now: Timestamp) {
        let others = self.others;
        match self.named.iter_mut().find(|share| share.id == *id) {
            Some(share) if share.shared == shared => {}
            Some(share) => {
                share.shared = shared;
                share.since = Some(now);
            }
            // What is shared with all others was agreed to with them, and naming it changes nothing.
            None => self.named.push(AccountShare {
                id: id.clone(),
                shared,
                since: (shared != others).then_some(now),
                agreed: others,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> AccountId {
        AccountId::parse(text).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn dsh_d1_an_account_id_is_any_text_of_256_bytes_without_controls() {
        for good in ["a", "acc_51c0", "DE 12/3:4", &"x".repeat(256)] {
            assert_eq!(AccountId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a\nb", &"x".repeat(257)] {
            assert_eq!(AccountId::parse(bad), Err(InvalidAccountId), "{bad:?}");
        }
    }

    #[test]
    fn dsh_a11_what_names_no_account_is_about_all_of_them() {
        let all = Accounts::default();
        assert!(all.is_all() && all.shares(&id("a")) && !all.share_nothing());
        assert!(!all.is_widened_by(&id("a")));
    }

    #[test]
    fn dsh_a11_an_account_outside_what_was_agreed_to_widens() {
        let only = Accounts::only([id("a"), id("a")]);
        assert_eq!(only.named.len(), 1);
        assert!(!only.is_widened_by(&id("a")) && only.is_widened_by(&id("b")));
        let off = only.changed(&[(id("a"), false)], None, &[], at(9));
        assert!(off.share_nothing() && !off.is_widened_by(&id("a")));
        assert_eq!(off.about(&id("a")).unwrap().since, Some(at(9)));
        let wider = off.changed(&[(id("b"), true)], None, &[], at(10));
        assert!(wider.shares(&id("b")) && wider.is_widened_by(&id("b")));
    }

    #[test]
    fn dsh_b6_1_no_longer_sharing_new_accounts_keeps_those_there_are() {
        let all = Accounts::default();
        let held = [id("a"), id("b")];
        let closed = all.changed(&[(id("b"), false)], Some(false), &held, at(7));
        assert!(closed.shares(&id("a")) && !closed.shares(&id("b")) && !closed.shares(&id("new")));
        let open = closed.changed(&[], Some(true), &held, at(8));
        assert!(open.shares(&id("a")) && !open.shares(&id("b")) && open.shares(&id("new")));
    }

    #[test]
    fn dsh_b6_1_saying_again_what_is_so_changes_nothing() {
        let only = Accounts::only([id("a")]);
        assert_eq!(only.changed(&[(id("a"), true)], Some(false), &[], at(9)), only);
    }
}
