//! The accounts that a person has at the data provider, as its back end told us (consent-dashboard B4.3). They are known by name here
//! only so that people recognise them; which of them a bundle is about, the bundle says.

use consentry_domain::{AccountId, SubjectId, decision::Door};
use consentry_store::{AccountRow, ChangeSet, CommitError, Expect, Row, RowChange, RowKey};
use serde::{Deserialize, Serialize};

use crate::{
    Ledger, TenantSnapshot,
    access::{OpenDashboard, Permit},
    embed::CustomerId,
    environment::Entropy,
    error::Fault,
    sealing::Key,
    subjects::Origin,
};

/// What the sealed bytes are bound to, beside the key.
const BOUND: &[u8] = b"consentry/v1/holdings";

/// What they are called where they cannot be read.
const WHAT: &str = "list of accounts";

/// How often a replacement that lost against another change is tried anew.
const ATTEMPTS: u32 = 3;

/// Longest name, in characters.
const LONGEST_NAME: usize = 64;

/// Longest masked number, in characters.
const LONGEST_DISPLAY: usize = 40;

/// Most digits of an account number that are shown (consent-dashboard A11).
const MOST_DIGITS: usize = 4;

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// What the data provider calls it.
    pub id: AccountId,
    /// What the person calls it: 1 to 64 characters.
    pub nickname: String,
    /// What kind of account it is, in the provider's words; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its number, masked: at most 40 characters, four of them digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Others who hold it too, as far as this person may see what they share of it and stop that (consent-dashboard B6.8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_with: Vec<CoHolder>,
}

/// Another holder of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoHolder {
    /// Their customer id.
    pub customer: String,
    /// What they are called toward the person whose list it is; none: not by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Personal, so logs do not get it.
impl std::fmt::Debug for CoHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CoHolder(…)")
    }
}

impl CoHolder {
    /// Most other holders of an account that are kept.
    pub const MOST: usize = 8;

    /// Checks what was sent.
    pub fn new(customer: &CustomerId, name: Option<&str>) -> Result<Self, InvalidHolding> {
        if name.is_some_and(|name| name.trim().is_empty() || !fits(name, LONGEST_NAME)) {
            return Err(InvalidHolding::Holder);
        }
        Ok(Self {
            customer: customer.alias().value,
            name: name.map(str::to_owned),
        })
    }
}

/// Whether a text is short enough, and none that could break a page.
fn fits(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.chars().any(char::is_control)
}

/// Why an account cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHolding {
    /// No name, too long a one, or one with control characters.
    #[error("a name has 1 to 64 characters and no control characters")]
    Name,
    /// A kind that is too long, or has control characters.
    #[error("a kind has at most 64 characters and no control characters")]
    Kind,
    /// A number that is not masked.
    #[error("an account number is shown with at most four digits and 40 characters")]
    Display,
    /// The name of another holder that is empty, too long, or has control characters.
    #[error("the name of another holder has 1 to 64 characters and no control characters")]
    Holder,
}

impl Holding {
    /// Most accounts of a person that are kept.
    pub const MOST: usize = consentry_domain::Accounts::MOST;

    /// Checks what was sent.
    pub fn new(
        id: AccountId,
        nickname: &str,
        kind: Option<&str>,
        display: Option<&str>,
    ) -> Result<Self, InvalidHolding> {
        if nickname.trim().is_empty() || !fits(nickname, LONGEST_NAME) {
            return Err(InvalidHolding::Name);
        }
        if kind.is_some_and(|kind| !fits(kind, LONGEST_NAME)) {
            return Err(InvalidHolding::Kind);
        }
        let digits = |text: &str| text.chars().filter(|letter| letter.is_numeric()).count();
        if display.is_some_and(|text| !fits(text, LONGEST_DISPLAY) || digits(text) > MOST_DIGITS) {
            return Err(InvalidHolding::Display);
        }
        Ok(Self {
            id,
            nickname: nickname.to_owned(),
            kind: kind.map(str::to_owned),
            display: display.map(str::to_owned),
            joint_with: Vec::new(),
        })
    }

    /// Whether somebody else holds it too whose sharing this person may see.
    pub const fn is_joint(&self) -> bool {
        !self.joint_with.is_empty()
    }

