//! One type for every failure that leaves the house, and one renderer per outside shape.
//!
//! External text and internal cause are kept apart: `detail` and `fields` are shown, the cause is only logged. Answers
//! with a 5xx status carry the code and the request id and nothing else.
//!
//! A handler returns `Result<_, Problem>` (or [`OAuth`], [`Vendor`], [`Dashboard`]) and uses `?`; the renderer runs in
//! [`crate::request_id::identify`], which knows the request id, logs the failure once and sends the answer. A door with
//! a shape of its own writes a `fn(&ApiError, &RequestId) -> Response` and hands it to [`deferred`].

mod dashboard;
mod html;
mod oauth;
mod problem;
pub mod registry;
#[cfg(test)]
mod tests;
mod vendor;

pub use self::{
    dashboard::{Dashboard, dashboard},
    html::{HtmlFailure, html, wants_page},
    oauth::{OAuth, error_description, oauth, oauth_name},
    problem::{Problem, problem},
    registry::Code,
    vendor::{Vendor, vendor},
};

use std::{borrow::Cow, error::Error, fmt, sync::Arc};

use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::request_id::RequestId;

/// A failure as the outside may see it, with its cause for the log.
#[derive(Clone)]
pub struct ApiError {
    /// Entry of the registry; decides the status.
    pub code: &'static Code,
    /// What went wrong in this case, for the caller. Never a token, a secret or a name of a person (COM-05).
    pub detail: Option<Cow<'static, str>>,
    /// Which parts of the request are wrong.
    pub fields: Vec<FieldError>,
    /// Seconds until a repetition makes sense.
    pub retry_after: Option<u32>,
    /// `WWW-Authenticate`, `Allow` and other headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The rate that was used up.
    pub violated_policy: Option<&'static str>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// A failure with nothing but its code.
    pub fn new(code: &'static Code) -> Self {
        Self {
            code,
            detail: None,
            fields: Vec::new(),
            retry_after: None,
            headers: Vec::new(),
            violated_policy: None,
            cause: None,
        }
    }

    /// A failure of ours: 500 outside, the cause in the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(&registry::INTERNAL).because(cause)
    }

    /// Says what went wrong in this case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names a part of the request that is wrong.
    #[must_use]
    pub fn field(mut self, field: FieldError) -> Self {
        self.fields.push(field);
        self
    }

    /// Says after how many seconds to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Adds one `WWW-Authenticate` line.
    #[must_use]
    pub fn challenge(mut self, challenge: HeaderValue) -> Self {
        self.headers.push((header::WWW_AUTHENTICATE, challenge));
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Names the rate that was used up.
    #[must_use]
    pub fn violates(mut self, policy: &'static str) -> Self {
        self.violated_policy = Some(policy);
        self
    }

    /// Keeps the internal cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(Arc::from(cause.into()));
        self
    }

    /// HTTP status of the answer.
    pub fn status(&self) -> StatusCode {
        self.code.status
    }

    /// Title of the code.
    pub fn title(&self) -> &'static str {
        self.code.title
    }

    /// True for failures of ours, whose answers say nothing but code and request id.
    pub fn is_ours(&self) -> bool {
        self.status().is_server_error()
    }

    /// The detail, or the title where there is none or none may be shown.
    pub fn message(&self) -> &str {
        match &self.detail {
            Some(detail) if !self.is_ours() => detail,
            _ => self.title(),
        }
    }

    /// Writes the failure to the log, once: [`crate::request_id::identify`] calls this.
    pub(crate) fn record(&self) {
        let code = self.code.name;
        let status = self.status().as_u16();
        let cause = self.cause.as_deref().map(Chain);
        match cause {
            Some(cause) if self.is_ours() => {
                tracing::error!(error.code = code, http.status = status, error.cause = %cause, "request failed");
            }
            None if self.is_ours() => {
                tracing::error!(error.code = code, http.status = status, "request failed");
            }
            Some(cause) => {
                tracing::info!(error.code = code, http.status = status, error.cause = %cause, "request refused");
            }
            None => tracing::info!(error.code = code, http.status = status, "request refused"),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("code", &self.code.name)
            .field("detail", &self.detail)
            .field("fields", &self.fields)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name, self.message())
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// One wrong part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where it is.
    pub place: Place,
    /// Finer code for programs, for doors whose shape has one.
    pub code: Option<&'static str>,
    /// What is wrong with it, lower case, without full stop.
    pub detail: Cow<'static, str>,
}

impl FieldError {
    /// A wrong member of the body, by its RFC 6901 pointer.
    pub fn pointer(pointer: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            place: Place::Pointer(pointer.into()),
            code: None,
            detail: detail.into(),
        }
    }

    /// A wrong parameter of the query string or form.
    pub fn parameter(name: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            place: Place::Parameter(name.into()),
            code: None,
            detail: detail.into(),
        }
    }

    /// Adds a finer code.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// RFC 6901 pointer into the JSON body; empty for the whole body.
    Pointer(Cow<'static, str>),
    /// Name of a query or form parameter.
    Parameter(Cow<'static, str>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Pointer(place) | Self::Parameter(place)) = self;
        f.write_str(place)
    }
}

/// A renderer: one failure, one request, one answer.
pub type Render = dyn Fn(&ApiError, &RequestId) -> Response + Send + Sync;

/// An answer whose final form is written where the request id is known.
///
/// Until then it is the same answer with the id `unassigned`.
pub fn deferred(
    error: ApiError,
    render: impl Fn(&ApiError, &RequestId) -> Response + Send + Sync + 'static,
) -> Response {
    let mut answer = render(&error, &RequestId::unassigned());
    answer.extensions_mut().insert(Deferred {
        error: Arc::new(error),
        render: Arc::new(render),
    });
    answer
}

/// What [`deferred`] leaves in the extensions of an answer.
#[derive(Clone)]
pub(crate) struct Deferred {
    pub(crate) error: Arc<ApiError>,
    render: Arc<Render>,
}

impl Deferred {
    pub(crate) fn render(&self, id: &RequestId) -> Response {
        (self.render)(&self.error, id)
    }
}

/// Status, headers and body of a JSON failure, as all JSON renderers send it.
///
/// Adds `Retry-After`, the failure's own headers, `Cache-Control: no-store` and `nosniff`.
pub fn json_answer(error: &ApiError, media_type: &'static str, body: &serde_json::Value) -> Response {
    let mut answer = Response::new(axum::body::Body::from(body.to_string()));
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    finish(error, answer)
}

/// The parts of a failed answer that do not depend on its shape.
pub(crate) fn finish(error: &ApiError, mut answer: Response) -> Response {
    *answer.status_mut() = error.status();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    for (name, value) in &error.headers {
        headers.append(name, value.clone());
    }
    answer
}

/// Prints an error with everything behind it.
struct Chain<'a>(&'a (dyn Error + Send + Sync));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}
