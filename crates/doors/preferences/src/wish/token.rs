//! Consent tokens, as they are asked for (consent-tokens-and-preferences 4.2).

use consentry_domain::Lifetime;
use consentry_ledger::preferences::{
    EventTemplate, Permission, TokenDetail, TokenWish,
    model::{Method, Validation, Validations},
};
use serde_json::{Map, Value};

use super::{Reader, event};

/// Largest free-form members of a token, in bytes (17).
const METADATA: usize = 4 * 1024;

/// Lifetime where nothing is said.
const USUAL: Lifetime = Lifetime::seconds(900);

/// A token; `longest` is the longest lifetime.
pub(crate) fn token(reader: &mut Reader, value: &Value, longest: Lifetime) -> Option<TokenWish> {
    let object = reader.object(value, "")?;
    let path = "organization_user_id";
    if Reader::member(object, path).is_none() {
        reader.refuse(path, "is missing");
    }
    let organization_user_id = reader.id(object, path, path);
    let wish = TokenWish {
        lifetime: lifetime(reader, object, longest),
        metadata: reader.members(object, ("metadata", "metadata"), METADATA),
        detail: TokenDetail {
            organization_user_id: organization_user_id.clone().unwrap_or_default(),
            permissions: permissions(reader, object),
            event: template(reader, object),
            delegate: event::delegate(reader, object, METADATA),
            validations: validations(reader, object),
        },
    };
    organization_user_id.map(|_| wish)
}

fn lifetime(reader: &mut Reader, object: &Map<String, Value>, longest: Lifetime) -> Lifetime {
    let Some(value) = object.get("lifetime") else {
        return USUAL;
    };
    let longest = longest.as_seconds();
    let seconds = value.as_i64().filter(|seconds| (1..=longest).contains(seconds));
    if seconds.is_none() {
        let why = format!("must be a positive integer of at most {longest} seconds");
        reader.refuse("lifetime", why);
    }
    seconds.map_or(USUAL, Lifetime::seconds)
}

fn permissions(reader: &mut Reader, object: &Map<String, Value>) -> Vec<Permission> {
    let Some(value) = Reader::member(object, "permissions") else {
        return vec![Permission::Read, Permission::Write];
    };
    let mut permissions = Vec::new();
    let is_read = value.as_array().is_some_and(|list| {
        list.iter().all(|item| {
            let permission = match item.as_str() {
                Some("read") => Permission::Read,
                Some("write") => Permission::Write,
                _ => return false,
            };
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
            true
        })
    });
    if !is_read || permissions.is_empty() {
        reader.refuse("permissions", "must be an array of read and write");
    }
    permissions
}

fn template(reader: &mut Reader, object: &Map<String, Value>) -> Option<EventTemplate> {
    let object = reader.inner(object, "event", "event")?;
    let user = reader.inner(object, "user", "event.user");
    Some(EventTemplate {
        metadata: reader.members(object, ("metadata", "event.metadata"), METADATA),
        user_metadata: user
            .and_then(|user| reader.members(user, ("metadata", "event.user.metadata"), METADATA)),
        regulation: reader.id(object, "regulation", "event.regulation"),
    })
}

/// Under its name of the example and that of the prose, which also knows one method as a text.
fn validations(reader: &mut Reader, object: &Map<String, Value>) -> Option<Validations> {
    let (plural, singular) = (
        Reader::member(object, "validations"),
        Reader::member(object, "validation"),
    );
    if plural.is_some() && singular.is_some() {
        reader.refuse("validation", "is the same as validations; send one of them");
        return None;
    }
    let (path, value) = match (plural, singular) {
        (Some(value), _) => ("validations", value),
        (None, Some(value)) => ("validation", value),
        (None, None) => return None,
    };
    let mut all = Validations::new();
    if path == "validation"
        && let Some(name) = value.as_str()
    {
        match method(name) {
            Some(method) => {
                all.insert(
                    method,
                    Validation {
                        enabled: true,
                        approval: true,
                    },
                );
            }
            None => reader.refuse(path, "names no way to validate"),
        }
        return Some(all);
    }
    for (name, value) in reader.object(value, path)? {
        let place = format!("{path}.{name}");
        let Some(method) = method(name) else {
            reader.refuse(place, "is no way to validate");
            continue;
        };
        let Some(flags) = reader.object(value, &place) else {
            continue;
        };
        let mut flag = |name: &str, usual: bool| match flags.get(name) {
            None => usual,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                reader.refuse(format!("{place}.{name}"), "must be true or false");
                usual
            }
        };
        let enabled = flag("enabled", false);
        let approval = flag("approval", true);
        all.insert(method, Validation { enabled, approval });
    }
    Some(all)
}

fn method(name: &str) -> Option<Method> {
    match name {
        "email" => Some(Method::Email),
        "signature" => Some(Method::Signature),
        "file" => Some(Method::File),
        _ => None,
    }
}
