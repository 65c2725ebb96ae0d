//! Settings of the records door.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{IdentityMapper, TokenValidator};
use crate::command::Answer;

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
    /// Most requests from one address in a minute, at each node; none means as many as come.
    pub requests_per_minute: Option<u32>,
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
    /// Statuses beyond the four, by name, each with the answer it is for every other door and for enforcement (consent-api 19).
    /// Only this door knows the name.
    pub additional_statuses: BTreeMap<String, Answer>,
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
    /// Identity mappers by name, for the three uses below.
    pub identity_mappers: BTreeMap<String, IdentityMapper>,
    /// Mapper of Basic user names; none means accounts and login names.
    pub basic_identity_mapper: Option<String>,
    /// Mappers of explicit `subject` and `actor`, in order; the first hit wins. None means the directory as a whole; an empty list
    /// maps nothing but distinguished names of entries.
    pub record_identity_mappers: Option<Vec<String>>,
    /// Validators of bearer tokens by name; none at all means our own tokens.
    pub access_token_validators: BTreeMap<String, TokenValidator>,
    /// Which of them are asked; none means all.
    pub token_validators: Vec<String>,
}

impl Default for RecordsSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            search_size_limit: 100,
            requests_per_minute: None,
            service_account_dns: Vec::new(),
            unprivileged_scope: "urn:pingdirectory:consent".to_owned(),
            privileged_scope: "urn:pingdirectory:consent_admin".to_owned(),
            audience: None,
            basic_auth: true,
            bearer_auth: true,
            additional_statuses: BTreeMap::new(),
            strict_transitions: false,
            strict_actor_match: false,
            cors: None,
            response_headers: BTreeMap::new(),
            correlation_id_header: None,
            identity_mappers: BTreeMap::new(),
            basic_identity_mapper: None,
            record_identity_mappers: None,
            access_token_validators: BTreeMap::new(),
            token_validators: Vec::new(),
        }
    }
}

