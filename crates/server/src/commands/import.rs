//! `consentry import`: what other systems have, into the ledger. The server is not running meanwhile.

mod agreements;
mod preferences;
mod records;
mod taking;
mod tenant;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consentry_domain::dn::Dn;
use consentry_ledger::{
    Caller, Ledger, SystemClock, SystemEntropy, Target, TenantSnapshot,
    access::Provision,
    authorize,
    import::{AccountWish, Taken, Writing},
};

use self::{
    agreements::{DataspaceArguments, GrantsArguments, ThirdPartyArguments},
    preferences::{Lines, LinesArguments},
    records::RecordsArguments,
    tenant::TenantArguments,
};
use super::serve;
use crate::{
    assembly,
    configuration::Configuration,
    ldif::{self, Found, Refused},
    ledger_place::LedgerPlace,
};

/// Accounts written at once, so that what was done shows while more is being done.
const AT_ONCE: usize = 500;

/// What to import.
#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Takes accounts over from an LDIF file (RFC 2849) into the principal directory. Twice is once.
    ///
    /// Example: consentry import ldif -f people.ldif --dry-run
    #[command(verbatim_doc_comment)]
    Ldif(LdifArguments),
    /// Takes consent records of a PingDirectory Consent API over, from an LDIF file or what a search answered. Twice is once.
    ///
    /// Example: consentry import records consents.ldif --dry-run
    #[command(verbatim_doc_comment)]
    Records(RecordsArguments),
    /// Takes third-party consents over from what the consents API of a Mosaic platform answered. Twice is once.
    ///
    /// Example: consentry import third-party consents.json --dry-run
    #[command(verbatim_doc_comment)]
    ThirdParty(ThirdPartyArguments),
    /// Takes consent grants of FDX over. Twice is once.
    ///
    /// Example: consentry import grants grants.json --dry-run
    #[command(verbatim_doc_comment)]
    Grants(GrantsArguments),
    /// Takes consents of a consent provider of a dataspace over. Twice is once.
    ///
    /// Example: consentry import dataspace consents.ndjson --dry-run
    #[command(verbatim_doc_comment)]
    Dataspace(DataspaceArguments),
    /// Takes a tenant in that `consentry export --to` wrote, its ledger included, and proves both to be the same. Twice is once.
    ///
    /// Example: consentry import tenant harbor.ndjson --root-file harbor-root.key
    #[command(verbatim_doc_comment)]
    Tenant(TenantArguments),
    /// Takes events of preferences over, one JSON object a line as the API takes them. Twice is once.
    ///
    /// Example: consentry import events -f events.ndjson
    #[command(verbatim_doc_comment)]
    Events(LinesArguments),
    /// Takes users of preferences over, one JSON object a line as the API takes them. Who is there already stays.
    ///
    /// Example: consentry import users -f users.ndjson
    #[command(verbatim_doc_comment)]
    Users(LinesArguments),
}

/// Options of the import.
#[derive(Debug, Args)]
pub(super) struct LdifArguments {
    /// The file.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of the tenant; may be left out where there is one only.
    #[arg(long)]
    tenant: Option<String>,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(file: Option<&Path>, command: &ImportCommand) -> anyhow::Result<()> {
    match command {
        ImportCommand::Ldif(options) => accounts(file, options),
        ImportCommand::Records(options) => records::run(file, options),
        ImportCommand::ThirdParty(options) => agreements::third_party(file, options),
        ImportCommand::Grants(options) => agreements::grants(file, options),
        ImportCommand::Dataspace(options) => agreements::dataspace(file, options),
        ImportCommand::Tenant(options) => tenant::run(file, options),
        ImportCommand::Events(options) => preferences::run(file, Lines::Events, options),
        ImportCommand::Users(options) => preferences::run(file, Lines::Users, options),
    }
}

fn accounts(file: Option<&Path>, options: &LdifArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let mut report = Report::new(&options.file);
    let wishes = read(&options.file, &mut report)?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let imported = import(&ledger, options, &wishes, &mut report).await;
        ledger.close().await;
        imported
    })?;
    report.conclude(options.dry_run)
}

/// An account, and the line its entry begins at.
type Wish = (usize, AccountWish);

