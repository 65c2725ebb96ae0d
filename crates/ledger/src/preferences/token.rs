//! Consent tokens: what a first party gives a person's browser (consent-tokens-and-preferences 4).
//!
//! A token is believed for its row: the row is found by the token's `jti` and holds the digest of the whole token. So a token stays good
//! until its end even if the key that signed it has been replaced since, and nothing that it says counts beyond what the row says.

use std::sync::Arc;

use consentry_domain::{Lifetime, SubjectId, Timestamp, decision::Door};
use consentry_jose::Algorithm;
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    ManagePreferences, PreferenceError,
    model::{Delegate, Members, Validations},
    person::organization_alias,
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Permit, Via},
    environment::Draw,
    error::Fault,
    opaque,
    stored_json::{from_json, to_json},
    subjects::Origin,
};

/// Longest token looked at, in bytes.
const LONGEST: usize = 64 * 1024;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Reading what the person chose.
    Read,
    /// Adding to it.
    Write,
}

/// What every event made with a token says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTemplate {
    /// Laid over the event's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
    /// Laid over what the event says about the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_metadata: Option<Members>,
    /// Under which regulation, where the event does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regulation: Option<String>,
}

/// What belongs to a token and is not in it: sealed with the person's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenDetail {
    /// By what the first party knows the person.
    pub organization_user_id: String,
    /// What it may be used for.
    pub permissions: Vec<Permission>,
    /// What every event says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventTemplate>,
    /// Who acts for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegate: Option<Delegate>,
    /// What is asked before an event counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validations: Option<Validations>,
}

/// What is kept of a token in clear.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    /// Base64url of SHA-256 over the whole token.
    digest: String,
    /// Base64url of the sealed detail; none of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

/// A token that somebody wants.
#[derive(Debug, Clone)]
pub struct TokenWish {
    /// How long it shall live.
    pub lifetime: Lifetime,
    /// What the holder can read in it.
    pub metadata: Option<Members>,
    /// What is kept beside it.
    pub detail: TokenDetail,
}

/// A token, just issued.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// The token.
    pub id_token: String,
    /// By what it is revoked.
    pub jti: String,
    /// From this moment it is over.
    pub expires_at: Timestamp,
}

/// A token that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentToken {
    /// Whose.
    pub subject: SubjectId,
    /// By what the first party knows them.
    pub organization_user_id: String,
    /// The rest of it.
    pub detail: TokenDetail,
}

impl ConsentToken {
    /// Whether it may be used for this.
    pub fn may(&self, permission: Permission) -> bool {
        self.detail.permissions.contains(&permission)
    }

    /// As a caller.
    pub fn caller(&self) -> Caller {
        Caller::Subject {
            subject: self.subject,
            via: Via::ConsentToken {
                read: self.may(Permission::Read),
                write: self.may(Permission::Write),
            },
        }
    }
}

/// What a bearer token at the preferences door is.
#[derive(Debug, Clone)]
pub enum PreferenceBearer {
    /// A session of a back end.
    Session {
        /// The API key that opened it.
        key: String,
    },
    /// What a person's browser was given.
    Token(Arc<ConsentToken>),
}

/// Why a bearer token does not count.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// A consent token whose time is over.
    #[error("the consent token has expired")]
    Expired,
    /// Anything else.
    #[error("no token of ours that counts")]
    Invalid,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A token in the making.
pub(super) struct Minted {
    pub(super) text: String,
    /// Base64url of SHA-256 over it.
    pub(super) digest: String,
}

/// A fresh id of a token: 128 random bits.
pub(super) fn fresh_jti(ledger: &Ledger) -> String {
    format!("pt_{}", opaque::base64url(&ledger.entropy().bytes::<16>()))
}

/// Signs claims.
pub(super) fn mint(tenant: &TenantSnapshot, claims: &impl Serialize) -> Result<Minted, Fault> {
    let key = tenant.key_ring.signer(Algorithm::Es256)?;
    let text = key
        .sign(&key.header(Some("JWT")), claims)
        .map_err(|error| Fault::Signing(error.to_string()))?;
    let digest = opaque::hash_text(&text);
    Ok(Minted { text, digest })
}

/// Under what it is kept that a person's tokens of before count no more.
pub(super) fn end_hash(tenant: &TenantSnapshot, subject: SubjectId) -> Hash {
    tenant.keys.lookup("preference_end", &subject.to_string())
}

impl Ledger {
    /// Issues a token for a person. Nobody becomes a user by it; older tokens of theirs stay good.
    pub async fn issue_consent_token(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        base: &str,
        wish: &TokenWish,
    ) -> Result<IssuedToken, PreferenceError> {
        let name = &wish.detail.organization_user_id;
        let alias = organization_alias(tenant, name);
        let origin = Origin::at(Door::Preferences);
        let subject = self.subject_named(tenant, &alias, origin).await?;
        let client = match permit.caller() {
            Caller::Organization { key } => Some(key.clone()),
            _ => None,
        };
        let (issued, row) = self
            .prepare_consent_token(tenant, base, (subject, client), wish)
            .await?;
        let mut change = ChangeSet::new(tenant.id(), row.issued_at);
        change.rows.push(RowChange::Put(Row::Token(row)));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(issued)
    }

