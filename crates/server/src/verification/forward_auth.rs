//! An endpoint that reverse proxies ask before they let a request through (`auth_request` of nginx, `forward_auth` of Caddy,
//! `ForwardAuth` of Traefik): 200 with what the token says in headers, or the refusal as the data source itself would answer it.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use consentry_verify::{
    Consent, ConsentVerifier,
    middleware::{ChooseDsi, require_consent},
};

/// Most bytes of a refusal.
const MAX_REFUSAL_BYTES: usize = 1024;

/// The body of a refusal in a header of its own, since nginx throws bodies of such answers away.
const REFUSAL: HeaderName = HeaderName::from_static("x-consent-refusal");

/// The endpoint, at `/forward-auth`. Where several data sources are served, the proxy's own configuration says which one a request is
/// for: `/forward-auth?data_source=…`. One that is not among them is refused.
pub fn router(verifier: Arc<ConsentVerifier>, data_sources: &[String]) -> Router {
    let only = match data_sources {
        [only] => only.clone(),
        _ => String::new(),
    };
    let choose: ChooseDsi = Arc::new(move |parts| chosen(parts).unwrap_or_else(|| only.clone()));
    Router::new()
        .route("/forward-auth", any(accepted))
        .layer(require_consent(verifier, Some(choose)))
        .layer(from_fn(with_refusal_in_header))
        .route("/health", get(async || "ok\n"))
}

/// The one data source that the proxy names; none where it names none, and one that nobody has where it names several.
fn chosen(parts: &Parts) -> Option<String> {
    let query = parts.uri.query()?;
    let mut named = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "data_source");
    let (_, first) = named.next()?;
    Some(match named.next() {
        None => first.into_owned(),
        Some(_) => String::new(),
    })
}

async fn accepted(Extension(consent): Extension<Arc<Consent>>) -> impl IntoResponse {
    let mut headers = HeaderMap::new();
    for (name, text) in [
        ("x-consent-id", &consent.tid),
        ("x-consent-subject", &consent.sub),
        ("x-consent-subject-issuer", &consent.subiss),
        ("x-consent-acr", &consent.acr),
        ("x-consent-application", &consent.app),
        ("x-consent-application-issuer", &consent.appiss),
        ("x-consent-data-source", &consent.dsi),
    ] {
        if let Ok(value) = HeaderValue::from_str(&visible(text)) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    (StatusCode::OK, headers)
}

/// Percent-encodes what is not visible ASCII, and the percent sign, so that no name of a person breaks a header or reads as another.
fn visible(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

async fn with_refusal_in_header(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status().is_success() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_REFUSAL_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(value) = HeaderValue::from_bytes(&body) {
        parts.headers.insert(REFUSAL, value);
    }
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsp_15_what_a_token_says_cannot_break_a_header() {
        assert_eq!(visible("9f1c77"), "9f1c77");
        assert_eq!(visible("a%0d b\r\nc"), "a%250d%20b%0D%0Ac");
        assert_eq!(visible("Åsa"), "%C3%85sa");
    }

    #[test]
    fn dsp_8_6_a_data_source_that_is_named_twice_is_nobodys() {
        let named = |uri: &str| {
            let (parts, ()) = axum::http::Request::get(uri).body(()).unwrap().into_parts();
            chosen(&parts)
        };
        assert_eq!(named("/forward-auth"), None);
        assert_eq!(named("/forward-auth?source=x"), None);
        let dsi = "dpp://a:v2@b.example/C_v1.0+x";
        assert_eq!(
            named("/forward-auth?data_source=dpp%3A%2F%2Fa%3Av2%40b.example%2FC_v1.0%2Bx").as_deref(),
            Some(dsi)
        );
        assert_eq!(
            named("/forward-auth?data_source=a&data_source=a").as_deref(),
            Some("")
        );
    }
}
