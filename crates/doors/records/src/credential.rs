//! Who asks: HTTP Basic and bearer tokens (consent-api 4).

use consentry_domain::tenant::RecordsSettings;
use consentry_ledger::{
    accounts::LoginError,
    records::{Requester, TokenSubject},
    tokens::{Issuer, OwnApi},
};
use consentry_web::{
    credentials::{Credentials, authorization},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::failure::{Code, Failure};

const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"Consentry\"");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"Consentry\"");
const BEARER_INVALID: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"Consentry\", error=\"invalid_token\"");
const BEARER_SCOPE: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"Consentry\", error=\"insufficient_scope\"");

/// Whether a token was sent, which the challenge tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Token,
    NoToken,
}

/// The requester behind a request.
pub(crate) async fn requester(visit: &Visit, headers: &HeaderMap) -> Result<Requester, Failure> {
    let settings = &visit.tenant.tenant.records;
    match authorization(headers) {
        Ok(Credentials::Basic { user, password }) if settings.basic_auth => {
            basic(visit, &user, &password).await
        }
        Ok(Credentials::Bearer(token)) if settings.bearer_auth => bearer(visit, &token).await,
        _ => Err(unauthenticated(settings, Sent::NoToken)),
    }
}

async fn basic(visit: &Visit, user: &str, password: &SecretString) -> Result<Requester, Failure> {
    let address = visit.address.to_string();
    let password = password.expose_secret();
    match visit
        .ledger()
        .requester_by_password(&visit.tenant, user, password, &address)
        .await
    {
        Ok(requester) => Ok(requester),
        Err(LoginError::Wrong) => Err(unauthenticated(&visit.tenant.tenant.records, Sent::NoToken)),
        Err(LoginError::Throttled { seconds }) => {
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            Err(Failure::new(
                Code::TooManyRequests,
                "too many failed logins; wait before the next try",
            )
            .with(|error| error.retry_after(seconds)))
        }
        Err(LoginError::Fault(fault)) => Err(fault.into()),
    }
}

async fn bearer(visit: &Visit, token: &SecretString) -> Result<Requester, Failure> {
    let settings = &visit.tenant.tenant.records;
    let ledger = visit.ledger();
    let issuer = Issuer::new(visit.house.issuer(&visit.tenant));
    // The audience is judged here, because a wrong one is 403 and not 401.
    let access = ledger
        .bearer(
            &visit.tenant,
            &issuer,
            OwnApi::Records(None),
            token.expose_secret(),
        )
        .await?;
    let invalid = || unauthenticated(settings, Sent::Token);
    let access = access.ok_or_else(invalid)?;
    let privileged = access.scope().contains(&settings.privileged_scope);
    let subject = TokenSubject {
        claim: access.claims().sub.clone(),
        person: access.subject(),
        privileged,
        client: Some(access.claims().client_id.as_str().to_owned()),
    };
    let requester = ledger
        .requester_by_token(&visit.tenant, &subject)
        .await?
        .ok_or_else(invalid)?;
    if settings
        .audience
        .as_ref()
        .is_some_and(|audience| access.claims().aud != *audience)
    {
        return Err(Failure::new(
            Code::InvalidAudience,
            "the token is meant for another audience",
        ));
    }
    if !privileged && !access.scope().contains(&settings.unprivileged_scope) {
        return Err(Failure::new(
            Code::InsufficientScope,
            "the token has none of the scopes of this service",
        )
        .with(|error| error.challenge(BEARER_SCOPE)));
    }
    Ok(requester)
}

/// One answer for all: unknown, wrong, expired, unmappable. One challenge per scheme that is switched on.
fn unauthenticated(settings: &RecordsSettings, sent: Sent) -> Failure {
    let mut failure = Failure::new(Code::AccessFailed, "credentials are missing or not valid");
    if settings.basic_auth {
        failure = failure.with(|error| error.challenge(BASIC));
    }
    if settings.bearer_auth {
        let challenge = if sent == Sent::Token {
            BEARER_INVALID
        } else {
            BEARER
        };
        failure = failure.with(|error| error.challenge(challenge));
    }
    failure
}