    /// A token for somebody, and the row by which it will be believed.
    pub(super) async fn prepare_consent_token(
        &self,
        tenant: &TenantSnapshot,
        base: &str,
        (subject, client): (SubjectId, Option<String>),
        wish: &TokenWish,
    ) -> Result<(IssuedToken, TokenRow), Fault> {
        let name = &wish.detail.organization_user_id;
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let now = self.now();
        let expires_at = Timestamp::from_seconds(now.as_seconds()).plus(wish.lifetime);
        let jti = fresh_jti(self);
        let mut claims = json!({
            "iss": base,
            "aud": "consents",
            "typ": "consent-token",
            "sub": name,
            "organization_user_id": name,
            "organization_id": tenant.tenant.slug,
            "iat": now.as_seconds(),
            "nbf": now.as_seconds(),
            "exp": expires_at.as_seconds(),
            "jti": jti,
            "permissions": wish.detail.permissions,
        });
        if let Some(metadata) = &wish.metadata {
            claims["metadata"] = Value::Object(metadata.clone());
        }
        let Minted { text, digest } = mint(tenant, &claims)?;
        let hash = opaque::hash(jti.as_bytes());
        let detail = to_json(&wish.detail, "consent token")?;
        let sealed = key.seal(self.entropy(), hash.as_bytes(), detail.as_bytes());
        let stored = Stored {
            digest,
            sealed: Some(opaque::base64url(&sealed)),
        };
        let row = TokenRow {
            hash,
            kind: TokenKind::Preference,
            version: 1,
            subject: Some(subject),
            client,
            grant: None,
            issued_at: now,
            expires_at,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&stored, "consent token")?,
        };
        let issued = IssuedToken {
            id_token: text,
            jti,
            expires_at,
        };
        Ok((issued, row))
    }

    /// Makes a token useless by its `jti`.
    pub async fn revoke_consent_token(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        jti: &str,
    ) -> Result<(), PreferenceError> {
        let hash = opaque::hash(jti.as_bytes());
        for _ in 0..super::ATTEMPTS {
            let row = self.inner.store.token(tenant.id(), hash).await;
            let row = row.map_err(Fault::from)?;
            let row = row
                .filter(|row| row.kind == TokenKind::Preference)
                .ok_or(PreferenceError::NotFound)?;
            if row.revoked_at.is_some() {
                return Ok(());
            }
            let mut change = ChangeSet::new(tenant.id(), self.now());
            change.expect.push(Expect::At(RowKey::Token(hash), row.version));
            change.rows.push(RowChange::Put(Row::Token(TokenRow {
                version: row.version.saturating_add(1),
                revoked_at: Some(change.at),
                ..row
            })));
            match self.commit(change).await {
                Ok(_receipt) => {
                    tracing::info!(caller = ?permit.caller(), token.prefix = ?hash, "consent token revoked");
                    return Ok(());
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// What a bearer token at the preferences door is, if it counts now.
    pub async fn preference_bearer(
        &self,
        tenant: &TenantSnapshot,
        token: &str,
    ) -> Result<PreferenceBearer, BearerError> {
        let jti = jti_of(token).ok_or(BearerError::Invalid)?;
        let hash = opaque::hash(jti.as_bytes());
        let row = self.token(tenant.id(), hash).await?.ok_or(BearerError::Invalid)?;
        if !matches!(row.kind, TokenKind::Preference | TokenKind::ApiSession) {
            return Err(BearerError::Invalid);
        }
        let stored: Stored = from_json(&row.detail, "consent token")?;
        let is_ours =
            subtle::ConstantTimeEq::ct_eq(stored.digest.as_bytes(), opaque::hash_text(token).as_bytes());
        if !bool::from(is_ours) || row.revoked_at.is_some() {
            return Err(BearerError::Invalid);
        }
        let is_over = row.expires_at <= self.now();
        if row.kind == TokenKind::ApiSession {
            let key = row.client.clone().filter(|_| !is_over);
            return key
                .map(|key| PreferenceBearer::Session { key })
                .ok_or(BearerError::Invalid);
        }
        let subject = row.subject.ok_or(BearerError::Invalid)?;
        let end = self.token(tenant.id(), end_hash(tenant, subject)).await?;
        if end.is_some_and(|end| row.issued_at <= end.issued_at) {
            return Err(BearerError::Invalid);
        }
        if is_over {
            return Err(BearerError::Expired);
        }
        let key = self
            .subject_key(tenant, subject)
            .await?
            .ok_or(BearerError::Invalid)?;
        let sealed = stored.sealed.as_deref().and_then(opaque::from_base64url);
        let opened = key
            .open(hash.as_bytes(), &sealed.ok_or(BearerError::Invalid)?)
            .map_err(Fault::from)?;
        let detail: TokenDetail = serde_json::from_slice(&opened).map_err(|error| Fault::Unreadable {
            what: "consent token",
            why: error.to_string(),
        })?;
        Ok(PreferenceBearer::Token(Arc::new(ConsentToken {
            subject,
            organization_user_id: detail.organization_user_id.clone(),
            detail,
        })))
    }
}

/// The `jti` that a token claims, by which its row is looked for. Nothing else of it is believed.
fn jti_of(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claimed {
        jti: String,
    }
    if token.len() > LONGEST {
        return None;
    }
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let payload = opaque::from_base64url(payload)?;
    serde_json::from_slice::<Claimed>(&payload)
        .ok()
        .map(|claimed| claimed.jti)
}
