//! A document that names the test of a requirement names one that is there: `` `module::beginning` `` is a function of that module.
//!
//! A module is a file, or the folder whose `mod.rs` or `tests.rs` it is. Only the beginning of the name has to be there, since one
//! requirement may have several tests.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::markdown;
use crate::workspace::{Workspace, has_extension};

/// Functions by module.
type Functions = BTreeMap<String, BTreeSet<String>>;

/// Fails when a document names a test that is not there.
pub fn check(workspace: &Workspace) -> Result<()> {
    let files = workspace.files()?;
    let mut functions = Functions::new();
    for path in files.iter().filter(|path| has_extension(path, "rs")) {
        if let Some(source) = workspace.text(path)? {
            collect(path, &source, &mut functions);
        }
    }
    let mut missing = Vec::new();
    for path in files.iter().filter(|path| has_extension(path, "md")) {
        let Some(document) = workspace.text(path)? else {
            continue;
        };
        for line in markdown::lines(&document)
            .iter()
            .filter(|line| line.block.is_none())
        {
            for (module, beginning) in named(line.text) {
                if !is_there(&functions, module, beginning) {
                    missing.push(format!(
                        "{path}:{}: there is no test {module}::{beginning}…",
                        line.number
                    ));
                }
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!("tests that are named and not there:\n{}", missing.join("\n"))
}

fn collect(path: &str, source: &str, functions: &mut Functions) {
    let mut parts = path.trim_end_matches(".rs").rsplit('/');
    let file = parts.next().unwrap_or_default();
    let modules = match file {
        "mod" | "tests" => [Some(file), parts.next()],
        _ => [Some(file), None],
    };
    for name in source.split("fn ").skip(1) {
        let end = name.find(|character: char| !is_word(character));
        let name = &name[..end.unwrap_or(name.len())];
        for module in modules.into_iter().flatten() {
            functions
                .entry(module.to_owned())
                .or_default()
                .insert(name.to_owned());
        }
    }
}

/// What stands between backticks as module and beginning of a name, with an ellipsis behind it or without.
fn named(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split('`').skip(1).step_by(2).filter_map(|code| {
        let (module, name) = code.split_once("::")?;
        let name = name.trim_end_matches('…');
        let is_name = |text: &str| !text.is_empty() && text.chars().all(is_word);
        (is_name(module) && is_name(name)).then_some((module, name))
    })
}

fn is_there(functions: &Functions, module: &str, beginning: &str) -> bool {
    functions
        .get(module)
        .is_some_and(|names| names.iter().any(|name| name.starts_with(beginning)))
}

fn is_word(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_in_its_module_alone() {
        let mut functions = Functions::new();
        collect(
            "crates/a/tests/suite/code.rs",
            "async fn b01_11_a_code_ends() {}",
            &mut functions,
        );
        collect(
            "crates/a/src/redeem/tests.rs",
            "fn b02_it_fits() {}",
            &mut functions,
        );
        assert!(is_there(&functions, "code", "b01_11"));
        assert!(is_there(&functions, "redeem", "b02"));
        assert!(!is_there(&functions, "code", "b02"));
        assert!(!is_there(&functions, "code", "b01_12"));
        assert!(!is_there(&functions, "other", "b01"));
    }

    #[test]
    fn only_names_between_backticks_count() {
        let line = "| B01 | `code::b01_11`, `code::b01_…`; `Vec::new`, `a::B`, code::b01_12, `https:://x` |";
        assert_eq!(
            named(line).collect::<Vec<_>>(),
            [("code", "b01_11"), ("code", "b01_")]
        );
    }
}
