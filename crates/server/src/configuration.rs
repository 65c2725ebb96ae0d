//! Configuration: one TOML file, every key also as `CONSENTRY__SECTION__KEY`. Unknown keys are errors that name the nearest known one.

mod import;
mod ldap;
mod mail;
mod nats;
mod network;
mod origins;
mod otlp;
mod signing_keys;
mod tls;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use config::{Config, Environment, File, FileFormat};
use consentry_domain::Lifetime;
use consentry_door_records::messages::MessageType;
use consentry_egress::EgressPolicy;
use consentry_ledger::{LedgerOptions, once::REMEMBERED, webhooks::EndpointBounds};
use serde::{Deserialize, Serialize};
use url::Url;

use self::origins::Origins;
pub use crate::root_key::KeysSection;
pub use import::{ImportSection, Names, RecordNames, RecordsImport};
pub use ldap::LdapSection;
pub use mail::MailSection;
pub(crate) use nats::LONGEST_MIRROR;
pub use nats::NatsSection;
pub use network::Network;
pub use otlp::OtlpSection;
pub use signing_keys::SigningKeysSection;
pub use tls::TlsSection;

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// Listening and addresses.
    pub server: ServerSection,
    /// The certificate of the listener.
    pub tls: TlsSection,
    /// Where the ledger is.
    pub storage: StorageSection,
    /// The root key.
    pub keys: KeysSection,
    /// Logs and metrics.
    pub telemetry: TelemetrySection,
    /// Requests to the outside.
    pub egress: EgressSection,
    /// Webhooks.
    pub webhooks: WebhooksSection,
    /// The mirror of what happens in NATS.
    pub nats: NatsSection,
    /// When keys that sign tokens are replaced.
    pub signing_keys: SigningKeysSection,
    /// The server that takes mails.
    pub mail: MailSection,
    /// Directories that are asked live, by a name of the operator's choice.
    pub ldap: BTreeMap<String, LdapSection>,
    /// Taking over what other systems have.
    pub import: ImportSection,
    /// What no installation with real data switches on.
    pub development: DevelopmentSection,
}

/// Listening and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSection {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Address people and clients use; none means [`Self::listen`], with `https://` where there is a certificate.
    pub public_url: Option<Url>,
    /// Proxies, or networks of them, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// File with the token of whoever may apply manifests while this runs; none: nobody may.
    pub operator_token_file: Option<PathBuf>,
    /// Most connections at once.
    pub connections: usize,
    /// Seconds a request may take.
    pub deadline_seconds: u64,
    /// Hours for which a request with an `Idempotency-Key` is remembered, 1 to 168.
    pub remember_requests_hours: u8,
    /// Consent tokens of dataspaces that are kept in memory until a tenth of their life is over, some 2 kB each; 0: each request is signed
    /// for anew.
    pub signed_tokens: usize,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            trusted_proxies: Vec::new(),
            operator_token_file: None,
            connections: 10_000,
            deadline_seconds: 30,
            remember_requests_hours: 24,
            signed_tokens: LedgerOptions::default().signed_tokens,
        }
    }
}

impl ServerSection {
    /// How long requests with a key are remembered, within the bounds of COM-08.
    pub fn remembered(&self) -> Result<Lifetime, ConfigurationError> {
        let [_, least, most] = REMEMBERED;
        let remembered = Lifetime::minutes(i64::from(self.remember_requests_hours) * 60);
        if remembered < least || remembered > most {
            return Err(ConfigurationError::Value(
                "server.remember_requests_hours is not from 1 to 168".to_owned(),
            ));
        }
        Ok(remembered)
    }
}

/// Where the ledger is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageSection {
    /// `sqlite:///absolute/folder`, `sqlite://relative/folder`, or `postgresql://user@host/database`. A password is best told in the
    /// environment (`CONSENTRY__STORAGE__URL`).
    pub url: String,
    /// Most connections that read from PostgreSQL; one more writes.
    pub connections: usize,
    /// Seconds a question waits for PostgreSQL, also while it is away, before the answer is 503.
    pub patience_seconds: u64,
    /// Whether a start brings PostgreSQL's schema to this program's state; off where only `consentry migrate` may.
    pub migrate: bool,
    /// File in which deletions of people are noted, for copies that are brought back. None: `erasures.ndjson` beside a ledger in a folder,
    /// and nowhere for one in PostgreSQL.
    pub erasures_file: Option<PathBuf>,
}

