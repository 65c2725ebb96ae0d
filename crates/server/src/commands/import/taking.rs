//! One file on its way into one tenant, in two passes. The first writes nothing and finds everything that is wrong; only a file without
//! anything wrong is taken over, unless the operator says otherwise. Interrupted, it goes on where it stopped when it is done again, since
//! what is here already changes nothing.

use std::{
    fs::File,
    io::{BufReader, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_ledger::{
    Caller, Ledger, SystemClock, SystemEntropy, Target, TenantSnapshot,
    access::{Permit, Provision},
    authorize,
    import::Imported,
};

use super::chosen;
use crate::{
    assembly,
    commands::serve,
    configuration::Configuration,
    ldif::Refused,
    ledger_place::LedgerPlace,
    progress::{Counted, Progress},
};

/// Things written at once, and at most this many are held in memory.
const AT_ONCE: usize = 256;

/// Options of every import that goes in two passes.
#[derive(Debug, Args)]
pub(super) struct TakingArguments {
    /// The file.
    #[arg(value_name = "FILE", required_unless_present = "file")]
    named: Option<PathBuf>,
    /// The same.
    #[arg(short, long, value_name = "FILE", conflicts_with = "named")]
    file: Option<PathBuf>,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of the tenant; may be left out where there is one only.
    #[arg(long)]
    tenant: Option<String>,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Leaves out what cannot be taken over, instead of taking nothing over.
    #[arg(long)]
    skip_bad: bool,
}

impl TakingArguments {
    fn file(&self) -> anyhow::Result<&Path> {
        let file = self.named.as_deref().or(self.file.as_deref());
        file.context("a file is needed")
    }
}

/// A file that is being read.
pub(super) type Reading<'a> = BufReader<Counted<'a, File>>;

/// What stands in a file: things to take over, what is something else, or lines that are refused.
pub(super) type Found<T> = anyhow::Result<Result<Option<T>, Vec<Refused>>>;

/// What a thing would become, or came to, or why it cannot be taken over.
pub(super) type Judged = anyhow::Result<Result<Imported, Vec<Refused>>>;

/// A tenant that things are taken into.
#[derive(Clone, Copy)]
pub(super) struct Destination<'a> {
    pub ledger: &'a Ledger,
    pub tenant: &'a TenantSnapshot,
    pub permit: &'a Permit<Provision>,
}

/// What kind of things a file has.
pub(super) trait Kind {
    /// One of them, and where it stands.
    type Thing;

    /// What entries are called that are none.
    const OTHERS: &'static str;

    /// The things of a file, one after the other.
    fn read<'a>(
        &'a self,
        tenant: &'a TenantSnapshot,
        from: Reading<'a>,
    ) -> anyhow::Result<Box<dyn Iterator<Item = Found<Self::Thing>> + 'a>>;

    /// What taking one over would do. Nothing is written.
    async fn foresee(&self, into: Destination<'_>, thing: &Self::Thing) -> Judged;

    /// Takes things over; answers what became of each, in order.
    async fn take(&self, into: Destination<'_>, things: Vec<Self::Thing>) -> Vec<(Self::Thing, Judged)>;

    /// Something to say of a thing, at its line.
    fn remark(&self, thing: &Self::Thing, why: &str) -> Refused;
}

pub(super) fn run<K: Kind>(
    configuration: &Configuration,
    options: &TakingArguments,
    kind: &K,
) -> anyhow::Result<()> {
    let place = LedgerPlace::of(configuration, options.data.as_deref())?;
    let file = options.file()?;
    // A file that is not there is told before the ledger is opened.
    super::open(file)?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let imported = import(&ledger, options, file, kind).await;
        ledger.close().await;
        imported
    })
}

async fn import<K: Kind>(
    ledger: &Ledger,
    options: &TakingArguments,
    file: &Path,
    kind: &K,
) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let import = Import {
        into: Destination {
            ledger,
            tenant: chosen(directory.tenants(), options.tenant.as_deref())?,
            permit: &permit,
        },
        file,
        kind,
    };
    let foreseen = import.foresee(options.dry_run).await?;
    if options.dry_run {
        let summary = foreseen.summary::<K>();
        writeln!(std::io::stdout(), "nothing is written; it would be {summary}")?;
        return foreseen.conclude();
    }
    anyhow::ensure!(
        foreseen.bad == 0 || options.skip_bad,
        "nothing is written, since {} entries cannot be taken over; --skip-bad leaves them out",
        foreseen.bad
    );
    let done = import.carry_out().await?;
    writeln!(std::io::stdout(), "{}", done.summary::<K>())?;
    done.conclude()
}

