//! Who may import whom. The same table stands in `docs/architecture.md` for people to read.
//!
//! Declared dependencies are judged for every kind, feature and platform at once, so that an optional import is no way
//! around a layer. What a crate reaches through others is judged by the resolved graph.

mod graph;
mod table;
#[cfg(test)]
mod tests;

use anyhow::{Result, bail};

use self::graph::{Edges, Graph};
use self::table::{Layer, Outside};
use crate::metadata::Metadata;
use crate::workspace::Workspace;

/// Fails when a crate imports what its layer may not.
pub fn check(workspace: &Workspace) -> Result<()> {
    let graph = Graph::of(&Metadata::read(workspace)?);
    let forbidden = judge(&graph);
    if forbidden.is_empty() {
        println!("{} crates, each within its layer", graph.members.len());
        return Ok(());
    }
    bail!("forbidden imports:\n{}", forbidden.join("\n"))
}

/// Every forbidden edge of a graph, in words.
fn judge(graph: &Graph) -> Vec<String> {
    let mut forbidden = Vec::new();
    for (name, edges) in &graph.members {
        match table::layer_of(name) {
            Some(layer) => judge_member(graph, name, edges, &layer, &mut forbidden),
            None => forbidden.push(format!("{name} is in no layer: give it a row in the table")),
        }
    }
    forbidden
}

fn judge_member(graph: &Graph, name: &str, edges: &Edges, layer: &Layer, forbidden: &mut Vec<String>) {
    for import in &edges.normal {
        if graph.is_member(import) {
            if import == table::TESTKIT {
                forbidden.push(format!(
                    "{name} → {import}: only a dev-dependency may be the testkit"
                ));
            } else if !layer.may_import(import) {
                forbidden.push(format!("{name} → {import}: {}", layer.rule));
            }
        } else {
            forbidden.extend(outside(name, import, layer));
        }
    }
    for import in edges.dev.iter().filter(|import| graph.is_member(import)) {
        if import != name && !layer.may_import(import) && !layer.tests_may_import(import) {
            forbidden.push(format!("{name} → {import} (dev): {}", layer.rule));
        }
    }
    for reached in edges
        .reached
        .iter()
        .filter(|reached| !edges.normal.contains(*reached))
    {
        if layer.may_not_reach(reached) {
            forbidden.push(format!("{name} → … → {reached}: {}", layer.rule));
        }
    }
}

/// Why a crate of somebody else may not be imported here, if so.
fn outside(name: &str, import: &str, layer: &Layer) -> Option<String> {
    if let Some(owner) = table::owner_of(import).filter(|owner| !owner.crates.contains(&name)) {
        return Some(format!("{name} → {import}: {}", owner.rule));
    }
    let allowed = match layer.outside {
        Outside::Only(crates) => crates.contains(&import),
        Outside::AllBut(groups) => !groups.iter().any(|group| group.contains(&import)),
    };
    (!allowed).then(|| format!("{name} → {import}: {}", layer.rule))
}
