//! Fields that have one value only, since the others are not built: accepted with that value, so that an answer can be sent back, and
//! refused with any other.

use consentry_ledger::TenantSnapshot;
use serde_json::{Map, Value, json};

use super::reader::Reader;

/// Names and the values that are accepted; the first is what a client has.
fn fixed(tenant: &TenantSnapshot) -> Vec<(&'static str, Vec<Value>)> {
    let session = tenant.tenant.lifetimes.session.as_seconds();
    vec![
        ("response_types", vec![json!(["code"])]),
        ("fapi_version_compliancy", vec![json!(false)]),
        ("session_expiration", vec![json!(session)]),
        ("default_user_info_claims", vec![json!([])]),
        ("sync_id_token_claims_to_userinfo", vec![json!(false)]),
        ("id_token_encryption", vec![json!({ "enabled": false })]),
        ("device_authorization", vec![json!({ "enabled": false })]),
        ("ciba_authorization", vec![json!({ "enabled": false })]),
        ("client_group_id", vec![Value::Null]),
        ("authentication_protocol", vec![json!("oidc")]),
        ("role_ids", vec![json!([])]),
        ("backchannel_logout_uri", vec![Value::Null]),
        ("backchannel_logout_session_required", vec![json!(false)]),
        ("sector_identifier_uri", vec![Value::Null]),
        ("dpop_bound_access_tokens", vec![json!(false)]),
        ("require_signed_request_object", vec![json!(false)]),
    ]
}

/// Refuses what is not built.
pub(super) fn read(reader: &mut Reader<'_>, tenant: &TenantSnapshot) {
    for (name, values) in fixed(tenant) {
        let Some(value) = reader.raw(name) else { continue };
        if value.is_null() || values.contains(value) {
            continue;
        }
        if name == "role_ids" {
            reader.refuse(name, "must be empty: there are no roles of clients here");
        } else {
            let only = values.first().unwrap_or(&Value::Null);
            reader.refuse(name, format!("must be {only}: nothing else is built"));
        }
    }
}

/// Adds what every client has.
pub(super) fn show(shown: &mut Map<String, Value>, tenant: &TenantSnapshot) {
    for (name, values) in fixed(tenant) {
        let value = values.into_iter().next().unwrap_or(Value::Null);
        shown.insert(name.to_owned(), value);
    }
}
