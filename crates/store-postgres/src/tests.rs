//! What can only be tested from inside: the statements and their plans.

use std::collections::BTreeSet;

use consentry_store::{ConfigurationKind, table::OWNED};
use consentry_testkit::postgres::Postgres;
use tokio_postgres::Client;

use crate::{
    address::Address,
    open::{self, Options, Session},
    statements,
};

/// Owned tables whose rows are not in a shard: the log, which is one of a tenant, what says in which shard to look, and messages and work,
/// which belong to an endpoint or a tenant.
const UNSHARDED: &[&str] = &[
    "consent_event",
    "consent_event_filter",
    "foreign_id",
    "delivery",
    "job",
];

/// The reviewed list: comparing all rows with the log, and the search that names nobody, which no door offers.
const MAY_SCAN: &[&str] = &[
    "consents.all",
    "slots.all",
    "agreements.all",
    "agreements.all_items",
    "records.all",
    "records.of_tenant",
];

/// The reviewed list of statements that look at all shards. Their doc comments say why.
const ACROSS_SHARDS: &[&str] = &[
    "consents.all",
    "slots.all",
    "agreements.of_client",
    "agreements.of_tenant",
    "agreements.all",
    "agreements.all_items",
    "records.of_tenant",
    "records.all",
    "tokens.prune",
    "sessions.of_subject",
    "interactions.of_browser",
    "interactions.prune",
    "aliases.of_subject",
    "preferences.of_subject",
    "preferences.people",
    "requests.prune",
    "consents.ending",
    "consents.withdrawn",
    "agreements.withdrawn",
];

/// What has no plan: the ends of transactions, listening, and a setting.
const UNPLANNED: &[&str] = &[
    "batch.begin",
    "batch.commit",
    "batch.rollback",
    "batch.plan_for_values",
    "tail.listen",
];

/// What is planned for the values at hand, with such values: how much is wanted decides how it is best found. Pruning says so, and
/// lists do.
const PLANNED_FOR_VALUES: &[(&str, &str)] = &[
    (
        "agreements.of_client",
        "'00000000-0000-7000-8000-000000000001', NULL, 'client 1', NULL, 15000000, \
         '00000000-0000-7000-8000-000000000001', 100",
    ),
    (
        "agreements.of_tenant",
        "'00000000-0000-7000-8000-000000000001', NULL, NULL, NULL, 15000000, \
         '00000000-0000-7000-8000-000000000001', 100",
    ),
    (
        "tokens.prune",
        "'00000000-0000-7000-8000-000000000001', 2000000, 100",
    ),
    (
        "interactions.prune",
        "'00000000-0000-7000-8000-000000000001', 2000000, 100",
    ),
    (
        "requests.prune",
        "'00000000-0000-7000-8000-000000000001', 2000000, 100",
    ),
];

/// Enough rows that a plan means something; few enough that the statistics come from all of them and are always the same.
const ROWS: u32 = 20_000;

async fn migrated() -> Session {
    let server = Postgres::shared();
    let url = server.url(&server.database());
    let address = Address::parse(&url, Options::default().answer_within).unwrap();
    open::migrate(&address).await.unwrap();
    Session::open(&address).await.unwrap()
}

/// Fills every table with rows that are spread as real ones are, and has them counted.
async fn fill(client: &Client) {
    let columns = client
        .query(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum), \
             array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum), \
             array_agg(a.attnotnull ORDER BY a.attnum) \
             FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attgenerated = '' \
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \
             AND c.relname NOT IN ('refinery_schema_history', 'writer', 'stale') GROUP BY c.relname ORDER BY c.relname",
            &[],
        )
        .await
        .unwrap();
    assert!(columns.len() >= OWNED.len());
    for row in columns {
        let table: String = row.get(0);
        let (names, kinds, required): (Vec<String>, Vec<String>, Vec<bool>) =
            (row.get(1), row.get(2), row.get(3));
        let values: Vec<String> = names
            .iter()
            .zip(&kinds)
            .zip(&required)
            .map(|((name, kind), required)| {
                let value = value(&table, name, kind);
                if *required {
                    value
                } else {
                    format!("CASE WHEN i % 5 = 0 THEN {value} END")
                }
            })
            .collect();
        let rows = match table.as_str() {
            "tenant_log" => 4,
            table if OWNED.contains(&table) => ROWS,
            _ => 200,
        };
        let insert = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM generate_series(1, {rows}) AS i",
            names.join(", "),
            values.join(", ")
        );
        client
            .batch_execute(&insert)
            .await
            .unwrap_or_else(|error| panic!("{insert}: {}", crate::fault::words(&error)));
    }
    let noted = format!(
        "INSERT INTO stale (xid, writer, tenant, subjects, keys, tokens, grants, names, records, configuration, erases) \
         SELECT i::text::xid8, md5('writer' || i % 2)::uuid, md5('tenant')::uuid, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', \
         false, false FROM generate_series(1, {ROWS}) AS i"
    );
    client.batch_execute(&noted).await.unwrap();
    client.batch_execute("VACUUM (ANALYZE)").await.unwrap();
}

