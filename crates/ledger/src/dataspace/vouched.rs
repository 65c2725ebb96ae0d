//! Whom an ID token is about, as a data source shows it beside a consent token (dataspace-consent-protocol 8.2 step 12, 8.4).

use consentry_jose::{Algorithm, Expectations};

use super::token::{ConsentClaims, LONGEST, Provider, is_consent_token};
use crate::{Ledger, TenantSnapshot, tokens::IdClaims};

/// Whom a login provider vouches for, and to whom. Signature and times were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VouchedPerson {
    /// The provider.
    pub iss: String,
    /// What it calls the person.
    pub sub: String,
    /// How they logged in, if it said.
    pub acr: Option<String>,
    /// For which applications.
    pub aud: Vec<String>,
    /// Which of several it was issued to, if it said.
    pub azp: Option<String>,
}

impl VouchedPerson {
    /// Whether a consent token is about the same person and for the application that vouches with this.
    pub(super) fn fits(&self, claims: &ConsentClaims) -> bool {
        self.iss == claims.subiss
            && self.sub == claims.sub
            && self.acr.as_ref() == Some(&claims.acr)
            && self.aud.contains(&claims.app)
            && self.azp.as_ref().is_none_or(|azp| *azp == claims.app)
    }
}

impl Ledger {
    /// Whom an ID token of our own is about; none where it is none, or out of time.
    pub fn own_vouched_person(
        &self,
        tenant: &TenantSnapshot,
        provider: &Provider,
        id_token: &str,
    ) -> Option<VouchedPerson> {
        let expectations = Expectations {
            algorithms: &[Algorithm::Rs256],
            typ: Some("JWT"),
            max_len: LONGEST,
        };
        let verified = tenant.key_ring.verifying().verify(id_token, &expectations).ok()?;
        if is_consent_token(&verified.header) {
            return None;
        }
        let known = verified.claims::<IdClaims>().ok()?;
        let now = self.now().as_seconds();
        let skew = i64::from(tenant.tenant.dataspace.clock_skew_seconds);
        let is_in_time = now.saturating_sub(skew) < known.exp && known.iat <= now.saturating_add(skew);
        (is_in_time && known.iss == provider.login_issuer).then_some(VouchedPerson {
            iss: known.iss,
            sub: known.sub,
            acr: known.acr,
            aud: vec![known.aud],
            azp: None,
        })
    }
}
