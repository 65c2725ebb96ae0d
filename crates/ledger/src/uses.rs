//! The record of use: what checks say was delivered or refused under a consent (consent-dashboard B9.2), and which tokens were issued for
//! it (dataspace-consent-protocol 9).
//!
//! What lives here: the memory in which uses wait, and the task that writes them down. Noting a use is a look into memory; nobody
//! waits for the writing. What may not: who may say that something was used, which the doors' own use cases know.
//!
//! Of the uses of one consent in one minute the first counts, so there is at most one write for a consent and minute, whatever
//! node was told. An account that is named later in the minute is written with the next use, or when the minute is over. A use is durable [`WITHIN`] of its answer, as long as the store can be written; until then it is written again.
//! A node that is killed loses what it was told since; one that stops in order loses nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use consentry_domain::{
    AccountUses, Consent, ConsentId, SubjectId, TenantId, Timestamp, Usage, usage::minute,
};
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, UseRow};
use tokio::{sync::Notify, task::JoinSet};

use crate::{Ledger, error::Fault, ledger::Inner};

/// How long uses are collected before they are written together.
pub const WITHIN: Duration = Duration::from_secs(2);

/// Most consents whose uses are remembered at once; some 150 bytes each. Beyond it a use is not recorded.
const MOST: usize = 200_000;

/// Consents that are read and written at once.
const AT_ONCE: usize = 200;

/// How often a use is merged anew when another node was faster.
const ATTEMPTS: usize = 5;

type Key = (TenantId, ConsentId);

/// What was told and is not written yet, and what was written in the minute that goes on.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    told: Mutex<Told>,
    /// There is something to write.
    waiting: Notify,
}

#[derive(Debug, Default)]
struct Told {
    consents: HashMap<Key, Noted>,
    /// Uses that found no room since this was last said.
    lost: u64,
}

#[derive(Debug)]
struct Noted {
    subject: SubjectId,
    /// What this node was told lately, written or not.
    known: Usage,
    /// The same of accounts.
    accounts: AccountUses,
    /// Whether it is still to be written.
    waits: bool,
    /// Whether only accounts are: they go with the next use of the consent, or once the minute is over.
    accounts_wait: bool,
}

impl Noted {
    /// Whether a use at this time would be a new minute.
    fn minute_is_over(&self, now: Timestamp) -> bool {
        let last = self.known.last_used_at().max(self.known.last_refused_at());
        let last = last.max(self.known.last_issued_at());
        last.is_none_or(|last| minute(last) < minute(now))
    }

    /// Whether nothing is left to remember.
    fn is_over(&self, now: Timestamp) -> bool {
        !self.waits && !self.accounts_wait && self.minute_is_over(now)
    }

    /// Whether it is written now.
    fn is_due(&self, which: Which, now: Timestamp) -> bool {
        self.waits || (self.accounts_wait && (which == Which::All || self.minute_is_over(now)))
    }
}

/// What of that which waits is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// All of it.
    All,
    /// What keeps to one write for a consent and minute.
    Due,
}

impl Uses {
    /// Notes what happened under a consent.
    fn note(&self, key: Key, subject: SubjectId, happened: Usage, accounts: AccountUses) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(noted) = told.consents.get_mut(&key) {
            let (is_known, are_known) = (noted.known.covers(&happened), noted.accounts.covers(&accounts));
            if is_known && are_known {
                return;
            }
            if !is_known {
                noted.known = noted.known.merge(happened);
                noted.waits = true;
            }
            if !are_known {
                noted.accounts = std::mem::take(&mut noted.accounts).merge(accounts);
                noted.accounts_wait = true;
            }
        } else if told.consents.len() < MOST {
            let noted = Noted {
                subject,
                known: happened,
                accounts,
                waits: true,
                accounts_wait: false,
            };
            told.consents.insert(key, noted);
        } else {
            told.lost += 1;
        }
        drop(told);
        self.waiting.notify_one();
    }

    /// Takes what is to be written, by tenant, and forgets what is over.
    fn take(&self, which: Which, now: Timestamp) -> BTreeMap<TenantId, Vec<Wanted>> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = std::mem::take(&mut told.lost);
        if lost > 0 {
            tracing::warn!(
                uses = lost,
                "there were more uses than are remembered; some are not recorded"
            );
        }
        told.consents.retain(|_, noted| !noted.is_over(now));
        let mut taken: BTreeMap<TenantId, Vec<Wanted>> = BTreeMap::new();
        for ((tenant, consent), noted) in &mut told.consents {
            if noted.is_due(which, now) {
                (noted.waits, noted.accounts_wait) = (false, false);
                taken.entry(*tenant).or_default().push(Wanted {
                    consent: *consent,
                    subject: noted.subject,
                    usage: noted.known,
                    accounts: noted.accounts.clone(),
                });
            }
        }
        if told.consents.values().any(|noted| noted.accounts_wait) {
            self.waiting.notify_one();
        }
        drop(told);
        taken
    }

    /// Puts back what could not be written.
    fn give_back(&self, tenant: TenantId, wanted: &[Wanted]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for wanted in wanted {
            let noted = told.consents.entry((tenant, wanted.consent)).or_insert(Noted {
                subject: wanted.subject,
                known: wanted.usage,
                accounts: wanted.accounts.clone(),
                waits: true,
                accounts_wait: false,
            });
            noted.known = noted.known.merge(wanted.usage);
            noted.accounts = std::mem::take(&mut noted.accounts).merge(wanted.accounts.clone());
            noted.waits = true;
        }
        drop(told);
        self.waiting.notify_one();
    }
}

