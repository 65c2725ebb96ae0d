//! What all pages of this door have in common: language, brand, frame, headers.

use axum::response::{IntoResponse as _, Response};
use consentry_domain::tenant::{Center, CenterFormat};
use consentry_ledger::preferences::named;
use consentry_web::{
    credentials::Transport,
    error::{ApiError, HtmlFailure},
    headers::{self, EmbedHeaders, FrameOrigin},
    page::{Accent, Brand, Embedding, Frame, Page, respond},
    texts::{Language, negotiate},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// What a frame of another page says that it is.
const FRAMES: [&str; 4] = ["iframe", "frame", "embed", "object"];

/// Whether a language that somebody reads is one that a center is there in: the same code, or the same language of another place.
fn is_same(own: &str, asked: &str) -> bool {
    let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    own.eq_ignore_ascii_case(asked) || (!own.contains('-') && language(own) == language(asked))
}

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
    /// What a center has in place of what the tenant has.
    own: Own,
    origins: Vec<FrameOrigin>,
    is_framed: bool,
    is_by_itself: bool,
}

/// What a center has in place of what the tenant has.
#[derive(Debug, Default)]
struct Own {
    browser_title: Option<String>,
    accent: Option<Accent>,
    help: Option<String>,
    privacy_policy: Option<String>,
}

impl Own {
    fn of(center: &Center, read: &[&str]) -> Self {
        Self {
            browser_title: named(&center.browser_title, read).map(str::to_owned),
            accent: center.accent.as_deref().and_then(|own| Accent::parse(own).ok()),
            help: center.help.clone(),
            privacy_policy: center.privacy_policy.clone(),
        }
    }
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
        let mut languages: Vec<String> = asked
            .into_iter()
            .chain(visit.languages.iter().cloned())
            .chain([own])
            .collect();
        let there = center
            .map(|center| center.languages.as_slice())
            .unwrap_or_default();
        if let Some(usual) = there.first() {
            languages.retain(|asked| there.iter().any(|own| is_same(own, asked)));
            languages.push(usual.clone());
        }
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
        let read: Vec<&str> = languages.iter().map(String::as_str).collect();
        Self {
            language: negotiate(&languages),
            own: center.map(|center| Own::of(center, &read)).unwrap_or_default(),
            languages,
            lang,
            address,
            origins,
            is_framed: dest.is_some_and(|dest| FRAMES.contains(&dest)),
            is_by_itself: dest == Some("document"),
        }
    }

    /// The same at `/`, where a host is a center's own.
    #[must_use]
    pub(super) fn at_root(mut self) -> Self {
        let query = self.address.split_once('?').map(|(_, query)| query);
        self.address = query.map_or_else(|| "/".to_owned(), |query| format!("/?{query}"));
        self
    }

    /// Whether a center is shown here. One that is within pages of others has no page by itself, as far as the browser says.
    pub(super) fn shows(&self, center: &Center) -> bool {
        center.format == CenterFormat::Hosted || !self.is_by_itself
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
        let help = self.own.help.as_ref().or(visit.tenant.tenant.brand.help.as_ref());
        page.help = help.filter(linked).cloned();
        page.privacy_policy.clone_from(&self.own.privacy_policy);
        page.tab.clone_from(&self.own.browser_title);
        if let Some(accent) = self.own.accent {
            page.brand.accent = Some(accent);
        }
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
