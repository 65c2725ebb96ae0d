//! Whether choices can be taken (consent-tokens-and-preferences 5.3, 17), and what follows from a one-click purpose (5.6).

use std::collections::BTreeSet;

use consentry_domain::{
    DefinitionKey,
    definition::{Definition, DefinitionKind},
};

use super::model::{ChannelChoice, Choices, EventBody, EventStatus, PurposeChoice, ValueChoice};
use crate::TenantSnapshot;

/// Most purposes of one event.
const PURPOSES: usize = 1_000;

/// Most vendors of one event.
const VENDORS: usize = 5_000;

/// A part of what was sent that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which of several; none where there is one.
    pub index: Option<usize>,
    /// Where in it.
    pub path: String,
    /// What is wrong.
    pub why: String,
}

/// Everything that is wrong with choices.
pub(crate) fn check(tenant: &TenantSnapshot, choices: &Choices) -> Vec<Wrong> {
    let mut check = Check {
        tenant,
        wrong: Vec::new(),
    };
    check.choices(choices);
    check.wrong
}

/// The purpose with this id.
pub(crate) fn purpose<'a>(tenant: &'a TenantSnapshot, id: &str) -> Option<&'a Definition> {
    let definition = tenant.definitions.get(&DefinitionKey::parse(id).ok()?)?;
    (definition.kind == DefinitionKind::Purpose).then_some(definition)
}

/// Calls purposes by their keys that are called by what they are called elsewhere; none where all are called so already.
pub(crate) fn canonical(tenant: &TenantSnapshot, choices: &Choices) -> Option<Choices> {
    let is_known = |id: &str| purpose(tenant, id).is_some();
    if choices.purposes.iter().all(|own| is_known(&own.id)) {
        return None;
    }
    let mut canonical = choices.clone();
    for own in canonical.purposes.iter_mut().filter(|own| !is_known(&own.id)) {
        if let Some(meant) = called_elsewhere(tenant, &own.id) {
            meant.key.as_str().clone_into(&mut own.id);
        }
    }
    Some(canonical)
}

/// Names of a purpose that are taken for its id, the one that it is told by first (12).
const NAMES: [&str; 2] = ["didomi", "custom"];

fn called_elsewhere<'a>(tenant: &'a TenantSnapshot, id: &str) -> Option<&'a Definition> {
    tenant.definitions.values().find(|known| {
        let mut names = NAMES.iter().filter_map(|name| known.choice.namespaces.get(*name));
        known.kind == DefinitionKind::Purpose && names.any(|name| name == id)
    })
}

/// By which id others are told of the purpose with this key (12): what it is called elsewhere, where that is said, and means no other
/// purpose here.
pub fn told_id<'a>(tenant: &'a TenantSnapshot, key: &'a str) -> &'a str {
    let Some(known) = purpose(tenant, key) else {
        return key;
    };
    let mut names = NAMES.iter().filter_map(|name| known.choice.namespaces.get(*name));
    let is_its_own = |name: &&String| {
        let meant = purpose(tenant, name).or_else(|| called_elsewhere(tenant, name));
        meant.is_some_and(|meant| meant.key == known.key)
    };
    names.find(is_its_own).map_or(key, String::as_str)
}

/// The preferences below a purpose.
pub(crate) fn below<'a>(tenant: &'a TenantSnapshot, purpose: &Definition) -> Vec<&'a Definition> {
    let all = tenant.definitions.values();
    all.filter(|own| own.kind == DefinitionKind::Preference && own.parent.as_ref() == Some(&purpose.key))
        .collect()
}

/// Answers the preferences below purposes of `which` with one-click consent, apart from those that were answered explicitly under the
/// same regulation, now or earlier.
pub(crate) fn propagate<'a>(
    tenant: &TenantSnapshot,
    (choices, regulation): (&mut Choices, &str),
    which: impl Fn(&str) -> bool,
    earlier: impl Iterator<Item = &'a EventBody> + Clone,
) {
    for choice in choices.purposes.iter_mut().filter(|own| which(&own.id)) {
        let Some(Some(enabled)) = choice.enabled else {
            continue;
        };
        let Some(definition) = purpose(tenant, &choice.id).filter(|own| own.choice.one_click) else {
            continue;
        };
        let is_explicit = |preference: &str| {
            earlier
                .clone()
                .filter(|event| event.status == EventStatus::Confirmed && event.regulation == regulation)
                .flat_map(|event| &event.choices.purposes)
                .filter(|own| own.id == choice.id)
                .filter_map(|own| own.values.get(preference))
                .any(|value| !value.from_propagation)
        };
        let mut values = Vec::new();
        for preference in below(tenant, definition) {
            let id = preference.key.as_str();
            let is_open = preference.choice.multiple && !preference.choice.hidden;
            if is_open && !choice.values.contains_key(id) && !is_explicit(id) {
                let all: Vec<&str> = preference
                    .choice
                    .values
                    .iter()
                    .map(|own| own.id.as_str())
                    .collect();
                values.push((id.to_owned(), if enabled { all.join(",") } else { String::new() }));
            }
        }
        choice.propagation = !values.is_empty();
        choice.values.extend(values.into_iter().map(|(id, value)| {
            let value = ValueChoice {
                value,
                from_propagation: true,
            };
            (id, value)
        }));
    }
}

