//! What a visitor changed: what they sent, compared with what the page had shown them. What another door changed meanwhile is left alone.

use consentry_ledger::preferences::model::{ChannelChoice, Choices, PurposeChoice, ValueChoice};
use consentry_web::parameters::Parameters;

use super::{
    rows::{PreferenceRow, SwitchRow},
    values,
};

/// The choices that differ from what was shown; none where nothing does.
pub(super) fn changed(form: &Parameters, purposes: &[SwitchRow], channels: &[SwitchRow]) -> Option<Choices> {
    let mut choices = Choices::default();
    for row in purposes {
        let mut choice = PurposeChoice {
            id: row.id.clone(),
            enabled: switched(form, row).map(Some),
            ..PurposeChoice::default()
        };
        for preference in &row.preferences {
            if let Some(value) = picked(form, preference) {
                let value = ValueChoice {
                    value,
                    from_propagation: false,
                };
                choice.values.insert(preference.id.clone(), value);
            }
        }
        if choice.enabled.is_some() || !choice.values.is_empty() {
            choices.purposes.push(choice);
        }
    }
    for row in channels {
        if let Some(is_on) = switched(form, row) {
            choices.channels.push(ChannelChoice {
                id: row.id.clone(),
                enabled: Some(Some(is_on)),
                metadata: None,
            });
        }
    }
    (!choices.purposes.is_empty() || !choices.channels.is_empty()).then_some(choices)
}

/// What a switch was moved to; none where it was not moved.
fn switched(form: &Parameters, row: &SwitchRow) -> Option<bool> {
    let sent = form.all(&row.field).next()?;
    let is_on = match sent {
        "on" => true,
        "off" => false,
        _ => return None,
    };
    let was_shown = values(form, "shown").contains(format!("{} {sent}", row.field).as_str());
    (!was_shown).then_some(is_on)
}

/// The values that are chosen now, where they are others than were shown.
fn picked(form: &Parameters, row: &PreferenceRow) -> Option<String> {
    let (sent, shown) = (values(form, &row.field), values(form, "shown"));
    let known = || row.values.iter();
    let now: Vec<&str> = known()
        .map(|value| value.id.as_str())
        .filter(|id| sent.contains(id))
        .collect();
    let before: Vec<&str> = known()
        .filter(|value| shown.contains(row.shown(value).as_str()))
        .map(|value| value.id.as_str())
        .collect();
    // Of several where one may be chosen, the ledger says what is wrong.
    (now != before).then(|| now.join(","))
}
