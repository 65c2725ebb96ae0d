//! `/oidc/token`: a code, a refresh token or a client's own credentials against tokens (third-party-authorization A.10, A.11).

use axum::{extract::Request, response::Response};
use consentry_domain::{authorization_details::ConsentRequest, scope::Scope};
use consentry_ledger::{
    Denied, Opaque,
    tokens::{OwnToken, ProvenClient, Redemption, Refreshing, TokenAnswer, TokenError},
};
use consentry_web::{
    error::{ApiError, OAuth, registry},
    parameters::Parameters,
    visit::Visit,
};
use serde::Serialize;

use super::{answer, oauth_form, required};
use crate::{
    authorization_details::{self, AuthorizationDetail},
    bearer::issuer,
    client_authentication::authenticate,
};

/// Grant types that exist elsewhere and are never given to a third party (TPA-CL-11).
const REFUSED: [&str; 3] = ["password", "implicit", "urn:transmit:grant-type:delegated-access"];

/// The answer on the wire (RFC 6749 5.1).
#[derive(Serialize)]
struct Wire<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    /// Left out where it is empty: the grammar of RFC 6749 3.3 has no empty scope.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: &'a Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[AuthorizationDetail; 1]>,
}

/// Answers a token request.
pub(crate) async fn token(visit: Visit, request: Request) -> Result<Response, OAuth> {
    let (parts, body) = request.into_parts();
    let form = oauth_form(&parts.headers, body).await?;
    let proven = authenticate(&visit, &parts.headers, &form).await?;
    let given = match required(&form, "grant_type")? {
        "authorization_code" => redeem(&visit, &proven, &form).await?,
        "refresh_token" => refresh(&visit, &proven, &form).await?,
        "client_credentials" => own(&visit, &proven, &form)?,
        refused if REFUSED.contains(&refused) && proven.client().is_third_party => {
            return Err(ApiError::new(&registry::UNAUTHORIZED_CLIENT).into());
        }
        _ => return Err(ApiError::new(&registry::UNSUPPORTED_GRANT_TYPE).into()),
    };
    Ok(answer(&Wire {
        access_token: &given.access_token,
        token_type: "Bearer",
        expires_in: given.expires_in,
        scope: &given.scope,
        id_token: given.id_token.as_deref(),
        refresh_token: given.refresh_token.as_deref(),
        authorization_details: given.details.clone().map(|details| [details.into()]),
    })?)
}

async fn redeem(visit: &Visit, proven: &ProvenClient, form: &Parameters) -> Result<TokenAnswer, ApiError> {
    let request = Redemption {
        code: Opaque::received(required(form, "code")?),
        redirect_uri: form.one("redirect_uri")?.map(str::to_owned),
        code_verifier: form.one("code_verifier")?.map(Opaque::received),
        resources: resources(form),
        details: details(form)?,
    };
    let permit = proven.permit().map_err(denied)?;
    visit
        .ledger()
        .redeem_code(&visit.tenant, &permit, &issuer(visit), &request)
        .await
        .map_err(refused)
}

/// A `code_verifier` is accepted and ignored, since the original's guide sends one (TPA-RT-02).
async fn refresh(visit: &Visit, proven: &ProvenClient, form: &Parameters) -> Result<TokenAnswer, ApiError> {
    let request = Refreshing {
        token: Opaque::received(required(form, "refresh_token")?),
        scope: scope(form)?,
        resources: resources(form),
        details: details(form)?,
    };
    let permit = proven.permit().map_err(denied)?;
    visit
        .ledger()
        .refresh(&visit.tenant, &permit, &issuer(visit), &request)
        .await
        .map_err(refused)
}

fn own(visit: &Visit, proven: &ProvenClient, form: &Parameters) -> Result<TokenAnswer, ApiError> {
    let request = OwnToken {
        scope: scope(form)?,
        resources: resources(form),
    };
    visit
        .ledger()
        .issue_own_token(&visit.tenant, proven, &issuer(visit), &request)
        .map_err(refused)
}

fn scope(form: &Parameters) -> Result<Option<Scope>, ApiError> {
    let scope = form.one("scope")?.map(Scope::parse).transpose();
    scope.map_err(|error| ApiError::new(&registry::INVALID_SCOPE).detail(error.to_string()))
}

fn resources(form: &Parameters) -> Vec<String> {
    form.all("resource").map(str::to_owned).collect()
}

/// What of the `authorization_details` that were given is asked for (RFC 9396 6).
fn details(form: &Parameters) -> Result<Option<ConsentRequest>, ApiError> {
    let details = form
        .one("authorization_details")?
        .map(authorization_details::read)
        .transpose();
    let details = details
        .map_err(|wrong| ApiError::new(&registry::INVALID_AUTHORIZATION_DETAILS).detail(wrong.to_string()))?;
    Ok(details.map(|(_, asked)| asked))
}

pub(super) fn refused(error: TokenError) -> ApiError {
    match error {
        TokenError::InvalidGrant(detail) => ApiError::new(&registry::INVALID_GRANT).detail(detail),
        TokenError::InvalidScope(detail) => ApiError::new(&registry::INVALID_SCOPE).detail(detail),
        TokenError::InvalidTarget(detail) => ApiError::new(&registry::INVALID_TARGET).detail(detail),
        TokenError::InvalidAuthorizationDetails(detail) => {
            ApiError::new(&registry::INVALID_AUTHORIZATION_DETAILS).detail(detail)
        }
        TokenError::UnauthorizedClient(detail) => {
            ApiError::new(&registry::UNAUTHORIZED_CLIENT).detail(detail)
        }
        TokenError::Fault(fault) => fault.into(),
    }
}

pub(super) fn denied(denied: Denied) -> ApiError {
    ApiError::new(&registry::UNAUTHORIZED_CLIENT).because(denied)
}
