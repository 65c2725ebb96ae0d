//! How surely a request wants to know who is there: `acr_values`, and what a tenant demands of clients and scopes
//! (third-party-authorization A.14).

use consentry_domain::{SubjectId, Timestamp, client::Prompt, tenant::SignIn};

use super::{AuthorizationRequest, Interaction};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    sessions::{Method, Session},
};

/// `acr` of two factors.
pub const MFA: &str = "mfa";

/// Most values of `acr_values` that are looked at.
pub const MOST_VALUES: usize = 20;

/// What a value of `acr` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Whatever the hosted login offers.
    Any,
    /// This way.
    By(Method),
    /// A password and a code that was sent, or a passkey.
    Two,
    /// The provider at this place of the tenant's settings.
    Upstream(usize),
}

/// Values of `acr` with what they stand for. Those of the vendor are accepted beside our own (TPA-FL-02).
const VALUES: [(&str, Level); 7] = [
    ("urn:consentry:centralized", Level::Any),
    ("urn:transmit:centralized", Level::Any),
    ("urn:consentry:password", Level::By(Method::Password)),
    ("urn:consentry:email_code", Level::By(Method::EmailCode)),
    ("urn:consentry:passkey", Level::By(Method::Passkey)),
    ("urn:consentry:mfa", Level::Two),
    (MFA, Level::Two),
];

/// Beginnings of the values that choose another provider.
const OWNERS: [&str; 2] = ["urn:consentry:", "urn:transmit:"];

/// Their end.
const DIRECT: &str = "_direct";

impl Level {
    /// The level that this value of `acr` stands for; none where it is not known here.
    pub fn of(acr: &str, sign_in: &SignIn) -> Option<Self> {
        let named = VALUES.iter().find(|(value, _)| *value == acr);
        if let Some((_, level)) = named {
            return Some(*level);
        }
        let direct = OWNERS.iter().find_map(|owner| acr.strip_prefix(owner));
        let name = direct?.strip_suffix(DIRECT)?;
        let place = sign_in.upstreams.iter().position(|one| one.name == name);
        place.map(Self::Upstream)
    }

    /// Values of `acr` that people can reach here.
    pub fn offered(sign_in: &SignIn) -> Vec<String> {
        let reached = VALUES.iter().filter(|(_, level)| level.is_offered(sign_in));
        let direct = sign_in
            .upstreams
            .iter()
            .map(|upstream| format!("{}{}{DIRECT}", OWNERS[0], upstream.name));
        reached
            .map(|(value, _)| (*value).to_owned())
            .chain(direct)
            .collect()
    }

    /// Whether people can reach it here.
    pub const fn is_offered(self, sign_in: &SignIn) -> bool {
        match self {
            Self::Any | Self::Upstream(_) | Self::By(Method::Upstream) => true,
            Self::By(Method::Password) => sign_in.password,
            Self::By(Method::EmailCode) => sign_in.email_code,
            Self::By(Method::Passkey) => sign_in.passkey,
            Self::Two => sign_in.passkey || has_both(sign_in),
        }
    }

    fn is_met(self, sign_in: &SignIn, session: &Session, since: Timestamp) -> bool {
        match self {
            Self::Upstream(place) => {
                let name = sign_in
                    .upstreams
                    .get(place)
                    .map(|upstream| upstream.name.as_str());
                session.proves(Method::Upstream, since)
                    && name.is_some()
                    && session.upstream.as_deref() == name
            }
            Self::Any => session.proofs.iter().any(|proof| proof.at >= since),
            Self::By(method) => session.proves(method, since),
            Self::Two => session.proves_two(since),
        }
    }

    /// How somebody proves next who they are, on the way to this.
    fn next(self, sign_in: &SignIn, session: Option<&Session>, since: Timestamp) -> Method {
        match self {
            Self::By(method) => method,
            Self::Upstream(_) => Method::Upstream,
            Self::Two
                if sign_in.passkey && !has_both(sign_in) && (session.is_some() || !sign_in.password) =>
            {
                Method::Passkey
            }
            Self::Two if session.is_some_and(|session| session.proves(Method::Password, since)) => {
                Method::EmailCode
            }
            Self::Two | Self::Any
                if !sign_in.password && sign_in.email_code && sign_in.upstreams.is_empty() =>
            {
                Method::EmailCode
            }
            Self::Two | Self::Any => Method::Password,
        }
    }

    /// How somebody who is not known yet begins to sign in where this level has to be reached, and people log in in these ways.
    pub fn first_method(self, sign_in: &SignIn) -> Method {
        self.next(sign_in, None, Timestamp::EPOCH)
    }
}

/// Whether a password and a code make two factors here.
const fn has_both(sign_in: &SignIn) -> bool {
    sign_in.password && sign_in.email_code
}

/// What a session is worth to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assurance {
    /// Enough.
    Enough,
    /// The person has to prove who they are in this way as well.
    Missing(Method),
    /// It cannot be enough: this person has no way to prove it like that.
    Unreachable,
}

impl AuthorizationRequest {
    /// The level that is to be reached: two factors where the tenant demands them, else the first value of `acr_values` that can be reached
    /// here; any where there is none.
    pub fn level(&self, sign_in: &SignIn) -> Level {
        if sign_in.needs_two(&self.client, &self.scope) {
            return Level::Two;
        }
        let mut wanted = self.levels(sign_in).map(|(_, level)| level);
        wanted
            .find(|level| level.is_offered(sign_in))
            .unwrap_or(Level::Any)
    }

