//! The layout that every page extends: language, brand, theme, frame.
//!
//! Templates of a door start with `{% extends "layout.html" %}` and have a field `page: Page`. The parts that pages are
//! made of (buttons, notices, fields, cards) are macros in `templates/parts.html`.

mod accent;
#[cfg(test)]
mod tests;

pub use self::accent::{Accent, AccentError};

use axum::response::{IntoResponse, Response};
use consentry_ledger::TenantSnapshot;
use http::{HeaderValue, header};

use crate::{
    assets,
    error::{ApiError, Problem},
    texts::{Language, Text, without_controls},
};

/// What the layout shows around a page's own content.
#[derive(Debug, Clone)]
pub struct Page {
    /// Language of the interface words.
    pub language: &'static Language,
    /// What this screen is, for the tab and for screen readers.
    pub title: String,
    /// What the tab shows, where it is not made of title and brand.
    pub tab: Option<String>,
    /// Whose page it is.
    pub brand: Brand,
    /// Light, dark, or what the person's system says.
    pub theme: Theme,
    /// By itself, or inside another site's page.
    pub frame: Frame,
    /// Address without secrets, put into the history in place of the real one; an embedding has one of its own.
    pub address: Option<String>,
    /// Who is signed in, as shown to them.
    pub person: Option<String>,
    /// Where help is; the same place on every screen (WCAG 3.2.6).
    pub help: Option<String>,
    /// Where people read how their privacy is kept.
    pub privacy_policy: Option<String>,
    /// Where people read the terms.
    pub terms: Option<String>,
}

impl Page {
    /// A page by itself, in the system's theme.
    pub fn new(language: &'static Language, title: impl Into<String>, brand: Brand) -> Self {
        Self {
            language,
            title: title.into(),
            tab: None,
            brand,
            theme: Theme::Auto,
            frame: Frame::Alone,
            address: None,
            person: None,
            help: None,
            privacy_policy: None,
            terms: None,
        }
    }

    /// An interface text, for templates: `{{ page.text("busy") }}`.
    pub fn text(&self, key: &'static str) -> Text {
        self.language.text(key)
    }

    /// Address of the stylesheet.
    pub fn stylesheet(&self) -> String {
        assets::STYLESHEET.path()
    }

    /// Address of the module.
    pub fn script(&self) -> String {
        assets::SCRIPT.path()
    }

    /// Address of the module of pages that use passkeys.
    pub fn passkey_script(&self) -> String {
        assets::PASSKEYS.path()
    }

    /// Address of the module of pages on which people sign.
    pub fn signature_script(&self) -> String {
        assets::SIGNATURE.path()
    }

    /// Address of the module of pages that only lead on.
    pub fn onward_script(&self) -> String {
        assets::ONWARD.path()
    }

    /// Address of the icon.
    pub fn icon(&self) -> String {
        assets::ICON.path()
    }

    /// What the tab shows.
    pub fn tab_title(&self) -> String {
        if let Some(tab) = &self.tab {
            return tab.clone();
        }
        if self.title == self.brand.name {
            return self.title.clone();
        }
        format!("{} · {}", self.title, self.brand.name)
    }

    /// Settings of an embedded page.
    pub fn embedding(&self) -> Option<&Embedding> {
        match &self.frame {
            Frame::Alone => None,
            Frame::Embedded(embedding) => Some(embedding),
        }
    }
}

/// Whose page it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Name as people know it.
    pub name: String,
    /// Path of the logo on this site; nothing is loaded from elsewhere.
    pub logo: Option<String>,
    /// Accent colour.
    pub accent: Option<Accent>,
}

impl Brand {
    /// A brand with a name only.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            logo: None,
            accent: None,
        }
    }

    /// What stands where there is no logo.
    pub fn initial(&self) -> String {
        initial(&self.name)
    }
}

/// A tenant's own; a colour that is none is left out.
impl From<&TenantSnapshot> for Brand {
    fn from(tenant: &TenantSnapshot) -> Self {
        let own = &tenant.tenant.brand;
        Self {
            accent: own
                .accent
                .as_deref()
                .and_then(|accent| Accent::parse(accent).ok()),
            ..Self::named(own.name.clone())
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the person's system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Reads the `theme` parameter (dashboard A4.1); anything unknown is `auto`.
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// As parameters and the page write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Value of `<meta name="color-scheme">`.
    pub fn schemes(self) -> &'static str {
        match self {
            Self::Auto => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Where a page is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Frame {
    /// In a tab of its own.
    #[default]
    Alone,
    /// Inside the page of a host.
    Embedded(Embedding),
}

/// What an embedded page tells the module (dashboard A8.3, A10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding {
    /// Address without secrets, put into the history in place of the real one.
    pub address: String,
    /// Concrete origins that messages to the host are addressed to.
    pub host_origins: Vec<String>,
}

impl Embedding {
    /// The origins as the module reads them.
    pub fn origins(&self) -> String {
        self.host_origins.join(" ")
    }
}

/// A name that somebody else chose, made fit to be shown (dashboard B8).
///
/// Control and direction characters are removed; [`ShownName::short`] is cut at 64 characters. Templates put it into
/// `<bdi>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownName {
    /// The whole name, for details.
    pub full: String,
    /// At most 64 characters.
    pub short: String,
}

impl ShownName {
    /// Cleans a name.
    pub fn new(name: &str) -> Self {
        let full = without_controls(name).trim().to_owned();
        let short = if full.chars().count() > 64 {
            let mut short: String = full.chars().take(63).collect();
            short.push('…');
            short
        } else {
            full.clone()
        };
        Self { full, short }
    }

    /// First letter, for where there is no logo.
    pub fn initial(&self) -> String {
        initial(&self.full)
    }
}

/// A rendered page, or the failure to render it.
pub fn respond(template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(text) => html(text),
        Err(error) => Problem(ApiError::internal(error)).into_response(),
    }
}

/// A page that was rendered.
pub fn html(text: String) -> Response {
    let mut answer = Response::new(axum::body::Body::from(text));
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    answer
}

fn initial(name: &str) -> String {
    name.chars()
        .find(|character| character.is_alphanumeric())
        .map(|character| character.to_uppercase().collect())
        .unwrap_or_default()
}
