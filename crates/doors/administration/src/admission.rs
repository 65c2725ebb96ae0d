//! Who asks, and what every operation begins with. The sender is looked at before anything else.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use consentry_ledger::{
    Target, TenantSnapshot,
    access::{Administer, Permit},
    administration::{Act, Administrator},
    authorize,
    once::Outcome,
    removal::InUse,
};
use consentry_web::{
    body,
    client::{Look, Presented, presented},
    conditional::Conditions,
    error::{ApiError, FieldError, registry},
    idempotency::{self, Asked},
    json::{self, Limits},
    parameters::{Parameters, Rules},
    path, query,
    visit::Visit,
};
use http::{HeaderMap, Method, Uri};
use serde_json::Value;

use crate::{BASE, members::Members};

/// Largest body, in bytes, as at the records door (consent-api 14).
const LARGEST: usize = 256 * 1024;

/// A request of an administrator.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub visit: Visit,
    pub uri: Uri,
    pub conditions: Conditions,
    permit: Permit<Administer>,
    request: String,
    headers: HeaderMap,
    method: Method,
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
            method: parts.method,
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

    /// Reads the body, whatever is in it.
    pub(crate) async fn read(&self, body: Body) -> Result<Bytes, ApiError> {
        body::require_media_type(&self.headers, &["application/json"])?;
        Ok(body::read(body, LARGEST).await?)
    }

    /// Carries a write out, unless it has a key under which that was done before; then `repeat` answers what it led to.
    pub(crate) async fn once(
        &self,
        body: &[u8],
        carry_out: impl AsyncFnOnce(Self) -> Result<Response, ApiError>,
        repeat: impl AsyncFnOnce(Outcome) -> Result<Response, ApiError>,
    ) -> Result<Response, ApiError> {
        let asked = Asked {
            caller: &self.permit.caller().sender(),
            method: &self.method,
            uri: &self.uri,
            headers: &self.headers,
            body,
        };
        let through = async |visit| {
            carry_out(Self {
                visit,
                ..self.clone()
            })
            .await
        };
        idempotency::once(&self.visit, &asked, through, repeat).await
    }

    /// The tenant as it is configured now, which what was just done may have changed.
    pub(crate) fn tenant_now(&self) -> Result<Arc<TenantSnapshot>, ApiError> {
        let directory = self.visit.ledger().directory();
        directory
            .tenant(self.visit.tenant.id())
            .cloned()
            .ok_or_else(not_found)
    }
}

/// Reads a body as one JSON object.
pub(crate) fn members(body: &[u8]) -> Result<Members, ApiError> {
    match json::parse(body, &Limits::size(LARGEST))? {
        Value::Object(members) => Ok(Members::new(members)),
        _ => Err(ApiError::new(&registry::INVALID_REQUEST)
            .detail("the body must be an object")
            .field(FieldError::pointer("", "must be an object"))),
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
