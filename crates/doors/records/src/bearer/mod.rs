//! Bearer tokens: several validators are asked in order until one accepts (consent-api 4.2, 12.4).
//!
//! What lives here: who is asked, and what a token of somebody else says. What may not: rules about who may do what, and memory
//! of tokens. The only thing kept is what can be had again: keys.

mod asked;
mod certificates;
mod claims;
mod encrypted;
mod keys;
mod memory;
mod mock;
mod signed;

use std::sync::{Arc, OnceLock};

use consentry_domain::{
    SubjectId,
    tenant::{TokenValidator, ValidatorKind},
};
use consentry_egress::{Egress, EgressPolicy};
use consentry_jose::{DecryptionKey, KeySet};
use consentry_ledger::{
    records::TokenSubject,
    tokens::{Issuer, OwnApi},
};
use consentry_web::visit::Visit;

use self::memory::Memory;
use crate::failure::{Code, Failure};

/// Longest token of somebody else that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// What checking tokens of others needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Validators {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    policy: EgressPolicy,
    egress: OnceLock<Option<Egress>>,
    keys: Memory<KeySet>,
    decryption_keys: Memory<Vec<DecryptionKey>>,
    takes_mock_tokens: bool,
}

impl Validators {
    /// `policy` is what holds on the way to key sets and introspection endpoints. `takes_mock_tokens` is for development only: it
    /// lets tenants configure a validator that believes whatever a token says.
    pub fn new(policy: EgressPolicy, takes_mock_tokens: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                policy,
                egress: OnceLock::new(),
                keys: Memory::default(),
                decryption_keys: Memory::default(),
                takes_mock_tokens,
            }),
        }
    }
}

impl Inner {
    /// The way out, made on first use: most installations ask nobody, and trusted certificates take a while to load.
    fn egress(&self) -> Option<&Egress> {
        let made = self.egress.get_or_init(|| {
            Egress::new(self.policy.clone())
                .inspect_err(|error| tracing::error!(%error, "nobody can be asked about tokens"))
                .ok()
        });
        made.as_ref()
    }
}

/// A token that counts, whoever issued it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Value of the subject claim.
    pub subject: String,
    /// The person, where we issued the token to one.
    pub person: Option<SubjectId>,
    /// Mapper of the subject.
    pub mapper: Option<String>,
    /// Its audiences.
    pub audience: Vec<String>,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// The client that holds it, where it says so.
    pub client: Option<String>,
}

impl Token {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    pub(crate) fn subject(&self, privileged: bool) -> TokenSubject {
        TokenSubject {
            claim: self.subject.clone(),
            person: self.person,
            mapper: self.mapper.clone(),
            privileged,
            client: self.client.clone(),
        }
    }
}

/// What a validator says.
#[derive(Debug)]
enum Verdict {
    Accepted(Token),
    /// Not good, or not one of its tokens.
    Refused,
    /// It could not find out.
    Unknown,
}

/// The token behind a credential; none where no validator accepts it.
pub(crate) async fn validate(
    validators: &Validators,
    visit: &Visit,
    address: &str,
    token: &str,
) -> Result<Option<Token>, Failure> {
    let settings = &visit.tenant.tenant.records;
    if settings.access_token_validators.is_empty() {
        return own(visit, token).await;
    }
    let mut undecided = false;
    for validator in settings.validators() {
        let verdict = match &validator.kind {
            ValidatorKind::Own => own(visit, token)
                .await?
                .map_or(Verdict::Refused, Verdict::Accepted),
            _ if token.len() > LONGEST => Verdict::Refused,
            _ => validators.foreign(visit, validator, address, token).await,
        };
        match verdict {
            Verdict::Accepted(token) => return Ok(Some(token)),
            Verdict::Refused => {}
            Verdict::Unknown => undecided = true,
        }
    }
    if undecided {
        return Err(Failure::new(
            Code::ServiceUnavailable,
            "whether the token counts cannot be found out now",
        )
        .with(|error| error.retry_after(5)));
    }
    Ok(None)
}

/// A token of our own authorization door, asked of the ledger.
async fn own(visit: &Visit, token: &str) -> Result<Option<Token>, Failure> {
    let issuer = Issuer::new(visit.house.issuer(&visit.tenant));
    // The audience is judged by the door, because a wrong one is 403 and not 401.
    let active = visit
        .ledger()
        .bearer(&visit.tenant, &issuer, OwnApi::Records(None), token)
        .await?;
    Ok(active.map(|active| {
        let claims = active.claims();
        Token {
            subject: claims.sub.clone(),
            person: active.subject(),
            mapper: None,
            audience: vec![claims.aud.clone()],
            scopes: active
                .scope()
                .values()
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            client: Some(claims.client_id.as_str().to_owned()),
        }
    }))
}

impl Validators {
    async fn foreign(
        &self,
        visit: &Visit,
        validator: &TokenValidator,
        address: &str,
        token: &str,
    ) -> Verdict {
        let now = visit.ledger().now();
        match &validator.kind {
            ValidatorKind::Jwt(jwt) => signed::validate(&self.inner, validator, jwt, token, now).await,
            ValidatorKind::Introspection(introspection) => {
                asked::validate(&self.inner, validator, introspection, address, token, now).await
            }
            ValidatorKind::Mock if self.inner.takes_mock_tokens => mock::validate(validator, token, now),
            ValidatorKind::Mock => {
                tracing::warn!("a mock validator is configured, but this installation takes no mock tokens");
                Verdict::Refused
            }
            ValidatorKind::Own => Verdict::Refused,
        }
    }
}
