//! JSON Schemas of `data`, one per entry of the catalogue (enforcement-events-evidence EVT-05, EVT-24).
//!
//! A schema names what an event says and may come to say; members that a reader does not know are allowed.

use serde_json::{Map, Value, json};

use super::catalogue::{CATALOGUE, EventType, Family};

/// The entry behind the last part of a schema's address, such as `consent.revoked.1.json`.
pub fn entry_of(file: &str) -> Option<&'static EventType> {
    let (name, version) = file.strip_suffix(".json")?.rsplit_once('.')?;
    let entry = CATALOGUE.iter().find(|entry| entry.name == name)?;
    (version == entry.data_version().to_string()).then_some(entry)
}

/// The schema of an entry's `data`; `address` is where it is found.
pub fn of(entry: &EventType, address: &str) -> Value {
    let mut properties = common();
    let mut required = Vec::new();
    for (name, schema) in own(entry.family) {
        properties.insert(name.to_owned(), schema);
        if MATTER.contains(&name) && entry.family != Family::Definition {
            required.push(name);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": entry.wire_name(),
        "description": entry.description,
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

/// Members that an event about such a thing always has.
const MATTER: [&str; 3] = ["consent", "grant", "decision"];

fn common() -> Map<String, Value> {
    let Value::Object(members) = json!({
        "subject": {
            "description": "the person, as this reader knows them",
            "type": "object",
            "properties": { "type": { "const": "user" }, "id": text(), "issuer": text() },
            "required": ["type", "id", "issuer"],
        },
        "actor": {
            "type": "object",
            "properties": {
                "role": { "enum": ["subject", "delegate", "party", "staff", "system"] },
                "id": text(),
            },
            "required": ["role"],
        },
        "channel": { "enum": ["oauth", "api", "embed", "preferences", "dataspace", "staff", "system"] },
        "door": text(),
        "reason": text(),
        "regulation": text(),
        "changed": { "description": "names of what has another value than before", "type": "array", "items": text() },
        "erased": { "description": "the person was erased", "const": true },
        "truncated": { "description": "long lists are cut; the event by its id has all", "const": true },
        "imported": { "const": true },
    }) else {
        return Map::new();
    };
    members
}

fn own(family: Family) -> Vec<(&'static str, Value)> {
    let ids = || json!({ "type": "array", "items": uuid() });
    match family {
        Family::Consent => vec![("consent", consent())],
        Family::Grant => vec![("grant", grant()), ("consents", ids())],
        Family::Decision => vec![("decision", decision()), ("consents", ids())],
        Family::Token => vec![(
            "token",
            object(&[("kind", text()), ("client", text()), ("grant_id", uuid())]),
        )],
        Family::Client | Family::Interaction => vec![("client", object(&[("id", text())]))],
        Family::Party => vec![("party", object(&[("id", text())]))],
        Family::Definition => vec![("definition", definition())],
        Family::Key => vec![("key", object(&[("kid", text()), ("algorithm", text())]))],
        Family::Approval => vec![("decision", decision())],
        Family::Subject => vec![
            (
                "issuers",
                json!({ "description": "name spaces of the names that the person got or lost", "type": "array", "items": text() }),
            ),
            (
                "merged",
                json!({ "description": "our own id of who became one with the person", "type": "string", "format": "uuid" }),
            ),
            ("hold", object(&[("id", uuid()), ("until", moment())])),
            ("client", object(&[("id", text())])),
        ],
        Family::Mandate | Family::Operation => Vec::new(),
    }
}

fn consent() -> Value {
    object(&[
        ("id", uuid_or_null()),
        ("version", whole_number()),
        ("status", status()),
        ("previous_status", status()),
        ("definition", definition()),
        ("audience", text()),
        ("grant_id", uuid_or_null()),
        ("valid_from", moment()),
        ("valid_until", moment()),
        (
            "actions",
            json!({ "description": "what it is narrowed to", "type": "array", "items": text() }),
        ),
    ])
}

fn grant() -> Value {
    object(&[
        ("id", uuid_or_null()),
        ("client", text()),
        ("version", whole_number()),
        (
            "status",
            json!({ "enum": ["active", "revoked", "superseded", "expired"] }),
        ),
        (
            "previous_status",
            json!({ "enum": ["active", "revoked", "superseded", "expired"] }),
        ),
        (
            "scope",
            json!({ "description": "what stands; of an ended one, what it was made of", "type": "array", "items": text() }),
        ),
        ("valid_until", moment()),
        (
            "clusters",
            json!({ "description": "data clusters of FDX that its scope opens", "type": "array", "items": text() }),
        ),
        (
            "resource",
            json!({ "description": "what it is for (RFC 8707)", "type": "array", "items": text() }),
        ),
        ("intermediary", uuid()),
        (
            "accounts",
            object(&[
                ("enabled", json!({ "type": "array", "items": text() })),
                ("disabled", json!({ "type": "array", "items": text() })),
                (
                    "others",
                    json!({ "description": "whether all others are shared, those opened later included", "type": "boolean" }),
                ),
            ]),
        ),
    ])
}

fn decision() -> Value {
    let change = object(&[
        ("consent", uuid()),
        ("definition", text()),
        ("from", status()),
        ("to", status()),
    ]);
    let shown = object(&[
        ("definition", text()),
        ("version", text()),
        ("locale", text()),
        ("digest", text()),
    ]);
    object(&[
        ("id", uuid_or_null()),
        (
            "status",
            json!({ "enum": ["confirmed", "pending_approval", "rejected", "expired"] }),
        ),
        (
            "outcome",
            json!({ "enum": ["approved", "declined", "withdrawn", "changed", "recorded"] }),
        ),
        ("taken_at", moment()),
        ("asked", json!({ "type": "array", "items": text() })),
        ("changes", json!({ "type": "array", "items": change })),
        ("texts", json!({ "type": "array", "items": shown })),
        (
            "validations",
            json!({
                "description": "how each way of proving it stands",
                "type": "object",
                "additionalProperties": { "enum": ["pending", "approved", "rejected", "expired"] },
            }),
        ),
        ("delegate", object(&[("id", text())])),
    ])
}

fn definition() -> Value {
    object(&[
        ("id", text()),
        ("kind", text()),
        ("version", text()),
        ("locale", text()),
        ("digest", text()),
    ])
}

fn object(members: &[(&str, Value)]) -> Value {
    let members: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({ "type": "object", "properties": members })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn whole_number() -> Value {
    json!({ "type": "integer", "minimum": 1 })
}

fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// An id, or null once the person was erased.
fn uuid_or_null() -> Value {
    json!({ "type": ["string", "null"], "format": "uuid" })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn status() -> Value {
    json!({ "enum": ["pending", "accepted", "denied", "restricted", "revoked", "expired", "superseded", "erased"] })
}
