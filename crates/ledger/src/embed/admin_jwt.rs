//! Admin JWTs: a back end names a customer in a token that it encrypts with a secret it shares with us (consent-dashboard A5).
//! Deprecated, since whoever sees such a token without times can use it for ever: [`provider`](super::provider) is the way.
//!
//! What lives here: which secret opens one, and what its claims must say. What may not: HTTP, and what is issued for it.

use std::net::IpAddr;

use consentry_domain::{
    Timestamp,
    credential::{ApiCredential, Opens},
    tenant::{AdminJwtSettings, InvalidSetting},
};
use consentry_jose::{Algorithm, DirectError, DirectKey, DirectToken, Expectations, KeySet, strict_object};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    CustomerId,
    provider::{Provider, live},
};
use crate::{
    Ledger, TenantSnapshot,
    rates::{Rate, source},
    sealing::SealBroken,
};

/// How many seconds clocks may differ.
const LEEWAY: i64 = 60;
/// How old a token may be by its `iat`.
const OLDEST: i64 = 300;
/// How far ahead its `exp` may be.
const FURTHEST: i64 = 24 * 3600;
/// Longest `jti`.
const MAX_JTI: usize = 255;
/// Deepest claims.
const DEPTH: usize = 8;
/// Latest time in seconds: beyond 2^53 neither side could be sure which second is meant.
const MOST_SECONDS: f64 = 9_007_199_254_740_992.0;
/// Longest token in a token.
const MAX_NESTED: usize = 4096;

/// An admin JWT that was opened and whose claims are good.
#[derive(Debug, Clone)]
pub struct AdminJwt {
    provider: Provider,
    customer: CustomerId,
    once: Option<(String, Timestamp)>,
}

impl AdminJwt {
    /// Who made it, by the shared secret.
    pub const fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The customer it names.
    pub const fn customer(&self) -> &CustomerId {
        &self.customer
    }

    /// By what it is taken only once, and until when that is to be remembered.
    pub(super) fn once(&self) -> Option<(&str, Timestamp)> {
        self.once.as_ref().map(|(jti, until)| (jti.as_str(), *until))
    }
}

/// Why an admin JWT is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AdminJwtError {
    /// The tenant has no shared secret: there is no such path.
    #[error("the tenant has no shared secret")]
    SwitchedOff,
    /// It is too long.
    #[error("the token is too long")]
    TooLarge,
    /// It is no compact JWE at all.
    #[error("the token is no compact JWE")]
    Malformed,
    /// One answer for everything that could help somebody who guesses; the log knows more.
    #[error("the token is not valid")]
    Refused,
    /// It was opened, and does not name a customer.
    #[error(
        "the claims of the token name no customer: sub is a string of 1 to 255 bytes without control characters"
    )]
    Claims,
    /// Too many requests or too many failures.
    #[error("too many requests; wait {seconds} s")]
    TooMany {
        /// Seconds until the next one is looked at.
        seconds: i64,
    },
}

/// A shared secret of a tenant that is to be kept.
#[derive(Debug, Clone)]
pub struct SharedSecret {
    /// Its name: 20 to 64 characters of `[A-Za-z0-9_-]`. A token may name it as `kid`.
    pub id: String,
    /// The secret.
    pub key: DirectKey,
    /// Whether it is accepted.
    pub enabled: bool,
}

