//! Addresses: reading the parts of a path, and writing links (consent-api 2, 11.2).

use consentry_web::path;
use http::Uri;

use crate::BASE;

pub(crate) use consentry_web::path::encoded;

/// The part of a path behind the base, counted from nought and decoded; none where it is missing or no UTF-8.
pub(crate) fn segment(uri: &Uri, position: usize) -> Option<String> {
    path::segment(uri, BASE, position)
}

/// Builds absolute addresses of this door.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    base: String,
}

impl Addresses {
    /// `origin` is the public base address, without slash at the end.
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            base: format!("{origin}{BASE}"),
        }
    }

    /// The collection of definitions.
    pub(crate) fn definitions(&self) -> Address {
        Address(format!("{}/definitions", self.base))
    }

    /// One definition.
    pub(crate) fn definition(&self, id: &str) -> String {
        format!("{}/definitions/{}", self.base, encoded(id))
    }

    /// The collection of a definition's localizations.
    pub(crate) fn localizations(&self, definition: &str) -> Address {
        Address(format!("{}/localizations", self.definition(definition)))
    }

    /// One localization.
    pub(crate) fn localization(&self, definition: &str, locale: &str) -> String {
        format!("{}/{}", self.localizations(definition).0, encoded(locale))
    }

    /// The collection of records.
    pub(crate) fn consents(&self) -> Address {
        Address(format!("{}/consents", self.base))
    }

    /// One record.
    pub(crate) fn consent(&self, id: consentry_domain::RecordId) -> String {
        format!("{}/consents/{id}", self.base)
    }
}

/// The address of a collection.
#[derive(Debug, Clone)]
pub(crate) struct Address(String);

impl Address {
    /// With parameters, in this order.
    pub(crate) fn with_parameters(self, parameters: &[(&str, &str)]) -> String {
        let mut address = self.0;
        for (position, (name, value)) in parameters.iter().enumerate() {
            address.push(if position == 0 { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            address.push_str(&encoded(value));
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rec_2_segments_are_decoded_utf8() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        let path = uri("/consent/v1/definitions/caf%C3%A9%2Fbar/localizations/en-GB/");
        assert_eq!(segment(&path, 1).as_deref(), Some("café/bar"));
        assert_eq!(segment(&path, 3).as_deref(), Some("en-GB"));
        assert_eq!(segment(&path, 4), None);
        assert_eq!(segment(&uri("/consent/v1/definitions/%ff"), 1), None);
    }

    #[test]
    fn rec_11_2_links_are_absolute_and_encoded() {
        let addresses = Addresses::new("https://cs.example.net");
        assert_eq!(
            addresses.definition("a b/ü"),
            "https://cs.example.net/consent/v1/definitions/a%20b%2F%C3%BC"
        );
        assert_eq!(
            addresses
                .consents()
                .with_parameters(&[("subject", "uid=ada,dc=x"), ("audience", "a b")]),
            "https://cs.example.net/consent/v1/consents?subject=uid%3Dada%2Cdc%3Dx&audience=a%20b"
        );
    }
}
