//! Consent tokens: what proves to a data source that a person agreed (dataspace-consent-protocol 4.2, 8.2, 8.4).
//!
//! Exactly the members of the schema are written. A token has the id of its consent, so all tokens of a consent share it, and none of an
//! earlier one ever comes back.

use consentry_domain::{ClientId, Consent, ConsentId, DefinitionKey, Timestamp, client::Client};
use consentry_jose::{Algorithm, Expectations, Header};
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    tokens::{
        IdClaims,
        access_token::{subject_identified, subject_identifier},
    },
};

/// The version of the protocol, in the header of each token.
pub const VERSION: &str = "0.2";

/// `typ` of a consent token.
const TYP: &str = "JWT";

/// Longest token that is looked at, in bytes.
pub const LONGEST: usize = 8192;

/// What tokens say of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// `iss`: the public address of the tenant.
    pub issuer: String,
    /// `jku`: where its keys are.
    pub jwks_uri: String,
    /// `subiss` and `appiss`: the OpenID provider of the tenant.
    pub login_issuer: String,
}

/// Claims of a consent token. Times are whole seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentClaims {
    /// The provider.
    pub iss: String,
    /// The person.
    pub sub: String,
    /// Who knows the person by that name.
    pub subiss: String,
    /// How they logged in.
    pub acr: String,
    /// The application.
    pub app: String,
    /// Where the application is registered.
    pub appiss: String,
    /// The data source.
    pub dsi: String,
    /// From this second on it is over.
    pub exp: i64,
    /// When it was issued, put back a little for verifiers without leeway.
    pub iat: i64,
}

/// A signed token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentToken {
    /// Compact JWS.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

#[derive(Debug, Deserialize)]
struct OwnHeader {
    v: String,
    tid: String,
    jku: String,
}

/// Who shows a token and what for.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The consent token.
    pub token: &'a str,
    /// The data source that it is shown to.
    pub source: &'a str,
    /// The ID token beside it.
    pub id_token: Option<&'a str>,
}

impl Ledger {
    /// Signs a token for a consent in force. It never outlives the consent.
    pub fn sign_consent_token(
        &self,
        tenant: &TenantSnapshot,
        provider: &Provider,
        client: &Client,
        consent: &Consent,
    ) -> Result<ConsentToken, Fault> {
        let now = self.now();
        let settings = &tenant.tenant.dataspace;
        let life_ends = now.plus(tenant.tenant.lifetimes.consent_token);
        let ends = consent
            .valid_until
            .map_or(life_ends, |until| until.min(life_ends));
        let claims = ConsentClaims {
            iss: provider.issuer.clone(),
            sub: subject_identifier(tenant, client, consent.slot.subject)?,
            subiss: provider.login_issuer.clone(),
            acr: settings.acr.clone(),
            app: client.id.as_str().to_owned(),
            appiss: provider.login_issuer.clone(),
            dsi: consent.slot.definition.as_str().to_owned(),
            exp: ends.as_seconds(),
            iat: now.as_seconds() - i64::from(settings.issue_backdate_seconds),
        };
        let signer = tenant.key_ring.signer(Algorithm::Rs256)?;
        let members = Map::from_iter([
            ("v".to_owned(), VERSION.into()),
            ("tid".to_owned(), consent.id.to_string().into()),
            ("jku".to_owned(), provider.jwks_uri.as_str().into()),
        ]);
        let signing = |error: consentry_jose::SignError| Fault::Signing(error.to_string());
        let header = signer.header_with(Some(TYP), members).map_err(signing)?;
        Ok(ConsentToken {
            token: signer.sign(&header, &claims).map_err(signing)?,
            expires_at: Timestamp::from_seconds(claims.exp),
        })
    }

    /// The consent behind a token that is good now: signed here, in time, for this data source, of the person of the ID token where one
    /// is shown, and not taken back. None for everything else.
    pub async fn shown_consent(
        &self,
        tenant: &TenantSnapshot,
        provider: &Provider,
        shown: &Shown<'_>,
    ) -> Result<Option<(Consent, ConsentClaims)>, Fault> {
        let now = self.now().as_seconds();
        let Some((id, claims)) = verified(tenant, provider, shown.token, now) else {
            return Ok(None);
        };
        let fits_person = shown
            .id_token
            .is_none_or(|id_token| is_same_person(tenant, provider, id_token, &claims, now));
        if claims.dsi != shown.source || !fits_person {
            return Ok(None);
        }
        let subject = tenant
            .client(&claims.app)
            .and_then(|client| subject_identified(tenant, client, &claims.sub));
        let (Some(subject), Ok(client), Ok(source)) = (
            subject,
            ClientId::parse(&claims.app),
            DefinitionKey::parse(&claims.dsi),
        ) else {
            return Ok(None);
        };
        let consent = self.source_consent(tenant, subject, &client, &source).await?;
        // A consent given anew does not revive the tokens of the one before.
        Ok(consent
            .filter(|consent| consent.id == id)
            .map(|consent| (consent, claims)))
    }
}

/// Steps 2 to 10 of dataspace-consent-protocol 8.2, with our own keys.
fn verified(
    tenant: &TenantSnapshot,
    provider: &Provider,
    token: &str,
    now: i64,
) -> Option<(ConsentId, ConsentClaims)> {
    let expectations = Expectations {
        algorithms: &[Algorithm::Rs256],
        typ: Some(TYP),
        max_len: LONGEST,
    };
    let verified = tenant.key_ring.verifying().verify(token, &expectations).ok()?;
    let OwnHeader { v, tid, jku } = own_header(&verified.header)?;
    if v != VERSION || jku != provider.jwks_uri {
        return None;
    }
    let claims: ConsentClaims = verified.claims().ok()?;
    let skew = i64::from(tenant.tenant.dataspace.clock_skew_seconds);
    let is_in_time = claims.iat <= now.saturating_add(skew)
        && now.saturating_sub(skew) <= claims.exp
        && claims.iat <= claims.exp;
    let is_ours = claims.iss == provider.issuer
        && claims.subiss == provider.login_issuer
        && claims.appiss == provider.login_issuer
        && claims.acr == tenant.tenant.dataspace.acr;
    (is_in_time && is_ours).then_some((tid.parse().ok()?, claims))
}

fn own_header(header: &Header) -> Option<OwnHeader> {
    header.members().ok()
}

/// Whether an ID token of ours is about the person of a consent token and for its application (dataspace-consent-protocol 8.2 step 12,
/// 8.4).
fn is_same_person(
    tenant: &TenantSnapshot,
    provider: &Provider,
    id_token: &str,
    claims: &ConsentClaims,
    now: i64,
) -> bool {
    let expectations = Expectations {
        algorithms: &[Algorithm::Rs256],
        typ: Some(TYP),
        max_len: LONGEST,
    };
    let Ok(verified) = tenant.key_ring.verifying().verify(id_token, &expectations) else {
        return false;
    };
    // What has a version of this protocol is a consent token, signed with the same keys.
    if own_header(&verified.header).is_some() {
        return false;
    }
    let Ok(known) = verified.claims::<IdClaims>() else {
        return false;
    };
    let skew = i64::from(tenant.tenant.dataspace.clock_skew_seconds);
    known.iss == provider.login_issuer
        && now.saturating_sub(skew) < known.exp
        && known.iat <= now.saturating_add(skew)
        && known.sub == claims.sub
        && known.acr.as_ref() == Some(&claims.acr)
        && known.aud == claims.app
}
