//! The manifest: tenants with what can be agreed to, applications and clients, directory accounts and people, as one TOML file.
//!
//! What lives here: how it is written, and reading it. What may not: what is done about it.

mod clients;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use consentry_domain::{
    Actions, DefinitionKey, Lifetime, Timestamp,
    client::StoredSecret,
    credential::{ApiCredential, Opens},
    definition::{Choice, Definition, DefinitionKind, Localization, WordingVersion},
    dn::Dn,
    locale::Locale,
    mail::MailAddress,
    subject::{Alias, Namespace},
    tenant::{
        AuthorizationSettings, Brand, CheckSettings, DashboardSettings, DataspaceSettings, Lifetimes,
        MailSettings, PreferencesSettings, RecordsSettings, Upstream,
    },
};
use consentry_jose::DirectKey;
use consentry_ledger::{
    TenantSnapshot,
    embed::SharedSecret,
    environment::Ids,
    import::{AccountWish, NewPassword},
    mail::Contact,
    opaque,
    provision::{Entry, Person},
};
use serde::Deserialize;

use self::clients::Registry;
pub use self::clients::{ApplicationManifest, ClientManifest, DrawnSecret, PartyManifest};

/// Everything a manifest says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The tenants it speaks of; others are left alone.
    #[serde(default)]
    pub tenants: Vec<TenantManifest>,
}

/// One tenant. What is left out has its default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantManifest {
    /// Short name, by which it is known again.
    pub slug: String,
    /// Host names that lead to it; may be left out where it is the only tenant.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// How it looks to people.
    pub brand: Brand,
    /// Language where the browser says nothing we have.
    pub locale: Locale,
    /// Default lifetimes.
    #[serde(default)]
    pub lifetimes: Lifetimes,
    /// Settings of the records door.
    #[serde(default)]
    pub records: RecordsSettings,
    /// Settings of the dashboard door.
    #[serde(default)]
    pub dashboard: DashboardSettings,
    /// Settings of the authorization door.
    #[serde(default)]
    pub authorization: AuthorizationSettings,
    /// Settings of the check API.
    #[serde(default)]
    pub checks: CheckSettings,
    /// Settings of mails.
    #[serde(default)]
    pub mail: MailSettings,
    /// Settings of the dataspace door.
    #[serde(default)]
    pub dataspace: DataspaceSettings,
    /// Settings of the preferences door.
    #[serde(default)]
    pub preferences: PreferencesSettings,
    /// Its products.
    #[serde(default)]
    pub applications: Vec<ApplicationManifest>,
    /// Who stands behind clients.
    #[serde(default)]
    pub parties: Vec<PartyManifest>,
    /// Clients of the authorization door.
    #[serde(default)]
    pub clients: Vec<ClientManifest>,
    /// Credentials of back ends.
    #[serde(default)]
    pub api_keys: Vec<ApiKeyManifest>,
    /// What can be agreed to.
    #[serde(default)]
    pub definitions: Vec<DefinitionManifest>,
    /// Directory accounts of services and operators.
    #[serde(default)]
    pub accounts: Vec<AccountManifest>,
    /// People who log in here.
    #[serde(default)]
    pub people: Vec<PersonManifest>,
}

/// A definition with its current wordings (consent-api 12.5).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionManifest {
    /// Its id.
    pub key: DefinitionKey,
    /// What it stands for; an agreement of the records door where nothing is said.
    #[serde(default = "agreement")]
    pub kind: DefinitionKind,
    /// Label for people.
    pub display_name: Option<String>,
    /// Longer description for operators.
    pub description: Option<String>,
    /// Free parameters.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The broader definition that must not be switched off.
    pub parent: Option<DefinitionKey>,
    /// How long a consent lasts, in seconds.
    pub lifetime: Option<Lifetime>,
    /// What can be done with it; `use` and `read` where nothing is said.
    #[serde(default)]
    pub actions: Actions,
    /// How it is answered at the preferences door.
    #[serde(default)]
    pub choice: Choice,
    /// The words it is asked with. Published ones never change: a new version takes their place.
    #[serde(default)]
    pub localizations: Vec<LocalizationManifest>,
}

/// The words in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalizationManifest {
    /// Language.
    pub locale: Locale,
    /// `MAJOR.MINOR`.
    pub version: WordingVersion,
    /// Title or summary.
    pub title: Option<String>,
    /// Which data.
    pub data: String,
    /// What for.
    pub purpose: String,
}

/// A credential of a back end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyManifest {
    /// The key: 20 to 64 letters, digits, hyphens and underscores.
    pub id: String,
    /// File with its secret; a line break at the end does not count. It is a machine's, of 32 characters at least.
    pub secret_file: PathBuf,
    /// What it opens: `preferences`, `dataspace`, `dashboard`, or `admin_jwt`, whose secret is base64 of 32 bytes.
    pub opens: Opens,
    /// Whether it is refused.
    #[serde(default)]
    pub disabled: bool,
}

