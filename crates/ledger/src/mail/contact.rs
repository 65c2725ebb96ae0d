//! Where a person is reached.

use consentry_domain::{SubjectId, locale::Locale, mail::MailAddress};
use consentry_store::AccountRow;
use serde::{Deserialize, Serialize};

use crate::{Ledger, TenantSnapshot, environment::Entropy, error::Fault, sealing::Key};

/// What the sealed bytes are bound to, beside the key.
const BOUND: &[u8] = b"consentry/v1/contact";

/// Where a person is reached, and in which language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their address.
    pub mail: MailAddress,
    /// The language they read best; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
}

/// What an account keeps about it: the address as the tenant said it, and what the person said about mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptContact {
    #[serde(flatten)]
    pub(crate) contact: Contact,
    /// Whether the person wants no notices: mails that protect nobody and that nobody asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) declines_notices: bool,
}

impl KeptContact {
    pub(crate) fn sealed(&self, key: &Key, entropy: &dyn Entropy) -> Result<Vec<u8>, Fault> {
        key.seal_value(entropy, BOUND, self, "contact")
    }

    /// What an account says, opened; none where it says nothing.
    pub(crate) fn of(account: &AccountRow, key: &Key) -> Result<Option<Self>, Fault> {
        let sealed = account.contact.as_deref();
        sealed
            .map(|sealed| key.open_value(BOUND, sealed, "contact"))
            .transpose()
    }
}

impl Ledger {
    /// Where a person is reached; none where nobody said, and none once they were erased.
    pub async fn contact_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Contact>, Fault> {
        let kept = self.kept_contact(tenant, subject).await?;
        Ok(kept.map(|(_, kept)| kept.contact))
    }

    /// The same with what the person said about mails, and the account that keeps it.
    pub(super) async fn kept_contact(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<(AccountRow, KeptContact)>, Fault> {
        let Some(account) = self.inner.store.account(tenant.id(), subject).await? else {
            return Ok(None);
        };
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(None);
        };
        let kept = KeptContact::of(&account, &key)?;
        Ok(kept.map(|kept| (account, kept)))
    }
}
