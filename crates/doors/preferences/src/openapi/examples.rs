//! Examples of bodies. Values are invented.

use serde_json::{Value, json};

const ORGANIZATION: &str = "northbay";
const PERSON: &str = "mara.lind@example.org";
const AT: &str = "2026-03-04T09:15:27.123Z";
const ID: &str = "5f0f6b1e-8f3e-4a55-9d5c-0a8f7b7f2c11";
const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjF9.c2lnbmF0dXJl";
const FILE: &str = "data:application/pdf;base64,JVBERi0xLjcK";

pub(super) fn session_to_open() -> Value {
    json!({ "type": "api-key", "key": "northbay-crm", "secret": "as it was handed out" })
}

pub(super) fn session() -> Value {
    json!({ "type": "api-key", "key": "northbay-crm", "access_token": JWT })
}

pub(super) fn token_to_issue() -> Value {
    json!({ "organization_user_id": PERSON, "lifetime": 1800, "permissions": ["read", "write"] })
}

pub(super) fn token() -> Value {
    json!({
        "id_token": JWT, "organization_id": ORGANIZATION, "organization_user_id": PERSON, "lifetime": 1800,
        "expires_at": AT, "jti": "pt_3q2-7w", "permissions": ["read", "write"],
    })
}

fn choices() -> Value {
    json!({ "purposes": [{ "id": "news", "enabled": true }] })
}

pub(super) fn event_to_record() -> Value {
    json!({ "user": { "organization_user_id": PERSON }, "consents": choices(), "regulation": "gdpr" })
}

pub(super) fn event_to_correct() -> Value {
    json!({ "metadata": { "checked": true } })
}

pub(super) fn event() -> Value {
    json!({
        "id": ID, "organization_id": ORGANIZATION, "created_at": AT, "updated_at": AT, "status": "confirmed",
        "regulation": "gdpr", "user": { "id": ID, "organization_user_id": PERSON }, "consents": choices(),
    })
}

/// A part of a list with one entry.
pub(super) fn list(entry: &Value) -> Value {
    json!({ "total": 1, "limit": 100, "skip": 0, "data": [entry] })
}

pub(super) fn link_to_make() -> Value {
    json!({ "organization_user_id": PERSON, "action": "event.create", "event": { "consents": choices() } })
}

pub(super) fn link() -> Value {
    json!({
        "organization_user_id": PERSON, "action": "event.create", "event": { "id": ID, "consents": choices() },
        "lifetime": 900, "url": "https://consent.northbay.example/v1/consents/execute?token=cl_1",
    })
}

pub(super) fn secret_to_make() -> Value {
    json!({ "name": "newsletter links" })
}

pub(super) fn secret() -> Value {
    json!({
        "id": ID, "organization_id": ORGANIZATION, "name": "newsletter links", "enabled": true, "version": 1,
        "created_at": AT, "updated_at": AT,
    })
}

pub(super) fn secret_made() -> Value {
    let mut made = secret();
    made["secret"] = "ls_9xZ1".into();
    made
}

pub(super) fn proof_to_keep() -> Value {
    json!({ "file": FILE })
}

pub(super) fn proof() -> Value {
    json!({ "id": ID, "size": 9, "file": FILE })
}

pub(super) fn user_to_write() -> Value {
    json!({ "organization_user_id": PERSON, "country": "PT" })
}

pub(super) fn user() -> Value {
    json!({
        "id": ID, "organization_id": ORGANIZATION, "organization_user_id": PERSON, "version": 1, "created_at": AT,
        "updated_at": AT, "regulation": "gdpr", "metadata": {}, "consents": choices(),
    })
}

pub(super) fn users() -> Value {
    json!({ "limit": 1, "cursor": null, "data": [user()] })
}

pub(super) fn purpose_to_define() -> Value {
    json!({ "name": "News", "description": "To write to you", "details": "Your address", "one_click": false })
}

