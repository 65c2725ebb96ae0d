//! Writing a manifest of what is configured: without secrets, which a manifest that names none leaves as they are, and without people.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::{Context as _, ensure};
use consentry_domain::{
    PartyId,
    client::{Client, ClientSettings, ClientType, Pkce, Prompt},
    credential::Principal,
    definition::Definition,
    tenant::TenantState,
};
use consentry_ledger::{Directory, TenantSnapshot};
use serde::{Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;

use super::{
    AccountManifest, ApiKeyManifest, ApplicationManifest, ClientManifest, DefinitionManifest,
    LocalizationManifest, Manifest, PartyManifest, TenantManifest, WebhookManifest,
};

/// What stands above.
const HEAD: &str = "# Secrets are left out: whoever is known keeps theirs. People are left out too.\n";

impl Manifest {
    /// What is configured of one tenant or of all, as YAML. An error where there is no such tenant, or where it cannot be told by names.
    pub fn configured(directory: &Directory, only: Option<&str>) -> anyhow::Result<String> {
        let tenants = directory.tenants().map(Arc::as_ref);
        let manifest = Self::of(tenants.filter(|tenant| only.is_none_or(|slug| slug == tenant.tenant.slug)))?;
        ensure!(
            only.is_none() || !manifest.tenants.is_empty(),
            "there is no tenant {}",
            only.unwrap_or_default()
        );
        manifest.text()
    }

    /// What is configured of tenants.
    pub fn of<'a>(tenants: impl Iterator<Item = &'a TenantSnapshot>) -> anyhow::Result<Self> {
        let written = tenants.map(|tenant| {
            TenantManifest::of(tenant).with_context(|| format!("tenant {}", tenant.tenant.slug))
        });
        Ok(Self {
            tenants: written.collect::<anyhow::Result<_>>()?,
        })
    }

    /// As YAML that reads back as the same.
    pub fn text(&self) -> anyhow::Result<String> {
        let text = format!("{HEAD}{}", serde_saphyr::to_string(self)?);
        let again = Self::parse(&text, Path::new("export.yaml"))?;
        ensure!(again == *self, "what was written does not read back as the same");
        Ok(text)
    }
}

