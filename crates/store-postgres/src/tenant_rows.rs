//! The rows of one tenant as they are stored, for taking a tenant out of a ledger and putting it into another.

use consentry_domain::TenantId;
use consentry_store::table::{Cell, Shape};

use crate::{
    address::Address,
    open::{self, OpenError, Options, Session, check_server},
    target::{self, TargetError, TargetTable},
};

/// Rows taken at a time.
const PAGE: usize = 500;

/// A ledger in a PostgreSQL database, beside the nodes that serve it.
pub struct TenantRows {
    session: Session,
}

impl std::fmt::Debug for TenantRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantRows").finish_non_exhaustive()
    }
}

impl TenantRows {
    /// Opens the ledger at this address, which has to be there, whole and of this program's schema.
    pub async fn open(url: &str, options: Options) -> Result<Self, TargetError> {
        let address = Address::parse(url, options.answer_within)?;
        let session = target::session(&address).await?;
        check_server(&session.client).await?;
        if let Some(source) = open::unfinished(&session.client).await? {
            return Err(OpenError::Unfinished(source).into());
        }
        if open::lacks_migrations(&session.client).await? {
            return Err(OpenError::SchemaTooOld.into());
        }
        Ok(Self { session })
    }

    /// From here on the ledger is read as it is now, whatever is written to it.
    pub async fn hold_still(&self) -> Result<(), TargetError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(self.session.client.batch_execute(begin).await?)
    }

    /// Ends what [`Self::hold_still`] began.
    pub async fn let_go(&self) -> Result<(), TargetError> {
        Ok(self.session.client.batch_execute("COMMIT").await?)
    }

    /// The table for rows of this shape.
    pub async fn table(&self, shape: Shape) -> Result<TargetTable, TargetError> {
        TargetTable::find(&self.session.client, shape).await
    }

    /// Reads the rows of a tenant, or of all, in the order of their keys; [`Self::next`] answers them. One table at a time, between
    /// [`Self::hold_still`] and [`Self::let_go`].
    pub async fn read(&self, table: &TargetTable, tenant: Option<TenantId>) -> Result<(), TargetError> {
        let key: Vec<&str> = table.key().collect();
        let of = tenant.map(|tenant| format!(" WHERE tenant = '{}'", tenant.uuid()));
        let sql = format!(
            "DECLARE taken NO SCROLL CURSOR FOR /* MOVE */ SELECT {} FROM {}{} ORDER BY {}",
            table.columns(),
            table.shape().table,
            of.unwrap_or_default(),
            key.join(", ")
        );
        Ok(self.session.client.batch_execute(&sql).await?)
    }

    /// The next rows of what is read; none at its end.
    pub async fn next(&self, table: &TargetTable) -> Result<Vec<Vec<Cell>>, TargetError> {
        let client = &self.session.client;
        let rows = client.query(&format!("FETCH {PAGE} FROM taken"), &[]).await?;
        if rows.is_empty() {
            client.batch_execute("CLOSE taken").await?;
        }
        rows.iter().map(|row| target::cells(table, row)).collect()
    }

    /// Puts rows in, together. One whose key is there already is left as it is.
    pub async fn add(&self, table: &TargetTable, rows: &[Vec<Cell>]) -> Result<(), TargetError> {
        let client = &self.session.client;
        let (name, columns) = (table.shape().table, table.columns());
        client
            .batch_execute(&format!(
                "BEGIN; CREATE TEMPORARY TABLE arriving ON COMMIT DROP AS SELECT {columns} FROM {name} WITH NO DATA"
            ))
            .await?;
        target::copy_in(client, table, "arriving", rows).await?;
        let put = format!(
            "INSERT INTO {name} ({columns}) SELECT {columns} FROM arriving ON CONFLICT DO NOTHING; COMMIT"
        );
        Ok(client.batch_execute(&put).await?)
    }
}
