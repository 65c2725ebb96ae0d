//! Sending a code.

use std::net::IpAddr;

use consentry_domain::{SubjectId, Timestamp, subject::Alias};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};

use super::{Detail, MOST_SENT, Purpose, draw, handle_of, recognised_by};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    mail::{About, CodeMail, Mail, PreferenceMail, PreferenceMatter, PreferenceWords, To, put, take_back},
    rates::{Quota, source},
    stored_json::{from_json, to_json},
};

/// How often sending is tried anew when another request was faster.
const ATTEMPTS: u32 = 5;

/// Why no code was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Too many were asked for from this network; wait.
    #[error("too many codes were asked for; wait {} s", .0.more_in)]
    Throttled(Quota),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Sends a code to the person with this name, and answers the handle that the browser which asks has to keep. The answer is the same,
    /// and as quick, whether there is such a person, whether they can be reached, and whether they were sent enough codes already: a code
    /// that nobody got opens nothing. Nobody becomes a person by this (TPA-FL-01).
    ///
    /// At most 5 codes go to a person within a time that is its purpose's, counted in the ledger; at most 20 may be asked for from one
    /// network, counted at each node.
    pub async fn send_one_time_code(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        name: &Alias,
        address: IpAddr,
    ) -> Result<Opaque, SendError> {
        self.count_asking(tenant, purpose, address)?;
        let subject = self.reachable(tenant, name).await?;
        self.send_code(tenant, purpose, subject, name, None).await
    }

    /// As [`Self::send_one_time_code`], to somebody whom the preferences door knows by this name, for their preferences. Where
    /// `may_begin`, an address that nobody has yet becomes a person's.
    pub async fn send_preference_code(
        &self,
        tenant: &TenantSnapshot,
        name: &str,
        may_begin: bool,
        address: IpAddr,
    ) -> Result<Opaque, SendError> {
        self.count_asking(tenant, Purpose::Preferences, address)?;
        let alias = Alias::new(tenant.tenant.preferences.organization_users, name);
        let subject = self.preferences_reachable(tenant, &alias, may_begin).await?;
        self.send_code(tenant, Purpose::Preferences, subject, &alias, None)
            .await
    }

    /// As [`Self::send_preference_code`], for a page that keeps no handle and sends the name again with the code
    /// (consent-tokens-and-preferences 10): of a name, the last code counts. Answers how many more may be asked for from this network.
    pub async fn send_preference_code_by_name(
        &self,
        tenant: &TenantSnapshot,
        name: &str,
        may_begin: bool,
        address: IpAddr,
    ) -> Result<Quota, SendError> {
        let quota = self.count_asking(tenant, Purpose::Preferences, address)?;
        let alias = Alias::new(tenant.tenant.preferences.organization_users, name);
        let subject = self.preferences_reachable(tenant, &alias, may_begin).await?;
        let handle = handle_of(&tenant.keys, &alias);
        let sent = self.send_code(tenant, Purpose::Preferences, subject, &alias, Some(handle));
        sent.await.map(|_| quota)
    }

    /// Counts that something was asked for by mail, for the network it was asked from.
    pub(crate) fn count_asking(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        address: IpAddr,
    ) -> Result<Quota, SendError> {
        let rates = &self.inner.rates;
        let counted = rates.take(tenant.id(), purpose.rate(), &source(address), self.now());
        counted.map_err(SendError::Throttled)
    }

    async fn send_code(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        subject: Option<SubjectId>,
        name: &Alias,
        handle: Option<Opaque>,
    ) -> Result<Opaque, SendError> {
        // What is counted is the person whatever they are called, or the name nobody has.
        let counted = match subject {
            Some(subject) => format!("{} {subject}", purpose.as_str()),
            None => format!("{} {}:{}", purpose.as_str(), name.namespace.as_str(), name.value),
        };
        let counter = tenant.keys.lookup("one-time codes", &counted);
        for _ in 0..ATTEMPTS {
            match self
                .write_code(tenant, purpose, (subject, handle.clone()), counter)
                .await
            {
                Ok(handle) => {
                    self.inner.has_mailed();
                    return Ok(handle);
                }
                Err(Written::Overtaken) => {}
                Err(Written::Fault(fault)) => return Err(fault.into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// The person with this name, where they may sign in and can be written to.
    async fn reachable(&self, tenant: &TenantSnapshot, name: &Alias) -> Result<Option<SubjectId>, Fault> {
        let Some(subject) = self.find_subject(tenant, name).await? else {
            return Ok(None);
        };
        let account = self.inner.store.account(tenant.id(), subject).await?;
        if account.is_none_or(|account| account.disabled) {
            return Ok(None);
        }
        let contact = self.contact_of(tenant, subject).await?;
        Ok(contact.map(|_| subject))
    }

    async fn write_code(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        (subject, handle): (Option<SubjectId>, Option<Opaque>),
        counter: Hash,
    ) -> Result<Opaque, Written> {
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        let is_enough = self.count_code(&mut change, purpose, (counter, now)).await?;
        let subject = subject.filter(|_| !is_enough);
        let mut version = 1;
        let handle = match handle {
            None => Opaque::draw(self.entropy(), "oc"),
            Some(handle) => {
                let key = RowKey::Token(handle.hash());
                let before = self.inner.store.token(tenant.id(), handle.hash()).await;
                let before = before.map_err(Fault::from)?;
                version = before
                    .as_ref()
                    .map_or(1, |before| before.version.saturating_add(1));
                // A code that is good no more is not sent any more. One that is on its way has a mail of its own, so that its end is not this one's.
                if let Some(before) = &before {
                    let overtaken: Detail = from_json(&before.detail, "one-time code")?;
                    take_back(&mut change, mail_key(&overtaken));
                }
                change.expect.push(match before {
                    Some(before) => Expect::At(key, before.version),
                    None => Expect::Absent(key),
                });
                handle
            }
        };
        let code = draw(self.entropy(), purpose.digits());
        let detail = Detail {
            purpose,
            code: recognised_by(&tenant.keys, &handle, &code),
        };
        let row = TokenRow {
            hash: handle.hash(),
            kind: TokenKind::OneTimeCode,
            version,
            subject,
            client: None,
            grant: None,
            issued_at: now,
            expires_at: now.plus(purpose.good_for()),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&detail, "one-time code")?,
        };
        if let Some(subject) = subject
            && let Some(key) = self.subject_key(tenant, subject).await?
        {
            let about = match purpose {
                Purpose::SignIn => Some(About::Code(CodeMail::sealed(
                    row.hash,
                    &code,
                    &key,
                    self.entropy(),
                ))),
                Purpose::Preferences => {
                    let contact = self.preference_contact(tenant, subject).await?;
                    let words = contact.map(|contact| PreferenceWords::secret(contact, code));
                    let sealed = words.map(|words| {
                        let matter = PreferenceMatter::Code;
                        PreferenceMail::sealed(matter, subject, Some(row.hash), &words, &key, self.entropy())
                    });
                    sealed.transpose()?.map(About::Preference)
                }
            };
            if let Some(about) = about {
                let mail = Mail {
                    key: mail_key(&detail),
                    to: To::Person(subject),
                    about,
                    due_at: now,
                    until: row.expires_at,
                };
                put(&mut change, &mail)?;
            }
        }
        change.rows.push(RowChange::Put(Row::Token(row)));
        match self.commit(change).await {
            Ok(_receipt) => Ok(handle),
            Err(CommitError::Stale | CommitError::Taken) => Err(Written::Overtaken),
            Err(error) => Err(Written::Fault(error.into())),
        }
    }

    /// Counts one code more; answers whether there were enough before. The counter opens nothing: its hash is that of no text.
    pub(crate) async fn count_code(
        &self,
        change: &mut ChangeSet,
        purpose: Purpose,
        (counter, now): (Hash, Timestamp),
    ) -> Result<bool, Fault> {
        let known = self.inner.store.token(change.tenant, counter).await?;
        let key = RowKey::Token(counter);
        change.expect.push(match &known {
            Some(known) => Expect::At(key, known.version),
            None => Expect::Absent(key),
        });
        let version = known.as_ref().map_or(1, |known| known.version.saturating_add(1));
        let window = purpose.counted_within();
        let running = known.filter(|known| now < known.expires_at);
        let (sent, expires_at) = running.map_or((0, now.plus(window)), |row| (row.failures, row.expires_at));
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: counter,
            kind: TokenKind::OneTimeCode,
            version,
            subject: None,
            client: None,
            grant: None,
            issued_at: now,
            expires_at,
            consumed_at: None,
            revoked_at: Some(now),
            failures: sent.saturating_add(1).min(MOST_SENT),
            detail: "{}".to_owned(),
        })));
        Ok(sent >= MOST_SENT)
    }
}

enum Written {
    Overtaken,
    Fault(Fault),
}

impl From<Fault> for Written {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What the mail with a code is known by; it tells nothing of the code.
fn mail_key(code: &Detail) -> String {
    format!("code {}", code.code)
}
