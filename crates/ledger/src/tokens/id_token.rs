//! ID tokens (OpenID Connect Core 2): who logged in, when and how, and of the person what was asked for and consented to
//! (TPA-TOK-04).

use aws_lc_rs::digest;
use consentry_domain::{
    TenantId, Timestamp,
    client::{Client, TokenAlgorithm},
    grant::Grant,
};
use consentry_jose::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Issuer, access_token::subject_identifier};
use crate::{TenantSnapshot, error::Fault, opaque};

/// Claims of an ID token (third-party-authorization A.10.2). Times are whole seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdClaims {
    /// Issuer.
    pub iss: String,
    /// The person as this client knows them.
    pub sub: String,
    /// `client_id`.
    pub aud: String,
    /// From this second on it is over.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the person last proved who they are; the same after a refresh (OpenID Connect Core 12.2).
    pub auth_time: i64,
    /// How (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// Authentication context that was satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Tenant.
    pub tid: TenantId,
    /// Half of the hash of the access token beside it.
    pub at_hash: String,
    /// `nonce` of the authorization request; never after a refresh (OpenID Connect Core 12.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// What is told of the person.
    #[serde(flatten)]
    pub profile: Map<String, Value>,
}

/// What comes from the request rather than from the grant.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Requested<'a> {
    /// `nonce`.
    pub nonce: Option<&'a str>,
    /// `acr` that was satisfied.
    pub acr: Option<&'a str>,
    /// What is told of the person.
    pub profile: Option<&'a Map<String, Value>>,
}

/// Signs the ID token that goes with an access token.
pub(crate) fn sign(
    tenant: &TenantSnapshot,
    issuer: &Issuer,
    client: &Client,
    grant: &Grant,
    requested: Requested<'_>,
    access_token: &str,
    now: Timestamp,
) -> Result<String, Fault> {
    let claims = IdClaims {
        iss: issuer.as_str().to_owned(),
        sub: subject_identifier(tenant, client, grant.subject)?,
        aud: client.id.as_str().to_owned(),
        exp: now.plus(tenant.tenant.lifetimes.id_token).as_seconds(),
        iat: now.as_seconds(),
        auth_time: grant.auth_time.as_seconds(),
        amr: grant.amr.clone(),
        acr: acr(tenant, client, requested),
        tid: tenant.id(),
        at_hash: at_hash(access_token),
        nonce: requested.nonce.map(str::to_owned),
        profile: requested.profile.cloned().unwrap_or_default(),
    };
    // `at_hash` is SHA-256 with either.
    let key = tenant
        .key_ring
        .signer(algorithm(client.settings.id_token_algorithm))?;
    key.sign(&key.header(Some("JWT")), &claims)
        .map_err(|error| Fault::Signing(error.to_string()))
}

/// What a token is signed with; RS256 where nothing was chosen.
pub(super) const fn algorithm(chosen: Option<TokenAlgorithm>) -> Algorithm {
    match chosen {
        Some(TokenAlgorithm::Es256) => Algorithm::Es256,
        Some(TokenAlgorithm::Rs256) | None => Algorithm::Rs256,
    }
}

/// The authentication context. Applications of the dataspace are told that of everybody who logs in here, since it is part of who the
/// person is there (dataspace-consent-protocol 2.1).
fn acr(tenant: &TenantSnapshot, client: &Client, requested: Requested<'_>) -> Option<String> {
    let dataspace = &tenant.tenant.dataspace;
    let of_dataspace = dataspace.application(&client.id).map(|_| dataspace.acr.as_str());
    requested.acr.or(of_dataspace).map(str::to_owned)
}

/// Left half of the SHA-256 of the token's text (OpenID Connect Core 3.1.3.6, for RS256 and ES256).
fn at_hash(access_token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
    opaque::base64url(&hash.as_ref()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_core_a_3_at_hash_of_the_published_example() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
