//! The ledger: store, writer, caches, keys and configuration behind one handle.

use std::sync::Arc;

use arc_swap::ArcSwap;
use consentry_domain::{GrantId, Lifetime, SubjectId, TenantId, Timestamp, grant::Grant};
use consentry_store::{
    ChangeSet, CommitError, ConfigurationKind, Hash, Receipt, Store, StoreError, TokenRow, Touches,
};
use tokio::sync::{Mutex, Semaphore, watch};
use tracing::Instrument as _;

use crate::{
    answers::Answers,
    cache::Corrected,
    clocks::Clocks,
    dataspace::SignedTokens,
    environment::{Clock, Entropy, Ids},
    erasure::ErasureJournal,
    error::Fault,
    feed::{FeedOptions, Tails},
    following::Following,
    once::{InProgress, Memory, REMEMBERED},
    rates::Rates,
    records::{KeptRecords, LiveDirectory, PasswordMemory},
    sealing::Key,
    snapshot::{Directory, TenantSnapshot},
    standing::{ParticularAgreements, StandingConsents},
    throttle::Throttle,
    tokens::{access_token::VerifiedTokens, revocations::RevocationFeeds},
    uses::Uses,
    webhooks::EndpointBounds,
    writer::Writer,
};

/// Sizes and rules of one node.
#[derive(Debug, Clone)]
pub struct LedgerOptions {
    /// Consent sets kept in memory, one per person.
    pub consent_sets: usize,
    /// Credentials kept in memory.
    pub tokens: usize,
    /// Names of people kept in memory.
    pub names: usize,
    /// Records kept in memory, in bytes.
    pub record_bytes: u64,
    /// Signed access tokens whose signature was checked, kept in memory; some 700 bytes each.
    pub access_tokens: usize,
    /// Consent tokens of a dataspace that were signed lately, kept in memory; some 2 kB each.
    pub signed_tokens: usize,
    /// Password checks at the same time; each takes some 20 MB and a core for some 20 ms, which everything else has to wait for.
    pub password_checks: usize,
    /// Directories that are asked live, in their order, after what the ledger knows itself.
    pub directories: Vec<Arc<dyn LiveDirectory>>,
    /// How followers of the log are served.
    pub feed: FeedOptions,
    /// How many webhook endpoints there may be.
    pub endpoints: EndpointBounds,
    /// How long requests with a key are remembered (COM-08), of all doors.
    pub remembered: Lifetime,
    /// Agreements that end in one commit with their client, at least one. Where there are more, further commits follow at once; the
    /// client serves nobody from the first.
    pub agreements_at_once: u32,
    /// Where deletions of people are noted outside the ledger (DSR-13); none: nowhere.
    pub erasures: Option<Arc<dyn ErasureJournal>>,
    /// How far this node's clock may be from that of a database that several share, before it stops spending credentials; none: nobody
    /// compares.
    pub clocks_may_differ: Option<Lifetime>,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self {
            consent_sets: 100_000,
            tokens: 200_000,
            names: 100_000,
            record_bytes: 64 << 20,
            access_tokens: 50_000,
            signed_tokens: 10_000,
            password_checks: half_of_the_cores(),
            directories: Vec::new(),
            feed: FeedOptions::default(),
            endpoints: EndpointBounds::default(),
            remembered: REMEMBERED[0],
            agreements_at_once: 1_000,
            erasures: None,
            clocks_may_differ: None,
        }
    }
}

/// However many people log in, half of the machine is left for what asks about tokens and consents.
fn half_of_the_cores() -> usize {
    let cores = std::thread::available_parallelism();
    cores.map_or(1, |cores| (cores.get() / 2).max(1))
}

