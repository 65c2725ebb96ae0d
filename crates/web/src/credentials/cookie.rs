//! Cookies: one way to read them, one way to set them.
//!
//! Every cookie of ours is `HttpOnly`, has `Path=/` and no `Domain`. Over TLS its name carries the `__Host-` prefix, so
//! that no neighbouring host can plant it (TPA-IX-01); plain HTTP exists for loopback during development only, where
//! browsers refuse prefix and `Secure`.

use std::fmt;

use http::{HeaderMap, HeaderValue, header};

/// How the site is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// `https`.
    Tls,
    /// `http` on a loopback address, for development.
    PlainLoopback,
}

/// The name of a cookie, without prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieName(String);

impl CookieName {
    /// Takes a name of letters, digits, `_` and `-`.
    pub fn new(name: impl Into<String>) -> Result<Self, CookieError> {
        let name = name.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.starts_with("__") || !name.bytes().all(plain) {
            return Err(CookieError::Name);
        }
        Ok(Self(name))
    }

    /// The name on the wire.
    pub fn on(&self, transport: Transport) -> String {
        match transport {
            Transport::Tls => format!("__Host-{}", self.0),
            Transport::PlainLoopback => self.0.clone(),
        }
    }
}

impl fmt::Display for CookieName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether other sites' requests carry the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Only requests of the same site.
    Strict,
    /// Top-level navigations with a safe method too.
    Lax,
    /// Every request; needs [`Transport::Tls`] to be honoured.
    None,
}

/// The value of a cookie; `None` when it is missing or appears twice with different values.
///
/// Two different values mean that somebody else planted one; neither can be trusted.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &CookieName, transport: Transport) -> Option<&'a str> {
    let name = name.on(transport);
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(candidate, _)| *candidate == name)
        .map(|(_, value)| value);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// The `Set-Cookie` value for a cookie that lives `max_age` seconds, or with the browser's session without one.
pub fn set_cookie(
    name: &CookieName,
    value: &str,
    same_site: SameSite,
    max_age: Option<u32>,
    transport: Transport,
) -> Result<HeaderValue, CookieError> {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    if !value.bytes().all(allowed) {
        return Err(CookieError::Value);
    }
    let mut line = format!("{}={value}; Path=/; HttpOnly", name.on(transport));
    if transport == Transport::Tls {
        line.push_str("; Secure");
    }
    line.push_str(match (same_site, transport) {
        (SameSite::Strict, _) => "; SameSite=Strict",
        // Without Secure, browsers drop a cookie that says None.
        (SameSite::Lax, _) | (SameSite::None, Transport::PlainLoopback) => "; SameSite=Lax",
        (SameSite::None, Transport::Tls) => "; SameSite=None",
    });
    if let Some(seconds) = max_age {
        line.push_str("; Max-Age=");
        line.push_str(&seconds.to_string());
    }
    let mut header = HeaderValue::from_str(&line).map_err(|_| CookieError::Value)?;
    header.set_sensitive(true);
    Ok(header)
}

/// The `Set-Cookie` value that removes a cookie.
pub fn clear_cookie(
    name: &CookieName,
    same_site: SameSite,
    transport: Transport,
) -> Result<HeaderValue, CookieError> {
    set_cookie(name, "", same_site, Some(0), transport)
}

/// Why a cookie cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// A character that cookie names of ours do not have.
    #[error("the cookie name is not acceptable")]
    Name,
    /// A character that RFC 6265 forbids in values.
    #[error("the cookie value is not acceptable")]
    Value,
}
