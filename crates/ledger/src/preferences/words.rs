//! What was chosen, in words: titles that the tenant gave to purposes, preferences, values and channels.

use std::collections::BTreeMap;

use consentry_domain::definition::Definition;

use super::{
    check,
    model::{ChannelChoice, Choices},
};
use crate::TenantSnapshot;

/// One choice in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceWords {
    /// What it is about.
    pub title: String,
    /// Whether it is on; none where nothing is said of that.
    pub enabled: Option<bool>,
    /// Preferences below it, with what was chosen of each.
    pub answers: Vec<(String, Vec<String>)>,
}

/// What a definition is called: the title of its words in the best of these languages, or its label.
pub fn title_of(tenant: &TenantSnapshot, definition: &Definition, languages: &[&str]) -> String {
    tenant
        .wording_for(&definition.key, languages.iter().copied())
        .and_then(|wording| wording.title.clone())
        .or_else(|| definition.display_name.clone())
        .unwrap_or_else(|| definition.key.as_str().to_owned())
}

/// The name in the best of these languages, or any.
pub fn named<'a>(names: &'a BTreeMap<String, String>, languages: &[&str]) -> Option<&'a str> {
    let primary = |tag: &str| {
        tag.split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    for language in languages {
        let exact = names.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
        let kin = || names.iter().find(|(tag, _)| primary(tag) == primary(language));
        if let Some((_, name)) = exact.or_else(kin) {
            return Some(name);
        }
    }
    names.values().next().map(String::as_str)
}

/// Choices, each in words, in their order. What this tenant does not know is called by its id.
pub fn choice_words(tenant: &TenantSnapshot, choices: &Choices, languages: &[&str]) -> Vec<ChoiceWords> {
    let mut said = Vec::new();
    for choice in &choices.purposes {
        let purpose = check::purpose(tenant, &choice.id);
        let preferences = purpose.map(|own| check::below(tenant, own)).unwrap_or_default();
        let mut answers = Vec::new();
        for (id, value) in &choice.values {
            let known = preferences.iter().find(|own| own.key.as_str() == id);
            let chosen = value.value.split(',').filter(|own| !own.is_empty());
            let chosen = chosen.map(|own| {
                let name = known
                    .and_then(|known| known.choice.values.iter().find(|value| value.id == own))
                    .and_then(|value| named(&value.name, languages));
                name.unwrap_or(own).to_owned()
            });
            let question = known.map_or_else(|| id.clone(), |known| title_of(tenant, known, languages));
            answers.push((question, chosen.collect()));
        }
        said.push(ChoiceWords {
            title: purpose.map_or_else(|| choice.id.clone(), |own| title_of(tenant, own, languages)),
            enabled: choice.enabled.flatten(),
            answers,
        });
    }
    said.extend(
        choices
            .channels
            .iter()
            .map(|channel| of_channel(tenant, channel, languages)),
    );
    said
}

fn of_channel(tenant: &TenantSnapshot, channel: &ChannelChoice, languages: &[&str]) -> ChoiceWords {
    let known = tenant.tenant.preferences.centers.iter();
    let known = known
        .flat_map(|center| &center.channels)
        .find(|own| own.id == channel.id);
    let name = known.and_then(|own| named(&own.name, languages));
    ChoiceWords {
        title: name.unwrap_or(&channel.id).to_owned(),
        enabled: channel.enabled.flatten(),
        answers: Vec::new(),
    }
}
