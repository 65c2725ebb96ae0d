//! Filters (RFC 4515). Values of others are escaped here and nowhere else.

use ldap3::{ldap_escape, parse_filter};

/// Any entry (RFC 4512 section 3.3: every entry has a class).
const ANY: &str = "(objectClass=*)";

/// Whether a text is a filter in parentheses. The parser of the library also takes one without, which could not be joined.
pub(crate) fn is_filter(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(')') && parse_filter(text).is_ok()
}

/// The filter every entry must fit.
pub(crate) fn any(own: Option<&str>) -> &str {
    own.unwrap_or(ANY)
}

/// Entries that fit the own filter and have one of these values.
pub(crate) fn having(own: Option<&str>, values: &[(LdapAttribute, String)]) -> String {
    use std::fmt::Write as _;
    let mut filter = format!("(&{}(|", any(own));
    for (attribute, value) in values {
        // Writing to a string cannot fail.
        let _ = write!(filter, "({}={})", attribute.0, ldap_escape(value.as_str()));
    }
    filter.push_str("))");
    filter
}

/// Name of an attribute (RFC 4512 section 2.5: a short name, or numbers with dots), without options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapAttribute(String);

impl LdapAttribute {
    /// Reads a name; nothing where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_number = text
            .split('.')
            .all(|arc| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()));
        (is_name || is_number).then(|| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(attribute: &str, value: &str) -> (LdapAttribute, String) {
        (LdapAttribute::parse(attribute).unwrap(), value.to_owned())
    }

    fn uid(text: &str) -> String {
        having(None, &[value("uid", text)])
    }

    #[test]
    fn rfc_4515_3_special_characters_of_values_are_escaped() {
        for (value, escaped) in [
            ("ada", "ada"),
            ("*", "\\2a"),
            ("*)(uid=*", "\\2a\\29\\28uid=\\2a"),
            ("a\\b", "a\\5cb"),
            ("a\0b", "a\\00b"),
            ("Zoë", "Zoë"),
            (")(|(objectClass=*))", "\\29\\28|\\28objectClass=\\2a\\29\\29"),
        ] {
            let filter = uid(value);
            assert_eq!(filter, format!("(&(objectClass=*)(|(uid={escaped})))"));
            assert!(is_filter(&filter), "{filter}");
        }
    }

    #[test]
    fn several_values_are_alternatives_and_the_own_filter_always_holds() {
        let values = [value("uid", "a"), value("cn", "b")];
        assert_eq!(
            having(Some("(employeeType=active)"), &values),
            "(&(employeeType=active)(|(uid=a)(cn=b)))"
        );
    }

    #[test]
    fn names_of_attributes_hold_nothing_else() {
        for name in ["uid", "sAMAccountName", "x-id", "2.5.4.3"] {
            assert!(LdapAttribute::parse(name).is_some(), "{name}");
        }
        for text in ["", "1uid", "uid=*)(cn", "uid;lang-en", "2..5", "u id", "é"] {
            assert!(LdapAttribute::parse(text).is_none(), "{text}");
        }
    }
}
