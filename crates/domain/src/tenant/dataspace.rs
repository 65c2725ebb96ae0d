//! Settings of the dataspace door: the dataspace that is served, its applications and who owns its data sources.

mod document;
mod logins;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::{
    document::DataspaceDocument,
    logins::{LoginIssuer, Registration},
};
use super::InvalidSetting;
use crate::{
    ClientId, DefinitionKey, Lifetime,
    dsi::{Dsi, is_domain},
};

/// Longest difference of clocks that may be allowed, in seconds (dataspace-consent-protocol 8).
const MOST_SKEW: u32 = 300;

/// How far the beginning of a token may be put back, in seconds (dataspace-consent-protocol 4.2).
const MOST_BACKDATE: u32 = 30;

/// Most data sources of one request (dataspace-consent-protocol 5.1).
pub const MOST_SOURCES: u32 = 50;

/// What stands for the definition in the address of its description.
const DEFINITION: &str = "{definition}";

/// The consent provider of a dataspace (dataspace-consent-protocol 15). Its issuer is the public address of the tenant. Data sources
/// are the definitions of the kind `source` whose key is a data source identifier of this dataspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataspaceSettings {
    /// Base domain of the dataspace that is served; none: the door is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_domain: Option<String>,
    /// Its name, as people know it; the base domain where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Authentication context (`acr`) of everybody who logs in here. Applications of the dataspace find it in their ID tokens, and a
    /// consent request token must name it.
    pub acr: String,
    /// Further authentication contexts of people who log in here: values of `acr` that the login offers (dataspace-consent-protocol 2.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
    /// Login providers beside our own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub login_issuers: Vec<LoginIssuer>,
    /// Clients that may ask for consent. They know people by public identifiers, whatever the tenant does elsewhere.
    pub applications: Vec<DataspaceApplication>,
    /// Parties that own data sources, for introspection.
    pub sources: Vec<SourceOwner>,
    /// Seconds by which clocks may differ; 0 to 300.
    pub clock_skew_seconds: u32,
    /// Seconds by which the beginning of a token is put back, for verifiers without leeway; 0 to 30.
    pub issue_backdate_seconds: u32,
    /// Longest life of a consent request token that is accepted: 60 s to 30 days.
    pub longest_request_token: Lifetime,
    /// How long a request waits for its answer: 60 s to 1 day.
    pub request: Lifetime,
    /// Whether the way back may lead to plain `http` on the person's own machine.
    pub local_returns: bool,
    /// How often a person may say no to an application about a data source within the life of a request before they are not asked
    /// again; from 1.
    pub most_denials: u32,
    /// How many signed requests of an application are answered in a second; from 1.
    pub requests_per_second: u32,
    /// How many of them about one person in a minute; from 1.
    pub requests_per_person: u32,
    /// How many of the data sources of one request may be required: 1 to [`MOST_SOURCES`].
    pub most_required: u32,
    /// Where people read what a data source delivers: an `https` address with `{definition}` in its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition_viewer: Option<String>,
    /// Where people read how the provider keeps their privacy: an `https` address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_policy: Option<String>,
    /// Where people read the terms of the provider: an `https` address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// The document of the dataspace, where it is published here; none: it is published elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<DataspaceDocument>,
}

impl Default for DataspaceSettings {
    fn default() -> Self {
        Self {
            base_domain: None,
            name: None,
            acr: "login".to_owned(),
            acr_values: Vec::new(),
            login_issuers: Vec::new(),
            applications: Vec::new(),
            sources: Vec::new(),
            clock_skew_seconds: 60,
            issue_backdate_seconds: 5,
            longest_request_token: Lifetime::days(1),
            request: Lifetime::seconds(3600),
            local_returns: false,
            most_denials: 3,
            requests_per_second: 100,
            requests_per_person: 60,
            most_required: MOST_SOURCES,
            definition_viewer: None,
            privacy_policy: None,
            terms: None,
            document: None,
        }
    }
}

/// A client that may ask for consent to data sources, and the party whose keys sign for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataspaceApplication {
    /// The client: what people are told of the application, and for how long they agree.
    pub client: ClientId,
    /// Where it is registered, if not at our own OpenID provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// Domain of its party.
    pub party: String,
    /// Where the party's configuration is, if not at its domain: for test rigs and closed networks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_configuration: Option<String>,
    /// Origins the browser may return to, beside those of its redirect addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub return_origins: Vec<String>,
}

/// The party that owns a data source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceOwner {
    /// The data source.
    pub source: DefinitionKey,
    /// Domain of its party.
    pub party: String,
    /// Where the party's configuration is, if not at its domain: for test rigs and closed networks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_configuration: Option<String>,
}