impl Default for StorageSection {
    fn default() -> Self {
        Self {
            url: "sqlite://consentry-data".to_owned(),
            connections: 8,
            patience_seconds: 5,
            migrate: true,
            erasures_file: None,
        }
    }
}

/// Requests to the outside: key sets, introspection endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EgressSection {
    /// Networks such as `10.1.2.0/24` that may be reached although they are not public, and with plain `http` too.
    pub exceptions: Vec<String>,
    /// Seconds a request may take.
    pub deadline_seconds: u32,
    /// File with PEM certificates that are trusted beside the system's.
    pub extra_roots_file: Option<PathBuf>,
}

impl Default for EgressSection {
    fn default() -> Self {
        Self {
            exceptions: Vec::new(),
            deadline_seconds: 15,
            extra_roots_file: None,
        }
    }
}

impl EgressSection {
    /// The rules of the way out.
    pub fn policy(&self) -> Result<EgressPolicy, ConfigurationError> {
        let value = serde_json::json!({ "exceptions": self.exceptions, "deadline": self.deadline_seconds });
        let mut policy: EgressPolicy = serde_json::from_value(value)
            .map_err(|error| ConfigurationError::Value(format!("egress: {error}")))?;
        if let Some(path) = &self.extra_roots_file {
            policy.extra_roots = std::fs::read_to_string(path).map_err(|error| ConfigurationError::File {
                path: path.clone(),
                why: error.to_string(),
            })?;
        }
        Ok(policy)
    }
}

/// Webhooks. Which addresses they may go to is said under [`EgressSection`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksSection {
    /// Most endpoints of a tenant, those of its parties among them.
    pub endpoints_of_tenant: usize,
    /// Most endpoints of one party.
    pub endpoints_of_party: usize,
    /// Most endpoints with addresses of one host.
    pub endpoints_of_host: usize,
}

impl Default for WebhooksSection {
    fn default() -> Self {
        let EndpointBounds {
            of_tenant,
            of_party,
            of_host,
        } = EndpointBounds::default();
        Self {
            endpoints_of_tenant: of_tenant,
            endpoints_of_party: of_party,
            endpoints_of_host: of_host,
        }
    }
}

/// What no installation with real data switches on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DevelopmentSection {
    /// Whether tenants may configure a validator that believes whatever a bearer token says.
    pub mock_tokens: bool,
}

/// Logs and metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySection {
    /// Filter of log lines, such as `info` or `consentry_ledger=debug,info`.
    pub log: String,
    /// `text` or `json`.
    pub format: LogFormat,
    /// Which messages of the records door are written to the log of this node (consent-api 16).
    pub consent_messages: Vec<MessageType>,
    /// A listener of its own for `/metrics`; none means on the main one.
    pub listen: Option<SocketAddr>,
    /// Traces and logs for OpenTelemetry.
    pub otlp: OtlpSection,
}

impl Default for TelemetrySection {
    fn default() -> Self {
        Self {
            log: "info".to_owned(),
            format: LogFormat::Text,
            consent_messages: Vec::new(),
            listen: None,
            otlp: OtlpSection::default(),
        }
    }
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why configuration cannot be used: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error("{path}: {why}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A key that does not exist.
    #[error("unknown key {key}{}", nearest.as_ref().map(|known| format!("; did you mean {known}?")).unwrap_or_default())]
    UnknownKey {
        /// The key as written.
        key: String,
        /// The nearest key there is.
        nearest: Option<String>,
    },
    /// A value of the wrong form.
    #[error("{0}")]
    Value(String),
    /// A storage address of another kind; only its scheme is shown.
    #[error(
        "storage.url with the scheme {0:?} is none this binary serves; use sqlite:///absolute/folder, sqlite://relative/folder or \
         postgresql://user@host/database"
    )]
    Storage(String),
}

