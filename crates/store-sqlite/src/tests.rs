//! What can only be tested from inside: the statements and their plans.

use std::collections::BTreeSet;

use consentry_store::{ConfigurationKind, table::OWNED};
use rusqlite::Connection;

use crate::{
    open::{self, Options, Purpose},
    statements,
};

/// The reviewed list: comparing all rows with the log, and the search that names nobody, which no door offers.
const MAY_SCAN: &[&str] = &[
    "CONSENTS_ALL",
    "SLOTS_ALL",
    "AGREEMENTS_ALL",
    "RECORDS_ALL",
    "RECORDS_OF_TENANT",
];

/// The reviewed list of statements that look at all shards. Their doc comments say why.
const ACROSS_SHARDS: &[&str] = &[
    "CONSENTS_ALL",
    "SLOTS_ALL",
    "AGREEMENTS_OF_CLIENT",
    "AGREEMENTS_OF_TENANT",
    "AGREEMENTS_ALL",
    "RECORDS_OF_TENANT",
    "RECORDS_ALL",
    "TOKENS_PRUNE",
    "SESSIONS_OF_SUBJECT",
    "INTERACTIONS_OF_BROWSER",
    "INTERACTIONS_PRUNE",
    "ALIASES_OF_SUBJECT",
    "PREFERENCES_OF_SUBJECT",
    "PREFERENCE_PEOPLE",
    "REMEMBERED_PRUNE",
    "CONSENTS_ENDING",
    "CONSENTS_WITHDRAWN",
    "AGREEMENTS_WITHDRAWN",
];

fn migrated() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut connection = open::connection(&path, Purpose::Write, &Options::default()).unwrap();
    open::migrate(&mut connection).unwrap();
    (folder, connection)
}

