//! `/oidc/me` (OpenID Connect Core 5.3): who the person is, to the client they logged in to.
//!
//! Beside `sub` they are told what the scopes that are covered now carry (5.4, TPA-TOK-04); what is not known is left out.

use axum::{extract::Request, response::Response};
use consentry_domain::scope::Scope;
use consentry_ledger::profile;
use consentry_web::{
    error::{ApiError, OAuth, registry},
    form,
    parameters::Rules,
    query,
    visit::Visit,
};
use http::{HeaderValue, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer;
use crate::bearer::{active, in_header, missing};

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(flatten)]
    profile: Map<String, Value>,
}

/// Answers GET with a bearer header, and POST with a header or the form field `access_token`.
pub(crate) async fn userinfo(visit: Visit, request: Request) -> Result<Response, OAuth> {
    let token = presented(request).await?.ok_or_else(missing)?;
    let access = active(&visit, token.expose_secret()).await?;
    let subject = access
        .subject()
        .filter(|_| access.scope().contains(Scope::OPENID));
    let Some(subject) = subject else {
        let challenge = HeaderValue::from_static(
            "Bearer realm=\"consentry\", error=\"insufficient_scope\", scope=\"openid\"",
        );
        return Err(ApiError::new(&registry::INSUFFICIENT_SCOPE)
            .challenge(challenge)
            .into());
    };
    let carries = |scope: &str| profile::claims().any(|(_, carrier)| carrier == scope);
    let profile = if access
        .scope()
        .values()
        .iter()
        .any(|scope| carries(scope.as_str()))
    {
        let known = visit.ledger().profile_of(&visit.tenant, subject).await;
        known.map_err(ApiError::from)?.carried_by(access.scope())
    } else {
        Map::new()
    };
    Ok(answer(&Claims {
        sub: &access.claims().sub,
        profile,
    })?)
}

/// The token, sent in exactly one way (RFC 6750 2). In the query it would reach logs and histories, so it is refused there.
async fn presented(request: Request) -> Result<Option<SecretString>, ApiError> {
    let (parts, body) = request.into_parts();
    if query::read(&parts.uri, &Rules::OAUTH)?
        .all("access_token")
        .next()
        .is_some()
    {
        return Err(ApiError::new(&registry::INVALID_REQUEST).detail("a token may not be sent in the query"));
    }
    let of_header = in_header(&parts.headers)?;
    let has_form = parts.method == Method::POST
        && parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.to_ascii_lowercase().starts_with(form::MEDIA_TYPE));
    if !has_form {
        return Ok(of_header);
    }
    let form = form::read(&parts.headers, body, &Rules::OAUTH).await?;
    match (of_header, form.one("access_token")?) {
        (Some(_), Some(_)) => {
            Err(ApiError::new(&registry::INVALID_REQUEST).detail("the token was sent in two ways"))
        }
        (of_header, of_form) => Ok(of_header.or_else(|| of_form.map(SecretString::from))),
    }
}
