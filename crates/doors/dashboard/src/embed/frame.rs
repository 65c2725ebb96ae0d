//! The frame around every embedded page: who may frame it, its language, theme and brand (consent-dashboard A9, B8).

use consentry_ledger::{TenantSnapshot, embed::PageSession};
use consentry_web::{
    credentials::Transport,
    headers::{self, EmbedHeaders, FrameOrigin},
    page::{Brand, Embedding, Frame, Page, Theme},
    texts::{Language, negotiate},
    visit::Visit,
};
use url::Url;

/// The address that stands in the history in place of the one with the token (A8.3).
const ADDRESS: &str = "/embed/authorizations";

/// Language and theme of a page.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Language of the interface words.
    pub language: &'static Language,
    /// Light, dark or as the system says.
    pub theme: Theme,
}

impl Look {
    /// As the browser asks.
    pub fn of_visit(visit: &Visit) -> Self {
        Self::asked(visit, None, None)
    }

    /// As was asked when the page was opened.
    pub fn of_session(visit: &Visit, session: &PageSession) -> Self {
        Self::asked(visit, session.locale.as_deref(), session.theme.as_deref())
    }

    /// By parameter, then as the browser asks, then as the tenant speaks.
    pub fn asked(visit: &Visit, locale: Option<&str>, theme: Option<&str>) -> Self {
        let tenant = visit.tenant.tenant.locale.as_str();
        let languages = locale
            .into_iter()
            .chain(visit.languages.iter().map(String::as_str))
            .chain([tenant]);
        Self {
            language: negotiate(languages),
            theme: theme.map(Theme::parse).unwrap_or_default(),
        }
    }
}

/// The headers of every answer below `/embed`.
pub fn headers(visit: &Visit) -> EmbedHeaders {
    headers::embed(&origins(visit))
}

/// A page in this look.
pub fn page(visit: &Visit, look: Look, title: impl Into<String>) -> Page {
    let host_origins = origins(visit)
        .iter()
        .filter_map(FrameOrigin::concrete)
        .map(str::to_owned)
        .collect();
    Page {
        theme: look.theme,
        frame: Frame::Embedded(Embedding {
            address: ADDRESS.to_owned(),
            host_origins,
        }),
        help: help_address(&visit.tenant),
        ..Page::new(look.language, title, Brand::from(&*visit.tenant))
    }
}

/// Where people get help, in the bank's words: an address or a telephone number.
pub fn help(visit: &Visit) -> Option<&str> {
    visit
        .tenant
        .tenant
        .brand
        .help
        .as_deref()
        .filter(|help| !help.is_empty())
}

/// The help address, where it is one that a link can lead to.
fn help_address(tenant: &TenantSnapshot) -> Option<String> {
    let help = tenant.tenant.brand.help.as_deref()?;
    let url = Url::parse(help).ok()?;
    matches!(url.scheme(), "https" | "mailto" | "tel").then(|| url.to_string())
}

/// Who may frame the page. An installation on plain loopback is a test one, whose hosts may be on the same machine (A9).
fn origins(visit: &Visit) -> Vec<FrameOrigin> {
    let test = visit.house.transport() == Transport::PlainLoopback;
    let configured = &visit.tenant.tenant.dashboard.frame_origins;
    configured
        .iter()
        .filter_map(|origin| match FrameOrigin::parse(origin, test) {
            Ok(origin) => Some(origin),
            Err(error) => {
                tracing::warn!(frame.origin = origin, error.cause = %error, "frame origin is not usable");
                None
            }
        })
        .collect()
}
