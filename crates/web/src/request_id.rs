//! The id of a request: taken from `X-Request-ID` or made, echoed in the answer, present in every log line and failure.
//!
//! [`identify`] goes around everything else that a site does with a request. It opens the span, lets the request through, renders a failure with
//! the id and writes one line about the outcome. What it never writes: query strings, headers, cookies, bodies.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request},
    response::Response,
};
use http::{HeaderName, HeaderValue, request::Parts};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::error::{ApiError, Deferred, FieldError, problem, registry};

/// Name of the header, in requests and answers.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a caller, in bytes.
pub const LONGEST: usize = 1024;

/// Where ids and durations come from; made once, when the site is put together.
#[derive(Clone)]
pub struct Sources {
    /// Makes an id for a request that brought none.
    pub id: Arc<dyn Fn() -> Uuid + Send + Sync>,
    /// Reads a monotonic clock, only to measure how long an answer took.
    pub instant: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Makes the span of a request part of the trace that its caller is in; none: each request begins a trace.
    pub join: Option<Join>,
}

/// Makes a span, which has not begun yet, part of the trace that a request names.
pub type Join = Arc<dyn Fn(&tracing::Span, &Request) + Send + Sync>;

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}

/// What goes around everything else that a site does with a request.
pub async fn identify<F: Future<Output = Response>>(
    sources: &Sources,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let started = (sources.instant)();
    let id = match brought(&request) {
        Brought::Id(id) => id,
        Brought::Nothing => RequestId::from((sources.id)()),
        Brought::TooLong => return refuse(&RequestId::from((sources.id)())),
    };
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!(
        "request",
        http.method = %request.method(),
        http.route = route.as_ref().map_or("", MatchedPath::as_str),
        request.id = %id,
    );
    if let Some(join) = &sources.join {
        join(&span, &request);
    }
    request.extensions_mut().insert(id.clone());
    let answer = next(request).instrument(span.clone()).await;
    span.in_scope(|| {
        let mut answer = settle(answer, &id);
        answer.headers_mut().insert(X_REQUEST_ID.clone(), id.0.clone());
        let took = (sources.instant)().saturating_duration_since(started);
        tracing::info!(
            http.status = answer.status().as_u16(),
            duration_us = microseconds(took),
            "request answered"
        );
        answer
    })
}

/// The id of the request that is being answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id of an answer that no request has got yet.
    pub fn unassigned() -> Self {
        Self(HeaderValue::from_static("unassigned"))
    }

    /// The id as a UUID, where it has that form.
    pub fn as_uuid(&self) -> Option<Uuid> {
        Uuid::try_parse(self.0.to_str().ok()?).ok()
    }
}

impl From<Uuid> for RequestId {
    fn from(id: Uuid) -> Self {
        let mut buffer = Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut buffer);
        HeaderValue::from_str(text).map_or_else(|_| Self::unassigned(), Self)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0.as_bytes()))
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(of(parts))
    }
}

/// The id that [`identify`] gave this request.
pub fn of(parts: &Parts) -> RequestId {
    parts
        .extensions
        .get::<RequestId>()
        .cloned()
        .unwrap_or_else(RequestId::unassigned)
}

enum Brought {
    Nothing,
    Id(RequestId),
    TooLong,
}

fn brought(request: &Request) -> Brought {
    match request.headers().get(&X_REQUEST_ID) {
        None => Brought::Nothing,
        Some(value) if value.is_empty() => Brought::Nothing,
        Some(value) if value.len() > LONGEST => Brought::TooLong,
        Some(value) => Brought::Id(RequestId(value.clone())),
    }
}

fn refuse(id: &RequestId) -> Response {
    let error = ApiError::new(&registry::INVALID_REQUEST)
        .field(FieldError::parameter("X-Request-ID", "longer than 1,024 bytes"));
    error.record();
    let mut answer = problem(&error, id);
    answer.headers_mut().insert(X_REQUEST_ID.clone(), id.0.clone());
    answer
}

/// Renders a deferred failure; headers that inner layers set (CORS, framing) stay.
fn settle(mut answer: Response, id: &RequestId) -> Response {
    let Some(deferred) = answer.extensions_mut().remove::<Deferred>() else {
        return answer;
    };
    deferred.error.record();
    let mut rendered = deferred.render(id);
    for name in answer.headers().keys() {
        // The length was that of the provisional body.
        if *name == http::header::CONTENT_LENGTH || rendered.headers().contains_key(name) {
            continue;
        }
        for value in answer.headers().get_all(name) {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    rendered
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
