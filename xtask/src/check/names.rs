//! Files and modules are named after what they hold. A name that could hold anything ends up holding everything.

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const EMPTY_NAMES: [&str; 8] = [
    "helper", "helpers", "manager", "managers", "misc", "stuff", "util", "utils",
];

/// Fails when a folder or file has a name that says nothing.
pub fn check(workspace: &Workspace) -> Result<()> {
    let found: Vec<String> = workspace
        .files()?
        .into_iter()
        .filter(|path| says_nothing(path))
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    bail!("name these after what they hold: {}", found.join(", "))
}

fn says_nothing(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        stem.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::says_nothing;

    #[test]
    fn a_name_that_could_hold_anything_is_refused() {
        for path in [
            "crates/web/src/utils.rs",
            "crates/web/src/helpers/time.rs",
            "e2e/page_helper.mjs",
        ] {
            assert!(says_nothing(path), "{path}");
        }
    }

    #[test]
    fn a_name_of_the_field_passes() {
        for path in [
            "crates/ledger/src/writer.rs",
            "crates/web/src/callers/basic.rs",
            "docs/adr/0001-one-ledger.md",
        ] {
            assert!(!says_nothing(path), "{path}");
        }
    }
}
