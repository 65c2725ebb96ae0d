//! Examples of bodies. Values are invented.

use serde_json::{Value, json};

const ISSUER: &str = "https://consent.northbay.example";
const SOURCE: &str = "dpp://tide_office:v2@northbay.example/Person/Profile_v1.0";
const TID: &str = "01a202a0-7f10-7a31-8b00-9d8c7b6a5f4e";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjF9.c2lnbmF0dXJl";

pub(super) fn configuration() -> Value {
    let below = |path: &str| format!("{ISSUER}{path}");
    json!({
        "issuer": ISSUER,
        "jwks_uri": below("/.well-known/jwks.json"),
        "consent_request_uri": below("/Consent/RequestConsents"),
        "consent_token_uri": below("/Consent/GetToken"),
        "consent_verify_uri": below("/Consent/Verify"),
        "consent_introspection_uri": below("/Consent/Introspect"),
        "consent_revocations_uri": below("/.well-known/dataspace/consent-revocations.jwt"),
        "consent_portal_uri": below("/portal"),
        "consent_protocol_versions_supported": ["0.2"],
        "consent_token_max_lifetime": 3600,
    })
}

pub(super) fn dataspace() -> Value {
    let at = |host: &str| format!("https://{host}.northbay.example");
    json!({
        "dataspace_base_domain": "northbay.example",
        "dataspace_name": "Northbay",
        "product_gateway_url": at("gateway"),
        "definition_viewer_url": at("definitions"),
        "developer_portal_url": at("developer"),
        "docs_url": at("docs"),
        "authentication_providers": {
            "developer": { "base_url": at("developer-login") },
            "end_user": { "base_url": format!("{ISSUER}/cis/oidc") },
        },
        "consent_providers": [{ "base_url": ISSUER }],
        "definitions": { "git": at("git"), "web": at("definitions") },
        "jwks_url": format!("{}/.well-known/jwks.json", at("gateway")),
    })
}

pub(super) fn key_set() -> Value {
    let key =
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "2yq0EYV0", "n": "w3c1Zg", "e": "AQAB" });
    json!({ "keys": [key] })
}

pub(super) fn requests() -> Value {
    json!({ "consentRequests": [{ "dataSource": SOURCE, "required": true }] })
}

pub(super) fn requested() -> Value {
    json!({
        "type": "requestUserConsent",
        "missingConsents": [{ "dataSource": SOURCE, "required": true }],
        "requestUrl": format!("{ISSUER}/request/5f0f6b1e-8f3e-4a55-9d5c-0a8f7b7f2c11"),
    })
}

pub(super) fn all_granted() -> Value {
    json!({ "type": "allConsentsGranted" })
}

pub(super) fn data_source() -> Value {
    json!({ "dataSource": SOURCE })
}

pub(super) fn token() -> Value {
    json!({ "type": "consentGranted", "consentToken": TOKEN, "tid": TID, "consentExpiresAt": 1_802_592_000 })
}

pub(super) fn revoked() -> Value {
    json!({ "type": "consentRevoked" })
}

pub(super) fn verified() -> Value {
    json!({ "verified": true })
}

pub(super) fn to_introspect() -> Value {
    json!({ "consentToken": TOKEN, "dataSource": SOURCE })
}

pub(super) fn introspected() -> Value {
    json!({
        "active": true,
        "tid": TID,
        "exp": 1_800_003_600,
        "grantedAt": 1_800_000_000,
        "validUntil": 1_802_592_000,
    })
}

pub(super) fn failure(kind: &str) -> Value {
    let message = "The request cannot be accepted";
    if kind == "validation_error" {
        let finding = json!({ "loc": ["body", "dataSource"], "msg": "is missing", "type": "value_error" });
        return json!({ "type": kind, "message": message, "detail": [finding] });
    }
    json!({ "type": kind, "message": message, "detail": message })
}