fn every_statement() -> Vec<(String, &'static str)> {
    let mut all: Vec<(String, &'static str)> = statements::ALL
        .iter()
        .map(|(name, sql)| ((*name).to_owned(), *sql))
        .collect();
    for kind in ConfigurationKind::ALL {
        let own = statements::configuration(kind);
        for (name, sql) in [
            ("ALL", own.all),
            ("VERSION", own.version),
            ("PUT", own.put),
            ("DELETE", own.delete),
        ] {
            all.push((format!("{}_{name}", kind.table().to_uppercase()), sql));
        }
    }
    all
}

#[test]
fn every_statement_prepares_against_a_migrated_database_and_begins_with_its_name() {
    let (_folder, connection) = migrated();
    for (name, sql) in every_statement() {
        connection
            .prepare(sql)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(sql.starts_with("/* "), "{name} does not begin with its name");
    }
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let unbound = vec![None::<i64>; explained.parameter_count()];
    explained
        .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn plans_are_as_reviewed_and_no_subject_owned_table_is_scanned() {
    let (_folder, connection) = migrated();
    let mut reviewed = String::new();
    for (name, sql) in every_statement() {
        let steps = plan(&connection, sql);
        if steps.is_empty() {
            continue;
        }
        reviewed.extend([name.as_str(), "\n"]);
        for step in steps {
            reviewed.extend(["    ", step.as_str(), "\n"]);
            // "SCAN c" names the alias; the table behind it is in the statement.
            let scanned = step
                .strip_prefix("SCAN ")
                .and_then(|rest| rest.split_whitespace().next())
                .and_then(|alias| {
                    OWNED.iter().find(|table| {
                        sql.contains(&format!(" {table} AS {alias} "))
                            || sql.ends_with(&format!(" {table} AS {alias}"))
                            || **table == alias
                    })
                });
            assert!(
                scanned.is_none() || MAY_SCAN.contains(&name.as_str()),
                "{name} reads {scanned:?} from end to end: {step}"
            );
        }
    }
    insta::assert_snapshot!("plans", reviewed);
}

#[test]
fn every_search_of_a_table_led_by_the_shard_names_it() {
    let (_folder, connection) = migrated();
    let first_of_key = |table: &str| {
        connection
            .query_row(
                "SELECT name FROM pragma_table_info(?1) WHERE pk = 1",
                [table],
                |row| row.get::<_, String>(0),
            )
            .unwrap()
    };
    let sharded: Vec<&str> = OWNED
        .iter()
        .copied()
        .filter(|table| first_of_key(table) == "shard")
        .collect();
    for (name, sql) in every_statement()
        .into_iter()
        .filter(|(_, sql)| sql.contains(" WHERE "))
    {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let needs_it = words
            .windows(2)
            .any(|pair| pair[0] == "FROM" && sharded.contains(&pair[1]));
        assert!(
            !needs_it || sql.contains("shard = ?") != ACROSS_SHARDS.contains(&name.as_str()),
            "{name} looks at all shards, or is on the list without need"
        );
    }
}

/// Tables that are not led by the shard, and why is written where they are made: the log, whose order is the tenant's, where to find what
/// does not live in the shard its id names, and work, which nodes take from all of them.
const UNSHARDED: &[&str] = &[
    "consent_event",
    "consent_event_filter",
    "foreign_id",
    "delivery",
    "job",
];

#[test]
fn every_unique_index_of_an_owned_table_begins_with_the_shard_or_is_on_the_list() {
    let (_folder, connection) = migrated();
    for table in OWNED {
        let mut statement = connection
            .prepare("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1")
            .unwrap();
        let found = statement
            .query_map([table], |row| row.get::<_, String>(0))
            .unwrap();
        let found: Vec<String> = found.map(Result::unwrap).collect();
        assert_eq!(found.len(), 1, "{table} has one unique index, its key: {found:?}");
        for index in found {
            let first: String = connection
                .query_row(
                    "SELECT name FROM pragma_index_info(?1) WHERE seqno = 0",
                    [&index],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(
                first == "shard",
                !UNSHARDED.contains(&table),
                "{index} of {table} begins with {first}"
            );
        }
    }
}

#[test]
fn opened_connections_have_the_settings_that_durability_needs() {
    let (folder, _connection) = migrated();
    let path = folder.path().join("ledger.sqlite");
    for purpose in [Purpose::Write, Purpose::Read, Purpose::Checkpoint] {
        let connection = open::connection(&path, purpose, &Options::default()).unwrap();
        let text = |pragma: &str| {
            connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, String>(0))
        };
        let number =
            |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
        assert_eq!(text("journal_mode").unwrap(), "wal");
        assert_eq!(number("synchronous").unwrap(), 2, "full");
        assert_eq!(number("foreign_keys").unwrap(), 0);
        assert_eq!(number("busy_timeout").unwrap(), 5_000);
        assert_eq!(number("wal_autocheckpoint").unwrap(), 0);
        // Answers nothing at all where the library was built without it.
        assert!(matches!(
            number("mmap_size"),
            Ok(0) | Err(rusqlite::Error::QueryReturnedNoRows)
        ));
    }
}

#[test]
fn the_bundled_library_is_accepted() {
    open::check_library().unwrap();
}

#[test]
fn the_bundled_library_flushes_data_without_the_times_of_files() {
    let flags = option_env!("LIBSQLITE3_FLAGS").unwrap_or_default();
    assert!(
        flags.split(' ').any(|flag| flag == "-DHAVE_FDATASYNC=1"),
        "{flags}"
    );
}

#[test]
fn the_bundled_library_counts_no_memory_shares_no_cache_and_is_no_larger_than_needed() {
    let (_folder, connection) = migrated();
    let mut options = connection.prepare("PRAGMA compile_options").unwrap();
    let options = options.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let options: BTreeSet<String> = options.map(Result::unwrap).collect();
    for option in ["DEFAULT_MEMSTATUS=0", "OMIT_SHARED_CACHE", "DQS=0"] {
        assert!(options.contains(option), "{option}: {options:?}");
    }
    for option in ["ENABLE_FTS3", "ENABLE_FTS5", "ENABLE_RTREE"] {
        assert!(!options.contains(option), "{option}: {options:?}");
    }
}

#[test]
fn a_move_takes_every_table_along() {
    let (_folder, connection) = migrated();
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'refinery_%'")
        .unwrap();
    let found = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let found: BTreeSet<String> = found.map(Result::unwrap).collect();
    let taken: BTreeSet<String> = consentry_store::table::TABLES.map(str::to_owned).into();
    assert_eq!(found, taken);
}
