//! `consentry import records`: consent records of another product, from its directory (LDIF) or its API (JSON).

use std::{io::BufRead as _, path::Path};

use clap::Args;
use consentry_door_records::imported::{self, Broken};
use consentry_ledger::{TenantSnapshot, records::NotImported};

use super::taking::{self, Destination, Found, Judged, Kind, Reading, TakingArguments};
use crate::{
    configuration::{Configuration, RecordsImport},
    ldif::{self, FoundRecord, RecordEntries, RecordEntry, Refused},
    taking_over,
};

/// Options of the import.
#[derive(Debug, Args)]
pub(in crate::commands) struct RecordsArguments {
    #[command(flatten)]
    taking: TakingArguments,
    /// Distinguished name of the container of records in an LDIF file, instead of the configured one.
    #[arg(long, value_name = "DN")]
    base_dn: Option<String>,
}

pub(super) fn run(file: Option<&Path>, options: &RecordsArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let settings = RecordsImport {
        base_dn: options
            .base_dn
            .clone()
            .or_else(|| configuration.import.records.base_dn.clone()),
        ..configuration.import.records.clone()
    };
    let records = Records {
        entries: RecordEntries::new(&settings)?,
    };
    taking::run(&configuration, &options.taking, &records)
}

struct Records {
    entries: RecordEntries,
}

impl Kind for Records {
    type Thing = RecordEntry;

    const OTHERS: &'static str = "no records";

    /// What begins with a list or an object is JSON.
    fn read<'a>(
        &'a self,
        tenant: &'a TenantSnapshot,
        mut from: Reading<'a>,
    ) -> anyhow::Result<Box<dyn Iterator<Item = Found<RecordEntry>> + 'a>> {
        let settings = &tenant.tenant.records;
        let begin = from.fill_buf()?;
        let first = begin.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(first, Some(b'[' | b'{')) {
            let elements = taking_over::elements(from);
            return Ok(Box::new(elements.map(|element| {
                let element = match element? {
                    Ok(element) => element,
                    Err(refused) => return Ok(Err(vec![refused])),
                };
                Ok(taking_over::record(settings, &element).map(Some))
            })));
        }
        Ok(Box::new(ldif::records(from).map(|record| {
            let found = record?.and_then(|record| self.entries.read(settings, &record));
            Ok(found.map(|found| match found {
                FoundRecord::Record(entry) => Some(*entry),
                FoundRecord::Other => None,
            }))
        })))
    }

    async fn foresee(&self, into: Destination<'_>, entry: &RecordEntry) -> Judged {
        let foreseen = into
            .ledger
            .foresee_record(into.tenant, into.permit, &entry.record)
            .await;
        match foreseen {
            Ok(imported) => Ok(Ok(imported)),
            Err(error) => Ok(Err(refused(entry, error)?)),
        }
    }

    async fn take(&self, into: Destination<'_>, entries: Vec<RecordEntry>) -> Vec<(RecordEntry, Judged)> {
        let (records, places): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .map(|entry| (entry.record, entry.places))
            .unzip();
        let written = into
            .ledger
            .import_records(into.tenant, into.permit, &records)
            .await;
        let entries = records.into_iter().zip(places);
        entries
            .zip(written)
            .map(|((record, places), written)| {
                let entry = RecordEntry { record, places };
                let judged = match written {
                    Ok(imported) => Ok(Ok(imported)),
                    Err(error) => refused(&entry, error).map(Err),
                };
                (entry, judged)
            })
            .collect()
    }

    fn remark(&self, entry: &RecordEntry, why: &str) -> Refused {
        let attribute = String::new();
        entry.places.refuse(&Broken {
            attribute,
            why: why.to_owned(),
        })
    }
}

/// What is wrong with an entry, in lines of its file; a failure of ours is none of these.
fn refused(entry: &RecordEntry, error: NotImported) -> anyhow::Result<Vec<Refused>> {
    let of = |attribute: &str, why: String| Broken {
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
