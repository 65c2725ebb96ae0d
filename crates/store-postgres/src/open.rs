//! Opening: a server that is recent enough, a database that holds any text, and a schema that this program knows.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::address::Address;

/// The oldest server that is tested, as `server_version_num` has it.
const OLDEST_SERVER: i32 = 150_000;

/// Where nodes that start at the same moment take turns at migrating (any number will do, as long as it is nobody else's): the
/// letters `cnsntry`.
const MIGRATION_LOCK: i64 = 0x0063_6e73_6e74_7279;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// How a store is opened.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Most connections that read; at least one. One more writes.
    pub connections: usize,
    /// How long a question or a change waits for a connection, also while the server is away, before it is refused as
    /// unavailable.
    pub patience: Duration,
    /// How long the server may take for one answer before it counts as gone. Also ends the statement at the server.
    pub answer_within: Duration,
    /// Whether opening brings the schema to this program's state. Otherwise a schema that is not there yet is refused, for
    /// operators who give only [`PostgresStore::migrate`](crate::PostgresStore::migrate) the rights to change it.
    pub migrate: bool,
    /// Whether a copy that is not whole is opened too, for whoever makes it.
    pub unfinished_too: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(5),
            answer_within: Duration::from_secs(30),
            migrate: true,
            unfinished_too: false,
        }
    }
}

/// Why a store could not be opened. No text shows the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address cannot be used; the text says why.
    #[error("{0}")]
    Address(String),
    /// The server is older than any that is tested.
    #[error("PostgreSQL {0} is too old: 15 is the oldest that the ledger is tested with")]
    ServerTooOld(String),
    /// The database cannot hold every text.
    #[error("the database's encoding is {0}: create it with ENCODING 'UTF8'")]
    Encoding(String),
    /// The schema lacks migrations, and opening was told not to make them.
    #[error("the ledger's schema is older than this program: migrate it first")]
    SchemaTooOld,
    /// The schema has migrations that this program does not know.
    #[error(
        "the ledger's schema has {0}, which this program does not know: start the newer one that made it"
    )]
    SchemaTooNew(String),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// A copy into this database is not whole.
    #[error(
        "a copy of {0} into this database was begun and is not finished: repeat `consentry move-to-postgres`, or use another \
         database"
    )]
    Unfinished(String),
    /// The schema cannot be brought to this program's state.
    #[error("the ledger's schema cannot be used by this program: {0}")]
    Schema(#[source] Box<refinery::Error>),
    /// The server cannot be reached, or refuses.
    #[error("cannot open the ledger: {}", crate::fault::words(.0))]
    Database(#[from] tokio_postgres::Error),
    /// The server cannot be reached within the time allowed.
    #[error("cannot open the ledger: the database did not answer in time")]
    Timeout,
}

/// A connection that is not the pool's, until dropped.
pub(crate) struct Session {
    pub(crate) client: Client,
    task: JoinHandle<()>,
}

impl Session {
    pub(crate) async fn open(address: &Address) -> Result<Self, tokio_postgres::Error> {
        let (client, task) = address.connect().await?;
        Ok(Self { client, task })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Also where an answer is still on its way: the socket closes, and the server notices.
        self.task.abort();
    }
}

/// Looks whether the server and the database can be used at all.
pub(crate) async fn check_server(client: &Client) -> Result<(), OpenError> {
    let row = client
        .query_one(
            "SELECT current_setting('server_version_num')::int4, current_setting('server_version'), \
             current_setting('server_encoding'), current_setting('fsync')::boolean \
             AND current_setting('full_page_writes')::boolean",
            &[],
        )
        .await?;
    if row.try_get::<_, i32>(0)? < OLDEST_SERVER {
        return Err(OpenError::ServerTooOld(row.try_get(1)?));
    }
    let encoding: String = row.try_get(2)?;
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    if !row.try_get::<_, bool>(3)? {
        tracing::warn!(
            "the database runs with fsync or full_page_writes off: a power failure can lose consents"
        );
    }
    Ok(())
}

/// The table that says that a copy into the database was begun and is not whole yet.
pub(crate) const UNFINISHED: &str = "unfinished_copy";

/// Of which ledger a copy was begun here that is not whole.
pub(crate) async fn unfinished(client: &Client) -> Result<Option<String>, tokio_postgres::Error> {
    let is_there: bool = client
        .query_one("SELECT to_regclass($1) IS NOT NULL", &[&UNFINISHED])
        .await?
        .try_get(0)?;
    if !is_there {
        return Ok(None);
    }
    let sql = format!("SELECT coalesce(max(source), '') FROM {UNFINISHED}");
    client.query_one(&sql, &[]).await?.try_get(0).map(Some)
}

/// Whether there is a ledger in the database, finished or not. Makes nothing.
pub(crate) async fn is_there(client: &Client) -> Result<bool, tokio_postgres::Error> {
    client
        .query_one(
            "SELECT to_regclass('refinery_schema_history') IS NOT NULL OR to_regclass($1) IS NOT NULL",
            &[&UNFINISHED],
        )
        .await?
        .try_get(0)
}

/// Takes the turn of those who change the schema. It goes with the session, however that ends.
pub(crate) async fn take_turn(address: &Address) -> Result<Session, OpenError> {
    let session = Session::open(address).await?;
    check_server(&session.client).await?;
    // A migration may take as long as it takes.
    session
        .client
        .batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        .await?;
    session
        .client
        .execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK])
        .await?;
    Ok(session)
}

