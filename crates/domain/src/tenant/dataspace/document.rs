//! The document that says where everything of a dataspace is, where the provider publishes it (dataspace-consent-protocol 3.2).

use serde::{Deserialize, Serialize};

/// Longest address (dataspace-consent-protocol 3).
const LONGEST: usize = 2083;

/// What the document of a dataspace says beside what follows from the other settings: its base domain, its name, and this provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataspaceDocument {
    /// Where data sources are asked.
    pub product_gateway_url: String,
    /// Where people read what data sources deliver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_viewer_url: Option<String>,
    /// Where developers register applications and data sources.
    pub developer_portal_url: String,
    /// Where it is explained.
    pub docs_url: String,
    /// Where developers log in.
    pub developer_login: String,
    /// Where people log in; our own OpenID provider where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_user_login: Option<String>,
    /// The repository of definitions.
    pub definitions_git: String,
    /// The same for readers.
    pub definitions_web: String,
    /// Keys of the dataspace for API tokens, which have nothing to do with consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
}

impl DataspaceDocument {
    /// Whether each of them is an address.
    pub(super) fn is_sound(&self) -> bool {
        let optional = [&self.definition_viewer_url, &self.end_user_login, &self.jwks_url];
        let needed = [
            &self.product_gateway_url,
            &self.developer_portal_url,
            &self.docs_url,
            &self.developer_login,
            &self.definitions_git,
            &self.definitions_web,
        ];
        needed
            .into_iter()
            .chain(optional.into_iter().flatten())
            .all(|address| is_address(address))
    }
}

/// Whether a text is an `https` address, 2,083 characters at the most.
pub(super) fn is_address(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty())
        && text.len() <= LONGEST
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\\\"<>`{}|^".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsp_3_2_addresses_are_https_and_of_what_addresses_are_made_of() {
        for good in [
            "https://a.example",
            "https://a.example/x?y=%20#z",
            "https://a.example:8443/",
        ] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "https://",
            "https:///x",
            "http://a.example",
            "a.example",
            "https://a.example/ x",
            "https://ä.example",
            &long,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
