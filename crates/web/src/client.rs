//! Which client of the tenant asks: HTTP Basic with its secret, or a bearer token of ours (enforcement-events-evidence 1.2).
//!
//! What lives here: reading the credential and having the ledger check it. What may not: what a client may do.

use consentry_ledger::{
    Opaque,
    tokens::{ActiveAccess, ClientRefused, Issuer, OwnApi, PresentedClient, ProvenClient},
};
use http::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;

use crate::{
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    visit::Visit,
};

const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"consentry\", charset=\"UTF-8\"");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"consentry\"");

/// A credential that was right.
#[derive(Debug, Clone)]
pub enum Presented {
    /// A client that proved itself, or only said its name where it is public.
    Client(ProvenClient),
    /// An access token that counts now, a client's own or a person's.
    Token(ActiveAccess),
}

/// Which look at a credential it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A request came with it.
    First,
    /// What a request opened with it goes on.
    Again,
}

/// What a request presents. Without anything, and with anything wrong, it is 401 with both challenges; too many failures of one client
/// from one address are 429.
pub async fn presented(visit: &Visit, headers: &HeaderMap, look: Look) -> Result<Presented, ApiError> {
    let (ledger, tenant) = (visit.ledger(), &visit.tenant);
    match authorization(headers) {
        Ok(Credentials::Basic { user, password }) => {
            let presented = PresentedClient {
                id: user,
                secret: Some(Opaque::received(password.expose_secret())),
            };
            let proven = match look {
                Look::First => ledger
                    .authenticate_client(tenant, &presented, visit.address)
                    .map_err(refused)?,
                Look::Again => ledger
                    .recheck_client(tenant, &presented)
                    .ok_or_else(unauthenticated)?,
            };
            Ok(Presented::Client(proven))
        }
        Ok(Credentials::Bearer(token)) => {
            let issuer = Issuer::new(visit.house.issuer(tenant));
            let token = token.expose_secret();
            let access = ledger
                .bearer(tenant, &issuer, OwnApi::Authorization, token)
                .await?;
            access.map(Presented::Token).ok_or_else(unauthenticated)
        }
        _ => Err(unauthenticated()),
    }
}

fn refused(refused: ClientRefused) -> ApiError {
    match refused {
        ClientRefused::Wrong => unauthenticated(),
        ClientRefused::Throttled { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
    }
}

/// 401 with both challenges.
pub fn unauthenticated() -> ApiError {
    ApiError::new(&registry::UNAUTHENTICATED)
        .challenge(BASIC)
        .challenge(BEARER)
}