/// Whether a value is what stands for it where it is left out.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Settings without those that have their default. Where leaving them out would say something else, all are written.
pub(super) fn shortly<T, S>(settings: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize + DeserializeOwned + Default + PartialEq,
    S: Serializer,
{
    let value = |settings: &T| serde_json::to_value(settings).map_err(serde::ser::Error::custom);
    let Some(settings) = settings else {
        return serializer.serialize_none();
    };
    let whole = value(settings)?;
    let short = without(whole.clone(), &value(&T::default())?);
    let says_the_same = T::deserialize(short.clone()).is_ok_and(|again| again == *settings);
    if says_the_same { short } else { whole }.serialize(serializer)
}

fn without(whole: Value, usual: &Value) -> Value {
    let Value::Object(members) = whole else {
        return whole;
    };
    let members = members
        .into_iter()
        .filter(|(key, value)| usual.get(key) != Some(value));
    Value::Object(
        members
            .map(|(key, value)| match usual.get(&key) {
                Some(usual) => {
                    let value = without(value, usual);
                    (key, value)
                }
                None => (key, value),
            })
            .collect(),
    )
}

fn unless_usual<T: Clone + Default + PartialEq>(settings: &T) -> Option<T> {
    (!is_default(settings)).then(|| settings.clone())
}

impl TenantManifest {
    fn of(known: &TenantSnapshot) -> anyhow::Result<Self> {
        let tenant = &known.tenant;
        let applications = known.applications.values();
        let applications: Vec<_> = applications
            .map(|application| ApplicationManifest {
                name: application.name.clone(),
                default_resource: application.default_resource.clone(),
                resources: application.resources.clone(),
                consent_hosts: application.consent_hosts.clone(),
            })
            .collect();
        let parties: Vec<_> = known.parties.values().map(PartyManifest::of).collect();
        one_each(
            "application",
            applications.iter().map(|application| application.name.as_str()),
        )?;
        one_each("party", parties.iter().map(|party| party.name.as_str()))?;
        let clients = known.clients.values();
        let webhooks = known.endpoints.values();
        let webhooks: Vec<_> = webhooks
            .map(|endpoint| WebhookManifest::of(endpoint, known))
            .collect::<anyhow::Result<_>>()?;
        let names: Vec<_> = webhooks.iter().map(WebhookManifest::name).collect();
        one_each("webhook", names.iter().map(String::as_str))?;
        Ok(Self {
            slug: tenant.slug.clone(),
            hosts: tenant.hosts.clone(),
            state: Some(tenant.state).filter(|state| *state != TenantState::Enabled),
            locale: Some(tenant.locale.clone()),
            brand: Some(tenant.brand.clone()),
            lifetimes: unless_usual(&tenant.lifetimes),
            records: unless_usual(&tenant.records),
            dashboard: unless_usual(&tenant.dashboard),
            authorization: unless_usual(&tenant.authorization),
            checks: unless_usual(&tenant.checks),
            mail: unless_usual(&tenant.mail),
            dataspace: unless_usual(&tenant.dataspace),
            preferences: unless_usual(&tenant.preferences),
            applications,
            parties,
            clients: clients
                .map(|client| {
                    ClientManifest::of(client, known).with_context(|| format!("client {}", client.id))
                })
                .collect::<anyhow::Result<_>>()?,
            webhooks,
            api_keys: known
                .api_credentials
                .values()
                .map(|key| ApiKeyManifest {
                    id: key.client_id.clone(),
                    secret_file: None,
                    secret_env: None,
                    opens: key.opens,
                    disabled: !key.enabled,
                })
                .collect(),
            definitions: definitions(known),
            accounts: known.principals.all().map(AccountManifest::of).collect(),
            people: Vec::new(),
        })
    }
}

/// Definitions, what others refer to first.
fn definitions(known: &TenantSnapshot) -> Vec<DefinitionManifest> {
    let depth = |definition: &Definition| {
        let mut depth = 0;
        let mut parent = definition.parent.as_ref();
        // A circle would be refused when it is made; this ends all the same.
        while let Some(key) = parent.filter(|_| depth < known.definitions.len()) {
            depth += 1;
            parent = known.definitions.get(key).and_then(|above| above.parent.as_ref());
        }
        depth
    };
    let mut sorted: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for definition in known.definitions.values() {
        sorted
            .entry(depth(definition))
            .or_default()
            .push(DefinitionManifest::of(definition, known));
    }
    sorted.into_values().flatten().collect()
}

impl DefinitionManifest {
    fn of(definition: &Definition, known: &TenantSnapshot) -> Self {
        let Definition {
            key,
            kind,
            display_name,
            description,
            parameters,
            parent,
            lifetime,
            actions,
            choice,
        } = definition.clone();
        let wordings = known.current_wordings(&key).into_iter().cloned();
        let localizations = wordings.map(|wording| LocalizationManifest {
            locale: wording.locale,
            version: wording.version,
            title: wording.title,
            data: wording.data,
            purpose: wording.purpose,
        });
        Self {
            localizations: localizations.collect(),
            key,
            kind,
            display_name,
            description,
            parameters,
            parent,
            lifetime,
            actions,
            choice,
        }
    }
}

impl PartyManifest {
    fn of(party: &consentry_domain::client::Party) -> Self {
        Self {
            name: party.name.clone(),
            legal_name: party.legal_name.clone(),
            registry: party.registry.clone(),
            registered_id: party.registered_id.clone(),
            website: party.website.clone(),
            contact: party.contact.clone(),
            logo_uri: party.logo_uri.clone(),
            verified: party.verified,
        }
    }
}

impl AccountManifest {
    fn of(account: &Principal) -> Self {
        Self {
            dn: account.dn.clone(),
            uid: account.uid.clone(),
            cn: account.cn.clone(),
            entry_uuid: account.entry_uuid.clone(),
            password_file: None,
            password_env: None,
            bypass_acl: account.bypass_acl,
            disabled: account.disabled,
        }
    }
}

impl ClientManifest {
    fn of(client: &Client, known: &TenantSnapshot) -> anyhow::Result<Self> {
        let application = known.applications.get(&client.application);
        let application = application.context("its application is not there")?;
        let party = |id: &PartyId| known.parties.get(id).map(|party| party.name.clone());
        let party = client
            .party
            .as_ref()
            .map(|id| party(id).context("its party is not there"));
        let usual_pkce = if client.is_third_party {
            known.tenant.authorization.third_party_pkce
        } else {
            Pkce::Enforce
        };
        Ok(Self {
            id: client.id.clone(),
            name: client.name.clone(),
            application: application.name.clone(),
            party: party.transpose()?,
            third_party: client.is_third_party,
            disabled: !client.enabled,
            client_type: Some(client.client_type).filter(|own| *own != ClientType::Web),
            secret_file: None,
            secret_env: None,
            redirect_uris: client.redirect_uris.clone(),
            post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
            consent_uri: client.consent_uri.clone(),
            scopes: client.allowed_scopes.clone(),
            consent_validity: client.consent_validity,
            pkce: Some(client.pkce).filter(|own| *own != usual_pkce),
            prompts: Some(client.supported_prompts.clone()).filter(|own| own.as_slice() != Prompt::ALL),
            resources: client.resources.clone(),
            authority: Some(client.authority)
                .filter(|own| *own != consentry_domain::client::ClientAuthority::None),
            purpose: client.purpose.clone(),
            prompt_consent: client.prompt_consent,
            callback_mode: client.callback_mode,
            scope_format: client.scope_format,
            settings: ClientSettings {
                updated_at: None,
                ..ClientSettings::clone(&client.settings)
            },
        })
    }
}

/// A manifest knows things again by their names, so of two with one name it could not be said which is meant.
fn one_each<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        ensure!(
            seen.insert(name),
            "there are several called {what} {name}, and a manifest knows them by their names; give them different ones first"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use consentry_domain::tenant::{AuthorizationSettings, CallbackMode, RecordsSettings};
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize)]
    struct One<T: Serialize + DeserializeOwned + Default + PartialEq> {
        #[serde(serialize_with = "shortly")]
        settings: Option<T>,
    }

    fn written<T: Serialize + DeserializeOwned + Default + PartialEq>(settings: T) -> Value {
        serde_json::to_value(One {
            settings: Some(settings),
        })
        .unwrap()["settings"]
            .take()
    }

    #[test]
    fn what_is_usual_is_left_out() {
        assert_eq!(written(RecordsSettings::default()), serde_json::json!({}));
        let own = AuthorizationSettings {
            callback_mode: CallbackMode::Compat,
            ..AuthorizationSettings::default()
        };
        assert_eq!(written(own), serde_json::json!({ "callback_mode": "compat" }));
    }

    #[test]
    fn what_has_no_default_by_itself_is_written_whole() {
        #[derive(Default, PartialEq, Serialize, Deserialize)]
        struct Pair {
            one: u8,
            other: u8,
        }
        assert_eq!(
            written(Pair { one: 1, other: 0 }),
            serde_json::json!({ "one": 1, "other": 0 })
        );
    }
}