fn value(table: &str, name: &str, kind: &str) -> String {
    // A person has some rows of each kind, an agreement some items, a browser some interactions.
    let several = ["subject", "agreement", "browser"].contains(&name) && !table.starts_with("subject");
    let number = if several { "(i / 4)" } else { "i" };
    match (name, kind) {
        ("tenant", _) => "('00000000-0000-7000-8000-00000000000' || i % 4)::uuid".to_owned(),
        ("position", _) => "i % 4".to_owned(),
        // Few shards, so that each holds as many rows as in a big ledger.
        (_, "integer") => "(i / 4 * 7919) % 16".to_owned(),
        (_, "bigint") => "i * 1000::bigint".to_owned(),
        (_, "boolean") => "i % 7 = 0".to_owned(),
        (_, "uuid") => format!("md5('{name}' || {number})::uuid"),
        (_, "bytea") => format!("sha256(('{name}' || {number})::bytea)"),
        ("id" | "key", _) => format!("'{name} ' || i"),
        ("status", _) if table == "delivery" => {
            "(ARRAY['waiting', 'asked', 'delivered', 'parked'])[1 + i % 4]".to_owned()
        }
        (_, "text") => format!("'{name} ' || i % 50"),
        other => panic!("{table}.{name} is of a kind that nobody fills: {other:?}"),
    }
}

