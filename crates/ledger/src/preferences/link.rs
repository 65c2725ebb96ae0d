//! Consent links: an event that is recorded when its address is opened (consent-tokens-and-preferences 9).
//!
//! A link is a row under the hash of its secret. What it does was said by the back end that made it and is sealed with the person's key;
//! nothing in the address changes it.

use consentry_domain::{Lifetime, SubjectId, decision::Door};
use consentry_store::{ChangeSet, Row, RowChange, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ManagePreferences, PreferenceError, person::organization_alias};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    access::{Caller, Permit},
    error::Fault,
    sealed_value::SealedDetail,
    subjects::Origin,
};

/// What a link does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkContent {
    /// For whom.
    pub organization_user_id: String,
    /// Whether it corrects an event, and does not record one.
    pub is_update: bool,
    /// The event, or what is to be laid over one, as it came in.
    pub event: Value,
    /// Where the browser goes afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
}

/// A link that works.
#[derive(Debug, Clone)]
pub struct ConsentLink {
    /// Whom it is for.
    pub subject: SubjectId,
    /// The API key of the back end that made it.
    pub key: String,
    /// What it does.
    pub content: LinkContent,
}

/// Why a link does nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It is none.
    #[error("there is no such link")]
    Unknown,
    /// Its time is over.
    #[error("the link is over")]
    Over,
    /// The tenant is strict, and lists nothing that this link does.
    #[error("the link does what is not listed")]
    NotListed,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Makes a link that works for `lifetime`. Nobody becomes a user by it.
    pub async fn issue_consent_link(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        content: &LinkContent,
        lifetime: Lifetime,
    ) -> Result<Opaque, PreferenceError> {
        let alias = organization_alias(tenant, &content.organization_user_id);
        let origin = Origin::at(Door::Preferences);
        let subject = self.subject_named(tenant, &alias, origin).await?;
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let secret = Opaque::draw(self.entropy(), "cl");
        let hash = secret.hash();
        let detail = SealedDetail::text(&key, self.entropy(), hash, content, "consent link")?;
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash,
            kind: TokenKind::ConsentLink,
            version: 1,
            subject: Some(subject),
            client: match permit.caller() {
                Caller::Organization { key } => Some(key.clone()),
                _ => None,
            },
            grant: None,
            issued_at: now,
            expires_at: now.plus(lifetime),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail,
        })));
        let _receipt = self.commit_asked(change).await.map_err(Fault::from)?;
        Ok(secret)
    }

    /// What a link does, where it works still: its maker's key must be one that is not switched off since.
    pub async fn consent_link(
        &self,
        tenant: &TenantSnapshot,
        link: &Opaque,
    ) -> Result<ConsentLink, LinkError> {
        let hash = link.hash();
        let row = self.inner.store.token(tenant.id(), hash).await;
        let row = row
            .map_err(Fault::from)?
            .filter(|row| row.kind == TokenKind::ConsentLink)
            .ok_or(LinkError::Unknown)?;
        let (Some(subject), Some(maker)) = (row.subject, row.client) else {
            return Err(LinkError::Unknown);
        };
        let is_good = tenant.api_credentials.get(&maker).is_some_and(|own| own.enabled);
        if row.expires_at <= self.now() || !is_good {
            return Err(LinkError::Over);
        }
        let end = self
            .token(tenant.id(), super::token::end_hash(tenant, subject))
            .await?;
        if end.is_some_and(|end| row.issued_at <= end.issued_at) {
            return Err(LinkError::Over);
        }
        let key = self.subject_key(tenant, subject).await?.ok_or(LinkError::Over)?;
        let content = SealedDetail::open(&row.detail, &key, hash, "consent link")?;
        Ok(ConsentLink {
            subject,
            key: maker,
            content,
        })
    }

    /// A fresh id for an event that a link will record, so that opening it twice records one.
    pub fn event_id_for_link(&self) -> String {
        self.fresh_id()
    }
}
