//! Who may read a route from a page of another origin.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use consentry_domain::tenant::CrossOriginPolicy;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

/// The CORS kind of a route, one property of the route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// No CORS header, ever (TPA-CB-04; everything under `/embed`).
    Never,
    /// Public data that every page may read: `*`, without credentials.
    Anyone,
    /// What the tenant's policy allows (consent API, 13.4); without a policy no CORS header is read or sent.
    Listed,
    /// What a bearer token or a public key opens in browsers, for every page or those that the tenant lists
    /// (consent-tokens-and-preferences 2.7).
    Bearer,
    /// As [`Cors::Bearer`] for reading, and as [`Cors::Closed`] for everything else.
    Published,
    /// As [`Cors::Never`], with 204 where a browser asks beforehand (consent-tokens-and-preferences 2.7).
    Closed,
}

impl Cors {
    /// As the route list writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Anyone => "anyone",
            Self::Listed => "listed",
            Self::Bearer => "bearer",
            Self::Published => "published",
            Self::Closed => "closed",
        }
    }
}

/// The policy of the tenant that serves a request, if it has one for routes of this kind, which is [`Cors::Listed`], [`Cors::Bearer`]
/// or [`Cors::Published`].
pub type CrossOriginPolicies = Arc<dyn Fn(Cors, &Uri, &HeaderMap) -> Option<CrossOriginPolicy> + Send + Sync>;

/// Request headers that the documented clients send.
const REQUEST_HEADERS: &str =
    "Authorization, Content-Type, Accept, DPoP, If-Match, If-None-Match, Idempotency-Key, X-Request-ID";

/// Answer headers that the documented clients read.
const EXPOSED_HEADERS: &str = "Location, ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-ID";

/// Seconds a preflight may be remembered where no policy says otherwise.
const MAX_AGE: u32 = 600;

/// Adds the CORS headers of a route to every answer, failures included, and answers `OPTIONS` without asking anybody further.
pub(super) async fn answer(
    cors: Cors,
    methods: HeaderValue,
    policies: CrossOriginPolicies,
    request: Request<Body>,
    next: Next,
) -> Response {
    let permission = match cors {
        Cors::Never => return next.run(request).await,
        Cors::Anyone => Some(Permission::anyone()),
        Cors::Closed => None,
        Cors::Published if !is_reading(&request) => None,
        Cors::Listed | Cors::Bearer | Cors::Published => {
            policies(cors, request.uri(), request.headers()).map(|policy| Permission::of(policy, &request))
        }
    };
    let is_options = request.method() == Method::OPTIONS;
    let is_preflight = is_options
        && request.headers().contains_key(header::ORIGIN)
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut answer = if is_options {
        (StatusCode::NO_CONTENT, [(header::ALLOW, methods.clone())]).into_response()
    } else {
        next.run(request).await
    };
    if let Some(permission) = permission {
        permission.apply(answer.headers_mut());
        if is_preflight {
            permission.apply_to_preflight(answer.headers_mut(), methods);
        }
    }
    answer
}

/// Whether a request reads, or asks beforehand whether it may.
fn is_reading(request: &Request<Body>) -> bool {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD);
    match *request.method() {
        Method::GET | Method::HEAD => true,
        Method::OPTIONS => asked.is_none_or(|method| method == "GET" || method == "HEAD"),
        _ => false,
    }
}

/// What a policy says to one request.
struct Permission {
    /// The origin as answered; none where this one is not allowed.
    origin: Option<HeaderValue>,
    /// Whether another origin would be answered otherwise.
    varies: bool,
    policy: CrossOriginPolicy,
}

impl Permission {
    fn anyone() -> Self {
        Self {
            origin: Some(HeaderValue::from_static("*")),
            varies: false,
            policy: CrossOriginPolicy::default(),
        }
    }

    fn of(policy: CrossOriginPolicy, request: &Request<Body>) -> Self {
        if policy.allows_every_origin() {
            return Self {
                origin: Some(HeaderValue::from_static("*")),
                varies: false,
                policy,
            };
        }
        let origin = request.headers().get(header::ORIGIN).filter(|origin| {
            origin
                .to_str()
                // `null` is every sandboxed page at once; no list can mean it.
                .is_ok_and(|text| text != "null" && policy.origins.iter().any(|listed| listed == text))
        });
        Self {
            origin: origin.cloned(),
            varies: true,
            policy,
        }
    }

    fn apply(&self, headers: &mut HeaderMap) {
        if self.varies {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = &self.origin else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let exposed = named(&self.policy.exposed_headers, EXPOSED_HEADERS);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        if self.policy.credentials && self.varies {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
    }

    fn apply_to_preflight(&self, headers: &mut HeaderMap, methods: HeaderValue) {
        if self.origin.is_none() {
            return;
        }
        let policy = &self.policy;
        let methods = if policy.methods.is_empty() {
            methods
        } else {
            named(&policy.methods, "OPTIONS")
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            named(&policy.request_headers, REQUEST_HEADERS),
        );
        let age = HeaderValue::from(policy.max_age_seconds.unwrap_or(MAX_AGE));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, age.clone());
        if self.varies {
            // The vendor's spelling beside the standard's (consent API, 13.2).
            headers.insert(HeaderName::from_static("access-control-allow-max-age"), age);
        }
    }
}

/// A list as a header; the usual one where nothing is configured, or nothing that can be a header.
fn named(list: &[String], usual: &'static str) -> HeaderValue {
    Some(list)
        .filter(|list| !list.is_empty())
        .and_then(|list| HeaderValue::from_str(&list.join(", ")).ok())
        .unwrap_or(HeaderValue::from_static(usual))
}
