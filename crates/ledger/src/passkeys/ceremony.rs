//! Making a passkey, and logging in with one.

use std::net::IpAddr;

use consentry_domain::{SubjectId, Timestamp};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};

use super::{
    GOOD_FOR, MOST, PasskeyError, Place, RECENT,
    answer::{self, Used},
    keep::{ATTEMPTS, Kept, tell, usable_name},
};
use crate::{
    Ledger, Opaque, TenantSnapshot, accounts::LoginError, error::Fault, opaque::base64url, sessions::Session,
};

/// What a handle of a person is encrypted for.
const SECTOR: &str = "consentry/v1/passkey user";

/// A question to an authenticator: what it has to answer, and what the browser keeps meanwhile.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// What the browser that asks keeps. It says nothing and is good for nothing without the answer.
    pub handle: Opaque,
    /// What has to be signed.
    pub challenge: Hash,
}

/// What a challenge was drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    LogIn,
    Make(SubjectId),
}

/// A challenge that can be answered now.
struct Open {
    challenge: Hash,
    until: Timestamp,
}

impl Ledger {
    /// Begins logging in with a passkey, whosever it is.
    pub fn begin_passkey_login(&self, tenant: &TenantSnapshot) -> Ceremony {
        self.begin_ceremony(tenant, Purpose::LogIn)
    }

    /// Begins making a passkey for the person of a session.
    pub fn begin_passkey_making(&self, tenant: &TenantSnapshot, session: &Session) -> Ceremony {
        self.begin_ceremony(tenant, Purpose::Make(session.subject))
    }

