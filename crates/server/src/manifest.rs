//! The manifest: tenants with what can be agreed to, applications and clients, webhooks, directory accounts and people.
//!
//! What lives here: how it is written. What may not: what is done about it.

mod clients;
mod reading;
mod secrets;
mod tree;
mod webhooks;
mod writing;

use std::path::PathBuf;

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
        MailSettings, PreferencesSettings, RecordsSettings, TenantState, Upstream,
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
    profile::Profile,
    provision::{Entry, Person},
};
use serde::{Deserialize, Serialize};

use self::{
    clients::Registry,
    writing::{is_default, shortly},
};
pub use self::{
    clients::{ApplicationManifest, ClientManifest, DrawnSecret, PartyManifest},
    secrets::Secrets,
    tree::Tree,
    webhooks::WebhookManifest,
};

/// Everything a manifest says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The tenants it speaks of; others are left alone.
    #[serde(default)]
    pub tenants: Vec<TenantManifest>,
}

/// One tenant. What is left out has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantManifest {
    /// Short name, by which it is known again.
    pub slug: String,
    /// Host names that lead to it; may be left out where it is the only tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Whether it serves: `enabled`, `disabled` or `needs_review`; the first where it is left out. It is in one file of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<TenantState>,
    /// Language where the browser says nothing we have. It is in one file of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// How it looks to people. It is in one file of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Brand>,
    /// Default lifetimes.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub lifetimes: Option<Lifetimes>,
    /// Settings of the records door.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub records: Option<RecordsSettings>,
    /// Settings of the dashboard door.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<DashboardSettings>,
    /// Settings of the authorization door.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub authorization: Option<AuthorizationSettings>,
    /// Settings of the check API.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub checks: Option<CheckSettings>,
    /// Settings of mails.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSettings>,
    /// Settings of the dataspace door.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub dataspace: Option<DataspaceSettings>,
    /// Settings of the preferences door.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub preferences: Option<PreferencesSettings>,
    /// Its products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<ApplicationManifest>,
    /// Who stands behind clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<PartyManifest>,
    /// Clients of the authorization door.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientManifest>,
    /// Where back ends are told what happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<WebhookManifest>,
    /// Credentials of back ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_keys: Vec<ApiKeyManifest>,
    /// What can be agreed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<DefinitionManifest>,
    /// Directory accounts of services and operators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountManifest>,
    /// People who log in here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonManifest>,
}

/// A definition with its current wordings (consent-api 12.5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionManifest {
    /// Its id.
    pub key: DefinitionKey,
    /// What it stands for; an agreement of the records door where nothing is said.
    #[serde(default = "agreement")]
    pub kind: DefinitionKind,
    /// Label for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Longer description for operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Free parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<String>,
    /// The broader definition that must not be switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DefinitionKey>,
    /// How long a consent lasts, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Lifetime>,
    /// What can be done with it; `use` and `read` where nothing is said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: Actions,
    /// How it is answered at the preferences door.
    #[serde(default, skip_serializing_if = "is_default")]
    pub choice: Choice,
    /// The words it is asked with. Published ones never change: a new version takes their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub localizations: Vec<LocalizationManifest>,
}

/// The words in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalizationManifest {
    /// Language.
    pub locale: Locale,
    /// `MAJOR.MINOR`.
    pub version: WordingVersion,
    /// Title or summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Which data.
    pub data: String,
    /// What for.
    pub purpose: String,
}

/// A credential of a back end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyManifest {
    /// The key: 20 to 64 letters, digits, hyphens and underscores.
    pub id: String,
    /// File with its secret; a line break at the end does not count. It is a machine's, of 32 characters at least. One that is known
    /// keeps its secret where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// Variable of the environment with it, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// What it opens: `preferences`, `dataspace`, `dashboard`, or `admin_jwt`, whose secret is base64 of 32 bytes.
    pub opens: Opens,
    /// Whether it is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
}

/// A directory account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountManifest {
    /// Distinguished name.
    pub dn: String,
    /// Login names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uid: Vec<String>,
    /// Common names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cn: Vec<String>,
    /// Its UUID in the directory it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_uuid: Option<String>,
    /// File with its password; a line break at the end does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// Variable of the environment with it, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
    /// Whether it may do anything.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bypass_acl: bool,
    /// Whether it is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
}

