//! Purposes and preferences that a first party's back end defines at this door (consent-tokens-and-preferences 12). They are definitions of
//! the ledger, with published wordings, as the manifest and the administration door write them.

use std::{collections::BTreeMap, sync::Arc};

use consentry_domain::{
    definition::{Definition, DefinitionKind, Localization, WordingVersion},
    locale::Locale,
};

use super::{ATTEMPTS, ManagePreferences, PreferenceError, check::Wrong};
use crate::{
    Ledger, TenantSnapshot,
    access::Permit,
    error::Fault,
    once::Outcome,
    provision::{
        Entry, ProvisionError,
        change::{Author, Plan, of_entry},
    },
};

/// Most purposes of a tenant that are defined here (17).
const MOST_PURPOSES: usize = 300;

/// The words of one language, as far as somebody says them; what they leave out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChoiceText {
    /// What it is called.
    pub title: Option<String>,
    /// Which data.
    pub data: Option<String>,
    /// What for.
    pub purpose: Option<String>,
}

/// A purpose or preference as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceWish {
    /// What it is.
    pub definition: Definition,
    /// Its words by language. Languages that are not named stay as they are.
    pub texts: BTreeMap<Locale, ChoiceText>,
}

fn refused(path: &str, why: impl Into<String>) -> PreferenceError {
    PreferenceError::Invalid(vec![Wrong {
        index: None,
        path: path.to_owned(),
        why: why.into(),
    }])
}

impl From<ProvisionError> for PreferenceError {
    fn from(error: ProvisionError) -> Self {
        match error {
            ProvisionError::Fault(fault) => Self::Fault(fault),
            other => refused("", other.to_string()),
        }
    }
}

impl Ledger {
    /// Makes a purpose or preference what `wish` says of the tenant as it is, all of it or nothing; answers the tenant as it is then.
    /// `wish` is asked again where somebody else was faster. Words that are others than the published ones become their next version.
    pub async fn define_choice(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        request: &str,
        wish: impl Fn(&TenantSnapshot) -> Result<ChoiceWish, PreferenceError> + Send + Sync,
    ) -> Result<(Arc<TenantSnapshot>, Definition), PreferenceError> {
        let all = |now: &TenantSnapshot| Ok(vec![wish(now)?]);
        let (now, mut defined) = self.define_choices(tenant, permit, request, all).await?;
        Ok((now, defined.pop().ok_or(PreferenceError::NotFound)?))
    }

    /// As [`Self::define_choice`], of several at once.
    pub async fn define_choices(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        request: &str,
        wishes: impl Fn(&TenantSnapshot) -> Result<Vec<ChoiceWish>, PreferenceError> + Send + Sync,
    ) -> Result<(Arc<TenantSnapshot>, Vec<Definition>), PreferenceError> {
        for _ in 0..ATTEMPTS {
            let now = self.directory().tenant(tenant.id()).cloned();
            let now = now.ok_or(PreferenceError::NotFound)?;
            let (ids, author) = (self.ids(), Author::of(permit.caller(), request));
            let mut plan = Plan::new(&now, ids.now);
            let mut defined = Vec::new();
            for ChoiceWish { definition, texts } in wishes(&now)? {
                check(&now, &definition)?;
                tracing::info!(caller = ?permit.caller(), definition = %definition.key, "defining what can be chosen");
                let entry = Entry::Definition(definition.clone());
                plan.extend(of_entry(&now, &ids, &author, &entry)?);
                for (locale, text) in texts {
                    let wording = next_wording(&now, &definition, locale, text, ids.now);
                    if let Some(wording) = wording {
                        plan.extend(of_entry(&now, &ids, &author, &Entry::Localization(wording))?);
                    }
                }
                self.leads_to(Outcome::made(definition.key.as_str()));
                defined.push(definition);
            }
            if plan.len() == 0 || self.settle(plan.finish()?).await? {
                let now = self.directory().tenant(tenant.id()).cloned();
                return Ok((now.ok_or(PreferenceError::NotFound)?, defined));
            }
        }
        Err(Fault::Conflict.into())
    }
}

/// What a definition of this door may be.
fn check(tenant: &TenantSnapshot, definition: &Definition) -> Result<(), PreferenceError> {
    let kinds = [DefinitionKind::Purpose, DefinitionKind::Preference];
    let known = tenant.definitions.get(&definition.key);
    let is_other = known.is_some_and(|known| known.kind != definition.kind);
    if !kinds.contains(&definition.kind) || is_other {
        return Err(PreferenceError::Conflict("the id is that of something else"));
    }
    let of_kind = |kind| tenant.definitions.values().filter(move |own| own.kind == kind);
    if definition.kind == DefinitionKind::Purpose {
        if known.is_none() && of_kind(DefinitionKind::Purpose).count() >= MOST_PURPOSES {
            return Err(refused("", "there are 300 purposes already"));
        }
        return Ok(());
    }
    let is_there =
        |key: &consentry_domain::DefinitionKey| of_kind(DefinitionKind::Purpose).any(|own| own.key == *key);
    if definition.parent.as_ref().is_none_or(|parent| !is_there(parent)) {
        return Err(refused("purpose_id", "must be a purpose of the organization"));
    }
    Ok(())
}

/// The wording that is to be published, one minor version above the current one; none where it says the same.
fn next_wording(
    tenant: &TenantSnapshot,
    definition: &Definition,
    locale: Locale,
    text: ChoiceText,
    published_at: consentry_domain::Timestamp,
) -> Option<Localization> {
    let wordings = tenant.wordings_in(&definition.key, locale.as_str());
    let current = wordings.into_iter().max_by_key(|own| own.version);
    let version = current.map_or(WordingVersion { major: 1, minor: 0 }, |own| WordingVersion {
        minor: own.version.minor.saturating_add(1),
        ..own.version
    });
    let next = Localization {
        definition: definition.key.clone(),
        locale: current.map_or(locale, |own| own.locale.clone()),
        version,
        title: text.title.or_else(|| current.and_then(|own| own.title.clone())),
        data: text
            .data
            .or_else(|| current.map(|own| own.data.clone()))
            .unwrap_or_default(),
        purpose: text
            .purpose
            .or_else(|| current.map(|own| own.purpose.clone()))
            .unwrap_or_default(),
        published_at,
    };
    let is_other = |own: &Localization| {
        (&own.title, &own.data, &own.purpose) != (&next.title, &next.data, &next.purpose)
    };
    current.is_none_or(is_other).then_some(next)
}
