//! What the members of files that operators write mean: the documentation of the types that read them, gathered into one file, so that
//! schema and reference say what the code says. A type is known by the names of its members.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use crate::workspace::{Workspace, has_extension};

/// What is gathered; the binary has it in it.
const GATHERED: &str = "crates/server/src/schema/members.json";

/// Where types that read such files are.
const PLACES: [&str; 5] = [
    "crates/domain/src/",
    "crates/ledger/src/",
    "crates/server/src/configuration",
    "crates/server/src/manifest",
    "crates/server/src/root_key.rs",
];

/// A type whose members are made by a macro, each as `member = "name": […]`.
const NAMES: &str = "record_names! {";

/// Members of one type, each with what it means.
type Members = BTreeMap<String, String>;

/// Fails when what is gathered is not what the code says.
pub fn check(workspace: &Workspace) -> Result<()> {
    let kept = std::fs::read_to_string(workspace.root().join(GATHERED)).unwrap_or_default();
    if kept != gathered(workspace)? {
        bail!("{GATHERED} is not what the code says; run `cargo xtask described --accept`");
    }
    Ok(())
}

/// Gathers it.
pub fn accept(workspace: &Workspace) -> Result<()> {
    let path = workspace.root().join(GATHERED);
    std::fs::write(&path, gathered(workspace)?).with_context(|| format!("cannot write {GATHERED}"))
}

fn gathered(workspace: &Workspace) -> Result<String> {
    let mut types: BTreeSet<Members> = BTreeSet::new();
    for path in workspace.files()? {
        if !has_extension(&path, "rs") || !PLACES.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        let text = workspace.text(&path)?.unwrap_or_default();
        types.extend(of_file(&text));
    }
    let mut written = serde_json::to_string_pretty(&types)?;
    written.push('\n');
    Ok(written)
}

/// The types of a file that read something and say of every member what it means.
fn of_file(text: &str) -> Vec<Members> {
    let mut types = Vec::new();
    let mut derives = String::new();
    let mut open: Option<Reading> = None;
    for line in text.lines() {
        let told = line.trim();
        let Some(reading) = &mut open else {
            if told.starts_with("#[derive(") {
                told.clone_into(&mut derives);
            } else if told == NAMES {
                open = Some(Reading::default());
            } else if is_struct(told) {
                if derives.contains("Deserialize") {
                    open = Some(Reading::default());
                }
                derives.clear();
            }
            continue;
        };
        if told == "}" {
            types.extend(reading.finish());
            open = None;
        } else {
            reading.line(told);
        }
    }
    types
}

fn is_struct(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    line.ends_with(" {") && words.iter().take(2).any(|word| *word == "struct")
}

#[derive(Default)]
struct Reading {
    members: Members,
    said: Vec<String>,
    name: Option<String>,
    is_left_out: bool,
}

impl Reading {
    fn line(&mut self, line: &str) {
        if let Some(said) = line.strip_prefix("///") {
            self.said.push(said.trim().to_owned());
        } else if line.starts_with("#[") {
            if let Some((_, name)) = line.split_once("rename = \"") {
                self.name = name.split('"').next().map(str::to_owned);
            }
            self.is_left_out |= line.contains("serde(skip)");
        } else if let Some((declared, _)) = line.split_once(": ") {
            let declared = declared.split(" = ").next().unwrap_or_default();
            let own = declared
                .rsplit(' ')
                .next()
                .unwrap_or_default()
                .trim_start_matches("r#");
            let name = self.name.take().unwrap_or_else(|| own.to_owned());
            let said = plain(&std::mem::take(&mut self.said).join(" "));
            if !std::mem::take(&mut self.is_left_out) {
                self.members.insert(name, said);
            }
        }
    }

    fn finish(&mut self) -> Option<Members> {
        let members = std::mem::take(&mut self.members);
        let all_said = !members.is_empty() && members.values().all(|said| !said.is_empty());
        all_said.then_some(members)
    }
}

/// Without the links that only the documentation of code follows.
fn plain(said: &str) -> String {
    said.replace("[`Self::", "`")
        .replace("[`", "`")
        .replace("`]", "`")
}

#[cfg(test)]
mod tests {
    use super::of_file;

    #[test]
    fn a_type_that_reads_is_known_by_its_members() {
        let code = "#[derive(Debug, Deserialize)]\n#[serde(default)]\npub struct Section {\n    /// First,\n    /// see [`Self::b`].\n    \
            pub a: u8,\n    /// Second.\n    #[serde(rename = \"type\")]\n    pub b: Option<String>,\n}\n";
        let types = of_file(code);
        assert_eq!(types.len(), 1);
        assert_eq!(types[0]["a"], "First, see `b`.");
        assert_eq!(types[0]["type"], "Second.");
    }

    #[test]
    fn what_reads_nothing_or_says_nothing_is_left_out() {
        assert_eq!(
            of_file("#[derive(Debug)]\nstruct A {\n    /// Said.\n    a: u8,\n}\n"),
            []
        );
        assert_eq!(of_file("#[derive(Deserialize)]\nstruct A {\n    a: u8,\n}\n"), []);
    }
}
