//! Every link of a document that stays inside the project leads somewhere: to a file that is part of it, and to a
//! heading that this file has.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::markdown;
use crate::workspace::{Workspace, has_extension};

/// Fails when a document links to a file or heading that is not there.
pub fn check(workspace: &Workspace) -> Result<()> {
    let files: BTreeSet<String> = workspace.files()?.into_iter().collect();
    let mut broken = Vec::new();
    for path in files.iter().filter(|path| has_extension(path, "md")) {
        let Some(document) = workspace.text(path)? else {
            continue;
        };
        for line in markdown::lines(&document)
            .iter()
            .filter(|line| line.block.is_none())
        {
            for target in markdown::targets(line.text) {
                if let Some(what) = missing(workspace, &files, path, &target)? {
                    broken.push(format!("{path}:{}: {what}", line.number));
                }
            }
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    bail!("links that lead nowhere:\n{}", broken.join("\n"))
}

fn missing(
    workspace: &Workspace,
    files: &BTreeSet<String>,
    from: &str,
    target: &str,
) -> Result<Option<String>> {
    if target.contains("://") || target.starts_with("mailto:") {
        return Ok(None);
    }
    let (path, heading) = target
        .split_once('#')
        .map_or((target, None), |(path, heading)| (path, Some(heading)));
    let Some(path) = (if path.is_empty() {
        Some(from.to_owned())
    } else {
        resolve(from, path)
    }) else {
        return Ok(Some(format!("`{target}` leads out of the project")));
    };
    let is_folder = files
        .iter()
        .any(|file| file.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/')));
    if !files.contains(&path) && !is_folder {
        return Ok(Some(format!("`{target}` is not part of the project")));
    }
    let Some(heading) = heading.filter(|_| has_extension(&path, "md")) else {
        return Ok(None);
    };
    let document = workspace.text(&path)?.unwrap_or_default();
    let known = markdown::anchors(&document)
        .iter()
        .any(|anchor| anchor == heading);
    Ok((!known).then(|| format!("{path} has no heading `#{heading}`")))
}

/// The target as a path from the root; `None` when it climbs above it.
fn resolve(from: &str, target: &str) -> Option<String> {
    let (folder, target) = match target.strip_prefix('/') {
        Some(target) => ("", target),
        None => (from.rsplit_once('/').map_or("", |(folder, _)| folder), target),
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn a_target_is_read_from_where_the_document_stands() {
        assert_eq!(
            resolve("docs/adr/0001.md", "../architecture.md").as_deref(),
            Some("docs/architecture.md")
        );
        assert_eq!(resolve("README.md", "./docs/").as_deref(), Some("docs"));
        assert_eq!(
            resolve("docs/status.md", "/README.md").as_deref(),
            Some("README.md")
        );
    }

    #[test]
    fn a_target_above_the_root_is_none() {
        assert_eq!(resolve("README.md", "../elsewhere.md"), None);
    }
}
