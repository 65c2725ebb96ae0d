//! The identities that a person has at other OpenID providers, and linking and unlinking them by themselves.
//!
//! An identity is a name of the person. Taking one away rests on the account as it was seen, so of two changes at once that would leave no
//! way to log in only one comes about.

use consentry_domain::{
    Lifetime, SubjectId, Timestamp,
    decision::Door,
    subject::Namespace,
    tenant::{SignIn, Upstream},
};
use consentry_store::{
    AccountRow, AliasRow, ChangeSet, CommitError, Expect, Hash, NewEvent, Row, RowChange, RowKey,
};

use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    mail::{About, GIVE_UP, Mail, To, put},
    opaque::base64url,
    sessions::Session,
    subjects::{Origin, alias_hash},
};

/// How long after proving who they are somebody may link or unlink an identity.
pub const RECENT: Lifetime = Lifetime::minutes(10);

/// Most identities of a person.
const MOST: usize = 20;

/// How often a change is tried anew when another was faster.
const ATTEMPTS: u32 = 5;

/// The version of a name: it is written once and never changed.
const VERSION: u32 = 1;

/// An identity at a provider that is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it is named by on a form: a keyed hash, base64url.
    pub id: String,
    /// Name of the provider.
    pub upstream: String,
    /// When it was linked.
    pub linked_at: Timestamp,
}

/// Why an identity was not linked.
#[derive(Debug, thiserror::Error)]
pub enum LinkIdentityError {
    /// The person has to prove anew who they are before.
    #[error("the login is not recent enough")]
    NotRecent,
    /// It is somebody else's here already, and stays theirs.
    #[error("the identity is another person's")]
    OfAnother,
    /// There are as many as can be.
    #[error("there are {MOST} identities already")]
    TooMany,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why an identity was not unlinked.
#[derive(Debug, thiserror::Error)]
pub enum UnlinkError {
    /// The person has to prove anew who they are before.
    #[error("the login is not recent enough")]
    NotRecent,
    /// There is no other way to log in.
    #[error("there is no other way to log in")]
    LastWay,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Whether the person of a session proved lately enough who they are to link or unlink an identity.
    pub fn may_change_identities(&self, session: &Session) -> bool {
        self.now() < session.auth_time.plus(RECENT)
    }

    /// The identities of a person at providers that are configured, oldest first.
    pub async fn identities_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Vec<Identity>, Fault> {
        let found = self.identity_rows(tenant, subject).await?;
        Ok(found.into_iter().map(|(_, identity)| identity).collect())
    }

