//! `/api/{version}/consent_management`: for banks that build their own screen (consent-dashboard A11). The bearer is the one-time token of
//! a customer, which this does not spend.

use std::sync::Arc;

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{
    AccountId, Rejection,
    decision::{Door, EndReason},
};
use consentry_ledger::{
    Caller, DecisionError, Opaque, Permit, Target,
    access::{Denied, ManageAgreements, authorize},
    agreements::{
        AccountsError, AccountsRequest, AgreementQuery, Connection, NarrowError, StopRequest, Subjected,
        agreement_called,
    },
    embed::OpenError,
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
use http::{HeaderMap, HeaderValue, Uri, request::Parts};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::serving;
use crate::{
    connector::Connector,
    view::{Held, Telling, UTC, is_listed, object},
};

/// Largest body, in bytes.
const LIMITS: Limits = Limits::size(8 * 1024);

const MEDIA_TYPES: &[&str] = &["application/json"];

/// `GET`: all consents of the customer, shared and unshared accounts in each; `?status=active` leaves out what is over.
pub async fn list(connector: Arc<Connector>, visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, _) = request.into_parts();
    let mut customer = Customer::of(&visit, &parts).await?;
    let query = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
    let only_active = match query.one("status").map_err(ApiError::from)? {
        None => false,
        Some("active") => true,
        Some(_) => {
            let error = ApiError::new(&registry::INVALID_REQUEST).detail("status can only be active");
            return Err(error.into());
        }
    };
    if let Some(subject) = customer.caller.subject()
        && connector.freshen(&visit, subject).await
    {
        customer.held = Held::of(&visit, subject).await;
    }
    let find = AgreementQuery {
        subject: customer.caller.subject(),
        ..AgreementQuery::default()
    };
    let found = visit
        .ledger()
        .agreements(&visit.tenant, &customer.permit, find)
        .await
        .map_err(ApiError::from)?;
    let telling = customer.telling(&visit);
    let shown = found
        .iter()
        .filter(|connection| is_listed(connection))
        .filter(|connection| !only_active || object::is_open(&telling, connection))
        .map(|connection| object::for_bank(&telling, connection));
    Ok((headers::api(), Json(Value::Array(shown.collect()))).into_response())
}

/// `PUT …/accounts/{AccountId}` with `{"enabled": true}`.
pub async fn account(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, body) = request.into_parts();
    let customer = Customer::of(&visit, &parts).await?;
    let body = json::read(&parts.headers, body, MEDIA_TYPES, &LIMITS)
        .await
        .map_err(ApiError::from)?;
    let enabled = flag(&body, "/enabled")?;
    let account = path::segment(&parts.uri, "/api", 4).and_then(|id| AccountId::parse(&id).ok());
    let account = account.ok_or_else(|| ApiError::new(&registry::NOT_FOUND))?;
    customer
        .change(&visit, &parts.uri, vec![(account, enabled)], None)
        .await
}

/// `PUT …/accounts` with `{"automatic_access": true}`: whether accounts that are opened later are shared.
pub async fn automatic(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, body) = request.into_parts();
    let customer = Customer::of(&visit, &parts).await?;
    let body = json::read(&parts.headers, body, MEDIA_TYPES, &LIMITS)
        .await
        .map_err(ApiError::from)?;
    let others = flag(&body, "/automatic_access")?;
    customer
        .change(&visit, &parts.uri, Vec::new(), Some(others))
        .await
}

/// `PUT …/disable_app_sharing`: ends the consent. One that has ended stays as it is.
pub async fn disable(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (parts, _) = request.into_parts();
    let customer = Customer::of(&visit, &parts).await?;
    let connection = customer.connection(&visit, &parts.uri).await?;
    if connection.agreement.is_in_force(connection.seen_at) {
        let stop = StopRequest {
            subject: connection.agreement.subject,
            agreements: vec![connection.agreement.id],
            door: Door::Dashboard,
            reason: EndReason::UserAction,
            request: Some(visit.request_id.to_string()),
        };
        visit
            .ledger()
            .stop_agreements(&visit.tenant, &customer.permit, &stop)
            .await
            .map_err(refused)?;
    }
    customer.answer(&visit, &parts.uri).await
}

/// The customer whose token was sent.
struct Customer {
    caller: Caller,
    permit: Permit<ManageAgreements>,
    held: Held,
    base: String,
}

