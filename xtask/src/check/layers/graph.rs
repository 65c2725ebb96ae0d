//! The dependency graph as the layers see it.

use std::collections::{BTreeMap, BTreeSet};

use crate::metadata::{Kind, Metadata};

/// The crates of the workspace and what each imports.
pub struct Graph {
    /// By name.
    pub members: BTreeMap<String, Edges>,
}

/// What a crate imports, by name.
#[derive(Default)]
pub struct Edges {
    /// By its code or its build script.
    pub normal: BTreeSet<String>,
    /// By its tests.
    pub dev: BTreeSet<String>,
    /// By its code, directly or through others.
    pub reached: BTreeSet<String>,
}

impl Graph {
    /// Reads the graph out of cargo's.
    pub fn of(metadata: &Metadata) -> Self {
        let names: BTreeMap<&str, &str> = metadata
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package.name.as_str()))
            .collect();
        let nexts = normal_edges(metadata);
        let members = metadata
            .packages
            .iter()
            .filter(|package| metadata.workspace_members.contains(&package.id))
            .map(|package| {
                let mut edges = Edges::default();
                for dependency in &package.dependencies {
                    let kind = if dependency.kind == Some(Kind::Dev) {
                        &mut edges.dev
                    } else {
                        &mut edges.normal
                    };
                    kind.insert(dependency.name.clone());
                }
                edges.reached = reached(&package.id, &nexts)
                    .into_iter()
                    .filter_map(|id| names.get(id).map(|name| (*name).to_owned()))
                    .collect();
                (package.name.clone(), edges)
            })
            .collect();
        Self { members }
    }

    /// Whether a name is that of a crate of the workspace.
    pub fn is_member(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }
}

/// Ids by id, without what only tests or build scripts use.
fn normal_edges(metadata: &Metadata) -> BTreeMap<&str, Vec<&str>> {
    metadata
        .resolve
        .nodes
        .iter()
        .map(|node| {
            let normal = node
                .deps
                .iter()
                .filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind.is_none()));
            (node.id.as_str(), normal.map(|dep| dep.pkg.as_str()).collect())
        })
        .collect()
}

fn reached<'ids>(start: &'ids str, nexts: &BTreeMap<&'ids str, Vec<&'ids str>>) -> BTreeSet<&'ids str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        for next in nexts.get(id).into_iter().flatten() {
            if seen.insert(*next) {
                open.push(next);
            }
        }
    }
    seen
}
