//! The embedded ledger: [`consentry_store::Store`] on SQLite.
//!
//! What lives here: the schema and its migrations, every statement, one writing thread with group commit, connections that
//! read, and checkpoints. What may not: rules about consent, HTTP, and anything that another engine would not do alike.
//!
//! Reading order: [`SqliteStore`] (what the waist asks), `commit` (one transaction per batch), `put` and `reads` (rows),
//! `statements` (the SQL), `writer` and `checkpoint` (the threads), `reader` (the connections), `open` (settings and migrations).

mod backup;
mod cells;
mod checkpoint;
mod commit;
mod damage;
mod fault;
mod open;
mod outbound;
mod preferences;
mod put;
mod reader;
mod reads;
mod rows;
mod sink;
mod source;
mod statements;
mod uses;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use consentry_domain::{
    Agreement, AgreementId, ClientId, Consent, ConsentId, DeliveryId, EndpointId, GrantId, RecordId,
    SubjectId, TenantId, Timestamp,
    grant::Grant,
    subject::{Subject, SubjectState},
};
use consentry_store::{
    AccountRow, AgreementQuery, AliasRow, ChangeSet, CommitError, ConfigurationKind, ConfigurationRow,
    DeliveryQuery, DeliveryRow, EventHead, EventRow, Hash, IdempotencyKey, InteractionRow, JobRow, LogHead,
    PreferenceRow, ReadResult, Receipt, RecordFound, RecordQuery, Seeds, Store, StoreError, SubjectKeyRow,
    TokenRow, TouchedRows, UseRow, Withdrawn,
};

pub use backup::{BackupError, backup};
pub use open::{OpenError, Options};
pub use sink::Sink;
pub use source::{Source, SourceError, shapes};

use crate::{open::Purpose, reader::Readers, writer::Writer};

/// A ledger in one SQLite file. Dropping it finishes what is queued and closes the file, which blocks for a moment;
/// [`Store::close`] does the same without blocking.
#[derive(Debug)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    // Fields are dropped in this order: the lock goes last, when nothing writes any more.
    readers: Readers,
    writer: Writer,
    lock: std::sync::Mutex<Option<open::Lock>>,
}

