//! An answer, read whole.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use url::Url;

/// An answer with its body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Status code as a number.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's first value as text; panics when it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The raw body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text; panics when it is none.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON; panics with the text when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Where a redirect leads; panics when there is no absolute `Location`.
    pub fn location(&self) -> Url {
        let location = self
            .header("location")
            .unwrap_or_else(|| panic!("no Location: {} {}", self.status, self.text()));
        Url::parse("http://127.0.0.1:8080")
            .unwrap()
            .join(location)
            .unwrap()
    }

    /// A query parameter of the address a redirect leads to.
    pub fn location_parameter(&self, name: &str) -> Option<String> {
        self.location()
            .query_pairs()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The value of a form field or hidden field with this name in an HTML body.
    pub fn field(&self, name: &str) -> Option<String> {
        let text = self.text();
        let tag = text
            .split('<')
            .find(|tag| tag.starts_with("input") && tag.contains(&format!("name=\"{name}\"")))?;
        let value = tag.split("value=\"").nth(1)?.split('"').next()?;
        Some(
            value
                .replace("&#38;", "&")
                .replace("&amp;", "&")
                .replace("&#x2B;", "+")
                .replace("&#43;", "+"),
        )
    }

    /// Asserts the status, showing the body when it differs.
    #[must_use]
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}