/// Somebody who logs in here, by the names they are known by at the doors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonManifest {
    /// What they type to log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// Distinguished name, for the records door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dn: Option<String>,
    /// Customer id, for the dashboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Who they are at other OpenID providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<UpstreamIdentity>,
    /// File with their password; a line break at the end does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// Variable of the environment with it, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
    /// Where they are reached by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailAddress>,
    /// The language they read best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// What clients may be told of them, by the names of OpenID Connect Core 5.1.
    pub profile: Option<Profile>,
    /// Names of the applications they log in to; where nothing is said, all of the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<String>>,
}

/// Who somebody is at another OpenID provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamIdentity {
    /// The provider's issuer.
    pub issuer: String,
    /// The identifier it has for them.
    pub sub: String,
}

const fn agreement() -> DefinitionKind {
    DefinitionKind::Agreement
}

impl TenantManifest {
    /// What of it is configuration and people, in a ledger in which the tenant is `known`, or new.
    pub fn contents(
        &self,
        known: Option<&TenantSnapshot>,
        ids: Ids<'_>,
        secrets: &Secrets,
    ) -> anyhow::Result<Contents> {
        let registry = Registry::of(self, known, ids, secrets)?;
        let definitions = self.definitions.iter();
        let mut entries: Vec<Entry> = definitions
            .flat_map(|definition| definition.entries(ids.now))
            .collect();
        entries.extend(registry.entries());
        for key in &self.api_keys {
            let told = || format!("API key {}", key.id);
            entries.push(key.entry(known, secrets).with_context(told)?);
        }
        let accounts = self.accounts.iter().map(|account| account.wish(secrets));
        let people = self.people.iter();
        let people = people.map(|person| {
            Ok((
                format!("person {}", person.name()),
                person.person(&registry, secrets)?,
            ))
        });
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
    fn entry(&self, known: Option<&TenantSnapshot>, secrets: &Secrets) -> anyhow::Result<Entry> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        anyhow::ensure!(
            (20..=64).contains(&self.id.len()) && self.id.bytes().all(plain),
            "an id is 20 to 64 letters, digits, hyphens and underscores"
        );
        let told = secrets.machine_secret(self.secret_file.as_deref(), self.secret_env.as_deref())?;
        let known = known.and_then(|known| known.api_credentials.get(&self.id));
        match told {
            Some(secret) if self.opens == Opens::AdminJwt => Ok(Entry::SharedSecret(SharedSecret {
                id: self.id.clone(),
                key: DirectKey::parse(&secret)?,
                enabled: !self.disabled,
            })),
            Some(secret) => Ok(Entry::ApiCredential(ApiCredential {
                client_id: self.id.clone(),
                secrets: vec![StoredSecret {
                    sha256: opaque::hash_text(&secret),
                    expires_at: None,
                }],
                enabled: !self.disabled,
                opens: self.opens,
                sealed: None,
            })),
            None => {
                let known = known.context("a new one needs secret_file or secret_env")?;
                anyhow::ensure!(
                    (known.opens == Opens::AdminJwt) == (self.opens == Opens::AdminJwt),
                    "its secret is kept in another way where it opens something else, so secret_file or secret_env is needed"
                );
                Ok(Entry::ApiCredential(ApiCredential {
                    enabled: !self.disabled,
                    opens: self.opens,
                    ..known.clone()
                }))
            }
        }
    }
}

impl AccountManifest {
    /// Its name.
    pub fn dn(&self) -> anyhow::Result<Dn> {
        Dn::parse(&self.dn).with_context(|| format!("account {}", self.dn))
    }

    fn wish(&self, secrets: &Secrets) -> anyhow::Result<AccountWish> {
        Ok(AccountWish {
            dn: self.dn()?,
            uid: self.uid.clone(),
            cn: self.cn.clone(),
            entry_uuid: self.entry_uuid.clone(),
            password: secrets
                .secret(self.password_file.as_deref(), self.password_env.as_deref())?
                .map(|password| NewPassword::Clear(password.into())),
            bypass_acl: Some(self.bypass_acl),
            disabled: Some(self.disabled),
        })
    }
}

impl PersonManifest {
    fn person(&self, registry: &Registry<'_>, secrets: &Secrets) -> anyhow::Result<Person> {
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
            password: secrets.secret(self.password_file.as_deref(), self.password_env.as_deref())?,
            applications,
            contact,
            profile: self.profile.clone(),
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
