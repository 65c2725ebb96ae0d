//! `consentry import records`: consent records of another product, in two passes over the file. The first writes nothing and finds
//! everything that is wrong; only a file without anything wrong is taken over, unless the operator says otherwise.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_door_records::imported;
use consentry_ledger::{
    Caller, Ledger, SystemClock, SystemEntropy, Target, TenantSnapshot,
    access::{Permit, Provision},
    authorize,
    records::{Imported, NotImported},
};

use super::{chosen, open};
use crate::{
    assembly,
    commands::serve,
    configuration::{Configuration, RecordsImport},
    ldif::{self, FoundRecord, RecordEntries, RecordEntry, Refused},
    ledger_place::LedgerPlace,
};

/// Records written at once, and at most this many are held in memory.
const AT_ONCE: usize = 256;

/// Options of the import.
#[derive(Debug, Args)]
pub(in crate::commands) struct RecordsArguments {
    /// The file.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of the tenant; may be left out where there is one only.
    #[arg(long)]
    tenant: Option<String>,
    /// Distinguished name of the container of records, instead of the configured one.
    #[arg(long, value_name = "DN")]
    base_dn: Option<String>,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Leaves out what cannot be taken over, instead of taking nothing over.
    #[arg(long)]
    skip_bad: bool,
}

pub(super) fn run(file: Option<&Path>, options: &RecordsArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let settings = RecordsImport {
        base_dn: options
            .base_dn
            .clone()
            .or_else(|| configuration.import.records.base_dn.clone()),
        ..configuration.import.records.clone()
    };
    let entries = RecordEntries::new(&settings)?;
    // A file that is not there is told before the ledger is opened.
    open(&options.file)?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let imported = import(&ledger, options, &entries).await;
        ledger.close().await;
        imported
    })
}

async fn import(ledger: &Ledger, options: &RecordsArguments, entries: &RecordEntries) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = chosen(directory.tenants(), options.tenant.as_deref())?;
    let import = Import {
        ledger,
        tenant,
        permit: &permit,
        file: &options.file,
        entries,
    };
    let foreseen = import.foresee(options.dry_run).await?;
    if options.dry_run {
        writeln!(
            std::io::stdout(),
            "nothing is written; it would be {}",
            foreseen.summary()
        )?;
        return foreseen.conclude();
    }
    anyhow::ensure!(
        foreseen.bad == 0 || options.skip_bad,
        "nothing is written, since {} entries cannot be taken over; --skip-bad leaves them out",
        foreseen.bad
    );
    let done = import.carry_out().await?;
    writeln!(std::io::stdout(), "{}", done.summary())?;
    done.conclude()
}

/// One file on its way into one tenant.
struct Import<'a> {
    ledger: &'a Ledger,
    tenant: &'a TenantSnapshot,
    permit: &'a Permit<Provision>,
    file: &'a Path,
    entries: &'a RecordEntries,
}

impl Import<'_> {
    /// The entries of the file, one after the other.
    fn read(
        &self,
    ) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Result<FoundRecord, Vec<Refused>>>>> {
        let records = ldif::records(open(self.file)?);
        Ok(records.map(|record| {
            let record = record.with_context(|| self.file.display().to_string())?;
            Ok(record.and_then(|record| self.entries.read(&self.tenant.tenant.records, &record)))
        }))
    }

    /// What would happen, and everything that is wrong. Nothing is written.
    async fn foresee(&self, is_dry: bool) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::default();
        for entry in self.read()? {
            let entry = match entry? {
                Ok(FoundRecord::Other) => {
                    outcome.others += 1;
                    continue;
                }
                Ok(FoundRecord::Record(entry)) => entry,
                Err(refused) => {
                    outcome.bad += 1;
                    self.tell(&refused);
                    continue;
                }
            };
            let foreseen = self
                .ledger
                .foresee_record(self.tenant, self.permit, &entry.record)
                .await;
            match foreseen {
                Ok(imported) => {
                    outcome.count(&imported);
                    if is_dry {
                        self.tell_standing(&entry, &imported);
                    }
                }
                Err(error) => {
                    outcome.bad += 1;
                    self.tell(&refused(&entry, error)?);
                }
            }
        }
        Ok(outcome)
    }

    /// Takes over what can be. What is wrong was told before.
    async fn carry_out(&self) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut waiting = Vec::with_capacity(AT_ONCE);
        for entry in self.read()? {
            match entry? {
                Ok(FoundRecord::Other) => outcome.others += 1,
                Ok(FoundRecord::Record(entry)) => waiting.push(*entry),
                Err(_) => outcome.bad += 1,
            }
            if waiting.len() == AT_ONCE {
                self.write(std::mem::take(&mut waiting), &mut outcome).await?;
            }
        }
        self.write(waiting, &mut outcome).await?;
        Ok(outcome)
    }

    async fn write(&self, entries: Vec<RecordEntry>, outcome: &mut Outcome) -> anyhow::Result<()> {
        let (records, places): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .map(|entry| (entry.record, entry.places))
            .unzip();
        let written = self
            .ledger
            .import_records(self.tenant, self.permit, &records)
            .await;
        for ((record, places), written) in records.into_iter().zip(places).zip(written) {
            match written {
                Ok(imported) => {
                    outcome.count(&imported);
                    self.tell_standing(&RecordEntry { record, places }, &imported);
                }
                Err(NotImported::Fault(fault)) => {
                    return Err(fault).context("what was written until now stays; import the file again");
                }
                Err(_) => outcome.bad += 1,
            }
        }
        Ok(())
    }

    /// What stands here and stays.
    fn tell_standing(&self, entry: &RecordEntry, imported: &Imported) {
        let why = match imported {
            Imported::Added | Imported::Unchanged => return,
            Imported::Different(attributes) => {
                format!(
                    "the record is here with another {}; it stays as it is",
                    attributes.join(", ")
                )
            }
            Imported::Gone => "the record was deleted here; it stays so".to_owned(),
        };
        let attribute = String::new();
        self.tell(&[entry.places.refuse(&imported::Broken { attribute, why })]);
    }

    fn tell(&self, refused: &[Refused]) {
        for refused in refused {
            eprintln!("{}:{refused}", self.file.display());
        }
    }
}

/// What is wrong with an entry, in lines of its file; a failure of ours is none of these.
fn refused(entry: &RecordEntry, error: NotImported) -> anyhow::Result<Vec<Refused>> {
    let of = |attribute: &str, why: String| imported::Broken {
        attribute: attribute.to_owned(),
        why,
    };
    let broken = match error {
        NotImported::Invalid(rules) => imported::explain(&rules, &entry.record.wish),
        NotImported::ChangedBeforeMade => vec![of("updatedDate", "lies before createdDate".to_owned())],
        NotImported::InTheFuture => {
            let record = &entry.record;
            let never_changed = record.updated_at == record.created_at;
            let date = if never_changed {
                "createdDate"
            } else {
                "updatedDate"
            };
            vec![of(date, "lies in the future".to_owned())]
        }
        NotImported::Fault(fault) => return Err(fault.into()),
    };
    Ok(broken.iter().map(|broken| entry.places.refuse(broken)).collect())
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

    fn summary(&self) -> String {
        let Self {
            added,
            unchanged,
            different,
            bad,
            others,
        } = self;
        format!(
            "{added} added, {unchanged} unchanged, {different} different, {bad} left out; no records: {others}"
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