/// The accounts of a file. What is refused is reported; of two entries with one name the first counts.
fn read(file: &Path, report: &mut Report<'_>) -> anyhow::Result<Vec<Wish>> {
    let mut wishes = Vec::new();
    let mut lines: BTreeMap<Dn, usize> = BTreeMap::new();
    for record in ldif::records(open(file)?) {
        let record = record.with_context(|| file.display().to_string())?;
        let read = record.and_then(|record| Ok((record.line, ldif::account(&record)?)));
        match read {
            Err(refused) => report.refuse(&refused),
            Ok((_, Found::Other)) => report.others += 1,
            Ok((line, Found::Account(wish, left_out))) => match lines.get(&wish.dn) {
                Some(first) => report.refuse(&[Refused {
                    line,
                    why: format!("the entry of line {first} has this dn"),
                }]),
                None => {
                    report.leave_out(&left_out);
                    lines.insert(wish.dn.clone(), line);
                    wishes.push((line, *wish));
                }
            },
        }
    }
    Ok(wishes)
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
    let opened = File::open(file).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    Ok(BufReader::new(opened))
}

async fn import(
    ledger: &Ledger,
    options: &LdifArguments,
    wishes: &[Wish],
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = chosen(directory.tenants(), options.tenant.as_deref())?;
    let writing = if options.dry_run {
        Writing::Never
    } else {
        Writing::Now
    };
    for some in wishes.chunks(AT_ONCE) {
        let (lines, accounts): (Vec<_>, Vec<_>) = some.iter().cloned().unzip();
        let outcomes = ledger
            .import_accounts(tenant, &permit, &accounts, writing)
            .await?;
        for ((line, account), outcome) in lines.into_iter().zip(&accounts).zip(outcomes) {
            match outcome {
                Ok(taken) => report.take(account, taken)?,
                Err(reason) => report.refuse(&[Refused {
                    line,
                    why: reason.to_string(),
                }]),
            }
        }
    }
    Ok(())
}

pub(super) fn chosen<'a>(
    mut tenants: impl Iterator<Item = &'a Arc<TenantSnapshot>>,
    slug: Option<&str>,
) -> anyhow::Result<&'a TenantSnapshot> {
    match slug {
        Some(slug) => tenants
            .find(|tenant| tenant.tenant.slug == slug)
            .map(Arc::as_ref)
            .ok_or_else(|| anyhow::anyhow!("there is no tenant {slug}")),
        None => match (tenants.next(), tenants.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(anyhow::anyhow!("there is no tenant")),
            _ => Err(anyhow::anyhow!(
                "there are several tenants; choose one with --tenant"
            )),
        },
    }
}

/// What happened, for people: the plan on stdout, what was refused on stderr.
struct Report<'a> {
    file: &'a Path,
    added: usize,
    changed: usize,
    unchanged: usize,
    others: usize,
    refused: usize,
}

impl<'a> Report<'a> {
    const fn new(file: &'a Path) -> Self {
        Self {
            file,
            added: 0,
            changed: 0,
            unchanged: 0,
            others: 0,
            refused: 0,
        }
    }

    fn take(&mut self, account: &AccountWish, taken: Taken) -> anyhow::Result<()> {
        let sign = match taken {
            Taken::Added => '+',
            Taken::Changed => '~',
            Taken::Unchanged => {
                self.unchanged += 1;
                return Ok(());
            }
        };
        match taken {
            Taken::Added => self.added += 1,
            _ => self.changed += 1,
        }
        let right = if account.bypass_acl == Some(true) {
            " (may do anything)"
        } else {
            ""
        };
        writeln!(std::io::stdout(), "{sign} account {}{right}", account.dn.as_str())?;
        Ok(())
    }

    fn refuse(&mut self, lines: &[Refused]) {
        self.refused += 1;
        self.leave_out(lines);
    }

    fn leave_out(&self, lines: &[Refused]) {
        for line in lines {
            eprintln!("{}:{line}", self.file.display());
        }
    }

    fn conclude(self, is_dry: bool) -> anyhow::Result<()> {
        let Self {
            added,
            changed,
            unchanged,
            others,
            refused,
            ..
        } = self;
        let begin = if is_dry {
            "nothing is written; it would be "
        } else {
            ""
        };
        writeln!(
            std::io::stdout(),
            "{begin}{added} added, {changed} changed, {unchanged} unchanged; no accounts: {others}"
        )?;
        anyhow::ensure!(
            refused == 0,
            "{refused} entries were refused, the others were not"
        );
        Ok(())
    }
}
