//! Where a ledger is: a folder on this machine, or a database that several nodes share.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use consentry_store::{ConfigurationKind, Store};
use consentry_store_postgres::PostgresStore;
use consentry_store_sqlite::{OpenError, SqliteStore};

use crate::{
    assembly::DATABASE,
    configuration::{Configuration, ConfigurationError, StorageSection},
    root_key::{KeysSection, Place, RootKeyError},
};

/// Where a ledger is.
#[derive(Clone)]
pub enum LedgerPlace {
    /// A folder with an SQLite database, which one process has to itself.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Bounds on the database.
        bounds: consentry_store_sqlite::Options,
    },
    /// A PostgreSQL database, which several nodes may share.
    Postgres {
        /// Its address, which may hold a password.
        url: String,
        /// Connections and patience.
        options: consentry_store_postgres::Options,
    },
}

impl LedgerPlace {
    /// A folder, without bounds of its own.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self::Folder {
            folder: folder.into(),
            bounds: consentry_store_sqlite::Options::default(),
        }
    }

    /// A PostgreSQL database, with the bounds that configuration has.
    pub fn database(url: &str, storage: &StorageSection) -> Result<Self, ConfigurationError> {
        if !is_postgres(url) {
            return Err(ConfigurationError::Storage(scheme(url).to_owned()));
        }
        Ok(Self::Postgres {
            url: url.to_owned(),
            options: postgres_options(storage),
        })
    }

    /// What the configuration says, unless a folder was chosen on the command line.
    pub fn of(configuration: &Configuration, chosen: Option<&Path>) -> Result<Self, ConfigurationError> {
        if let Some(folder) = chosen {
            return Ok(Self::folder(folder));
        }
        let storage = &configuration.storage;
        if is_postgres(&storage.url) {
            return Ok(Self::Postgres {
                url: storage.url.clone(),
                options: postgres_options(storage),
            });
        }
        let folder = storage.url.strip_prefix("sqlite://");
        folder
            .filter(|folder| !folder.is_empty())
            .map(Self::folder)
            .ok_or_else(|| ConfigurationError::Storage(scheme(&storage.url).to_owned()))
    }

    /// The folder of a command that only a ledger in a folder knows; `instead` says what to do with another.
    pub fn require_folder(&self, instead: &str) -> anyhow::Result<&Path> {
        match self {
            Self::Folder { folder, .. } => Ok(folder),
            Self::Postgres { .. } => anyhow::bail!("the ledger is in PostgreSQL: {instead}"),
        }
    }

    /// The same place, where a copy that is not whole is opened too.
    #[must_use]
    pub fn unfinished_too(mut self) -> Self {
        if let Self::Postgres { options, .. } = &mut self {
            options.unfinished_too = true;
        }
        self
    }

    /// Where its root key is. A database has no folder that could hold it, so there it has to be said.
    pub fn key(&self, keys: &KeysSection) -> Result<Place, RootKeyError> {
        match self {
            Self::Folder { folder, .. } => Place::of(keys, folder),
            Self::Postgres { .. } if keys.root.is_none() && keys.root_file.is_none() => {
                Err(RootKeyError::Nowhere)
            }
            Self::Postgres { .. } => Place::of(keys, Path::new("")),
        }
    }

    /// Whether there is something in a folder; a database tells once it is open.
    pub fn has_file(&self) -> Option<bool> {
        match self {
            Self::Folder { folder, .. } => Some(folder.join(DATABASE).exists()),
            Self::Postgres { .. } => None,
        }
    }

    /// Opens the store, making it where it is not there.
    pub async fn open_store(&self) -> anyhow::Result<Arc<dyn Store>> {
        Ok(match self {
            Self::Folder { folder, bounds } => {
                std::fs::create_dir_all(folder)
                    .map_err(|error| anyhow::anyhow!("{}: {error}", folder.display()))?;
                let database = folder.join(DATABASE);
                let opened = SqliteStore::open(&database, *bounds);
                Arc::new(opened.map_err(|error| naming(&database, error))?)
            }
            Self::Postgres { url, options } => Arc::new(PostgresStore::open(url, *options).await?),
        })
    }

    /// Brings the schema to this program's state. A folder is one process's, so there opening does it.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        match self {
            Self::Folder { .. } => self.open_store().await?.close().await,
            Self::Postgres { url, options } => PostgresStore::migrate(url, *options).await?,
        }
        Ok(())
    }

    /// A place that has to have a ledger. Nothing is opened, so somebody else may have it.
    pub async fn require_there(&self) -> anyhow::Result<()> {
        let is_there = match self {
            Self::Folder { folder, .. } => folder.join(DATABASE).exists(),
            Self::Postgres { url, options } => PostgresStore::is_there(url, *options).await?,
        };
        anyhow::ensure!(is_there, "there is no ledger in {self}");
        Ok(())
    }

    /// A ledger that has to be there.
    pub async fn require_ledger(&self) -> anyhow::Result<()> {
        let is_there = match self {
            Self::Folder { folder, .. } => folder.join(DATABASE).exists(),
            Self::Postgres { url, options } if PostgresStore::is_there(url, *options).await? => {
                let store = self.open_store().await?;
                let known = is_in_use(store.as_ref()).await;
                store.close().await;
                known?
            }
            Self::Postgres { .. } => false,
        };
        anyhow::ensure!(is_there, "there is no ledger in {self}");
        Ok(())
    }
}

/// Whether a store has a tenant, whose keys the root key opens.
pub(crate) async fn is_in_use(store: &dyn Store) -> anyhow::Result<bool> {
    Ok(!store.configuration(ConfigurationKind::Tenant).await?.is_empty())
}

impl fmt::Display for LedgerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { folder, .. } => write!(f, "{}", folder.display()),
            Self::Postgres { .. } => f.write_str("the PostgreSQL database of storage.url"),
        }
    }
}

impl fmt::Debug for LedgerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerPlace({self})")
    }
}

/// Names the file where what SQLite says does not.
fn naming(database: &Path, error: OpenError) -> anyhow::Error {
    let names_it = !matches!(
        error,
        OpenError::Database(_) | OpenError::Schema(_) | OpenError::SchemaTooNew(_)
    );
    let error = anyhow::Error::new(error);
    if names_it {
        error
    } else {
        error.context(database.display().to_string())
    }
}

fn is_postgres(url: &str) -> bool {
    ["postgres", "postgresql"].contains(&scheme(url))
}

/// The part before `://`; the rest may hold a password.
fn scheme(url: &str) -> &str {
    url.split_once("://").map_or("", |(scheme, _)| scheme)
}

fn postgres_options(storage: &StorageSection) -> consentry_store_postgres::Options {
    consentry_store_postgres::Options {
        connections: storage.connections,
        patience: Duration::from_secs(storage.patience_seconds),
        migrate: storage.migrate,
        ..consentry_store_postgres::Options::default()
    }
}