impl Inner {
    fn close(&self) {
        self.readers.close();
        self.writer.close();
        drop(
            self.lock
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .take(),
        );
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl SqliteStore {
    /// Opens the ledger in this file, making and migrating it where needed. Takes it for this process with a lock on the file
    /// of the same name with `.lock` at its end.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        open::check_library()?;
        let path = path.as_ref();
        let lock = open::lock(path)?;
        let mut connection = open::connection(path, Purpose::Write, &options)?;
        if source::is_moved(&connection)? {
            return Err(OpenError::Moved {
                path: path.to_owned(),
            });
        }
        open::migrate(&mut connection)?;
        let writer = Writer::start(path, connection, &options)?;
        let readers = Readers::open(path, &options)?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                readers,
                writer,
                lock: std::sync::Mutex::new(Some(lock)),
            }),
        })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Writes a compact copy of the ledger, as it is at one moment, to a file that does not exist yet. Writing waits meanwhile.
    pub async fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        self.inner.writer.back_up(path.as_ref().to_owned()).await
    }

    /// Asks for what is found by key.
    async fn read<T>(&self, read: impl FnOnce(&rusqlite::Connection) -> fault::Result<T>) -> ReadResult<T> {
        self.inner.readers.ask(read).await
    }

    /// As [`Self::read`], where several statements make one answer.
    async fn read_at_one_moment<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> fault::Result<T>,
    ) -> ReadResult<T> {
        self.read(|connection| reads::at_one_moment(connection, || read(connection)))
            .await
    }

    /// Asks for what may be many rows.
    async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> fault::Result<T> + Send + 'static,
    ) -> ReadResult<T> {
        self.inner
            .readers
            .scan(move |connection| reads::at_one_moment(connection, || read(connection)))
            .await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, batch: Vec<ChangeSet>) -> Vec<Result<Receipt, CommitError>> {
        self.inner.writer.commit(batch).await
    }

    async fn configuration(&self, kind: ConfigurationKind) -> ReadResult<Vec<ConfigurationRow>> {
        self.scan(move |connection| reads::configuration(connection, kind))
            .await
    }

    async fn touched(&self, tenant: TenantId, seeds: Seeds) -> ReadResult<TouchedRows> {
        self.read_at_one_moment(move |connection| reads::touched(connection, tenant, &seeds))
            .await
    }

    async fn deciding_consents(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<Consent>> {
        self.read_at_one_moment(move |connection| reads::deciding_consents(connection, tenant, subject))
            .await
    }

    async fn standing(
        &self,
        tenant: TenantId,
        subject: SubjectId,
    ) -> ReadResult<(Option<SubjectState>, Vec<Consent>)> {
        self.read(move |connection| reads::standing(connection, tenant, subject))
            .await
    }

    async fn consent(&self, tenant: TenantId, id: ConsentId) -> ReadResult<Option<Consent>> {
        self.read(move |connection| reads::consent(connection, tenant, id))
            .await
    }

    async fn uses(&self, tenant: TenantId, consents: Vec<ConsentId>) -> ReadResult<Vec<UseRow>> {
        self.read(move |connection| uses::of(connection, tenant, &consents))
            .await
    }

    async fn agreements(
        &self,
        tenant: TenantId,
        query: AgreementQuery,
    ) -> ReadResult<Vec<(Agreement, Vec<Consent>)>> {
        let of_one_person = query.subject.is_some();
        let read = move |connection: &_| reads::agreements(connection, tenant, &query);
        if of_one_person {
            self.read_at_one_moment(read).await
        } else {
            self.scan(read).await
        }
    }

    async fn agreement(
        &self,
        tenant: TenantId,
        id: AgreementId,
    ) -> ReadResult<Option<(Agreement, Vec<Consent>)>> {
        self.read_at_one_moment(move |connection| reads::agreement(connection, tenant, id))
            .await
    }

    async fn record(&self, tenant: TenantId, id: RecordId) -> ReadResult<Option<RecordFound>> {
        self.read_at_one_moment(move |connection| reads::record(connection, tenant, id))
            .await
    }

    async fn records(&self, tenant: TenantId, query: RecordQuery) -> ReadResult<Vec<RecordFound>> {
        self.scan(move |connection| reads::records(connection, tenant, &query))
            .await
    }

    async fn grant(&self, tenant: TenantId, id: GrantId) -> ReadResult<Option<Grant>> {
        self.read(move |connection| reads::grant(connection, tenant, id))
            .await
    }

    async fn grants_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        client: Option<ClientId>,
    ) -> ReadResult<Vec<Grant>> {
        self.read(move |connection| reads::grants_of(connection, tenant, subject, client.as_ref()))
            .await
    }

    async fn token(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<TokenRow>> {
        self.read(move |connection| reads::token(connection, tenant, &hash))
            .await
    }

    async fn interaction(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<InteractionRow>> {
        self.read(move |connection| reads::interaction(connection, tenant, &hash))
            .await
    }

    async fn sessions_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        now: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<TokenRow>> {
        self.read(move |connection| reads::sessions_of(connection, tenant, subject, now, limit))
            .await
    }

    async fn interactions_of(
        &self,
        tenant: TenantId,
        browser: Hash,
        now: Timestamp,
    ) -> ReadResult<Vec<InteractionRow>> {
        self.read(move |connection| reads::interactions_of(connection, tenant, &browser, now))
            .await
    }

    async fn subject(&self, tenant: TenantId, id: SubjectId) -> ReadResult<Option<Subject>> {
        self.read(move |connection| reads::subject(connection, tenant, id))
            .await
    }

    async fn alias(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<AliasRow>> {
        self.read(move |connection| reads::alias(connection, tenant, &hash))
            .await
    }

    async fn aliases_of(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<AliasRow>> {
        self.read(move |connection| reads::aliases_of(connection, tenant, subject))
            .await
    }

    async fn preference(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<PreferenceRow>> {
        self.read(move |connection| preferences::one(connection, tenant, &hash))
            .await
    }

    async fn preferences_of(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<PreferenceRow>> {
        self.read(move |connection| preferences::of(connection, tenant, subject))
            .await
    }

    async fn preference_people(
        &self,
        tenant: TenantId,
        after: (Timestamp, Hash),
        limit: u32,
    ) -> ReadResult<Vec<PreferenceRow>> {
        self.read(move |connection| preferences::people(connection, tenant, after, limit))
            .await
    }

    async fn account(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Option<AccountRow>> {
        self.read(move |connection| reads::account(connection, tenant, subject))
            .await
    }

    async fn subject_key(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Option<SubjectKeyRow>> {
        self.read(move |connection| reads::subject_key(connection, tenant, subject))
            .await
    }

    async fn remembered(
        &self,
        tenant: TenantId,
        key: Hash,
        now: Timestamp,
    ) -> ReadResult<Option<IdempotencyKey>> {
        self.read(move |connection| reads::remembered(connection, tenant, &key, now))
            .await
    }

    async fn log_head(&self, tenant: TenantId) -> ReadResult<LogHead> {
        self.read(move |connection| commit::head(connection, tenant))
            .await
    }

    async fn events(&self, tenant: TenantId, from: u64, limit: u32) -> ReadResult<Vec<EventRow>> {
        self.scan(move |connection| reads::events(connection, tenant, from, limit))
            .await
    }

    async fn event_heads(&self, tenant: TenantId, from: u64, limit: u32) -> ReadResult<Vec<EventHead>> {
        self.scan(move |connection| reads::event_heads(connection, tenant, from, limit))
            .await
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        from: u64,
        limit: u32,
    ) -> ReadResult<Vec<EventRow>> {
        self.scan(move |connection| reads::events_of(connection, tenant, subject, from, limit))
            .await
    }

    async fn projection(&self, tenant: TenantId) -> ReadResult<TouchedRows> {
        self.scan(move |connection| reads::projection(connection, tenant))
            .await
    }

    async fn prune(&self, tenant: TenantId, before: Timestamp, limit: u32) -> ReadResult<u64> {
        self.inner.writer.prune(tenant, before, limit).await
    }

    async fn consents_ending(
        &self,
        tenant: TenantId,
        after: (Timestamp, ConsentId),
        until: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<Consent>> {
        self.scan(move |connection| outbound::consents_ending(connection, tenant, after, until, limit))
            .await
    }

    async fn withdrawn(
        &self,
        tenant: TenantId,
        since: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> ReadResult<Withdrawn> {
        self.scan(move |connection| outbound::withdrawn(connection, tenant, since, now, limit))
            .await
    }

    async fn job(&self, tenant: TenantId, kind: String, key: String) -> ReadResult<Option<JobRow>> {
        self.read(move |connection| outbound::job_of(connection, tenant, &kind, &key))
            .await
    }

    async fn jobs(&self, tenant: TenantId, kind: String) -> ReadResult<Vec<JobRow>> {
        self.scan(move |connection| outbound::jobs(connection, tenant, &kind))
            .await
    }

    async fn jobs_by_due(&self, tenant: TenantId, kind: String, limit: u32) -> ReadResult<Vec<JobRow>> {
        self.scan(move |connection| outbound::jobs_by_due(connection, tenant, &kind, limit))
            .await
    }

    async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> ReadResult<Option<DeliveryRow>> {
        self.read(move |connection| outbound::delivery_of(connection, tenant, id))
            .await
    }

    async fn deliveries(&self, tenant: TenantId, query: DeliveryQuery) -> ReadResult<Vec<DeliveryRow>> {
        self.scan(move |connection| outbound::deliveries(connection, tenant, &query))
            .await
    }

    async fn waiting_deliveries(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        limit: u32,
    ) -> ReadResult<Vec<DeliveryRow>> {
        self.scan(move |connection| outbound::waiting(connection, tenant, endpoint, limit))
            .await
    }

    async fn asked_deliveries(&self, tenant: TenantId, limit: u32) -> ReadResult<Vec<DeliveryRow>> {
        self.scan(move |connection| outbound::asked(connection, tenant, limit))
            .await
    }

    async fn finished_deliveries(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<DeliveryRow>> {
        self.scan(move |connection| outbound::finished(connection, tenant, before, limit))
            .await
    }

    async fn ready(&self) -> ReadResult<()> {
        self.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
            .await?;
        self.inner.writer.ready().await
    }

    async fn damage(&self) -> ReadResult<Option<String>> {
        self.scan(damage::of).await
    }

    async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        if tokio::task::spawn_blocking(move || inner.close()).await.is_err() {
            tracing::error!("closing the ledger was interrupted");
        }
    }
}