/// A use that is to be written.
#[derive(Debug, Clone)]
struct Wanted {
    consent: ConsentId,
    subject: SubjectId,
    usage: Usage,
    accounts: AccountUses,
}

impl Ledger {
    /// Notes that data was delivered, or refused, under a consent. Costs a look into memory.
    pub(crate) fn note_use(&self, tenant: TenantId, consent: &Consent, happened: Usage) {
        self.note_use_of_accounts(tenant, consent, happened, AccountUses::default());
    }

    /// The same, with the accounts whose data it was.
    pub(crate) fn note_use_of_accounts(
        &self,
        tenant: TenantId,
        consent: &Consent,
        happened: Usage,
        accounts: AccountUses,
    ) {
        let key = (tenant, consent.id);
        self.inner
            .uses
            .note(key, consent.slot.subject, happened, accounts);
    }

    /// How each of these consents was used; those that never were are left out. What was told in the last [`WITHIN`] may be missing.
    pub async fn uses(
        &self,
        tenant: TenantId,
        consents: Vec<ConsentId>,
    ) -> Result<BTreeMap<ConsentId, Usage>, Fault> {
        if consents.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.inner.store.uses(tenant, consents).await?;
        Ok(found.into_iter().map(|row| (row.consent, row.usage)).collect())
    }

    /// The same, with what is known of accounts.
    pub async fn uses_with_accounts(
        &self,
        tenant: TenantId,
        consents: Vec<ConsentId>,
    ) -> Result<BTreeMap<ConsentId, (Usage, AccountUses)>, Fault> {
        if consents.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.inner.store.uses(tenant, consents).await?.into_iter();
        Ok(found
            .map(|row| (row.consent, (row.usage, row.accounts)))
            .collect())
    }

    /// Writes down all uses that this node was told of. What cannot be written waits on; the first failure is told.
    pub async fn write_uses(&self) -> Result<(), Fault> {
        self.write_those(Which::All).await
    }

