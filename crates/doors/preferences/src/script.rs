//! `consentry.js`: what pages of the first party need to show and change choices by themselves (consent-tokens-and-preferences 11.3).
//! One file without dependencies, the same for everybody; it keeps nothing but a consent token, where the page wants that.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use consentry_ledger::opaque;
use consentry_web::conditional::Conditions;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::failure::Feathers;

/// The file.
const SCRIPT: &str = include_str!("../assets/consentry.js");

/// What names this edition of it.
static EDITION: LazyLock<String> = LazyLock::new(|| opaque::hash_text(SCRIPT));

/// How long a browser uses it without asking: an hour, so that a new release arrives.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Pages that isolate themselves from other origins may load it.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// `GET /consentry.js`. Pages of every origin may load it, also with `integrity`.
pub(crate) async fn serve(headers: HeaderMap) -> Result<Response, Feathers> {
    let is_known = Conditions::read(&headers)?.names(Some(&EDITION));
    let mut answer = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        SCRIPT.into_response()
    };
    let own = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, CACHING),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        // Opened by itself it is a document, which may load nothing and be framed by nobody.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
        ),
        (RESOURCE_POLICY, HeaderValue::from_static("cross-origin")),
    ];
    for (name, value) in own {
        answer.headers_mut().insert(name, value);
    }
    if let Ok(edition) = HeaderValue::from_str(&format!("\"{}\"", *EDITION)) {
        answer.headers_mut().insert(header::ETAG, edition);
    }
    Ok(answer)
}
