//! The journal of erasures (DSR-13): a file outside the ledger, one line of JSON for each deletion of a person, with ids and nobody's name.
//!
//! Whoever brings back a copy of the ledger brings back people who were deleted since; with the journal they are deleted again.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::Context as _;
use consentry_ledger::{
    Caller, Ledger, Target,
    access::{Provision, authorize},
    erasure::{Erased, ErasureJournal},
};

use crate::{configuration::Configuration, ledger_place::LedgerPlace};

/// Its name beside a ledger in a folder.
pub const JOURNAL: &str = "erasures.ndjson";

/// No line is longer, in bytes.
const LONGEST_LINE: u64 = 1024;

/// Where the journal of a ledger is: where the configuration says, else beside a ledger in a folder.
pub fn place(configuration: &Configuration, ledger: &LedgerPlace) -> Option<PathBuf> {
    let own = configuration.storage.erasures_file.clone();
    own.or_else(|| match ledger {
        LedgerPlace::Folder { folder, .. } => Some(folder.join(JOURNAL)),
        LedgerPlace::Postgres { .. } => None,
    })
}

/// A journal that is written to.
#[derive(Debug)]
pub struct FileJournal {
    file: Mutex<File>,
}

impl FileJournal {
    /// Opens the file, which is made where it is not there: a journal without lines says that nobody was deleted.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).with_context(|| path.display().to_string())?;
        take_cut_line_away(&mut file).with_context(|| path.display().to_string())?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }
}

/// Takes away what a crash left of a line: the next one would go on in it.
fn take_cut_line_away(file: &mut File) -> std::io::Result<()> {
    let from = file.metadata()?.len().saturating_sub(LONGEST_LINE);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let rest = end.iter().rev().take_while(|byte| **byte != b'\n').count();
    if rest > 0 {
        let kept = u64::try_from(end.len() - rest).unwrap_or_default();
        file.set_len(from + kept)?;
    }
    Ok(())
}

impl ErasureJournal for FileJournal {
    fn note(&self, erased: &Erased) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(erased)?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.sync_data()
    }
}

/// Reads a journal. A line that was cut off by a crash is none: its deletion is noted again by the job that finishes it.
pub fn read(path: &Path) -> anyhow::Result<Vec<Erased>> {
    let shown = || path.display().to_string();
    let mut source = BufReader::new(File::open(path).with_context(shown)?);
    let mut all = Vec::new();
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        if source.read_line(&mut line).with_context(shown)? == 0 || !line.ends_with('\n') {
            break;
        }
        let erased = serde_json::from_str(&line).with_context(|| {
            format!(
                "line {number} of {} is none of a journal of erasures",
                path.display()
            )
        })?;
        all.push(erased);
    }
    Ok(all)
}

/// Deletes everybody again whom a journal names and who is there; answers how many that were.
pub async fn apply(ledger: &Ledger, journal: &[Erased]) -> anyhow::Result<usize> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let mut again = 0;
    for erased in journal {
        let directory = ledger.directory();
        let Some(tenant) = directory.tenant(erased.tenant) else {
            continue;
        };
        let done = ledger.erase_again(tenant, &permit, erased.subject).await;
        if done.with_context(|| format!("{} could not be deleted again", erased.subject))? {
            again += 1;
        }
    }
    Ok(again)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"tenant":"0190d7f4-5a2b-7000-8000-000000000001","subject":"0190d7f4-5a2b-7000-8000-000000000002","at":"2026-11-30T12:00:00.000000Z"}"#;

    #[test]
    fn dsr_13_a_line_that_was_cut_off_is_none_and_another_wrong_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("somewhere").join(JOURNAL);
        let journal = FileJournal::open(&path).unwrap();
        assert_eq!(read(&path).unwrap(), []);
        let erased: Erased = serde_json::from_str(LINE).unwrap();
        journal.note(&erased).unwrap();
        let again = FileJournal::open(&path).unwrap();
        again.note(&erased).unwrap();
        assert_eq!(read(&path).unwrap(), [erased.clone(), erased.clone()]);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 4]).unwrap();
        assert_eq!(read(&path).unwrap(), std::slice::from_ref(&erased));
        FileJournal::open(&path).unwrap().note(&erased).unwrap();
        assert_eq!(read(&path).unwrap(), [erased.clone(), erased]);
        std::fs::write(&path, format!("nonsense\n{whole}")).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("line 1 of"));
        assert!(read(&folder.path().join("absent")).is_err());
    }
}
