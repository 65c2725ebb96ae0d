//! The first checks of every request, in the order of consent-api 5.6: availability, who asks, what form the answer shall have,
//! and for writes the form of the body.

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use consentry_domain::tenant::{RecordsSettings, TenantState};
use consentry_ledger::{TenantSnapshot, once::Outcome, records::Requester};
use consentry_web::{
    body,
    error::ApiError,
    house::House,
    idempotency::{self, Asked as Sent},
    json::Limits,
    visit::Visit,
};
use http::{HeaderMap, Method, Uri, request::Parts};

use crate::{
    credential::{self, Asked},
    failure::{Code, Failure},
    messages,
    negotiation::{Format, negotiate},
    path::Addresses,
    served::{Door, Incoming, with_headers},
};

/// Media types of bodies. PATCH is neither JSON Patch nor Merge Patch, so their types are refused.
const BODIES: [&str; 2] = ["application/json", "application/hal+json"];

/// 256 KiB (consent-api 14). Depth is judged where it is known which attribute is too deep; this is what can be read at all.
pub(crate) const LIMITS: Limits = Limits {
    size: 256 * 1024,
    depth: 126,
};

/// A request that was let in.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub visit: Visit,
    pub requester: Requester,
    pub format: Format,
    pub addresses: Addresses,
    pub uri: Uri,
    pub headers: HeaderMap,
    method: Method,
    /// Id of the request, as kept with what it causes.
    pub request: String,
}

impl Admitted {
    /// Lets a request in whose body is ignored, or says why not.
    pub(crate) async fn admit(incoming: Incoming) -> Result<Self, Failure> {
        Ok(Self::admit_with_body(incoming).await?.0)
    }

    /// Lets a request in and hands out its body, not yet read.
    pub(crate) async fn admit_with_body(incoming: Incoming) -> Result<(Self, Body), Failure> {
        let Incoming {
            visit,
            validators,
            request,
            by,
        } = incoming;
        require_available(&visit.tenant)?;
        let (parts, body) = request.into_parts();
        let requester = credential::requester(Asked {
            visit: &visit,
            validators: &validators,
            headers: &parts.headers,
            uri: &parts.uri,
        })
        .await?;
        if let Some(by) = by {
            let _first = by.set(requester.dn().as_str().to_owned());
        }
        let format = negotiate(&parts.headers).ok_or_else(|| {
            Failure::new(
                Code::NotAcceptable,
                "answers are application/hal+json or application/json",
            )
        })?;
        let admitted = Self {
            requester,
            format,
            addresses: Addresses::new(&visit.base_url()),
            uri: parts.uri,
            headers: parts.headers,
            method: parts.method,
            request: visit.request_id.to_string(),
            visit,
        };
        Ok((admitted, body))
    }

    /// Reads the body, whatever is in it.
    pub(crate) async fn read(&self, body: Body) -> Result<Bytes, Failure> {
        body::require_media_type(&self.headers, &BODIES).map_err(ApiError::from)?;
        Ok(body::read(body, LIMITS.size).await.map_err(ApiError::from)?)
    }

    /// Carries a write out, unless it has a key under which that was done before; then `repeat` answers what it led to.
    pub(crate) async fn once(
        &self,
        body: &[u8],
        carry_out: impl AsyncFnOnce(Self) -> Result<Response, Failure>,
        repeat: impl AsyncFnOnce(Outcome) -> Result<Response, Failure>,
    ) -> Result<Response, Failure> {
        let client = self.requester.client().unwrap_or_default();
        let asked = Sent {
            caller: &format!("{} {client}", self.requester.caller().sender()),
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
}

/// A request that no route takes. Who asks without good credentials learns nothing about routes.
pub(crate) async fn unrouted(door: Door, house: House, parts: Parts, error: ApiError) -> Response {
    let visit = match Visit::of(&parts, &house) {
        Ok(visit) => visit,
        Err(unknown) => return unknown.into_response(),
    };
    let admitted = match require_available(&visit.tenant) {
        Ok(()) => {
            let asked = Asked {
                visit: &visit,
                validators: &door.validators,
                headers: &parts.headers,
                uri: &parts.uri,
            };
            credential::requester(asked).await.map(drop)
        }
        Err(failure) => Err(failure),
    };
    let failure = admitted.err().unwrap_or_else(|| error.into());
    door.messages.refused(
        &messages::Asked {
            at: visit.ledger().now(),
            request: &visit.request_id.to_string(),
            tenant: &visit.tenant.tenant.slug,
            by: None,
            method: parts.method.as_str(),
            path: parts.uri.path(),
        },
        &messages::Refused {
            status: failure.status().as_u16(),
            code: failure.code(),
        },
    );
    with_headers(&visit, failure.into_response())
}

/// Consent-api 12.6. A database that cannot be reached answers 503 where it is asked.
fn require_available(tenant: &TenantSnapshot) -> Result<(), Failure> {
    let settings = &tenant.tenant.records;
    if tenant.tenant.state == TenantState::Enabled && is_usable(settings) {
        return Ok(());
    }
    Err(
        Failure::new(Code::ServiceUnavailable, "the consent service is not available")
            .with(|error| error.retry_after(60)),
    )
}

fn is_usable(settings: &RecordsSettings) -> bool {
    let RecordsSettings {
        unprivileged_scope,
        privileged_scope,
        ..
    } = settings;
    settings.enabled
        && (settings.basic_auth || settings.bearer_auth)
        && !unprivileged_scope.is_empty()
        && !privileged_scope.is_empty()
        && unprivileged_scope != privileged_scope
}
