//! Parts of a path: reading them, and writing them into addresses.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The part of a path behind `base`, counted from nought and decoded; none where it is missing, empty or no UTF-8.
pub fn segment(uri: &Uri, base: &str, position: usize) -> Option<String> {
    let raw = uri
        .path()
        .strip_prefix(base)?
        .trim_start_matches('/')
        .split('/')
        .nth(position)?;
    let decoded = percent_decode_str(raw).decode_utf8().ok()?;
    (!decoded.is_empty()).then(|| decoded.into_owned())
}

/// A value as it is written into an address.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_utf8() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        let path = uri("/base/things/caf%C3%A9%2Fbar/parts/en-GB/");
        assert_eq!(segment(&path, "/base", 1).as_deref(), Some("café/bar"));
        assert_eq!(segment(&path, "/base", 3).as_deref(), Some("en-GB"));
        assert_eq!(segment(&path, "/base", 4), None);
        assert_eq!(segment(&uri("/base/things/%ff"), "/base", 1), None);
        assert_eq!(encoded("a b/ü"), "a%20b%2F%C3%BC");
    }
}
