//! Who vouches for people of a dataspace, and where its applications are registered (dataspace-consent-protocol 2.1).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DataspaceApplication, DataspaceSettings, InvalidSetting};
use crate::{
    ClientId,
    tenant::{SignIn, Upstream},
};

/// Longest name of an authentication context, and longest `client_id` of an application that is registered elsewhere.
const LONGEST: usize = 255;

/// A login provider beside our own. It has to know people by public subject identifiers: the application and we must be told the same
/// one (dataspace-consent-protocol 1). Whoever it vouches for becomes a person here by their first login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginIssuer {
    /// Which of the providers that people sign in with: its name in `authorization.sign_in.upstreams`.
    pub upstream: String,
    /// Authentication contexts of it that count: values of `acr` in its ID tokens.
    pub acr: Vec<String>,
}

/// Where an application is registered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The OpenID provider: `appiss`.
    pub issuer: String,
    /// Its `client_id` there: `app`.
    pub client_id: String,
}

impl DataspaceSettings {
    /// The application that is registered at our own provider under this id, or elsewhere.
    pub fn application_at(&self, elsewhere: Option<&str>, client_id: &str) -> Option<&DataspaceApplication> {
        self.base_domain.as_ref()?;
        self.applications
            .iter()
            .find(|own| match (&own.registration, elsewhere) {
                (None, None) => own.client.as_str() == client_id,
                (Some(own), Some(issuer)) => own.issuer == issuer && own.client_id == client_id,
                _ => false,
            })
    }

    /// Whether people of this provider are people of the dataspace.
    pub fn login_issuer(&self, upstream: &Upstream) -> Option<&LoginIssuer> {
        self.base_domain.as_ref()?;
        self.login_issuers
            .iter()
            .find(|own| own.upstream == upstream.name)
    }