    /// Whether the request is refused where the level cannot be reached (B13-18), or goes on without.
    fn insists(&self, sign_in: &SignIn) -> bool {
        self.acr_essential || sign_in.needs_two(&self.client, &self.scope)
    }

    fn levels<'a>(&'a self, sign_in: &'a SignIn) -> impl Iterator<Item = (&'a str, Level)> {
        let values = self.acr_values.iter();
        values.filter_map(|value| Level::of(value, sign_in).map(|level| (value.as_str(), level)))
    }

    /// Whether this session reaches what is asked for: the demand of the tenant, and one of the values, where any can be reached here.
    fn is_met_by(&self, sign_in: &SignIn, session: &Session, since: Timestamp) -> bool {
        if sign_in.needs_two(&self.client, &self.scope) && !session.proves_two(since) {
            return false;
        }
        let mut offered = self
            .levels(sign_in)
            .filter(|(_, level)| level.is_offered(sign_in));
        match offered.next() {
            None => true,
            Some((_, first)) => {
                first.is_met(sign_in, session, since)
                    || offered.any(|(_, level)| level.is_met(sign_in, session, since))
            }
        }
    }

    /// `acr` of what a session has reached: the first value that was asked for; two factors also where the tenant demanded them.
    pub fn acr_of(&self, sign_in: &SignIn, session: &Session) -> Option<String> {
        let met = self
            .levels(sign_in)
            .find(|(_, level)| level.is_met(sign_in, session, Timestamp::EPOCH))
            .map(|(value, _)| value.to_owned());
        let demanded = sign_in.needs_two(&self.client, &self.scope);
        met.or_else(|| demanded.then(|| MFA.to_owned()))
    }

    /// Since when what was proved counts for this request: `max_age`, and for `prompt=login` when it came.
    pub fn counts_since(&self, now: Timestamp, came_at: Timestamp) -> Timestamp {
        let by_age = self.max_age.filter(|seconds| *seconds > 0).map(|seconds| {
            let age = seconds.saturating_mul(1_000_000);
            Timestamp::from_micros(now.as_micros().saturating_sub(age))
        });
        let is_new = self.prompts(Prompt::Login) || self.max_age == Some(0);
        let by_prompt = is_new.then_some(came_at);
        by_age.max(by_prompt).unwrap_or(Timestamp::EPOCH)
    }
}

impl Interaction {
    /// Since when what was proved counts for it.
    pub fn counts_since(&self, now: Timestamp) -> Timestamp {
        self.request.counts_since(now, self.created_at())
    }
}

impl Ledger {
    /// What a session is worth to a request, where people log in in these ways, and what was proved at `since` or later counts.
    pub async fn assurance_of(
        &self,
        tenant: &TenantSnapshot,
        sign_in: &SignIn,
        request: &AuthorizationRequest,
        session: &Session,
        since: Timestamp,
    ) -> Result<Assurance, Fault> {
        if request.is_met_by(sign_in, session, since) {
            return Ok(Assurance::Enough);
        }
        let missing = self
            .missing_proof(tenant, sign_in, request.level(sign_in), session, since)
            .await?;
        Ok(match missing {
            Some(method) => Assurance::Missing(method),
            None if request.insists(sign_in) => Assurance::Unreachable,
            None => Assurance::Enough,
        })
    }

    /// What a session is worth where this level has to be reached, whatever an app asks for, and people log in in these ways.
    pub async fn assurance_at(
        &self,
        tenant: &TenantSnapshot,
        sign_in: &SignIn,
        level: Level,
        session: &Session,
        since: Timestamp,
    ) -> Result<Assurance, Fault> {
        if level.is_met(sign_in, session, since) {
            return Ok(Assurance::Enough);
        }
        let missing = self.missing_proof(tenant, sign_in, level, session, since).await?;
        Ok(missing.map_or(Assurance::Unreachable, Assurance::Missing))
    }

    /// How a person proves next who they are on the way to a level; none where they have no way to reach it.
    async fn missing_proof(
        &self,
        tenant: &TenantSnapshot,
        sign_in: &SignIn,
        level: Level,
        session: &Session,
        since: Timestamp,
    ) -> Result<Option<Method>, Fault> {
        let subject = session.subject;
        let next = level.next(sign_in, Some(session), since);
        Ok(match level {
            Level::Any | Level::Upstream(_) => Some(next),
            Level::By(method) => self.can_prove(tenant, subject, method).await?.then_some(next),
            Level::Two if has_both(sign_in) && self.can_prove_both(tenant, subject).await? => Some(next),
            Level::Two if sign_in.passkey && self.can_prove(tenant, subject, Method::Passkey).await? => {
                Some(Method::Passkey)
            }
            Level::Two => None,
        })
    }

    async fn can_prove_both(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<bool, Fault> {
        Ok(self.can_prove(tenant, subject, Method::Password).await?
            && self.can_prove(tenant, subject, Method::EmailCode).await?)
    }

    /// Whether a person has what this way needs: a password, an address, or a passkey.
    async fn can_prove(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        method: Method,
    ) -> Result<bool, Fault> {
        match method {
            Method::Password => {
                let account = self.inner.store.account(tenant.id(), subject).await?;
                Ok(account.is_some_and(|account| account.password_hash.is_some()))
            }
            Method::EmailCode => Ok(self.contact_of(tenant, subject).await?.is_some()),
            // Who they are there comes to light there.
            Method::Upstream => Ok(true),
            Method::Passkey => Ok(!self.passkeys_of(tenant, subject).await?.is_empty()),
        }
    }
}
