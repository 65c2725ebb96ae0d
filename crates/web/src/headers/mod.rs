//! Security headers, one set per kind of answer.
//!
//! A set is a value that is put in front of an answer: `(headers::page(&[]), html)`. It replaces what an inner part set
//! under the same names. `Strict-Transport-Security` belongs to the site, not to a kind of answer: see
//! [`transport_security`].

mod sources;
#[cfg(test)]
mod tests;

pub use self::sources::{FormTarget, FrameOrigin, FrameOriginError};

use std::convert::Infallible;

use axum::response::{IntoResponseParts, ResponseParts};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::credentials::Transport;

/// Headers of our own full pages (B.23).
///
/// `form_targets` names where a form post of this page may end after redirects: Chromium applies `form-action` to those
/// too.
pub fn page(form_targets: &[FormTarget]) -> PageHeaders {
    PageHeaders(policy(&joined("form-action 'self'", form_targets), "'none'"))
}

/// Headers of pages that other sites may frame (consent dashboard, A9).
///
/// Without a frame origin nobody may, and `X-Frame-Options` says so too; with one that header is left out, because it
/// cannot name a foreign origin.
pub fn embed(frame_origins: &[FrameOrigin]) -> EmbedHeaders {
    let ancestors = if frame_origins.is_empty() {
        "'none'".to_owned()
    } else {
        joined("", frame_origins).trim_start().to_owned()
    };
    EmbedHeaders {
        policy: policy(
            "form-action 'self'; object-src 'none'; require-trusted-types-for 'script'; trusted-types consentry",
            &ancestors,
        ),
        unframed: frame_origins.is_empty(),
    }
}

/// Headers of answers for programs.
pub fn api() -> ApiHeaders {
    ApiHeaders
}

/// `Strict-Transport-Security` for a site that is reached over TLS; browsers must not get it over plain HTTP.
pub fn transport_security(transport: Transport) -> Option<(HeaderName, HeaderValue)> {
    (transport == Transport::Tls).then(|| {
        (
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        )
    })
}

/// See [`page`].
#[derive(Debug, Clone)]
pub struct PageHeaders(HeaderValue);

impl PageHeaders {
    /// Sets the headers.
    pub fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_SECURITY_POLICY, self.0.clone());
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
        common_of_pages(headers);
    }
}

/// See [`embed`].
#[derive(Debug, Clone)]
pub struct EmbedHeaders {
    policy: HeaderValue,
    unframed: bool,
}

impl EmbedHeaders {
    /// Sets the headers.
    pub fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        if self.unframed {
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        } else {
            headers.remove(header::X_FRAME_OPTIONS);
        }
        common_of_pages(headers);
    }
}

/// See [`api`].
#[derive(Debug, Clone, Copy)]
pub struct ApiHeaders;

impl ApiHeaders {
    /// Sets the headers.
    pub fn apply(self, headers: &mut HeaderMap) {
        set(
            headers,
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        );
        set(headers, header::CACHE_CONTROL, "no-store");
        set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(headers, header::REFERRER_POLICY, "no-referrer");
    }
}

macro_rules! response_parts {
    ($($set:ident),*) => {$(
        impl IntoResponseParts for $set {
            type Error = Infallible;

            fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
                self.apply(parts.headers_mut());
                Ok(parts)
            }
        }
    )*};
}

response_parts!(PageHeaders, EmbedHeaders, ApiHeaders);

fn common_of_pages(headers: &mut HeaderMap) {
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::CACHE_CONTROL, "no-store");
    set(
        headers,
        HeaderName::from_static("x-robots-tag"),
        "noindex, nofollow",
    );
    set(
        headers,
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// A policy that allows what our layout loads: one stylesheet, one module, images of our own, requests to ourselves.
fn policy(rest: &str, ancestors: &str) -> HeaderValue {
    let text = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; {rest}; frame-ancestors {ancestors}"
    );
    // Sources are types whose text holds no control character, so this cannot fail; if it did, nothing may load.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}

fn joined(start: &str, sources: &[impl AsRef<str>]) -> String {
    let mut text = start.to_owned();
    for source in sources {
        text.push(' ');
        text.push_str(source.as_ref());
    }
    text
}