    /// Whether the providers that are named can vouch for people of the dataspace.
    pub fn check_providers(&self, sign_in: &SignIn) -> Result<(), InvalidSetting> {
        for own in &self.login_issuers {
            let Some(upstream) = sign_in.upstream(&own.upstream) else {
                return Err(refused(
                    "login_issuers",
                    "must name providers of authorization.sign_in.upstreams",
                ));
            };
            if upstream.signs_with_secret {
                return Err(refused(
                    "login_issuers",
                    "must sign with keys that everybody can read",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn check_logins(&self) -> Result<(), InvalidSetting> {
        let contexts = [&self.acr].into_iter().chain(&self.acr_values);
        let contexts = contexts.chain(self.login_issuers.iter().flat_map(|own| &own.acr));
        if !contexts.clone().all(|acr| is_name(acr)) {
            return Err(refused(
                "acr",
                "must have 1 to 255 bytes and no control characters",
            ));
        }
        let mut seen = BTreeSet::new();
        for own in &self.login_issuers {
            if own.acr.is_empty() {
                return Err(refused("login_issuers", "must name at least one acr each"));
            }
            if !seen.insert(&own.upstream) {
                return Err(refused("login_issuers", "must name each provider once"));
            }
        }
        let mut registered = BTreeSet::new();
        for own in self
            .applications
            .iter()
            .filter_map(|own| own.registration.as_ref())
        {
            let is_address = ["https://", "http://"]
                .iter()
                .any(|scheme| own.issuer.len() > scheme.len() && own.issuer.starts_with(scheme));
            if !is_address || !is_name(&own.client_id) {
                return Err(refused(
                    "applications",
                    "must be registered at an address, under a client_id",
                ));
            }
            if !registered.insert(own) {
                return Err(refused("applications", "must name each registration once"));
            }
        }
        Ok(())
    }
}

impl DataspaceApplication {
    /// `app`: how it is called where it is registered.
    pub fn client_id(&self) -> &str {
        let elsewhere = self.registration.as_ref();
        elsewhere.map_or_else(|| ClientId::as_str(&self.client), |own| own.client_id.as_str())
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn refused(key: &str, why: &'static str) -> InvalidSetting {
    InvalidSetting {
        section: "dataspace",
        key: key.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn settings(changed: &Value) -> DataspaceSettings {
        let mut settings = json!({
            "base_domain": "northbay.example",
            "acr_values": ["mfa"],
            "login_issuers": [{ "upstream": "eid", "acr": ["eid-substantial", "eid-high"] }],
            "applications": [
                { "client": "here", "party": "a.example" },
                { "client": "there", "party": "b.example",
                  "registration": { "issuer": "https://login.example", "client_id": "web" } },
            ],
        });
        let members = settings.as_object_mut().unwrap();
        members.extend(changed.as_object().unwrap().clone());
        serde_json::from_value(settings).unwrap()
    }

    #[test]
    fn dsp_15_login_issuers_that_cannot_be_served_are_refused() {
        assert_eq!(settings(&json!({})).check(), Ok(()));
        let twice = json!({ "client": "x", "party": "b.example",
            "registration": { "issuer": "https://login.example", "client_id": "web" } });
        for (changed, key) in [
            (json!({ "acr_values": [""] }), "acr"),
            (json!({ "acr": "a\nb" }), "acr"),
            (
                json!({ "login_issuers": [{ "upstream": "eid", "acr": ["x".repeat(256)] }] }),
                "acr",
            ),
            (
                json!({ "login_issuers": [{ "upstream": "eid", "acr": [] }] }),
                "login_issuers",
            ),
            (
                json!({ "login_issuers": [{ "upstream": "a", "acr": ["x"] }, { "upstream": "a", "acr": ["y"] }] }),
                "login_issuers",
            ),
            (
                json!({ "applications": [{ "client": "x", "party": "b.example",
                    "registration": { "issuer": "login.example", "client_id": "web" } }] }),
                "applications",
            ),
            (
                json!({ "applications": [twice.clone(), { "client": "y", "party": "b.example",
                    "registration": twice["registration"] }] }),
                "applications",
            ),
        ] {
            let refused = settings(&changed).check().map_err(|error| error.key);
            assert_eq!(refused, Err(key.to_owned()), "{changed}");
        }
    }

    #[test]
    fn dsp_15_a_login_issuer_is_a_provider_that_signs_with_a_key() {
        let provider = |more: Value| {
            let mut upstream = json!({ "name": "eid", "label": "eID", "issuer": "https://login.example",
                "client_id": "us", "client_secret_env": "SECRET" });
            upstream
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            serde_json::from_value::<SignIn>(json!({ "upstreams": [upstream] })).unwrap()
        };
        let check = |sign_in: &SignIn| {
            settings(&json!({}))
                .check_providers(sign_in)
                .map_err(|error| error.key)
        };
        assert_eq!(check(&provider(json!({}))), Ok(()));
        assert_eq!(
            check(&provider(json!({ "signs_with_secret": true }))),
            Err("login_issuers".to_owned())
        );
        assert_eq!(check(&SignIn::default()), Err("login_issuers".to_owned()));
    }

    #[test]
    fn dsp_2_1_an_application_is_known_by_where_it_is_registered_and_its_name_there() {
        let settings = settings(&json!({}));
        let found = |elsewhere: Option<&str>, id: &str| {
            let found = settings.application_at(elsewhere, id);
            found.map(|own| (own.client.as_str().to_owned(), own.client_id().to_owned()))
        };
        let is = |client: &str, id: &str| Some((client.to_owned(), id.to_owned()));
        assert_eq!(found(None, "here"), is("here", "here"));
        assert_eq!(found(Some("https://login.example"), "web"), is("there", "web"));
        for (elsewhere, id) in [
            (None, "there"),
            (None, "web"),
            (Some("https://login.example"), "there"),
            (Some("https://login.example"), "here"),
            (Some("https://login.example/"), "web"),
        ] {
            assert_eq!(found(elsewhere, id), None, "{elsewhere:?} {id}");
        }
    }
}
