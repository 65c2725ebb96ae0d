//! `consentry export`: what is configured, as a manifest, everything of a tenant, as one file, or what people chose, as lines. For lines a
//! server with a folder is not running, and for the manifest it is asked where it runs.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_domain::Timestamp;
use consentry_door_preferences::exports::{Export, Format};
use consentry_ledger::{
    Caller, Ledger, SystemClock, SystemEntropy, Target, authorize,
    preferences::{ExportPreferences, Exported},
};
use url::Url;

use super::serve;
use crate::{
    assembly, configuration::Configuration, ledger_place::LedgerPlace, manifest::Manifest,
    operating::RunningServer, tenant_file,
};

/// Options of the export.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub(super) struct ExportArguments {
    /// What is configured, as a manifest in YAML.
    #[arg(long, group = "what")]
    manifest: bool,
    /// Everything of one tenant, its ledger included, into this file, which may not be there yet. The server may run meanwhile.
    #[arg(long, value_name = "FILE", group = "what")]
    to: Option<PathBuf>,
    /// People at the preferences door, one line for each regulation.
    #[arg(long, group = "what")]
    users: bool,
    /// What people chose at the preferences door, one line for each event.
    #[arg(long, group = "what")]
    events: bool,
    /// How lines are written.
    #[arg(long, value_enum, default_value_t = Written::Ndjson, conflicts_with_all = ["manifest", "to"])]
    format: Written,
    /// Only lines of what last changed at this moment (RFC 3339) or later.
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with_all = ["manifest", "to"])]
    since: Option<Timestamp>,
    /// Only lines of what last changed before this moment (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with_all = ["manifest", "to"])]
    before: Option<Timestamp>,
    /// People without an organization_user_id too.
    #[arg(long, conflicts_with_all = ["manifest", "to"])]
    with_unnamed: bool,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Asks the server that runs at this address for the manifest.
    #[arg(long, value_name = "URL", requires = "token_file", conflicts_with_all = ["data", "to", "users", "events"])]
    server: Option<Url>,
    /// File with the token that the server's server.operator_token_file has.
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// Short name of one tenant; without it all, or for a file and for lines the only one.
    #[arg(long, visible_alias = "organization")]
    tenant: Option<String>,
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Written {
    /// One JSON object a line.
    Ndjson,
    /// A table.
    Csv,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| "a time looks like 2026-03-04T09:15:27Z".to_owned())
}

pub(super) fn run(file: Option<&Path>, options: &ExportArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    if let (Some(server), Some(token_file)) = (&options.server, &options.token_file) {
        let roots = configuration.egress.policy()?.extra_roots;
        let server = RunningServer::at(server, token_file, roots)?;
        let written = server.written(options.tenant.as_deref());
        return tell(&serve::runtime()?.block_on(written)?);
    }
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    if let Some(to) = &options.to {
        return serve::runtime()?.block_on(into_file(&place, options.tenant.as_deref(), to));
    }
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let done = if options.manifest {
            manifest(&ledger, options.tenant.as_deref())
        } else {
            lines(&ledger, options).await
        };
        ledger.close().await;
        done
    })
}

/// A tenant as one file, which only its owner can read.
async fn into_file(place: &LedgerPlace, tenant: Option<&str>, to: &Path) -> anyhow::Result<()> {
    place.require_there().await?;
    let mut opening = OpenOptions::new();
    opening.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
    let file = opening.open(to).with_context(|| to.display().to_string())?;
    let taken = tenant_file::take_out(place, tenant, BufWriter::new(file)).await;
    let (taken, file) = match taken {
        Ok(taken) => taken,
        Err(error) => {
            // Half a file is none.
            drop(std::fs::remove_file(to));
            return Err(error);
        }
    };
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    let (rows, name) = (taken.rows, to.display());
    writeln!(
        std::io::stdout(),
        "{rows} rows in {name}, sha256 {}; the root key is not in it, and is needed to take it in",
        taken.sha256
    )?;
    Ok(())
}

fn manifest(ledger: &Ledger, only: Option<&str>) -> anyhow::Result<()> {
    tell(&Manifest::configured(&ledger.directory(), only)?)
}

fn tell(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// Line after line to standard output; a page of people is held at a time.
async fn lines(ledger: &Ledger, options: &ExportArguments) -> anyhow::Result<()> {
    let export = Export {
        of: if options.users {
            Exported::Users
        } else {
            Exported::Events
        },
        format: match options.format {
            Written::Ndjson => Format::Ndjson,
            Written::Csv => Format::Csv,
        },
        from: options.since,
        to: options.before,
        with_unnamed: options.with_unnamed,
    };
    let permit = authorize::<ExportPreferences>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = super::import::chosen(directory.tenants(), options.tenant.as_deref())?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    out.write_all(export.head(tenant).as_bytes())?;
    let mut after = None;
    loop {
        let (lines, next) = export.page(ledger, tenant, &permit, after).await?;
        out.write_all(lines.as_bytes())?;
        if next.is_none() {
            return Ok(out.flush()?);
        }
        after = next;
    }
}
