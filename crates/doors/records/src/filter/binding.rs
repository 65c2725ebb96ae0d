//! What names mean, and whether values fit them.

use super::{
    Attribute, Condition,
    grammar::{Expression, Name, Operator, Test, Value},
};

/// What is filtered, which decides what names mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Definition,
    Localization,
}

/// A name or value without meaning here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unbound {
    /// Offset in bytes.
    pub at: usize,
    pub why: String,
}

/// Name of the complex attribute, and the prefix of its parts.
const LOCALIZATIONS: &str = "localizations";

pub(super) fn bind(expression: &Expression, resource: Resource) -> Result<Condition, Unbound> {
    let all = |parts: &[Expression]| -> Result<Vec<Condition>, Unbound> {
        parts.iter().map(|part| bind(part, resource)).collect()
    };
    match expression {
        Expression::Or(parts) => Ok(Condition::Any(all(parts)?)),
        Expression::And(parts) => Ok(Condition::All(all(parts)?)),
        Expression::Not(inner) => Ok(Condition::Not(Box::new(bind(inner, resource)?))),
        Expression::Within { attribute, filter } => {
            if resource != Resource::Definition || attribute.text != LOCALIZATIONS {
                return Err(Unbound {
                    at: attribute.at,
                    why: format!("{} has no parts to filter", attribute.text),
                });
            }
            let inner = bind(filter, Resource::Localization)?;
            Ok(Condition::OneWording(Box::new(inner)))
        }
        Expression::Compare { attribute, test } => compare(named(attribute, resource)?, test),
    }
}

fn compare(attribute: Attribute, test: &Test) -> Result<Condition, Unbound> {
    let Test::Against { operator, value, at } = test else {
        return Ok(Condition::Present(attribute));
    };
    let mismatch = |why: &str| Unbound {
        at: *at,
        why: why.to_owned(),
    };
    let Value::Text(text) = value else {
        return Err(mismatch("the value must be a string"));
    };
    let is_ordering = matches!(
        operator,
        Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual
    );
    if attribute == Attribute::Version && is_ordering {
        let version = text
            .parse()
            .map_err(|error: consentry_domain::definition::InvalidVersion| mismatch(&error.to_string()))?;
        return Ok(Condition::Version(*operator, version));
    }
    Ok(Condition::Text(attribute, *operator, folded(text)))
}

/// A text as it is compared.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn named(name: &Name, resource: Resource) -> Result<Attribute, Unbound> {
    let own = match (resource, name.text.as_str()) {
        (Resource::Definition, "id") => Some(Attribute::Id),
        (Resource::Localization, "id") => Some(Attribute::Locale),
        (_, "displayname") => Some(Attribute::DisplayName),
        (_, "description") => Some(Attribute::Description),
        (_, bare) => of_wording(bare),
    };
    let of_part = || {
        let part = name.text.strip_prefix(LOCALIZATIONS)?.strip_prefix('.')?;
        match part {
            "id" => Some(Attribute::Locale),
            other => of_wording(other),
        }
    };
    let qualified = if resource == Resource::Definition {
        of_part()
    } else {
        None
    };
    own.or(qualified).ok_or_else(|| Unbound {
        at: name.at,
        why: format!("there is no attribute {}", name.text),
    })
}

fn of_wording(name: &str) -> Option<Attribute> {
    match name {
        "locale" => Some(Attribute::Locale),
        "version" => Some(Attribute::Version),
        "titletext" => Some(Attribute::TitleText),
        "datatext" => Some(Attribute::DataText),
        "purposetext" => Some(Attribute::PurposeText),
        _ => None,
    }
}