    /// Customer ids of the other holders.
    pub(crate) fn holders(&self) -> impl Iterator<Item = &str> {
        self.joint_with.iter().map(|holder| holder.customer.as_str())
    }

    /// The last digits of its number, where there are any.
    pub fn last_digits(&self) -> Option<String> {
        let digits = self
            .display
            .as_deref()?
            .chars()
            .filter(|letter| letter.is_numeric());
        let digits: String = digits.collect();
        (!digits.is_empty()).then_some(digits)
    }
}

fn sealed(holdings: &[Holding], key: &Key, entropy: &dyn Entropy) -> Result<Vec<u8>, Fault> {
    key.seal_value(entropy, BOUND, &holdings, WHAT)
}

fn opened(row: &AccountRow, key: &Key) -> Result<Option<Vec<Holding>>, Fault> {
    let sealed = row.holdings.as_deref();
    sealed
        .map(|sealed| key.open_value(BOUND, sealed, WHAT))
        .transpose()
}

impl Ledger {
    /// The accounts of a person, in the order the data provider gave; none where it named none, and none once they were erased.
    pub async fn holdings_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Vec<Holding>>, Fault> {
        let Some(row) = self.inner.store.account(tenant.id(), subject).await? else {
            return Ok(None);
        };
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(None);
        };
        opened(&row, &key)
    }

    /// Makes the list of a customer's accounts what is given. What they share stays as it is: an account that is not listed any more is
    /// shown no more, and one that is new is shared where new ones are.
    pub async fn replace_holdings(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<OpenDashboard>,
        customer: &CustomerId,
        holdings: &[Holding],
    ) -> Result<(), Fault> {
        let subject = self
            .subject_named(tenant, &customer.alias(), Origin::at(Door::Dashboard))
            .await?;
        self.keep_holdings(tenant, permit, subject, holdings).await
    }

    /// The same for somebody who is known already.
    pub async fn keep_holdings(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<OpenDashboard>,
        subject: SubjectId,
        holdings: &[Holding],
    ) -> Result<(), Fault> {
        tracing::debug!(caller = ?permit.caller().credential(), "replacing the list of a customer's accounts");
        let key = self
            .subject_key(tenant, subject)
            .await?
            .ok_or(Fault::Unreadable {
                what: "subject key",
                why: "the person has none".to_owned(),
            })?;
        for _ in 0..ATTEMPTS {
            let row = self.inner.store.account(tenant.id(), subject).await?;
            let known = row.as_ref().map(|row| opened(row, &key)).transpose()?.flatten();
            if known.as_deref() == Some(holdings) {
                return Ok(());
            }
            let mut change = ChangeSet::new(tenant.id(), self.now());
            let place = RowKey::Account(subject);
            change.expect.push(match &row {
                Some(row) => Expect::At(place, row.version),
                None => Expect::Absent(place),
            });
            let row = row.unwrap_or(AccountRow {
                subject,
                version: 0,
                password_hash: None,
                disabled: false,
                applications: Vec::new(),
                contact: None,
                passkeys: None,
                holdings: None,
                profile: None,
            });
            change.rows.push(RowChange::Put(Row::Account(AccountRow {
                version: row.version.saturating_add(1),
                holdings: Some(sealed(holdings, &key, self.entropy())?),
                ..row
            })));
            match self.commit(change).await {
                Ok(_receipt) => return Ok(()),
                Err(CommitError::Stale | CommitError::Taken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsh_a11_no_account_number_is_kept_in_clear() {
        let id = || AccountId::parse("acc_51c0").unwrap();
        let with = |display| Holding::new(id(), "Everyday", Some("checking"), Some(display));
        for good in ["XXXXXXXX4417", "•••• 4417", "4417", ""] {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in ["12345", "DE89 3704", "XXXX\n4417", "XX٤٤١٧٥"] {
            assert_eq!(with(bad), Err(InvalidHolding::Display), "{bad}");
        }
        assert_eq!(Holding::new(id(), " ", None, None), Err(InvalidHolding::Name));
        assert_eq!(
            Holding::new(id(), "x", Some(&"k".repeat(65)), None),
            Err(InvalidHolding::Kind)
        );
        assert_eq!(with("XXXX4417").unwrap().last_digits().as_deref(), Some("4417"));
    }
}
