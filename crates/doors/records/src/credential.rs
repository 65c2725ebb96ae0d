//! Who asks: HTTP Basic and bearer tokens (consent-api 4).

use consentry_domain::tenant::RecordsSettings;
use consentry_ledger::{accounts::LoginError, records::Requester};
use consentry_web::{
    credentials::{Credentials, authorization},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, Uri};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    bearer::{self, Validators},
    failure::{Code, Failure},
};

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

/// A request as far as it matters for who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub visit: &'a Visit,
    pub validators: &'a Validators,
    pub headers: &'a HeaderMap,
    pub uri: &'a Uri,
}

/// The requester behind a request.
pub(crate) async fn requester(asked: Asked<'_>) -> Result<Requester, Failure> {
    let settings = &asked.visit.tenant.tenant.records;
    match authorization(asked.headers) {
        Ok(Credentials::Basic { user, password }) if settings.basic_auth => {
            basic(asked.visit, &user, &password).await
        }
        Ok(Credentials::Bearer(token)) if settings.bearer_auth => bearer(&asked, &token).await,
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

async fn bearer(asked: &Asked<'_>, token: &SecretString) -> Result<Requester, Failure> {
    let Asked {
        visit, validators, ..
    } = asked;
    let settings = &visit.tenant.tenant.records;
    let address = format!("{}{}", visit.base_url(), asked.uri.path());
    let token = bearer::validate(validators, visit, &address, token.expose_secret()).await?;
    let invalid = || unauthenticated(settings, Sent::Token);
    let token = token.ok_or_else(invalid)?;
    let privileged = token.has_scope(&settings.privileged_scope);
    let requester = visit
        .ledger()
        .requester_by_token(&visit.tenant, &token.subject(privileged))
        .await?
        .ok_or_else(invalid)?;
    if settings
        .audience
        .as_ref()
        .is_some_and(|audience| !token.audience.contains(audience))
    {
        return Err(Failure::new(
            Code::InvalidAudience,
            "the token is meant for another audience",
        ));
    }
    if !privileged && !token.has_scope(&settings.unprivileged_scope) {
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