    /// What an authenticator keeps beside a passkey of this person: the same for each of theirs. It leads back here and tells others nothing.
    pub fn passkey_user(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<[u8; 16], Fault> {
        Ok(tenant.keys.pairwise(SECTOR, subject)?)
    }

    /// Whether the person of a session proved lately enough who they are to add a passkey.
    pub fn may_add_passkey(&self, session: &Session) -> bool {
        self.now() < session.auth_time.plus(RECENT)
    }

    fn begin_ceremony(&self, tenant: &TenantSnapshot, purpose: Purpose) -> Ceremony {
        let drawn = Opaque::draw(self.entropy(), "pk");
        let handle = Opaque::received(&format!("{}.{}", drawn.expose(), self.now().as_micros()));
        Ceremony {
            challenge: challenge(tenant, purpose, &handle),
            handle,
        }
    }

    /// The challenge that a browser keeps the handle of, where it can be answered now. A handle that was made up leads to a challenge that was
    /// never put to anybody.
    fn open_ceremony(&self, tenant: &TenantSnapshot, purpose: Purpose, handle: &Opaque) -> Option<Open> {
        let (_, drawn_at) = handle.expose().rsplit_once('.')?;
        let drawn_at = Timestamp::from_micros(drawn_at.parse().ok()?);
        let (now, until) = (self.now(), drawn_at.plus(GOOD_FOR));
        (drawn_at <= now && now < until).then(|| Open {
            challenge: challenge(tenant, purpose, handle),
            until,
        })
    }

    /// Adds the passkey that an authenticator made for the person of a session, and tells them by mail.
    pub async fn add_passkey(
        &self,
        tenant: &TenantSnapshot,
        session: &Session,
        (handle, place): (&Opaque, Place<'_>),
        answer: &str,
        name: &str,
    ) -> Result<(), PasskeyError> {
        if !self.may_add_passkey(session) {
            return Err(PasskeyError::NotRecent);
        }
        let subject = session.subject;
        let open = self.open_ceremony(tenant, Purpose::Make(subject), handle);
        let open = open.ok_or(PasskeyError::Over)?;
        let made =
            answer::made(answer, open.challenge.as_bytes(), place).map_err(|_| PasskeyError::Refused)?;
        let name = usable_name(name).ok_or(PasskeyError::Refused)?;
        let id = base64url(&made.id);
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let holder = self.passkey_holder(tenant, subject).await?;
            let mut holder = holder.ok_or(PasskeyError::Refused)?;
            if holder.passkeys.iter().any(|kept| kept.id == id) {
                return Err(PasskeyError::Refused);
            }
            if holder.passkeys.len() >= MOST {
                return Err(PasskeyError::TooMany);
            }
            holder.passkeys.push(Kept {
                id: id.clone(),
                key: made.key.clone(),
                counter: made.counter,
                is_backed_up: made.is_backed_up,
                name: name.clone(),
                added_at: now,
                used_at: None,
            });
            let mut change = ChangeSet::new(tenant.id(), now);
            spend(&mut change, &open);
            holder.write(&mut change, self.entropy())?;
            tell(&mut change, subject, true, &base64url(open.challenge.as_bytes()))?;
            match self.commit(change).await {
                Ok(_receipt) => {
                    self.inner.has_mailed();
                    return Ok(());
                }
                Err(CommitError::Stale) => {}
                Err(CommitError::Taken) => return Err(PasskeyError::Over),
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Who it is that an authenticator answered for. Failures of an address are slowed down.
    pub async fn log_in_with_passkey(
        &self,
        tenant: &TenantSnapshot,
        (handle, place): (&Opaque, Place<'_>),
        answer: &str,
        address: IpAddr,
    ) -> Result<SubjectId, PasskeyError> {
        let open = self.open_ceremony(tenant, Purpose::LogIn, handle);
        let open = open.ok_or(PasskeyError::Over)?;
        let slug = &tenant.tenant.slug;
        let keys = [
            format!("{slug} passkey {:?}", open.challenge),
            format!("{slug} address {address}"),
        ];
        let mut tried = Tried::Refused;
        let check = async {
            if let Ok(used) = answer::used(answer, open.challenge.as_bytes(), place) {
                tried = self.try_passkey(tenant, &open, &used).await?;
            }
            Ok(matches!(tried, Tried::Right(_)))
        };
        let judged = self.throttled(&keys, check).await;
        match (judged, tried) {
            (Err(LoginError::Throttled { seconds }), _) => Err(PasskeyError::Throttled { seconds }),
            (Err(LoginError::Fault(fault)), _) => Err(fault.into()),
            (_, Tried::Right(subject)) => Ok(subject),
            (_, Tried::Over) => Err(PasskeyError::Over),
            (_, Tried::Refused) => Err(PasskeyError::Refused),
        }
    }

    async fn try_passkey(&self, tenant: &TenantSnapshot, open: &Open, used: &Used) -> Result<Tried, Fault> {
        let subject = tenant.keys.pairwise_origin(SECTOR, used.user)?;
        let id = base64url(&used.id);
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let Some(mut holder) = self.passkey_holder(tenant, subject).await? else {
                return Ok(Tried::Refused);
            };
            let Some(kept) = holder.passkeys.iter_mut().find(|kept| kept.id == id) else {
                return Ok(Tried::Refused);
            };
            if !used.is_signed_by(&kept.key) {
                return Ok(Tried::Refused);
            }
            // Where an authenticator counts, one that does not count on is a copy of it (6.1.1).
            if (used.counter > 0 || kept.counter > 0) && used.counter <= kept.counter {
                tracing::warn!("a passkey counted backwards and was refused; somebody may have a copy of it");
                return Ok(Tried::Refused);
            }
            kept.counter = used.counter;
            kept.is_backed_up = used.is_backed_up;
            kept.used_at = Some(now);
            let mut change = ChangeSet::new(tenant.id(), now);
            spend(&mut change, open);
            holder.write(&mut change, self.entropy())?;
            match self.commit(change).await {
                Ok(_receipt) => return Ok(Tried::Right(subject)),
                Err(CommitError::Stale) => {}
                Err(CommitError::Taken) => return Ok(Tried::Over),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }
}

enum Tried {
    Right(SubjectId),
    Refused,
    Over,
}

fn challenge(tenant: &TenantSnapshot, purpose: Purpose, handle: &Opaque) -> Hash {
    let drawn_for = match purpose {
        Purpose::LogIn => "log in".to_owned(),
        Purpose::Make(subject) => format!("make {subject}"),
    };
    tenant
        .keys
        .lookup("passkey challenge", &format!("{drawn_for} {}", handle.expose()))
}

/// Writes down that a challenge was answered, which nobody can do twice.
fn spend(change: &mut ChangeSet, open: &Open) {
    let now = change.at;
    change.expect.push(Expect::Absent(RowKey::Token(open.challenge)));
    change.rows.push(RowChange::Put(Row::Token(TokenRow {
        hash: open.challenge,
        kind: TokenKind::PasskeyChallenge,
        version: 1,
        subject: None,
        client: None,
        grant: None,
        issued_at: now,
        expires_at: open.until,
        consumed_at: Some(now),
        revoked_at: Some(now),
        failures: 0,
        detail: "{}".to_owned(),
    })));
}
