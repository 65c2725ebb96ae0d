//! What a client may be registered with beside what every client has: deviations from the tenant, and what people are shown.

use serde::{Deserialize, Serialize};

use crate::{Lifetime, PartyId, Timestamp, authorization_details::DetailType, decision::named_enum};

named_enum! {
    /// What tokens are signed with.
    TokenAlgorithm {
        /// RSA with SHA-256; what every client can verify.
        Rs256 = "RS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
    }
}

named_enum! {
    /// `SameSite` of the cookie that binds an interaction to its browser.
    CookieSite {
        /// Navigations only.
        Lax = "lax",
        /// Frames of other sites too.
        None = "none",
    }
}

named_enum! {
    /// How a client knows people.
    SubjectType {
        /// By the same id as every client.
        Public = "public",
        /// By an id of its own.
        Pairwise = "pairwise",
    }
}

/// Settings of a client. What is left out is as the tenant has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSettings {
    /// What operators call it beside its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Life of its access tokens; never longer than the longest of the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Lifetime>,
    /// Life of a refresh token that is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Lifetime>,
    /// How long refresh tokens follow each other after one answer of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_window: Option<Lifetime>,
    /// What its id tokens are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_algorithm: Option<TokenAlgorithm>,
    /// What its access tokens are signed with; the resource servers it calls must know it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_algorithm: Option<TokenAlgorithm>,
    /// Claims of the person that its id tokens have unasked, where the scope that carries them was consented to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_claims: Vec<String>,
    /// Types of `authorization_details` it may ask with (RFC 9396 10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<DetailType>,
    /// `SameSite` of the cookies of its interactions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookie_site: Option<CookieSite>,
    /// How long a question about it stays open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Lifetime>,
    /// Whether it must hand its requests in beforehand (RFC 9126), although the tenant does not ask for it.
    #[serde(skip_serializing_if = "is_false")]
    pub require_pushed_requests: bool,
    /// Public keys (text of a JWK set) of what it proves itself with; where there are any, no secret is accepted (RFC 7523).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion_keys: Option<String>,
    /// How it knows people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    /// Who stands behind it, where no party is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_name: Option<String>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// What it says about what it does with data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Whom to reach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Through whom it gets data, nearest to it first: people are told, and asked anew when it changes (consent-dashboard B4.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intermediaries: Vec<PartyId>,
    /// Where a person lets it go on for longer (consent-dashboard B6.2): an `https` address of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconnect_uri: Option<String>,
    /// When its registration last changed; none means never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl ClientSettings {
    /// Whether it says nothing.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
