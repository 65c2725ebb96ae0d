//! How every request to webhooks begins: who asks, the id in the address, the body as it came, and the key under which it may come again
//! (enforcement-events-evidence 1.2, 1.4; COM-01, COM-06 to COM-10, WHK-03).

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts as _, RawPathParams, Request},
    response::{IntoResponse, Response},
};
use consentry_domain::{DeliveryId, EndpointId};
use consentry_ledger::{Ledger, TenantSnapshot, once::Outcome, webhooks::Keeper};
use consentry_web::{
    body,
    client::{Look, Presented, presented},
    deadline::Deadline,
    error::{ApiError, Problem, registry},
    house::House,
    idempotency::{self, Asked},
    json::{self, Limits},
    visit::Visit,
};
use http::{HeaderMap, Method, Uri, header};
use serde_json::{Map, Value};

use crate::admission::invalid;

/// Largest body, in bytes.
const LARGEST: usize = 64 * 1024;

const MEDIA_TYPES: [&str; 2] = ["application/json", "application/merge-patch+json"];

/// A request whose sender may have endpoints.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    /// The visit.
    pub(super) visit: Visit,
    /// Who asks.
    pub(super) keeper: Keeper,
    /// Headers.
    pub(super) headers: HeaderMap,
    /// Address.
    pub(super) uri: Uri,
    /// How long the house gives it.
    pub(super) deadline: Option<Deadline>,
    method: Method,
    id: String,
    body: Bytes,
}

impl FromRequest<House> for Admitted {
    type Rejection = Response;

    async fn from_request(request: Request, house: &House) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::of(&parts, house).map_err(IntoResponse::into_response)?;
        let failed = |error: ApiError| Problem(error).into_response();
        let keeper = match presented(&visit, &parts.headers, Look::First)
            .await
            .map_err(failed)?
        {
            Presented::Client(proven) => Keeper::proven(&proven),
            Presented::Token(access) => Keeper::token(&access),
        };
        let keeper = keeper.ok_or_else(|| failed(ApiError::new(&registry::INSUFFICIENT_SCOPE)))?;
        let parameters = RawPathParams::from_request_parts(&mut parts, house).await;
        let parameters = parameters.map_err(|_| failed(ApiError::new(&registry::NOT_FOUND)))?;
        let id = parameters.iter().next().map(|(_, id)| id.to_owned());
        let has_body = matches!(parts.method, Method::POST | Method::PATCH);
        let body = if has_body {
            body::read(body, LARGEST)
                .await
                .map_err(|error| failed(error.into()))?
        } else {
            Bytes::new()
        };
        Ok(Self {
            visit,
            keeper,
            deadline: parts.extensions.get::<Deadline>().copied(),
            headers: parts.headers,
            uri: parts.uri,
            method: parts.method,
            id: id.unwrap_or_default(),
            body,
        })
    }
}

impl Admitted {
    /// The ledger, on behalf of this request.
    pub(super) fn ledger(&self) -> &Ledger {
        self.visit.ledger()
    }

    /// The tenant.
    pub(super) fn tenant(&self) -> &TenantSnapshot {
        &self.visit.tenant
    }

    /// The endpoint that the address names; what cannot be an id is nobody's.
    pub(super) fn endpoint(&self) -> Result<EndpointId, ApiError> {
        self.id.parse().map_err(|_| ApiError::new(&registry::NOT_FOUND))
    }

    /// The message that the address names.
    pub(super) fn delivery(&self) -> Result<DeliveryId, ApiError> {
        self.id.parse().map_err(|_| ApiError::new(&registry::NOT_FOUND))
    }

    /// The members of the body; none at all is an empty object.
    pub(super) fn members(&self) -> Result<Map<String, Value>, ApiError> {
        if self.body.is_empty() && !self.headers.contains_key(header::CONTENT_TYPE) {
            return Ok(Map::new());
        }
        body::require_media_type(&self.headers, &MEDIA_TYPES)?;
        match json::parse(&self.body, &Limits::size(LARGEST))? {
            Value::Object(members) => Ok(members),
            _ => Err(invalid("", "the body must be an object")),
        }
    }

    /// Carries the request out, unless it has a key under which that was done before; then `repeat` answers what it led to.
    pub(super) async fn once(
        self,
        carry_out: impl AsyncFnOnce(&Self) -> Result<Response, ApiError>,
        repeat: impl AsyncFnOnce(&Self, Outcome) -> Result<Response, ApiError>,
    ) -> Result<Response, Problem> {
        let asked = Asked {
            caller: &format!("client {}", self.keeper.name()),
            method: &self.method,
            uri: &self.uri,
            headers: &self.headers,
            body: &self.body,
        };
        let through = async |visit| {
            let acting = Self {
                visit,
                ..self.clone()
            };
            carry_out(&acting).await
        };
        let repeat = async |outcome| {
            // What was carried out may have changed what this request found when it came.
            let mut now = self.clone();
            if let Some(tenant) = self.ledger().directory().tenant(self.tenant().id()) {
                now.visit.tenant = std::sync::Arc::clone(tenant);
            }
            repeat(&now, outcome).await
        };
        Ok(idempotency::once(&self.visit, &asked, through, repeat).await?)
    }
}