pub(super) fn purpose() -> Value {
    json!({
        "id": "news", "type": "purpose", "name": "News", "description": "To write to you", "details": "Your address",
        "organization_id": ORGANIZATION, "one_click": false, "namespaces": { "custom": "news", "didomi": "news-Xy" },
    })
}

pub(super) fn preference_to_define() -> Value {
    json!({ "purpose_id": "news", "name": "Topics", "type": "multi", "values": [{ "id": "home", "name": { "en": "Home" } }] })
}

pub(super) fn preference() -> Value {
    json!({
        "id": "topics", "name": "Topics", "description": null, "type": "multi", "purpose_id": "news",
        "values": [{ "id": "home", "name": { "en": "Home" }, "order": 0 }], "organization_id": ORGANIZATION,
    })
}

pub(super) fn regulations() -> Value {
    json!({ "data": [{ "id": "cpra", "name": "CPRA", "countries": ["US_CA"] }] })
}

pub(super) fn center_to_make() -> Value {
    json!({ "name": "Your choices", "auth_enabled": true })
}

pub(super) fn center() -> Value {
    json!({
        "id": "news", "organization_id": ORGANIZATION, "url": "https://consent.northbay.example/center/news",
        "format": "hosted", "auth_enabled": true, "purposes": ["news"], "channels": [],
    })
}

pub(super) fn widget_to_make() -> Value {
    json!({ "name": "Your choices", "format": "hosted", "template_id": "sections_and_save", "auth_enabled": true })
}

pub(super) fn widget() -> Value {
    json!({
        "id": "news", "organization_id": ORGANIZATION, "url": "https://consent.northbay.example/center/news",
        "format": "hosted", "template_id": "sections_and_save", "selected_purposes_ids": ["news"],
        "selected_preferences_ids": ["topics"], "domain": "sub", "custom_domain_id": null, "is_live": true, "has_changes": false,
    })
}

pub(super) fn widget_template() -> Value {
    json!({ "id": "sections", "components": ["auth", "sections"] })
}

pub(super) fn widgets_to_deploy() -> Value {
    json!({ "widgets_ids": ["news"] })
}

pub(super) fn deployment() -> Value {
    json!({ "organization_id": ORGANIZATION, "status": "deployed", "widgets": [widget()] })
}

pub(super) fn provider_to_write() -> Value {
    json!({ "type": "otp", "is_default": true })
}

pub(super) fn provider() -> Value {
    json!({ "id": "otp", "type": "otp", "organization_id": ORGANIZATION, "is_default": true })
}

pub(super) fn way_in() -> Value {
    json!({ "auth_provider_id": "otp", "type": "otp" })
}

pub(super) fn code_sent() -> Value {
    json!({
        "redirect_url": "",
        "callback": "https://consent.northbay.example/v1/auth/protocols/otp/verify?key=northbay-public",
    })
}

pub(super) fn link_sent() -> Value {
    json!({ "message": format!("An email was sent to {PERSON} successfully") })
}

pub(super) fn code_to_verify() -> Value {
    json!({ "code": "481920", "organization_user_id": PERSON })
}

pub(super) fn token_got() -> Value {
    json!({ "id_token": JWT, "organization_user_id": PERSON, "lifetime": 900, "expires_at": AT })
}

pub(super) fn failure(status: u16, name: &str) -> Value {
    json!({ "code": status, "name": name, "message": name, "errors": {} })
}

pub(super) fn languages() -> Value {
    json!({ "available": ["ar", "en"], "default": "en", "defaultCountries": { "en": "GB" } })
}

pub(super) fn tree() -> Value {
    json!({ "purposes": [{ "id": "news", "one_click": false, "preferences": [{ "id": "topics", "values": ["garden"] }] }] })
}

pub(super) fn api_key() -> Value {
    json!({ "id": "northbay-back-end-key", "name": "northbay-back-end-key", "organization_id": ORGANIZATION, "enabled": true, "is_internal": false })
}

pub(super) fn api_key_to_switch_off() -> Value {
    json!({ "enabled": false })
}
