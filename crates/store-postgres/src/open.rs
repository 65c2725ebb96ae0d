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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(5),
            answer_within: Duration::from_secs(30),
            migrate: true,
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

/// Brings the schema to this program's state. Nodes that do so at the same moment take turns.
pub(crate) async fn migrate(address: &Address) -> Result<(), OpenError> {
    let mut session = Session::open(address).await?;
    check_server(&session.client).await?;
    // A migration may take as long as it takes. The lock goes with the session, however that ends.
    session
        .client
        .batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        .await?;
    session
        .client
        .execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK])
        .await?;
    if lacks_migrations(&session.client).await? {
        migrations::migrations::runner()
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
