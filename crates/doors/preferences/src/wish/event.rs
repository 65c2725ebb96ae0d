//! Events and corrections of events, as they are written (consent-tokens-and-preferences 5.1, 5.4).

use consentry_domain::Timestamp;
use consentry_ledger::preferences::{
    EventPatch, EventWish, InvalidProof, MOST_PROOFS, ProofFile, Unchanged, is_id,
    model::{Delegate, EventStatus, EventUser},
};
use serde_json::{Map, Value};

use super::{METADATA, Reader};

/// Longest name of a delegate and of a place, in characters.
const NAME: usize = 256;

/// An event; what is wrong with it is left in the reader.
pub(crate) fn event(reader: &mut Reader, value: &Value) -> EventWish {
    let Some(object) = reader.object(value, "") else {
        return EventWish::default();
    };
    let mut wish = EventWish {
        id: reader.id(object, "id", "id"),
        created_at: created_at(reader, object),
        is_pending: status(reader, object) == Some(EventStatus::PendingApproval),
        regulation: reader.id(object, "regulation", "regulation"),
        domain: reader.text(object, ("domain", "domain"), NAME),
        metadata: reader.members(object, ("metadata", "metadata"), METADATA),
        delegate: delegate(reader, object, METADATA),
        ..EventWish::default()
    };
    match Reader::member(object, "consents") {
        Some(choices) => wish.choices = reader.choices(choices).unwrap_or_default(),
        None => reader.refuse("consents", "is missing"),
    }
    if let Some(user) = reader.inner(object, "user", "user") {
        wish.user_id = reader.id(user, "id", "user.id");
        wish.organization_user_id = reader.id(user, "organization_user_id", "user.organization_user_id");
        wish.user = about(reader, user, "user.");
    }
    (wish.proofs, wish.proofs_id) = proofs(reader, object);
    wish
}

/// A correction of the event with this id.
pub(crate) fn patch(reader: &mut Reader, value: &Value, id: &str) -> EventPatch {
    let Some(object) = reader.object(value, "") else {
        return EventPatch::default();
    };
    if Reader::member(object, "id").is_some_and(|own| own.as_str() != Some(id)) {
        reader.refuse("id", "cannot be changed");
    }
    let (files, ids) = proofs(reader, object);
    EventPatch {
        same: unchanged(reader, object),
        is_silent: false,
        proofs: files,
        proofs_id: ids,
        status: status(reader, object),
        choices: Reader::member(object, "consents").and_then(|choices| reader.choices(choices)),
        metadata: reader.members(object, ("metadata", "metadata"), METADATA),
        delegate: delegate(reader, object, METADATA),
    }
}

/// What a correction says that cannot be changed.
fn unchanged(reader: &mut Reader, object: &Map<String, Value>) -> Unchanged {
    let mut same = Unchanged {
        created_at: created_at(reader, object),
        regulation: reader.id(object, "regulation", "regulation"),
        ..Unchanged::default()
    };
    if let Some(user) = reader.inner(object, "user", "user") {
        same.user_id = reader.id(user, "id", "user.id");
        same.organization_user_id = reader.id(user, "organization_user_id", "user.organization_user_id");
        same.user = about(reader, user, "user.");
    }
    same
}

/// What is said about the person themself.
pub(super) fn about(reader: &mut Reader, object: &Map<String, Value>, path: &str) -> EventUser {
    EventUser {
        metadata: reader.members(object, ("metadata", &format!("{path}metadata")), METADATA),
        country: reader.country(object, ("country", &format!("{path}country"))),
        last_seen_country: reader.country(object, ("last_seen_country", &format!("{path}last_seen_country"))),
        organization_user_id_type: reader.id(
            object,
            "organization_user_id_type",
            &format!("{path}organization_user_id_type"),
        ),
    }
}

/// Who acts for the person.
pub(super) fn delegate(reader: &mut Reader, object: &Map<String, Value>, largest: usize) -> Option<Delegate> {
    let object = reader.inner(object, "delegate", "delegate")?;
    if Reader::member(object, "id").is_none() {
        reader.refuse("delegate.id", "is missing");
    }
    Some(Delegate {
        id: reader.id(object, "id", "delegate.id")?,
        name: reader.text(object, ("name", "delegate.name"), NAME),
        metadata: reader.members(object, ("metadata", "delegate.metadata"), largest),
    })
}

fn status(reader: &mut Reader, object: &Map<String, Value>) -> Option<EventStatus> {
    match Reader::member(object, "status")?.as_str() {
        Some("confirmed") => Some(EventStatus::Confirmed),
        Some("pending_approval") => Some(EventStatus::PendingApproval),
        _ => {
            reader.refuse("status", "must be confirmed or pending_approval");
            None
        }
    }
}

fn created_at(reader: &mut Reader, object: &Map<String, Value>) -> Option<Timestamp> {
    let value = Reader::member(object, "created_at")?;
    let at = value.as_str().and_then(|text| Timestamp::parse(text).ok());
    if at.is_none() {
        reader.refuse("created_at", "must be a time as RFC 3339 writes it");
    }
    at
}

/// Files that come along, and ids of those that were handed in before.
fn proofs(reader: &mut Reader, object: &Map<String, Value>) -> (Vec<ProofFile>, Vec<String>) {
    let (mut files, mut ids) = (Vec::new(), Vec::new());
    for name in ["proofs", "proofs_id"] {
        let Some(value) = Reader::member(object, name) else {
            continue;
        };
        let Some(list) = value.as_array().filter(|list| list.len() <= MOST_PROOFS) else {
            reader.refuse(name, format!("must be a list of at most {MOST_PROOFS}"));
            continue;
        };
        for (place, entry) in list.iter().enumerate() {
            let path = format!("{name}.{place}");
            match (entry.as_str(), name) {
                (Some(id), "proofs_id") if is_id(id) => ids.push(id.to_owned()),
                (Some(uri), "proofs") => match ProofFile::parse(uri) {
                    Ok(file) => files.push(file),
                    Err(InvalidProof::TooLarge) => reader.is_too_large(&path),
                    Err(invalid) => reader.refuse(path, invalid.to_string()),
                },
                _ => reader.refuse(path, "must be a text"),
            }
        }
    }
    (files, ids)
}
