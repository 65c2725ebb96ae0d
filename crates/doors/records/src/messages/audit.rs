//! Changes of records, definitions and localizations in the vendor's line form (consent-api 16).

use consentry_ledger::records::audit::{AuditEntry, ChangeType, Resource};
use serde_json::Value;

use super::line::Line;

/// One line: time stamp, the words `CONSENT AUDIT`, then keys with quoted values. It ends without a line break and holds none,
/// whatever the values hold. Values of `data` and `consentContext` and texts are never in it, only their names.
pub fn line(entry: &AuditEntry) -> String {
    let mut line = Line::begin(entry.at, "CONSENT AUDIT")
        .put_some("requestID", entry.request.as_deref())
        .put("resourceType", resource(entry.resource))
        .put("changeType", change(entry.change))
        .put_some("attrsAdded", Some(&entry.touched.added.join(",")))
        .put_some("attrsUpdated", Some(&entry.touched.updated.join(",")))
        .put_some("attrsDeleted", Some(&entry.touched.deleted.join(",")))
        .put_some("requestDN", entry.request_dn.as_deref())
        .put_some("requestClient", entry.client.as_deref())
        .put("door", entry.door.as_str())
        .put_some("definitionID", entry.definition.as_deref())
        .put("id", &entry.id);
    for (name, value) in &entry.attributes {
        let key = match name.as_str() {
            "definition.id" => continue,
            "definition.version" => "definitionVersion",
            "definition.locale" => "definitionLocale",
            name => name,
        };
        line = line.put_some(key, Some(&text(value)));
    }
    line.finish()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    }
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