/// A directory account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountManifest {
    /// Distinguished name.
    pub dn: String,
    /// Login names.
    #[serde(default)]
    pub uid: Vec<String>,
    /// Common names.
    #[serde(default)]
    pub cn: Vec<String>,
    /// Its UUID in the directory it is from.
    pub entry_uuid: Option<String>,
    /// File with its password; a line break at the end does not count.
    pub password_file: Option<PathBuf>,
    /// Whether it may do anything.
    #[serde(default)]
    pub bypass_acl: bool,
    /// Whether it is refused.
    #[serde(default)]
    pub disabled: bool,
}

/// Somebody who logs in here, by the names they are known by at the doors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonManifest {
    /// What they type to log in.
    pub login: Option<String>,
    /// Distinguished name, for the records door.
    pub dn: Option<String>,
    /// Customer id, for the dashboard.
    pub customer: Option<String>,
    /// Who they are at other OpenID providers.
    #[serde(default)]
    pub upstream: Vec<UpstreamIdentity>,
    /// File with their password; a line break at the end does not count.
    pub password_file: Option<PathBuf>,
    /// Where they are reached by mail.
    pub mail: Option<MailAddress>,
    /// The language they read best.
    pub locale: Option<Locale>,
    /// Names of the applications they log in to; where nothing is said, all of the manifest.
    pub applications: Option<Vec<String>>,
}

/// Who somebody is at another OpenID provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamIdentity {
    /// The provider's issuer.
    pub issuer: String,
    /// The identifier it has for them.
    pub sub: String,
}

/// Shortest secret of a machine, in characters: only its digest is kept, so it must not be guessable.
const SHORTEST_SECRET: usize = 32;

const fn agreement() -> DefinitionKind {
    DefinitionKind::Agreement
}

impl Manifest {
    /// Reads a file. Files that it names are beside it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let mut manifest: Self = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.to_string().trim_end()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for tenant in &mut manifest.tenants {
            let accounts = tenant
                .accounts
                .iter_mut()
                .map(|account| &mut account.password_file);
            let people = tenant.people.iter_mut().map(|person| &mut person.password_file);
            for file in accounts.chain(people).flatten() {
                *file = folder.join(&*file);
            }
            for key in &mut tenant.api_keys {
                key.secret_file = folder.join(&key.secret_file);
            }
            let clients = tenant.clients.iter_mut();
            for file in clients.filter_map(|client| client.secret_file.as_mut()) {
                *file = folder.join(&*file);
            }
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// Nothing is named twice: of two that contradict each other none would be right.
    fn check(&self) -> anyhow::Result<()> {
        once("tenant", self.tenants.iter().map(|tenant| tenant.slug.clone()))?;
        for tenant in &self.tenants {
            let keys = tenant
                .definitions
                .iter()
                .map(|definition| definition.key.to_string());
            once("definition", keys)?;
            for definition in &tenant.definitions {
                let locales = definition.localizations.iter();
                once(
                    "localization",
                    locales.map(|wording| format!("{} {}", definition.key, wording.locale).to_lowercase()),
                )?;
            }
            let names = tenant.applications.iter();
            once("application", names.map(|application| application.name.clone()))?;
            once("party", tenant.parties.iter().map(|party| party.name.clone()))?;
            once(
                "client",
                tenant.clients.iter().map(|client| client.id.to_string()),
            )?;
            once("API key", tenant.api_keys.iter().map(|key| key.id.clone()))?;
            let shared = tenant.api_keys.iter();
            let shared = shared.filter(|key| key.opens == Opens::AdminJwt && !key.disabled);
            anyhow::ensure!(
                shared.count() <= 2,
                "tenant {}: at most two API keys that open admin_jwt can be in use, to change from one to the other",
                tenant.slug
            );
            once(
                "account",
                tenant.accounts.iter().map(|account| account.dn.clone()),
            )?;
        }
        Ok(())
    }
}

fn once(what: &str, names: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        anyhow::ensure!(!seen.contains(&name), "{what} {name} is there twice");
        seen.insert(name);
    }
    Ok(())
}

impl TenantManifest {
    /// What of it is configuration and people, in a ledger in which the tenant is `known`, or new.
    pub fn contents(&self, known: Option<&TenantSnapshot>, ids: Ids<'_>) -> anyhow::Result<Contents> {
        let registry = Registry::of(self, known, ids)?;
        let definitions = self.definitions.iter();
        let mut entries: Vec<Entry> = definitions
            .flat_map(|definition| definition.entries(ids.now))
            .collect();
        entries.extend(registry.entries());
        for key in &self.api_keys {
            entries.push(key.entry()?);
        }
        let accounts = self.accounts.iter().map(AccountManifest::wish);
        let people = self.people.iter();
        let people =
            people.map(|person| Ok((format!("person {}", person.name()), person.person(&registry)?)));
        Ok(Contents {
            entries,
            accounts: accounts.collect::<anyhow::Result<_>>()?,
            people: people.collect::<anyhow::Result<_>>()?,
            drawn: registry.drawn,
        })
    }
}

