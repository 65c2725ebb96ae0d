use std::{collections::BTreeMap, path::PathBuf};

use consentry_domain::{DefinitionKey, locale::Locale};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is looked at")]
struct Whole {
    key: DefinitionKey,
    #[serde(rename = "type")]
    kind: Kind,
    inside: Inside,
    #[serde(default)]
    lists: Vec<Inside>,
    by_language: Option<BTreeMap<Locale, u8>>,
    #[serde(default)]
    file: PathBuf,
    anything: Option<Value>,
    after: bool,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its shape is looked at")]
struct Inside {
    at: consentry_domain::Timestamp,
    number: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    OneWord,
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its shape is looked at")]
enum Tree {
    Leaf,
    Branch { name: String },
    Wrapped(u16),
}

#[test]
fn the_schema_is_what_the_type_reads() {
    let schema = of::<Whole>("Whole");
    assert_eq!(schema["title"], "Whole");
    assert_eq!(schema["required"], json!(["key", "type", "inside", "after"]));
    assert_eq!(schema["additionalProperties"], false);
    let properties = &schema["properties"];
    assert_eq!(properties["key"], json!({ "type": "string" }));
    assert_eq!(
        properties["type"],
        json!({ "type": "string", "enum": ["one_word", "other"] })
    );
    assert_eq!(properties["lists"]["items"], properties["inside"]);
    assert_eq!(properties["inside"]["required"], json!(["at"]));
    assert_eq!(properties["inside"].get("additionalProperties"), None);
    assert_eq!(
        properties["inside"]["properties"]["number"],
        json!({ "type": ["number", "null"] })
    );
    assert_eq!(properties["by_language"]["type"], json!(["object", "null"]));
    let each = json!({ "type": "integer", "minimum": 0, "maximum": 255 });
    assert_eq!(properties["by_language"]["additionalProperties"], each);
    assert_eq!(properties["file"], json!({ "type": "string" }));
    assert_eq!(properties["anything"], json!({}));
}

#[test]
fn variants_with_something_in_them_are_tables() {
    let schema = of::<Tree>("Tree");
    let all = schema["oneOf"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0]["properties"]["branch"]["required"], json!(["name"]));
    assert_eq!(all[1]["properties"]["wrapped"]["maximum"], 65_535);
    assert_eq!(all[2]["enum"], json!(["leaf"]));
}
