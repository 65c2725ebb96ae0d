//! Writing a tenant's file.

use std::io::Write;

use anyhow::Context as _;
use consentry_domain::{TenantId, tenant::Tenant};
use consentry_store::table::{Cell, Shape};

use super::{
    form::{Head, KIND, Lines, TENANTS, VERSION},
    side::{Side, tables},
};
use crate::{ledger_place::LedgerPlace, progress::Progress};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over all of them, as the file's end has it.
    pub sha256: String,
}

/// Writes everything that a ledger has of a tenant, as it is at one moment. The ledger may be in use.
pub async fn take_out<W: Write>(
    place: &LedgerPlace,
    slug: Option<&str>,
    to: W,
) -> anyhow::Result<(Taken, W)> {
    let side = Side::still(place).await?;
    let shapes = tables()?;
    let (tenant, slug) = chosen(&side, &shapes, slug).await?;
    let head = Head {
        kind: KIND.to_owned(),
        version: VERSION,
        tenant,
        slug,
    };
    let progress = Progress::of_bytes("exporting", None);
    let mut lines = Lines::begin(Counting(to, &progress), &head)?;
    for shape in &shapes {
        lines.table(shape)?;
        side.rows(shape, Some(tenant), |row| Ok(lines.row(row)?)).await?;
    }
    let (end, Counting(to, _)) = lines.end()?;
    progress.end();
    let taken = Taken {
        rows: end.rows,
        sha256: end.sha256,
    };
    Ok((taken, to))
}

/// The tenant of this short name, or the only one.
async fn chosen(side: &Side, shapes: &[Shape], slug: Option<&str>) -> anyhow::Result<(TenantId, String)> {
    let tenants = shapes.iter().find(|shape| shape.table == TENANTS);
    let tenants = tenants.context("the ledger has no table of tenants")?;
    let body = tenants.columns.iter().position(|column| column == "body");
    let mut found = Vec::new();
    side.rows(tenants, None, |row| {
        if let Some(Cell::Text(body)) = body.and_then(|body| row.get(body)) {
            let tenant: Tenant = serde_json::from_str(body)?;
            found.push((tenant.id, tenant.slug));
        }
        Ok(())
    })
    .await?;
    match slug {
        Some(slug) => {
            let named = found.into_iter().find(|(_, own)| own == slug);
            named.with_context(|| format!("there is no tenant {slug}"))
        }
        None if found.len() > 1 => anyhow::bail!("there are several tenants; choose one with --tenant"),
        None => found.pop().context("there is no tenant"),
    }
}

struct Counting<'a, W>(W, &'a Progress);

impl<W: Write> Write for Counting<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1.advance(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
