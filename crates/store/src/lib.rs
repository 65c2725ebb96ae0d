//! The storage waist: change sets go down, rows and events come up.
//!
//! What lives here: the [`Store`] trait, the shape of a [`ChangeSet`] and of every row, the hash chain over events, and the
//! conformance suite that each engine must pass. What may not: drivers, SQL, HTTP, and rules about consent.
//!
//! No open transaction ever leaves this trait. A batch is data, so it can be group-committed, retried, replayed and fuzzed. The
//! price: decisions are optimistic, and a use case that meets [`CommitError::Stale`] reads and decides again.

pub mod chain;
pub mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod gathering;
pub mod preference;
pub mod read;
pub mod record_key;
pub mod row;
pub mod stored;
pub mod table;
pub mod tail;

use async_trait::async_trait;
use consentry_domain::{
    AgreementId, ClientId, ConsentId, DeliveryId, EndpointId, GrantId, RecordId, SubjectId, TenantId,
    Timestamp,
    consent::Consent,
    grant::Grant,
    subject::{Subject, SubjectState},
};

pub use change::{ChangeSet, Expect, IdempotencyKey, NewEvent, Receipt, RowChange};
pub use error::{CommitError, StoreError};
pub use preference::{PreferenceKind, PreferenceRow};
pub use read::{
    AgreementQuery, DeliveryQuery, LogHead, Page, RecordFound, RecordQuery, Seeds, TouchedRows, Withdrawn,
};
pub use row::{
    AccountRow, AliasRow, ConfigurationKind, ConfigurationRow, DeliveryRow, DeliveryStatus, EventHead,
    EventRow, Hash, InteractionRow, JobRow, RecordRow, Row, RowKey, SubjectKeyRow, TokenKind, TokenRow,
    UseRow,
};
pub use tail::{Tail, TailPlace, Touches};

/// Result of a read.
pub type ReadResult<T> = Result<T, StoreError>;

