//! Sessions of a first party's back ends at the preferences door (consent-tokens-and-preferences 3.2).

use std::net::IpAddr;

use consentry_domain::{Lifetime, Timestamp, credential::Opens};
use consentry_store::{ChangeSet, Row, RowChange, TokenKind, TokenRow};
use serde::Serialize;
use serde_json::json;

use super::token::{self, Minted};
use crate::{
    Ledger, TenantSnapshot,
    embed::matching_secret,
    error::Fault,
    opaque,
    rates::{Rate, source},
};

/// How long a session lasts; it cannot be prolonged.
const LIFETIME: Lifetime = Lifetime::seconds(3_600);

/// A session, just opened.
#[derive(Debug, Clone)]
pub struct Session {
    /// The token, to hand out once.
    pub access_token: String,
    /// From this moment it is over.
    pub expires_at: Timestamp,
}

/// Why no session was opened.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Unknown key, wrong secret or a disabled key: one answer for all.
    #[error("unknown key or wrong secret")]
    Wrong,
    /// Too many failures of this address.
    #[error("too many failures; wait {seconds} s")]
    TooMany {
        /// Seconds until the next one is looked at.
        seconds: i64,
    },
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'static str,
    typ: &'static str,
    sub: &'a str,
    organization_id: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
}

impl Ledger {
    /// Opens a session with an API key. Failures count for the address.
    pub async fn open_api_session(
        &self,
        tenant: &TenantSnapshot,
        base: &str,
        (key, secret): (&str, &str),
        address: IpAddr,
    ) -> Result<Session, SessionError> {
        let now = self.now();
        let (rates, source) = (&self.inner.rates, source(address));
        if let Some(seconds) = rates.wait(tenant.id(), Rate::WrongCredentials, &source, now) {
            return Err(SessionError::TooMany { seconds });
        }
        let credential = tenant
            .api_credentials
            .get(key)
            .filter(|credential| credential.enabled && credential.opens == Opens::Preferences);
        if !matching_secret(credential, &opaque::hash_text(secret), now) {
            rates.count(tenant.id(), Rate::WrongCredentials, &source, now);
            return Err(SessionError::Wrong);
        }
        let jti = token::fresh_jti(self);
        let expires_at = Timestamp::from_seconds(now.as_seconds()).plus(LIFETIME);
        let claims = Claims {
            iss: base,
            aud: "api",
            typ: "session",
            sub: key,
            organization_id: &tenant.tenant.slug,
            iat: now.as_seconds(),
            exp: expires_at.as_seconds(),
            jti: &jti,
        };
        let Minted { text, digest } = token::mint(tenant, &claims)?;
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: opaque::hash(jti.as_bytes()),
            kind: TokenKind::ApiSession,
            version: 1,
            subject: None,
            client: Some(key.to_owned()),
            grant: None,
            issued_at: now,
            expires_at,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: json!({ "digest": digest }).to_string(),
        })));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(Session {
            access_token: text,
            expires_at,
        })
    }
}
