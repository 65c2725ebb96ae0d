//! Laying one set of choices over another (consent-tokens-and-preferences 6.5): what is not mentioned stays.

use super::model::{
    ChannelChoice, Choices, Members, NestedChoice, PurposeChoice, Switch, ValueChoice, Vendors,
};

/// What an explicit `null` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// No choice: the earlier one stays.
    Keep,
    /// A correction: the earlier one goes.
    Replace,
}

/// Lays `over` over `under`.
pub(crate) fn merge(under: &mut Choices, over: &Choices, nulls: Nulls) {
    for purpose in &over.purposes {
        let own = entry(
            &mut under.purposes,
            |own| own.id == purpose.id,
            || PurposeChoice {
                id: purpose.id.clone(),
                ..PurposeChoice::default()
            },
        );
        merge_purpose(own, purpose, nulls);
    }
    merge_channels(&mut under.channels, &over.channels, nulls);
    merge_vendors(&mut under.vendors, &over.vendors);
    if over.tcfcs.is_some() {
        under.tcfcs.clone_from(&over.tcfcs);
    }
}

/// Lays free-form members over others, one level deep.
pub(crate) fn merge_members(under: &mut Option<Members>, over: Option<&Members>) {
    if let Some(over) = over {
        let under = under.get_or_insert_default();
        under.extend(over.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

fn merge_purpose(under: &mut PurposeChoice, over: &PurposeChoice, nulls: Nulls) {
    merge_switch(&mut under.enabled, over.enabled, nulls);
    merge_switch(&mut under.enabled_li, over.enabled_li, nulls);
    under.propagation |= over.propagation;
    merge_members(&mut under.metadata, over.metadata.as_ref());
    // A correction that repeats a value does not make it one that was chosen itself.
    let is_repeated = |id: &String, value: &ValueChoice| {
        let before = under.values.get(id);
        nulls == Nulls::Replace && before.is_some_and(|before| before.value == value.value)
    };
    let values = over.values.iter();
    let said: Vec<(String, ValueChoice)> = values
        .filter(|(id, value)| !is_repeated(id, value))
        .map(|(id, value)| (id.clone(), value.clone()))
        .collect();
    under.values.extend(said);
    for nested in &over.preferences {
        let own = entry(
            &mut under.preferences,
            |own| own.id == nested.id,
            || NestedChoice {
                id: nested.id.clone(),
                ..NestedChoice::default()
            },
        );
        merge_switch(&mut own.enabled, nested.enabled, nulls);
        merge_members(&mut own.metadata, nested.metadata.as_ref());
        merge_channels(&mut own.channels, &nested.channels, nulls);
    }
    merge_channels(&mut under.channels, &over.channels, nulls);
}

fn merge_channels(under: &mut Vec<ChannelChoice>, over: &[ChannelChoice], nulls: Nulls) {
    for channel in over {
        let own = entry(
            under,
            |own| own.id == channel.id,
            || ChannelChoice {
                id: channel.id.clone(),
                ..ChannelChoice::default()
            },
        );
        merge_switch(&mut own.enabled, channel.enabled, nulls);
        merge_members(&mut own.metadata, channel.metadata.as_ref());
    }
}

const fn merge_switch(under: &mut Switch, over: Switch, nulls: Nulls) {
    match (over, nulls) {
        (Some(Some(_)), _) | (Some(None), Nulls::Replace) => *under = over,
        // A purpose that is new here keeps that nothing was chosen.
        (Some(None), Nulls::Keep) if under.is_none() => *under = over,
        _ => {}
    }
}

/// A vendor is on one side of each pair; the pairs know nothing of each other.
fn merge_vendors(under: &mut Vendors, over: &Vendors) {
    lay(&mut under.enabled, &mut under.disabled, &over.enabled);
    lay(&mut under.disabled, &mut under.enabled, &over.disabled);
    lay(&mut under.enabled_li, &mut under.disabled_li, &over.enabled_li);
    lay(&mut under.disabled_li, &mut under.enabled_li, &over.disabled_li);
}

fn lay(side: &mut Vec<String>, other: &mut Vec<String>, over: &[String]) {
    other.retain(|id| !over.contains(id));
    for id in over {
        if !side.contains(id) {
            side.push(id.clone());
        }
    }
}

fn entry<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &mut T {
    let at = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(make());
        list.len() - 1
    });
    &mut list[at]
}
