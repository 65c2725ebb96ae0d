//! From a body to what an endpoint is set to: JSON merge patch (RFC 7396) over the settings that are there.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use consentry_ledger::webhooks::{Auth, AuthWish, EndpointSettings, Selection};
use consentry_web::error::ApiError;
use serde::{Deserialize as _, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::admission::invalid;

/// Most values of one filter (enforcement-events-evidence 11).
const MOST_VALUES: usize = 50;

/// Writes what a body says over settings. `null` means what a new endpoint has; members that are not known are ignored (COM-16).
pub(super) fn write(settings: &mut EndpointSettings, members: &Map<String, Value>) -> Result<(), ApiError> {
    let own = &mut *settings;
    let was = own.format;
    set(
        members,
        "format",
        &mut own.format,
        EndpointSettings::default().format,
    )?;
    let usual = EndpointSettings::usual(own.format);
    if own.format != was {
        // Who changes the format and says nothing else gets what that format has.
        own.retry_profile = usual.retry_profile;
        own.timeout_s = usual.timeout_s;
    }
    set(members, "url", &mut own.url, usual.url)?;
    set(members, "description", &mut own.description, usual.description)?;
    set(members, "flatten", &mut own.flatten, usual.flatten)?;
    set(members, "signature", &mut own.signature, usual.signature)?;
    set(
        members,
        "retry_profile",
        &mut own.retry_profile,
        usual.retry_profile,
    )?;
    set(members, "timeout_s", &mut own.timeout_s, usual.timeout_s)?;
    set(members, "order", &mut own.order, usual.order)?;
    set(
        members,
        "max_in_flight",
        &mut own.max_in_flight,
        usual.max_in_flight,
    )?;
    set(members, "rate_per_s", &mut own.rate_per_s, usual.rate_per_s)?;
    set(members, "subject_view", &mut own.subject_view, usual.subject_view)?;
    set(members, "resume", &mut own.resume, usual.resume)?;
    set(members, "handshake", &mut own.handshake, usual.handshake)?;
    set(members, "ca", &mut own.ca, usual.ca)?;
    if let Some(value) = members.get("types") {
        own.selection.types = texts("/types", value)?;
    }
    match members.get("filters") {
        None => {}
        Some(Value::Null) => {
            own.selection = Selection {
                types: std::mem::take(&mut own.selection.types),
                ..Selection::default()
            };
        }
        Some(Value::Object(filters)) => {
            for (name, value) in filters {
                match name.as_str() {
                    "definition" => own.selection.definition = parsed("/filters/definition", value)?,
                    "door" => own.selection.door = doors(value)?,
                    "audience" => own.selection.audience = texts("/filters/audience", value)?,
                    "client" => own.selection.client = parsed("/filters/client", value)?,
                    // A filter that is not known would let through what was to be left out.
                    _ => return Err(invalid("/filters", "names a filter that is not known")),
                }
            }
        }
        Some(_) => return Err(invalid("/filters", "must be an object")),
    }
    Ok(())
}

/// What a body makes of how we prove ourselves. It is set whole: no part of the one before can be kept by who does not know it.
pub(super) fn auth(members: &Map<String, Value>) -> Result<AuthWish, ApiError> {
    match members.get("auth") {
        None => Ok(AuthWish::Keep),
        Some(Value::Null) => Ok(AuthWish::Remove),
        // What is wrong is not quoted: it may be a secret in the wrong place.
        Some(value) => Auth::deserialize(value).map(AuthWish::Set).map_err(|_| {
            invalid(
                "/auth",
                "must be basic with username and password, or client_credentials with token_url, client_id, client_secret and maybe scope",
            )
        }),
    }
}

fn set<T: DeserializeOwned>(
    members: &Map<String, Value>,
    name: &str,
    own: &mut T,
    usual: T,
) -> Result<(), ApiError> {
    match members.get(name) {
        None => {}
        Some(Value::Null) => *own = usual,
        Some(value) => {
            let read = T::deserialize(whole(value));
            *own = read.map_err(|error| invalid(&format!("/{name}"), &error.to_string()))?;
        }
    }
    Ok(())
}

/// A number without fraction as an integer, however it is written: `5.0` is one (JSON Schema).
pub(super) fn whole(value: &Value) -> Value {
    let float = value
        .as_f64()
        .filter(|float| value.is_f64() && float.fract() == 0.0);
    let integer = float.and_then(|float| format!("{float:.0}").parse::<i64>().ok());
    integer.map_or_else(|| value.clone(), Value::from)
}

fn texts(pointer: &str, value: &Value) -> Result<BTreeSet<String>, ApiError> {
    if value.is_null() {
        return Ok(BTreeSet::new());
    }
    let wrong = || invalid(pointer, "must be an array of at most 50 strings");
    let values = value.as_array().filter(|values| values.len() <= MOST_VALUES);
    let texts = values.ok_or_else(wrong)?.iter().map(|value| {
        let text = value.as_str().filter(|text| text.chars().count() <= 1_024);
        text.map(str::to_owned).ok_or_else(wrong)
    });
    texts.collect()
}

fn parsed<T: FromStr<Err: Display> + Ord>(pointer: &str, value: &Value) -> Result<BTreeSet<T>, ApiError> {
    let parse = |text: String| {
        let read = text.parse::<T>();
        read.map_err(|error| invalid(pointer, &error.to_string()))
    };
    texts(pointer, value)?.into_iter().map(parse).collect()
}

fn doors(value: &Value) -> Result<BTreeSet<consentry_domain::decision::Door>, ApiError> {
    if value.is_null() {
        return Ok(BTreeSet::new());
    }
    serde::Deserialize::deserialize(value)
        .map_err(|_| invalid("/filters/door", "names a door that is not known"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_without_fraction_is_an_integer() {
        for (value, expected) in [
            (json!(5.0), json!(5)),
            (json!(-3.0), json!(-3)),
            (json!(5), json!(5)),
            (json!(5.5), json!(5.5)),
            (json!(1e300), json!(1e300)),
            (json!("5.0"), json!("5.0")),
        ] {
            assert_eq!(whole(&value), expected, "{value}");
        }
    }
}
