//! Consent tokens: what proves to a data source that a person agreed (dataspace-consent-protocol 4.2, 8.2, 8.4).
//!
//! Exactly the members of the schema are written. A token has the id of its consent, so all tokens of a consent share it, and none of an
//! earlier one ever comes back. One that was signed is given again until a tenth of its life is over.

use std::sync::Arc;

use consentry_domain::{Consent, ConsentId, DefinitionKey, Lifetime, TenantId, Timestamp, Usage};
use consentry_jose::{Algorithm, Expectations, Header};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::{
    people::{Relation, SourceLogin},
    vouched::VouchedPerson,
};
use crate::{Ledger, TenantSnapshot, error::Fault, standing::DecidingConsent};

/// The version of the protocol, in the header of each token.
pub const VERSION: &str = "0.2";

/// `typ` of a consent token.
const TYP: &str = "JWT";

/// Longest token that is looked at, in bytes.
pub const LONGEST: usize = 8192;

/// Into how many parts the life of a token is divided; in the first of them it is given again.
const PARTS: i64 = 10;

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

/// Whom a token is about and for which application, in the words of the application itself.
#[derive(Debug, Clone, Copy)]
pub struct Spoken<'a> {
    /// `sub`.
    pub sub: &'a str,
    /// `subiss` and `acr`.
    pub login: &'a SourceLogin,
    /// `app`.
    pub app: &'a str,
    /// `appiss`.
    pub appiss: &'a str,
}

/// The last token of each consent that was signed.
pub(crate) struct SignedTokens(Option<Cache<(TenantId, ConsentId), Arc<Signed>>>);

struct Signed {
    token: ConsentToken,
    /// From when on another one is signed.
    given_until: Timestamp,
    said: Said<String>,
}

/// Everything that a token says, and what its times follow from.
struct Said<T> {
    /// In this order: the claims but the times, `jku`, `kid`.
    texts: [T; 9],
    valid_until: Option<Timestamp>,
    life: Lifetime,
    backdate: u32,
}

impl Said<&str> {
    fn is(&self, other: &Said<String>) -> bool {
        let times = (self.valid_until, self.life, self.backdate);
        times == (other.valid_until, other.life, other.backdate)
            && self.texts == other.texts.each_ref().map(String::as_str)
    }

    fn to_owned(&self) -> Said<String> {
        Said {
            texts: self.texts.map(str::to_owned),
            valid_until: self.valid_until,
            life: self.life,
            backdate: self.backdate,
        }
    }

    fn claims(&self, iat: i64, exp: i64) -> ConsentClaims {
        let [iss, sub, subiss, acr, app, appiss, dsi, ..] = self.texts.map(str::to_owned);
        ConsentClaims {
            iss,
            sub,
            subiss,
            acr,
            app,
            appiss,
            dsi,
            exp,
            iat,
        }
    }
}

impl SignedTokens {
    /// At most this many; with none each is signed anew.
    pub(crate) fn new(capacity: usize) -> Self {
        Self((capacity > 0).then(|| Cache::new(capacity)))
    }

    /// The token of a consent that says the same and is young enough to be given again.
    fn get(&self, consent: (TenantId, ConsentId), said: &Said<&str>, now: Timestamp) -> Option<ConsentToken> {
        let signed = self.0.as_ref()?.get(&consent)?;
        (now < signed.given_until && said.is(&signed.said)).then(|| signed.token.clone())
    }

    fn keep(
        &self,
        consent: (TenantId, ConsentId),
        said: &Said<&str>,
        token: &ConsentToken,
        given_until: Timestamp,
    ) {
        if let Some(kept) = &self.0 {
            let signed = Signed {
                token: token.clone(),
                given_until,
                said: said.to_owned(),
            };
            kept.insert(consent, Arc::new(signed));
        }
    }
}

/// Who shows a token and what for.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The consent token.
    pub token: &'a str,
    /// The data source that it is shown to.
    pub source: &'a str,
    /// Whom the ID token beside it is about, where there has to be one.
    pub person: Option<&'a VouchedPerson>,
}

