//! Taking configuration away again. What records refer to stays, unless that is forced: it is what people agreed to
//! (consent-api 12.5).

use consentry_domain::{
    DefinitionKey, credential::Principal, definition::Localization, dn::Dn, locale::Locale,
};
use consentry_store::{ChangeSet, ConfigurationKind, Expect, RecordQuery, RowChange, RowKey};
use serde_json::{Map, Value, json};

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    carry_out::definition_key,
    environment::Ids,
    error::Fault,
    events,
    provision::change::{Author, rest_on_definition},
    records::audit,
};

/// Records looked at in one question.
const PAGE: u32 = 1_000;

/// What is taken away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removal {
    /// A definition with all its wordings.
    Definition(DefinitionKey),
    /// All wordings of a definition in one locale.
    Locale(DefinitionKey, Locale),
    /// A directory entry.
    Account(Dn),
}

/// Whether what records refer to is taken away too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// It stays.
    Stays,
    /// It goes. The records stay, and what was shown stays in them.
    Goes,
}

/// Why something was not taken away; then nothing was.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    /// Records refer to it.
    #[error("{0} is what records refer to")]
    InUse(Removal),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl std::fmt::Display for Removal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Definition(key) => write!(f, "definition {key}"),
            Self::Locale(key, locale) => write!(f, "localization {key} {locale}"),
            Self::Account(dn) => write!(f, "account {}", dn.as_str()),
        }
    }
}

impl Ledger {
    /// Takes all of it away, or nothing.
    pub async fn remove(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        removals: &[Removal],
        in_use: InUse,
    ) -> Result<(), RemovalError> {
        tracing::info!(caller = ?permit.caller(), removals = removals.len(), "removing configuration");
        self.check_removals(tenant, removals, in_use).await?;
        let change = removal_change(tenant, &self.ids(), &Author::default(), removals)?;
        if !change.is_empty() {
            let _receipt = self.commit(change).await.map_err(Fault::from)?;
        }
        Ok(())
    }

    /// Whether all of it may go.
    pub async fn check_removals(
        &self,
        tenant: &TenantSnapshot,
        removals: &[Removal],
        in_use: InUse,
    ) -> Result<(), RemovalError> {
        if in_use == InUse::Goes {
            return Ok(());
        }
        for removal in removals {
            if self.is_referred_to(tenant, removal).await? {
                return Err(RemovalError::InUse(removal.clone()));
            }
        }
        Ok(())
    }

    async fn is_referred_to(&self, tenant: &TenantSnapshot, removal: &Removal) -> Result<bool, Fault> {
        let (definition, locale) = match removal {
            Removal::Definition(definition) => (definition, None),
            Removal::Locale(definition, locale) => (definition, Some(locale)),
            Removal::Account(_) => return Ok(false),
        };
        let mut query = RecordQuery {
            definition: Some(definition.clone()),
            definition_key: Some(definition_key(tenant, definition).1),
            limit: PAGE,
            subject: None,
            owner: None,
            actor: None,
            audience: None,
            collaborator: None,
            after: None,
        };
        loop {
            let found = self.inner.store.records(tenant.id(), query.clone()).await?;
            let refers = found.iter().any(|found| {
                locale.is_none_or(|locale| {
                    let wording = found.consent.wording.as_ref();
                    wording.is_some_and(|wording| wording.locale.matches(locale.as_str()))
                })
            });
            // One more than asked for says that there are more.
            let has_more = u32::try_from(found.len()).is_ok_and(|count| count > PAGE);
            match found.last() {
                Some(last) if !refers && has_more => {
                    query.after = Some((last.row.record.created_at, last.row.record.id));
                }
                _ => return Ok(refers),
            }
        }
    }
}

/// All of it taken away. Each removal rests on the rows that were seen, and one of wordings on their definition too.
pub(crate) fn removal_change(
    tenant: &TenantSnapshot,
    ids: &Ids<'_>,
    author: &Author,
    removals: &[Removal],
) -> Result<ChangeSet, Fault> {
    let mut change = ChangeSet::new(tenant.id(), ids.now);
    for removal in removals {
        for (kind, id) in rows(tenant, removal) {
            let Some(version) = tenant.versions.get(&(kind, id.clone())) else {
                continue;
            };
            let key = RowKey::Configuration(kind, id);
            change.expect.push(Expect::At(key.clone(), *version));
            change.rows.push(RowChange::Delete(key));
        }
        if let Removal::Locale(key, _) = removal {
            rest_on_definition(tenant, key, &mut change)?;
        }
        for (kind, mut body) in retirements(tenant, removal) {
            author.sign(&mut body);
            change.events.push(events::public(ids, kind, None, &body)?);
        }
    }
    Ok(change)
}

fn rows(tenant: &TenantSnapshot, removal: &Removal) -> Vec<(ConfigurationKind, String)> {
    let wordings = |definition: &DefinitionKey, locale: Option<&Locale>| -> Vec<_> {
        let all = tenant.localizations.get(definition).into_iter().flatten();
        all.filter(|wording| locale.is_none_or(|locale| wording.locale.matches(locale.as_str())))
            .map(|wording| {
                let id = format!("{} {} {}", wording.definition, wording.locale, wording.version);
                (ConfigurationKind::Localization, id)
            })
            .collect()
    };
    match removal {
        Removal::Definition(key) => {
            let mut rows = wordings(key, None);
            rows.push((ConfigurationKind::Definition, key.as_str().to_owned()));
            rows
        }
        Removal::Locale(key, locale) => wordings(key, Some(locale)),
        Removal::Account(dn) => {
            let known = tenant.principals.named(dn);
            known
                .map(|entry| (ConfigurationKind::Principal, entry.dn.clone()))
                .into_iter()
                .collect()
        }
    }
}

/// What the log says of a removal: of a definition, that its wordings went too.
fn retirements(tenant: &TenantSnapshot, removal: &Removal) -> Vec<(&'static str, Map<String, Value>)> {
    let retired = |members: [(&str, Value); 2]| {
        let members = members.into_iter();
        members.map(|(name, value)| (name.to_owned(), value)).collect()
    };
    let wording = |wording: &Localization| {
        let definition = json!({ "id": wording.definition, "locale": wording.locale });
        let touched = audit::of_localization(Some(wording), None);
        let members = [("definition", definition), ("touched", json!(touched))];
        ("localization.retired", retired(members))
    };
    match removal {
        Removal::Definition(key) => {
            let wordings = tenant.current_wordings(key).into_iter().map(wording);
            let touched = audit::of_definition(tenant.definitions.get(key), None);
            let members = [("definition", json!(key)), ("touched", json!(touched))];
            let definition = ("definition.retired", retired(members));
            wordings.chain([definition]).collect()
        }
        Removal::Locale(key, locale) => {
            let current = tenant.wording(key, locale.as_str());
            current.map(wording).into_iter().collect()
        }
        Removal::Account(dn) => {
            let known = tenant.principals.named(dn);
            let account = |known: &Principal| {
                let touched = audit::of_account(Some(known), None);
                let reference = audit::account_reference(tenant, &known.dn);
                let members = [("account", json!(reference)), ("touched", json!(touched))];
                ("account.retired", retired(members))
            };
            known.map(account).into_iter().collect()
        }
    }
}
