//! The consent API of FDX (consent-dashboard D1, D3): a data recipient reads and gives up its own grants with an access token, the bank's
//! back end all of them with its API credential. Only where the tenant says who it is in the words of FDX.

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{
    State,
    decision::{Door, EndReason},
};
use consentry_ledger::{
    Caller, DecisionError, Target,
    access::{Denied, GiveUpAgreement, ManageAgreements, authorize},
    agreements::{AgreementQuery, Connection, StopRequest, agreement_called},
    embed::CustomerId,
    tokens::{Issuer, OwnApi},
};
use consentry_web::{
    credentials::{Credentials, authorization},
    error::{ApiError, Dashboard, FieldError, registry},
    headers,
    json::{self, Limits},
    parameters::Rules,
    path, query,
    texts::negotiate,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, request::Parts};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{consents::refused, credentials, serving};
use crate::view::{
    Held, Telling, UTC,
    fdx::{self, Version},
    is_listed, object,
};

/// Largest body, in bytes.
const LIMITS: Limits = Limits::size(8 * 1024);

const MEDIA_TYPES: &[&str] = &["application/json"];

/// `GET /fdx/v6/consents/{id}`.
pub async fn show(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, _) = request.into_parts();
    let (_asker, connection) = asked(&visit, &parts).await?;
    let shown = shown(&visit, &connection, version(&parts.uri)).await;
    Ok((headers::api(), Json(shown)).into_response())
}

/// `GET /fdx/v6/consents/{id}/revocation`.
pub async fn revocation(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, _) = request.into_parts();
    let (_asker, connection) = asked(&visit, &parts).await?;
    Ok((headers::api(), Json(fdx::revocations(&connection))).into_response())
}

/// `PUT /fdx/v6/consents/{id}/revocation` with `{"reason", "initiator"}`: ends it, with all that rests on it. 409 once it is over.
pub async fn revoke(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, body) = request.into_parts();
    let (asker, connection) = asked(&visit, &parts).await?;
    let body = json::read(&parts.headers, body, MEDIA_TYPES, &LIMITS)
        .await
        .map_err(ApiError::from)?;
    let reason = asker.reason(&body)?;
    if !matches!(connection.state, State::Accepted | State::Restricted) {
        return Err(ApiError::new(&registry::CONSENT_NOT_ACTIVE).into());
    }
    let stop = StopRequest {
        subject: connection.agreement.subject,
        agreements: vec![connection.agreement.id],
        door: Door::Dashboard,
        reason,
        request: Some(visit.request_id.to_string()),
    };
    let done = asker.end(&visit, &connection, &stop).await.map_err(refused)?;
    if done.ended.is_empty() {
        // Somebody was faster.
        return Err(ApiError::new(&registry::CONSENT_NOT_ACTIVE).into());
    }
    Ok((StatusCode::NO_CONTENT, headers::api(), ()).into_response())
}

/// `GET /fdx/v6/consents?customerId=…&status=…`, for the bank alone; no call of FDX itself.
pub async fn list(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, _) = request.into_parts();
    spoken(&visit)?;
    let caller = credentials::provider(&visit, &parts.headers)?.caller();
    let query = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
    let wrong = |name: &'static str, why: &'static str| {
        ApiError::new(&registry::INVALID_REQUEST).field(FieldError::parameter(name, why))
    };
    let status = query.one("status").map_err(ApiError::from)?;
    if status.is_some_and(|status| !matches!(status, "ACTIVE" | "EXPIRED" | "REVOKED")) {
        return Err(wrong("status", "must be ACTIVE, EXPIRED or REVOKED").into());
    }
    let customer = query.one("customerId").map_err(ApiError::from)?;
    let customer = customer.and_then(|id| CustomerId::parse(id).ok());
    let customer = customer.ok_or_else(|| wrong("customerId", "must be a text of 1 to 255 bytes"))?;
    let subject = visit
        .ledger()
        .find_subject(&visit.tenant, &customer.alias())
        .await
        .map_err(ApiError::from)?;
    let mut consents: Vec<Value> = Vec::new();
    if let Some(subject) = subject {
        let permit = authorize::<ManageAgreements>(&caller, Target::Subject(subject))
            .map_err(|denied: Denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let find = AgreementQuery {
            subject: Some(subject),
            ..AgreementQuery::default()
        };
        let found = visit
            .ledger()
            .agreements(&visit.tenant, &permit, find)
            .await
            .map_err(ApiError::from)?;
        let fits = |found: &&Connection| {
            is_listed(found) && status.is_none_or(|status| object::status(found) == status)
        };
        for connection in found.iter().filter(fits) {
            consents.push(shown(&visit, connection, version(&parts.uri)).await);
        }
    }
    Ok((headers::api(), Json(json!({ "consents": consents }))).into_response())
}

/// Who asks about a grant.
enum Asker {
    /// The bank's back end.
    Bank(Caller),
    /// The client that an access token was issued to.
    Recipient(Caller),
}