impl DataspaceSettings {
    /// The registered application of a client.
    pub fn application(&self, client: &ClientId) -> Option<&DataspaceApplication> {
        self.base_domain.as_ref()?;
        self.applications.iter().find(|own| own.client == *client)
    }

    /// Where people read what this data source delivers.
    pub fn description_of(&self, source: &Dsi) -> Option<String> {
        let viewer = self.definition_viewer.as_deref()?;
        // Everything that a definition may be called stands in a path as it is.
        Some(viewer.replace(DEFINITION, source.definition()))
    }

    /// Whether these can be served.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let refused = |key: &str, why| InvalidSetting {
            section: "dataspace",
            key: key.to_owned(),
            why,
        };
        let domains = self.base_domain.iter().map(|domain| ("base_domain", domain));
        let parties = self.applications.iter().map(|own| ("applications", &own.party));
        let owners = self.sources.iter().map(|own| ("sources", &own.party));
        for (key, domain) in domains.chain(parties).chain(owners) {
            if !is_domain(domain) || !domain.contains('.') {
                return Err(refused(
                    key,
                    "must name a lower-case domain with a dot, without scheme, port and path",
                ));
            }
        }
        self.check_logins()?;
        let mut seen = BTreeSet::new();
        if !self.applications.iter().all(|own| seen.insert(&own.client)) {
            return Err(refused("applications", "must name each client once"));
        }
        let origins = self.applications.iter().flat_map(|own| &own.return_origins);
        if !origins.clone().all(|origin| is_origin(origin)) {
            return Err(refused(
                "return_origins",
                "must be origins such as https://app.example",
            ));
        }
        let mut owned = BTreeSet::new();
        for own in &self.sources {
            let dsi: Option<Dsi> = own.source.as_str().parse().ok();
            let is_ours = dsi.is_some_and(|dsi| Some(dsi.domain()) == self.base_domain.as_deref());
            if !is_ours {
                return Err(refused("sources", "must be data sources of the base domain"));
            }
            if !owned.insert(&own.source) {
                return Err(refused("sources", "must name each data source once"));
            }
        }
        if self.clock_skew_seconds > MOST_SKEW {
            return Err(refused("clock_skew_seconds", "must be at most 300"));
        }
        if self.issue_backdate_seconds > MOST_BACKDATE {
            return Err(refused("issue_backdate_seconds", "must be at most 30"));
        }
        let within = |life: Lifetime, most: i64| (60..=most).contains(&life.as_seconds());
        if !within(self.longest_request_token, 30 * 86_400) {
            return Err(refused("longest_request_token", "must be 60 s to 30 days"));
        }
        if !within(self.request, 86_400) {
            return Err(refused("request", "must be 60 s to 1 day"));
        }
        if self.most_denials == 0 {
            return Err(refused("most_denials", "must be at least 1"));
        }
        for (key, allowed) in [
            ("requests_per_second", self.requests_per_second),
            ("requests_per_person", self.requests_per_person),
        ] {
            if allowed == 0 {
                return Err(refused(key, "must be at least 1"));
            }
        }
        if !(1..=MOST_SOURCES).contains(&self.most_required) {
            return Err(refused("most_required", "must be 1 to 50"));
        }
        if !self.definition_viewer.as_deref().is_none_or(is_viewer) {
            return Err(refused(
                "definition_viewer",
                "must be an https address with {definition} in its path",
            ));
        }
        for (key, address) in [("privacy_policy", &self.privacy_policy), ("terms", &self.terms)] {
            if !address.as_deref().is_none_or(document::is_address) {
                return Err(refused(key, "must be an https address"));
            }
        }
        if !self.document.as_ref().is_none_or(DataspaceDocument::is_sound) {
            return Err(refused("document", "must have https addresses"));
        }
        Ok(())
    }
}

/// Whether definitions have an address there.
fn is_viewer(address: &str) -> bool {
    let path = address
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
        .filter(|(host, _)| is_origin(&format!("https://{host}")));
    path.is_some_and(|(_, path)| {
        path.matches(DEFINITION).count() == 1
            && path.len() <= 1024
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            && path
                .split(['?', '#'])
                .next()
                .is_some_and(|path| path.contains(DEFINITION))
    })
}

