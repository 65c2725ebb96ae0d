//! What other nodes wrote, for memories that must not grow old.
//!
//! Every batch notes in its own transaction what it makes stale, under the number of that transaction. A reader takes everything
//! from the oldest transaction on that was still open when it read last: whatever becomes visible later has that number or a
//! greater one, so nothing is passed by, and what is read twice is only read again. `NOTIFY` wakes and says nothing else.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use consentry_domain::{GrantId, RecordId, SubjectId, TenantId};
use consentry_store::{ChangeSet, Hash, StoreError, Tail, TailPlace, Touches};
use tokio::{
    sync::{Notify, watch},
    task::{AbortHandle, JoinHandle},
};
use tokio_postgres::{Client, Row, Statement, types::ToSql};
use uuid::Uuid;

use crate::{
    address::Address,
    decide::Answer,
    fault::{Fault, Result},
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
        shown: Vec::new(),
        configuration: row.try_get("configuration")?,
        erases: row.try_get("erases")?,
    })
}

/// An ear for what other nodes write, on a connection of its own.
///
/// The tail is read on that connection too. As long as it is the same one, the server neither died nor was another one taken for
/// it, so the numbers of transactions go one way. With a new connection they may begin again below what was seen.
#[derive(Debug)]
pub(crate) struct Ear {
    heard: Arc<Notify>,
    hearing: watch::Receiver<Option<Arc<Hearing>>>,
    own: Uuid,
    patience: Duration,
    task: AbortHandle,
}

/// A connection that listens.
struct Hearing {
    client: Client,
    /// Which connection it is, counted from 1.
    era: u64,
    end: Statement,
    after: Statement,
}

impl std::fmt::Debug for Hearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hearing")
            .field("era", &self.era)
            .finish_non_exhaustive()
    }
}

impl Ear {
    /// Begins to listen to everybody but this writer.
    pub(crate) fn open(address: Address, own: Uuid, patience: Duration) -> Self {
        let heard = Arc::new(Notify::new());
        let (told, hearing) = watch::channel(None);
        let task = tokio::spawn(listen(address, Arc::clone(&heard), told)).abort_handle();
        Self {
            heard,
            hearing,
            own,
            patience,
            task,
        }
    }

    /// Returns when something was heard since this was asked last.
    pub(crate) async fn heard(&self) {
        self.heard.notified().await;
    }

    /// The place after everything that can be read now.
    pub(crate) async fn end(&self) -> std::result::Result<TailPlace, StoreError> {
        Ok(self.hearing().await?.end().await?)
    }

    /// What others wrote after a place.
    pub(crate) async fn after(&self, place: TailPlace) -> std::result::Result<Tail, StoreError> {
        let hearing = self.hearing().await?;
        if hearing.era != place.era {
            return Ok(Tail {
                stale: Vec::new(),
                missed: true,
                place: hearing.end().await?,
            });
        }
        Ok(hearing.after(place, self.own).await?)
    }

    /// Ends listening.
    pub(crate) fn close(&self) {
        self.task.abort();
    }

    async fn hearing(&self) -> std::result::Result<Arc<Hearing>, StoreError> {
        let mut hearing = self.hearing.clone();
        let found = tokio::time::timeout(self.patience, hearing.wait_for(Option::is_some)).await;
        let found = found.ok().and_then(|found| found.ok()?.clone());
        found.ok_or_else(|| StoreError::Unavailable("other nodes are not listened to".to_owned()))
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.close();
    }
}

impl Hearing {
    async fn end(&self) -> Result<TailPlace> {
        self.place(&self.client.query_one(&self.end, &[]).await?)
    }

    async fn after(&self, after: TailPlace, own: Uuid) -> Result<Tail> {
        let from = after.number.to_string();
        let rows = self.client.query(&self.after, &[&from, &own]).await?;
        let mut tail = Tail {
            stale: Vec::with_capacity(rows.len()),
            missed: false,
            place: after,
        };
        for row in &rows {
            tail.place = self.place(row)?;
            if let Some(tenant) = row.try_get::<_, Option<Uuid>>("tenant")? {
                // Nobody's: the note of a tail that was emptied.
                tail.missed |= tenant.is_nil();
                tail.stale.push((TenantId::from_uuid(tenant), touches(row)?));
            }
        }
        Ok(tail)
    }

    fn place(&self, row: &Row) -> Result<TailPlace> {
        let text: String = row.try_get("place")?;
        let number = text
            .parse()
            .map_err(|_| Fault::driver("the number of a transaction is none"))?;
        Ok(TailPlace {
            era: self.era,
            number,
        })
    }
}

async fn listen(address: Address, heard: Arc<Notify>, told: watch::Sender<Option<Arc<Hearing>>>) {
    let mut era = 0;
    loop {
        era += 1;
        match begin(&address, Arc::clone(&heard), era).await {
            Ok((hearing, connection)) => {
                told.send_replace(Some(Arc::new(hearing)));
                // What was written while nobody listened is looked for.
                heard.notify_one();
                let _ended = connection.await;
                told.send_replace(None);
            }
            Err(error) => {
                tracing::debug!(error = %crate::fault::words(&error), "other nodes are not listened to");
            }
        }
        pause().await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "waits between two tries to reach a server that is away"
)]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}

async fn begin(
    address: &Address,
    heard: Arc<Notify>,
    era: u64,
) -> std::result::Result<(Hearing, JoinHandle<()>), tokio_postgres::Error> {
    let (client, connection) = address.connect_hearing(Some(heard)).await?;
    client.batch_execute(sql::LISTEN).await?;
    let hearing = Hearing {
        end: client.prepare(sql::STALE_END).await?,
        after: client.prepare(sql::STALE_AFTER).await?,
        client,
        era,
    };
    Ok((hearing, connection))
}
