//! The page's own API, `/embed/api/v1`: for front ends of a bank's own that live in the frame (consent-dashboard B9). The bearer is that of
//! the page session; the header `X-Consentry-Page: 1` keeps pages of others out, since no other origin may send it.

use axum::{
    Json,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{
    AccountId, AgreementId,
    decision::{Door, EndReason},
};
use consentry_ledger::{
    DecisionError,
    agreements::{Connection, RenewError, StopRequest},
};
use consentry_web::{
    cursor,
    error::{ApiError, Dashboard, FieldError, registry},
    house::House,
    json::{self, Limits},
    parameters::Rules,
    path, query,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde_json::{Map, Value, json};

use super::{activity, frame, repeated, visitor::Visitor};
use crate::{
    api::{
        consents::{about, refused},
        serving,
    },
    view::{ConnectionView, is_listed, object},
};

/// Largest body, in bytes: all accounts of a person.
const LIMITS: Limits = Limits::size(64 * 1024);

const MEDIA_TYPES: &[&str] = &["application/json"];

/// Connections of one page of the list.
const PAGE: usize = 50;

/// Where the paths begin.
pub(super) const BASE: &str = "/embed/api/v1";

/// Most connections that one request ends.
pub(super) const MOST_ENDED: usize = 200;

/// `GET /connections?status=…&account=…&cursor=…`.
pub async fn list(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, _body| {
        let query = query::read(&parts.uri, &Rules::DEFAULT)?;
        let status = query.one("status")?.unwrap_or("all").to_owned();
        if !["active", "ended", "all"].contains(&status.as_str()) {
            return Err(ApiError::new(&registry::INVALID_REQUEST).detail("status is active, ended or all"));
        }
        let account = query.one("account")?.map(AccountId::parse).transpose();
        let account =
            account.map_err(|error| ApiError::new(&registry::INVALID_REQUEST).detail(error.to_string()))?;
        let question = format!("{status} {:?}", account.as_ref().map(AccountId::as_str));
        let after = match query.one("cursor")? {
            None => None,
            Some(text) => Some(
                cursor::decode(&visit.tenant, "connections", &question, text)
                    .and_then(|id| id.parse::<AgreementId>().ok())
                    .ok_or_else(|| {
                        ApiError::new(&registry::INVALID_REQUEST).detail("cursor is not one of ours")
                    })?,
            ),
        };
        let telling = visitor.telling(&visit);
        let mut found = visitor.connections(&visit).await?;
        found.retain(|connection| {
            let stands = ConnectionView::new(&telling, connection).phase.has_access();
            let sees = |account: &AccountId| connection.agreement.accounts.shares(account);
            is_listed(connection)
                && (status == "all" || (status == "active") == stands)
                && account.as_ref().is_none_or(|account| stands && sees(account))
        });
        let begin = after.map_or(Some(0), |after| {
            let place = found
                .iter()
                .position(|connection| connection.agreement.id == after);
            place.map(|place| place + 1)
        });
        let rest = found.get(begin.unwrap_or(found.len())..).unwrap_or_default();
        let page: Vec<&Connection> = rest.iter().take(PAGE).collect();
        let next = page.last().filter(|_| rest.len() > PAGE).map(|last| {
            cursor::encode(
                &visit.tenant,
                "connections",
                &question,
                &last.agreement.id.to_string(),
            )
        });
        let shown: Vec<Value> = page
            .iter()
            .map(|connection| object::detail(&telling, connection))
            .collect();
        Ok(json!({ "connections": shown, "next_cursor": next }))
    })
    .await
}

/// `GET /connections/{id}`, with its version as entity tag.
pub async fn show(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, _body| {
        let connection = named(&visit, &visitor, &parts).await?;
        Ok(object::detail(&visitor.telling(&visit), &connection))
    })
    .await
}

/// `GET /connections/{id}/activity`.
pub async fn activity(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, _body| {
        let connection = named(&visit, &visitor, &parts).await?;
        let history = activity::history(&visit, &visitor, &connection).await?;
        Ok(object::history(&connection, &history))
    })
    .await
}

/// `POST /connections/{id}/revoke` with `{"confirm": true}`. One that has ended stays as it is.
pub async fn revoke(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        confirmed(&read(&parts, body).await?)?;
        let connection = named(&visit, &visitor, &parts).await?;
        stop(&visit, &visitor, &connection).await?;
        let connection = named(&visit, &visitor, &parts).await?;
        Ok(object::detail(&visitor.telling(&visit), &connection))
    })
    .await
}

/// `POST /connections/revoke` with `{"ids": […], "confirm": true}`: each by itself, with a result of its own.
pub async fn revoke_several(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        confirmed(&body)?;
        let ids = body.get("ids").and_then(Value::as_array);
        let ids = ids.filter(|ids| ids.len() <= MOST_ENDED);
        let ids = ids.ok_or_else(|| wrong("/ids", "must be a list of at most 200 ids"))?;
        let found = visitor.connections(&visit).await?;
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let id = id.as_str().unwrap_or_default();
            let known = found
                .iter()
                .find(|connection| is_listed(connection) && connection.agreement.id.to_string() == id);
            let result = match known {
                None => "not_found",
                Some(connection) => match stop(&visit, &visitor, connection).await {
                    Ok(()) => "revoked",
                    Err(error) => {
                        tracing::error!(error.cause = ?error, "sharing could not be stopped");
                        "failed"
                    }
                },
            };
            results.push(json!({ "id": id, "result": result }));
        }
        Ok(json!({ "results": results }))
    })
    .await
}

