//! Calls of the page's own API that may be sent again and are carried out once (enforcement-events-evidence 1.4).

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use consentry_web::{
    body,
    error::{ApiError, Dashboard},
    idempotency,
    visit::Visit,
};

use super::{frame, visitor::Visitor};

/// Carries a call out, once for each `Idempotency-Key`; a repetition is answered by `read`, with what stands there now.
pub(super) async fn once(
    visit: Visit,
    request: Request,
    largest: usize,
    carry_out: impl AsyncFnOnce(Visit, Request) -> Response,
    read: impl AsyncFnOnce(Visit, Request) -> Response,
) -> Response {
    match keyed(&visit, request, largest, carry_out, read).await {
        Ok(answer) => answer,
        Err(error) => (frame::headers(&visit), Dashboard(error)).into_response(),
    }
}

async fn keyed(
    visit: &Visit,
    request: Request,
    largest: usize,
    carry_out: impl AsyncFnOnce(Visit, Request) -> Response,
    read: impl AsyncFnOnce(Visit, Request) -> Response,
) -> Result<Response, ApiError> {
    if idempotency::key(request.headers())?.is_none() {
        return Ok(carry_out(visit.clone(), request).await);
    }
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of_bearer(visit, &parts).await?;
    let caller = format!("subject {}", visitor.session.subject);
    let body = body::read(body, largest).await?;
    let asked = idempotency::Asked {
        caller: &caller,
        method: &parts.method,
        uri: &parts.uri,
        headers: &parts.headers,
        body: &body,
    };
    let anew = |body| Request::from_parts(parts.clone(), body);
    let first = async |through| Ok(carry_out(through, anew(Body::from(body.clone()))).await);
    let again = async |_outcome| Ok(read(visit.clone(), anew(Body::empty())).await);
    idempotency::once(visit, &asked, first, again).await
}
