//! Query strings in the style of Feathers (consent-tokens-and-preferences 2.4): reserved parameters, operators in brackets, dots for what
//! is nested.

use std::{cmp::Ordering, collections::BTreeMap};

use consentry_web::{
    error::ApiError,
    parameters::{Parameters, Rules},
};
use http::Uri;
use serde_json::Value;

use crate::failure::refused;

/// Most entries of a page.
const PAGE: usize = 100;

/// Most parameters: a filter names many values.
const RULES: Rules = Rules {
    count: 300,
    ..Rules::DEFAULT
};

/// Reserved parameters.
const RESERVED: [&str; 9] = [
    "$limit",
    "$skip",
    "$cursor",
    "$translations",
    "$include_full_tree",
    "$by_organization_user_id",
    "$generate_tcfcs",
    "$disable_integrations",
    "$sort",
];

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    In,
    Ne,
    Nin,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Operator {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "$in" => Self::In,
            "$ne" => Self::Ne,
            "$nin" => Self::Nin,
            "$gt" => Self::Gt,
            "$gte" => Self::Gte,
            "$lt" => Self::Lt,
            "$lte" => Self::Lte,
            _ => return None,
        })
    }
}

/// One condition on a field.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    field: String,
    operator: Operator,
    values: Vec<String>,
}

/// What was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    reserved: BTreeMap<String, String>,
    /// Field, and whether the latest comes first.
    sort: Option<(String, bool)>,
    conditions: Vec<Condition>,
}

impl Query {
    /// Reads the query string of a request.
    pub(crate) fn read(uri: &Uri) -> Result<Self, ApiError> {
        let parameters = Parameters::parse(uri.query().unwrap_or_default().as_bytes(), &RULES)?;
        let mut query = Self::default();
        for (name, value) in parameters.iter() {
            query.take(name, value)?;
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        if let Some(rest) = name.strip_prefix("$sort[") {
            let field = rest.strip_suffix(']').unwrap_or_default();
            if !matches!(field, "created_at" | "updated_at") {
                return Err(refused("$sort", "must be created_at or updated_at"));
            }
            let descending = match value {
                "1" => false,
                "-1" => true,
                _ => return Err(refused("$sort", "must be 1 or -1")),
            };
            self.sort = Some((field.to_owned(), descending));
            return Ok(());
        }
        if name.starts_with('$') {
            if !RESERVED.contains(&name) {
                return Err(refused(name, "is not known"));
            }
            let before = self.reserved.insert(name.to_owned(), value.to_owned());
            return match before {
                Some(_) => Err(refused(name, "may appear at most once")),
                None => Ok(()),
            };
        }
        let Some((field, rest)) = name.split_once('[') else {
            if self
                .conditions
                .iter()
                .any(|own| own.field == name && own.operator == Operator::Is)
            {
                return Err(refused(name, "may appear at most once"));
            }
            self.conditions.push(Condition {
                field: name.to_owned(),
                operator: Operator::Is,
                values: vec![value.to_owned()],
            });
            return Ok(());
        };
        let (word, place) = rest.split_once(']').unwrap_or((rest, ""));
        let is_listed = place.is_empty()
            || place
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .is_some_and(|place| place.bytes().all(|byte| byte.is_ascii_digit()));
        let Some(operator) = Operator::read(word).filter(|_| is_listed) else {
            return Err(refused(name, "has an operator that is not known"));
        };
        let same = self
            .conditions
            .iter_mut()
            .find(|own| own.field == field && own.operator == operator);
        match same {
            Some(own) if matches!(operator, Operator::In | Operator::Nin) => {
                own.values.push(value.to_owned());
            }
            Some(_) => return Err(refused(name, "may appear at most once")),
            None => self.conditions.push(Condition {
                field: field.to_owned(),
                operator,
                values: vec![value.to_owned()],
            }),
        }
        Ok(())
    }

    /// A flag: there without a value is true.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.reserved.get(name).map(String::as_str) {
            None | Some("false") => Ok(false),
            Some("true" | "") => Ok(true),
            Some(_) => Err(refused(name, "must be true or false")),
        }
    }

    /// Whether the address names a person by what the first party knows them by: any value but `false` says so.
    pub(crate) fn by_organization_user_id(&self) -> bool {
        let value = self.reserved.get("$by_organization_user_id");
        value.is_some_and(|value| value != "false")
    }

    /// A reserved parameter as it is.
    pub(crate) fn reserved(&self, name: &str) -> Option<&str> {
        self.reserved.get(name).map(String::as_str)
    }

    /// A plain parameter.
    pub(crate) fn one(&self, field: &str) -> Option<&str> {
        let own = self
            .conditions
            .iter()
            .find(|own| own.field == field && own.operator == Operator::Is);
        own.and_then(|own| own.values.first()).map(String::as_str)
    }

    /// What a field may be, as one value or with `$in`; none where nothing is said.
    pub(crate) fn any(&self, field: &str) -> Option<&[String]> {
        let own = self
            .conditions
            .iter()
            .find(|own| own.field == field && matches!(own.operator, Operator::Is | Operator::In));
        own.map(|own| own.values.as_slice())
    }

    /// Whether anything is said about a field.
    pub(crate) fn mentions(&self, field: &str) -> bool {
        self.conditions.iter().any(|own| own.field == field)
    }

    /// The conditions apart from plain ones on these fields, in words; empty where there is none.
    pub(crate) fn conditions_beside(&self, fields: &[&str]) -> String {
        let beside = self.conditions.iter().filter(|own| !own.names(fields));
        beside.fold(String::new(), |text, own| format!("{text} {own:?}"))
    }

    /// Whether there are conditions on other fields than these.
    pub(crate) fn filters_beside(&self, fields: &[&str]) -> bool {
        self.conditions
            .iter()
            .any(|own| !fields.contains(&own.field.as_str()))
    }

    /// Whether something fits all conditions, apart from plain ones on these fields.
    pub(crate) fn fits(&self, value: &Value, apart: &[&str]) -> bool {
        let conditions = self.conditions.iter();
        conditions
            .filter(|own| !own.names(apart))
            .all(|own| own.holds(at(value, &own.field)))
    }

    /// `$limit`, at most [`PAGE`].
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        match self.number("$limit")? {
            Some(number) => Ok(number.min(PAGE)),
            None => Ok(PAGE),
        }
    }

    /// `$skip`.
    pub(crate) fn skip(&self) -> Result<usize, ApiError> {
        Ok(self.number("$skip")?.unwrap_or(0))
    }

    fn number(&self, name: &'static str) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.reserved.get(name) else {
            return Ok(None);
        };
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_plain);
        number
            .map(Some)
            .ok_or_else(|| refused(name, "must be a whole number that is not negative"))
    }

    /// Puts entries into the order that is asked for; those that do not have the field stay as they are.
    pub(crate) fn sorted(&self, all: &mut [Value]) {
        let Some((field, descending)) = self.sort() else {
            return;
        };
        all.sort_by(|one, other| {
            let (one, other) = (one[field].as_str(), other[field].as_str());
            if descending {
                other.cmp(&one)
            } else {
                one.cmp(&other)
            }
        });
    }

    /// Which field a list is sorted by, and whether the latest comes first.
    pub(crate) fn sort(&self) -> Option<(&str, bool)> {
        self.sort
            .as_ref()
            .map(|(field, descending)| (field.as_str(), *descending))
    }
}

