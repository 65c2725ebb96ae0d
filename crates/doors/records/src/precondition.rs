//! `ETag` and `If-Match` of single records (consent-api 15; RFC 9110 8.8.3, 13.1.1).

use consentry_ledger::records::{Precondition, Revision};
use http::{HeaderMap, header};

use crate::failure::{Code, Failure};

/// The entity tag of a state of a record.
pub(crate) fn tag(revision: Revision) -> String {
    format!("\"{revision}\"")
}

/// What `If-Match` demands. Weak tags never match, and neither do tags that are not ours; `*` asks for a record, which there is
/// whenever this is looked at.
pub(crate) fn read(headers: &HeaderMap) -> Result<Precondition, Failure> {
    let lines: Vec<_> = headers.get_all(header::IF_MATCH).iter().collect();
    if lines.is_empty() {
        return Ok(Precondition::None);
    }
    let mut revisions = Vec::new();
    for line in lines {
        let text = line.to_str().map_err(|_| malformed())?.trim_matches([' ', '\t']);
        if text == "*" {
            return Ok(Precondition::None);
        }
        for tag in tags(text).ok_or_else(malformed)? {
            revisions.extend(tag.and_then(|tag| tag.parse::<Revision>().ok()));
        }
    }
    Ok(Precondition::OneOf(revisions))
}

/// The opaque parts of a list of entity tags, none for weak ones; none at all where it is no such list.
fn tags(text: &str) -> Option<Vec<Option<&str>>> {
    let mut rest = text;
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (!tags.is_empty()).then_some(tags);
        }
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (opaque, behind) = quoted.strip_prefix('"')?.split_once('"')?;
        tags.push((!weak).then_some(opaque));
        rest = behind.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

fn malformed() -> Failure {
    Failure::new(
        Code::InvalidRequest,
        "the header If-Match must be * or a list of entity tags",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_13_1_1_lists_of_tags() {
        for (text, expected) in [
            ("\"a\"", Some(vec![Some("a")])),
            ("\"a\", W/\"b\" ,\"\"", Some(vec![Some("a"), None, Some("")])),
            (", \"a,b\",, \"c\"", Some(vec![Some("a,b"), Some("c")])),
            ("a", None),
            ("\"a", None),
            ("\"a\" \"b\"", None),
            ("w/\"a\"", None),
            ("", None),
            (",", None),
        ] {
            assert_eq!(tags(text), expected, "{text}");
        }
    }
}
