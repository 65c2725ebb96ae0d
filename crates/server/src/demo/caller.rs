//! One request to a page of the demo: who asks, in which language, with what; and the answer, as a page where it failed.

use std::{future::Future, pin::Pin, sync::Arc};

use askama::Template;
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use consentry_web::{
    error::ApiError,
    form,
    headers::{self, FormTarget},
    origin::{self, Origin},
    page::{Accent, Brand, Page, respond},
    parameters::{Parameters, Rules},
    query,
    texts::{Language, accepted, negotiate},
};
use http::{HeaderMap, HeaderValue, header};
use url::Url;

use super::{
    Demo, DemoError,
    failure::failure_page,
    visitors::{self, Visitor},
};

/// Who asks for a page of the demo.
#[derive(Debug)]
pub(super) struct Caller {
    pub demo: Arc<Demo>,
    pub headers: HeaderMap,
    /// Language of the interface words.
    pub language: &'static Language,
    pub query: Parameters,
    pub form: Parameters,
}

impl FromRequest<Arc<Demo>> for Caller {
    type Rejection = Response;

    async fn from_request(request: Request, demo: &Arc<Demo>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let language = negotiate(accepted(&parts.headers));
        let refuse = |error: ApiError| failure_page(language, error, None);
        let own = Url::parse(demo.own_address(&parts.headers)).ok();
        if let Some(own) = own.as_ref().and_then(Origin::of) {
            origin::guard(&parts.method, &parts.headers, &own).map_err(|error| refuse(error.into()))?;
        }
        let query = query::read(&parts.uri, &Rules::OAUTH).map_err(|error| refuse(error.into()))?;
        let form = if parts.headers.contains_key(header::CONTENT_TYPE) {
            form::read(&parts.headers, body, &Rules::OAUTH)
                .await
                .map_err(|error| refuse(error.into()))?
        } else {
            Parameters::default()
        };
        Ok(Self {
            demo: Arc::clone(demo),
            headers: parts.headers,
            language,
            query,
            form,
        })
    }
}

impl Caller {
    /// A page in the caller's language.
    pub(super) fn page(&self, title: impl Into<String>, brand: Brand) -> Page {
        Page::new(self.language, title, brand)
    }

    /// The value of a parameter that was sent at most once.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.one(name).ok().flatten()
    }

    /// The browser's id at an app, and what the app remembers of it.
    pub(super) fn visitor(&self, app: &'static str) -> (String, Visitor) {
        self.demo
            .visitors
            .find(&self.headers, app, self.demo.entropy.as_ref())
    }

    /// Remembers a browser and answers it.
    pub(super) fn remember(
        &self,
        app: &'static str,
        id: String,
        visitor: Visitor,
        answer: impl IntoResponse,
    ) -> Response {
        let cookie = visitors::cookie(app, &id);
        self.demo.visitors.keep(id, visitor);
        (cookie, answer).into_response()
    }
}

/// A brand with a colour of its own, so that whose page it is can be seen at a glance.
pub(super) fn brand(name: &str, colour: &str) -> Brand {
    Brand {
        accent: Accent::parse(colour).ok(),
        ..Brand::named(name)
    }
}

/// A page with its headers. `form_targets` are addresses its forms may end at, `frames` origins it may frame.
pub(super) fn answer(
    page: &Page,
    template: &impl Template,
    form_targets: &[&str],
    frames: &[&str],
) -> Response {
    let targets: Vec<_> = form_targets
        .iter()
        .filter_map(|address| Url::parse(address).ok())
        .map(|url| FormTarget::covering(&url))
        .collect();
    let mut answer = (headers::page(&targets), respond(template)).into_response();
    let own = answer.headers_mut();
    own.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(page.language.tag),
    );
    if !frames.is_empty()
        && let Some(policy) = own
            .get(header::CONTENT_SECURITY_POLICY)
            .and_then(|policy| policy.to_str().ok())
        && let Ok(policy) = HeaderValue::from_str(&format!("{policy}; frame-src {}", frames.join(" ")))
    {
        own.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// A handler in the making.
type Serving = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The handler of a page: what fails becomes a page in the caller's language.
pub(super) fn page<F, Served>(serve: F) -> impl Fn(Caller) -> Serving + Clone + Send + Sync + 'static
where
    F: Fn(Caller) -> Served + Clone + Send + Sync + 'static,
    Served: Future<Output = Result<Response, DemoError>> + Send + 'static,
{
    move |caller| {
        let language = caller.language;
        let served = serve(caller);
        Box::pin(async move { served.await.unwrap_or_else(|error| error.page(language)) })
    }
}