impl Condition {
    /// Whether it is a plain one on one of these fields, which names something beside the entries.
    fn names(&self, fields: &[&str]) -> bool {
        self.operator == Operator::Is && fields.contains(&self.field.as_str())
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        let is = |own: &String| value.is_some_and(|value| plain(value).as_deref() == Some(own.as_str()));
        let compared = |wanted: fn(Ordering) -> bool| {
            let (Some(value), Some(own)) = (value.and_then(plain), self.values.first()) else {
                return false;
            };
            wanted(order(&value, own))
        };
        match self.operator {
            Operator::Is | Operator::In => self.values.iter().any(is),
            Operator::Ne | Operator::Nin => !self.values.iter().any(is),
            Operator::Gt => compared(Ordering::is_gt),
            Operator::Gte => compared(Ordering::is_ge),
            Operator::Lt => compared(Ordering::is_lt),
            Operator::Lte => compared(Ordering::is_le),
        }
    }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}

/// A value as it can be written in a query string.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some("null".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn order(one: &str, other: &str) -> Ordering {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(text: &str) -> Result<Query, u16> {
        let uri: Uri = format!("/consents/events?{text}").parse().unwrap();
        Query::read(&uri).map_err(|error| error.status().as_u16())
    }

    #[test]
    fn ctp_2_4_operators_are_read_in_every_spelling() {
        for text in [
            "status[$in]=a&status[$in]=b",
            "status[$in][]=a&status[$in][]=b",
            "status[$in][0]=a&status[$in][1]=b",
            "status%5B%24in%5D=a&status%5B%24in%5D=b",
        ] {
            assert_eq!(query(text).unwrap().any("status").unwrap(), ["a", "b"], "{text}");
        }
        assert_eq!(query("status[$in]=a").unwrap().any("status").unwrap(), ["a"]);
        assert!(
            query("%24include_full_tree")
                .unwrap()
                .flag("$include_full_tree")
                .unwrap()
        );
        assert!(
            query("$by_organization_user_id=yes")
                .unwrap()
                .by_organization_user_id()
        );
        assert!(
            !query("$by_organization_user_id=false")
                .unwrap()
                .by_organization_user_id()
        );
    }

    #[test]
    fn ctp_2_4_what_cannot_be_read_is_refused() {
        for text in [
            "status[$regex]=a",
            "status=a&status=b",
            "$sort[id]=1",
            "$sort[created_at]=2",
            "$limit=1&$limit=2",
            "$where=1",
            "status[$in][x]=a",
        ] {
            assert_eq!(query(text).err(), Some(400), "{text}");
        }
        for text in ["$limit=-1", "$limit=x", "$limit=", "$limit=1.5"] {
            assert!(query(text).unwrap().limit().is_err(), "{text}");
        }
        assert!(query("$skip=-1").unwrap().skip().is_err());
        assert_eq!(query("$limit=1000").unwrap().limit().unwrap(), 100);
        assert_eq!(query("$limit=0").unwrap().limit().unwrap(), 0);
    }

    #[test]
    fn ctp_2_4_conditions_reach_what_is_nested() {
        let value =
            json!({ "metadata": { "order": 77, "name": "x" }, "created_at": "2026-03-04T00:00:00.000Z" });
        for (text, fits) in [
            ("metadata.order=77", true),
            ("metadata.order=78", false),
            ("metadata.order[$gt]=9", true),
            ("metadata.order[$lte]=76", false),
            ("metadata.name[$ne]=x", false),
            ("metadata.name[$nin]=y&metadata.name[$nin]=z", true),
            ("created_at[$gte]=2026-03-04", true),
            ("metadata.absent=1", false),
        ] {
            assert_eq!(query(text).unwrap().fits(&value, &[]), fits, "{text}");
        }
    }
}
