//! What people agreed to, and who asks them.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Where a consent stands.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = authorization::Status)]
pub(in crate::openapi) enum Status {
    Active,
    Expired,
    Revoked,
    Superseded,
}

/// What a person agreed to. Times are whole seconds since 1970.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Consent)]
pub(in crate::openapi) struct Consent {
    consent_id: String,
    tenant_id: String,
    app_id: String,
    client_id: String,
    user_id: String,
    /// What still counts while it is active, all that was given once it is over; values with spaces between them.
    scope: String,
    created_at: i64,
    /// `null` where there is no end.
    #[schema(required)]
    expires_at: Option<i64>,
    updated_at: i64,
    status: Status,
    #[schema(nullable = false)]
    client_name: Option<String>,
    #[schema(nullable = false)]
    resource: Option<Vec<String>>,
    /// When data was last delivered.
    #[schema(nullable = false)]
    last_used_at: Option<i64>,
    /// What the person was shown; where one consent is read.
    #[schema(nullable = false)]
    evidence: Option<Evidence>,
}

/// What the person was shown.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Evidence)]
pub(in crate::openapi) struct Evidence {
    client_name: String,
    #[schema(nullable = false)]
    organization: Option<String>,
    redirect_hosts: Vec<String>,
    client_type: String,
    texts: Vec<Value>,
    decision_id: String,
    decided_at: i64,
}

/// A page of consents, newest first.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Consents)]
pub(in crate::openapi) struct Consents {
    result: Vec<Consent>,
    /// Where the next page begins.
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// One consent.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::OneConsent)]
pub(in crate::openapi) struct OneConsent {
    result: Consent,
}

/// Who asks for what.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::LookedUp)]
pub(in crate::openapi) struct LookedUp {
    result: Interaction,
}

/// A question that waits for an answer.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Interaction)]
pub(in crate::openapi) struct Interaction {
    src_interaction: String,
    app_id: String,
    user_id: String,
    client: Asking,
    requested_scope: Vec<String>,
    already_granted_scope: Vec<String>,
    requested_claims: Vec<String>,
    authorization_details: Vec<Value>,
    resource: Vec<String>,
    offline_access: bool,
    consent_expires_at: i64,
    interaction_expires_at: i64,
    ui_locales: Vec<String>,
    #[schema(required)]
    acr: Option<String>,
    auth_time: i64,
    /// To be sent with the answer; each look-up replaces the one before.
    decision_token: String,
}

/// The client that asks.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Asking)]
pub(in crate::openapi) struct Asking {
    client_id: String,
    name: String,
    #[schema(required)]
    organization_name: Option<String>,
    verified: bool,
    #[schema(required)]
    client_uri: Option<String>,
    /// An address of this server; `null` until the picture was fetched.
    #[schema(required)]
    logo_uri: Option<String>,
    #[schema(required)]
    policy_uri: Option<String>,
    #[schema(required)]
    tos_uri: Option<String>,
    contacts: Vec<String>,
    #[schema(required)]
    redirect_host: Option<String>,
    first_seen_at: i64,
}

/// What the person answered.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Report)]
pub(in crate::openapi) struct Report {
    #[schema(min_length = 1)]
    src_interaction: String,
    approved: bool,
    user_id: String,
    /// A part of what was asked; without it all of it.
    granted_scope: Option<Vec<String>>,
    /// Ids of the accounts that the person chose; without it all of them.
    #[schema(max_items = 200)]
    accounts: Option<Vec<String>>,
}

/// Where the browser has to be sent within a minute.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Reported)]
pub(in crate::openapi) struct Reported {
    result: Onward,
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Onward)]
pub(in crate::openapi) struct Onward {
    url: String,
}