impl Customer {
    async fn of(visit: &Visit, parts: &Parts) -> Result<Self, ApiError> {
        serving(visit)?;
        let token = bearer(&parts.headers);
        let caller = match token {
            None => None,
            Some(token) => visit
                .ledger()
                .ticket_caller(&visit.tenant, &token, visit.address)
                .await
                .map_err(|error| match error {
                    OpenError::TooMany { seconds } => ApiError::new(&registry::RATE_LIMITED)
                        .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)),
                    OpenError::Fault(fault) => fault.into(),
                    OpenError::Refused => invalid_token(),
                })?,
        };
        let caller = caller.ok_or_else(invalid_token)?;
        let subject = caller.subject().ok_or_else(invalid_token)?;
        let permit = authorize(&caller, Target::Subject(subject))
            .map_err(|denied: Denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        Ok(Self {
            held: Held::of(visit, subject).await,
            base: visit.house.base_url(&visit.tenant),
            caller,
            permit,
        })
    }

    /// Names in the objects are the bank's and the parties', and no words of ours, so any language does.
    fn telling<'a>(&'a self, visit: &'a Visit) -> Telling<'a> {
        Telling {
            tenant: &visit.tenant,
            language: negotiate([visit.tenant.tenant.locale.as_str()]),
            held: &self.held,
            base: &self.base,
            zone: &UTC,
        }
    }

    /// The consent that the path names: unknown, and of somebody else, are not told apart.
    async fn connection(&self, visit: &Visit, uri: &Uri) -> Result<Connection, ApiError> {
        let unknown = || ApiError::new(&registry::NOT_FOUND);
        let id = path::segment(uri, "/api", 2).map(|id| agreement_called(visit.tenant.id(), &id));
        let found = visit
            .ledger()
            .agreement(&visit.tenant, id.ok_or_else(unknown)?)
            .await?;
        found
            .filter(|found| self.caller.subject() == Some(found.agreement.subject) && is_listed(found))
            .ok_or_else(unknown)
    }

    async fn answer(&self, visit: &Visit, uri: &Uri) -> Result<Response, Dashboard> {
        let connection = self.connection(visit, uri).await?;
        let shown = object::for_bank(&self.telling(visit), &connection);
        Ok((headers::api(), Json(shown)).into_response())
    }

    async fn change(
        &self,
        visit: &Visit,
        uri: &Uri,
        set: Vec<(AccountId, bool)>,
        others: Option<bool>,
    ) -> Result<Response, Dashboard> {
        let connection = self.connection(visit, uri).await?;
        let request = AccountsRequest {
            about: about(visit, &connection),
            version: None,
            set,
            others,
        };
        visit
            .ledger()
            .change_accounts(&visit.tenant, &self.permit, &request)
            .await
            .map_err(not_changed)?;
        self.answer(visit, uri).await
    }
}

/// A connection that somebody wants something done about, in this request. Whose it is was looked at when it was found.
pub(crate) fn about(visit: &Visit, connection: &Connection) -> Subjected {
    Subjected {
        subject: connection.agreement.subject,
        agreement: connection.agreement.id,
        door: Door::Dashboard,
        request: Some(visit.request_id.to_string()),
    }
}

/// Why accounts were not changed, on the wire.
pub(crate) fn not_changed(error: AccountsError) -> ApiError {
    match error {
        AccountsError::UnknownAccount => ApiError::new(&registry::NOT_FOUND).detail("no such account"),
        AccountsError::SwitchedOff => {
            ApiError::new(&registry::FORBIDDEN).detail("this bank does not let customers change accounts")
        }
        AccountsError::Decision(error) => refused(error),
    }
}

/// Why an agreement was not narrowed, on the wire.
pub(crate) fn not_narrowed(error: NarrowError) -> ApiError {
    match error {
        NarrowError::SwitchedOff => ApiError::new(&registry::FORBIDDEN)
            .detail("this bank does not let customers give back a part of what they agreed to"),
        NarrowError::NoData(_) | NarrowError::NothingLeft => {
            ApiError::new(&registry::UNPROCESSABLE).field(FieldError::pointer(
                "/remove",
                match error {
                    NarrowError::NothingLeft => "nothing would be left: revoke the connection instead",
                    _ => "must name data of this connection",
                },
            ))
        }
        NarrowError::Decision(error) => refused(error),
    }
}

/// Why a decision was not carried out, on the wire.
pub(crate) fn refused(error: DecisionError) -> ApiError {
    match error {
        DecisionError::Rejected(Rejection::AgreementOver(_)) => ApiError::new(&registry::CONSENT_NOT_ACTIVE),
        DecisionError::Rejected(Rejection::AgreementChanged(_)) => {
            ApiError::new(&registry::PRECONDITION_FAILED)
        }
        DecisionError::Rejected(Rejection::Widens) => ApiError::new(&registry::FORBIDDEN)
            .detail("this bank does not let customers add accounts to what they agreed to"),
        DecisionError::Rejected(Rejection::NoAgreement(_) | Rejection::WrongSubject) => {
            ApiError::new(&registry::NOT_FOUND)
        }
        DecisionError::Rejected(rejection) => {
            ApiError::new(&registry::INVALID_REQUEST).detail(rejection.to_string())
        }
        DecisionError::Denied(denied) => ApiError::new(&registry::FORBIDDEN).because(denied),
        DecisionError::Fault(fault) => fault.into(),
        DecisionError::Spent | DecisionError::Repeated { .. } => ApiError::new(&registry::CONFLICT),
    }
}

fn flag(body: &Value, pointer: &'static str) -> Result<bool, ApiError> {
    if !body.is_object() {
        return Err(
            ApiError::new(&registry::INVALID_REQUEST).field(FieldError::pointer("", "must be a JSON object"))
        );
    }
    body.pointer(pointer).and_then(Value::as_bool).ok_or_else(|| {
        ApiError::new(&registry::INVALID_REQUEST).field(FieldError::pointer(pointer, "must be true or false"))
    })
}

fn bearer(headers: &HeaderMap) -> Option<Opaque> {
    match authorization(headers) {
        Ok(Credentials::Bearer(token)) => Some(Opaque::received(token.expose_secret())),
        _ => None,
    }
}

fn invalid_token() -> ApiError {
    let challenge = HeaderValue::from_static("Bearer realm=\"consentry\", error=\"invalid_token\"");
    ApiError::new(&registry::INVALID_TOKEN).challenge(challenge)
}
