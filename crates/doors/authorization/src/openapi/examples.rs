//! Examples of bodies. Values are invented.

use serde_json::{Value, json};

const APP: &str = "019a0000-0000-7000-8000-0000000000a1";
const TENANT: &str = "019a0000-0000-7000-8000-0000000000b2";
const USER: &str = "019a0000-0000-7000-8000-0000000000c3";
const CONSENT: &str = "019a0000-0000-7000-8000-0000000000d4";
const CLIENT: &str = "tpc_8Ybq4RkT";
const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjF9.c2lnbmF0dXJl";
const AT: &str = "2026-03-04T09:15:27.123Z";
const CALLBACK: &str = "https://moneytrack.example/verify";

pub(super) fn failure(status: u16, message: &str) -> Value {
    let message = if status == 400 {
        json!([message])
    } else {
        json!(message)
    };
    let mut failure = json!({ "message": message, "error_code": status });
    if status == 409 {
        failure["ts_error_code"] = json!("identifier_taken");
    }
    if status >= 500 {
        failure["request_id"] = json!("b7c3a9c2-0d52-4d5b-9c1a-6f0a8e9d2f41");
    }
    failure
}

pub(super) fn refusal(status: u16, error: &str) -> Value {
    if status >= 500 {
        return json!({ "error": error, "request_id": "b7c3a9c2-0d52-4d5b-9c1a-6f0a8e9d2f41" });
    }
    json!({ "error": error, "error_description": "the parameter grant_type is missing" })
}

fn consent() -> Value {
    json!({
        "consent_id": CONSENT, "tenant_id": TENANT, "app_id": APP, "client_id": CLIENT, "user_id": USER,
        "scope": "openid offline_access accounts:balance", "created_at": 1_790_000_000, "expires_at": 1_792_592_000,
        "updated_at": 1_790_000_000, "status": "active",
    })
}

pub(super) fn consents() -> Value {
    json!({ "result": [consent()] })
}

pub(super) fn one_consent() -> Value {
    let mut one = consent();
    one["evidence"] = json!({
        "client_name": "Moneytrack", "organization": "Moneytrack BV", "redirect_hosts": ["moneytrack.example"],
        "client_type": "web", "texts": [], "decision_id": CONSENT, "decided_at": 1_790_000_000,
    });
    json!({ "result": one })
}

pub(super) fn looked_up() -> Value {
    json!({ "result": {
        "src_interaction": "ix_3vJ0", "app_id": APP, "user_id": USER,
        "client": {
            "client_id": CLIENT, "name": "Moneytrack", "organization_name": "Moneytrack BV", "verified": true,
            "client_uri": null, "logo_uri": null, "policy_uri": null, "tos_uri": null, "contacts": [],
            "redirect_host": "moneytrack.example", "first_seen_at": 1_789_000_000,
        },
        "requested_scope": ["openid", "accounts:balance"], "already_granted_scope": ["openid"], "requested_claims": [],
        "authorization_details": [], "resource": ["https://api.bank.example"], "offline_access": false,
        "consent_expires_at": 1_792_592_000, "interaction_expires_at": 1_790_000_600, "ui_locales": ["nl"], "acr": null,
        "auth_time": 1_789_999_990, "decision_token": "dt_3q27",
    } })
}

pub(super) fn report() -> Value {
    json!({
        "src_interaction": "ix_3vJ0", "approved": true, "user_id": USER, "granted_scope": ["openid", "accounts:balance"],
    })
}

pub(super) fn reported() -> Value {
    json!({ "result": { "url": "https://id.bank.example/cis/oidc/auth/rs_71f" } })
}

fn application() -> Value {
    json!({
        "app_id": APP, "tenant_id": TENANT, "name": "Bank", "default_resource": "https://api.bank.example", "resources": [],
        "consent_hosts": ["app.bank.example"],
    })
}

pub(super) fn one_application() -> Value {
    json!({ "result": application() })
}

pub(super) fn applications() -> Value {
    json!({ "result": [application()] })
}

pub(super) fn application_to_change() -> Value {
    json!({ "consent_hosts": ["app.bank.example"] })
}

pub(super) fn client_to_register() -> Value {
    json!({
        "name": "Moneytrack", "is_third_party": true, "redirect_uris": [CALLBACK],
        "allowed_scopes": ["openid", "offline_access", "accounts:balance"],
    })
}

pub(super) fn client(secret: &str) -> Value {
    json!({
        "app_id": APP, "tenant_id": TENANT, "client_id": CLIENT, "client_secret": secret, "name": "Moneytrack", "description": "",
        "enabled": true, "is_third_party": true, "redirect_uris": [CALLBACK], "post_logout_redirect_uris": [], "consent_uri": null,
        "allowed_scopes": ["openid", "offline_access", "accounts:balance"], "consent_validity_period": 2_592_000,
        "client_type": "web", "pkce": "enforcePkceAlongsideClientCredentials", "supported_prompts": ["none", "login", "consent"],
        "authentication_configuration": { "method": "client_secret_basic" },
        "token_expiration": { "access_token_ttl": 600, "refresh_token_ttl": 1_209_600, "max_refresh_rotate": 1_209_600 },
        "resources": [], "id_token_signed_response_alg": "RS256", "enforce_par": false, "short_cookies_samesite_type": "lax",
        "subject_type": "pairwise", "purpose": null, "default_custom_claims": [], "authorization_details_types": [], "organization_name": null, "logo_uri": null,
        "client_uri": null, "policy_uri": null, "tos_uri": null, "contacts": [], "reconnect_uri": null, "intermediaries": [],
        "consent_callback_mode": "strict", "prompt_consent": "always", "requested_scope_format": "repeat",
        "interaction_ttl_seconds": 600, "created_at": AT, "updated_at": AT,
    })
}

pub(super) fn rotated_secret() -> Value {
    json!({ "client_secret": "as it was drawn", "expires_at": AT })
}

pub(super) fn token_request() -> Value {
    json!({
        "grant_type": "authorization_code", "code": "cd_Qk2", "redirect_uri": CALLBACK,
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    })
}

pub(super) fn token_answer() -> Value {
    json!({
        "access_token": JWT, "token_type": "Bearer", "expires_in": 600, "scope": "openid accounts:balance", "id_token": JWT,
    })
}

pub(super) fn token_to_look_at() -> Value {
    json!({ "token": JWT, "token_type_hint": "access_token" })
}

pub(super) fn introspected() -> Value {
    json!({
        "active": true, "iss": "https://id.bank.example/cis/oidc", "sub": "pw_7c1", "client_id": CLIENT, "tid": TENANT,
        "app_id": APP, "scope": "openid accounts:balance", "exp": 1_790_003_610, "iat": 1_790_000_010, "token_type": "Bearer",
        "aud": "https://api.bank.example", "jti": "at_55", "consent_id": CONSENT, "user_id": USER,
    })
}

pub(super) fn request_to_push() -> Value {
    json!({
        "client_id": CLIENT, "response_type": "code", "scope": "openid accounts:balance", "redirect_uri": CALLBACK,
        "state": "st-51", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    })
}

pub(super) fn pushed() -> Value {
    json!({ "request_uri": "urn:ietf:params:oauth:request_uri:pr_6esc", "expires_in": 60 })
}

pub(super) fn user_info() -> Value {
    json!({ "sub": "pw_7c1" })
}

pub(super) fn keys() -> Value {
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "use": "sig", "alg": "ES256", "kid": "k1",
    }] })
}

pub(super) fn metadata() -> Value {
    let issuer = "https://id.bank.example/cis/oidc";
    json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    })
}