/// A durable store. Absent rows are `None` or empty, never an error.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Commits a batch in order. Each change set succeeds or fails alone; all that succeed share one transaction and one sync.
    /// Answers are in the order of the batch. Acknowledged means durable.
    async fn commit(&self, batch: Vec<ChangeSet>) -> Vec<Result<Receipt, CommitError>>;

    /// Everything of one kind of configuration, of all tenants.
    async fn configuration(&self, kind: ConfigurationKind) -> ReadResult<Vec<ConfigurationRow>>;

    /// The rows a command can touch, read in one snapshot: what the seeds name, the consents that decide the named slots, the
    /// agreements of those consents, and the consents and slots of those agreements.
    async fn touched(&self, tenant: TenantId, seeds: Seeds) -> ReadResult<TouchedRows>;

    /// The consents that decide the slots of a person.
    async fn deciding_consents(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<Consent>>;

    /// The same with the state of the person, where there is one: what every question about them rests on, asked for at once.
    async fn standing(
        &self,
        tenant: TenantId,
        subject: SubjectId,
    ) -> ReadResult<(Option<SubjectState>, Vec<Consent>)>;

    /// One consent.
    async fn consent(&self, tenant: TenantId, id: ConsentId) -> ReadResult<Option<Consent>>;

    /// How consents were used, of those that were used at all, in any order.
    async fn uses(&self, tenant: TenantId, consents: Vec<ConsentId>) -> ReadResult<Vec<UseRow>>;

    /// Agreements that fit a query, newest first (`created_at` descending, then id), with the consents of each.
    async fn agreements(
        &self,
        tenant: TenantId,
        query: AgreementQuery,
    ) -> ReadResult<Vec<(consentry_domain::Agreement, Vec<Consent>)>>;

    /// One agreement with its consents.
    async fn agreement(
        &self,
        tenant: TenantId,
        id: AgreementId,
    ) -> ReadResult<Option<(consentry_domain::Agreement, Vec<Consent>)>>;

    /// One record that is not deleted, with the consent behind it.
    async fn record(&self, tenant: TenantId, id: RecordId) -> ReadResult<Option<RecordFound>>;

    /// Records that fit a query, oldest first (`created_at` ascending, then id), at most `limit + 1` of them so that the caller
    /// sees whether there are more.
    async fn records(&self, tenant: TenantId, query: RecordQuery) -> ReadResult<Vec<RecordFound>>;

    /// One grant.
    async fn grant(&self, tenant: TenantId, id: GrantId) -> ReadResult<Option<Grant>>;

    /// Grants of a person that have not ended; `client` narrows.
    async fn grants_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        client: Option<ClientId>,
    ) -> ReadResult<Vec<Grant>>;

    /// One credential by its hash.
    async fn token(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<TokenRow>>;

    /// Sessions of a person that nobody ended and that are not over at `now`, latest first (`issued_at` descending, then hash), at most
    /// `limit`.
    async fn sessions_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        now: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<TokenRow>>;

    /// One interaction by the hash of its handle.
    async fn interaction(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<InteractionRow>>;

    /// The interactions of a browser that are not over at `now`, oldest first.
    async fn interactions_of(
        &self,
        tenant: TenantId,
        browser: Hash,
        now: Timestamp,
    ) -> ReadResult<Vec<InteractionRow>>;

    /// One person.
    async fn subject(&self, tenant: TenantId, id: SubjectId) -> ReadResult<Option<Subject>>;

    /// Whose name this is, by the keyed hash of the alias.
    async fn alias(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<AliasRow>>;

    /// All names of a person.
    async fn aliases_of(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<AliasRow>>;

    /// One row of preferences by its hash.
    async fn preference(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<PreferenceRow>>;

    /// All rows of preferences of a person apart from files, oldest first (`created_at` ascending, then hash).
    async fn preferences_of(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<PreferenceRow>>;

    /// Rows of people with preferences behind a place, oldest first (`created_at` ascending, then hash), at most `limit`.
    async fn preference_people(
        &self,
        tenant: TenantId,
        after: (Timestamp, Hash),
        limit: u32,
    ) -> ReadResult<Vec<PreferenceRow>>;

    /// How a person logs in here.
    async fn account(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Option<AccountRow>>;

    /// The wrapped data key of a person.
    async fn subject_key(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Option<SubjectKeyRow>>;

    /// A request that was carried out and is remembered still at `now`, by the hash it is known by.
    async fn remembered(
        &self,
        tenant: TenantId,
        key: Hash,
        now: Timestamp,
    ) -> ReadResult<Option<IdempotencyKey>>;

    /// The head of a tenant's log.
    async fn log_head(&self, tenant: TenantId) -> ReadResult<LogHead>;

    /// Events from an index on, in order.
    async fn events(&self, tenant: TenantId, from: u64, limit: u32) -> ReadResult<Vec<EventRow>>;

    /// The heads of the same events, for who looks at few of them: what they say is by far the most of what there is to read.
    async fn event_heads(&self, tenant: TenantId, from: u64, limit: u32) -> ReadResult<Vec<EventHead>>;

    /// Events about a person from an index on, in order, at most `limit`. What is written here finds them among all events; an engine
    /// with an index over them does better.
    async fn events_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        from: u64,
        limit: u32,
    ) -> ReadResult<Vec<EventRow>> {
        const AT_ONCE: u32 = 1_000;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut next = from;
        while found.len() < most {
            let page = self.events(tenant, next, AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            next = last.index.saturating_add(1);
            found.extend(page.into_iter().filter(|event| event.subject == Some(subject)));
        }
        found.truncate(most);
        Ok(found)
    }

    /// All rows that replay can rebuild (consents, slots, agreements, records), for comparing them with the log.
    async fn projection(&self, tenant: TenantId) -> ReadResult<TouchedRows>;

    /// Removes credentials, interactions and remembered requests that were over before `before`; answers how many rows went.
    async fn prune(&self, tenant: TenantId, before: Timestamp, limit: u32) -> ReadResult<u64>;

    /// Consents that were granted and not ended by anybody, whose end lies behind a place and not after `until`; by their end, then by
    /// id, at most `limit`.
    async fn consents_ending(
        &self,
        tenant: TenantId,
        after: (Timestamp, ConsentId),
        until: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<Consent>>;

    /// What was withdrawn or narrowed at `since` or later, or changed then and is over at `now`: latest first, at most `limit` consents
    /// and as many agreements.
    async fn withdrawn(
        &self,
        tenant: TenantId,
        since: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> ReadResult<Withdrawn>;

    /// One piece of work.
    async fn job(&self, tenant: TenantId, kind: String, key: String) -> ReadResult<Option<JobRow>>;

    /// All work of a kind, by its key.
    async fn jobs(&self, tenant: TenantId, kind: String) -> ReadResult<Vec<JobRow>>;

    /// Work of a kind in the order in which it is due (`due_at`, then key), at most `limit`. All work of the kind is sorted for it, so it is
    /// for kinds of which a bounded number waits.
    async fn jobs_by_due(&self, tenant: TenantId, kind: String, limit: u32) -> ReadResult<Vec<JobRow>>;

    /// One message.
    async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> ReadResult<Option<DeliveryRow>>;

    /// Messages of an endpoint that fit a query, latest first (`number` descending).
    async fn deliveries(&self, tenant: TenantId, query: DeliveryQuery) -> ReadResult<Vec<DeliveryRow>>;

    /// Messages of an endpoint that wait, earliest first (`number` ascending), at most `limit`.
    async fn waiting_deliveries(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        limit: u32,
    ) -> ReadResult<Vec<DeliveryRow>>;

    /// Messages of a tenant that were asked for again and not taken up yet, at most `limit`, by endpoint and number.
    async fn asked_deliveries(&self, tenant: TenantId, limit: u32) -> ReadResult<Vec<DeliveryRow>>;

    /// Messages that were finished before `before`, earliest first, at most `limit`.
    async fn finished_deliveries(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<DeliveryRow>>;

    /// Whether other processes may write to it at the same time, so that what they write must be followed.
    fn is_shared(&self) -> bool {
        false
    }

    /// The place after everything that can be read now.
    async fn tail_end(&self) -> ReadResult<TailPlace> {
        Ok(TailPlace::default())
    }

    /// What others wrote after a place, or that it cannot be told. Engines keep it for ten minutes at least.
    async fn tail(&self, after: TailPlace) -> ReadResult<Tail> {
        Ok(Tail {
            stale: Vec::new(),
            missed: false,
            place: after,
        })
    }

    /// Returns when others may have written something. It is a wake-up and no message: one may be missed.
    async fn written_elsewhere(&self) {
        std::future::pending::<()>().await;
    }

    /// The moment by the clock of a database on another machine; none where it is this machine's own.
    async fn clock(&self) -> ReadResult<Option<Timestamp>> {
        Ok(None)
    }

    /// Whether the store can be read and written now; tried by reading and by writing.
    async fn ready(&self) -> ReadResult<()>;

    /// Damage below what rows say, in the engine's words: pages that hold no rows any more, indexes that lead elsewhere. None where there is
    /// none, and where looking for it is the database's own business. Everything is read for it.
    async fn damage(&self) -> ReadResult<Option<String>> {
        Ok(None)
    }

    /// Finishes what is running, writes the journal into the database and closes. Later calls fail with
    /// [`StoreError::Unavailable`].
    async fn close(&self);
}
