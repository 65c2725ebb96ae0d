//! What members mean, as the documentation of the types that read them says. It is gathered from the code by `cargo xtask described`,
//! and a type is known by the names of its members.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde_json::{Map, Value, json};

/// What is gathered.
const MEMBERS: &str = include_str!("members.json");

type Members = BTreeMap<String, String>;

/// Types by the names of their members.
static TYPES: LazyLock<BTreeMap<BTreeSet<String>, Members>> = LazyLock::new(|| {
    // Written by a task and read by a test; a binary with a broken one only says less.
    let types: Vec<Members> = serde_json::from_str(MEMBERS).unwrap_or_default();
    types
        .into_iter()
        .map(|members| (members.keys().cloned().collect(), members))
        .collect()
});

/// Says of each member what it means, where the type is known.
pub(super) fn describe(properties: &mut Map<String, Value>) {
    let names: BTreeSet<String> = properties.keys().cloned().collect();
    let Some(members) = TYPES.get(&names) else { return };
    for (name, schema) in properties {
        if let (Some(said), Some(schema)) = (members.get(name), schema.as_object_mut()) {
            schema.insert("description".to_owned(), json!(said));
        }
    }
}
