//! People, as they are written (consent-tokens-and-preferences 6.2, 6.4).

use consentry_ledger::preferences::UserWish;
use serde_json::Value;

use super::{Reader, event};

/// What shall be written about a person.
pub(crate) fn user(reader: &mut Reader, value: &Value) -> UserWish {
    let Some(object) = reader.object(value, "") else {
        return UserWish::default();
    };
    let version = Reader::member(object, "version");
    if version.is_some_and(|version| version.as_u64().is_none()) {
        reader.refuse("version", "must be a whole number");
    }
    UserWish {
        id: reader.id(object, "id", "id"),
        organization_user_id: reader.id(object, "organization_user_id", "organization_user_id"),
        user: event::about(reader, object, ""),
        version: version.and_then(Value::as_u64),
        is_silent: false,
        choices: Reader::member(object, "consents").and_then(|choices| reader.choices(choices)),
    }
}
