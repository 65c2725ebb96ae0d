//! What a center shows: purposes with their preferences, and channels, in the tenant's words.

use std::collections::BTreeMap;

use consentry_domain::{
    definition::{Definition, DefinitionKind},
    tenant::Center,
};
use consentry_ledger::{
    TenantSnapshot,
    preferences::{
        EventView, UserView, in_order,
        model::{Choices, Switch},
        named, title_of,
    },
};

/// A question that is answered with yes or no.
#[derive(Debug, Clone, Default)]
pub(super) struct SwitchRow {
    /// Name of its field in the form.
    pub(super) field: String,
    /// Its id.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// Language of the title, where it is known.
    pub(super) locale: Option<String>,
    /// Which data.
    pub(super) data: String,
    /// What for.
    pub(super) purpose: String,
    /// Whether it is on; none where nothing was chosen.
    pub(super) enabled: Option<bool>,
    /// What it waits for.
    pub(super) waits: Option<&'static str>,
    /// What can be chosen below it.
    pub(super) preferences: Vec<PreferenceRow>,
}

impl SwitchRow {
    pub(super) fn is_on(&self) -> bool {
        self.enabled == Some(true)
    }

    pub(super) fn is_off(&self) -> bool {
        self.enabled == Some(false)
    }

    /// What the form remembers of what was shown.
    pub(super) fn shown(&self) -> String {
        let state = match self.enabled {
            Some(true) => "on",
            Some(false) => "off",
            None => "",
        };
        format!("{} {state}", self.field)
    }
}

/// A question with values.
#[derive(Debug, Clone)]
pub(super) struct PreferenceRow {
    /// Name of its field in the form.
    pub(super) field: String,
    /// Its id.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// Whether more than one value may be chosen.
    pub(super) multiple: bool,
    /// The values.
    pub(super) values: Vec<ValueRow>,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) struct ValueRow {
    /// Its id.
    pub(super) id: String,
    /// What it is called.
    pub(super) name: String,
    /// Whether it is chosen.
    pub(super) is_chosen: bool,
}

impl PreferenceRow {
    /// What the form remembers of a value that was shown as chosen.
    pub(super) fn shown(&self, value: &ValueRow) -> String {
        format!("{} {}", self.field, value.id)
    }
}

/// The purposes that a center shows, in its order; of all of them where it names none.
pub(super) fn purposes<'a>(tenant: &'a TenantSnapshot, center: &Center) -> Vec<&'a Definition> {
    let is_purpose = |own: &&Definition| own.kind == DefinitionKind::Purpose && !own.choice.hidden;
    if center.purposes.is_empty() {
        return in_order(tenant, DefinitionKind::Purpose);
    }
    let named = center.purposes.iter();
    named
        .filter_map(|key| tenant.definitions.get(key))
        .filter(is_purpose)
        .collect()
}

/// The preferences that a center shows below a purpose, in its order; all of them where it names none.
fn preferences<'a>(tenant: &'a TenantSnapshot, center: &Center, purpose: &Definition) -> Vec<&'a Definition> {
    let is_below = |own: &&Definition| {
        own.kind == DefinitionKind::Preference
            && !own.choice.hidden
            && own.parent.as_ref() == Some(&purpose.key)
    };
    match &center.preferences {
        None => {
            let all = in_order(tenant, DefinitionKind::Preference);
            all.into_iter().filter(is_below).collect()
        }
        Some(named) => {
            let known = named.iter().filter_map(|key| tenant.definitions.get(key));
            known.filter(is_below).collect()
        }
    }
}

/// The purposes of a center as somebody's choices have them. `pending` are events of theirs that wait.
pub(super) fn of_purposes(
    tenant: &TenantSnapshot,
    center: &Center,
    user: Option<&UserView>,
    pending: &[EventView],
    languages: &[&str],
) -> Vec<SwitchRow> {
    let choices = user.map(|user| &user.choices);
    purposes(tenant, center)
        .into_iter()
        .map(|purpose| {
            let id = purpose.key.as_str();
            let chosen = choices.and_then(|own| own.purposes.iter().find(|own| own.id == id));
            let wording = tenant.wording_for(&purpose.key, languages.iter().copied());
            let values = chosen.map(|own| &own.values);
            SwitchRow {
                field: format!("purpose:{id}"),
                id: id.to_owned(),
                title: title_of(tenant, purpose, languages),
                locale: wording.map(|own| own.locale.as_str().to_owned()),
                data: wording.map(|own| own.data.clone()).unwrap_or_default(),
                purpose: wording.map(|own| own.purpose.clone()).unwrap_or_default(),
                enabled: chosen.and_then(|own| own.enabled.flatten()),
                waits: waits(pending, |own| own.purposes.iter().any(|own| own.id == id)),
                preferences: preferences(tenant, center, purpose)
                    .into_iter()
                    .map(|preference| {
                        let chosen = values
                            .and_then(|values| values.get(preference.key.as_str()))
                            .map(|value| value.value.as_str());
                        of_preference(tenant, (purpose, preference), chosen, languages)
                    })
                    .collect(),
            }
        })
        .collect()
}

fn of_preference(
    tenant: &TenantSnapshot,
    (purpose, preference): (&Definition, &Definition),
    chosen: Option<&str>,
    languages: &[&str],
) -> PreferenceRow {
    let values = preference.choice.values.iter().map(|value| ValueRow {
        id: value.id.clone(),
        name: named(&value.name, languages).unwrap_or(&value.id).to_owned(),
        is_chosen: chosen.is_some_and(|chosen| chosen.split(',').any(|own| own == value.id)),
    });
    PreferenceRow {
        field: format!("value:{} {}", purpose.key.as_str(), preference.key.as_str()),
        id: preference.key.as_str().to_owned(),
        title: title_of(tenant, preference, languages),
        multiple: preference.choice.multiple,
        values: values.collect(),
    }
}

/// The channels of a center.
pub(super) fn of_channels(
    center: &Center,
    user: Option<&UserView>,
    pending: &[EventView],
    languages: &[&str],
) -> Vec<SwitchRow> {
    let chosen: BTreeMap<&str, Switch> = user
        .into_iter()
        .flat_map(|user| &user.choices.channels)
        .map(|channel| (channel.id.as_str(), channel.enabled))
        .collect();
    let all = center.channels.iter();
    all.map(|channel| SwitchRow {
        field: format!("channel:{}", channel.id),
        id: channel.id.clone(),
        title: named(&channel.name, languages).unwrap_or(&channel.id).to_owned(),
        enabled: chosen.get(channel.id.as_str()).copied().flatten().flatten(),
        waits: waits(pending, |own| own.channels.iter().any(|own| own.id == channel.id)),
        ..SwitchRow::default()
    })
    .collect()
}

/// What something waits for, if it does.
fn waits(pending: &[EventView], is_about: impl Fn(&Choices) -> bool) -> Option<&'static str> {
    let found = pending.iter().find(|view| is_about(&view.event.choices))?;
    Some(waits_for(found))
}

/// What an event waits for, in words.
pub(super) fn waits_for(view: &EventView) -> &'static str {
    use consentry_ledger::preferences::model::Method;
    if view.event.open_methods().contains(&Method::Email) {
        "center-waits-mail"
    } else {
        "center-waits"
    }
}
