//! Bearer tokens at our own endpoints (RFC 6750): reading them from a request, and who asks with them.

use consentry_ledger::{
    Caller,
    tokens::{ActiveAccess, Issuer, OwnApi},
};
use consentry_web::{
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// Challenge where no token was sent: no error code (RFC 6750 3.1).
const CHALLENGE: &str = "Bearer realm=\"consentry\"";

/// Challenge where a token was sent that does not count.
const CHALLENGE_INVALID: &str = "Bearer realm=\"consentry\", error=\"invalid_token\"";

/// Who asks with the token in the `Authorization` header: a person through a client, or a client by itself.
pub(crate) async fn caller(visit: &Visit, headers: &HeaderMap) -> Result<Caller, ApiError> {
    Ok(access(visit, headers).await?.caller())
}

/// The token in the `Authorization` header, if it counts and was meant for our own endpoints.
pub(crate) async fn access(visit: &Visit, headers: &HeaderMap) -> Result<ActiveAccess, ApiError> {
    match in_header(headers)? {
        Some(token) => active(visit, token.expose_secret()).await,
        None => Err(missing()),
    }
}

/// The bearer token of the `Authorization` header; none where there is no header, or one of another scheme.
pub(crate) fn in_header(headers: &HeaderMap) -> Result<Option<SecretString>, ApiError> {
    match authorization(headers) {
        Ok(Credentials::Bearer(token)) => Ok(Some(token)),
        Ok(Credentials::None | Credentials::Basic { .. } | Credentials::Other(_)) => Ok(None),
        Err(error) => Err(missing().because(error)),
    }
}

/// A token from wherever it was sent, if it counts and was meant for our own endpoints.
pub(crate) async fn active(visit: &Visit, token: &str) -> Result<ActiveAccess, ApiError> {
    let issuer = issuer(visit);
    let active = visit
        .ledger()
        .bearer(&visit.tenant, &issuer, OwnApi::Authorization, token)
        .await?;
    active.ok_or_else(|| {
        ApiError::new(&registry::INVALID_TOKEN)
            .detail("Invalid token")
            .challenge(HeaderValue::from_static(CHALLENGE_INVALID))
    })
}

/// 401 without an error code: nothing was sent that could be wrong.
pub(crate) fn missing() -> ApiError {
    ApiError::new(&registry::UNAUTHENTICATED)
        .detail("Invalid token")
        .challenge(HeaderValue::from_static(CHALLENGE))
}

/// The issuer of the tenant that is visited.
pub(crate) fn issuer(visit: &Visit) -> Issuer {
    Issuer::new(visit.house.issuer(&visit.tenant))
}
