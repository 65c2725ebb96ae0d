//! Made-up graphs: each kind of forbidden edge is found, and the house as planned passes.

use std::collections::BTreeMap;

use super::graph::{Edges, Graph};
use super::judge;
use crate::metadata::Metadata;

/// A crate with its normal imports, its test imports, and what it reaches besides.
type Member<'text> = (
    &'text str,
    &'text [&'text str],
    &'text [&'text str],
    &'text [&'text str],
);

fn graph(members: &[Member<'_>]) -> Graph {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    let members: BTreeMap<String, Edges> = members
        .iter()
        .map(|(name, normal, dev, reached)| {
            let edges = Edges {
                normal: names(normal),
                dev: names(dev),
                reached: names(reached),
            };
            ((*name).to_owned(), edges)
        })
        .collect();
    Graph { members }
}

/// The crates of the house without any import, and one more with the imports under test.
fn beside_the_house(member: Member<'_>) -> Graph {
    let mut all: Vec<Member<'_>> = [
        "consentry-domain",
        "consentry-jose",
        "consentry-store",
        "consentry-sqlite-vfs",
        "consentry-store-sqlite",
        "consentry-store-postgres",
        "consentry-ledger",
        "consentry-egress",
        "consentry-web",
        "consentry-door-authorization",
        "consentry-door-records",
        "consentry-server",
        "consentry-testkit",
    ]
    .iter()
    .map(|name| (*name, &[] as &[&str], &[] as &[&str], &[] as &[&str]))
    .filter(|(name, ..)| *name != member.0)
    .collect();
    all.push(member);
    graph(&all)
}

#[track_caller]
fn refused(name: &str, import: &str) {
    let found = judge(&beside_the_house((name, &[import], &[], &[])));
    assert_eq!(found.len(), 1, "{name} → {import}: {found:?}");
    assert!(found[0].starts_with(&format!("{name} → {import}: ")), "{found:?}");
}

#[track_caller]
fn passes(name: &str, imports: &[&str], tests: &[&str]) {
    assert_eq!(
        judge(&beside_the_house((name, imports, tests, &[]))),
        [] as [String; 0]
    );
}

#[test]
fn the_domain_stays_pure() {
    for import in [
        "tokio",
        "rusqlite",
        "axum",
        "reqwest",
        "rand",
        "consentry-jose",
        "consentry-store",
        "anything-new",
    ] {
        refused("consentry-domain", import);
    }
    passes(
        "consentry-domain",
        &["serde", "uuid", "jiff", "thiserror"],
        &["proptest", "serde_json"],
    );
}

#[test]
fn jose_knows_neither_domain_nor_store() {
    for import in ["consentry-domain", "consentry-store", "tokio", "jsonwebtoken"] {
        refused("consentry-jose", import);
    }
    passes(
        "consentry-jose",
        &["aws-lc-rs", "serde", "serde_json", "base64"],
        &["insta"],
    );
}

#[test]
fn the_store_knows_no_driver_and_no_http() {
    for import in [
        "rusqlite",
        "tokio-postgres",
        "axum",
        "consentry-ledger",
        "consentry-store-sqlite",
    ] {
        refused("consentry-store", import);
    }
    passes(
        "consentry-store",
        &["consentry-domain", "tokio", "async-trait"],
        &[],
    );
}

#[test]
fn an_engine_knows_store_domain_and_its_driver() {
    for import in [
        "consentry-ledger",
        "consentry-door-records",
        "consentry-web",
        "axum",
        "tokio-postgres",
    ] {
        refused("consentry-store-sqlite", import);
    }
    passes(
        "consentry-store-sqlite",
        &[
            "consentry-store",
            "consentry-domain",
            "consentry-sqlite-vfs",
            "rusqlite",
            "refinery",
        ],
        &["tempfile"],
    );
    passes("consentry-sqlite-vfs", &["rusqlite"], &["tempfile"]);
    for import in ["consentry-domain", "consentry-store", "tokio", "refinery"] {
        refused("consentry-sqlite-vfs", import);
    }
    refused("consentry-ledger", "consentry-sqlite-vfs");
    for import in [
        "consentry-ledger",
        "consentry-store-sqlite",
        "consentry-web",
        "axum",
        "rusqlite",
        "sqlx",
    ] {
        refused("consentry-store-postgres", import);
    }
    passes(
        "consentry-store-postgres",
        &[
            "consentry-store",
            "consentry-domain",
            "tokio-postgres",
            "deadpool-postgres",
            "refinery",
        ],
        &["consentry-testkit"],
    );
}

#[test]
fn the_testkit_starts_a_server_without_its_driver() {
    refused("consentry-testkit", "tokio-postgres");
    refused("consentry-testkit", "deadpool-postgres");
}