    /// Makes somebody at a provider, who just proved there who they are, one with the person of a session. Doing it twice changes nothing.
    pub async fn link_identity(
        &self,
        tenant: &TenantSnapshot,
        session: &Session,
        upstream: &Upstream,
        sub: &str,
    ) -> Result<(), LinkIdentityError> {
        if !self.may_change_identities(session) {
            return Err(LinkIdentityError::NotRecent);
        }
        let alias = Upstream::alias(&upstream.issuer, sub);
        let hash = alias_hash(tenant, &alias);
        for _ in 0..ATTEMPTS {
            match self.find_subject(tenant, &alias).await? {
                Some(owner) if owner == session.subject => return Ok(()),
                Some(_) => return Err(LinkIdentityError::OfAnother),
                None => {}
            }
            let Some(account) = self.account_in_use(tenant, session.subject).await? else {
                return Err(Fault::Conflict.into());
            };
            let rows = self.aliases_upstream(tenant, session.subject).await?;
            if rows.len() >= MOST {
                return Err(LinkIdentityError::TooMany);
            }
            let row = self.alias_of(tenant, session.subject, &alias).await?;
            let mut change = ChangeSet::new(tenant.id(), self.now());
            let row_mark = base64url(hash.as_bytes());
            change.expect.push(Expect::Absent(RowKey::Alias(hash)));
            change.rows.push(RowChange::Put(Row::Alias(row)));
            rest_on(account, &mut change);
            tell(&mut change, session.subject, (true, upstream), &row_mark)?;
            change.events.push(self.renamed(tenant, session.subject).await?);
            match self.commit(change).await {
                Ok(_receipt) => {
                    self.inner.has_mailed();
                    return Ok(());
                }
                Err(CommitError::Stale | CommitError::Taken) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Takes an identity away from the person of a session, and ends where they are logged in by it elsewhere; answers whether there was one
    /// with this id. From then on it opens nothing here.
    pub async fn unlink_identity(
        &self,
        tenant: &TenantSnapshot,
        session: &Session,
        id: &str,
    ) -> Result<bool, UnlinkError> {
        if !self.may_change_identities(session) {
            return Err(UnlinkError::NotRecent);
        }
        for _ in 0..ATTEMPTS {
            let Some(account) = self.account_in_use(tenant, session.subject).await? else {
                return Ok(false);
            };
            let found = self.identity_rows(tenant, session.subject).await?;
            let Some((hash, gone)) = found.iter().find(|(_, identity)| identity.id == id) else {
                return Ok(false);
            };
            let names = self.names_of(tenant, session.subject).await?;
            let has_login = names.iter().any(|(namespace, _)| *namespace == Namespace::Login);
            if found.len() < 2 && !has_own_way(&tenant.tenant.authorization.sign_in, &account, has_login) {
                return Err(UnlinkError::LastWay);
            }
            let mut change = ChangeSet::new(tenant.id(), self.now());
            change.expect.push(Expect::At(RowKey::Alias(*hash), VERSION));
            change.rows.push(RowChange::Delete(RowKey::Alias(*hash)));
            rest_on(account, &mut change);
            let sign_in = &tenant.tenant.authorization.sign_in;
            if let Some(upstream) = sign_in.upstream(&gone.upstream) {
                tell(&mut change, session.subject, (false, upstream), id)?;
            }
            change.events.push(self.renamed(tenant, session.subject).await?);
            match self.commit(change).await {
                Ok(_receipt) => {
                    self.inner.has_mailed();
                    self.end_sessions_by(tenant, session, &gone.upstream).await?;
                    return Ok(true);
                }
                Err(CommitError::Stale | CommitError::Taken) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// That a person has other names at providers than before.
    async fn renamed(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<NewEvent, Fault> {
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let origin = Origin::at(Door::Authorization);
        self.of_names("subject.updated", (subject, &key), [Namespace::Upstream], origin)
    }

    /// Whether somebody could log in without any passkey: by what the account has beside them, or as who they are at a provider.
    pub(crate) async fn has_way_beside_passkeys(
        &self,
        tenant: &TenantSnapshot,
        account: &AccountRow,
    ) -> Result<bool, Fault> {
        let without = AccountRow {
            passkeys: None,
            ..account.clone()
        };
        let names = self.names_of(tenant, account.subject).await?;
        let has_login = names.iter().any(|(namespace, _)| *namespace == Namespace::Login);
        let sign_in = &tenant.tenant.authorization.sign_in;
        Ok(has_own_way(sign_in, &without, has_login)
            || !self.identity_rows(tenant, account.subject).await?.is_empty())
    }

    async fn end_sessions_by(
        &self,
        tenant: &TenantSnapshot,
        asking: &Session,
        upstream: &str,
    ) -> Result<(), Fault> {
        for other in self.sessions_of(tenant, asking).await? {
            if !other.is_this && other.session.upstream.as_deref() == Some(upstream) {
                self.end_session(tenant, asking, &other.session.id).await?;
            }
        }
        Ok(())
    }

    async fn account_in_use(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<AccountRow>, Fault> {
        let account = self.inner.store.account(tenant.id(), subject).await?;
        Ok(account.filter(|account| !account.disabled))
    }

    async fn aliases_upstream(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Vec<AliasRow>, Fault> {
        let mut rows = self.inner.store.aliases_of(tenant.id(), subject).await?;
        rows.retain(|row| row.namespace == Namespace::Upstream);
        rows.sort_by_key(|row| row.created_at);
        Ok(rows)
    }

    async fn identity_rows(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Vec<(Hash, Identity)>, Fault> {
        let rows = self.aliases_upstream(tenant, subject).await?;
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(Vec::new());
        };
        let upstreams = &tenant.tenant.authorization.sign_in.upstreams;
        let mut found = Vec::new();
        for row in rows {
            let name = key.open(row.hash.as_bytes(), &row.sealed)?;
            let at = upstreams.iter().find(|upstream| {
                let rest = name.strip_prefix(upstream.issuer.as_bytes());
                rest.is_some_and(|rest| rest.starts_with(b" "))
            });
            found.extend(at.map(|upstream| {
                let identity = Identity {
                    id: base64url(row.hash.as_bytes()),
                    upstream: upstream.name.clone(),
                    linked_at: row.created_at,
                };
                (row.hash, identity)
            }));
        }
        Ok(found)
    }
}

/// Puts the mail that tells a person of it; the moment makes it another than one before about the same identity.
fn tell(
    change: &mut ChangeSet,
    subject: SubjectId,
    (is_added, upstream): (bool, &Upstream),
    mark: &str,
) -> Result<(), Fault> {
    let now = change.at;
    put(
        change,
        &Mail {
            key: format!("login {mark} {}", now.as_micros()),
            to: To::Person(subject),
            about: About::Login {
                is_added,
                provider: upstream.label.clone(),
            },
            due_at: now,
            until: now.plus(GIVE_UP),
        },
    )
}

/// Lets a change come about only if nobody changed the account meanwhile, and lets whoever did so at the same time see that.
fn rest_on(account: AccountRow, change: &mut ChangeSet) {
    let key = RowKey::Account(account.subject);
    change.expect.push(Expect::At(key, account.version));
    change.rows.push(RowChange::Put(Row::Account(AccountRow {
        version: account.version.saturating_add(1),
        ..account
    })));
}

/// Whether somebody can log in without any provider: a password and a code by mail need a name to type.
fn has_own_way(sign_in: &SignIn, account: &AccountRow, has_login: bool) -> bool {
    let by_password = sign_in.password && account.password_hash.is_some();
    let by_code = sign_in.email_code && account.contact.is_some();
    let by_passkey = sign_in.passkey && account.passkeys.is_some();
    by_passkey || (has_login && (by_password || by_code))
}

#[cfg(test)]
mod tests {
    use consentry_domain::Shard;

    use super::*;

    fn account() -> AccountRow {
        AccountRow {
            subject: SubjectId::new(Timestamp::EPOCH, Shard::new(0), [1; 8]),
            version: 1,
            password_hash: None,
            disabled: false,
            applications: Vec::new(),
            contact: None,
            passkeys: None,
            holdings: None,
            profile: None,
        }
    }

    #[test]
    fn a_way_counts_where_the_tenant_offers_it_and_the_person_can_use_it() {
        let all = SignIn {
            password: true,
            email_code: true,
            passkey: true,
            ..SignIn::default()
        };
        let none = SignIn {
            password: false,
            ..SignIn::default()
        };
        let sealed = Some(vec![0]);
        let ways: [(AccountRow, bool); 3] = [
            (
                AccountRow {
                    password_hash: Some("$argon2id$".to_owned()),
                    ..account()
                },
                true,
            ),
            (
                AccountRow {
                    contact: sealed.clone(),
                    ..account()
                },
                true,
            ),
            (
                AccountRow {
                    passkeys: sealed,
                    ..account()
                },
                false,
            ),
        ];
        assert!(!has_own_way(&all, &account(), true));
        for (account, needs_name) in ways {
            assert!(has_own_way(&all, &account, true));
            assert_eq!(has_own_way(&all, &account, false), !needs_name);
            assert!(!has_own_way(&none, &account, true));
        }
    }
}
