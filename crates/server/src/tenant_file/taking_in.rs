//! Taking a tenant's file in: all rows but two, the proof, then those two together.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::{Context as _, ensure};
use consentry_domain::{TenantId, Timestamp};
use consentry_ledger::{Entropy, root::rewrap_tenant_key, sealing::Key, snapshot::TENANT_KEY};
use consentry_store::{
    ChangeSet, ConfigurationKind, ConfigurationRow, Row, RowChange,
    table::{Cell, RowDigest, Shape},
};

use super::{
    form::{FileError, Head, Line, Reader, TENANTS, WholeDigest, hex},
    side::{Side, tables},
};
use crate::{
    ledger_place::LedgerPlace,
    progress::{Counted, Progress},
};

/// Rows put in together.
const TOGETHER: usize = 500;

/// The table whose row [`TENANT_KEY`] opens it.
const KEYS: &str = "signing_key";

/// A file that was looked through, and is whole.
#[derive(Debug)]
pub struct TakingIn<'a> {
    file: &'a Path,
    head: Head,
    rows: u64,
    sha256: String,
    /// The rows that make the tenant known.
    tenant: ConfigurationRow,
    key: ConfigurationRow,
}

impl<'a> TakingIn<'a> {
    /// Looks a file through: it has to be whole and what was written. Nothing is written.
    pub fn look_through(file: &'a Path) -> anyhow::Result<Self> {
        let progress = progress(file, "checking");
        let mut reader = reader(file, &progress)?;
        let head = reader.head()?;
        let shapes = tables()?;
        let mut whole = WholeDigest::default();
        let (mut rows, mut at) = (0_u64, None::<&Shape>);
        let (mut tenant, mut key) = (None, None);
        let end = loop {
            match reader.next()?.ok_or(FileError::NoEnd)? {
                Line::Head(_) => return Err(reader.wrong("is a second beginning").into()),
                Line::Table { table, columns } => {
                    let shape = shapes.iter().find(|shape| shape.table == table);
                    let fits = shape.filter(|shape| shape.columns == columns);
                    let unknown = "is of a table that this program does not have like this; \
                                   export it with a program of the same version";
                    at = Some(fits.ok_or_else(|| reader.wrong(unknown))?);
                    whole.begin(&table);
                }
                Line::Row(row) => {
                    let shape = at.ok_or_else(|| reader.wrong("is of no table"))?;
                    if row.len() != shape.columns.len() || !is_of(shape, &row, head.tenant) {
                        return Err(reader
                            .wrong(format!("is no row of this tenant in {}", shape.table))
                            .into());
                    }
                    whole.add(&row);
                    rows += 1;
                    match configuration(shape, &row, head.tenant) {
                        Some(row) if row.kind == ConfigurationKind::Tenant => tenant = Some(row),
                        Some(row) => key = Some(row),
                        None => {}
                    }
                }
                Line::End(end) => break end,
            }
        };
        if reader.next()?.is_some() {
            return Err(reader.wrong("comes after the end").into());
        }
        progress.end();
        if end.rows != rows || end.sha256 != hex(&whole.finish()) {
            return Err(FileError::Changed.into());
        }
        Ok(Self {
            file,
            head,
            rows,
            sha256: end.sha256,
            tenant: tenant.context("the file has no tenant in it")?,
            key: key.context("the file has no key of its tenant in it")?,
        })
    }

    /// The tenant's id.
    pub const fn tenant(&self) -> TenantId {
        self.head.tenant
    }

    /// The tenant's short name.
    pub fn slug(&self) -> &str {
        &self.head.slug
    }

    /// How many rows it has.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// SHA-256 over all its rows.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Puts everything into a ledger but what makes the tenant known, and proves that both are the same. `is_known` is whether the
    /// ledger has this tenant; then nothing is written.
    pub async fn put(&self, place: &LedgerPlace, is_known: bool) -> anyhow::Result<()> {
        let side = Side::open(place).await?;
        if !is_known {
            self.put_rows(&side).await?;
        }
        self.prove(&side).await
    }

    async fn put_rows(&self, side: &Side) -> anyhow::Result<()> {
        let progress = progress(self.file, "importing");
        let mut reader = reader(self.file, &progress)?;
        let shapes = tables()?;
        let mut waiting = Vec::with_capacity(TOGETHER);
        let mut at = None::<&Shape>;
        loop {
            let line = reader.next()?.ok_or(FileError::NoEnd)?;
            let is_row = matches!(line, Line::Row(_));
            if let (true, Some(shape)) = (!waiting.is_empty() && (!is_row || waiting.len() == TOGETHER), at) {
                let rows = std::mem::replace(&mut waiting, Vec::with_capacity(TOGETHER));
                side.add(shape, rows)
                    .await
                    .with_context(|| shape.table.to_owned())?;
            }
            match line {
                Line::Head(_) => {}
                Line::Table { table, .. } => at = shapes.iter().find(|shape| shape.table == table),
                Line::Row(row) => {
                    let shape = at.ok_or_else(|| reader.wrong("is of no table"))?;
                    if configuration(shape, &row, self.head.tenant).is_none() {
                        waiting.push(row);
                    }
                }
                Line::End(_) => break,
            }
        }
        progress.end();
        Ok(())
    }