/// A setting that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{section}.{key} {why}")]
pub struct InvalidSetting {
    /// Settings of what.
    pub section: &'static str,
    /// Which.
    pub key: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl RecordsSettings {
    /// Checks what no default can repair (consent-api 12).
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let wrong = |key: &str, why| {
            Err(InvalidSetting {
                section: "records",
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
        if self.requests_per_minute == Some(0) {
            return wrong("requests_per_minute", "must be at least 1, or be left out");
        }
        if !self.additional_statuses.keys().all(|name| is_new_status(name)) {
            return wrong(
                "additional_statuses",
                "must have names of 1 to 64 small letters, digits, '-', '_' and '.', none of them pending, accepted, denied or revoked",
            );
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
        self.check_identities()
    }

    fn check_identities(&self) -> Result<(), InvalidSetting> {
        let wrong = |key: String, why| {
            Err(InvalidSetting {
                section: "records",
                key,
                why,
            })
        };
        for (name, mapper) in &self.identity_mappers {
            if let Err(why) = mapper.check() {
                return wrong(format!("identity_mappers.{name}"), why);
            }
        }
        for (name, validator) in &self.access_token_validators {
            if let Err(why) = validator.check() {
                return wrong(format!("access_token_validators.{name}"), why);
            }
        }
        let validators = self.access_token_validators.values();
        let orders: BTreeSet<u32> = validators.clone().map(|validator| validator.order).collect();
        if orders.len() != self.access_token_validators.len() {
            return wrong("access_token_validators".to_owned(), "must have different orders");
        }
        let mut mappers = validators
            .filter_map(|validator| validator.identity_mapper.as_ref())
            .chain(&self.basic_identity_mapper)
            .chain(self.record_identity_mappers.iter().flatten());
        if let Some(unknown) = mappers.find(|name| !self.identity_mappers.contains_key(*name)) {
            return wrong(format!("identity_mappers.{unknown}"), "is not configured");
        }
        let mut named = self.token_validators.iter();
        match named.find(|name| !self.access_token_validators.contains_key(*name)) {
            Some(unknown) => wrong(format!("access_token_validators.{unknown}"), "is not configured"),
            None => Ok(()),
        }
    }

    /// The validators to ask, in their order; none where only our own tokens count.
    pub fn validators(&self) -> Vec<&TokenValidator> {
        let mut validators: Vec<&TokenValidator> = self
            .access_token_validators
            .iter()
            .filter(|(name, _)| self.token_validators.is_empty() || self.token_validators.contains(name))
            .map(|(_, validator)| validator)
            .collect();
        validators.sort_by_key(|validator| validator.order);
        validators
    }
}

/// Whether a status can have this name. In lower case, as the four are and as a directory is read (consent-api 17).
fn is_new_status(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
        && Answer::from_name(name).is_none()
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
    use super::{
        super::{ClaimNames, JwtValidation, MatchAttribute, ValidatorKind},
        *,
    };

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
    fn rec_19_1_statuses_that_are_none_are_refused() {
        for name in [
            "",
            "accepted",
            "Revoked",
            "on hold",
            "gelöscht",
            "a\nb",
            &"x".repeat(65),
        ] {
            let status = (name.to_owned(), Answer::Pending);
            let text = refused(|settings| settings.additional_statuses.extend([status]));
            assert!(text.contains("additional_statuses"), "{name:?} {text}");
        }
        let settings = RecordsSettings {
            additional_statuses: [("on-hold".to_owned(), Answer::Pending)].into(),
            ..RecordsSettings::default()
        };
        settings.check().unwrap();
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

    fn own(order: u32) -> TokenValidator {
        TokenValidator {
            order,
            identity_mapper: None,
            claims: ClaimNames::default(),
            kind: ValidatorKind::Own,
        }
    }

    fn refused_validator(kind: ValidatorKind) -> String {
        refused(|settings| {
            let validator = TokenValidator { kind, ..own(1) };
            settings.access_token_validators.insert("v".to_owned(), validator);
        })
    }

    #[test]
    fn rec_12_3_mappers_that_cannot_map_are_refused() {
        for (mapper, why) in [
            (
                IdentityMapper::Template {
                    dn: "uid=ada,dc=x".to_owned(),
                },
                "with {id}",
            ),
            (
                IdentityMapper::Template {
                    dn: "{id}".to_owned(),
                },
                "with {id}",
            ),
            (
                IdentityMapper::Exact {
                    attributes: Vec::new(),
                    bases: Vec::new(),
                },
                "attributes",
            ),
            (
                IdentityMapper::Exact {
                    attributes: vec![MatchAttribute::Uid],
                    bases: vec!["people".to_owned()],
                },
                "bases",
            ),
        ] {
            let text = refused(|settings| {
                settings.identity_mappers.insert("m".to_owned(), mapper.clone());
            });
            assert!(
                text.contains("identity_mappers.m") && text.contains(why),
                "{text}"
            );
        }
        let text = refused(|settings| settings.basic_identity_mapper = Some("m".to_owned()));
        assert_eq!(text, "records.identity_mappers.m is not configured");
    }

    #[test]
    fn rec_12_4_validators_that_cannot_tell_are_refused() {
        let jwt = |change: fn(&mut JwtValidation)| {
            let mut jwt = JwtValidation {
                jwks_url: Some("https://x.example/jwks".to_owned()),
                ..JwtValidation::default()
            };
            change(&mut jwt);
            refused_validator(ValidatorKind::Jwt(jwt))
        };
        assert!(jwt(|jwt| jwt.jwks_url = None).contains("exactly one"));
        assert!(jwt(|jwt| jwt.jwks = Some("{}".to_owned())).contains("exactly one"));
        assert!(jwt(|jwt| jwt.algorithms = vec!["none".to_owned()]).contains("RS256"));
        assert!(jwt(|jwt| jwt.algorithms = vec!["HS256".to_owned()]).contains("RS256"));
        assert!(jwt(|jwt| jwt.clock_skew_seconds = 301).contains("300"));
        let opened = |change: fn(&mut JwtValidation)| {
            let mut jwt = JwtValidation {
                jwks_url: Some("https://x.example/jwks".to_owned()),
                decryption_key_file: Some("/key.pem".to_owned()),
                ..JwtValidation::default()
            };
            change(&mut jwt);
            refused_validator(ValidatorKind::Jwt(jwt))
        };
        let text = opened(|jwt| jwt.key_encryption_algorithms = vec!["RSA1_5".to_owned()]);
        assert!(text.contains("RSA-OAEP-256"), "{text}");
        let text = opened(|jwt| jwt.content_encryption_algorithms = vec!["none".to_owned()]);
        assert!(text.contains("A256GCM"), "{text}");
        let text = jwt(|jwt| jwt.key_encryption_algorithms = vec!["ECDH-ES".to_owned()]);
        assert!(text.contains("decryption_key_file"), "{text}");
        let twice = refused(|settings| {
            settings.access_token_validators = [("a", own(1)), ("b", own(1))]
                .map(|(name, validator)| (name.to_owned(), validator))
                .into();
        });
        assert!(twice.contains("different orders"), "{twice}");
        let unknown = refused(|settings| settings.token_validators = vec!["v".to_owned()]);
        assert!(unknown.contains("v is not configured"), "{unknown}");
    }

    #[test]
    fn rec_4_2_1_the_smaller_order_comes_first_and_a_list_narrows() {
        let mut settings = RecordsSettings {
            access_token_validators: [("a", own(3)), ("b", own(1)), ("c", own(2))]
                .map(|(name, validator)| (name.to_owned(), validator))
                .into(),
            ..RecordsSettings::default()
        };
        let orders = |settings: &RecordsSettings| -> Vec<u32> {
            settings
                .validators()
                .iter()
                .map(|validator| validator.order)
                .collect()
        };
        assert_eq!(orders(&settings), [1, 2, 3]);
        settings.token_validators = vec!["a".to_owned(), "c".to_owned()];
        settings.check().unwrap();
        assert_eq!(orders(&settings), [2, 3]);
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