impl Configuration {
    /// The same with what may be shown: a password in the address of the database is not.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        if let Some((scheme, rest)) = self.storage.url.split_once("://")
            && let Some((user, place)) = rest.rsplit_once('@')
            && let Some((user, _password)) = user.split_once(':')
        {
            self.storage.url = format!("{scheme}://{user}:…@{place}");
        }
        // libpq takes it as a parameter too.
        if self.storage.url.contains("password=") {
            "postgresql://…".clone_into(&mut self.storage.url);
        }
        self
    }

    /// Reads the file (`consentry.toml` if it is there, when none is named) and the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigurationError> {
        Self::load_with_origins(file).map(|(configuration, _)| configuration)
    }

    /// What is in force, without secrets, as TOML that says where each value is from.
    pub fn explained(file: Option<&Path>) -> anyhow::Result<String> {
        let (configuration, origins) = Self::load_with_origins(file)?;
        Ok(origins.beside(&configuration.without_secrets())?)
    }

    fn load_with_origins(file: Option<&Path>) -> Result<(Self, Origins), ConfigurationError> {
        let mut sources = Config::builder();
        let mut written = None;
        let path = file
            .map(Path::to_owned)
            .or_else(|| Some(PathBuf::from("consentry.toml")).filter(|path| path.exists()));
        if let Some(path) = path {
            let text = std::fs::read_to_string(&path).map_err(|error| ConfigurationError::File {
                path: path.clone(),
                why: error.to_string(),
            })?;
            let table: toml::Table = toml::from_str(&text).map_err(|error| ConfigurationError::File {
                path: path.clone(),
                why: error.message().to_owned(),
            })?;
            check_keys(&table)?;
            sources = sources.add_source(File::from_str(&text, FileFormat::Toml));
            written = Some((path, table));
        }
        let configuration = sources
            .add_source(
                Environment::with_prefix("CONSENTRY")
                    .prefix_separator("__")
                    .separator("__")
                    .list_separator(",")
                    .with_list_parse_key("server.trusted_proxies")
                    .with_list_parse_key("egress.exceptions")
                    .with_list_parse_key("nats.urls")
                    .with_list_parse_key("telemetry.consent_messages")
                    .try_parsing(true),
            )
            .build()
            .and_then(Config::try_deserialize)
            .map_err(|error| ConfigurationError::Value(error.to_string()))?;
        Ok((configuration, Origins::new(written)))
    }
}

/// The section whose own sections have names that are not ours.
const NAMED: &str = "ldap";

fn check_keys(table: &toml::Table) -> Result<(), ConfigurationError> {
    let known = known_keys();
    for (section, value) in table {
        let Some(keys) = value.as_table() else {
            return Err(unknown(section, &known));
        };
        if section == NAMED {
            check_named(keys)?;
            continue;
        }
        if let Some(key) = keys
            .keys()
            .map(|key| format!("{section}.{key}"))
            .find(|key| !known.contains(key))
        {
            return Err(unknown(&key, &known));
        }
        if !known.iter().any(|key| key.starts_with(&format!("{section}."))) {
            return Err(unknown(section, &known));
        }
    }
    Ok(())
}

/// As [`check_keys`], for sections such as `[ldap.company]`.
fn check_named(sections: &toml::Table) -> Result<(), ConfigurationError> {
    for (name, value) in sections {
        let Some(keys) = value.as_table() else {
            return Err(ConfigurationError::Value(format!(
                "{NAMED}.{name} belongs into a section with a name, such as [{NAMED}.company]"
            )));
        };
        let known = keys_of(&format!("{NAMED}.{name}"), &LdapSection::default());
        let mut written = keys.keys().map(|key| format!("{NAMED}.{name}.{key}"));
        if let Some(key) = written.find(|key| !known.contains(key)) {
            return Err(unknown(&key, &known));
        }
    }
    Ok(())
}

fn unknown(key: &str, known: &[String]) -> ConfigurationError {
    let nearest = known.iter().map(|known| (distance(key, known), known)).min();
    let nearest = nearest
        .filter(|(steps, _)| *steps <= 4)
        .map(|(_, known)| known.clone());
    ConfigurationError::UnknownKey {
        key: key.to_owned(),
        nearest,
    }
}

/// Every key there is, read off the defaults so that the list cannot lag behind.
fn known_keys() -> Vec<String> {
    let Ok(serde_json::Value::Object(sections)) = serde_json::to_value(Configuration::default()) else {
        return Vec::new();
    };
    sections
        .iter()
        .flat_map(|(section, keys)| keys_of(section, keys))
        .collect()
}

fn keys_of(section: &str, defaults: &impl Serialize) -> Vec<String> {
    let Ok(serde_json::Value::Object(keys)) = serde_json::to_value(defaults) else {
        return Vec::new();
    };
    keys.keys().map(|key| format!("{section}.{key}")).collect()
}

