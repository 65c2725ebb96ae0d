//! Customer JWTs: one-time tokens that are encrypted for nobody but us (consent-dashboard A7). Deprecated: the plain ones of
//! [`ticket`](super::ticket) do the same.
//!
//! What lives here: making one and reading it. What may not: spending it, which its row decides as with every one-time token.

use consentry_domain::{Lifetime, SubjectId, Timestamp};
use consentry_jose::{DirectToken, strict_object};
use consentry_store::{CommitError, Hash, IdempotencyKey};
use serde_json::{Value, json};

use super::{
    admin_jwt::AdminJwt,
    ticket::{Asked, Form, IssueError},
};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    access::{OpenDashboard, Permit},
    environment::Draw,
    error::Fault,
    opaque,
};

/// How long it may be spent, to the microsecond.
const LIFETIME: Lifetime = Lifetime::minutes(15);
/// Its media type.
const TYPE: &str = "consentry-customer+jwt";
/// Its audience.
const AUDIENCE: &str = "embed";
/// Levels of its claims.
const DEPTH: usize = 1;

/// A customer JWT, just issued.
#[derive(Debug, Clone)]
pub struct CustomerJwt {
    /// The token, to hand out once.
    pub jwt: Opaque,
    /// How long it may be spent.
    pub lifetime: Lifetime,
}

/// What a customer JWT says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// Under which its row is kept: SHA-256 of `jti`.
    pub(super) hash: Hash,
    /// The person, by the id that only we know.
    pub(super) subject: SubjectId,
}

impl Ledger {
    /// Answers an admin JWT with a customer JWT. A customer never seen before becomes a person with nothing shared, unless the tenant
    /// refuses those; an admin JWT with a `jti` is taken once.
    pub async fn issue_customer_jwt(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<OpenDashboard>,
        admin: &AdminJwt,
    ) -> Result<CustomerJwt, IssueError> {
        let subject = self.customer(tenant, admin.customer()).await?;
        let now = self.now();
        let jti = Opaque::draw_in(self.entropy(), "cj", subject.shard());
        let provider = admin.provider();
        let mut change = self.ticket_change(
            tenant,
            Asked::Provider(provider),
            (jti.hash(), subject),
            (now, LIFETIME),
            Form::Encrypted,
        )?;
        change.idempotency = admin.once().map(|(jti, expires_at)| {
            let key = tenant.keys.request(&[b"admin-jwt", jti.as_bytes()]);
            IdempotencyKey {
                key,
                fingerprint: key,
                reference: String::new(),
                expires_at,
            }
        });
        let jwt = self.sealed_jwt(tenant, &jti, subject, now)?;
        match self.commit(change).await {
            Ok(_receipt) => {}
            Err(CommitError::Duplicate { .. }) => return Err(IssueError::Replayed),
            Err(error) => return Err(Fault::from(error).into()),
        }
        tracing::info!(caller = ?permit.caller(), token.prefix = ?jti.hash(), "customer JWT issued");
        Ok(CustomerJwt {
            jwt,
            lifetime: LIFETIME,
        })
    }

    fn sealed_jwt(
        &self,
        tenant: &TenantSnapshot,
        jti: &Opaque,
        subject: SubjectId,
        now: Timestamp,
    ) -> Result<Opaque, Fault> {
        let claims = json!({
            "sub": subject,
            "jti": jti.expose(),
            "iat": now.as_seconds(),
            "exp": now.plus(LIFETIME).as_seconds(),
            "aud": AUDIENCE,
            "prv": tenant.id(),
        });
        let content = claims.to_string();
        let jwt =
            tenant
                .keys
                .customer_jwt()
                .encrypt(&[("typ", TYPE)], self.entropy().bytes(), content.as_bytes());
        jwt.map(|jwt| Opaque::received(&jwt)).ok_or(Fault::Unreadable {
            what: "customer JWT",
            why: "it cannot be encrypted".to_owned(),
        })
    }
}

/// Reads a customer JWT of a tenant. None: it is not one, for whatever reason.
pub(super) fn read(tenant: &TenantSnapshot, token: &Opaque) -> Option<Named> {
    let jwe = DirectToken::parse(token.expose()).ok()?;
    if jwe.typ() != Some(TYPE) {
        return None;
    }
    let content = jwe.open(tenant.keys.customer_jwt()).ok()?;
    let claims = strict_object(&content, DEPTH).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let ours = text("aud") == Some(AUDIENCE) && text("prv") == Some(tenant.id().to_string().as_str());
    ours.then_some(())?;
    Some(Named {
        hash: opaque::hash(text("jti")?.as_bytes()),
        subject: serde_json::from_value(claims.get("sub")?.clone()).ok()?,
    })
}
