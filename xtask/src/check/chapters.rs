//! Every document is a chapter of the guide: `docs/SUMMARY.md` names each of them once, so that the book that mdBook makes of them
//! has all of them.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::markdown;
use crate::workspace::{Workspace, has_extension};

/// The table of contents.
const SUMMARY: &str = "docs/SUMMARY.md";

/// Fails when a document is no chapter, is one twice, or when a chapter is not there.
pub fn check(workspace: &Workspace) -> Result<()> {
    let summary = workspace
        .text(SUMMARY)?
        .context("the table of contents is no text")?;
    let documents: BTreeSet<String> = workspace
        .files()?
        .into_iter()
        .filter(|path| path.starts_with("docs/") && has_extension(path, "md") && path != SUMMARY)
        .collect();
    let wrong = wrong(&summary, &documents);
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{SUMMARY}:\n{}", wrong.join("\n"))
}

fn wrong(summary: &str, documents: &BTreeSet<String>) -> Vec<String> {
    let mut chapters = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in markdown::lines(summary) {
        for target in markdown::targets(line.text) {
            let chapter = format!("docs/{target}");
            if !documents.contains(&chapter) {
                wrong.push(format!("line {}: {target} is no document", line.number));
            }
            if !chapters.insert(chapter) {
                wrong.push(format!("line {}: {target} is a chapter twice", line.number));
            }
        }
    }
    let left_out = documents.difference(&chapters);
    wrong.extend(left_out.map(|document| format!("{document} is no chapter")));
    wrong
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn every_document_is_a_chapter_once() {
        let documents = ["docs/a.md", "docs/b/c.md"].map(str::to_owned).into();
        assert_eq!(
            wrong("# Guide\n\n- [A](a.md)\n  - [C](b/c.md)\n", &documents),
            [""; 0]
        );
        let told = wrong("- [A](a.md)\n- [A](a.md)\n- [D](d.md)\n", &documents);
        assert_eq!(
            told,
            [
                "line 2: a.md is a chapter twice",
                "line 3: d.md is no document",
                "docs/b/c.md is no chapter",
            ]
        );
    }
}
