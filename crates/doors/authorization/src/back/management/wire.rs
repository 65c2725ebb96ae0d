//! A client and an application as the vendor's API shows them (third-party-authorization A.2). Reads give every field (TPA-CL-01).

use consentry_domain::{
    client::{Client, CookieSite, TokenAlgorithm},
    tenant::Application,
};
use consentry_ledger::{Opaque, TenantSnapshot};
use serde_json::{Map, Value, json};

use super::unbuilt;

/// What stands for a secret that was shown before (TPA-CL-02).
pub(super) const REDACTED: &str = "[redacted]";

/// A client; its secret in clear only where it was just drawn.
pub(super) fn client(tenant: &TenantSnapshot, client: &Client, secret: Option<&Opaque>) -> Value {
    let settings = &tenant.tenant;
    let own = &client.settings;
    let switches = &settings.authorization;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("app_id", json!(client.application));
    put("tenant_id", json!(tenant.id()));
    put("client_id", json!(client.id));
    let secret = match (secret, client.secrets.is_empty()) {
        (Some(secret), _) => json!(secret.expose()),
        (None, false) => json!(REDACTED),
        (None, true) => Value::Null,
    };
    put("client_secret", secret);
    put("name", json!(client.name));
    put("description", json!(own.description));
    put("enabled", json!(client.enabled));
    put("is_third_party", json!(client.is_third_party));
    put("redirect_uris", json!(client.redirect_uris));
    put(
        "post_logout_redirect_uris",
        json!(client.post_logout_redirect_uris),
    );
    put("consent_uri", json!(client.consent_uri));
    put("allowed_scopes", scopes(client));
    let validity = client.consent_lifetime(settings).as_seconds();
    put("consent_validity_period", json!(validity));
    put("client_type", json!(client.client_type));
    put("pkce", json!(client.pkce));
    put("supported_prompts", json!(client.supported_prompts));
    put("authentication_configuration", authentication(client));
    put(
        "token_expiration",
        json!({
            "access_token_ttl": client.access_token_lifetime(settings).as_seconds(),
            "refresh_token_ttl": client.refresh_token_lifetime(settings).as_seconds(),
            "max_refresh_rotate": client.refresh_window(settings).as_seconds(),
        }),
    );
    put("resources", json!(client.resources));
    put(
        "id_token_signed_response_alg",
        json!(own.id_token_algorithm.unwrap_or(TokenAlgorithm::Rs256)),
    );
    put(
        "access_token_signed_response_alg",
        json!(own.access_token_algorithm.unwrap_or(TokenAlgorithm::Rs256)),
    );
    put("enforce_par", json!(client.must_push(settings)));
    put(
        "short_cookies_samesite_type",
        json!(own.cookie_site.unwrap_or(CookieSite::Lax)),
    );
    let subject_type = if client.is_pairwise(settings) {
        "pairwise"
    } else {
        "public"
    };
    put("subject_type", json!(subject_type));
    put("purpose", json!(client.purpose));
    put("default_custom_claims", json!(own.id_token_claims));
    put(
        "authorization_details_types",
        json!(own.authorization_details_types),
    );
    let party = tenant.party_of(client);
    let party = party.map(|party| party.legal_name.as_ref().unwrap_or(&party.name));
    put(
        "organization_name",
        json!(party.or(own.organization_name.as_ref())),
    );
    put("logo_uri", json!(own.logo_uri));
    put("client_uri", json!(own.client_uri));
    put("policy_uri", json!(own.policy_uri));
    put("tos_uri", json!(own.tos_uri));
    put("contacts", json!(own.contacts));
    put("reconnect_uri", json!(own.reconnect_uri));
    put("intermediaries", json!(own.intermediaries));
    let mode = client.callback_mode.unwrap_or(switches.callback_mode);
    put("consent_callback_mode", json!(mode));
    let asks = client.prompt_consent.unwrap_or(switches.prompt_consent);
    put("prompt_consent", json!(asks));
    let format = client.scope_format.unwrap_or(switches.scope_format);
    put("requested_scope_format", json!(format));
    let open = client.interaction_lifetime(settings).as_seconds();
    put("interaction_ttl_seconds", json!(open));
    put("created_at", json!(client.created_at.to_rfc3339_millis()));
    let updated = own.updated_at.unwrap_or(client.created_at);
    put("updated_at", json!(updated.to_rfc3339_millis()));
    unbuilt::show(&mut shown, tenant);
    Value::Object(shown)
}

/// The method of a client that signs assertions.
pub(super) const PRIVATE_KEY_JWT: &str = "private_key_jwt";

/// How a client proves who it is.
pub(super) fn authentication(client: &Client) -> Value {
    match &client.settings.assertion_keys {
        Some(keys) => json!({ "method": PRIVATE_KEY_JWT, "jwks": serde_json::from_str::<Value>(keys).ok() }),
        None if client.is_public() => json!({ "method": "none" }),
        None => json!({ "method": "client_secret_basic" }),
    }
}

/// The scopes of a client as a list.
fn scopes(client: &Client) -> Value {
    let values = client.allowed_scopes.values().iter();
    values.map(|value| Value::from(value.as_str())).collect()
}

/// An application.
pub(super) fn application(tenant: &TenantSnapshot, application: &Application) -> Value {
    json!({
        "app_id": application.id,
        "tenant_id": tenant.id(),
        "name": application.name,
        "default_resource": application.default_resource,
        "resources": application.resources,
        "consent_hosts": application.consent_hosts,
    })
}
