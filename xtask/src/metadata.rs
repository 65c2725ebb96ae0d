//! The part of `cargo metadata` that the tasks read.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;
use crate::workspace::Workspace;

/// The answer of `cargo metadata --format-version 1`.
#[derive(Deserialize)]
pub struct Metadata {
    /// Every package of the dependency graph.
    pub packages: Vec<Package>,
    /// Ids of the packages that belong to the workspace.
    pub workspace_members: Vec<String>,
    /// The resolved graph.
    pub resolve: Resolve,
}

/// A package and what its manifest asks for.
#[derive(Deserialize)]
pub struct Package {
    /// Opaque id, the key of the resolved graph.
    pub id: String,
    /// Name as in the manifest.
    pub name: String,
    /// Dependencies as declared, before any feature or platform is chosen.
    pub dependencies: Vec<Dependency>,
}

/// A declared dependency.
#[derive(Deserialize)]
pub struct Dependency {
    /// Name of the package that is asked for, not what it is renamed to.
    pub name: String,
    /// Absent for a normal dependency.
    pub kind: Option<Kind>,
}

/// What a dependency is declared for; absent means normal.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// For tests, examples and benches only.
    Dev,
    /// For the build script.
    Build,
}

/// The resolved graph.
#[derive(Deserialize)]
pub struct Resolve {
    /// One node for each package.
    pub nodes: Vec<Node>,
}

/// A package in the resolved graph.
#[derive(Deserialize)]
pub struct Node {
    /// Package id.
    pub id: String,
    /// What it depends on after resolution.
    pub deps: Vec<NodeDependency>,
}

/// An edge of the resolved graph.
#[derive(Deserialize)]
pub struct NodeDependency {
    /// Package id of the dependency.
    pub pkg: String,
    /// The kinds the edge stands for.
    pub dep_kinds: Vec<DependencyKind>,
}

/// One kind of an edge.
#[derive(Deserialize)]
pub struct DependencyKind {
    /// Absent for a normal dependency.
    pub kind: Option<Kind>,
}

impl Metadata {
    /// Asks cargo for the graph of the workspace, with the lock file as it is. What is declared is listed for every
    /// platform; what is resolved is the graph on the platform that Consentry is run on first of all.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let answer = process::capture(
            workspace
                .cargo()
                .args(["metadata", "--format-version", "1", "--locked", "--quiet"])
                .args(["--filter-platform", "x86_64-unknown-linux-gnu"]),
        )?;
        serde_json::from_str(&answer).context("cargo metadata answered something unexpected")
    }
}
