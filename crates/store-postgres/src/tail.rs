//! What other nodes wrote, for memories that must not grow old.
//!
//! Every batch notes in its own transaction what it makes stale, under the number of that transaction. A reader takes everything
//! from the oldest transaction on that was still open when it read last: whatever becomes visible later has that number or a
//! greater one, so nothing is passed by, and what is read twice is only read again. `NOTIFY` wakes and says nothing else.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use consentry_domain::{GrantId, RecordId, SubjectId, TenantId};
use consentry_store::{ChangeSet, Hash, Tail, TailPlace, Touches};
use tokio::{sync::Notify, task::AbortHandle};
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::{
    address::Address,
    decide::Answer,
    fault::{Fault, Result},
    open::Session,
    reader::Connection,
    statements as sql,
};

/// Time between two tries to listen where the server is away.
const PAUSE: Duration = Duration::from_millis(500);

/// What a batch makes stale for one tenant, as the statement takes it.
#[derive(Debug)]
pub(crate) struct Note {
    tenant: Uuid,
    subjects: Vec<Uuid>,
    keys: Vec<Uuid>,
    tokens: Vec<Vec<u8>>,
    grants: Vec<Uuid>,
    names: Vec<Vec<u8>>,
    records: Vec<Uuid>,
    configuration: bool,
    erases: bool,
}

/// What the members of a batch that are carried out make stale.
pub(crate) fn notes(changes: &[ChangeSet], answers: &[Answer]) -> Vec<Note> {
    let mut by_tenant: BTreeMap<TenantId, Vec<&ChangeSet>> = BTreeMap::new();
    for (change, answer) in changes.iter().zip(answers) {
        if answer.is_ok() {
            by_tenant.entry(change.tenant).or_default().push(change);
        }
    }
    by_tenant
        .into_iter()
        .map(|(tenant, changes)| (tenant, Touches::of_all(changes)))
        .filter(|(_, touched)| !touched.is_empty())
        .map(|(tenant, touched)| Note::new(tenant, &touched))
        .collect()
}

impl Note {
    fn new(tenant: TenantId, touched: &Touches) -> Self {
        let bytes = |hashes: &[Hash]| hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect();
        Self {
            tenant: tenant.uuid(),
            subjects: touched.subjects.iter().map(|id| id.uuid()).collect(),
            keys: touched.keys.iter().map(|id| id.uuid()).collect(),
            tokens: bytes(&touched.tokens),
            grants: touched.grants.iter().map(|id| id.uuid()).collect(),
            names: bytes(&touched.names),
            records: touched.records.iter().map(|id| id.uuid()).collect(),
            configuration: touched.configuration,
            erases: touched.erases,
        }
    }

    /// What the statement is given, with who writes.
    pub(crate) fn params<'n>(&'n self, writer: &'n Uuid) -> [&'n (dyn ToSql + Sync); 10] {
        [
            writer,
            &self.tenant,
            &self.subjects,
            &self.keys,
            &self.tokens,
            &self.grants,
            &self.names,
            &self.records,
            &self.configuration,
            &self.erases,
        ]
    }
}

/// The place after everything that can be read now.
pub(crate) async fn end(connection: Connection<'_>) -> Result<TailPlace> {
    let rows = connection.query(sql::STALE_END, &[]).await?;
    rows.first()
        .map_or_else(|| Err(Fault::driver("the tail has no end")), place)
}

/// What others than this writer made stale after a place.
pub(crate) async fn after(connection: Connection<'_>, after: TailPlace, own: Uuid) -> Result<Tail> {
    let from = after.0.to_string();
    let rows = connection.query(sql::STALE_AFTER, &[&from, &own]).await?;
    let mut tail = Tail {
        stale: Vec::with_capacity(rows.len()),
        place: after,
    };
    for row in &rows {
        tail.place = place(row)?;
        if let Some(tenant) = row.try_get::<_, Option<Uuid>>("tenant")? {
            tail.stale.push((TenantId::from_uuid(tenant), touches(row)?));
        }
    }
    Ok(tail)
}

fn place(row: &Row) -> Result<TailPlace> {
    let text: String = row.try_get("place")?;
    let number = text.parse().map(TailPlace);
    number.map_err(|_| Fault::driver("the number of a transaction is none"))
}

fn touches(row: &Row) -> Result<Touches> {
    let ids = |column: &str| row.try_get::<_, Vec<Uuid>>(column);
    let hashes = |column: &str| -> std::result::Result<Vec<Hash>, tokio_postgres::Error> {
        let bytes: Vec<&[u8]> = row.try_get(column)?;
        Ok(bytes.into_iter().map(Hash::from_slice).collect())
    };
    Ok(Touches {
        subjects: ids("subjects")?.into_iter().map(SubjectId::from_uuid).collect(),
        keys: ids("keys")?.into_iter().map(SubjectId::from_uuid).collect(),
        tokens: hashes("tokens")?,
        grants: ids("grants")?.into_iter().map(GrantId::from_uuid).collect(),
        names: hashes("names")?,
        records: ids("records")?.into_iter().map(RecordId::from_uuid).collect(),
        configuration: row.try_get("configuration")?,
        erases: row.try_get("erases")?,
    })
}

/// An ear for what other nodes write, on a connection of its own.
#[derive(Debug)]
pub(crate) struct Ear {
    heard: Arc<Notify>,
    task: AbortHandle,
}

impl Ear {
    /// Begins to listen.
    pub(crate) fn open(address: Address) -> Self {
        let heard = Arc::new(Notify::new());
        let task = tokio::spawn(listen(address, Arc::clone(&heard))).abort_handle();
        Self { heard, task }
    }

    /// Returns when something was heard since this was asked last.
    pub(crate) async fn heard(&self) {
        self.heard.notified().await;
    }

    /// Ends listening.
    pub(crate) fn close(&self) {
        self.task.abort();
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.close();
    }
}

async fn listen(address: Address, heard: Arc<Notify>) {
    loop {
        match Session::open_hearing(&address, Arc::clone(&heard)).await {
            Ok(session) => {
                if let Err(error) = session.client.batch_execute(sql::LISTEN).await {
                    tracing::debug!(error = %crate::fault::words(&error), "other nodes are not listened to");
                } else {
                    // What was written while nobody listened is looked for too.
                    heard.notify_one();
                    session.ended().await;
                }
            }
            Err(error) => tracing::debug!(error = %crate::fault::words(&error), "other nodes are not listened to"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
