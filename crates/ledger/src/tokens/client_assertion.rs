//! A client proves who it is with an assertion that it signed itself (RFC 7523 3, OpenID Connect Core 9, `private_key_jwt`).
//!
//! Each assertion is good once: its `jti` is kept, by its hash, until the assertion would be over anyway (B19-02).

use std::{net::IpAddr, sync::Arc};

use consentry_domain::{
    Timestamp,
    client::{Client, Wrong},
};
use consentry_jose::{Algorithm, Claims, Expectations, Jwks, KeySet, Limits, decode};
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, TokenKind, TokenRow};
use serde_json::Value;

use super::{ClientRefused, ProvenClient, client_authentication::Trying};
use crate::{Ledger, Opaque, TenantSnapshot, error::Fault, opaque};

/// Longest assertion, in bytes.
const LONGEST: usize = 8 * 1024;

/// Longest `jti`, in bytes.
const LONGEST_JTI: usize = 256;

/// Longest time from now to `exp`, in seconds: its `jti` has to be remembered that long.
const LONGEST_LIFE: i64 = 3_600;

/// How far ahead of ours the clock of a client may be, in seconds (B19-02).
const AHEAD: i64 = 10;

/// Most keys of one client.
const MOST_KEYS: usize = 10;

/// What keys of clients sign with.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];

/// An assertion as it came in.
#[derive(Debug, Clone)]
pub struct PresentedAssertion<'a> {
    /// `client_id`, where it was named beside it.
    pub client: Option<&'a str>,
    /// The signed JWT.
    pub assertion: Opaque,
    /// What its `aud` may be, as one string.
    pub audiences: &'a [&'a str],
}

/// Why an assertion proved nothing.
#[derive(Debug, thiserror::Error)]
pub enum AssertionError {
    /// One answer for everything that is wrong with it.
    #[error(transparent)]
    Refused(#[from] ClientRefused),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What an assertion says that was found good.
struct Good {
    client: Arc<Client>,
    jti: String,
    expires_at: Timestamp,
}

impl Ledger {
    /// Checks an assertion and notes that it was used. `address` is where it came from: failures count for client and address
    /// together.
    pub async fn authenticate_client_by_assertion(
        &self,
        tenant: &TenantSnapshot,
        presented: &PresentedAssertion<'_>,
        address: IpAddr,
    ) -> Result<ProvenClient, AssertionError> {
        let now = self.now();
        let claimed = claimed(presented).ok_or(ClientRefused::Wrong)?;
        let keys = [Trying {
            tenant: tenant.id(),
            client: &claimed,
            address,
        }];
        if let Some(seconds) = self.inner.throttle.wait(&keys, now) {
            return Err(ClientRefused::Throttled { seconds }.into());
        }
        let proven = match good(tenant, &claimed, presented, now) {
            Some(good) => self.first_use(tenant, good, now).await?,
            None => None,
        };
        match proven {
            Some(client) => {
                self.inner.throttle.succeed(&keys[0]);
                Ok(ProvenClient::by_assertion(client))
            }
            None => {
                self.inner.throttle.fail(&keys, now);
                Err(ClientRefused::Wrong.into())
            }
        }
    }

    /// The client, unless the assertion was used before, here or at another node.
    async fn first_use(
        &self,
        tenant: &TenantSnapshot,
        good: Good,
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, Fault> {
        let id = good.client.id.as_str();
        let hash = opaque::hash(format!("assertion\0{id}\0{}", good.jti).as_bytes());
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Absent(RowKey::Token(hash)));
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash,
            kind: TokenKind::ClientAssertion,
            version: 1,
            subject: None,
            client: Some(id.to_owned()),
            grant: None,
            issued_at: now,
            expires_at: good.expires_at,
            consumed_at: Some(now),
            revoked_at: None,
            failures: 0,
            detail: "{}".to_owned(),
        })));
        match self.commit(change).await {
            Ok(_receipt) => Ok(Some(good.client)),
            Err(CommitError::Taken) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Who the assertion says it is from; nothing of it is proved.
fn claimed(presented: &PresentedAssertion<'_>) -> Option<String> {
    let unverified = decode(presented.assertion.expose(), Limits { max_len: LONGEST }).ok()?;
    let claims = Claims::parse(&unverified.payload).ok()?;
    let sub = claims.sub.filter(|sub| claims.iss.as_ref() == Some(sub))?;
    presented.client.is_none_or(|client| client == sub).then_some(sub)
}

fn good(
    tenant: &TenantSnapshot,
    claimed: &str,
    presented: &PresentedAssertion<'_>,
    now: Timestamp,
) -> Option<Good> {
    let client = tenant.client(claimed)?;
    let keys = key_set(client.settings.assertion_keys.as_ref()?).ok()?;
    let expectations = Expectations {
        algorithms: &ALGORITHMS,
        typ: None,
        max_len: LONGEST,
    };
    let verified = keys.verify(presented.assertion.expose(), &expectations).ok()?;
    let header = &verified.header;
    let is_assertion =
        header.typ.is_none() || header.is_type("JWT") || header.is_type("client-authentication+jwt");
    let claims = Claims::parse(&verified.payload).ok()?;
    let now = now.as_seconds();
    let in_time = |at: Option<i64>| at.is_none_or(|at| at <= now + AHEAD);
    let exp = claims.exp?;
    let is_live = now < exp && exp <= now + LONGEST_LIFE && in_time(claims.iat) && in_time(claims.nbf);
    let jti = claims
        .jti
        .filter(|jti| !jti.is_empty() && jti.len() <= LONGEST_JTI)?;
    (is_assertion && is_live && is_for(&verified.payload, presented.audiences)).then(|| Good {
        client: Arc::clone(client),
        jti,
        expires_at: Timestamp::from_seconds(exp),
    })
}

/// Whether `aud` is one string and one of these; a list is refused (B19-01), since what is meant for two may be handed on by one.
fn is_for(payload: &[u8], audiences: &[&str]) -> bool {
    let claims: Option<Value> = serde_json::from_slice(payload).ok();
    claims
        .as_ref()
        .and_then(|claims| claims.get("aud"))
        .and_then(Value::as_str)
        .is_some_and(|aud| audiences.contains(&aud))
}

/// The keys of a client, ready to verify with.
fn key_set(keys: &str) -> Result<KeySet, String> {
    let jwks = Jwks::parse(keys).map_err(|error| error.to_string())?;
    let set = if jwks.keys.iter().all(|key| key.kid().is_some()) {
        KeySet::from_jwks(&jwks)
    } else {
        KeySet::unnamed(&jwks)
    };
    Ok(set)
}

/// What is wrong with keys that a client is to be registered with.
pub(crate) fn wrong_keys(keys: &str) -> Option<Wrong> {
    let wrong = |why: String| Some(Wrong::new("authentication_configuration", why));
    let read: Value = serde_json::from_str(keys).unwrap_or_default();
    let given = read.get("keys").and_then(Value::as_array).map_or(0, Vec::len);
    if given > MOST_KEYS {
        return wrong(format!("must have at most {MOST_KEYS} keys in jwks"));
    }
    match key_set(keys) {
        Err(why) => wrong(format!("must have a set of public keys in jwks: {why}")),
        Ok(set) if set.len() != given || set.is_empty() => wrong(
            "must have keys for ES256 or RS256 in jwks, RSA keys of 2048 bits or more, each with a kid of its own".to_owned(),
        ),
        Ok(_) => None,
    }
}