struct Import<'a, K> {
    into: Destination<'a>,
    file: &'a Path,
    kind: &'a K,
}

impl<K: Kind> Import<'_, K> {
    fn progress(&self, what: &'static str) -> Progress {
        Progress::of_bytes(what, std::fs::metadata(self.file).ok().map(|file| file.len()))
    }

    fn reading<'a>(&self, progress: &'a Progress) -> anyhow::Result<Reading<'a>> {
        let file = File::open(self.file).with_context(|| self.file.display().to_string())?;
        Ok(BufReader::new(progress.counting(file)))
    }

    /// What would happen, and everything that is wrong. Nothing is written.
    async fn foresee(&self, is_dry: bool) -> anyhow::Result<Outcome> {
        let progress = self.progress("checking");
        let mut outcome = Outcome::default();
        for found in self.kind.read(self.into.tenant, self.reading(&progress)?)? {
            let found = found.with_context(|| self.file.display().to_string())?;
            let judged = match found {
                Ok(None) => {
                    outcome.others += 1;
                    continue;
                }
                Ok(Some(thing)) => match self.kind.foresee(self.into, &thing).await? {
                    Ok(imported) => Ok((thing, imported)),
                    Err(refused) => Err(refused),
                },
                Err(refused) => Err(refused),
            };
            match judged {
                Ok((thing, imported)) => {
                    outcome.count(&imported);
                    if is_dry {
                        self.tell_standing(&progress, &thing, &imported);
                    }
                }
                Err(refused) => {
                    outcome.bad += 1;
                    self.tell(&progress, &refused);
                }
            }
        }
        progress.end();
        Ok(outcome)
    }

    /// Takes over what can be. What is wrong was told before.
    async fn carry_out(&self) -> anyhow::Result<Outcome> {
        let progress = self.progress("importing");
        let mut outcome = Outcome::default();
        let mut waiting = Vec::with_capacity(AT_ONCE);
        for found in self.kind.read(self.into.tenant, self.reading(&progress)?)? {
            match found? {
                Ok(None) => outcome.others += 1,
                Ok(Some(thing)) => waiting.push(thing),
                Err(_) => outcome.bad += 1,
            }
            if waiting.len() == AT_ONCE {
                let things = std::mem::take(&mut waiting);
                self.write(&progress, things, &mut outcome).await?;
            }
        }
        self.write(&progress, waiting, &mut outcome).await?;
        progress.end();
        Ok(outcome)
    }

    async fn write(
        &self,
        progress: &Progress,
        things: Vec<K::Thing>,
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        for (thing, taken) in self.kind.take(self.into, things).await {
            match taken.context("what was written until now stays; import the file again")? {
                Ok(imported) => {
                    outcome.count(&imported);
                    self.tell_standing(progress, &thing, &imported);
                }
                Err(_) => outcome.bad += 1,
            }
        }
        Ok(())
    }

    /// What stands here and stays.
    fn tell_standing(&self, progress: &Progress, thing: &K::Thing, imported: &Imported) {
        let why = match imported {
            Imported::Added | Imported::Unchanged => return,
            Imported::Different(parts) => {
                format!("it is here with another {}; it stays as it is", parts.join(", "))
            }
            Imported::Gone => "it was deleted here; it stays so".to_owned(),
        };
        self.tell(progress, &[self.kind.remark(thing, &why)]);
    }

    fn tell(&self, progress: &Progress, refused: &[Refused]) {
        for refused in refused {
            progress.tell(&format!("{}:{refused}", self.file.display()));
        }
    }
}

/// What became of a file.
#[derive(Debug, Default)]
struct Outcome {
    added: usize,
    unchanged: usize,
    different: usize,
    bad: usize,
    others: usize,
}

impl Outcome {
    const fn count(&mut self, imported: &Imported) {
        match imported {
            Imported::Added => self.added += 1,
            Imported::Unchanged => self.unchanged += 1,
            Imported::Different(_) | Imported::Gone => self.different += 1,
        }
    }

    fn summary<K: Kind>(&self) -> String {
        let Self {
            added,
            unchanged,
            different,
            bad,
            others,
        } = self;
        let none = K::OTHERS;
        format!(
            "{added} added, {unchanged} unchanged, {different} different, {bad} left out; {none}: {others}"
        )
    }

    /// Good when everything the file says is here.
    fn conclude(&self) -> anyhow::Result<()> {
        let missing = self.different + self.bad;
        anyhow::ensure!(
            missing == 0,
            "{missing} entries of the file are not what stands here"
        );
        Ok(())
    }
}