/// Why a token is refused, for the log.
struct Because(&'static str);

impl Ledger {
    /// Opens an admin JWT. Refused ones count for the address, good ones for the secret.
    pub fn open_admin_jwt(
        &self,
        tenant: &TenantSnapshot,
        token: &str,
        address: IpAddr,
    ) -> Result<AdminJwt, AdminJwtError> {
        let now = self.now();
        let rates = &self.inner.rates;
        let source = source(address);
        let secrets: Vec<&ApiCredential> = shared_secrets(tenant).collect();
        if secrets.is_empty() {
            return Err(AdminJwtError::SwitchedOff);
        }
        if let Some(seconds) = rates.wait(tenant.id(), Rate::WrongCredentials, &source, now) {
            return Err(AdminJwtError::TooMany { seconds });
        }
        let opened = DirectToken::parse(token).and_then(|jwe| {
            let (credential, content) = open(tenant, &secrets, &jwe)?;
            Ok((credential, content, jwe.is_nested()))
        });
        let (credential, content, is_nested) = opened.map_err(|error| {
            rates.count(tenant.id(), Rate::WrongCredentials, &source, now);
            tracing::info!(refused.reason = %error, "admin JWT refused");
            match error {
                DirectError::TooLarge => AdminJwtError::TooLarge,
                DirectError::Malformed(_) => AdminJwtError::Malformed,
                DirectError::Refused(_) => AdminJwtError::Refused,
            }
        })?;
        let settings = &tenant.tenant.dashboard.admin_jwt;
        let refused = |Because(why)| {
            rates.count(tenant.id(), Rate::WrongCredentials, &source, now);
            tracing::info!(
                refused.reason = why,
                credential.id = credential.client_id,
                "admin JWT refused"
            );
            AdminJwtError::Refused
        };
        let content = if is_nested {
            verified(settings, &content).map_err(refused)?
        } else {
            content
        };
        let claims = strict_object(&content, DEPTH).map_err(|_| AdminJwtError::Claims)?;
        let customer = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let customer = CustomerId::parse(customer).map_err(|_| AdminJwtError::Claims)?;
        let until = check_times(&claims, settings, now.as_seconds()).map_err(refused)?;
        check_origin(&claims, settings).map_err(refused)?;
        let once = jti(&claims).map_err(refused)?;
        if until.is_none() {
            tracing::warn!(
                credential.id = credential.client_id,
                "an admin JWT without iat and exp can be used by whoever sees it, for ever"
            );
        }
        rates
            .take(tenant.id(), Rate::ProviderRequests, &credential.client_id, now)
            .map_err(|quota| AdminJwtError::TooMany {
                seconds: quota.more_in,
            })?;
        let until = until.unwrap_or_else(|| now.as_seconds().saturating_add(FURTHEST));
        Ok(AdminJwt {
            provider: Provider::of(credential, now).ok_or(AdminJwtError::Refused)?,
            customer,
            once: once.map(|jti| (jti.to_owned(), Timestamp::from_seconds(until.saturating_add(1)))),
        })
    }

    /// Whether the tenant takes admin JWTs at all.
    pub fn takes_admin_jwts(&self, tenant: &TenantSnapshot) -> bool {
        shared_secrets(tenant).next().is_some()
    }
}

/// Checks what no default can repair: keys of signed tokens that are none.
pub fn check_settings(settings: &AdminJwtSettings) -> Result<(), InvalidSetting> {
    let keys = settings.jwks.as_deref().map(KeySet::parse);
    if keys.is_some_and(|keys| keys.is_ok_and(|keys| !keys.is_empty())) || settings.jwks.is_none() {
        return Ok(());
    }
    Err(InvalidSetting {
        section: "dashboard",
        key: "admin_jwt.jwks".to_owned(),
        why: "must be the JSON of a key set with at least one key for RS256 or ES256",
    })
}

/// The secrets of a tenant that open admin JWTs.
fn shared_secrets(tenant: &TenantSnapshot) -> impl Iterator<Item = &ApiCredential> {
    tenant.api_credentials.values().filter(|credential| {
        credential.enabled && credential.opens == Opens::AdminJwt && credential.sealed.is_some()
    })
}

/// Tries the secret that the token names first, then the others.
fn open<'t>(
    tenant: &TenantSnapshot,
    secrets: &[&'t ApiCredential],
    jwe: &DirectToken<'_>,
) -> Result<(&'t ApiCredential, Zeroizing<Vec<u8>>), DirectError> {
    let mut secrets = secrets.to_vec();
    secrets.sort_by_key(|credential| jwe.kid() != Some(&credential.client_id));
    let mut last = None;
    for credential in secrets {
        let Ok(key) = unsealed(tenant, credential) else {
            tracing::error!(
                credential.id = credential.client_id,
                "a shared secret cannot be read"
            );
            continue;
        };
        match jwe.open(&key) {
            Ok(content) => return Ok((credential, content)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| DirectError::Refused("no shared secret can be read".to_owned())))
}

fn unsealed(tenant: &TenantSnapshot, credential: &ApiCredential) -> Result<DirectKey, SealBroken> {
    let sealed = credential.sealed.as_deref().ok_or(SealBroken)?;
    let sealed = consentry_jose::encoding::decode(sealed).map_err(|_| SealBroken)?;
    tenant.keys.open_shared_secret(&credential.client_id, &sealed)
}

/// The claims in a token in the token: only where the tenant has a key of its own for those, never with the shared secret
/// (consent-dashboard A5.4).
fn verified(settings: &AdminJwtSettings, content: &[u8]) -> Result<Zeroizing<Vec<u8>>, Because> {
    let keys = settings.jwks.as_deref().ok_or(Because(
        "it holds a signed token, and no key for those is configured",
    ))?;
    let keys = KeySet::parse(keys).map_err(|_| Because("admin_jwt.jwks cannot be read"))?;
    let token = std::str::from_utf8(content).map_err(|_| Because("it holds no signed token"))?;
    let expectations = Expectations {
        algorithms: &[Algorithm::Rs256, Algorithm::Es256],
        typ: None,
        max_len: MAX_NESTED,
    };
    let verified = keys.verify(token, &expectations);
    verified
        .map(|verified| Zeroizing::new(verified.payload))
        .map_err(|_| Because("the signature of the token in it is not right"))
}

/// Checks `exp`, `iat` and `nbf`; answers the last second in which the token can be good, where it says anything.
fn check_times(
    claims: &Map<String, Value>,
    settings: &AdminJwtSettings,
    now: i64,
) -> Result<Option<i64>, Because> {
    let (issued, expires, begins) = (time(claims, "iat")?, time(claims, "exp")?, time(claims, "nbf")?);
    if settings.require_time && issued.is_none() && expires.is_none() {
        return Err(Because(
            "it has neither iat nor exp, and admin_jwt.require_time is on",
        ));
    }
    if expires.is_some_and(|expires| now >= expires.saturating_add(LEEWAY)) {
        return Err(Because("exp has passed"));
    }
    if expires.is_some_and(|expires| expires > now.saturating_add(FURTHEST)) {
        return Err(Because("exp is more than 24 hours ahead"));
    }
    if issued.is_some_and(|issued| issued < now.saturating_sub(OLDEST)) {
        return Err(Because("iat is more than 300 seconds ago"));
    }
    if issued.is_some_and(|issued| issued > now.saturating_add(LEEWAY)) {
        return Err(Because("iat is in the future"));
    }
    if begins.is_some_and(|begins| begins > now.saturating_add(LEEWAY)) {
        return Err(Because("nbf is in the future"));
    }
    let by_age = issued.map(|issued| issued.saturating_add(OLDEST));
    let by_end = expires.map(|expires| expires.saturating_add(LEEWAY));
    Ok(by_age.into_iter().chain(by_end).min())
}

/// A time in seconds since 1970; fractions of the first second are cut off.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, Because> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = value.as_f64().filter(|seconds| seconds.abs() < MOST_SECONDS);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounded above, and fractions are cut off"
    )]
    let seconds = seconds.map(|seconds| seconds.floor() as i64);
    seconds.map(Some).ok_or(Because("a time is no number"))
}

/// `iss` and `aud` count only where the tenant expects something.
fn check_origin(claims: &Map<String, Value>, settings: &AdminJwtSettings) -> Result<(), Because> {
    if let Some(issuer) = &settings.issuer
        && claims.get("iss").and_then(Value::as_str) != Some(issuer)
    {
        return Err(Because("iss is not the expected one"));
    }
    if let Some(audience) = &settings.audience {
        let names = match claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(|one| one == audience),
            Some(one) => one == audience,
            None => false,
        };
        if !names {
            return Err(Because("aud does not have the expected one"));
        }
    }
    Ok(())
}

fn jti(claims: &Map<String, Value>) -> Result<Option<&str>, Because> {
    match claims.get("jti") {
        None => Ok(None),
        Some(Value::String(jti)) if jti.len() <= MAX_JTI => Ok(Some(jti)),
        Some(_) => Err(Because("jti is no string of at most 255 bytes")),
    }
}

impl Provider {
    /// The back end that has a shared secret.
    fn of(credential: &ApiCredential, now: Timestamp) -> Option<Self> {
        let secret = live(credential, now).next()?;
        Some(Self::new(&credential.client_id, secret))
    }
}