    /// Compares what the ledger has of the tenant with the file, table by table, without the rows that make it known.
    async fn prove(&self, side: &Side) -> anyhow::Result<()> {
        let shapes = tables()?;
        let in_file = self.digests(&shapes)?;
        side.hold_still().await?;
        for (shape, (rows, digest)) in shapes.iter().zip(in_file) {
            let mut here = (0_u64, RowDigest::default());
            side.rows(shape, Some(self.head.tenant), |row| {
                if configuration(shape, row, self.head.tenant).is_none() {
                    here.0 += 1;
                    here.1.add(row);
                }
                Ok(())
            })
            .await?;
            let (here, here_digest) = (here.0, here.1.finish());
            ensure!(
                here == rows && here_digest == digest,
                "the ledger has something else of this tenant in {}: {here} rows, and the file {rows}; it is left as it is",
                shape.table
            );
        }
        side.let_go().await
    }

    fn digests(&self, shapes: &[Shape]) -> anyhow::Result<Vec<(u64, consentry_store::Hash)>> {
        let progress = progress(self.file, "proving");
        let mut reader = reader(self.file, &progress)?;
        let mut digests: Vec<_> = shapes.iter().map(|_| (0_u64, RowDigest::default())).collect();
        let mut at = None;
        while let Some(line) = reader.next()? {
            match line {
                Line::Table { table, .. } => at = shapes.iter().position(|shape| shape.table == table),
                Line::Row(row) => {
                    let (Some(shape), Some(own)) = (
                        at.and_then(|at| shapes.get(at)),
                        at.and_then(|at| digests.get_mut(at)),
                    ) else {
                        continue;
                    };
                    if configuration(shape, &row, self.head.tenant).is_none() {
                        own.0 += 1;
                        own.1.add(&row);
                    }
                }
                Line::Head(_) | Line::End(_) => {}
            }
        }
        progress.end();
        Ok(digests
            .into_iter()
            .map(|(rows, digest)| (rows, digest.finish()))
            .collect())
    }

    /// What makes the tenant known here: `from` is the root key that opens the file, `to` the one of this ledger.
    pub fn known_by(&self, (from, to): (&Key, &Key), entropy: &dyn Entropy) -> anyhow::Result<Known> {
        let body = rewrap_tenant_key(self.head.tenant, &self.key.body, (from, to), entropy).context(
            "the root key does not open the file; --root-file names the one of the ledger that it comes from",
        )?;
        let key = ConfigurationRow {
            body,
            ..self.key.clone()
        };
        Ok(Known([key, self.tenant.clone()]))
    }
}

/// The rows that make a tenant known.
#[derive(Debug)]
pub struct Known([ConfigurationRow; 2]);

impl Known {
    /// Makes the tenant known to a ledger, in one commit.
    pub async fn write(self, place: &LedgerPlace, now: Timestamp) -> anyhow::Result<()> {
        let Self([key, tenant]) = self;
        let mut change = ChangeSet::new(tenant.tenant, now);
        for row in [key, tenant] {
            change.rows.push(RowChange::Put(Row::Configuration(row)));
        }
        let store = place.open_store().await?;
        let committed = store.commit(vec![change]).await.pop();
        store.close().await;
        let _receipt = committed.context("the store answered nothing")??;
        Ok(())
    }
}

fn progress(file: &Path, what: &'static str) -> Progress {
    Progress::of_bytes(what, std::fs::metadata(file).ok().map(|file| file.len()))
}

fn reader<'a>(file: &Path, progress: &'a Progress) -> anyhow::Result<Reader<BufReader<Counted<'a, File>>>> {
    let opened = File::open(file).with_context(|| file.display().to_string())?;
    Ok(Reader::new(BufReader::new(progress.counting(opened))))
}

fn column<'a>(shape: &Shape, row: &'a [Cell], name: &str) -> Option<&'a Cell> {
    let at = shape.columns.iter().position(|column| column == name)?;
    row.get(at)
}

/// Whether a row is the tenant's.
fn is_of(shape: &Shape, row: &[Cell], tenant: TenantId) -> bool {
    column(shape, row, "tenant") == Some(&Cell::Bytes(tenant.uuid().as_bytes().to_vec()))
}

/// A row that makes a tenant known: itself, and its key.
fn configuration(shape: &Shape, row: &[Cell], tenant: TenantId) -> Option<ConfigurationRow> {
    let text = |name| match column(shape, row, name) {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let id = text("id")?;
    let kind = match shape.table {
        TENANTS => ConfigurationKind::Tenant,
        KEYS if id == TENANT_KEY => ConfigurationKind::SigningKey,
        _ => return None,
    };
    let version = match column(shape, row, "version") {
        Some(Cell::Number(version)) => u32::try_from(*version).ok()?,
        _ => return None,
    };
    Some(ConfigurationRow {
        kind,
        tenant,
        id,
        version,
        body: text("body")?,
    })
}