/// `POST /connections/{id}/renew` with `{"days": 365}`; with an `Idempotency-Key` the end is moved once, however often it is sent.
pub async fn renew(visit: Visit, request: Request) -> Response {
    repeated::once(visit, request, LIMITS.size, renew_now, show).await
}

async fn renew_now(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        let days = body.get("days").and_then(Value::as_u64);
        let days = days.ok_or_else(|| wrong("/days", "must be a whole number"))?;
        let connection = named(&visit, &visitor, &parts).await?;
        let renewed = about(&visit, &connection);
        let days = u16::try_from(days).unwrap_or(u16::MAX);
        visit
            .ledger()
            .renew_agreement(&visit.tenant, &permit(&visitor)?, &renewed, days)
            .await
            .map_err(|error| match error {
                RenewError::NotAllowed => ApiError::new(&registry::RENEWAL_NOT_ALLOWED),
                RenewError::Days => ApiError::new(&registry::UNPROCESSABLE)
                    .field(FieldError::pointer("/days", "must be 1 to 365")),
                RenewError::Decision(error) => refused(error),
            })?;
        let connection = named(&visit, &visitor, &parts).await?;
        Ok(object::detail(&visitor.telling(&visit), &connection))
    })
    .await
}

/// `POST /connections/{id}/report` with `{"kind": "not_recognised"}`.
pub async fn report(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        if body.get("kind").and_then(Value::as_str) != Some("not_recognised") {
            return Err(wrong("/kind", "must be not_recognised"));
        }
        let connection = named(&visit, &visitor, &parts).await?;
        activity::tell(&visit, &visitor, &connection).await?;
        Ok(json!({}))
    })
    .await
}

/// Runs a call for the page whose bearer was sent, and puts on what every embedded answer carries.
pub(super) async fn answer(
    visit: &Visit,
    request: Request,
    call: impl AsyncFnOnce(Visitor, Parts, Body) -> Result<Value, ApiError>,
) -> Response {
    let (parts, body) = request.into_parts();
    let answered = match Visitor::of_bearer(visit, &parts).await {
        Ok(visitor) => call(visitor, parts, body).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(value) => {
            let version = value.get("version").and_then(Value::as_u64);
            let mut answer = (StatusCode::OK, frame::headers(visit), Json(value)).into_response();
            let tag = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok());
            if let Some(tag) = tag {
                answer.headers_mut().insert(header::ETAG, tag);
            }
            answer
        }
        Err(error) => (frame::headers(visit), Dashboard(error)).into_response(),
    }
}

/// 404 and 405 below `/embed/api`, for programs.
pub(crate) fn unserved(house: &House, parts: &Parts, error: ApiError) -> Response {
    match Visit::of(parts, house) {
        Ok(visit) => {
            let error = serving(&visit).err().unwrap_or(error);
            (frame::headers(&visit), Dashboard(error)).into_response()
        }
        Err(unknown_host) => unknown_host.into_response(),
    }
}

pub(super) async fn read(parts: &Parts, body: Body) -> Result<Value, ApiError> {
    let body = json::read(&parts.headers, body, MEDIA_TYPES, &LIMITS).await?;
    if body.is_object() {
        Ok(body)
    } else {
        Err(wrong("", "must be a JSON object"))
    }
}

/// The connection that the path names: unknown, and of somebody else, are not told apart.
pub(super) async fn named(visit: &Visit, visitor: &Visitor, parts: &Parts) -> Result<Connection, ApiError> {
    let unknown = || ApiError::new(&registry::NOT_FOUND);
    let id = path::segment(&parts.uri, BASE, 1).and_then(|id| id.parse::<AgreementId>().ok());
    known(visit, visitor, id.ok_or_else(unknown)?).await
}

pub(super) async fn known(visit: &Visit, visitor: &Visitor, id: AgreementId) -> Result<Connection, ApiError> {
    let found = visit.ledger().agreement(&visit.tenant, id).await?;
    found
        .filter(|found| found.agreement.subject == visitor.session.subject && is_listed(found))
        .ok_or_else(|| ApiError::new(&registry::NOT_FOUND))
}

pub(super) fn confirmed(body: &Value) -> Result<(), ApiError> {
    let members: Option<&Map<String, Value>> = body.as_object();
    if members.and_then(|members| members.get("confirm")) == Some(&Value::Bool(true)) {
        Ok(())
    } else {
        Err(wrong("/confirm", "must be true"))
    }
}

async fn stop(visit: &Visit, visitor: &Visitor, connection: &Connection) -> Result<(), ApiError> {
    if !connection.agreement.is_in_force(connection.seen_at) {
        return Ok(());
    }
    let stop = StopRequest {
        subject: visitor.session.subject,
        agreements: vec![connection.agreement.id],
        door: Door::Dashboard,
        reason: EndReason::UserAction,
        request: Some(visit.request_id.to_string()),
    };
    visit
        .ledger()
        .stop_agreements(&visit.tenant, &permit(visitor)?, &stop)
        .await
        .map_err(refused)?;
    Ok(())
}

pub(super) fn permit(
    visitor: &Visitor,
) -> Result<consentry_ledger::Permit<consentry_ledger::access::ManageAgreements>, ApiError> {
    visitor
        .permit()
        .map_err(|denied| refused(DecisionError::Denied(denied)))
}

pub(super) fn wrong(place: &'static str, why: &'static str) -> ApiError {
    ApiError::new(&registry::INVALID_REQUEST).field(FieldError::pointer(place, why))
}
