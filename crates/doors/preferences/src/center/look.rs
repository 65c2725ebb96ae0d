//! What all pages of this door have in common: language, brand, frame, headers.

use axum::response::{IntoResponse as _, Response};
use consentry_domain::tenant::Center;
use consentry_web::{
    credentials::Transport,
    error::{ApiError, HtmlFailure},
    headers::{self, EmbedHeaders, FrameOrigin},
    page::{Brand, Embedding, Frame, Page, respond},
    texts::{Language, negotiate},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// What a frame of another page says that it is.
const FRAMES: [&str; 4] = ["iframe", "frame", "embed", "object"];

/// Language and frame of a page.
#[derive(Debug)]
pub(crate) struct Look {
    /// Language of the interface words.
    pub(crate) language: &'static Language,
    /// Languages for the tenant's own words, best first.
    pub(crate) languages: Vec<String>,
    /// What the address asked for, to be kept in forms; empty where it asked for none.
    pub(crate) lang: String,
    /// Where a center is, without secrets; empty for other pages.
    pub(crate) address: String,
    origins: Vec<FrameOrigin>,
    is_framed: bool,
}

impl Look {
    pub(crate) fn new(
        visit: &Visit,
        center: Option<&Center>,
        headers: &HeaderMap,
        lang: Option<&str>,
    ) -> Self {
        let is_tag = |tag: &&str| {
            (2..=35).contains(&tag.len())
                && tag
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let lang = lang.filter(is_tag).unwrap_or_default().to_owned();
        let asked = Some(lang.clone()).filter(|lang| !lang.is_empty());
        let own = visit.tenant.tenant.locale.as_str().to_owned();
        let languages: Vec<String> = asked
            .into_iter()
            .chain(visit.languages.iter().cloned())
            .chain([own])
            .collect();
        // An installation on plain loopback is a test one, whose hosts may be on the same machine.
        let is_test = visit.house.transport() == Transport::PlainLoopback;
        let configured = center
            .map(|center| center.frame_origins.as_slice())
            .unwrap_or_default();
        let origins = configured
            .iter()
            .filter_map(|origin| match FrameOrigin::parse(origin, is_test) {
                Ok(origin) => Some(origin),
                Err(error) => {
                    tracing::warn!(frame.origin = origin, error.cause = %error, "frame origin is not usable");
                    None
                }
            })
            .collect();
        let mut address = center.map_or_else(String::new, |center| format!("/center/{}", center.id));
        if center.is_some() && !lang.is_empty() {
            address = format!("{address}?lang={lang}");
        }
        let dest = headers.get("sec-fetch-dest").and_then(|dest| dest.to_str().ok());
        Self {
            language: negotiate(&languages),
            languages,
            lang,
            address,
            origins,
            is_framed: dest.is_some_and(|dest| FRAMES.contains(&dest)),
        }
    }

    /// Languages for the tenant's own words, best first.
    pub(crate) fn read(&self) -> Vec<&str> {
        self.languages.iter().map(String::as_str).collect()
    }

    pub(crate) fn headers(&self) -> EmbedHeaders {
        headers::embed(&self.origins)
    }

    /// A page with this title of the product's.
    pub(crate) fn page(&self, visit: &Visit, title: &'static str) -> Page {
        let title = self.language.text(title).to_string();
        let mut page = Page::new(self.language, title, Brand::from(&*visit.tenant));
        if self.is_framed {
            let concrete = self.origins.iter().filter_map(FrameOrigin::concrete);
            page.frame = Frame::Embedded(Embedding {
                address: self.address.clone(),
                host_origins: concrete.map(str::to_owned).collect(),
            });
        } else if !self.address.is_empty() {
            page.address = Some(self.address.clone());
        }
        let linked = |help: &&String| {
            ["https://", "mailto:", "tel:"]
                .iter()
                .any(|scheme| help.starts_with(scheme))
        };
        page.help = visit.tenant.tenant.brand.help.as_ref().filter(linked).cloned();
        page
    }

    /// A failure with the words for its status.
    pub(crate) fn failure(&self, visit: &Visit, error: ApiError) -> Response {
        let mut failure = HtmlFailure::new(error, self.page(visit, "center-problem"));
        failure.embed = Some(self.headers());
        failure.into_response()
    }

    /// A page with the headers of this door.
    pub(crate) fn answer(&self, status: StatusCode, template: &impl askama::Template) -> Response {
        let mut answer = (self.headers(), respond(template)).into_response();
        *answer.status_mut() = status;
        answer.headers_mut().insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(self.language.tag),
        );
        answer
    }
}
