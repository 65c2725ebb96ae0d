//! `consentry export --to` and `consentry import tenant`, over the binary: a tenant out of one ledger and into another, on either engine.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use consentry_testkit::postgres::Postgres;

use crate::{
    apply::{CARLA, EXAMPLE, House, PORTAL, agree, applied, ask, refused},
    binary::{Running, free_address},
};

fn run(keys: &[(&str, String)], words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consentry"))
        .envs(keys.iter().map(|(key, value)| (key, value)))
        .args(words)
        .output()
        .unwrap()
}

/// A ledger in a folder that is not there yet.
fn in_folder(folder: &Path) -> Vec<(&'static str, String)> {
    vec![(
        "CONSENTRY__STORAGE__URL",
        format!("sqlite://{}", folder.display()),
    )]
}

/// A ledger in an empty database, whose root key will be in a file.
fn in_postgres(root: &Path) -> (String, Vec<(&'static str, String)>) {
    let postgres = Postgres::shared();
    let database = postgres.database();
    let keys = vec![
        ("CONSENTRY__STORAGE__URL", postgres.network_url(&database)),
        ("CONSENTRY__KEYS__ROOT_FILE", root.display().to_string()),
    ];
    (database, keys)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The rows of a file without the key of the tenant, which is wrapped anew in each ledger.
fn rows(file: &Path) -> BTreeSet<String> {
    let file = std::fs::read_to_string(file).unwrap();
    let lines = file.lines().filter(|line| line.starts_with('['));
    lines
        .filter(|line| !line.contains("\"tenant-key\""))
        .map(str::to_owned)
        .collect()
}

/// A house in which somebody agreed, and its tenant as a file.
fn exported() -> (House, PathBuf, String) {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let running = house.serve();
    let record = agree(&running, "nl-NL");
    let file = house.folder.path().join("main.ndjson");
    // While it is served.
    let said = applied(&run(&in_folder(&house.data()), &["export", "--to", text(&file)]));
    assert!(said.contains("the root key is not in it"), "{said}");
    assert!(running.stop().success());
    (house, file, record)
}

fn serves(running: Running, record: &str) {
    let (status, found) = ask(
        &running,
        "GET",
        &format!("/consents/{record}"),
        ("portal", PORTAL),
        "",
    );
    assert_eq!(
        (status, found["status"].as_str()),
        (200, Some("accepted")),
        "{found}"
    );
    let (status, own) = ask(&running, "GET", "/consents", ("carla", CARLA), "");
    assert_eq!((status, own["count"].as_u64()), (200, Some(1)), "{own}");
    assert!(running.stop().success());
}

#[test]
fn a_tenant_goes_from_a_folder_into_a_database_and_into_another_folder_and_is_the_same_in_each() {
    let (house, file, record) = exported();
    let root = house.data().join("root.key");
    let other_root = house.folder.path().join("other-root.key");
    let (_, database) = in_postgres(&other_root);
    let words = ["import", "tenant", text(&file)];
    let no_key = refused(&run(&database, &words));
    assert!(no_key.contains("--root-file names the one"), "{no_key}");
    let with_key = [words.as_slice(), &["--root-file", text(&root)]].concat();
    let first = applied(&run(&database, &with_key));
    assert!(first.starts_with("main is here, the same "), "{first}");
    assert!(first.contains("chain and rows agree"), "{first}");
    let again = applied(&run(&database, &with_key));
    assert!(again.starts_with("main is here already, the same "), "{again}");

    let back = house.folder.path().join("back.ndjson");
    applied(&run(
        &database,
        &["export", "--tenant", "main", "--to", text(&back)],
    ));
    assert_eq!(rows(&file), rows(&back));
    serves(Running::serve_configured(free_address(), &database), &record);

    let third = house.folder.path().join("third");
    let folder = in_folder(&third);
    let into_folder = ["import", "tenant", text(&back), "--root-file", text(&other_root)];
    applied(&run(&folder, &into_folder));
    let verified = applied(&run(&folder, &["verify-ledger"]));
    assert!(verified.contains("main: "), "{verified}");
    serves(Running::serve(free_address(), &third), &record);
}

#[test]
fn an_import_that_was_interrupted_goes_on_and_one_that_differs_is_told() {
    let (house, file, _) = exported();
    let root = house.data().join("root.key");
    let (database, keys) = in_postgres(&house.folder.path().join("other-root.key"));
    let words = ["import", "tenant", text(&file), "--root-file", text(&root)];
    applied(&run(&keys, &words));
    // As somebody leaves it who is interrupted: some rows are there, and nobody knows of the tenant.
    for sql in [
        "DELETE FROM tenant",
        "DELETE FROM consent",
        "DELETE FROM consent_event WHERE idx > 2",
        "DELETE FROM signing_key",
    ] {
        Postgres::shared().execute(&database, sql);
    }
    let resumed = applied(&run(&keys, &words));
    assert!(resumed.starts_with("main is here, the same "), "{resumed}");
    Postgres::shared().execute(&database, "UPDATE record SET updated_at = updated_at + 1");
    let different = refused(&run(&keys, &words));
    assert!(
        different.contains("the ledger has something else of this tenant in record"),
        "{different}"
    );
}

#[test]
fn a_file_that_is_not_whole_or_was_changed_is_refused_before_anything_is_written() {
    let (house, file, _) = exported();
    let whole = std::fs::read_to_string(&file).unwrap();
    let target = house.folder.path().join("target");
    let root = house.data().join("root.key");
    let bad = house.folder.path().join("bad.ndjson");
    let import = |text_of_file: &str| {
        std::fs::write(&bad, text_of_file).unwrap();
        let words = ["import", "tenant", text(&bad), "--root-file", text(&root)];
        refused(&run(&in_folder(&target), &words))
    };
    let cut = &whole[..whole.len() / 2];
    assert!(import(cut).contains("is cut off"), "cut in a line");
    let lines: Vec<&str> = whole.lines().collect();
    let endless = lines[..lines.len() - 1].join("\n") + "\n";
    assert!(import(&endless).contains("the file is not whole"));
    let changed = whole.replacen("accepted", "revoked!", 1);
    assert!(import(&changed).contains("is not what was written"));
    let foreign = whole.replacen("consentry tenant", "something else", 1);
    assert!(import(&foreign).contains("line 1"), "another kind");
    assert!(!target.exists(), "nothing was made");
    let here = refused(&run(&in_folder(&house.data()), &["export", "--to", text(&file)]));
    assert!(here.contains("main.ndjson"), "a file that is there stays: {here}");
}

#[test]
fn another_tenant_of_the_same_name_is_not_mistaken_for_it() {
    let (house, file, _) = exported();
    let other = House::new();
    applied(&other.apply(EXAMPLE, &[]));
    let root = house.data().join("root.key");
    let words = ["import", "tenant", text(&file), "--root-file", text(&root)];
    let taken = refused(&run(&in_folder(&other.data()), &words));
    assert!(taken.contains("there is another tenant main here"), "{taken}");
}
