//! Where a request comes from, as far as the browser says.
//!
//! Browsers send `Sec-Fetch-Site` to https and loopback addresses; it decides. Our pages send no referrer, so the
//! `Origin` of their forms is `null`: it proves nothing by itself, and refuses where nothing else speaks, because a
//! sandboxed frame of an attacker sends the same. A request with neither header comes from no browser of this decade,
//! hence carries no cookie that its sender did not choose.

use http::{HeaderMap, HeaderName, Method, header};
use url::Url;

use crate::error::{ApiError, registry};

/// Refuses an unsafe method that another site made the browser send (B9, `bad_origin`).
///
/// `own` is the public origin of the site. To be asked wherever a cookie counts.
pub fn guard(method: &Method, headers: &HeaderMap, own: &Origin) -> Result<(), CrossOrigin> {
    if method.is_safe() || provenance(headers, own) != Provenance::Foreign {
        Ok(())
    } else {
        Err(CrossOrigin)
    }
}

/// Tells own requests, foreign requests and requests of no browser apart.
pub fn provenance(headers: &HeaderMap, own: &Origin) -> Provenance {
    match single(headers, &SEC_FETCH_SITE) {
        Said::Once("same-origin" | "none") => Provenance::Own,
        Said::Nothing => match single(headers, &header::ORIGIN) {
            Said::Nothing => Provenance::NoBrowser,
            Said::Once(origin) if origin == own.0 => Provenance::Own,
            _ => Provenance::Foreign,
        },
        _ => Provenance::Foreign,
    }
}

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// A page of ours, or the person directly.
    Own,
    /// A page of somebody else.
    Foreign,
    /// No browser: neither `Sec-Fetch-Site` nor `Origin`.
    NoBrowser,
}

/// True for loads that nobody asked for yet: prefetches and prerenders (A8.2 step 2).
pub fn speculative(headers: &HeaderMap) -> bool {
    [&SEC_PURPOSE, &PURPOSE, &X_MOZ].into_iter().any(|name| {
        headers.get_all(name).iter().any(|value| {
            let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
            value.contains("prefetch") || value.contains("prerender")
        })
    })
}

/// True unless the browser says that this is no navigation of a top-level page (A8.2 step 4).
pub fn navigation(headers: &HeaderMap) -> bool {
    matches!(
        single(headers, &SEC_FETCH_MODE),
        Said::Nothing | Said::Once("navigate")
    ) && destination(headers, &["document"])
}

/// True unless the browser says that the answer is for something else than `accepted` (dashboard A4.2 step 5).
pub fn destination(headers: &HeaderMap, accepted: &[&str]) -> bool {
    match single(headers, &SEC_FETCH_DEST) {
        Said::Nothing => true,
        Said::Once(destination) => accepted.contains(&destination),
        Said::Unclear => false,
    }
}

/// True when no referrer is sent or its origin is one of `accepted` (A8.2 step 9).
pub fn referrer(headers: &HeaderMap, accepted: &[Origin]) -> bool {
    match single(headers, &header::REFERER) {
        Said::Nothing => true,
        Said::Once(text) => Url::parse(text)
            .ok()
            .and_then(|url| Origin::of(&url))
            .is_some_and(|origin| accepted.contains(&origin)),
        Said::Unclear => false,
    }
}

/// Scheme, host and port of a web address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of an `http` or `https` address; others have none.
    pub fn of(url: &Url) -> Option<Self> {
        let web = matches!(url.scheme(), "http" | "https");
        web.then(|| Self(url.origin().ascii_serialization()))
    }

    /// As in an `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A page of another site sent this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request was sent by a page of another site")]
pub struct CrossOrigin;

impl From<CrossOrigin> for ApiError {
    fn from(error: CrossOrigin) -> Self {
        ApiError::new(&registry::BAD_ORIGIN).because(error)
    }
}

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
static PURPOSE: HeaderName = HeaderName::from_static("purpose");
static X_MOZ: HeaderName = HeaderName::from_static("x-moz");

enum Said<'a> {
    Nothing,
    Once(&'a str),
    Unclear,
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Said<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Said::Nothing,
        (Some(value), None) => value.to_str().map_or(Said::Unclear, Said::Once),
        (Some(_), Some(_)) => Said::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn own() -> Origin {
        Origin::of(&Url::parse("https://id.bank.example/x").unwrap()).unwrap()
    }

    fn post(lines: &[(&'static str, &str)]) -> bool {
        guard(&Method::POST, &sent(lines), &own()).is_ok()
    }

    #[test]
    fn dashboard_b9_foreign_pages_cannot_post() {
        assert!(post(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(post(&[("sec-fetch-site", "none")]));
        assert!(!post(&[("sec-fetch-site", "same-site")]));
        assert!(!post(&[("sec-fetch-site", "cross-site")]));
        assert!(!post(&[("sec-fetch-site", "invented")]));
        assert!(!post(&[
            ("sec-fetch-site", "none"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(!post(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://id.bank.example")
        ]));
    }

    #[test]
    fn without_fetch_metadata_the_origin_decides() {
        assert!(post(&[("origin", "https://id.bank.example")]));
        assert!(!post(&[("origin", "null")]));
        assert!(!post(&[("origin", "https://evil.example")]));
        assert!(!post(&[("origin", "http://id.bank.example")]));
        assert!(!post(&[("origin", "https://id.bank.example:8443")]));
        assert!(post(&[]), "no browser, no ambient authority");
    }

    #[test]
    fn safe_methods_pass() {
        let headers = sent(&[("sec-fetch-site", "cross-site")]);
        assert!(guard(&Method::GET, &headers, &own()).is_ok());
        assert!(guard(&Method::DELETE, &headers, &own()).is_err());
    }

    #[test]
    fn tpa_a8_2_step_2_speculative_loads_are_seen() {
        for lines in [
            [("sec-purpose", "prefetch;prerender")],
            [("purpose", "Prefetch")],
            [("x-moz", "prefetch")],
        ] {
            assert!(speculative(&sent(&lines)), "{lines:?}");
        }
        assert!(!speculative(&sent(&[("sec-purpose", "other")])));
        assert!(!speculative(&HeaderMap::new()));
    }

    #[test]
    fn tpa_a8_2_step_4_only_top_level_navigations_pass() {
        let check = |lines: &[(&'static str, &str)]| navigation(&sent(lines));
        assert!(check(&[]));
        assert!(check(&[
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document")
        ]));
        assert!(!check(&[
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe")
        ]));
        assert!(!check(&[
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image")
        ]));
        assert!(!check(&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")]));
    }

    #[test]
    fn dashboard_a4_2_step_5_a_page_is_not_an_image() {
        let accepted = ["iframe", "frame", "document", "embed", "object"];
        assert!(destination(&HeaderMap::new(), &accepted));
        assert!(destination(&sent(&[("sec-fetch-dest", "iframe")]), &accepted));
        assert!(!destination(&sent(&[("sec-fetch-dest", "image")]), &accepted));
    }

    #[test]
    fn tpa_a8_2_step_9_a_foreign_referrer_is_refused() {
        let accepted = [own()];
        assert!(referrer(&HeaderMap::new(), &accepted));
        assert!(referrer(
            &sent(&[("referer", "https://id.bank.example/consent?x=1")]),
            &accepted
        ));
        assert!(!referrer(
            &sent(&[("referer", "https://evil.example/")]),
            &accepted
        ));
        assert!(!referrer(&sent(&[("referer", "nonsense")]), &accepted));
    }
}