struct Check<'a> {
    tenant: &'a TenantSnapshot,
    wrong: Vec<Wrong>,
}

impl Check<'_> {
    fn refuse(&mut self, path: impl Into<String>, why: impl Into<String>) {
        self.wrong.push(Wrong {
            index: None,
            path: path.into(),
            why: why.into(),
        });
    }

    fn choices(&mut self, choices: &Choices) {
        let vendors = &choices.vendors;
        let named: usize = [
            &vendors.enabled,
            &vendors.disabled,
            &vendors.enabled_li,
            &vendors.disabled_li,
        ]
        .iter()
        .map(|list| list.len())
        .sum();
        if choices.purposes.is_empty() && choices.channels.is_empty() && named == 0 && choices.tcfcs.is_none()
        {
            self.refuse("consents", "must hold at least one choice");
        }
        if choices.purposes.len() > PURPOSES {
            self.refuse("consents.purposes", format!("has more than {PURPOSES} entries"));
            return;
        }
        if named > VENDORS {
            self.refuse("consents.vendors", format!("names more than {VENDORS} vendors"));
            return;
        }
        self.once(
            "consents.purposes",
            choices.purposes.iter().map(|own| own.id.as_str()),
        );
        self.channels("consents.channels", &choices.channels);
        self.sides("", &vendors.enabled, &vendors.disabled);
        self.sides("_li", &vendors.enabled_li, &vendors.disabled_li);
        for (position, choice) in choices.purposes.iter().enumerate() {
            self.purpose(&format!("consents.purposes.{position}"), choice);
        }
    }

    fn once<'a>(&mut self, path: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        let twice: Vec<&str> = ids.filter(|id| !seen.insert(*id)).collect();
        for id in twice {
            self.refuse(path, format!("{id} is there twice"));
        }
    }

    fn channels(&mut self, path: &str, channels: &[ChannelChoice]) {
        self.once(path, channels.iter().map(|own| own.id.as_str()));
    }

    fn sides(&mut self, basis: &str, on: &[String], off: &[String]) {
        let off: BTreeSet<&String> = off.iter().collect();
        if let Some(both) = on.iter().find(|id| off.contains(id)) {
            self.refuse(
                format!("consents.vendors.enabled{basis}"),
                format!("{both} is enabled and disabled"),
            );
        }
    }

    fn purpose(&mut self, path: &str, choice: &PurposeChoice) {
        let settings = &self.tenant.tenant.preferences;
        let known = purpose(self.tenant, &choice.id).cloned();
        if known.is_none() && settings.validate_purpose_id {
            self.refuse(format!("{path}.id"), format!("no purpose {}", choice.id));
        }
        if !choice.preferences.is_empty() && settings.disable_preferences_in_consents {
            self.refuse(format!("{path}.preferences"), "are not taken here; send values");
        }
        self.once(
            &format!("{path}.preferences"),
            choice.preferences.iter().map(|own| own.id.as_str()),
        );
        self.channels(&format!("{path}.channels"), &choice.channels);
        let Some(known) = known else { return };
        for (id, value) in &choice.values {
            self.value(&format!("{path}.values.{id}"), &known, id, &value.value);
        }
        if self.tenant.tenant.preferences.validate_purpose_id {
            for (position, nested) in choice.preferences.iter().enumerate() {
                if self.preference(&known, &nested.id).is_none() {
                    let place = format!("{path}.preferences.{position}.id");
                    self.refuse(place, format!("no preference {}", nested.id));
                }
            }
        }
    }

    fn preference(&self, purpose: &Definition, id: &str) -> Option<Definition> {
        below(self.tenant, purpose)
            .into_iter()
            .find(|own| own.key.as_str() == id)
            .cloned()
    }

    fn value(&mut self, path: &str, purpose: &Definition, id: &str, value: &str) {
        let Some(preference) = self.preference(purpose, id) else {
            if self.tenant.tenant.preferences.validate_purpose_id {
                self.refuse(path, format!("no preference {id} of {}", purpose.key));
            }
            return;
        };
        let chosen: Vec<&str> = value.split(',').filter(|own| !own.is_empty()).collect();
        if chosen.len() > 1 && !preference.choice.multiple {
            self.refuse(format!("{path}.value"), "takes one value only");
        }
        self.once(&format!("{path}.value"), chosen.iter().copied());
        if self.tenant.tenant.preferences.validate_purpose_id {
            for own in chosen {
                if !preference.choice.knows(own) {
                    self.refuse(format!("{path}.value"), format!("no value {own}"));
                }
            }
        }
    }
}
