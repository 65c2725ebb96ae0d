//! Opening, migrating and closing.

use std::{path::Path, time::Duration};

use consentry_store::Store;
use consentry_store_postgres::{OpenError, Options, PostgresStore};
use consentry_testkit::{postgres::Postgres, slapd::Authority};

/// Every column, constraint and index of the ledger's tables, and what is set for the tables.
const SCHEMA: &str = "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation, \
    pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \
    UNION ALL SELECT tablename, indexname, indexdef, true, 0, '' FROM pg_indexes WHERE schemaname = 'public' \
    UNION ALL SELECT relname, '', array_to_string(reloptions, ','), true, 0, '' FROM pg_class \
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1, 2, 3";

fn without_migrating() -> Options {
    Options {
        migrate: false,
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_made_once_by_whoever_comes_first() {
    let server = Postgres::shared();
    let database = server.database();
    let url = server.url(&database);
    let refused = PostgresStore::open(&url, without_migrating()).await;
    assert!(matches!(refused, Err(OpenError::SchemaTooOld)), "{refused:?}");
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = url.clone();
        nodes.spawn(async move { PostgresStore::open(&url, Options::default()).await });
    }
    for node in nodes.join_all().await {
        node.unwrap().ready().await.unwrap();
    }
    assert_eq!(
        server.execute(
            &database,
            "SELECT count(*) FROM refinery_schema_history WHERE version = 1"
        ),
        "1"
    );
    PostgresStore::open(&url, without_migrating()).await.unwrap();
    PostgresStore::migrate(&url, Options::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_a_newer_program_is_refused_in_words() {
    let server = Postgres::shared();
    let database = server.database();
    let url = server.url(&database);
    PostgresStore::migrate(&url, Options::default()).await.unwrap();
    server.execute(
        &database,
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
         VALUES (9999, 'future', '2030-01-01T00:00:00Z', '1')",
    );
    for refused in [
        PostgresStore::open(&url, Options::default()).await.map(|_| ()),
        PostgresStore::open(&url, without_migrating()).await.map(|_| ()),
        PostgresStore::migrate(&url, Options::default()).await,
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, OpenError::SchemaTooNew(_)), "{refused:?}");
        assert_eq!(
            refused.to_string(),
            "the ledger's schema has V9999__future, which this program does not know: start the newer one that made it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_migration_is_made_again_as_a_whole() {
    // Somebody else is about to make a table of the same name, so the migration waits in its middle.
    interrupted_by("SELECT 1", "CREATE TABLE token (not_yet text)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_interrupted_before_it_is_noted_is_made_again_as_a_whole() {
    let history = "CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255), \
        applied_on VARCHAR(255), checksum VARCHAR(255))";
    // What was made can be read and not be noted.
    interrupted_by(history, "LOCK TABLE refinery_schema_history IN SHARE MODE").await;
}

async fn interrupted_by(before: &str, obstacle: &'static str) {
    let server = Postgres::shared();
    let (interrupted, fresh) = (server.database(), server.database());
    let url = server.url(&interrupted);
    server.execute(&interrupted, before);
    let mut other = Other::begin(server, &interrupted, obstacle);
    let migrating = tokio::spawn({
        let url = url.clone();
        async move { PostgresStore::migrate(&url, Options::default()).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name = 'consentry' AND wait_event_type = 'Lock'";
    while server.execute(&interrupted, waiting) != "1" {
        tokio::task::yield_now().await;
    }
    server.execute(
        &interrupted,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name = 'consentry'",
    );
    let failed = migrating.await.unwrap().unwrap_err();
    assert!(matches!(failed, OpenError::Schema(_)), "{failed:?}");
    other.roll_back();
    assert_eq!(
        server.execute(&interrupted, "SELECT count(*) FROM refinery_schema_history"),
        "0"
    );
    PostgresStore::open(&url, Options::default())
        .await
        .unwrap()
        .ready()
        .await
        .unwrap();
    PostgresStore::migrate(&server.url(&fresh), Options::default())
        .await
        .unwrap();
    assert_eq!(
        server.execute(&interrupted, SCHEMA),
        server.execute(&fresh, SCHEMA)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_was_migrated_from_any_version_is_the_one_that_is_made_at_once() {
    let server = Postgres::shared();
    let fresh = server.database();
    PostgresStore::migrate(&server.url(&fresh), Options::default())
        .await
        .unwrap();
    let whole = server.structure(&fresh);
    assert!(whole.contains("CREATE TABLE public.consent_event"), "{whole}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = server.execute(
        &fresh,
        "SELECT 'V' || version || '__' || name || '.sql' FROM refinery_schema_history ORDER BY version",
    );
    let files: Vec<String> = names
        .lines()
        .map(|name| std::fs::read_to_string(folder.join(name)).unwrap())
        .collect();
    let history = server.execute(
        &fresh,
        "SELECT format('INSERT INTO refinery_schema_history VALUES (%s, %L, %L, %L)', version, name, applied_on, checksum) \
         FROM refinery_schema_history ORDER BY version",
    );
    let (_, table) = whole
        .split_once("CREATE TABLE public.refinery_schema_history")
        .unwrap();
    let (columns, _) = table.split_once(';').unwrap();
    for version in 1..=files.len() {
        let older = server.database();
        server.execute(
            &older,
            &format!(
                "CREATE TABLE refinery_schema_history {columns}; ALTER TABLE refinery_schema_history ADD PRIMARY KEY (version)"
            ),
        );
        for (file, note) in files.iter().zip(history.lines()).take(version) {
            server.execute(&older, file);
            server.execute(&older, note);
        }
        server.execute(
            &older,
            "INSERT INTO tenant VALUES ('00000000-0000-0000-0000-000000000001', 'kept', 1, '{}')",
        );
        PostgresStore::migrate(&server.url(&older), Options::default())
            .await
            .unwrap();
        assert_eq!(server.structure(&older), whole, "from version {version}");
        assert_eq!(server.execute(&older, "SELECT id FROM tenant"), "kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_ledger_is_there_is_asked_without_making_one() {
    let server = Postgres::shared();
    let database = server.database();
    let url = server.url(&database);
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert!(!PostgresStore::is_there(&url, Options::default()).await.unwrap());
    assert_eq!(server.execute(&database, tables), "0");
    PostgresStore::migrate(&url, Options::default()).await.unwrap();
    assert!(PostgresStore::is_there(&url, Options::default()).await.unwrap());
}

/// Somebody else's transaction, which stays open.
struct Other(std::process::Child);

impl Other {
    fn begin(server: &Postgres, database: &str, sql: &str) -> Self {
        use std::io::{BufRead as _, BufReader, Write as _};
        let mut session = server
            .psql(database)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(session.stdin.as_mut().unwrap(), "BEGIN; {sql}; SELECT 'begun';").unwrap();
        let mut line = String::new();
        BufReader::new(session.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line.trim(), "begun");
        Self(session)
    }

    fn roll_back(&mut self) {
        // What was not committed goes with the session.
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_used_is_refused_in_words() {
    let server = Postgres::shared();
    let database = server.database();
    let impatient = Options {
        patience: Duration::from_millis(50),
        ..Options::default()
    };
    let refusal = async |url: &str| {
        PostgresStore::open(url, impatient)
            .await
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };

    let wrong = server.network_url(&database).replace("ledger-secret", "another");
    let refused = refusal(&wrong).await;
    assert!(refused.contains("password authentication failed"), "{refused}");
    assert!(!refused.contains("another"), "{refused}");

    let missing = server.url("nothing_of_that_name");
    let refused = refusal(&missing).await;
    assert!(refused.contains("does not exist"), "{refused}");

    // Nobody listens on the port for FTP.
    let refused = refusal("postgresql://u@127.0.0.1:21/l").await;
    assert!(refused.contains("cannot open the ledger"), "{refused}");

    server.execute(
        "postgres",
        "CREATE DATABASE in_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    );
    let refused = refusal(&server.url("in_latin")).await;
    assert_eq!(
        refused,
        "the database's encoding is LATIN1: create it with ENCODING 'UTF8'"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_with_tls_believes_the_named_authority_and_no_other_name() {
    let authority = Authority::new();
    let server = Postgres::start_with_tls(&authority.certificate("localhost"));
    let url = server.tls_url("localhost", &server.database());
    let store = PostgresStore::open(&url, Options::default()).await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(
        server.execute(
            "postgres",
            "SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
             WHERE a.application_name = 'consentry'"
        ),
        "t"
    );
    let impatient = Options {
        patience: Duration::from_millis(50),
        ..Options::default()
    };
    let other_name = url.replace("@localhost:", "@127.0.0.1:");
    let refused = PostgresStore::open(&other_name, impatient).await.unwrap_err();
    assert!(refused.to_string().contains("certificate"), "{refused}");

    let stranger = Postgres::start_with_tls(&Authority::new().certificate("localhost"));
    let theirs = stranger.tls_url("localhost", "postgres");
    let (_, roots) = url.split_once("sslrootcert=").unwrap();
    let (theirs, _) = theirs.split_once("sslrootcert=").unwrap();
    let refused = PostgresStore::open(&format!("{theirs}sslrootcert={roots}"), impatient)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("certificate"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn committing_waits_for_the_disk_whatever_the_server_was_set_to() {
    let server = Postgres::shared();
    let database = server.database();
    server.execute(
        "postgres",
        &format!("ALTER DATABASE {database} SET synchronous_commit = off"),
    );
    let store = PostgresStore::open(&server.url(&database), Options::default())
        .await
        .unwrap();
    server.execute(
        &database,
        "CREATE TABLE seen (setting text); \
         CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$; \
         CREATE TRIGGER look AFTER INSERT ON writer FOR EACH ROW EXECUTE FUNCTION look()",
    );
    store.ready().await.unwrap();
    assert_eq!(
        server.execute(&database, "SELECT DISTINCT setting FROM seen"),
        "on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_writer_leaves_no_mark_behind() {
    let server = Postgres::shared();
    let database = server.database();
    let store = PostgresStore::open(&server.url(&database), Options::default())
        .await
        .unwrap();
    store.ready().await.unwrap();
    assert_eq!(server.execute(&database, "SELECT count(*) FROM writer"), "1");
    store.close().await;
    assert_eq!(server.execute(&database, "SELECT count(*) FROM writer"), "0");
}
