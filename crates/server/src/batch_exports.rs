//! What people chose, written into a folder by itself where a tenant's settings say so (consent-tokens-and-preferences 15): by one node at a
//! time, whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use consentry_domain::{
    Lifetime, TenantId,
    tenant::{BatchExports, ExportedData},
};
use consentry_door_preferences::exports::{Export, Format};
use consentry_ledger::{
    Caller, Ledger, Target, TenantSnapshot, authorize,
    jobs::Lease,
    preferences::{ExportPreferences, Exported},
};

/// The work, one for each tenant.
const WORK: (&str, &str) = ("export", "preferences");

/// How long a node keeps it without a word. It says one with each page of people.
const TERM: Lifetime = Lifetime::minutes(10);

/// How long to wait after a failure.
const AGAIN: Lifetime = Lifetime::minutes(10);

/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(30);

/// Beginning of the names of what is not whole yet.
const UNFINISHED: &str = ".writing-";

/// Writes exports when they are due, until it is dropped.
#[expect(
    clippy::disallowed_methods,
    reason = "a schedule: what it looks at goes by the ledger's clock"
)]
pub async fn rounds(ledger: Ledger, holder: String) {
    loop {
        tokio::time::sleep(LOOK).await;
        write_due(&ledger, &holder).await;
    }
}

/// Writes what is due of all tenants; answers how many exports that were. What fails is told, and tried again later.
pub async fn write_due(ledger: &Ledger, holder: &str) -> usize {
    let mut written = 0;
    for tenant in ledger.directory().tenants() {
        let Some(plan) = &tenant.tenant.preferences.exports else {
            continue;
        };
        match write_of(ledger, tenant, plan, holder).await {
            Ok(true) => written += 1,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), tenant = %tenant.tenant.slug, "an export could not be written");
            }
        }
    }
    written
}

/// False where none is due, or somebody else is at it.
async fn write_of(
    ledger: &Ledger,
    tenant: &TenantSnapshot,
    plan: &BatchExports,
    holder: &str,
) -> anyhow::Result<bool> {
    let begun = ledger.now();
    let Some(lease) = ledger.take_work(tenant.id(), WORK, holder, TERM, "").await? else {
        return Ok(false);
    };
    let mut work = Work {
        ledger,
        tenant: tenant.id(),
        lease,
    };
    // Colons are no part of names everywhere.
    let name = format!(
        "{}-{}",
        tenant.tenant.slug,
        begun.to_rfc3339_millis().replace(':', "")
    );
    let done = write(&mut work, tenant, plan, &name).await;
    let (due, why) = match &done {
        Ok(()) => (begun.plus(plan.every), None),
        Err(error) => (ledger.now().plus(AGAIN), Some(format!("{error:#}"))),
    };
    ledger.finish_work(&work.lease, due, why).await?;
    done?;
    tracing::info!(export = name, tenant = %tenant.tenant.slug, "exported what people chose");
    Ok(true)
}

/// An export that this node is at.
struct Work<'a> {
    ledger: &'a Ledger,
    tenant: TenantId,
    lease: Lease,
}

impl Work<'_> {
    /// Says that this node is still at it.
    async fn keep(&mut self) -> anyhow::Result<()> {
        let kept = self.ledger.keep_work(&self.lease, TERM).await?;
        self.lease = kept.with_context(|| format!("another node took the export of {} over", self.tenant))?;
        Ok(())
    }
}

/// A folder with a file for each kind of data. It has its name once it is whole and durable.
async fn write(
    work: &mut Work<'_>,
    tenant: &TenantSnapshot,
    plan: &BatchExports,
    name: &str,
) -> anyhow::Result<()> {
    let folder = Path::new(&plan.folder);
    let shown = |path: &Path| path.display().to_string();
    fs::create_dir_all(folder).with_context(|| shown(folder))?;
    let prefix = format!("{}-", tenant.tenant.slug);
    // Of whoever held the work before, and did not come to an end.
    for left in entries(folder, &format!("{UNFINISHED}{prefix}"))? {
        fs::remove_dir_all(&left).with_context(|| shown(&left))?;
    }
    let unfinished = folder.join(format!("{UNFINISHED}{name}"));
    private_folder(&unfinished).with_context(|| shown(&unfinished))?;
    for data in &plan.data {
        let path = unfinished.join(format!("{}.ndjson", data.as_str()));
        lines(work, tenant, *data, &path)
            .await
            .with_context(|| shown(&path))?;
    }
    let whole = folder.join(name);
    fs::rename(&unfinished, &whole).with_context(|| shown(&whole))?;
    File::open(folder)?.sync_all()?;
    let all = entries(folder, &prefix)?;
    let over = all.len().saturating_sub(plan.keep as usize);
    for old in &all[..over] {
        fs::remove_dir_all(old).with_context(|| shown(old))?;
    }
    Ok(())
}

async fn lines(
    work: &mut Work<'_>,
    tenant: &TenantSnapshot,
    data: ExportedData,
    path: &Path,
) -> anyhow::Result<()> {
    let export = Export {
        of: match data {
            ExportedData::Users => Exported::Users,
            ExportedData::Events => Exported::Events,
        },
        format: Format::Ndjson,
        from: None,
        to: None,
        with_unnamed: false,
    };
    let permit = authorize::<ExportPreferences>(&Caller::Operator, Target::Tenant)?;
    let mut out = BufWriter::new(private_file(path)?);
    out.write_all(export.head(tenant).as_bytes())?;
    let mut after = None;
    loop {
        let (lines, next) = export.page(work.ledger, tenant, &permit, after).await?;
        out.write_all(lines.as_bytes())?;
        work.keep().await?;
        if next.is_none() {
            break;
        }
        after = next;
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(file.sync_all()?)
}

/// What has names that begin so, oldest first: names are times.
fn entries(folder: &Path, prefix: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        let time = name.to_str().and_then(|name| name.strip_prefix(prefix));
        // Another tenant's name may begin with this one's.
        if time.is_some_and(|time| time.starts_with("20")) && entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Only its owner can read it.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
