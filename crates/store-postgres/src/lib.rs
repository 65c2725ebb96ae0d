//! The ledger for several nodes: [`consentry_store::Store`] on PostgreSQL 15 and newer.
//!
//! What lives here: the schema and its migrations, every statement, one writing thread with group commit, and a pool of connections
//! that read. What may not: rules about consent, HTTP, and anything that another engine would not do alike.
//!
//! Reading order: [`PostgresStore`] (what the waist asks), `commit` (one transaction per batch), `known` (what a batch asks),
//! `decide` (its members in memory), `put` (what is written), `reads` and `rows`, `statements` (the SQL), `writer`, `link` and
//! `reader` (the connections), `gather` (questions that go together), `open` and `address` (settings and migrations).
//!
//! PostgreSQL's `text` cannot hold U+0000; `text` says how a text that has one is kept all the same.

mod address;
mod cells;
mod columns;
mod commit;
mod decide;
mod fault;
mod gather;
mod keys;
mod known;
mod link;
mod open;
mod outbound;
mod patience;
mod pipeline;
mod put;
mod reader;
mod reads;
mod rows;
mod statements;
mod tail;
mod target;
mod tenant_rows;
mod text;
mod tls;
mod writer;

#[cfg(test)]
mod tests;

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
    PreferenceRow, ReadResult, Receipt, RecordFound, RecordQuery, Seeds, Store, SubjectKeyRow, Tail,
    TailPlace, TokenRow, TouchedRows, UseRow, Withdrawn,
};

pub use open::{OpenError, Options};
pub use target::{Target, TargetError, TargetTable};
pub use tenant_rows::TenantRows;

use crate::{address::Address, gather::Gathered, link::Link, reader::Readers, tail::Ear, writer::Writer};

/// A ledger in one PostgreSQL database, which other nodes may have open as well. Dropping it lets the writing thread finish what
/// is queued; [`Store::close`] waits for that.
#[derive(Debug)]
pub struct PostgresStore {
    readers: Readers,
    gathered: Gathered,
    writer: Writer,
    ear: Ear,
}

impl PostgresStore {
    /// Opens the ledger at an address such as `postgresql://consentry@db.example/ledger`, making and migrating its tables where
    /// [`Options::migrate`] says so. Waits [`Options::patience`] for a server that is away. Runs within a tokio runtime.
    ///
    /// `sslmode` is `disable`, `verify-full` or `require`, which here means `verify-full`; `sslrootcert` names the authorities.
    /// Without it, only what stays on the machine is unencrypted. `allow`, `prefer` and `verify-ca` are refused.
    pub async fn open(url: &str, options: Options) -> Result<Self, OpenError> {
        let address = Address::parse(url, options.answer_within)?;
        let mut link = Link::new(address.clone(), &options);
        link.settle(&options).await?;
        let own = link.writer().ok_or(OpenError::Timeout)?;
        let readers = Readers::new(open::pool(&address, &options)?, &options);
        Ok(Self {
            ear: Ear::open(address.clone(), own, options.patience),
            gathered: Gathered::start(readers.clone()),
            readers,
            writer: Writer::start(link, &options)?,
        })
    }

    /// Brings the schema of the ledger at an address to this program's state, and opens nothing. Waits for a server that is away as
    /// [`Self::open`] does, and may be called while nodes of the program before this one are at work.
    pub async fn migrate(url: &str, options: Options) -> Result<(), OpenError> {
        let address = Address::parse(url, options.answer_within)?;
        let options = Options {
            migrate: true,
            ..options
        };
        Link::new(address, &options).settle(&options).await
    }

