//! Entity tags and conditional requests (RFC 9110 8.8.3, 13.1).

use consentry_ledger::administration::Condition;
use http::{HeaderMap, HeaderName, header};

use crate::error::{ApiError, registry};

/// What `If-Match` or `If-None-Match` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever is there.
    Any,
    /// Some states.
    Listed(Vec<Tag>),
}

/// One entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What stands between the quotes.
    pub opaque: String,
    /// Whether it is weak: it then stands for states that are not the same byte by byte.
    pub is_weak: bool,
}

/// A header that is neither `*` nor a list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the header must be * or a list of entity tags")]
pub struct MalformedTags;

impl Tags {
    /// Reads all lines of a header; none where there is none.
    pub fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, MalformedTags> {
        let mut listed = None;
        for line in headers.get_all(name) {
            let text = line
                .to_str()
                .map_err(|_| MalformedTags)?
                .trim_matches([' ', '\t']);
            if text == "*" {
                return Ok(Some(Self::Any));
            }
            let more = tags(text).ok_or(MalformedTags)?;
            listed.get_or_insert_with(Vec::new).extend(more);
        }
        Ok(listed.map(Self::Listed))
    }
}

/// What a request demands of the state that it finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// `If-Match`.
    pub must_match: Option<Tags>,
    /// `If-None-Match`.
    pub must_not_match: Option<Tags>,
}

impl Conditions {
    /// Reads both headers.
    pub fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let read = |name: HeaderName| {
            Tags::read(headers, &name).map_err(|_| {
                ApiError::new(&registry::INVALID_REQUEST)
                    .detail(format!("the header {name} must be * or a list of entity tags"))
            })
        };
        Ok(Self {
            must_match: read(header::IF_MATCH)?,
            must_not_match: read(header::IF_NONE_MATCH)?,
        })
    }

    /// Whether `If-None-Match` names the state: who reads has it already, and who writes must not.
    pub fn names(&self, current: Option<&str>) -> bool {
        match &self.must_not_match {
            None => false,
            Some(Tags::Any) => current.is_some(),
            Some(Tags::Listed(tags)) => tags.iter().any(|tag| Some(tag.opaque.as_str()) == current),
        }
    }
}

/// Weak tags never match for `If-Match`, and always by their text for `If-None-Match` (RFC 9110 8.8.3.2).
impl Condition for Conditions {
    fn holds(&self, current: Option<&str>) -> bool {
        let matches = match &self.must_match {
            None => true,
            Some(Tags::Any) => current.is_some(),
            Some(Tags::Listed(tags)) => tags
                .iter()
                .any(|tag| !tag.is_weak && Some(tag.opaque.as_str()) == current),
        };
        matches && !self.names(current)
    }
}

/// A list of entity tags; none where it is no such list.
fn tags(text: &str) -> Option<Vec<Tag>> {
    let mut rest = text;
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (!tags.is_empty()).then_some(tags);
        }
        let (is_weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (opaque, behind) = quoted.strip_prefix('"')?.split_once('"')?;
        tags.push(Tag {
            opaque: opaque.to_owned(),
            is_weak,
        });
        rest = behind.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn rfc9110_13_1_1_lists_of_tags() {
        for (text, expected) in [
            ("\"a\"", Some(vec![("a", false)])),
            (
                "\"a\", W/\"b\" ,\"\"",
                Some(vec![("a", false), ("b", true), ("", false)]),
            ),
            (", \"a,b\",, \"c\"", Some(vec![("a,b", false), ("c", false)])),
            ("a", None),
            ("\"a", None),
            ("\"a\" \"b\"", None),
            ("w/\"a\"", None),
            ("", None),
            (",", None),
        ] {
            let read = tags(text);
            let read = read.as_ref().map(|tags| {
                let pairs = tags.iter().map(|tag| (tag.opaque.as_str(), tag.is_weak));
                pairs.collect::<Vec<_>>()
            });
            assert_eq!(read, expected, "{text}");
        }
    }

    fn conditions(name: HeaderName, value: &'static str) -> Conditions {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        Conditions::read(&headers).unwrap()
    }

    #[test]
    fn rfc9110_13_1_conditions_hold_or_not() {
        assert!(Conditions::default().holds(None) && Conditions::default().holds(Some("a")));
        let any = conditions(header::IF_MATCH, "*");
        assert!(any.holds(Some("a")) && !any.holds(None));
        let listed = conditions(header::IF_MATCH, "\"a\", W/\"b\"");
        assert!(listed.holds(Some("a")) && !listed.holds(Some("b")) && !listed.holds(None));
        let absent = conditions(header::IF_NONE_MATCH, "*");
        assert!(absent.holds(None) && !absent.holds(Some("a")));
        let other = conditions(header::IF_NONE_MATCH, "W/\"a\"");
        assert!(other.holds(None) && other.holds(Some("b")) && !other.holds(Some("a")));
        assert!(other.names(Some("a")) && !other.names(None));
    }

    #[test]
    fn a_malformed_header_is_told_by_its_name() {
        let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static("a"))]);
        let error = Conditions::read(&headers).unwrap_err();
        assert_eq!(error.status().as_u16(), 400);
        assert!(error.message().contains("if-none-match"));
    }
}