/// Brings the schema to this program's state. Nodes that do so at the same moment take turns, also with a copy that begins.
pub(crate) async fn migrate(address: &Address) -> Result<(), OpenError> {
    let mut session = take_turn(address).await?;
    if let Some(source) = unfinished(&session.client).await? {
        return Err(OpenError::Unfinished(source));
    }
    migrate_in(&mut session).await
}

/// As [`migrate`], for the copy itself.
pub(crate) async fn migrate_within(address: &Address) -> Result<(), OpenError> {
    migrate_in(&mut take_turn(address).await?).await
}

/// All that is missing is made in one transaction: otherwise a migration and the note that it was made would be two, and a database that
/// lost its node between them could never be opened again.
async fn migrate_in(session: &mut Session) -> Result<(), OpenError> {
    if lacks_migrations(&session.client).await? {
        migrations::migrations::runner()
            .set_grouped(true)
            .run_async(&mut session.client)
            .await
            .map_err(|error| OpenError::Schema(Box::new(error)))?;
    }
    Ok(())
}

/// Whether migrations are missing. Fails when there are some that this program does not know, or knows otherwise.
pub(crate) async fn lacks_migrations(client: &Client) -> Result<bool, OpenError> {
    let is_new: bool = client
        .query_one("SELECT to_regclass('refinery_schema_history') IS NULL", &[])
        .await?
        .try_get(0)?;
    if is_new {
        return Ok(true);
    }
    let rows = client
        .query(
            "SELECT version, name, checksum FROM refinery_schema_history ORDER BY version",
            &[],
        )
        .await?;
    let runner = migrations::migrations::runner();
    let known = runner.get_migrations();
    let mut applied = 0;
    for row in &rows {
        let (version, name, checksum): (i32, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let is_known = known
            .iter()
            .any(|own| own.version() == version && own.checksum().to_string() == checksum);
        if !is_known {
            return Err(OpenError::SchemaTooNew(format!("V{version}__{name}")));
        }
        applied += 1;
    }
    Ok(applied < known.len())
}

/// Connections that read, opened as they are needed.
pub(crate) fn pool(address: &Address, options: &Options) -> Result<Pool, OpenError> {
    let manager = Manager::from_connect(
        address.config().clone(),
        address.clone(),
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    Pool::builder(manager)
        .max_size(options.connections.max(1))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| OpenError::Address(error.to_string()))
}
