//! The JSON Schema of what a type reads, found out by letting the type read.
//!
//! What lives here: a reader that has nothing to read, and notes what it is asked for. So the schema is that of the very types that read,
//! and no crate of the rules has to know that schemas exist. What may not: what any of the types mean.
//!
//! One look asks the type for a value and leads it along a path (the member `tenants`, an element of it, the member `clients`, …); what
//! the type asks for at the end of the path is the shape that stands there. Which members must be there is learnt by leaving them out.

mod described;
mod probe;
pub mod reference;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use self::probe::{Look, Shape, Step};

/// Longest path. No type here contains itself; one that did would get an open end.
const DEEPEST: usize = 16;

/// Texts of which one is taken by whatever wants a text of its own form: a word, a version, an address, a time.
const SAMPLES: [&str; 6] = [
    "en",
    "1.0",
    "https://a.example/",
    "a@a.example",
    "cn=a,dc=example",
    "2026-01-01T00:00:00Z",
];

/// The schema of a type.
pub fn of<T: DeserializeOwned>(title: &str) -> Value {
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!(title));
    schema.extend(at::<T>(&mut Vec::new()));
    Value::Object(schema)
}

/// The schema of what stands at the end of a path.
fn at<T: DeserializeOwned>(path: &mut Vec<Step>) -> Map<String, Value> {
    if path.len() > DEEPEST {
        return Map::new();
    }
    let look = look::<T>(path, &[]);
    let Some(shape) = look.shape else {
        return Map::new();
    };
    let mut schema = match shape {
        Shape::Anything => Map::new(),
        Shape::Truth => typed("boolean"),
        Shape::Number => typed("number"),
        Shape::Text => typed("string"),
        Shape::Nothing => typed("null"),
        Shape::Whole(least, most) => {
            let mut schema = typed("integer");
            schema.extend(least.map(|least| ("minimum".to_owned(), json!(least))));
            schema.extend(most.map(|most| ("maximum".to_owned(), json!(most))));
            schema
        }
        Shape::List => {
            let mut schema = typed("array");
            schema.insert("items".to_owned(), Value::Object(below::<T>(path, Step::Element)));
            schema
        }
        Shape::Members => {
            let mut schema = typed("object");
            let each = below::<T>(path, Step::Member);
            schema.insert("additionalProperties".to_owned(), Value::Object(each));
            schema
        }
        Shape::Fields(fields) => fields_of::<T>(path, fields),
        Shape::Choice(variants) => choice_of::<T>(path, variants),
    };
    if look.may_be_null
        && let Some(kind) = schema.get_mut("type")
    {
        *kind = json!([kind.take(), "null"]);
    }
    schema
}

fn fields_of<T: DeserializeOwned>(
    path: &mut Vec<Step>,
    fields: &'static [&'static str],
) -> Map<String, Value> {
    let mut properties = Map::new();
    for field in fields {
        properties.insert(
            (*field).to_owned(),
            Value::Object(below::<T>(path, Step::Field(field))),
        );
    }
    let mut required: Vec<(&'static str, Value)> = Vec::new();
    while let Some(missing) = look::<T>(path, &required).missing {
        let sample = properties
            .get(missing)
            .and_then(|schema| sample::<T>(path, missing, schema));
        required.push((missing, sample.unwrap_or(Value::Null)));
        if required.last().is_some_and(|(_, sample)| sample.is_null()) || required.len() > fields.len() {
            // No value is known that it takes, so what else is missing cannot be learnt.
            break;
        }
    }
    let mut schema = typed("object");
    described::describe(&mut properties);
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        let names = required.into_iter().map(|(name, _)| json!(name));
        schema.insert("required".to_owned(), names.collect());
    }
    if look::<T>(path, &[(probe::STRANGE, Value::Null)]).refuses_strange {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    schema
}

fn choice_of<T: DeserializeOwned>(
    path: &mut Vec<Step>,
    variants: &'static [&'static str],
) -> Map<String, Value> {
    let mut words = Vec::new();
    let mut tables = Vec::new();
    for variant in variants {
        path.push(Step::Variant(variant));
        let is_word = matches!(look::<T>(path, &[]).shape, Some(Shape::Nothing));
        if is_word {
            words.push(json!(variant));
        } else {
            let inside = at::<T>(path);
            tables.push(json!({
                "type": "object", "properties": { *variant: inside }, "required": [variant], "additionalProperties": false,
            }));
        }
        path.pop();
    }
    let mut schema = Map::new();
    if tables.is_empty() {
        schema = typed("string");
        schema.insert("enum".to_owned(), Value::Array(words));
        return schema;
    }
    if !words.is_empty() {
        tables.push(json!({ "type": "string", "enum": words }));
    }
    schema.insert("oneOf".to_owned(), Value::Array(tables));
    schema
}

fn below<T: DeserializeOwned>(path: &mut Vec<Step>, step: Step) -> Map<String, Value> {
    path.push(step);
    let schema = at::<T>(path);
    path.pop();
    schema
}

/// A value that a member takes.
fn sample<T: DeserializeOwned>(path: &[Step], field: &'static str, schema: &Value) -> Option<Value> {
    let mut tried = candidates(schema).into_iter();
    tried.find(|candidate| !look::<T>(path, &[(field, candidate.clone())]).refuses_value)
}

fn candidates(schema: &Value) -> Vec<Value> {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return words.iter().take(1).cloned().collect();
    }
    let kind = &schema["type"];
    match kind.as_str().or_else(|| kind.get(0)?.as_str()) {
        Some("string") => SAMPLES.iter().map(|text| json!(text)).collect(),
        Some("integer" | "number") => vec![json!(1), schema.get("minimum").cloned().unwrap_or(json!(0))],
        Some("boolean") => vec![json!(true)],
        Some("array") => vec![json!([])],
        Some("object") => objects(schema),
        _ => vec![Value::Null],
    }
}

/// Objects with what must be in them, in each of the forms that their texts may have.
fn objects(schema: &Value) -> Vec<Value> {
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let names: Vec<&str> = required.iter().filter_map(Value::as_str).collect();
    let forms = names
        .iter()
        .map(|name| candidates(&schema["properties"][*name]).len())
        .max()
        .unwrap_or(1);
    let form = |form: usize| {
        let members = names.iter().filter_map(|name| {
            let all = candidates(&schema["properties"][*name]);
            Some(((*name).to_owned(), all.get(form).or(all.first())?.clone()))
        });
        Value::Object(members.collect())
    };
    (0..forms).map(form).collect()
}

fn typed(kind: &str) -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), json!(kind))])
}

fn look<T: DeserializeOwned>(path: &[Step], given: &[(&'static str, Value)]) -> Look {
    probe::look::<T>(path, given)
}

#[cfg(test)]
mod tests;
