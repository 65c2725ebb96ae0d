//! Access tokens as RFC 9068 JWTs: their claims, making them, and telling ours from others.

use std::sync::Arc;

use consentry_domain::{
    AgreementId, ApplicationId, ClientId, GrantId, SubjectId, TenantId, Timestamp, client::Client,
    grant::Grant, scope::Scope,
};
use consentry_jose::{Algorithm, Expectations};
use consentry_store::Hash;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::{Issuer, id_token::algorithm};
use crate::{Ledger, TenantSnapshot, environment::Draw, error::Fault, opaque, sealing::SealBroken};

/// `typ` of access tokens (RFC 9068 2.1).
pub const TYP: &str = "at+jwt";

/// Longest access token looked at, in bytes.
pub const MAX_LEN: usize = 8 * 1024;

/// Claims of an access token (third-party-authorization A.10.1). Times are whole seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Issuer.
    pub iss: String,
    /// The person as this client knows them, or the client itself where there is no person.
    pub sub: String,
    /// The one audience (TPA-TOK-02).
    pub aud: String,
    /// The client that holds it.
    pub client_id: ClientId,
    /// Application of the client.
    pub app_id: ApplicationId,
    /// Name of the application.
    pub app_name: String,
    /// Tenant.
    pub tid: TenantId,
    /// What may be done.
    pub scope: Scope,
    /// When it was issued.
    pub iat: i64,
    /// From this second on it is over.
    pub exp: i64,
    /// Identity, by which it alone can be revoked.
    pub jti: String,
    /// When the person last proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The agreement behind it; none for first parties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_id: Option<AgreementId>,
    /// The same under the name that FDX has for it, where the tenant speaks FDX (consent-dashboard D1).
    #[serde(default, rename = "fdxConsentId", skip_serializing_if = "Option::is_none")]
    pub fdx_consent_id: Option<AgreementId>,
    /// The grant behind it; none for a client's own token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<GrantId>,
}

/// What a pairwise identifier begins with.
const PAIRWISE: &str = "pw_";

/// By what a client knows a person. The error is that of a broken library.
pub fn subject_identifier(
    tenant: &TenantSnapshot,
    client: &Client,
    subject: SubjectId,
) -> Result<String, SealBroken> {
    if !client.is_pairwise(&tenant.tenant) {
        return Ok(subject.to_string());
    }
    let identifier = tenant.keys.pairwise(client.id.as_str(), subject)?;
    Ok(format!("{PAIRWISE}{}", opaque::base64url(&identifier)))
}

/// Whom a client knows by an identifier. There need not be anybody of that id; a text that is no identifier of the client's is none.
pub fn subject_identified(tenant: &TenantSnapshot, client: &Client, identifier: &str) -> Option<SubjectId> {
    if !client.is_pairwise(&tenant.tenant) {
        return identifier.parse().ok();
    }
    let bytes = opaque::from_base64url(identifier.strip_prefix(PAIRWISE)?)?;
    tenant
        .keys
        .pairwise_origin(client.id.as_str(), bytes.try_into().ok()?)
        .ok()
}

/// What a new access token shall say.
pub(crate) struct NewAccessToken<'a> {
    /// Issuer.
    pub issuer: &'a Issuer,
    /// The client that gets it.
    pub client: &'a Client,
    /// The grant it is issued under; none for the client's own.
    pub grant: Option<&'a Grant>,
    /// Its audience.
    pub audience: String,
    /// Its scope.
    pub scope: Scope,
    /// It ends then at the latest, whatever its lifetime.
    pub not_after: Option<Timestamp>,
    /// When it is issued.
    pub now: Timestamp,
}