impl Asker {
    async fn of(visit: &Visit, headers: &HeaderMap) -> Result<Self, ApiError> {
        let Ok(Credentials::Bearer(token)) = authorization(headers) else {
            return Ok(Self::Bank(credentials::provider(visit, headers)?.caller()));
        };
        let issuer = Issuer::new(visit.house.issuer(&visit.tenant));
        let access = visit
            .ledger()
            .bearer(&visit.tenant, &issuer, OwnApi::Grants, token.expose_secret())
            .await?;
        let access = access.ok_or_else(|| {
            let challenge = HeaderValue::from_static("Bearer realm=\"consentry\", error=\"invalid_token\"");
            ApiError::new(&registry::INVALID_TOKEN).challenge(challenge)
        })?;
        Ok(Self::Recipient(access.holder()))
    }

    /// Whether a grant is its business.
    fn may_see(&self, connection: &Connection) -> bool {
        match self {
            Self::Bank(_) => true,
            Self::Recipient(Caller::Client { client, .. }) => connection.agreement.client == *client,
            Self::Recipient(_) => false,
        }
    }

    /// Why it ends, from what was sent. What a person did is the person's own act, whoever reports it.
    fn reason(&self, body: &Value) -> Result<EndReason, ApiError> {
        let wrong = |place: &'static str, why: &'static str| {
            ApiError::new(&registry::INVALID_REQUEST).field(FieldError::pointer(place, why))
        };
        let text = |place: &'static str| body.pointer(place).and_then(Value::as_str);
        let by_person = match text("/reason") {
            Some("USER_ACTION") => true,
            Some("BUSINESS_RULE") => false,
            _ => return Err(wrong("/reason", "must be USER_ACTION or BUSINESS_RULE")),
        };
        match (self, text("/initiator")) {
            (_, Some("INDIVIDUAL")) if !by_person => {
                Err(wrong("/initiator", "what an INDIVIDUAL does is a USER_ACTION"))
            }
            (_, Some("INDIVIDUAL")) => Ok(EndReason::UserAction),
            (Self::Recipient(_), Some("DATA_RECIPIENT")) if by_person => Ok(EndReason::UserAction),
            (Self::Recipient(_), Some("DATA_RECIPIENT")) => Ok(EndReason::ClientAction),
            (Self::Bank(_), Some("DATA_PROVIDER")) if by_person => Ok(EndReason::UserAction),
            (Self::Bank(_), Some("DATA_PROVIDER")) => Ok(EndReason::PartyAction),
            (Self::Recipient(_), _) => Err(wrong("/initiator", "must be INDIVIDUAL or DATA_RECIPIENT")),
            (Self::Bank(_), _) => Err(wrong("/initiator", "must be INDIVIDUAL or DATA_PROVIDER")),
        }
    }

    async fn end(
        &self,
        visit: &Visit,
        connection: &Connection,
        stop: &StopRequest,
    ) -> Result<consentry_ledger::agreements::Stopped, DecisionError> {
        let ledger = visit.ledger();
        let agreement = &connection.agreement;
        match self {
            Self::Bank(caller) => {
                let permit = authorize(caller, Target::Subject(agreement.subject))?;
                ledger.stop_agreements(&visit.tenant, &permit, stop).await
            }
            Self::Recipient(caller) => {
                let target = Target::Agreements(agreement.subject, agreement.application);
                let permit = authorize::<GiveUpAgreement>(caller, target)?;
                ledger.give_up_agreements(&visit.tenant, &permit, stop).await
            }
        }
    }
}

/// Who asks, and the grant that the path names: unknown, and somebody else's, are not told apart.
async fn asked(visit: &Visit, parts: &Parts) -> Result<(Asker, Connection), ApiError> {
    spoken(visit)?;
    let asker = Asker::of(visit, &parts.headers).await?;
    let unknown = || ApiError::new(&registry::NOT_FOUND);
    let id = path::segment(&parts.uri, "/fdx", 2);
    let id = id.map(|id| agreement_called(visit.tenant.id(), &id));
    let found = visit
        .ledger()
        .agreement(&visit.tenant, id.ok_or_else(unknown)?)
        .await?;
    let found = found.filter(|found| is_listed(found) && asker.may_see(found));
    Ok((asker, found.ok_or_else(unknown)?))
}

/// Refuses where the tenant does not speak FDX: there is no such path then.
fn spoken(visit: &Visit) -> Result<(), ApiError> {
    serving(visit)?;
    match visit.tenant.tenant.dashboard.fdx {
        Some(_) => Ok(()),
        None => Err(ApiError::new(&registry::NOT_FOUND)),
    }
}

/// A grant with the accounts of its person.
async fn shown(visit: &Visit, connection: &Connection, version: Version) -> Value {
    let held = Held::of(visit, connection.agreement.subject).await;
    let base = visit.house.base_url(&visit.tenant);
    let telling = Telling {
        tenant: &visit.tenant,
        language: negotiate([visit.tenant.tenant.locale.as_str()]),
        held: &held,
        base: &base,
        zone: &UTC,
    };
    fdx::grant(&telling, connection, version)
}

/// The version in a path.
fn version(uri: &Uri) -> Version {
    match path::segment(uri, "/fdx", 0).as_deref() {
        Some("v5") => Version::V5,
        _ => Version::V6,
    }
}
