//! The whole tree of purposes with what a person chose in it (consent-tokens-and-preferences 5.5).

use std::collections::BTreeSet;

use consentry_domain::definition::{Definition, DefinitionKind};
use serde_json::{Value, json};

use super::{check::told_id, model::Choices};
use crate::TenantSnapshot;

/// The purposes or preferences that are shown, in the order of the tree (12).
pub fn in_order(tenant: &TenantSnapshot, kind: DefinitionKind) -> Vec<&Definition> {
    let all = tenant.definitions.values();
    let mut shown: Vec<&Definition> = all.filter(|own| own.kind == kind && !own.choice.hidden).collect();
    shown.sort_by_key(|own| own.choice.order.unwrap_or(u32::MAX));
    shown
}

/// Every purpose of the tenant, in the order of the tree, with all its preferences and values; what was not answered is `null`.
pub fn full_tree(tenant: &TenantSnapshot, choices: &Choices) -> Value {
    let preferences = in_order(tenant, DefinitionKind::Preference);
    in_order(tenant, DefinitionKind::Purpose)
        .into_iter()
        .map(|purpose| {
            let chosen = choices.purposes.iter().find(|own| own.id == purpose.key.as_str());
            let below = preferences
                .iter()
                .filter(|own| own.parent.as_ref() == Some(&purpose.key));
            let preferences: Vec<Value> = below
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
            let id = told_id(tenant, purpose.key.as_str());
            json!({ "id": id, "enabled": enabled, "preferences": preferences })
        })
        .collect()
}
