//! Who asks, for which application, and how a request is carried out once.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use consentry_domain::{
    ApplicationId, ClientId,
    client::{ClientAuthority, Wrong},
};
use consentry_ledger::{
    Caller, Permit, Target, TenantSnapshot,
    access::{ManageClients, authorize},
    clients::{Act, ClientError},
    once::Outcome,
    rates::Quota,
};
use consentry_web::{
    body,
    error::{ApiError, FieldError, registry},
    idempotency::{self, Asked},
    json::{self, Limits},
    path, rate_limits,
    visit::Visit,
};
use http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value};

use crate::bearer;

/// Largest body, in bytes.
const LARGEST: usize = 64 * 1024;

/// A request of a back end of the first party, or of a management application.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    /// The visit.
    pub visit: Visit,
    permit: Permit<ManageClients>,
    application: ApplicationId,
    request: String,
    quota: Quota,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Admitted {
    /// Lets a request in and reads its body, which may be empty.
    pub(super) async fn admit(visit: Visit, request: Request) -> Result<(Self, Body), ApiError> {
        let (parts, body) = request.into_parts();
        let caller = bearer::caller(&visit, &parts.headers).await?;
        let (own, is_admin) = authority(&caller)?;
        let quota = visit.ledger().count_management(&visit.tenant, &caller.sender());
        let quota = quota.map_err(|quota| rate_limits::exceeded(&quota))?;
        let application = application(&visit, &parts.uri, own, is_admin)?;
        let permit = authorize(&caller, Target::Application(application))
            .map_err(|denied| forbidden().because(denied))?;
        let admitted = Self {
            permit,
            application,
            request: visit.request_id.to_string(),
            quota,
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            visit,
        };
        Ok((admitted, body))
    }

    /// The tenant as it was configured when the request came.
    pub(super) fn tenant(&self) -> &TenantSnapshot {
        &self.visit.tenant
    }

    /// The application it is about.
    pub(super) const fn application(&self) -> ApplicationId {
        self.application
    }

    /// What is asked for, as the ledger wants it.
    pub(super) fn act(&self) -> Act<'_> {
        Act {
            permit: &self.permit,
            application: self.application,
            request: &self.request,
        }
    }

    /// The client that the address names; one that cannot be is none.
    pub(super) fn client(&self) -> Result<ClientId, ApiError> {
        let base = base(&self.uri);
        let is_short = path::segment(&self.uri, base, 0).as_deref() == Some("clients");
        let position = if is_short { 1 } else { 3 };
        let named = path::segment(&self.uri, base, position).ok_or_else(not_found)?;
        ClientId::parse(&named).map_err(|_| not_found())
    }

    /// An answer that says how the caller stands with the rate (COM-11).
    pub(super) fn tell(&self, answer: Response) -> Response {
        rate_limits::told(answer, Some(&self.quota))
    }

    /// Reads a body, whatever is in it.
    pub(super) async fn read(&self, body: Body) -> Result<Bytes, ApiError> {
        body::require_media_type(&self.headers, &["application/json"])?;
        Ok(body::read(body, LARGEST).await?)
    }

    /// Carries a write out, unless it has a key under which that was done before; then `repeat` answers what it led to.
    pub(super) async fn once(
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
    pub(super) fn tenant_now(&self) -> Result<std::sync::Arc<TenantSnapshot>, ApiError> {
        let directory = self.visit.ledger().directory();
        let tenant = directory.tenant(self.visit.tenant.id());
        tenant.cloned().ok_or_else(not_found)
    }
}

/// Reads a body as one JSON object.
pub(super) fn members(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match json::parse(body, &Limits::size(LARGEST))? {
        Value::Object(members) => Ok(members),
        _ => Err(ApiError::new(&registry::INVALID_REQUEST).detail("the body must be an object")),
    }
}

/// The application of the caller, and whether it may touch others. Everybody but back ends of the first party gets 403, third parties
/// above all (TPA-CL-05).
pub(super) fn authority(caller: &Caller) -> Result<(ApplicationId, bool), ApiError> {
    match caller {
        Caller::Client {
            application,
            authority: ClientAuthority::Application,
            ..
        } => Ok((*application, false)),
        Caller::Client {
            application,
            authority: ClientAuthority::Tenant,
            ..
        } => Ok((*application, true)),
        _ => Err(forbidden()),
    }
}

/// The application that the address names, else the caller's own; 404 for another one, whether or not there is one.
fn application(
    visit: &Visit,
    uri: &Uri,
    own: ApplicationId,
    is_admin: bool,
) -> Result<ApplicationId, ApiError> {
    let base = base(uri);
    if path::segment(uri, base, 0).as_deref() != Some("applications") {
        return Ok(own);
    }
    let Some(named) = path::segment(uri, base, 1) else {
        return Ok(own);
    };
    let named: ApplicationId = named.parse().map_err(|_| no_application())?;
    let may = named == own || (is_admin && visit.tenant.applications.contains_key(&named));
    may.then_some(named).ok_or_else(no_application)
}

fn base(uri: &Uri) -> &'static str {
    if uri.path().starts_with("/cis/") {
        "/cis/v1"
    } else {
        "/v1"
    }
}

/// What a refusal of the ledger is on the wire.
pub(super) fn refused(error: ClientError) -> ApiError {
    match error {
        ClientError::Absent => not_found(),
        ClientError::NameTaken => {
            ApiError::new(&registry::IDENTIFIER_TAKEN).detail("Client name already used")
        }
        ClientError::NotAllowed(why) => ApiError::new(&registry::FORBIDDEN).detail(why),
        ClientError::Wrong(wrong) => invalid(wrong),
        ClientError::Fault(consentry_ledger::Fault::Conflict) => ApiError::new(&registry::CONFLICT),
        ClientError::Fault(fault) => fault.into(),
    }
}

/// 400 with everything that is wrong.
pub(super) fn invalid(wrong: Vec<Wrong>) -> ApiError {
    let mut error = ApiError::new(&registry::INVALID_REQUEST);
    for wrong in wrong {
        let pointer = format!("/{}", wrong.field.replace('~', "~0").replace('/', "~1"));
        error = error.field(FieldError::pointer(pointer, wrong.why));
    }
    error
}

pub(super) fn forbidden() -> ApiError {
    ApiError::new(&registry::FORBIDDEN).detail("Forbidden")
}

pub(super) fn not_found() -> ApiError {
    ApiError::new(&registry::NOT_FOUND).detail("Client not found")
}

fn no_application() -> ApiError {
    ApiError::new(&registry::NOT_FOUND).detail("Application not found")
}
