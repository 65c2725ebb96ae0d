//! A migration that has landed has run on somebody's ledger and is never edited again. What has landed is written
//! down in `CHECKSUMS` beside the migrations: one line each, git's name for the content and the file's name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::{Workspace, has_extension};

const CHECKSUMS: &str = "CHECKSUMS";

/// Content names by file name.
type Names = BTreeMap<String, String>;

/// Fails when a landed migration was changed or removed, or when a new one is not written down.
pub fn check(workspace: &Workspace) -> Result<()> {
    for folder in folders(workspace)? {
        let (landed, present) = (landed(workspace, &folder)?, present(workspace, &folder)?);
        refuse_changes(&folder, &landed, &present)?;
        let new: Vec<_> = present
            .keys()
            .filter(|file| !landed.contains_key(*file))
            .cloned()
            .collect();
        if !new.is_empty() {
            bail!(
                "{folder}: not written down yet: {}; run `cargo xtask migrations --accept` when they land",
                new.join(", ")
            );
        }
    }
    Ok(())
}

/// Writes new migrations down. Refuses when one that is written down was changed or removed.
pub fn accept(workspace: &Workspace) -> Result<()> {
    for folder in folders(workspace)? {
        let (landed, present) = (landed(workspace, &folder)?, present(workspace, &folder)?);
        refuse_changes(&folder, &landed, &present)?;
        let path = workspace.root().join(&folder).join(CHECKSUMS);
        std::fs::write(&path, written(&present))
            .with_context(|| format!("cannot write {folder}/{CHECKSUMS}"))?;
        println!(
            "{folder}: {} migrations, {} of them new",
            present.len(),
            present.len() - landed.len()
        );
    }
    Ok(())
}

/// Folders that hold migrations.
fn folders(workspace: &Workspace) -> Result<BTreeSet<String>> {
    Ok(workspace
        .files()?
        .iter()
        .filter_map(|path| path.rsplit_once('/'))
        .filter(|(folder, file)| {
            folder.ends_with("/migrations") && (has_extension(file, "sql") || *file == CHECKSUMS)
        })
        .map(|(folder, _)| folder.to_owned())
        .collect())
}

fn present(workspace: &Workspace, folder: &str) -> Result<Names> {
    let mut present = Names::new();
    for path in workspace.files()? {
        let Some((_, file)) = path
            .rsplit_once('/')
            .filter(|(parent, file)| *parent == folder && has_extension(file, "sql"))
        else {
            continue;
        };
        let name =
            process::capture(
                workspace
                    .command("git")
                    .args(["hash-object", "--no-filters", "--", &path]),
            )?;
        present.insert(file.to_owned(), name.trim().to_owned());
    }
    Ok(present)
}

fn landed(workspace: &Workspace, folder: &str) -> Result<Names> {
    let path = workspace.root().join(folder).join(CHECKSUMS);
    match std::fs::read_to_string(&path) {
        Ok(text) => read(&text).with_context(|| format!("cannot read {folder}/{CHECKSUMS}")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Names::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {folder}/{CHECKSUMS}")),
    }
}

fn read(text: &str) -> Result<Names> {
    text.lines()
        .map(|line| {
            let (name, file) = line
                .split_once("  ")
                .with_context(|| format!("not a checksum line: `{line}`"))?;
            Ok((file.to_owned(), name.to_owned()))
        })
        .collect()
}

fn written(names: &Names) -> String {
    let mut names: Vec<_> = names.iter().collect();
    names.sort_by_key(|(file, _)| number(file));
    names.into_iter().fold(String::new(), |mut text, (file, name)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}  {file}");
        text
    })
}

/// The number of a migration, by which they are carried out.
fn number(file: &str) -> Option<u32> {
    let (number, _) = file.strip_prefix('V')?.split_once("__")?;
    number.parse().ok()
}

fn refuse_changes(folder: &str, landed: &Names, present: &Names) -> Result<()> {
    for (file, name) in landed {
        match present.get(file) {
            Some(now) if now == name => {}
            Some(_) => bail!("{folder}/{file} has landed and was changed; write a new migration instead"),
            None => bail!("{folder}/{file} has landed and is gone; ledgers out there need it"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Names, read, refuse_changes, written};

    fn names(pairs: &[(&str, &str)]) -> Names {
        pairs
            .iter()
            .map(|(file, name)| ((*file).to_owned(), (*name).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_written_down_reads_back() {
        let all = names(&[("V1__ledger.sql", "aa"), ("V2__tokens.sql", "bb")]);
        assert_eq!(read(&written(&all)).unwrap(), all);
        let many = names(&[("V10__j.sql", "cc"), ("V2__b.sql", "bb")]);
        assert_eq!(written(&many), "bb  V2__b.sql\ncc  V10__j.sql\n", "by number");
    }

    #[test]
    fn a_changed_migration_is_refused() {
        let error =
            refuse_changes("m", &names(&[("V1.sql", "aa")]), &names(&[("V1.sql", "ab")])).unwrap_err();
        assert!(error.to_string().contains("was changed"), "{error}");
    }

    #[test]
    fn a_removed_migration_is_refused() {
        let error = refuse_changes("m", &names(&[("V1.sql", "aa")]), &Names::new()).unwrap_err();
        assert!(error.to_string().contains("is gone"), "{error}");
    }

    #[test]
    fn a_new_migration_is_no_change() {
        refuse_changes(
            "m",
            &names(&[("V1.sql", "aa")]),
            &names(&[("V1.sql", "aa"), ("V2.sql", "bb")]),
        )
        .unwrap();
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = read("aa V1.sql").unwrap_err();
        assert!(error.to_string().contains("aa V1.sql"), "{error}");
    }
}
