//! Changes of records, definitions and localizations in the vendor's line form (consent-api 16).

use std::fmt::Write as _;

use consentry_ledger::records::audit::{AuditEntry, ChangeType, Resource};
use serde_json::Value;

/// One line: time stamp, the words `CONSENT AUDIT`, then keys with quoted values. It ends without a line break and holds none,
/// whatever the values hold. Values of `data` and `consentContext` and texts are never in it, only their names.
pub fn line(entry: &AuditEntry) -> String {
    let at = entry.at.to_jiff().strftime("%d/%b/%Y:%H:%M:%S%.3f +0000");
    let mut line = format!("[{at}] CONSENT AUDIT");
    let mut put = |key: &str, value: &str| {
        let _ = write!(line, " {key}=");
        quote(value, &mut line);
    };
    let mut put_some = |key: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            put(key, value);
        }
    };
    put_some("requestID", entry.request.as_deref());
    put_some("resourceType", Some(resource(entry.resource)));
    put_some("changeType", Some(change(entry.change)));
    put_some("attrsAdded", Some(&entry.touched.added.join(",")));
    put_some("attrsUpdated", Some(&entry.touched.updated.join(",")));
    put_some("attrsDeleted", Some(&entry.touched.deleted.join(",")));
    put_some("requestDN", entry.request_dn.as_deref());
    put_some("requestClient", entry.client.as_deref());
    put_some("door", Some(entry.door.as_str()));
    put_some("definitionID", entry.definition.as_deref());
    put_some("id", Some(&entry.id));
    for (name, value) in &entry.attributes {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Array(values) => values
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(","),
            other => other.to_string(),
        };
        match name.as_str() {
            "definition.id" => {}
            "definition.version" => put_some("definitionVersion", Some(&value)),
            "definition.locale" => put_some("definitionLocale", Some(&value)),
            name => put_some(name, Some(&value)),
        }
    }
    line
}

/// Between quotes, with everything escaped that could end the value or the line in whatever reads it.
fn quote(value: &str, line: &mut String) {
    line.push('"');
    for next in value.chars() {
        match next {
            '"' | '\\' => line.extend(['\\', next]),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\u{2028}' | '\u{2029}' => {
                let _ = write!(line, "\\u{:04x}", u32::from(next));
            }
            control if control.is_control() => {
                let _ = write!(line, "\\u{:04x}", u32::from(control));
            }
            other => line.push(other),
        }
    }
    line.push('"');
}

const fn resource(resource: Resource) -> &'static str {
    match resource {
        Resource::Definition => "definition",
        Resource::Localization => "localization",
        Resource::Consent => "consent",
        Resource::Account => "account",
    }
}

const fn change(change: ChangeType) -> &'static str {
    match change {
        ChangeType::Create => "create",
        ChangeType::Update => "update",
        ChangeType::Delete => "delete",
    }
}
