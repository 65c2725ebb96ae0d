//! A schema as a page that people read: each member with its type, its default and what it means.

use std::fmt::Write as _;

use serde_json::Value;

/// One table for each object of a schema, in Markdown. `defaults` is the whole with nothing said, where that is known.
pub fn markdown(title: &str, lead: &str, schema: &Value, defaults: Option<&Value>) -> String {
    let mut page = format!("# {title}\n\n{lead}\n");
    table(&mut page, "", schema, defaults);
    page
}

fn table(page: &mut String, path: &str, schema: &Value, defaults: Option<&Value>) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let named = if path.is_empty() { "the whole" } else { path };
    // Writing to a String cannot fail.
    let _ = write!(page, "\n## `{named}`\n\n");
    let with_defaults = defaults.is_some();
    let head = if with_defaults {
        "| member | is | default | meaning |\n| --- | --- | --- | --- |\n"
    } else {
        "| member | is | meaning |\n| --- | --- | --- |\n"
    };
    page.push_str(head);
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, member) in properties {
        let must = if required.contains(&name.as_str()) {
            ", required"
        } else {
            ""
        };
        let said = member["description"]
            .as_str()
            .unwrap_or_default()
            .replace('|', "\\|");
        let _ = write!(page, "| `{name}` | {}{must} | ", kind(member));
        if with_defaults {
            let _ = write!(
                page,
                "{} | ",
                default(member, defaults.and_then(|all| all.get(name)))
            );
        }
        let _ = writeln!(page, "{said} |");
    }
    for (name, member) in properties {
        let own = defaults.and_then(|all| all.get(name));
        let below = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        table(page, &below(name), member, own);
        table(page, &format!("{}[]", below(name)), &member["items"], None);
        table(
            page,
            &format!("{}.*", below(name)),
            &member["additionalProperties"],
            None,
        );
        for choice in member["oneOf"].as_array().into_iter().flatten() {
            for (variant, inside) in choice["properties"].as_object().into_iter().flatten() {
                table(page, &format!("{}.{variant}", below(name)), inside, None);
            }
        }
    }
}

/// What stands there, in words.
fn kind(member: &Value) -> String {
    if let Some(words) = member["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|word| format!("`{}`", text(word))).collect();
        return words.join(", ");
    }
    if member["oneOf"].is_array() {
        return "one of several tables".to_owned();
    }
    let kinds = match &member["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    match kinds {
        Some("array") => format!("list of {}", kind(&member["items"])),
        Some("object") => "table".to_owned(),
        Some("string") => "text".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => match (member["minimum"].as_i64(), member["maximum"].as_u64()) {
            (Some(least), Some(most)) if most < u64::from(u16::MAX) => format!("number, {least} to {most}"),
            _ => "number".to_owned(),
        },
        Some(other) => other.to_owned(),
        None => "anything".to_owned(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn default(member: &Value, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Object(_)) if member["properties"].is_object() => String::new(),
        Some(Value::Array(all)) if all.is_empty() => String::new(),
        Some(Value::Object(all)) if all.is_empty() => String::new(),
        Some(Value::String(text)) if text.is_empty() => String::new(),
        Some(value) => format!("`{}`", text(value).replace('|', "\\|")),
    }
}
