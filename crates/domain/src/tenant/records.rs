//! Settings of the records door.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which pages of other origins may read answers (consent-api 12.2, 13.4). Empty lists mean what the documented clients need.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrossOriginPolicy {
    /// Origins such as `https://app.example`; `*` alone means every one, then without credentials.
    pub origins: Vec<String>,
    /// Methods; empty means those of the route.
    pub methods: Vec<String>,
    /// Request headers.
    pub request_headers: Vec<String>,
    /// Answer headers that scripts may read.
    pub exposed_headers: Vec<String>,
    /// Seconds a preflight may be remembered; none means 600.
    pub max_age_seconds: Option<u32>,
    /// Whether cookies and the like may be sent. Nothing here needs them.
    pub credentials: bool,
}

impl CrossOriginPolicy {
    /// Whether every origin is allowed.
    pub fn allows_every_origin(&self) -> bool {
        self.origins.iter().any(|origin| origin == "*")
    }
}

/// Settings of the records door (consent-api 12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordsSettings {
    /// Master switch.
    pub enabled: bool,
    /// Most records a search may return.
    pub search_size_limit: u32,
    /// Distinguished names that are privileged over Basic.
    pub service_account_dns: Vec<String>,
    /// Scope of ordinary requesters.
    pub unprivileged_scope: String,
    /// Scope of privileged requesters; differs from the other.
    pub privileged_scope: String,
    /// Required `aud` of bearer tokens.
    pub audience: Option<String>,
    /// Whether HTTP Basic is accepted.
    pub basic_auth: bool,
    /// Whether bearer tokens are accepted.
    pub bearer_auth: bool,
    /// Whether only the transitions of consent-api 10.1 `strict` are allowed.
    pub strict_transitions: bool,
    /// Whether a subject may not change a record whose actor is somebody else (consent-api 5.5).
    pub strict_actor_match: bool,
    /// Which pages of other origins may read answers; none means that CORS headers are neither read nor sent.
    pub cors: Option<CrossOriginPolicy>,
    /// Headers that every answer carries, by name.
    pub response_headers: BTreeMap<String, String>,
    /// One more header that returns the id of the request, such as `Correlation-Id`.
    pub correlation_id_header: Option<String>,
}

impl Default for RecordsSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            search_size_limit: 100,
            service_account_dns: Vec::new(),
            unprivileged_scope: "urn:pingdirectory:consent".to_owned(),
            privileged_scope: "urn:pingdirectory:consent_admin".to_owned(),
            audience: None,
            basic_auth: true,
            bearer_auth: true,
            strict_transitions: false,
            strict_actor_match: false,
            cors: None,
            response_headers: BTreeMap::new(),
            correlation_id_header: None,
        }
    }
}

/// A setting that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("records.{key} {why}")]
pub struct InvalidSetting {
    /// Which, below `records`.
    pub key: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl RecordsSettings {
    /// Checks what no default can repair (consent-api 12).
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let wrong = |key: &str, why| {
            Err(InvalidSetting {
                key: key.to_owned(),
                why,
            })
        };
        if !self.privileged_scope.is_empty() && self.privileged_scope == self.unprivileged_scope {
            return wrong("privileged_scope", "must differ from unprivileged_scope");
        }
        if self.search_size_limit == 0 {
            return wrong("search_size_limit", "must be at least 1");
        }
        let names = self
            .response_headers
            .keys()
            .chain(&self.correlation_id_header)
            .all(|name| is_token(name));
        let values = self
            .response_headers
            .values()
            .all(|value| value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        if !names || !values {
            return wrong("response_headers", "and correlation_id_header must be headers");
        }
        if let Some(policy) = &self.cors {
            if policy.credentials && policy.allows_every_origin() {
                return wrong("cors", "must not pair every origin with credentials");
            }
            let lists = [&policy.methods, &policy.request_headers, &policy.exposed_headers];
            if !lists.into_iter().flatten().all(|name| is_token(name)) {
                return wrong("cors", "must list methods and names of headers");
            }
        }
        Ok(())
    }
}

/// A token of RFC 9110 5.6.2: names of headers and methods.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut RecordsSettings)) -> String {
        let mut settings = RecordsSettings::default();
        change(&mut settings);
        settings.check().unwrap_err().to_string()
    }

    #[test]
    fn rec_12_1_settings_that_contradict_themselves_are_refused() {
        RecordsSettings::default().check().unwrap();
        let same = refused(|settings| settings.privileged_scope = settings.unprivileged_scope.clone());
        assert_eq!(
            same,
            "records.privileged_scope must differ from unprivileged_scope"
        );
        assert!(refused(|settings| settings.search_size_limit = 0).contains("search_size_limit"));
    }

    #[test]
    fn rec_12_2_headers_that_are_none_are_refused() {
        for (name, value) in [("X Y", "v"), ("", "v"), ("X-Y", "a\r\nb"), ("X-Y", "é")] {
            let header = (name.to_owned(), value.to_owned());
            let text = refused(|settings| settings.response_headers.extend([header]));
            assert!(text.contains("response_headers"), "{name:?} {value:?}");
        }
        let text = refused(|settings| settings.correlation_id_header = Some("a:b".to_owned()));
        assert!(text.contains("correlation_id_header"));
    }

    #[test]
    fn rec_13_4_every_origin_with_credentials_is_refused() {
        let every = || CrossOriginPolicy {
            origins: vec!["*".to_owned()],
            ..CrossOriginPolicy::default()
        };
        let paired = CrossOriginPolicy {
            credentials: true,
            ..every()
        };
        assert!(refused(|settings| settings.cors = Some(paired)).contains("credentials"));
        let settings = RecordsSettings {
            cors: Some(every()),
            ..RecordsSettings::default()
        };
        settings.check().unwrap();
    }
}