    /// Whether a ledger is at an address, finished or not, without making anything there.
    pub async fn is_there(url: &str, options: Options) -> Result<bool, OpenError> {
        let address = Address::parse(url, options.answer_within)?;
        let session = Link::new(address, &options).reach().await?;
        Ok(open::is_there(&session.client).await?)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn commit(&self, batch: Vec<ChangeSet>) -> Vec<Result<Receipt, CommitError>> {
        self.writer.commit(batch).await
    }

    async fn configuration(&self, kind: ConfigurationKind) -> ReadResult<Vec<ConfigurationRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::configuration(connection, kind)))
            .await
    }

    async fn touched(&self, tenant: TenantId, seeds: Seeds) -> ReadResult<TouchedRows> {
        // What one statement answers is of one moment without a transaction around it, which would be two more ways.
        if seeds.are_slots()
            && let Some(found) = self.gathered.ask(tenant, seeds.slots.clone()).await?
        {
            return Ok(found);
        }
        self.readers
            .ask_at_one_moment(move |connection| Box::pin(reads::touched(connection, tenant, seeds.clone())))
            .await
    }

    async fn deciding_consents(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<Consent>> {
        self.readers
            .ask(move |connection| Box::pin(reads::deciding_consents(connection, tenant, subject)))
            .await
    }

    async fn standing(
        &self,
        tenant: TenantId,
        subject: SubjectId,
    ) -> ReadResult<(Option<SubjectState>, Vec<Consent>)> {
        self.readers
            .ask(move |connection| Box::pin(reads::standing(connection, tenant, subject)))
            .await
    }

    async fn consent(&self, tenant: TenantId, id: ConsentId) -> ReadResult<Option<Consent>> {
        self.readers
            .ask(move |connection| Box::pin(reads::consent(connection, tenant, id)))
            .await
    }

    async fn uses(&self, tenant: TenantId, consents: Vec<ConsentId>) -> ReadResult<Vec<UseRow>> {
        self.readers
            .ask_for_a_list(move |connection| {
                let consents = consents.clone();
                Box::pin(async move { reads::uses(connection, tenant, &consents).await })
            })
            .await
    }

    async fn agreements(
        &self,
        tenant: TenantId,
        query: AgreementQuery,
    ) -> ReadResult<Vec<(Agreement, Vec<Consent>)>> {
        self.readers
            .ask_for_a_list(move |connection| Box::pin(reads::agreements(connection, tenant, query.clone())))
            .await
    }

    async fn agreement(
        &self,
        tenant: TenantId,
        id: AgreementId,
    ) -> ReadResult<Option<(Agreement, Vec<Consent>)>> {
        self.readers
            .ask_at_one_moment(move |connection| Box::pin(reads::agreement(connection, tenant, id)))
            .await
    }

    async fn record(&self, tenant: TenantId, id: RecordId) -> ReadResult<Option<RecordFound>> {
        self.readers
            .ask(move |connection| Box::pin(reads::record(connection, tenant, id)))
            .await
    }

    async fn records(&self, tenant: TenantId, query: RecordQuery) -> ReadResult<Vec<RecordFound>> {
        self.readers
            .ask_at_one_moment(move |connection| Box::pin(reads::records(connection, tenant, query.clone())))
            .await
    }

    async fn grant(&self, tenant: TenantId, id: GrantId) -> ReadResult<Option<Grant>> {
        self.readers
            .ask(move |connection| Box::pin(reads::grant(connection, tenant, id)))
            .await
    }

    async fn grants_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        client: Option<ClientId>,
    ) -> ReadResult<Vec<Grant>> {
        self.readers
            .ask(move |connection| Box::pin(reads::grants_of(connection, tenant, subject, client.clone())))
            .await
    }

    async fn token(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<TokenRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::token(connection, tenant, hash)))
            .await
    }

    async fn interaction(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<InteractionRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::interaction(connection, tenant, hash)))
            .await
    }

    async fn sessions_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        now: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<TokenRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::sessions_of(connection, tenant, subject, now, limit)))
            .await
    }

    async fn interactions_of(
        &self,
        tenant: TenantId,
        browser: Hash,
        now: Timestamp,
    ) -> ReadResult<Vec<InteractionRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::interactions_of(connection, tenant, browser, now)))
            .await
    }

    async fn subject(&self, tenant: TenantId, id: SubjectId) -> ReadResult<Option<Subject>> {
        self.readers
            .ask(move |connection| Box::pin(reads::subject(connection, tenant, id)))
            .await
    }

    async fn alias(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<AliasRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::alias(connection, tenant, hash)))
            .await
    }

    async fn aliases_of(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<AliasRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::aliases_of(connection, tenant, subject)))
            .await
    }

    async fn preference(&self, tenant: TenantId, hash: Hash) -> ReadResult<Option<PreferenceRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::preference(connection, tenant, hash)))
            .await
    }

    async fn preferences_of(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Vec<PreferenceRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::preferences_of(connection, tenant, subject)))
            .await
    }

    async fn preference_people(
        &self,
        tenant: TenantId,
        after: (Timestamp, Hash),
        limit: u32,
    ) -> ReadResult<Vec<PreferenceRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::preference_people(connection, tenant, after, limit)))
            .await
    }

    async fn account(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Option<AccountRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::account(connection, tenant, subject)))
            .await
    }

    async fn subject_key(&self, tenant: TenantId, subject: SubjectId) -> ReadResult<Option<SubjectKeyRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::subject_key(connection, tenant, subject)))
            .await
    }

    async fn remembered(
        &self,
        tenant: TenantId,
        key: Hash,
        now: Timestamp,
    ) -> ReadResult<Option<IdempotencyKey>> {
        self.readers
            .ask(move |connection| Box::pin(reads::remembered(connection, tenant, key, now)))
            .await
    }

    async fn log_head(&self, tenant: TenantId) -> ReadResult<LogHead> {
        self.readers
            .ask(move |connection| Box::pin(reads::log_head(connection, tenant)))
            .await
    }

    async fn events(&self, tenant: TenantId, from: u64, limit: u32) -> ReadResult<Vec<EventRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::events(connection, tenant, from, limit)))
            .await
    }

    async fn event_heads(&self, tenant: TenantId, from: u64, limit: u32) -> ReadResult<Vec<EventHead>> {
        self.readers
            .ask(move |connection| Box::pin(reads::event_heads(connection, tenant, from, limit)))
            .await
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        from: u64,
        limit: u32,
    ) -> ReadResult<Vec<EventRow>> {
        self.readers
            .ask(move |connection| Box::pin(reads::events_of(connection, tenant, subject, from, limit)))
            .await
    }

    async fn projection(&self, tenant: TenantId) -> ReadResult<TouchedRows> {
        self.readers
            .ask_for_everything(move |connection| Box::pin(reads::projection(connection, tenant)))
            .await
    }

    async fn prune(&self, tenant: TenantId, before: Timestamp, limit: u32) -> ReadResult<u64> {
        self.writer.prune(tenant, before, limit).await
    }

    async fn consents_ending(
        &self,
        tenant: TenantId,
        after: (Timestamp, ConsentId),
        until: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<Consent>> {
        self.readers
            .ask(move |connection| {
                Box::pin(outbound::consents_ending(connection, tenant, after, until, limit))
            })
            .await
    }

    async fn withdrawn(
        &self,
        tenant: TenantId,
        since: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> ReadResult<Withdrawn> {
        self.readers
            .ask(move |connection| Box::pin(outbound::withdrawn(connection, tenant, since, now, limit)))
            .await
    }

    async fn job(&self, tenant: TenantId, kind: String, key: String) -> ReadResult<Option<JobRow>> {
        self.readers
            .ask(move |connection| {
                let (kind, key) = (kind.clone(), key.clone());
                Box::pin(async move { outbound::job_of(connection, tenant, &kind, &key).await })
            })
            .await
    }

    async fn jobs(&self, tenant: TenantId, kind: String) -> ReadResult<Vec<JobRow>> {
        self.readers
            .ask(move |connection| {
                let kind = kind.clone();
                Box::pin(async move { outbound::jobs(connection, tenant, &kind).await })
            })
            .await
    }

    async fn jobs_by_due(&self, tenant: TenantId, kind: String, limit: u32) -> ReadResult<Vec<JobRow>> {
        self.readers
            .ask(move |connection| {
                let kind = kind.clone();
                Box::pin(async move { outbound::jobs_by_due(connection, tenant, &kind, limit).await })
            })
            .await
    }

    async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> ReadResult<Option<DeliveryRow>> {
        self.readers
            .ask(move |connection| Box::pin(outbound::delivery_of(connection, tenant, id)))
            .await
    }

    async fn deliveries(&self, tenant: TenantId, query: DeliveryQuery) -> ReadResult<Vec<DeliveryRow>> {
        self.readers
            .ask(move |connection| {
                let query = query.clone();
                Box::pin(async move { outbound::deliveries(connection, tenant, &query).await })
            })
            .await
    }

    async fn waiting_deliveries(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        limit: u32,
    ) -> ReadResult<Vec<DeliveryRow>> {
        self.readers
            .ask(move |connection| Box::pin(outbound::waiting(connection, tenant, endpoint, limit)))
            .await
    }

    async fn asked_deliveries(&self, tenant: TenantId, limit: u32) -> ReadResult<Vec<DeliveryRow>> {
        self.readers
            .ask(move |connection| Box::pin(outbound::asked(connection, tenant, limit)))
            .await
    }

    async fn finished_deliveries(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> ReadResult<Vec<DeliveryRow>> {
        self.readers
            .ask(move |connection| Box::pin(outbound::finished(connection, tenant, before, limit)))
            .await
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn tail_end(&self) -> ReadResult<TailPlace> {
        self.ear.end().await
    }

    async fn tail(&self, after: TailPlace) -> ReadResult<Tail> {
        self.ear.after(after).await
    }

    async fn written_elsewhere(&self) {
        self.ear.heard().await;
    }

    async fn clock(&self) -> ReadResult<Option<Timestamp>> {
        let micros = self
            .readers
            .ask(|connection| {
                Box::pin(async move {
                    let asked = "/* clock */ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8";
                    let rows = connection.query(asked, &[]).await?;
                    Ok(rows.first().map(|row| row.try_get::<_, i64>(0)).transpose()?)
                })
            })
            .await?;
        Ok(micros.map(Timestamp::from_micros))
    }

    async fn ready(&self) -> ReadResult<()> {
        self.readers
            .ask(|connection| {
                Box::pin(async move { connection.query("/* ready */ SELECT 1", &[]).await.map(|_| ()) })
            })
            .await?;
        self.writer.ready().await
    }

    async fn close(&self) {
        self.ear.close();
        self.gathered.close();
        self.readers.close();
        self.writer.close().await;
    }
}
