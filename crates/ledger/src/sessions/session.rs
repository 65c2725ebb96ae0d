//! One session: how it begins, and what it proves.

use consentry_domain::{SubjectId, Timestamp, device::Device};
use consentry_store::{ChangeSet, Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use crate::{
    Ledger, Opaque, TenantSnapshot,
    accounts::revoked,
    error::Fault,
    opaque::base64url,
    stored_json::{from_json, to_json},
};

/// That somebody is there is written down this seldom, in seconds; sooner where sessions end sooner without use.
const SEEN_EVERY: i64 = 300;

/// How a person proves who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A password.
    Password,
    /// A code that was sent by mail.
    EmailCode,
    /// At another OpenID provider.
    Upstream,
    /// With a passkey, whose authenticator made sure who is there.
    Passkey,
}

impl Method {
    /// The value in `amr` (RFC 8176).
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::EmailCode => "otp",
            // RFC 8176 has no value; this is what others say.
            Self::Upstream => "fed",
            // Nor for this; it is what the vendor says.
            Self::Passkey => "webauthn",
        }
    }
}

/// That a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How.
    pub by: Method,
    /// When.
    pub at: Timestamp,
}

/// A session at the hosted pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of its bearer, by which it is known inside.
    pub hash: Hash,
    /// Stays the same when the same person logs in again in the same browser, whereas the bearer changes then. A keyed hash.
    pub id: String,
    /// Who is logged in.
    pub subject: SubjectId,
    /// When they last proved who they are.
    pub auth_time: Timestamp,
    /// How, and when in each way for the last time.
    pub proofs: Vec<Proof>,
    /// Name of the other provider where they last proved it, if they ever did.
    pub upstream: Option<String>,
    /// `acr` of the ID token with which that provider vouched for them, if it said one.
    pub upstream_acr: Option<String>,
    /// Since when somebody is logged in under this id.
    pub begun_at: Timestamp,
    /// When it was last used, give or take five minutes.
    pub seen_at: Timestamp,
    /// What the browser said it was.
    pub device: Device,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether the person proved who they are in this way at `since` or later.
    pub fn proves(&self, by: Method, since: Timestamp) -> bool {
        self.proofs
            .iter()
            .any(|proof| proof.by == by && proof.at >= since)
    }

    /// Whether they did so by two factors: in two ways, or with a passkey, which is something they have that made sure who they are.
    pub fn proves_two(&self, since: Timestamp) -> bool {
        let by_both = self.proves(Method::Password, since) && self.proves(Method::EmailCode, since);
        by_both || self.proves(Method::Passkey, since)
    }

    /// `amr` of what was proved at `since` or later (RFC 8176).
    pub fn amr(&self, since: Timestamp) -> Vec<String> {
        let proofs = self.proofs.iter().filter(|proof| proof.at >= since);
        let mut amr: Vec<String> = proofs.map(|proof| proof.by.amr().to_owned()).collect();
        if self.proves_two(since) {
            amr.push("mfa".to_owned());
        }
        amr
    }
}

/// That another provider vouched for somebody.
#[derive(Debug, Clone, Copy)]
pub struct Vouched<'a> {
    /// Its name.
    pub upstream: &'a str,
    /// In which authentication context, as its ID token says.
    pub acr: Option<&'a str>,
}

/// What the row says beside its own columns.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Detail {
    id: String,
    auth_time: Timestamp,
    amr: Vec<String>,
    #[serde(default)]
    proofs: Vec<Proof>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upstream: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upstream_acr: Option<String>,
    #[serde(default)]
    begun_at: Option<Timestamp>,
    #[serde(default)]
    seen_at: Option<Timestamp>,
    #[serde(default)]
    device: Device,
}

impl Session {
    /// The session of a row, whether alive or not; none where it is another kind of credential.
    pub(super) fn of(row: &TokenRow) -> Result<Option<Self>, Fault> {
        let (TokenKind::Session, Some(subject)) = (row.kind, row.subject) else {
            return Ok(None);
        };
        let detail: Detail = from_json(&row.detail, "session")?;
        let mut proofs = detail.proofs;
        if proofs.is_empty() {
            // Of a program that knew passwords only.
            proofs.push(Proof {
                by: Method::Password,
                at: detail.auth_time,
            });
        }
        Ok(Some(Self {
            hash: row.hash,
            id: detail.id,
            subject,
            auth_time: detail.auth_time,
            proofs,
            upstream: detail.upstream,
            upstream_acr: detail.upstream_acr,
            begun_at: detail.begun_at.unwrap_or(row.issued_at),
            seen_at: detail.seen_at.unwrap_or(row.issued_at),
            device: detail.device,
            expires_at: row.expires_at,
        }))
    }

    fn detail(&self) -> Result<String, Fault> {
        let detail = Detail {
            id: self.id.clone(),
            auth_time: self.auth_time,
            amr: self.amr(Timestamp::EPOCH),
            proofs: self.proofs.clone(),
            upstream: self.upstream.clone(),
            upstream_acr: self.upstream_acr.clone(),
            begun_at: Some(self.begun_at),
            seen_at: Some(self.seen_at),
            device: self.device,
        };
        to_json(&detail, "session")
    }
}

