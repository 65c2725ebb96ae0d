//! Id tokens of ours that come back as a hint: signature and issuer count, expiry does not (B13-06, B17-02).

use consentry_jose::{Algorithm, Claims, Expectations};
use consentry_ledger::TenantSnapshot;

/// Whom a hint is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::front) struct Hint {
    /// The client it was issued to.
    pub client: String,
    /// The person as that client knows them.
    pub subject: String,
}

/// Reads a hint; none when it is no id token of this issuer.
pub(in crate::front) fn read(tenant: &TenantSnapshot, issuer: &str, token: &str) -> Option<Hint> {
    let expectations = Expectations::new(&[Algorithm::Rs256, Algorithm::Es256]).with_typ("JWT");
    let verified = tenant.key_ring.verifying().verify(token, &expectations).ok()?;
    let claims = Claims::parse(&verified.payload).ok()?;
    let [client] = claims.aud.as_slice() else {
        return None;
    };
    (claims.iss.as_deref() == Some(issuer)).then(|| {
        Some(Hint {
            client: client.clone(),
            subject: claims.sub.clone()?,
        })
    })?
}
