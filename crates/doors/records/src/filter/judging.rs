//! Whether a definition, or one of its wordings, fits a filter.

use std::borrow::Cow;

use consentry_domain::definition::{Definition, Localization};

use super::{Attribute, Condition, Filter, binding::folded, grammar::Operator};

impl Filter {
    /// Whether a definition with these wordings fits. An attribute of the wordings fits where it does in one of them.
    pub fn fits(&self, definition: &Definition, wordings: &[&Localization]) -> bool {
        judge(&self.0, definition, wordings)
    }
}

fn judge(condition: &Condition, definition: &Definition, wordings: &[&Localization]) -> bool {
    match condition {
        Condition::Any(parts) => parts.iter().any(|part| judge(part, definition, wordings)),
        Condition::All(parts) => parts.iter().all(|part| judge(part, definition, wordings)),
        Condition::Not(inner) => !judge(inner, definition, wordings),
        Condition::Present(attribute) => values(*attribute, definition, wordings)
            .flatten()
            .any(|value| !value.is_empty()),
        Condition::Text(attribute, operator, text) => {
            let mut values = values(*attribute, definition, wordings).peekable();
            // What is not there is different from everything.
            if values.peek().is_none() {
                return *operator == Operator::NotEqual;
            }
            values.any(|value| match value {
                Some(value) => relates(&folded(&value), *operator, text),
                None => *operator == Operator::NotEqual,
            })
        }
        Condition::Version(operator, version) => wordings
            .iter()
            .any(|wording| ordered(&wording.version, *operator, version)),
        Condition::OneWording(inner) => wordings
            .iter()
            .any(|wording| judge(inner, definition, &[wording])),
    }
}

/// The values of an attribute, one of the definition or one of each wording; none where it is not there.
fn values<'a>(
    attribute: Attribute,
    definition: &'a Definition,
    wordings: &'a [&'a Localization],
) -> Box<dyn Iterator<Item = Option<Cow<'a, str>>> + 'a> {
    let of_definition = |value: Option<&'a str>| -> Box<dyn Iterator<Item = _>> {
        Box::new(std::iter::once(value.map(Cow::Borrowed)))
    };
    match attribute {
        Attribute::Id => of_definition(Some(definition.key.as_str())),
        Attribute::DisplayName => of_definition(definition.display_name.as_deref()),
        Attribute::Description => of_definition(definition.description.as_deref()),
        of_wording => Box::new(wordings.iter().map(move |wording| value(of_wording, wording))),
    }
}

fn value(attribute: Attribute, wording: &Localization) -> Option<Cow<'_, str>> {
    match attribute {
        Attribute::Locale => Some(Cow::Borrowed(wording.locale.as_str())),
        Attribute::Version => Some(Cow::Owned(wording.version.to_string())),
        Attribute::TitleText => wording.title.as_deref().map(Cow::Borrowed),
        Attribute::DataText => Some(Cow::Borrowed(&wording.data)),
        Attribute::PurposeText => Some(Cow::Borrowed(&wording.purpose)),
        Attribute::Id | Attribute::DisplayName | Attribute::Description => None,
    }
}

fn relates(value: &str, operator: Operator, text: &str) -> bool {
    match operator {
        Operator::Contains => value.contains(text),
        Operator::StartsWith => value.starts_with(text),
        Operator::EndsWith => value.ends_with(text),
        ordering => ordered(value, ordering, text),
    }
}

fn ordered<T: Ord + ?Sized>(value: &T, operator: Operator, other: &T) -> bool {
    let order = value.cmp(other);
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}
