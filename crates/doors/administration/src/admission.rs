//! Who asks, and what every operation begins with. The sender is looked at before anything else.

use axum::{body::Body, extract::Request};
use consentry_ledger::{
    Target, TenantSnapshot,
    access::{Administer, Permit},
    administration::{Act, Administrator},
    authorize,
    removal::InUse,
};
use consentry_web::{
    body,
    client::{Look, Presented, presented},
    conditional::Conditions,
    error::{ApiError, FieldError, registry},
    json::{self, Limits},
    parameters::{Parameters, Rules},
    path, query,
    visit::Visit,
};
use http::{HeaderMap, Uri};
use serde_json::Value;

use crate::{BASE, members::Members};

/// Largest body, in bytes, as at the records door (consent-api 14).
const LARGEST: usize = 256 * 1024;

/// A request of an administrator.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub visit: Visit,
    pub uri: Uri,
    pub conditions: Conditions,
    permit: Permit<Administer>,
    request: String,
    headers: HeaderMap,
}

impl Admitted {
    /// Lets a request in whose body is ignored, or says why not.
    pub(crate) async fn admit(visit: Visit, request: Request) -> Result<Self, ApiError> {
        Ok(Self::admit_with_body(visit, request).await?.0)
    }

    /// Lets a request in and hands out its body, not yet read.
    pub(crate) async fn admit_with_body(visit: Visit, request: Request) -> Result<(Self, Body), ApiError> {
        let (parts, body) = request.into_parts();
        let administrator = match presented(&visit, &parts.headers, Look::First).await? {
            Presented::Client(proven) => Administrator::proven(&proven),
            Presented::Token(access) => Administrator::token(&access),
        };
        let lacking = || ApiError::new(&registry::INSUFFICIENT_SCOPE);
        let caller = administrator.ok_or_else(lacking)?.caller();
        let permit = authorize::<Administer>(&caller, Target::Tenant)
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let admitted = Self {
            conditions: Conditions::read(&parts.headers)?,
            permit,
            request: visit.request_id.to_string(),
            uri: parts.uri,
            headers: parts.headers,
            visit,
        };
        Ok((admitted, body))
    }

    /// The tenant as it was configured when the request came.
    pub(crate) fn tenant(&self) -> &TenantSnapshot {
        &self.visit.tenant
    }

    /// A part of the path behind [`BASE`], decoded.
    pub(crate) fn segment(&self, position: usize) -> Result<String, ApiError> {
        path::segment(&self.uri, BASE, position).ok_or_else(not_found)
    }

    /// Carries out what is asked for under the conditions of the request.
    pub(crate) fn act(&self) -> Act<'_> {
        Act {
            permit: &self.permit,
            request: &self.request,
            condition: &self.conditions,
        }
    }

    /// The parameters of the query string.
    pub(crate) fn parameters(&self) -> Result<Parameters, ApiError> {
        Ok(query::read(&self.uri, &Rules::DEFAULT)?)
    }

    /// Whether `force=true` was sent.
    pub(crate) fn in_use(&self) -> Result<InUse, ApiError> {
        match one(&self.parameters()?, "force")? {
            None => Ok(InUse::Stays),
            Some(text) if text == "false" => Ok(InUse::Stays),
            Some(text) if text == "true" => Ok(InUse::Goes),
            Some(_) => Err(wrong_parameter("force", "must be true or false")),
        }
    }

    /// Reads the body as one JSON object.
    pub(crate) async fn members(&self, body: Body) -> Result<Members, ApiError> {
        body::require_media_type(&self.headers, &["application/json"])?;
        let bytes = body::read(body, LARGEST).await?;
        match json::parse(&bytes, &Limits::size(LARGEST))? {
            Value::Object(members) => Ok(Members::new(members)),
            _ => Err(ApiError::new(&registry::INVALID_REQUEST)
                .detail("the body must be an object")
                .field(FieldError::pointer("", "must be an object"))),
        }
    }
}

/// A parameter that may be given once.
pub(crate) fn one(parameters: &Parameters, name: &'static str) -> Result<Option<String>, ApiError> {
    let value = parameters.one(name);
    let value = value.map_err(|_| wrong_parameter(name, "may appear at most once"))?;
    Ok(value.map(str::to_owned))
}

/// A parameter that cannot be accepted.
pub(crate) fn wrong_parameter(name: &'static str, why: &'static str) -> ApiError {
    ApiError::new(&registry::INVALID_PARAMETER)
        .detail(format!("the parameter {name} {why}"))
        .field(FieldError::parameter(name, why))
}

/// There is nothing at an address.
pub(crate) fn not_found() -> ApiError {
    ApiError::new(&registry::NOT_FOUND)
}
