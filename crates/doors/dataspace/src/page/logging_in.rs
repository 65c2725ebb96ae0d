//! Logging in for a request as in the application: by the same provider, in the same authentication context
//! (dataspace-consent-protocol 6.5, 9).

use axum::response::Response;
use consentry_ledger::{
    dataspace::{Sitting, SourceRequest, WayIn},
    sessions::Session,
};
use consentry_web::{
    error::ApiError,
    sign_in::{self, see_other},
    visit::Visit,
};
use http::HeaderMap;

use super::{PageFailure, notices::over};

/// Where somebody logs in.
pub(super) enum Door {
    /// By a form of the request with this id.
    Form(String),
    /// By a link to their provider.
    Link(String),
}

/// Who sits in front of the page; none where nobody is logged in.
pub(super) async fn sitting(
    visit: &Visit,
    headers: &HeaderMap,
    request: &SourceRequest,
) -> Result<Option<(Session, Sitting)>, ApiError> {
    let Some(session) = sign_in::session(visit, headers).await? else {
        return Ok(None);
    };
    let person = (request.subject, &request.login);
    let sitting = visit.ledger().sitting(&visit.tenant, person, &session).await?;
    Ok(Some((session, sitting)))
}

/// Where somebody logs in for a request, as in the application.
pub(super) fn way_in(visit: &Visit, request: &SourceRequest) -> Result<WayIn, PageFailure> {
    // What the operator no longer trusts cannot be answered any more.
    visit.tenant.way_in(&request.login).ok_or_else(over)
}

/// How a page lets somebody log in: by a form of its own, or by a link to their provider, since a form may not lead to another site.
pub(super) fn door(way: &WayIn, id: &str, is_anew: bool) -> Door {
    match way {
        WayIn::Here(_) => Door::Form(id.to_owned()),
        WayIn::At { upstream, acr } => Door::Link(sign_in::way_to_provider(
            upstream,
            acr,
            is_anew,
            &format!("/request/{id}"),
        )),
    }
}

pub(super) fn send_to_login(
    visit: &Visit,
    request: &SourceRequest,
    path: &str,
) -> Result<Response, PageFailure> {
    Ok(match way_in(visit, request)? {
        WayIn::Here(None) => sign_in::send_to_login(visit, path)?,
        WayIn::Here(Some(acr)) => sign_in::send_to_login_in(visit, &acr, path)?,
        // The page has the link.
        WayIn::At { .. } => see_other(path, [])?,
    })
}
