//! What a person chose, as it is written (consent-tokens-and-preferences 5.3).

use consentry_ledger::preferences::{
    is_id,
    model::{ChannelChoice, Choices, NestedChoice, PurposeChoice, Switch, ValueChoice, Vendors},
};
use serde_json::{Map, Value};

use super::{METADATA, Reader};

/// Longest list of values, in characters.
const VALUES: usize = 16 * 1024;

/// Longest IAB string, in characters.
const TCFCS: usize = 64 * 1024;

impl Reader {
    /// `consents`; none where it is no object.
    pub(super) fn choices(&mut self, value: &Value) -> Option<Choices> {
        let object = self.object(value, "consents")?;
        let mut choices = Choices {
            tcfcs: self.text(object, ("tcfcs", "consents.tcfcs"), TCFCS),
            channels: self.channels(object, "consents.channels"),
            ..Choices::default()
        };
        for (path, purpose) in self.items(object, "purposes", "consents.purposes") {
            choices.purposes.extend(self.purpose(purpose, &path));
        }
        if let Some(vendors) = self.inner(object, "vendors", "consents.vendors") {
            choices.vendors = Vendors {
                enabled: self.ids(vendors, "enabled"),
                disabled: self.ids(vendors, "disabled"),
                enabled_li: self.ids(vendors, "enabled_li"),
                disabled_li: self.ids(vendors, "disabled_li"),
            };
        }
        Some(choices)
    }

    /// The entries of a list, each with its place.
    fn items<'a>(&mut self, of: &'a Map<String, Value>, name: &str, path: &str) -> Vec<(String, &'a Value)> {
        let Some(value) = Self::member(of, name) else {
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.refuse(path, "must be an array");
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items
            .map(|(position, item)| (format!("{path}.{position}"), item))
            .collect()
    }

    fn ids(&mut self, of: &Map<String, Value>, name: &str) -> Vec<String> {
        let path = format!("consents.vendors.{name}");
        let mut ids = Vec::new();
        for (place, item) in self.items(of, name, &path) {
            match item.as_str().filter(|text| is_id(text)) {
                Some(id) => ids.push(id.to_owned()),
                None => self.refuse(place, "must be a text of 1 to 256 characters"),
            }
        }
        ids
    }

    fn named(&mut self, object: &Map<String, Value>, path: &str) -> Option<String> {
        let place = format!("{path}.id");
        if Self::member(object, "id").is_none() {
            self.refuse(place, "is missing");
            return None;
        }
        self.id(object, "id", &place)
    }

    fn switch(&mut self, of: &Map<String, Value>, name: &str, path: &str) -> Switch {
        match of.get(name)? {
            Value::Null => Some(None),
            Value::Bool(flag) => Some(Some(*flag)),
            _ => {
                self.refuse(format!("{path}.{name}"), "must be true, false or null");
                None
            }
        }
    }

    fn purpose(&mut self, value: &Value, path: &str) -> Option<PurposeChoice> {
        let object = self.object(value, path)?;
        let mut choice = PurposeChoice {
            id: self.named(object, path)?,
            enabled: self.switch(object, "enabled", path),
            enabled_li: self.switch(object, "enabled_li", path),
            metadata: self.members(object, ("metadata", &format!("{path}.metadata")), METADATA),
            channels: self.channels(object, &format!("{path}.channels")),
            ..PurposeChoice::default()
        };
        let place = format!("{path}.values");
        if let Some(values) = self.inner(object, "values", &place) {
            for (id, value) in values {
                let place = format!("{place}.{id}");
                let value = self
                    .object(value, &place)
                    .and_then(|own| self.text(own, ("value", &format!("{place}.value")), VALUES));
                choice.values.extend(value.map(|value| {
                    let chosen = ValueChoice {
                        value: value.split(',').map(str::trim).collect::<Vec<_>>().join(","),
                        from_propagation: false,
                    };
                    (id.clone(), chosen)
                }));
            }
        }
        for (place, nested) in self.items(object, "preferences", &format!("{path}.preferences")) {
            choice.preferences.extend(self.nested(nested, &place));
        }
        Some(choice)
    }

    fn nested(&mut self, value: &Value, path: &str) -> Option<NestedChoice> {
        let object = self.object(value, path)?;
        Some(NestedChoice {
            id: self.named(object, path)?,
            enabled: self.switch(object, "enabled", path),
            metadata: self.members(object, ("metadata", &format!("{path}.metadata")), METADATA),
            channels: self.channels(object, &format!("{path}.channels")),
        })
    }

    fn channels(&mut self, of: &Map<String, Value>, path: &str) -> Vec<ChannelChoice> {
        let mut channels = Vec::new();
        for (place, item) in self.items(of, "channels", path) {
            channels.extend(self.channel(item, &place));
        }
        channels
    }

    fn channel(&mut self, value: &Value, path: &str) -> Option<ChannelChoice> {
        let object = self.object(value, path)?;
        Some(ChannelChoice {
            id: self.named(object, path)?,
            enabled: self.switch(object, "enabled", path),
            metadata: self.members(object, ("metadata", &format!("{path}.metadata")), METADATA),
        })
    }
}