impl Ledger {
    /// Begins a session in place of the one a browser had: the old bearer is over, so that nobody who knew it is logged in with the
    /// person (session fixation). For the same person it stays the same session under a new bearer, so that questions open in other tabs
    /// can still be answered, and what was proved at `since` or later still counts beside what is proved now. The bearer goes into the
    /// cookie.
    pub async fn renew_session(
        &self,
        tenant: &TenantSnapshot,
        previous: Option<&Opaque>,
        subject: SubjectId,
        (method, since): (Method, Timestamp),
        vouched: Option<Vouched<'_>>,
        device: Device,
    ) -> Result<(Opaque, Session), Fault> {
        let now = self.now();
        let bearer = Opaque::draw_in(self.entropy(), "se", subject.shard());
        let mut change = ChangeSet::new(tenant.id(), now);
        let mut session = Session {
            hash: bearer.hash(),
            id: base64url(tenant.keys.lookup("session", bearer.expose()).as_bytes()),
            subject,
            auth_time: now,
            proofs: Vec::new(),
            upstream: None,
            upstream_acr: None,
            begun_at: now,
            seen_at: now,
            device,
            expires_at: now.plus(tenant.tenant.lifetimes.session),
        };
        if let Some(previous) = previous
            && let Some(before) = self.session(tenant, previous).await?
            && let Some(row) = self.token(tenant.id(), before.hash).await?
        {
            if before.subject == subject {
                session.id = before.id;
                session.begun_at = before.begun_at;
                session.proofs = before.proofs;
                session.upstream = before.upstream;
                session.upstream_acr = before.upstream_acr;
                session
                    .proofs
                    .retain(|proof| proof.by != method && proof.at >= since);
            }
            change.rows.push(RowChange::Put(Row::Token(revoked(&row, now))));
        }
        session.proofs.push(Proof { by: method, at: now });
        if let Some(vouched) = vouched {
            session.upstream = Some(vouched.upstream.to_owned());
            session.upstream_acr = vouched.acr.map(str::to_owned);
        }
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: session.hash,
            kind: TokenKind::Session,
            version: 1,
            subject: Some(subject),
            client: None,
            grant: None,
            issued_at: now,
            expires_at: session.expires_at,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: session.detail()?,
        })));
        let _receipt = self.commit(change).await?;
        Ok((bearer, session))
    }

    /// The session of a bearer, if it is alive.
    pub async fn session(&self, tenant: &TenantSnapshot, bearer: &Opaque) -> Result<Option<Session>, Fault> {
        self.session_by_hash(tenant, bearer.hash()).await
    }

    /// The session with this hash, if it is alive.
    pub(crate) async fn session_by_hash(
        &self,
        tenant: &TenantSnapshot,
        hash: Hash,
    ) -> Result<Option<Session>, Fault> {
        match self.token(tenant.id(), hash).await? {
            Some(row) => self.alive(tenant, row.as_ref()).await,
            None => Ok(None),
        }
    }

    /// The session of a row, if it is one and alive: not ended, not over, not unused for too long, and begun since the person last logged
    /// out everywhere.
    async fn alive(&self, tenant: &TenantSnapshot, row: &TokenRow) -> Result<Option<Session>, Fault> {
        let now = self.now();
        if row.revoked_at.is_some() || now >= row.expires_at {
            return Ok(None);
        }
        let Some(session) = Session::of(row)? else {
            return Ok(None);
        };
        let is_idle = now >= session.seen_at.plus(tenant.tenant.lifetimes.session_idle);
        if is_idle || row.issued_at < self.logged_out_at(tenant, session.subject).await? {
            return Ok(None);
        }
        Ok(Some(session))
    }

    /// Notes that a session is in use, now and then. That it could not be noted is no failure of who uses it.
    pub async fn note_use_of(&self, tenant: &TenantSnapshot, session: &Session) {
        let now = self.now();
        let idle = tenant.tenant.lifetimes.session_idle.as_seconds();
        if now.seconds_since(session.seen_at) < SEEN_EVERY.min(idle / 4) {
            return;
        }
        if let Err(error) = self.write_use_of(tenant, session, now).await {
            tracing::debug!(%error, "that a session is in use was not noted");
        }
    }

    async fn write_use_of(
        &self,
        tenant: &TenantSnapshot,
        session: &Session,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(row) = self.token(tenant.id(), session.hash).await? else {
            return Ok(());
        };
        let seen = Session {
            seen_at: now,
            ..session.clone()
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        // One that ended meanwhile stays ended.
        change
            .expect
            .push(Expect::At(RowKey::Token(row.hash), row.version));
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            version: row.version.saturating_add(1),
            detail: seen.detail()?,
            ..(*row).clone()
        })));
        let _receipt = self.commit(change).await?;
        Ok(())
    }

    /// When a person last logged out; whatever session began before is over.
    async fn logged_out_at(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Timestamp, Fault> {
        let mark = self.token(tenant.id(), logged_out_hash(tenant, subject)).await?;
        Ok(mark.map_or(Timestamp::EPOCH, |mark| mark.issued_at))
    }

    /// The credential that opens nothing and says that a person logged out. It is kept as long as a session could live that began
    /// before.
    pub(crate) async fn logged_out_mark(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        now: Timestamp,
    ) -> Result<TokenRow, Fault> {
        let hash = logged_out_hash(tenant, subject);
        let known = self.token(tenant.id(), hash).await?;
        Ok(TokenRow {
            hash,
            kind: TokenKind::Session,
            version: known.map_or(1, |known| known.version.saturating_add(1)),
            subject: Some(subject),
            client: None,
            grant: None,
            issued_at: now,
            expires_at: now.plus(tenant.tenant.lifetimes.session),
            consumed_at: None,
            revoked_at: Some(now),
            failures: 0,
            detail: "{}".to_owned(),
        })
    }
}

/// Where it is kept that a person logged out: a keyed hash, so no bearer ever has it.
fn logged_out_hash(tenant: &TenantSnapshot, subject: SubjectId) -> Hash {
    tenant.keys.lookup("logged out", &subject.to_string())
}
