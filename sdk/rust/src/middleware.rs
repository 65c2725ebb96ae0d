//! Middleware for tower, and so for axum, tonic and hyper.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use crate::access::AccessVerifier;
use crate::consent::{ConsentVerifier, Shown};
use crate::error::{Answer, Code, Refused};
use crate::fetching::BoxFuture;

const CONSENT_TOKEN: HeaderName = HeaderName::from_static("x-consent-token");

/// Chooses one of several configured data sources, by your own routing and never by what the caller says.
pub type ChooseDsi = Arc<dyn Fn(&Parts) -> String + Send + Sync>;

/// Looks at what a request shows; notes what was accepted among its extensions, or says how it is refused.
type Guard = Arc<dyn for<'r> Fn(&'r mut Parts) -> BoxFuture<'r, Result<(), Answer>> + Send + Sync>;

/// Lets requests in that show what they have to.
#[derive(Clone)]
pub struct Guarded {
    guard: Guard,
}

impl fmt::Debug for Guarded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guarded").finish_non_exhaustive()
    }
}

/// Lets requests in that carry a valid consent token; what it says is the extension `Arc<Consent>`.
pub fn require_consent(verifier: Arc<ConsentVerifier>, dsi: Option<ChooseDsi>) -> Guarded {
    Guarded {
        guard: Arc::new(move |parts| {
            let (verifier, dsi) = (Arc::clone(&verifier), dsi.clone());
            Box::pin(async move {
                let dsi = dsi.map(|choose| choose(parts));
                let judged = async {
                    let shown = Shown {
                        token: only(parts, &CONSENT_TOKEN, Code::Malformed)?,
                        id_token: only(parts, &AUTHORIZATION, Code::IdToken)?.and_then(bearer),
                        dsi: dsi.as_deref(),
                    };
                    verifier.verify(shown).await
                };
                let consent = judged.await.map_err(|refused| Answer::of_consent(refused.code))?;
                parts.extensions.insert(consent);
                Ok(())
            })
        }),
    }
}

/// Lets requests in that carry an access token which allows all of `scopes`; what it says is the extension `Arc<Access>`.
pub fn require_access(verifier: Arc<AccessVerifier>, scopes: &[&str]) -> Guarded {
    let scopes: Arc<[String]> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Guarded {
        guard: Arc::new(move |parts| {
            let (verifier, scopes) = (Arc::clone(&verifier), Arc::clone(&scopes));
            Box::pin(async move {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                let judged = async {
                    let token = only(parts, &AUTHORIZATION, Code::Malformed)?.and_then(bearer);
                    verifier.verify(token, &scopes).await
                };
                let access = judged.await.map_err(|refused| Answer::of_access(refused.code))?;
                parts.extensions.insert(access);
                Ok(())
            })
        }),
    }
}

impl<S> Layer<S> for Guarded {
    type Service = GuardedService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardedService {
            inner,
            guard: Arc::clone(&self.guard),
        }
    }
}

/// A service behind [`Guarded`].
#[derive(Clone)]
pub struct GuardedService<S> {
    inner: S,
    guard: Guard,
}

impl<S: fmt::Debug> fmt::Debug for GuardedService<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GuardedService")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl<S, Body, Answered> Service<Request<Body>> for GuardedService<S>
where
    S: Service<Request<Body>, Response = Response<Answered>> + Clone + Send + 'static,
    S::Future: Send,
    Body: Send + 'static,
    Answered: From<String>,
{
    type Response = Response<Answered>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let guard = Arc::clone(&self.guard);
        // The service that was polled ready is the one that is called.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match guard(&mut parts).await {
                Ok(()) => inner.call(Request::from_parts(parts, body)).await,
                Err(answer) => Ok(refusal(answer)),
            }
        })
    }
}

fn refusal<Answered: From<String>>(answer: Answer) -> Response<Answered> {
    let mut response = Response::new(Answered::from(answer.body()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = answer.challenge {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

/// The one value of a header.
fn only<'r>(parts: &'r Parts, name: &HeaderName, twice: Code) -> Result<Option<&'r str>, Refused> {
    let mut values = parts.headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Refused::because(twice, "the header is there more than once"));
    }
    first
        .map(HeaderValue::to_str)
        .transpose()
        .map_err(|_| Refused::because(twice, "the header is not ASCII"))
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}
