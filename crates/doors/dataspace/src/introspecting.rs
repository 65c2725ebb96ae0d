//! `POST /Consent/Introspect`: a data source asks about a token without the person's ID token (dataspace-consent-protocol 11.3).

use axum::{extract::Request, response::Response};
use consentry_domain::dsi::Dsi;
use consentry_ledger::dataspace::{OpeningError, Provider, token::Shown};
use consentry_web::{
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    visit::Visit,
};
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::{
    Signers, answer,
    body::{self, wrong},
    parties::{Parties, PartyError, Place},
    provider::provider,
    signed::{NoStatement, party_domain, statement},
};

/// Name of the header with which a data source says who it is.
const HEADER: &str = "x-consent-verifier-token";

/// `POST /Consent/Introspect`.
pub(crate) async fn introspect(
    visit: &Visit,
    signers: &Signers,
    request: Request,
) -> Result<Response, ApiError> {
    let provider = provider(visit)?;
    let (parts, body) = request.into_parts();
    let own = admit(visit, &signers.parties, &provider, &parts.headers).await?;
    let members = body::object(&parts.headers, body).await?;
    let source = body::data_source(members.get("dataSource"), "/dataSource".to_owned())?;
    let Some(Value::String(token)) = members.get("consentToken") else {
        return Err(wrong("/consentToken", "must be a string"));
    };
    if own.is_some_and(|own| own != source) {
        return Err(ApiError::new(&registry::DATA_SOURCE_NOT_YOURS));
    }
    let shown = Shown {
        token,
        source: source.as_str(),
        person: None,
    };
    let found = visit
        .ledger()
        .shown_consent(&visit.tenant, &provider, &shown)
        .await?;
    let body = match found {
        Some((consent, claims)) => json!({
            "active": true,
            "tid": consent.id,
            "exp": claims.exp,
            "grantedAt": consent.valid_from.map(consentry_domain::Timestamp::as_seconds),
            "validUntil": consent.valid_until.map(consentry_domain::Timestamp::as_seconds),
        }),
        None => json!({ "active": false }),
    };
    answer::json(StatusCode::OK, &body)
}

/// The data source that asks: its owner signed for it; none for who has a key of the operator, and asks for any of them. Nothing is fetched before the owner is the one that is registered.
async fn admit(
    visit: &Visit,
    parties: &Parties,
    provider: &Provider,
    headers: &HeaderMap,
) -> Result<Option<Dsi>, ApiError> {
    if !headers.contains_key(HEADER)
        && let Ok(Credentials::Basic { user, password }) = authorization(headers)
    {
        open(visit, &user, password.expose_secret())?;
        return Ok(None);
    }
    let statement = statement(headers, HEADER).map_err(refused)?;
    let source: Dsi = statement
        .text("dsi")
        .map_err(refused)?
        .parse()
        .map_err(|_| refused(NoStatement::Malformed("dsi is no data source identifier")))?;
    let domain = party_domain(statement.text("iss").map_err(refused)?)
        .ok_or_else(|| refused(NoStatement::Malformed("iss is no party")))?;
    let settings = &visit.tenant.tenant.dataspace;
    let owner = settings
        .sources
        .iter()
        .find(|owner| owner.source == *source.key() && owner.party == domain)
        .ok_or_else(|| ApiError::new(&registry::DATA_SOURCE_NOT_YOURS))?;
    let party = Place::Party {
        domain,
        configuration: owner.party_configuration.as_deref(),
    };
    let now = visit.ledger().now();
    match parties
        .check(&party, (statement.token, &statement.kid), now)
        .await
    {
        Ok(_) => {}
        Err(PartyError::NotSigned) => {
            return Err(refused(NoStatement::Malformed("no key of the party signed it")));
        }
        Err(PartyError::Unavailable { seconds }) => {
            return Err(ApiError::new(&registry::PARTY_KEYS_UNAVAILABLE).retry_after(seconds));
        }
    }
    statement
        .check(&provider.issuer, settings, now)
        .map_err(refused)?;
    Ok(Some(source))
}

/// Looks at a key of the operator.
fn open(visit: &Visit, key: &str, secret: &str) -> Result<(), ApiError> {
    let opened = visit
        .ledger()
        .open_introspection(&visit.tenant, (key, secret), visit.address);
    opened.map_err(|error| match error {
        OpeningError::Wrong => ApiError::new(&registry::VERIFIER_TOKEN_INVALID).because(error),
        OpeningError::TooMany { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
    })
}

fn refused(reason: NoStatement) -> ApiError {
    ApiError::new(&registry::VERIFIER_TOKEN_INVALID).because(reason)
}