    async fn write_those(&self, which: Which) -> Result<(), Fault> {
        let mut failed = None;
        for (tenant, wanted) in self.inner.uses.take(which, self.now()) {
            for wanted in wanted.chunks(AT_ONCE) {
                if let Err(fault) = self.write_uses_of(tenant, wanted.to_vec()).await {
                    failed.get_or_insert(fault);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn write_uses_of(&self, tenant: TenantId, mut wanted: Vec<Wanted>) -> Result<(), Fault> {
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            let (again, fault) = match self.try_uses(tenant, &wanted).await {
                Ok(done) => done,
                Err(fault) => (wanted.clone(), Some(fault)),
            };
            wanted = again;
            failed = fault;
            if wanted.is_empty() {
                return Ok(());
            }
            if failed.is_some() {
                break;
            }
        }
        self.inner.uses.give_back(tenant, &wanted);
        Err(failed.unwrap_or(Fault::Conflict))
    }

    /// Merges uses into what is stored; answers those that are still to be written, and why if it is not that others were faster.
    async fn try_uses(
        &self,
        tenant: TenantId,
        wanted: &[Wanted],
    ) -> Result<(Vec<Wanted>, Option<Fault>), Fault> {
        let consents = wanted.iter().map(|wanted| wanted.consent).collect();
        let stored = self.inner.store.uses(tenant, consents).await?;
        let stored: HashMap<ConsentId, UseRow> = stored.into_iter().map(|row| (row.consent, row)).collect();
        let mut writing = JoinSet::new();
        for wanted in wanted.iter().cloned() {
            let change = match stored.get(&wanted.consent) {
                Some(row) if row.usage.covers(&wanted.usage) && row.accounts.covers(&wanted.accounts) => {
                    continue;
                }
                row => merged(tenant, self.now(), &wanted, row),
            };
            let ledger = self.clone();
            writing.spawn(async move { (wanted, ledger.commit(change).await) });
        }
        let (mut again, mut failed) = (Vec::new(), None);
        while let Some(written) = writing.join_next().await {
            let Ok((wanted, outcome)) = written else {
                continue;
            };
            match outcome {
                Ok(_receipt) => {}
                Err(CommitError::Stale | CommitError::Taken) => again.push(wanted),
                Err(error) => {
                    again.push(wanted);
                    failed = Some(Fault::from(error));
                }
            }
        }
        Ok((again, failed))
    }

    /// Writes uses for as long as there is a ledger.
    pub(crate) fn start_writing_uses(&self) {
        tokio::spawn(write_always(
            Arc::downgrade(&self.inner),
            Arc::clone(&self.inner.uses),
        ));
    }
}

/// What is stored becomes what both know, unless somebody was faster.
fn merged(tenant: TenantId, now: Timestamp, wanted: &Wanted, stored: Option<&UseRow>) -> ChangeSet {
    let key = RowKey::Use(wanted.consent);
    let mut change = ChangeSet::new(tenant, now);
    change.expect.push(match stored {
        Some(row) => Expect::At(key, row.version),
        None => Expect::Absent(key),
    });
    change.rows.push(RowChange::Put(Row::Use(UseRow {
        consent: wanted.consent,
        version: stored.map_or(1, |row| row.version.saturating_add(1)),
        subject: wanted.subject,
        usage: stored.map_or(wanted.usage, |row| row.usage.merge(wanted.usage)),
        accounts: stored
            .map_or_else(AccountUses::default, |row| row.accounts.clone())
            .merge(wanted.accounts.clone()),
    })));
    change
}

#[expect(
    clippy::disallowed_methods,
    reason = "a schedule: what comes together is written together"
)]
async fn write_always(inner: Weak<Inner>, uses: Arc<Uses>) {
    loop {
        uses.waiting.notified().await;
        tokio::time::sleep(WITHIN).await;
        let Some(inner) = inner.upgrade() else { return };
        let ledger = Ledger { inner, memory: None };
        if let Err(fault) = ledger.write_those(Which::Due).await {
            tracing::warn!(error = %fault, "uses of consents could not be written; they wait on");
        }
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::{AccountId, Shard};

    use super::*;

    #[test]
    fn dsh_b4_3_accounts_of_a_minute_cost_no_write_of_their_own_before_it_is_over() {
        let shard = Shard::new(1);
        let tenant = TenantId::new(Timestamp::EPOCH, shard, [1; 8]);
        let consent = ConsentId::new(Timestamp::EPOCH, shard, [2; 8]);
        let subject = SubjectId::new(Timestamp::EPOCH, shard, [3; 8]);
        let uses = Uses::default();
        let tell = |account: &str, seconds: i64| {
            let at = Timestamp::from_seconds(seconds);
            let account = AccountUses::used(AccountId::parse(account).unwrap(), at);
            uses.note((tenant, consent), subject, Usage::used(at), account);
        };
        let written = |which, seconds: i64| {
            let taken = uses.take(which, Timestamp::from_seconds(seconds));
            taken.values().map(Vec::len).sum::<usize>()
        };
        tell("one", 60);
        tell("two", 61);
        assert_eq!(
            written(Which::Due, 62),
            1,
            "both, with the first use of the minute"
        );
        tell("two", 63);
        assert_eq!(written(Which::Due, 64), 0, "that was known");
        tell("three", 65);
        tell("four", 119);
        assert_eq!(written(Which::Due, 119), 0);
        assert_eq!(written(Which::Due, 120), 1, "once the minute is over");
        assert_eq!(written(Which::Due, 121), 0);
        tell("five", 121);
        assert_eq!(written(Which::Due, 122), 1, "the next use takes them along");
        tell("six", 123);
        assert_eq!(written(Which::All, 124), 1, "a node that stops leaves nothing");
        assert_eq!(written(Which::All, 200), 0);
    }
}
