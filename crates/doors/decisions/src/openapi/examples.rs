//! Examples of bodies. All values are invented.

use serde_json::{Value, json};

const ENDPOINT: &str = "01a202a0-7f10-7a31-8b00-9d8c7b6a5f4e";

pub(super) fn to_make() -> Value {
    json!({
        // An address and no name: who tries the example looks nothing up.
        "url": "https://203.0.113.7/consentry",
        "description": "revocations",
        "types": ["consent.*", "grant.ended"],
        "filters": { "definition": ["accounts:balance"] },
        "auth": {
            "type": "client_credentials",
            "token_url": "https://login.moneytrack.example/token",
            "client_id": "harbor",
            "client_secret": "kept where nobody sees it",
        },
    })
}

pub(super) fn to_change() -> Value {
    json!({ "description": "revocations of balances", "timeout_s": 10, "filters": null })
}

pub(super) fn endpoint() -> Value {
    json!({
        "id": ENDPOINT,
        "url": "https://hooks.moneytrack.example/consentry",
        "description": "revocations",
        "types": ["consent.*", "grant.ended"],
        "filters": { "definition": ["accounts:balance"] },
        "format": "cloudevents",
        "flatten": false,
        "signature": ["v1"],
        "retry_profile": "standard",
        "timeout_s": 15,
        "order": "partition",
        "max_in_flight": 8,
        "rate_per_s": 50,
        "subject_view": "default",
        "resume": "position",
        "handshake": "ping",
        "ca": "",
        "auth_type": "client_credentials",
        "allowed_per_minute": null,
        "status": "enabled",
        "disabled_reason": null,
        "next_attempt_at": null,
        "failing_since": null,
        "created_at": "2026-11-22T09:40:00.000000Z",
        "updated_at": "2026-11-22T09:40:00.000000Z",
        "version": 1,
    })
}

pub(super) fn endpoint_with_secret() -> Value {
    let mut endpoint = endpoint();
    endpoint["secret"] = json!("whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=");
    endpoint["secret_available"] = json!(true);
    endpoint
}

pub(super) fn endpoints() -> Value {
    json!({ "endpoints": [endpoint()], "next_cursor": null })
}

pub(super) fn rotation() -> Value {
    json!({ "overlap_s": 3_600 })
}

pub(super) fn public_key() -> Value {
    json!({
        "whpk": "whpk_F8t5+ytBIPKx7GXkGY1uCLKOgT/rAeSkAIObheGAgM4=",
        "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "F8t5-ytBIPKx7GXkGY1uCLKOgT_rAeSkAIObheGAgM4", "use": "sig" },
    })
}

fn message() -> Value {
    json!({
        "id": "01a202a4-1c20-7a31-8b00-1a2b3c4d5e6f",
        "endpoint": ENDPOINT,
        "webhook_id": "01a2028d-eb68-7e5a-8d10-5566778899aa",
        "seq": 12,
        "type": "consentry.consent.revoked",
        "status": "waiting",
        "attempt_count": 1,
        "created_at": "2026-11-22T09:44:00.000000Z",
        "next_attempt_at": "2026-11-22T09:44:05.210000Z",
        "finished_at": null,
    })
}

pub(super) fn delivery() -> Value {
    let mut delivery = message();
    delivery["attempts"] =
        json!([{ "at": "2026-11-22T09:44:00.010000Z", "duration_ms": 41, "status": 503, "answer": "later" }]);
    delivery
}

pub(super) fn deliveries() -> Value {
    json!({ "deliveries": [message()], "next_cursor": null })
}

pub(super) fn replay_to_ask() -> Value {
    json!({ "from": "2026-11-22T09:00:00Z", "types": ["consent.*"], "only_failed": true })
}

pub(super) fn replay() -> Value {
    json!({ "endpoint": ENDPOINT, "from": "2026-11-22T09:00:00.000000Z", "to": null, "only_failed": true })
}