/// Whether a text is an origin as browsers write it: scheme, host, and port where it is not the usual one.
fn is_origin(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> DataspaceSettings {
        DataspaceSettings {
            base_domain: Some("northbay.example".to_owned()),
            applications: vec![DataspaceApplication {
                client: ClientId::parse("vesper").unwrap(),
                registration: None,
                party: "keys.vesper.example".to_owned(),
                party_configuration: None,
                return_origins: vec!["https://app.vesper.example:8443".to_owned()],
            }],
            sources: vec![SourceOwner {
                source: DefinitionKey::parse("dpp://tide@northbay.example/Person_v1.0").unwrap(),
                party: "tide.example".to_owned(),
                party_configuration: None,
            }],
            ..DataspaceSettings::default()
        }
    }

    type Change = fn(&mut DataspaceSettings);

    #[test]
    fn dsp_15_settings_that_cannot_be_served_are_refused() {
        assert_eq!(settings().check(), Ok(()));
        assert_eq!(DataspaceSettings::default().check(), Ok(()));
        let wrong: [(&str, Change); 25] = [
            ("privacy_policy", |own| {
                own.privacy_policy = Some("javascript:alert(1)".to_owned());
            }),
            ("terms", |own| {
                own.terms = Some("http://a.example/terms".to_owned());
            }),
            ("document", |own| {
                let address = || "https://a.example".to_owned();
                own.document = Some(DataspaceDocument {
                    product_gateway_url: address(),
                    definition_viewer_url: None,
                    developer_portal_url: address(),
                    docs_url: address(),
                    developer_login: address(),
                    end_user_login: Some("login.example".to_owned()),
                    definitions_git: address(),
                    definitions_web: address(),
                    jwks_url: None,
                });
            }),
            ("base_domain", |own| {
                own.base_domain = Some("localhost".to_owned());
            }),
            ("base_domain", |own| {
                own.base_domain = Some("https://a.example".to_owned());
            }),
            ("applications", |own| {
                own.applications[0].party = "A.example".to_owned();
            }),
            ("applications", |own| {
                own.applications.push(own.applications[0].clone());
            }),
            ("return_origins", |own| {
                own.applications[0].return_origins = vec!["https://a.example/x".to_owned()];
            }),
            ("sources", |own| {
                own.base_domain = Some("other.example".to_owned());
            }),
            ("sources", |own| own.sources.push(own.sources[0].clone())),
            ("acr", |own| own.acr.clear()),
            ("clock_skew_seconds", |own| own.clock_skew_seconds = 301),
            ("issue_backdate_seconds", |own| own.issue_backdate_seconds = 31),
            ("longest_request_token", |own| {
                own.longest_request_token = Lifetime::seconds(59);
            }),
            ("request", |own| own.request = Lifetime::days(2)),
            ("most_denials", |own| own.most_denials = 0),
            ("requests_per_second", |own| own.requests_per_second = 0),
            ("requests_per_person", |own| own.requests_per_person = 0),
            ("most_required", |own| own.most_required = 0),
            ("most_required", |own| own.most_required = 51),
            ("definition_viewer", |own| {
                own.definition_viewer = Some("https://viewer.example/".to_owned());
            }),
            ("definition_viewer", |own| {
                own.definition_viewer = Some("http://viewer.example/{definition}".to_owned());
            }),
            ("definition_viewer", |own| {
                own.definition_viewer = Some("https://{definition}/x".to_owned());
            }),
            ("definition_viewer", |own| {
                own.definition_viewer = Some("https://viewer.example/?q={definition}".to_owned());
            }),
            ("definition_viewer", |own| {
                own.definition_viewer = Some("javascript:alert(1)//{definition}".to_owned());
            }),
        ];
        for (key, change) in wrong {
            let mut settings = settings();
            change(&mut settings);
            assert_eq!(settings.check().map_err(|error| error.key), Err(key.to_owned()));
        }
    }

    #[test]
    fn dsp_9_a_definition_is_described_where_the_settings_say() {
        let source: Dsi = "dpp://tide:v2@northbay.example/Person/Profile_v1.0+x"
            .parse()
            .unwrap();
        assert_eq!(settings().description_of(&source), None);
        let described = DataspaceSettings {
            definition_viewer: Some("https://viewer.example:8443/of/{definition}?lang=en".to_owned()),
            ..settings()
        };
        assert_eq!(described.check(), Ok(()));
        assert_eq!(
            described.description_of(&source).as_deref(),
            Some("https://viewer.example:8443/of/Person/Profile_v1.0+x?lang=en")
        );
    }

    #[test]
    fn a_closed_door_has_no_applications() {
        let closed = DataspaceSettings {
            base_domain: None,
            ..settings()
        };
        let client = ClientId::parse("vesper").unwrap();
        assert!(settings().application(&client).is_some());
        assert!(closed.application(&client).is_none());
    }
}
