//! Who may read a route from a page of another origin.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// The CORS kind of a route, one property of the route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// No CORS header, ever (TPA-CB-04; everything under `/embed`).
    Never,
    /// Public data that every page may read: `*`, without credentials.
    Anyone,
    /// Origins of the tenant's list, with the headers that the records door's browser clients need (consent API, 13.4).
    Listed,
}

impl Cors {
    /// As the route list writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Anyone => "anyone",
            Self::Listed => "listed",
        }
    }
}

/// Answers whether an origin is on the list of the tenant that serves the request.
pub type AllowedOrigins = Arc<dyn Fn(&HeaderMap, &str) -> bool + Send + Sync>;

/// Adds the CORS headers of a route to every answer, failures included, and answers preflights.
pub(super) async fn answer(
    cors: Cors,
    methods: HeaderValue,
    allowed: AllowedOrigins,
    request: Request<Body>,
    next: Next,
) -> Response {
    let origin = match cors {
        Cors::Never => return next.run(request).await,
        Cors::Anyone => Some(HeaderValue::from_static("*")),
        Cors::Listed => listed(request.headers(), &allowed),
    };
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut answer = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = answer.headers_mut();
    if cors == Cors::Listed {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Location, ETag, Retry-After, WWW-Authenticate, X-Request-ID"),
        );
        if preflight {
            permit(headers, cors, methods);
        }
    }
    answer
}

fn listed(headers: &HeaderMap, allowed: &AllowedOrigins) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let text = origin.to_str().ok()?;
    // `null` is every sandboxed page at once; no list can mean it.
    (text != "null" && allowed(headers, text)).then(|| origin.clone())
}

fn permit(headers: &mut HeaderMap, cors: Cors, methods: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Authorization, Content-Type, Accept, DPoP, If-Match, If-None-Match, Idempotency-Key, X-Request-ID",
        ),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if cors == Cors::Listed {
        // The vendor's spelling beside the standard's (consent API, 13.2).
        headers.insert(
            HeaderName::from_static("access-control-allow-max-age"),
            HeaderValue::from_static("600"),
        );
    }
}