/// Levenshtein distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (position, from) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for (column, to) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger_place::LedgerPlace;

    #[test]
    fn unknown_key_names_the_nearest_known_one() {
        let table: toml::Table = toml::from_str("[server]\nlisten_adress = \"127.0.0.1:1\"\n").unwrap();
        let error = check_keys(&table).unwrap_err().to_string();
        assert_eq!(error, "unknown key server.listen_adress");
        let table: toml::Table = toml::from_str("[server]\nlisen = \"127.0.0.1:1\"\n").unwrap();
        let error = check_keys(&table).unwrap_err().to_string();
        assert_eq!(error, "unknown key server.lisen; did you mean server.listen?");
    }

    #[test]
    fn unknown_key_of_a_directory_names_the_nearest_known_one() {
        let check = |text: &str| check_keys(&toml::from_str(text).unwrap());
        let refused = |text: &str| check(text).unwrap_err().to_string();
        assert_eq!(
            refused("[ldap.company]\nbind_dm = \"cn=reader\"\n"),
            "unknown key ldap.company.bind_dm; did you mean ldap.company.bind_dn?"
        );
        assert_eq!(
            refused("[ldap.company]\npassword = \"x\"\n"),
            "unknown key ldap.company.password"
        );
        assert_eq!(
            refused("[ldap]\nurl = \"ldaps://x\"\n"),
            "ldap.url belongs into a section with a name, such as [ldap.company]"
        );
        check("[ldap.a]\nurl = \"ldaps://x\"\n[ldap.b]\norder = 2\n").unwrap();
    }

    #[test]
    fn the_way_out_has_exceptions_and_a_deadline() {
        let mut section = EgressSection::default();
        assert_eq!(section.policy().unwrap(), EgressPolicy::default());
        section.exceptions = vec!["127.0.0.0/8".to_owned()];
        section.deadline_seconds = 3;
        let policy = section.policy().unwrap();
        assert_eq!((policy.exceptions.len(), policy.deadline.as_secs()), (1, 3));
        section.exceptions = vec!["inside".to_owned()];
        assert!(section.policy().unwrap_err().to_string().starts_with("egress: "));
    }

    #[test]
    fn com_08_requests_are_remembered_for_an_hour_to_a_week() {
        let remembered = |hours| {
            let section = ServerSection {
                remember_requests_hours: hours,
                ..ServerSection::default()
            };
            section.remembered().ok().map(Lifetime::as_seconds)
        };
        assert_eq!(remembered(24), Some(86_400));
        assert_eq!(
            remembered(ServerSection::default().remember_requests_hours),
            Some(86_400)
        );
        assert_eq!((remembered(1), remembered(168)), (Some(3_600), Some(604_800)));
        assert_eq!((remembered(0), remembered(169)), (None, None));
    }

    #[test]
    fn storage_is_a_folder_a_database_or_refused() {
        let mut configuration = Configuration::default();
        let place = |configuration: &Configuration| LedgerPlace::of(configuration, None);
        assert!(place(&configuration).is_ok_and(|place| place.to_string() == "consentry-data"));
        for url in [
            "postgresql://u@db/ledger",
            "postgres:///ledger?host=/run/postgresql",
        ] {
            configuration.storage.url = url.to_owned();
            let place = place(&configuration).unwrap();
            assert_eq!(place.to_string(), "the PostgreSQL database of storage.url");
            // A database has no folder for a key.
            let nowhere = place.key(&KeysSection::default()).unwrap_err().to_string();
            assert!(nowhere.contains("keys.root_file"), "{nowhere}");
        }
        for url in ["mysql://u:secret@x", "sqlite://", "consentry-data", ""] {
            configuration.storage.url = url.to_owned();
            let refused = place(&configuration).unwrap_err().to_string();
            assert!(
                refused.contains("sqlite:///absolute/folder") && !refused.contains("secret"),
                "{refused}"
            );
        }
    }

    #[test]
    fn the_password_of_a_database_is_not_shown() {
        let shown = |url: &str| {
            let mut configuration = Configuration::default();
            configuration.storage.url = url.to_owned();
            configuration.without_secrets().storage.url
        };
        assert_eq!(shown("sqlite://consentry-data"), "sqlite://consentry-data");
        assert_eq!(shown("postgresql://u@db/ledger"), "postgresql://u@db/ledger");
        assert_eq!(
            shown("postgresql://u:secret@a,b/ledger"),
            "postgresql://u:…@a,b/ledger"
        );
        assert_eq!(
            shown("postgresql://u:s@cret@db/ledger"),
            "postgresql://u:…@db/ledger"
        );
        assert_eq!(
            shown("postgresql://db/ledger?user=u&password=secret"),
            "postgresql://…"
        );
    }
}
