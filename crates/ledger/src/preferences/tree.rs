//! The whole tree of purposes with what a person chose in it (consent-tokens-and-preferences 5.5).

use std::collections::BTreeSet;

use consentry_domain::definition::DefinitionKind;
use serde_json::{Value, json};

use super::{check::below, model::Choices};
use crate::TenantSnapshot;

/// Every purpose of the tenant, by its key, with all its preferences and values; what was not answered is `null`.
pub fn full_tree(tenant: &TenantSnapshot, choices: &Choices) -> Value {
    let purposes = tenant
        .definitions
        .values()
        .filter(|own| own.kind == DefinitionKind::Purpose && !own.choice.hidden);
    purposes
        .map(|purpose| {
            let chosen = choices.purposes.iter().find(|own| own.id == purpose.key.as_str());
            let preferences: Vec<Value> = below(tenant, purpose)
                .into_iter()
                .filter(|own| !own.choice.hidden)
                .map(|preference| {
                    let answered = chosen.and_then(|own| own.values.get(preference.key.as_str()));
                    let on: BTreeSet<&str> = answered
                        .map(|own| own.value.split(',').filter(|id| !id.is_empty()).collect())
                        .unwrap_or_default();
                    let values: Vec<Value> = preference
                        .choice
                        .values
                        .iter()
                        .map(|value| {
                            let enabled = answered.map(|_| on.contains(value.id.as_str()));
                            json!({ "id": value.id, "enabled": enabled })
                        })
                        .collect();
                    let enabled = answered.map(|_| !on.is_empty());
                    json!({ "id": preference.key, "enabled": enabled, "values": values })
                })
                .collect();
            let enabled = chosen.and_then(|own| own.enabled.flatten());
            json!({ "id": purpose.key, "enabled": enabled, "preferences": preferences })
        })
        .collect()
}