impl Ledger {
    /// Signs a token for a consent in force, or gives one that was signed lately. It never outlives the consent.
    pub fn consent_token(
        &self,
        tenant: &TenantSnapshot,
        provider: &Provider,
        spoken: &Spoken<'_>,
        consent: &Consent,
    ) -> Result<ConsentToken, Fault> {
        let now = self.now();
        let signer = tenant.key_ring.signer(Algorithm::Rs256)?;
        let said = Said {
            texts: [
                &provider.issuer,
                spoken.sub,
                spoken.login.issuer.as_ref().unwrap_or(&provider.login_issuer),
                &spoken.login.acr,
                spoken.app,
                spoken.appiss,
                consent.slot.definition.as_str(),
                &provider.jwks_uri,
                signer.kid(),
            ],
            valid_until: consent.valid_until,
            life: tenant.tenant.lifetimes.consent_token,
            backdate: tenant.tenant.dataspace.issue_backdate_seconds,
        };
        let (name, kept) = ((tenant.id(), consent.id), &self.inner.signed_tokens);
        if let Some(token) = kept.get(name, &said, now) {
            return Ok(token);
        }
        let life_ends = now.plus(said.life);
        let ends = said.valid_until.map_or(life_ends, |until| until.min(life_ends));
        let claims = said.claims(now.as_seconds() - i64::from(said.backdate), ends.as_seconds());
        let members = Map::from_iter([
            ("v".to_owned(), VERSION.into()),
            ("tid".to_owned(), consent.id.to_string().into()),
            ("jku".to_owned(), provider.jwks_uri.as_str().into()),
        ]);
        let signing = |error: consentry_jose::SignError| Fault::Signing(error.to_string());
        let header = signer.header_with(Some(TYP), members).map_err(signing)?;
        let token = ConsentToken {
            token: signer.sign(&header, &claims).map_err(signing)?,
            expires_at: Timestamp::from_seconds(claims.exp),
        };
        self.note_use(tenant.id(), consent, Usage::issued(now));
        let part = ends.as_micros().saturating_sub(now.as_micros()) / PARTS;
        let given_until = Timestamp::from_micros(now.as_micros().saturating_add(part));
        kept.keep(name, &said, &token, given_until);
        Ok(token)
    }

    /// The consent behind a token that is good now: signed here, in time, for this data source, of the person of the ID token where one
    /// is shown, and not taken back. None for everything else.
    pub async fn shown_consent(
        &self,
        tenant: &TenantSnapshot,
        provider: &Provider,
        shown: &Shown<'_>,
    ) -> Result<Option<(DecidingConsent, ConsentClaims)>, Fault> {
        let now = self.now().as_seconds();
        let Some((id, claims)) = verified(tenant, provider, shown.token, now) else {
            return Ok(None);
        };
        let fits_person = shown.person.is_none_or(|person| person.fits(&claims));
        if claims.dsi != shown.source || !fits_person {
            return Ok(None);
        }
        // Who was registered when it was signed need not be any more.
        let (Some(login), Some(client), Ok(source)) = (
            tenant.source_login(provider, &claims.subiss, &claims.acr),
            tenant.source_application(provider, &claims.appiss, &claims.app),
            DefinitionKey::parse(&claims.dsi),
        ) else {
            return Ok(None);
        };
        let Some(subject) = self.source_person(tenant, client, &login, &claims.sub).await? else {
            return Ok(None);
        };
        let relation = Relation {
            subject,
            client: client.id.clone(),
            qualifier: tenant.qualifier_of(&login),
        };
        let consent = self.source_consent(tenant, &relation, &source).await?;
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
    (is_in_time && claims.iss == provider.issuer).then_some((tid.parse().ok()?, claims))
}

/// Whether a token of ours is a consent token, which the same keys sign as ID tokens: it has a version of this protocol.
pub(super) fn is_consent_token(header: &Header) -> bool {
    own_header(header).is_some()
}

fn own_header(header: &Header) -> Option<OwnHeader> {
    header.members().ok()
}