/// Handle to the ledger. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) inner: Arc<Inner>,
    /// Of the request for which this handle acts, where it has a key.
    pub(crate) memory: Option<Arc<Memory>>,
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) root: Key,
    pub(crate) consent_sets: Corrected<(TenantId, SubjectId), Arc<StandingConsents>>,
    pub(crate) particular_agreements: Corrected<(TenantId, SubjectId), ParticularAgreements>,
    pub(crate) tokens: Corrected<(TenantId, Hash), Option<Arc<TokenRow>>>,
    pub(crate) grants: Corrected<(TenantId, GrantId), Option<Arc<Grant>>>,
    pub(crate) subject_keys: Corrected<(TenantId, SubjectId), Option<Key>>,
    pub(crate) names: Corrected<(TenantId, Hash), Option<SubjectId>>,
    pub(crate) records: KeptRecords,
    pub(crate) answers: Answers,
    pub(crate) passwords: Semaphore,
    pub(crate) throttle: Throttle,
    pub(crate) verified_passwords: PasswordMemory,
    pub(crate) directories: Vec<Arc<dyn LiveDirectory>>,
    pub(crate) access_tokens: VerifiedTokens,
    pub(crate) signed_tokens: SignedTokens,
    pub(crate) rates: Rates,
    pub(crate) tails: Tails,
    pub(crate) revocation_feeds: RevocationFeeds,
    /// Somebody asked for a delivery.
    pub(crate) asked: tokio::sync::Notify,
    /// A mail was put that does not follow from the log.
    pub(crate) mailed: watch::Sender<u64>,
    pub(crate) endpoint_bounds: EndpointBounds,
    pub(crate) remembered: Lifetime,
    pub(crate) agreements_at_once: u32,
    pub(crate) erasures: Option<Arc<dyn ErasureJournal>>,
    pub(crate) following: Option<Following>,
    pub(crate) in_progress: InProgress,
    pub(crate) uses: Arc<Uses>,
    writer: Writer,
    directory: ArcSwap<Directory>,
    reloading: Mutex<()>,
    readiness: Mutex<Option<(Timestamp, Result<(), StoreError>)>>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens the ledger on a store. Starts the writer, so it must be called within a tokio runtime.
    pub async fn open(
        store: Arc<dyn Store>,
        root: Key,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: &LedgerOptions,
    ) -> Result<Self, Fault> {
        let writer = Writer::new(Arc::clone(&store));
        // What others write from here on is followed, so nothing is missed between this and the first reading.
        let following = if store.is_shared() {
            let clocks = Clocks::new(options.clocks_may_differ);
            Some(Following::new(store.tail_end().await?, clocks))
        } else {
            None
        };
        let ledger = Self {
            inner: Arc::new(Inner {
                store,
                clock,
                entropy,
                root,
                consent_sets: Corrected::new(options.consent_sets),
                particular_agreements: Corrected::new(options.consent_sets),
                tokens: Corrected::new(options.tokens),
                grants: Corrected::new(options.tokens),
                subject_keys: Corrected::new(options.consent_sets),
                names: Corrected::new(options.names),
                records: KeptRecords::new(options.record_bytes),
                answers: Answers::default(),
                passwords: Semaphore::new(options.password_checks),
                throttle: Throttle::default(),
                verified_passwords: PasswordMemory::default(),
                directories: options.directories.clone(),
                access_tokens: VerifiedTokens::new(options.access_tokens),
                signed_tokens: SignedTokens::new(options.signed_tokens),
                rates: Rates::default(),
                tails: Tails::new(options.feed.clone()),
                revocation_feeds: RevocationFeeds::default(),
                asked: tokio::sync::Notify::new(),
                mailed: watch::Sender::new(0),
                endpoint_bounds: options.endpoints,
                remembered: options.remembered,
                agreements_at_once: options.agreements_at_once,
                erasures: options.erasures.clone(),
                following,
                in_progress: InProgress::default(),
                uses: Arc::default(),
                writer,
                directory: ArcSwap::from_pointee(Directory::default()),
                reloading: Mutex::new(()),
                readiness: Mutex::new(None),
            }),
            memory: None,
        };
        ledger.reload().await?;
        ledger.start_following();
        ledger.start_writing_uses();
        Ok(ledger)
    }

    /// All tenants as configured now.
    pub fn directory(&self) -> Arc<Directory> {
        self.inner.directory.load_full()
    }

    /// The tenant that serves a host.
    pub fn tenant_for_host(&self, host: &str) -> Option<Arc<TenantSnapshot>> {
        self.inner.directory.load().for_host(host).cloned()
    }

    /// The current moment.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Where random bytes come from.
    pub fn entropy(&self) -> &dyn Entropy {
        self.inner.entropy.as_ref()
    }

    /// Makes ids for now.
    pub fn ids(&self) -> Ids<'_> {
        Ids {
            now: self.now(),
            entropy: self.entropy(),
        }
    }

    /// Whether the store can be read and written. Trying costs a write, so who asks within the same second gets the same answer.
    pub async fn ready(&self) -> Result<(), Fault> {
        let mut last = self.inner.readiness.lock().await;
        let now = self.now();
        let known = last
            .as_ref()
            .filter(|(at, _)| *at <= now && now.seconds_since(*at) < 1);
        let answer = match known {
            Some((_, answer)) => answer.clone(),
            None => self.inner.store.ready().await,
        };
        if known.is_none() {
            *last = Some((now, answer.clone()));
        }
        Ok(answer?)
    }

    /// Finishes what is running, writes down what waits and closes the store.
    pub async fn close(&self) {
        if let Err(fault) = self.write_uses().await {
            tracing::warn!(error = %fault, "the last uses of consents could not be written");
        }
        if let Some(following) = &self.inner.following {
            following.end();
        }
        self.inner.store.close().await;
    }

    /// Ends everybody who follows the log, so that a server that stops need not wait for them; nobody can follow it any more.
    pub fn stop_followers(&self) {
        self.inner.tails.stop();
    }

    /// Removes credentials and interactions that ended long ago; answers how many rows went.
    pub async fn prune(&self, tenant: TenantId, before: Timestamp) -> Result<u64, Fault> {
        Ok(self.inner.store.prune(tenant, before, 10_000).await?)
    }

    /// Reads the configuration anew.
    pub(crate) async fn reload(&self) -> Result<(), Fault> {
        let _one_at_a_time = self.inner.reloading.lock().await;
        let mut rows = Vec::new();
        for kind in ConfigurationKind::ALL {
            rows.extend(self.inner.store.configuration(kind).await?);
        }
        self.inner
            .directory
            .store(Arc::new(Directory::build(rows, &self.inner.root)?));
        Ok(())
    }

    /// Commits a change set and corrects this node's caches before anybody is answered; also where it failed, since what it expected
    /// came from them and somebody else may have been faster. Goes on to its end when nobody waits for it any more: what becomes
    /// durable is never missed by a cache because somebody hung up.
    pub(crate) async fn commit(&self, change: ChangeSet) -> Result<Receipt, CommitError> {
        self.may_spend(&change)?;
        let ledger = self.clone();
        let committing = async move { ledger.commit_to_the_end(change).await };
        tokio::spawn(committing.in_current_span())
            .await
            .unwrap_or_else(|error| Err(CommitError::Store(StoreError::Unavailable(error.to_string()))))
    }

    async fn commit_to_the_end(&self, change: ChangeSet) -> Result<Receipt, CommitError> {
        let tenant = change.tenant;
        let touched = Touches::of(&change);
        let receipt = self.inner.writer.commit(change).await;
        self.inner.correct(tenant, &touched);
        if receipt.is_ok() && touched.configuration && self.reload().await.is_err() {
            tracing::error!(
                "configuration was committed but could not be read back; the old one is still served"
            );
        }
        // Last, so that whoever hears of it sees it everywhere.
        if let Ok(Receipt {
            first_index: Some(first),
            events,
        }) = &receipt
        {
            self.inner
                .tails
                .grew(tenant, first.saturating_add(u64::from(*events)));
        }
        receipt
    }

    /// A person's data key.
    pub(crate) async fn subject_key(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Key>, Fault> {
        self.inner
            .subject_keys
            .get_or_read(&(tenant.id(), subject), async {
                let row = self.inner.store.subject_key(tenant.id(), subject).await?;
                row.map(|row| tenant.keys.unwrap_subject_key(subject, &row.wrapped))
                    .transpose()
                    .map_err(Fault::from)
            })
            .await
    }

    /// A credential by its hash.
    pub(crate) async fn token(&self, tenant: TenantId, hash: Hash) -> Result<Option<Arc<TokenRow>>, Fault> {
        self.inner
            .tokens
            .get_or_read(&(tenant, hash), async {
                Ok(self.inner.store.token(tenant, hash).await?.map(Arc::new))
            })
            .await
    }

    /// The same as it is at this moment at every node: from memory where no other node writes, else from the store.
    pub(crate) async fn token_now(
        &self,
        tenant: TenantId,
        hash: Hash,
    ) -> Result<Option<Arc<TokenRow>>, Fault> {
        if self.is_alone() {
            return self.token(tenant, hash).await;
        }
        Ok(self.inner.store.token(tenant, hash).await?.map(Arc::new))
    }

    /// Whether no other node writes, so that this one's memory is always right.
    pub(crate) fn is_alone(&self) -> bool {
        self.inner.following.is_none()
    }

    /// A grant.
    pub(crate) async fn grant(&self, tenant: TenantId, id: GrantId) -> Result<Option<Arc<Grant>>, Fault> {
        self.inner
            .grants
            .get_or_read(&(tenant, id), async {
                Ok(self.inner.store.grant(tenant, id).await?.map(Arc::new))
            })
            .await
    }
}
