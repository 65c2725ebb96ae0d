//! What the binary is made of, as a software bill of materials: CycloneDX 1.6 in JSON.
//!
//! What lives here: reading what cargo says of the binary's dependencies, those that only tests need left out. The same sources give the
//! same text, so it has neither a time nor a serial number.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process;
use crate::workspace::Workspace;

/// The crate of the binary.
const PACKAGE: &str = "consentry-server";

/// The bill of the binary for this machine's platform, under the version that it is packaged as.
pub fn of_binary(workspace: &Workspace, version: &str) -> Result<String> {
    let tree = process::capture(workspace.cargo().args([
        "tree",
        "--locked",
        "--package",
        PACKAGE,
        "--edges",
        "normal,build",
        "--prefix",
        "depth",
        "--format",
        "|{p}|{l}",
    ]))?;
    let lock = workspace.text("Cargo.lock")?.context("there is no Cargo.lock")?;
    let bill = bill(&Parts::read(&tree)?, &checksums(&lock), version);
    Ok(format!("{bill:#}\n"))
}

/// A crate, by name and version.
type Name = (String, String);

/// What the binary is made of.
#[derive(Default)]
struct Parts {
    /// Licences, and whether the crate is of a registry.
    crates: BTreeMap<Name, (String, bool)>,
    /// What each crate asks for.
    needs: BTreeMap<Name, BTreeSet<Name>>,
}

impl Parts {
    /// Reads lines such as `2|serde v1.0.0 (proc-macro)|MIT`; the number is how deep the crate is below the first one.
    fn read(tree: &str) -> Result<Self> {
        let mut parts = Self::default();
        let mut above: Vec<Name> = Vec::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let told = || format!("cargo tree says {line:?}");
            let mut fields = line.split('|');
            let (depth, package) = (
                fields.next().with_context(told)?,
                fields.next().with_context(told)?,
            );
            // What was shown before ends in a star, behind its licences.
            let licences = fields
                .next()
                .unwrap_or_default()
                .trim_end_matches(" (*)")
                .to_owned();
            let depth: usize = depth.parse().with_context(told)?;
            let mut words = package.split(' ');
            let name = words.next().with_context(told)?.to_owned();
            let version = words
                .next()
                .and_then(|word| word.strip_prefix('v'))
                .with_context(told)?
                .to_owned();
            let is_ours = words.any(|word| word.starts_with("(/"));
            let part = (name, version);
            above.truncate(depth);
            if let Some(parent) = above.last() {
                parts
                    .needs
                    .entry(parent.clone())
                    .or_default()
                    .insert(part.clone());
            }
            parts.crates.entry(part.clone()).or_insert((licences, !is_ours));
            above.push(part);
        }
        Ok(parts)
    }
}

/// The checksums of packages, by name and version.
fn checksums(lock: &str) -> BTreeMap<Name, String> {
    let mut checksums = BTreeMap::new();
    for package in lock.split("[[package]]") {
        let field = |name: &str| {
            let start = format!("{name} = \"");
            let line = package.lines().find_map(|line| line.strip_prefix(&start))?;
            Some(line.trim_end_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(checksum)) =
            (field("name"), field("version"), field("checksum"))
        {
            checksums.insert((name, version), checksum);
        }
    }
    checksums
}

fn bill(parts: &Parts, checksums: &BTreeMap<Name, String>, version: &str) -> Value {
    let is_root = |name: &Name| name.0 == PACKAGE;
    let reference = |name: &Name| {
        if is_root(name) {
            "consentry".to_owned()
        } else {
            format!("{}@{}", name.0, name.1)
        }
    };
    let components = parts.crates.iter().filter(|(name, _)| !is_root(name));
    let components: Vec<Value> = components
        .map(|(name, (licences, is_of_registry))| {
            let mut component = json!({
                "type": "library", "bom-ref": reference(name), "name": name.0, "version": name.1, "scope": "required",
            });
            if !licences.is_empty() {
                // A slash is how some crates still write it.
                component["licenses"] = json!([{ "expression": licences.replace('/', " OR ") }]);
            }
            if *is_of_registry {
                component["purl"] = json!(format!("pkg:cargo/{}@{}", name.0, name.1.replace('+', "%2B")));
            }
            if let Some(checksum) = checksums.get(name) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
            }
            component
        })
        .collect();
    let nothing = BTreeSet::new();
    let dependencies: Vec<Value> = parts
        .crates
        .keys()
        .map(|name| {
            let needs = parts.needs.get(name).unwrap_or(&nothing);
            json!({ "ref": reference(name), "dependsOn": needs.iter().map(reference).collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": "consentry", "name": "consentry", "version": version,
            "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
        } },
        "components": components,
        "dependencies": dependencies,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_names_each_crate_once_with_what_it_asks_for() {
        let tree = "0|consentry-server v0.1.0 (/source/crates/server)|MIT\n1|one v1.0.0|MIT/Apache-2.0\n2|two v2.0.0+3 (proc-macro)|ISC\n\
                    1|two v2.0.0+3 (proc-macro)|ISC (*)\n1|own v0.1.0 (/source/crates/own)|MIT\n";
        let lock = "[[package]]\nname = \"one\"\nversion = \"1.0.0\"\nsource = \"x\"\nchecksum = \"ab\"\n";
        let bill = bill(&Parts::read(tree).unwrap(), &checksums(lock), "7.1");
        assert_eq!(bill["metadata"]["component"]["version"], "7.1");
        let components = bill["components"].as_array().unwrap();
        assert_eq!(components.len(), 3);
        assert_eq!(components[0]["name"], "one");
        assert_eq!(components[0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(components[0]["hashes"][0]["content"], "ab");
        assert_eq!(components[1].get("purl"), None);
        assert_eq!(components[2]["purl"], "pkg:cargo/two@2.0.0%2B3");
        let needs = bill["dependencies"].as_array().unwrap();
        let of = |name: &str| {
            let found = needs.iter().find(|needs| needs["ref"] == name).unwrap();
            found["dependsOn"].clone()
        };
        assert_eq!(of("consentry"), json!(["one@1.0.0", "own@0.1.0", "two@2.0.0+3"]));
        assert_eq!(of("one@1.0.0"), json!(["two@2.0.0+3"]));
        assert_eq!(of("two@2.0.0+3"), json!([]));
    }

    #[test]
    fn the_bill_of_the_binary_has_its_cryptography_and_nothing_of_the_tests() {
        let text = of_binary(&Workspace::find().unwrap(), "0.1.0").unwrap();
        let bill: Value = serde_json::from_str(&text).unwrap();
        let components = bill["components"].as_array().unwrap();
        let named = |name: &str| components.iter().find(|component| component["name"] == name);
        let cryptography = named("aws-lc-rs").unwrap();
        assert_eq!(cryptography["hashes"][0]["content"].as_str().unwrap().len(), 64);
        assert!(named("consentry-ledger").is_some());
        for absent in ["consentry-testkit", "rcgen", "insta", "proptest"] {
            assert!(named(absent).is_none(), "{absent}");
        }
        assert!(
            components
                .iter()
                .all(|component| component["licenses"][0]["expression"].is_string())
        );
    }
}