#[test]
fn nothing_but_server_and_tests_imports_an_engine() {
    for name in [
        "consentry-ledger",
        "consentry-web",
        "consentry-egress",
        "consentry-door-records",
    ] {
        refused(name, "consentry-store-sqlite");
        refused(name, "consentry-store-postgres");
    }
    passes(
        "consentry-server",
        &["consentry-store-sqlite", "consentry-store-postgres"],
        &[],
    );
    passes("consentry-ledger", &[], &["consentry-store-sqlite"]);
}

#[test]
fn the_ledger_knows_no_http_no_driver_no_door() {
    for import in [
        "axum",
        "rusqlite",
        "consentry-web",
        "consentry-door-records",
        "consentry-egress",
    ] {
        refused("consentry-ledger", import);
    }
    passes(
        "consentry-ledger",
        &["consentry-domain", "consentry-store", "consentry-jose", "tokio"],
        &[],
    );
}

#[test]
fn what_leaves_leaves_through_egress() {
    for name in [
        "consentry-ledger",
        "consentry-web",
        "consentry-door-authorization",
        "consentry-server",
    ] {
        refused(name, "reqwest");
        refused(name, "lettre");
        refused(name, "ldap3");
    }
    passes("consentry-egress", &["reqwest", "ldap3", "consentry-domain"], &[]);
    refused("consentry-egress", "consentry-ledger");
}

#[test]
fn web_knows_neither_store_nor_door() {
    for import in [
        "consentry-store",
        "rusqlite",
        "consentry-door-records",
        "consentry-jose",
    ] {
        refused("consentry-web", import);
    }
    passes(
        "consentry-web",
        &["consentry-ledger", "consentry-domain", "axum"],
        &["insta"],
    );
}

#[test]
fn a_door_knows_no_other_door_no_store_no_driver() {
    for import in [
        "consentry-door-authorization",
        "consentry-store",
        "rusqlite",
        "tokio-postgres",
        "consentry-server",
    ] {
        refused("consentry-door-records", import);
    }
    passes(
        "consentry-door-records",
        &[
            "consentry-web",
            "consentry-ledger",
            "consentry-domain",
            "consentry-jose",
            "consentry-egress",
            "axum",
        ],
        &["consentry-testkit"],
    );
}

#[test]
fn a_new_door_needs_no_row() {
    passes(
        "consentry-door-made-up",
        &["consentry-web", "consentry-ledger"],
        &["consentry-testkit"],
    );
    refused("consentry-door-made-up", "consentry-door-records");
}

#[test]
fn the_testkit_is_for_tests_only() {
    for name in ["consentry-server", "consentry-ledger", "consentry-door-records"] {
        refused(name, "consentry-testkit");
        passes(name, &[], &["consentry-testkit"]);
    }
    let found = judge(&beside_the_house((
        "consentry-domain",
        &[],
        &["consentry-testkit"],
        &[],
    )));
    assert_eq!(
        found.len(),
        1,
        "the domain's tests need no house around them: {found:?}"
    );
}

#[test]
fn tests_may_not_reach_around_a_door() {
    let found = judge(&beside_the_house((
        "consentry-door-records",
        &[],
        &["consentry-door-authorization"],
        &[],
    )));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn what_is_reached_through_others_counts() {
    let found = judge(&beside_the_house((
        "consentry-domain",
        &["uuid"],
        &[],
        &["uuid", "tokio"],
    )));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("consentry-domain → … → tokio: "),
        "{found:?}"
    );
}

#[test]
fn a_crate_without_a_layer_is_refused() {
    let found = judge(&graph(&[("consentry-somewhere", &[], &[], &[])]));
    assert_eq!(
        found,
        ["consentry-somewhere is in no layer: give it a row in the table"]
    );
}

#[test]
fn xtask_stays_light() {
    refused("xtask", "tokio");
    refused("xtask", "consentry-domain");
}

#[test]
fn cargos_answer_is_read_by_kind_and_through_others() {
    let metadata: Metadata = serde_json::from_str(
        r#"{
          "packages": [
            {"id": "a", "name": "consentry-domain", "dependencies": [
              {"name": "uuid", "kind": null}, {"name": "proptest", "kind": "dev"}, {"name": "cc", "kind": "build"}]},
            {"id": "b", "name": "uuid", "dependencies": []},
            {"id": "c", "name": "tokio", "dependencies": []},
            {"id": "d", "name": "proptest", "dependencies": []}
          ],
          "workspace_members": ["a"],
          "resolve": {"nodes": [
            {"id": "a", "deps": [{"pkg": "b", "dep_kinds": [{"kind": null}]}, {"pkg": "d", "dep_kinds": [{"kind": "dev"}]}]},
            {"id": "b", "deps": [{"pkg": "c", "dep_kinds": [{"kind": null}]}]},
            {"id": "c", "deps": []}, {"id": "d", "deps": []}
          ]}
        }"#,
    )
    .unwrap();
    let found = judge(&Graph::of(&metadata));
    assert_eq!(
        found
            .iter()
            .map(|line| line.split(':').next().unwrap())
            .collect::<Vec<_>>(),
        ["consentry-domain → cc", "consentry-domain → … → tokio"]
    );
}
