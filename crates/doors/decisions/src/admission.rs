//! Who asks, and the body they sent (enforcement-events-evidence 1.2; CHK-02, COM-01, COM-02).

use axum::extract::Request;
use consentry_ledger::{
    Opaque,
    checks::Checker,
    tokens::{ActiveAccess, ClientRefused, Issuer, OwnApi, PresentedClient, ProvenClient},
};
use consentry_web::{
    body,
    credentials::{Credentials, authorization},
    error::{ApiError, FieldError, registry},
    json::{self, Limits},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

/// Largest body with one question, in bytes (enforcement-events-evidence 11).
pub(crate) const QUESTION: usize = 64 * 1024;

/// Largest body with several, in bytes.
pub(crate) const QUESTIONS: usize = 1024 * 1024;

const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"consentry\", charset=\"UTF-8\"");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"consentry\"");

/// Lets a request in whose sender has a scope, and reads its body. The sender is looked at first.
pub(crate) async fn admit(
    visit: &Visit,
    request: Request,
    scope: &str,
    size: usize,
) -> Result<(Checker, Map<String, Value>), ApiError> {
    let (parts, body) = request.into_parts();
    let checker = checker(visit, &parts.headers, scope).await?;
    if body::require_media_type(&parts.headers, &["application/json"]).is_err() {
        return Err(invalid("", "the media type of the body must be application/json"));
    }
    let bytes = body::read(body, size).await?;
    match json::parse(&bytes, &Limits::size(size))? {
        Value::Object(members) => Ok((checker, members)),
        _ => Err(invalid("", "the body must be an object")),
    }
}

/// Somebody whose credential was checked; what they may do is asked of it.
pub(crate) enum Proven {
    /// A client with its secret.
    Client(ProvenClient),
    /// Whoever holds a token.
    Token(Box<ActiveAccess>),
}

/// Which look at a credential it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// A request came with it.
    First,
    /// What a request opened with it goes on.
    Again,
}

/// Checks a credential.
pub(crate) async fn prove(visit: &Visit, headers: &HeaderMap, look: Look) -> Result<Proven, ApiError> {
    let (ledger, tenant) = (visit.ledger(), &visit.tenant);
    match authorization(headers) {
        Ok(Credentials::Basic { user, password }) => {
            let presented = PresentedClient {
                id: user,
                secret: Some(Opaque::received(password.expose_secret())),
            };
            let proven = match look {
                Look::First => ledger
                    .authenticate_client(tenant, &presented, &visit.address.to_string())
                    .map_err(refused)?,
                Look::Again => ledger
                    .recheck_client(tenant, &presented)
                    .ok_or_else(unauthenticated)?,
            };
            Ok(Proven::Client(proven))
        }
        Ok(Credentials::Bearer(token)) => {
            let issuer = Issuer::new(visit.house.issuer(tenant));
            let token = token.expose_secret();
            let access = ledger
                .bearer(tenant, &issuer, OwnApi::Authorization, token)
                .await?;
            access
                .map(|access| Proven::Token(Box::new(access)))
                .ok_or_else(unauthenticated)
        }
        _ => Err(unauthenticated()),
    }
}

async fn checker(visit: &Visit, headers: &HeaderMap, scope: &str) -> Result<Checker, ApiError> {
    let checker = match prove(visit, headers, Look::First).await? {
        Proven::Client(proven) => Checker::proven(&proven, scope),
        Proven::Token(access) => Checker::token(&access, scope),
    };
    checker.ok_or_else(|| ApiError::new(&registry::INSUFFICIENT_SCOPE))
}

fn refused(refused: ClientRefused) -> ApiError {
    match refused {
        ClientRefused::Wrong => unauthenticated(),
        ClientRefused::Throttled { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
    }
}

pub(crate) fn unauthenticated() -> ApiError {
    ApiError::new(&registry::UNAUTHENTICATED)
        .challenge(BASIC)
        .challenge(BEARER)
}

/// A part of a body that cannot be accepted, by JSON pointer.
pub(crate) fn invalid(pointer: &str, why: &str) -> ApiError {
    let place = if pointer.is_empty() { "the body" } else { pointer };
    ApiError::new(&registry::INVALID_REQUEST)
        .detail(format!("{place}: {why}"))
        .field(FieldError::pointer(pointer.to_owned(), why.to_owned()))
}