impl Ledger {
    /// The claims of a new access token. Third parties' lifetime is short; consent and grant bound it (TPA-TOK-01).
    pub(crate) fn access_claims(
        &self,
        tenant: &TenantSnapshot,
        new: NewAccessToken<'_>,
    ) -> Result<AccessClaims, Fault> {
        let NewAccessToken {
            issuer,
            client,
            grant,
            audience,
            scope,
            not_after,
            now,
        } = new;
        let lifetime = client.access_token_lifetime(&tenant.tenant);
        let ends = [
            Some(now.plus(lifetime)),
            not_after,
            grant.map(|grant| grant.expires_at),
        ];
        let end = ends.into_iter().flatten().min().unwrap_or(now);
        let sub = match grant {
            Some(grant) => subject_identifier(tenant, client, grant.subject)?,
            None => client.id.as_str().to_owned(),
        };
        Ok(AccessClaims {
            iss: issuer.as_str().to_owned(),
            sub,
            aud: audience,
            client_id: client.id.clone(),
            app_id: client.application,
            app_name: tenant
                .applications
                .get(&client.application)
                .map(|application| application.name.clone())
                .unwrap_or_default(),
            tid: tenant.id(),
            scope,
            iat: now.as_seconds(),
            exp: end.as_seconds(),
            jti: format!("at_{}", opaque::base64url(&self.entropy().bytes::<16>())),
            auth_time: grant.map(|grant| grant.auth_time.as_seconds()),
            amr: grant.map(|grant| grant.amr.clone()).unwrap_or_default(),
            consent_id: grant.and_then(|grant| grant.agreement),
            fdx_consent_id: grant
                .and_then(|grant| grant.agreement)
                .filter(|_| tenant.tenant.dashboard.fdx.is_some()),
            grant_id: grant.map(|grant| grant.id),
        })
    }

    /// Whether a text is an access token of ours that has not run out: signature, `typ`, issuer, tenant and time. What became of its
    /// grant is another question. A token seen before costs one SHA-256.
    pub(crate) fn verified_access_token(
        &self,
        tenant: &TenantSnapshot,
        issuer: &Issuer,
        token: &str,
        now: Timestamp,
    ) -> Option<Arc<VerifiedAccess>> {
        if token.len() > MAX_LEN {
            return None;
        }
        let key = (tenant.id(), opaque::hash(token.as_bytes()));
        let verified = match self.inner.access_tokens.0.get(&key) {
            Some(verified) => verified,
            None => {
                let verified = Arc::new(verify(tenant, token)?);
                self.inner.access_tokens.0.insert(key, Arc::clone(&verified));
                verified
            }
        };
        let claims = &verified.claims;
        let still_ours = tenant.key_ring.verifying().get(&verified.kid).is_some();
        let fits =
            claims.iss == issuer.as_str() && claims.tid == tenant.id() && now.as_seconds() < claims.exp;
        (still_ours && fits).then_some(verified)
    }
}

/// Signs claims as an access token of a client.
pub(crate) fn sign(tenant: &TenantSnapshot, client: &Client, claims: &AccessClaims) -> Result<String, Fault> {
    let key = tenant
        .key_ring
        .signer(algorithm(client.settings.access_token_algorithm))?;
    key.sign(&key.header(Some(TYP)), claims)
        .map_err(|error| Fault::Signing(error.to_string()))
}

fn verify(tenant: &TenantSnapshot, token: &str) -> Option<VerifiedAccess> {
    let expectations = Expectations {
        max_len: MAX_LEN,
        ..Expectations::new(&[Algorithm::Rs256, Algorithm::Es256]).with_typ(TYP)
    };
    let verified = tenant.key_ring.verifying().verify(token, &expectations).ok()?;
    let claims: AccessClaims = verified.claims().ok()?;
    Some(VerifiedAccess {
        kid: verified.header.kid?,
        jti: opaque::hash(claims.jti.as_bytes()),
        claims,
    })
}

/// An access token whose signature was right.
#[derive(Debug)]
pub(crate) struct VerifiedAccess {
    /// The key that signed it.
    pub kid: String,
    /// Hash of its `jti`, under which its revocation is stored.
    pub jti: Hash,
    /// What it says.
    pub claims: AccessClaims,
}

/// Tokens whose signature was checked, by the SHA-256 of the whole token. Whether they still count is asked anew each time.
pub(crate) struct VerifiedTokens(Cache<(TenantId, Hash), Arc<VerifiedAccess>>);

impl VerifiedTokens {
    /// At most this many.
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }
}