fn name_of(sql: &'static str) -> &'static str {
    sql.strip_prefix("/* ")
        .and_then(|rest| rest.split_once(" */ "))
        .unwrap_or_else(|| panic!("{sql} does not begin with its name"))
        .0
}

/// Every statement with its name.
fn every_statement() -> Vec<(String, &'static str)> {
    let mut all: Vec<(String, &'static str)> = statements::ALL
        .iter()
        .map(|sql| (name_of(sql).to_owned(), *sql))
        .collect();
    for kind in ConfigurationKind::ALL {
        let own = statements::configuration(kind);
        for sql in [own.all, own.versions, own.put, own.delete] {
            all.push((format!("{} of {}", name_of(sql), kind.table()), sql));
        }
    }
    all
}

#[tokio::test]
async fn every_statement_prepares_against_a_migrated_database_and_has_a_name_of_its_own() {
    let session = migrated().await;
    let mut names = BTreeSet::new();
    for (name, sql) in every_statement() {
        session
            .client
            .prepare(sql)
            .await
            .unwrap_or_else(|error| panic!("{name}: {}", crate::fault::words(&error)));
        assert!(names.insert(name.clone()), "{name} is the name of two statements");
    }
}

async fn plan(client: &Client, name: &str, sql: &str) -> Vec<String> {
    let parameters = client.prepare(sql).await.unwrap().params().len();
    let at_hand = PLANNED_FOR_VALUES.iter().find(|(planned, _)| *planned == name);
    let (mode, values) = match at_hand {
        Some((_, values)) => ("force_custom_plan", (*values).to_owned()),
        None => ("force_generic_plan", vec!["NULL"; parameters].join(", ")),
    };
    let arguments = if values.is_empty() {
        String::new()
    } else {
        format!(" ({values})")
    };
    client
        .batch_execute(&format!("SET plan_cache_mode = {mode}; PREPARE planned AS {sql}"))
        .await
        .unwrap();
    let steps = client
        .query(&format!("EXPLAIN (COSTS OFF) EXECUTE planned{arguments}"), &[])
        .await
        .unwrap();
    client.batch_execute("DEALLOCATE planned").await.unwrap();
    // What separates the parts of a slot cannot be seen as it is.
    let shown = |step: String| step.replace('\u{1}', "\\x01").replace('\u{3}', "\\x03");
    steps.iter().map(|row| shown(row.get(0))).collect()
}

#[tokio::test]
async fn plans_are_as_reviewed_and_no_subject_owned_table_is_scanned() {
    let session = migrated().await;
    fill(&session.client).await;
    // The connections of a store avoid such scans also by a setting, which would hide here what lacks an index.
    session
        .client
        .batch_execute("RESET enable_seqscan")
        .await
        .unwrap();
    let mut reviewed = String::new();
    for (name, sql) in every_statement() {
        if UNPLANNED.contains(&name.as_str()) {
            continue;
        }
        let steps = plan(&session.client, &name, sql).await;
        reviewed.extend([name.as_str(), "\n"]);
        for step in steps {
            reviewed.extend(["    ", step.as_str(), "\n"]);
            let scanned = step
                .split_once("Seq Scan on ")
                .and_then(|(_, rest)| rest.split_whitespace().next())
                .filter(|table| OWNED.contains(table));
            assert!(
                scanned.is_none() || MAY_SCAN.contains(&name.as_str()),
                "{name} reads {scanned:?} from end to end: {step}"
            );
        }
    }
    insta::assert_snapshot!("plans", reviewed);
}

#[test]
fn every_statement_names_the_shard_of_every_owned_table_or_is_on_the_list() {
    for (name, sql) in every_statement() {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let mut misses = false;
        for (at, word) in words.iter().enumerate() {
            let table = words.get(at + 1).copied().unwrap_or_default();
            if !OWNED.contains(&table) || UNSHARDED.contains(&table) {
                continue;
            }
            match *word {
                "INTO" => assert_eq!(
                    words.get(at + 2),
                    Some(&"(shard,"),
                    "{name} writes {table} without its shard"
                ),
                "FROM" | "JOIN" => {
                    assert_eq!(words.get(at + 2), Some(&"AS"), "{name} gives {table} no name");
                    misses |= !sql.contains(&format!("{}.shard = ", words[at + 3]));
                }
                "USING" | "UPDATE" => panic!("{name} reaches {table} in a way that is not looked at"),
                // A column of the same name.
                _ => {}
            }
        }
        assert_eq!(
            misses,
            ACROSS_SHARDS.contains(&name.as_str()),
            "{name} looks at all shards, or is on the list without need"
        );
    }
}

#[tokio::test]
async fn every_unique_index_of_an_owned_table_begins_with_the_shard_or_is_on_the_list() {
    let session = migrated().await;
    let found = session
        .client
        .query(
            "SELECT t.relname::text, i.relname::text, a.attname::text FROM pg_index AS x \
             JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid \
             JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = x.indkey[0] \
             WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace",
            &[],
        )
        .await
        .unwrap();
    let mut seen = 0;
    for row in &found {
        let (table, index, first): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        if OWNED.contains(&table) {
            seen += 1;
            assert_eq!(
                first == "shard",
                !UNSHARDED.contains(&table),
                "{index} of {table} begins with {first}"
            );
        }
    }
    assert_eq!(
        seen,
        OWNED.len(),
        "each owned table has one unique index: its key"
    );
}

#[tokio::test]
async fn tables_are_set_as_their_use_wants() {
    let session = migrated().await;
    let found = session
        .client
        .query(
            "SELECT relname::text, array_to_string(reloptions, ' ') FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reloptions IS NOT NULL",
            &[],
        )
        .await
        .unwrap();
    let options = |table: &str| -> String {
        found
            .iter()
            .find(|row| row.get::<_, &str>(0) == table)
            .map(|row| row.get(1))
            .unwrap_or_default()
    };
    for table in [
        "consent",
        "slot",
        "agreement",
        "record",
        "oauth_grant",
        "token",
        "interaction",
    ] {
        assert!(options(table).contains("fillfactor=85"), "{table}");
    }
    assert!(options("token").contains("autovacuum_vacuum_scale_factor=0.01"));
    let foreign_keys: i64 = session
        .client
        .query_one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(foreign_keys, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_brings_every_table_but_what_only_this_engine_has() {
    let session = migrated().await;
    let rows = session
        .client
        .query(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
             AND relname NOT IN ('refinery_schema_history', 'stale', 'writer')",
            &[],
        )
        .await
        .unwrap();
    let found: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let taken: BTreeSet<String> = consentry_store::table::TABLES.map(str::to_owned).into();
    assert_eq!(found, taken);
}