/// What of a tenant is configuration and people, as the ledger takes it.
#[derive(Debug)]
pub struct Contents {
    /// Definitions, wordings, applications, parties, clients and API keys.
    pub entries: Vec<Entry>,
    /// Directory accounts.
    pub accounts: Vec<AccountWish>,
    /// People, each with the name to call them by when something is said of them.
    pub people: Vec<(String, Person)>,
    /// Secrets that were drawn for clients, to be shown once they are kept.
    pub drawn: Vec<DrawnSecret>,
}

impl DefinitionManifest {
    /// The definition and its wordings, published now where they are new.
    fn entries(&self, now: Timestamp) -> Vec<Entry> {
        let definition = Definition {
            key: self.key.clone(),
            kind: self.kind,
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            parameters: self.parameters.clone(),
            parent: self.parent.clone(),
            lifetime: self.lifetime,
            actions: self.actions.clone(),
            choice: self.choice.clone(),
        };
        let wordings = self.localizations.iter().map(|wording| {
            Entry::Localization(Localization {
                definition: self.key.clone(),
                locale: wording.locale.clone(),
                version: wording.version,
                title: wording.title.clone(),
                data: wording.data.clone(),
                purpose: wording.purpose.clone(),
                published_at: now,
            })
        });
        std::iter::once(Entry::Definition(definition))
            .chain(wordings)
            .collect()
    }
}

impl ApiKeyManifest {
    fn entry(&self) -> anyhow::Result<Entry> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        anyhow::ensure!(
            (20..=64).contains(&self.id.len()) && self.id.bytes().all(plain),
            "API key {}: an id is 20 to 64 letters, digits, hyphens and underscores",
            self.id
        );
        let secret = machine_secret(&self.secret_file).with_context(|| format!("API key {}", self.id))?;
        if self.opens == Opens::AdminJwt {
            return Ok(Entry::SharedSecret(SharedSecret {
                id: self.id.clone(),
                key: DirectKey::parse(&secret).with_context(|| format!("API key {}", self.id))?,
                enabled: !self.disabled,
            }));
        }
        Ok(Entry::ApiCredential(ApiCredential {
            sealed: None,
            client_id: self.id.clone(),
            secrets: vec![StoredSecret {
                sha256: opaque::hash_text(&secret),
                expires_at: None,
            }],
            enabled: !self.disabled,
            opens: self.opens,
        }))
    }
}

impl AccountManifest {
    /// Its name.
    pub fn dn(&self) -> anyhow::Result<Dn> {
        Dn::parse(&self.dn).with_context(|| format!("account {}", self.dn))
    }

    fn wish(&self) -> anyhow::Result<AccountWish> {
        Ok(AccountWish {
            dn: self.dn()?,
            uid: self.uid.clone(),
            cn: self.cn.clone(),
            entry_uuid: self.entry_uuid.clone(),
            password: password(self.password_file.as_deref())?
                .map(|password| NewPassword::Clear(password.into())),
            bypass_acl: Some(self.bypass_acl),
            disabled: Some(self.disabled),
        })
    }
}

impl PersonManifest {
    fn person(&self, registry: &Registry<'_>) -> anyhow::Result<Person> {
        let applications = match &self.applications {
            None => registry.all_applications(),
            Some(names) => {
                let ids = names.iter().map(|name| registry.application_named(name));
                let told = || format!("person {}", self.name());
                ids.collect::<anyhow::Result<_>>().with_context(told)?
            }
        };
        let dn = self.dn.as_deref();
        let dn = dn
            .map(|dn| Dn::parse(dn).with_context(|| format!("person {dn}")))
            .transpose()?;
        let contact = match (&self.mail, &self.locale) {
            (Some(mail), locale) => Some(Contact {
                mail: mail.clone(),
                locale: locale.clone(),
            }),
            (None, None) => None,
            (None, Some(_)) => anyhow::bail!("person {}: locale goes with mail", self.name()),
        };
        let names = [
            (Namespace::Login, self.login.clone()),
            (Namespace::Dn, dn.map(|dn| dn.as_str().to_owned())),
            (Namespace::Customer, self.customer.clone()),
        ];
        Ok(Person {
            aliases: names
                .into_iter()
                .filter_map(|(namespace, name)| Some(Alias::new(namespace, name?)))
                .chain(
                    self.upstream
                        .iter()
                        .map(|known| Upstream::alias(&known.issuer, &known.sub)),
                )
                .collect(),
            password: password(self.password_file.as_deref())?,
            applications,
            contact,
        })
    }

    fn name(&self) -> &str {
        let names = [&self.login, &self.dn, &self.customer];
        names
            .into_iter()
            .flatten()
            .next()
            .map_or("without a name", String::as_str)
    }
}

fn password(file: Option<&Path>) -> anyhow::Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let text = text.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!text.is_empty(), "{} is empty", file.display());
    Ok(Some(text.to_owned()))
}

/// A secret of a machine, from its file.
fn machine_secret(file: &Path) -> anyhow::Result<String> {
    let secret = password(Some(file))?.unwrap_or_default();
    anyhow::ensure!(
        secret.len() >= SHORTEST_SECRET,
        "the secret has fewer than {SHORTEST_SECRET} characters"
    );
    Ok(secret)
}
