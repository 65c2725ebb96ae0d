//! Every statement, by name. Each text begins with its name, so that a slow one can be told from a trace or from
//! `pg_stat_activity`; a test prepares all of them against a migrated database and keeps their plans as reviewed snapshots.
//!
//! What a batch asks and writes comes as arrays, one for each column, so that the number of statements follows from the tables
//! that are touched and not from the rows.

use consentry_store::{
    agreement_columns, alias_columns, consent_columns, delivery_columns, grant_columns, interaction_columns,
    job_columns, preference_columns, record_columns, token_columns,
};

/// Declares statements and the list of all of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident $label:literal = $sql:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = concat!("/* ", $label, " */ ", $sql);)+

        /// All statements, without those of configuration.
        #[cfg(test)]
        pub(crate) const ALL: &[&str] = &[$($name),+];
    };
}

/// The consent that a column of another table points at, in the shard that its id carries (bits 52 to 63 of a UUID).
macro_rules! pointed_at {
    ($of:literal) => {
        concat!(
            " LEFT JOIN consent AS c ON c.shard = ((get_byte(uuid_send(",
            $of,
            ".consent), 6) & 15) << 8 | get_byte(uuid_send(",
            $of,
            ".consent), 7)) AND c.tenant = ",
            $of,
            ".tenant AND c.id = ",
            $of,
            ".consent"
        )
    };
}

/// The digest of the slot that a list of keys names, as the table generates it.
macro_rules! slot_digest {
    () => {
        "sha256(decode(replace(k.audience_kind || E'\\x01\\x03' || k.audience || E'\\x01\\x03' || k.qualifier, \
         '\\', '\\\\'), 'escape'))"
    };
}

/// Keys of a batch: shard, tenant, id.
macro_rules! keys_by_id {
    () => {
        "unnest($1::int4[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS k (shard, tenant, id, nth)"
    };
}

/// Keys of agreements of a batch, each with the shard it lives in: that of its person. Of ids that came from another system that is
/// noted beside; of others it is in the id.
macro_rules! keys_of_agreements {
    () => {
        concat!(
            keys_by_id!(),
            " LEFT JOIN foreign_id AS f ON f.tenant = k.tenant AND f.kind = 'agreement' AND f.id = uuid_send(k.id)"
        )
    };
}

/// Keys of a batch: shard, tenant, hash.
macro_rules! keys_by_hash {
    () => {
        "unnest($1::int4[], $2::uuid[], $3::bytea[]) WITH ORDINALITY AS k (shard, tenant, hash, nth)"
    };
}

/// Slots of a batch.
macro_rules! keys_of_slots {
    () => {
        "unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) \
         WITH ORDINALITY AS k (shard, tenant, subject, definition, audience_kind, audience, qualifier, nth)"
    };
}

/// Whether a slot is the one of a key.
macro_rules! is_slot_of_key {
    () => {
        concat!(
            "s.shard = k.shard AND s.tenant = k.tenant AND s.subject = k.subject AND s.definition = k.definition \
             AND s.digest = ",
            slot_digest!()
        )
    };
}

macro_rules! version_by_id {
    ($table:literal, $key:literal, $version:literal) => {
        concat!(
            "SELECT k.nth, ",
            $version,
            " AS version FROM ",
            keys_by_id!(),
            " JOIN ",
            $table,
            " AS t ON t.shard = k.shard AND t.tenant = k.tenant AND t.",
            $key,
            " = k.id"
        )
    };
}

macro_rules! version_by_hash {
    ($table:literal, $version:literal) => {
        concat!(
            "SELECT k.nth, ",
            $version,
            " AS version FROM ",
            keys_by_hash!(),
            " JOIN ",
            $table,
            " AS t ON t.shard = k.shard AND t.tenant = k.tenant AND t.hash = k.hash"
        )
    };
}

macro_rules! delete_by_id {
    ($table:literal, $key:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " AS t USING ",
            keys_by_id!(),
            " WHERE t.shard = k.shard AND t.tenant = k.tenant AND t.",
            $key,
            " = k.id"
        )
    };
}

macro_rules! delete_by_hash {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " AS t USING ",
            keys_by_hash!(),
            " WHERE t.shard = k.shard AND t.tenant = k.tenant AND t.hash = k.hash"
        )
    };
}

/// The rest of every list of agreements: application, client, moment they must be in force at, position to go on from, length.
macro_rules! agreement_page {
    () => {
        " AND ($2::uuid IS NULL OR a.application = $2) AND ($3::text IS NULL OR a.client = $3) \
         AND ($4::int8 IS NULL OR (a.ended IS NULL AND (a.valid_until IS NULL OR a.valid_until > $4))) \
         AND a.created_at <= $5 AND (a.created_at < $5 OR a.id > $6) ORDER BY a.created_at DESC, a.id LIMIT $7::int8"
    };
}

statements! {
    BEGIN "batch.begin" = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    COMMIT "batch.commit" = "COMMIT";
    ROLLBACK "batch.rollback" = "ROLLBACK";
    /// For the rest of the transaction, a plan for the values at hand instead of one for any.
    PLAN_FOR_VALUES "batch.plan_for_values" = "SET LOCAL plan_cache_mode = force_custom_plan";
    /// For the rest of the transaction, tables may be read from end to end, and that may take its time.
    EVERYTHING "all.everything" = "SELECT set_config('enable_seqscan', 'on', true), \
        set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)";
    /// Notes in the batch's own transaction which batch it is, so that its outcome can be asked for on another connection.
    MARK "batch.mark" = "INSERT INTO writer (id, batch, at) VALUES ($1, $2, now()) \
        ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, at = excluded.at";
    MARKED "batch.marked" = "SELECT w.batch FROM writer AS w WHERE w.id = $1";
    /// Forgets writers that wrote nothing for a day.
    MARKS_PRUNE "batch.prune_marks" = "DELETE FROM writer AS w WHERE w.at < now() - interval '1 day'";
    MARK_DELETE "batch.delete_mark" = "DELETE FROM writer AS w WHERE w.id = $1";
    /// What makes a connection at the server the same one.
    SESSION "session.which" = "SELECT a.pid, a.backend_start::text, gen_random_uuid() FROM pg_stat_activity AS a \
        WHERE a.pid = pg_backend_pid()";
    /// Ends a connection that is left over, and waits for its end (milliseconds).
    SESSION_END "session.end" = "SELECT pg_terminate_backend(a.pid, $3) FROM pg_stat_activity AS a \
        WHERE a.pid = $1 AND a.backend_start::text = $2";

    /// Notes what a batch makes stale in the memories of other nodes, and wakes them once it is committed.
    STALE_NOTE "tail.note" = "WITH noted AS (INSERT INTO stale (writer, tenant, subjects, keys, tokens, grants, names, records, \
        configuration, erases) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING xid) \
        SELECT pg_notify('consentry_tail', '') FROM noted";
    /// The oldest transaction that is still open: whatever becomes visible later has its number or a greater one.
    STALE_END "tail.end" = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS place";
    STALE_AFTER "tail.after" = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS place, s.tenant, s.subjects, s.keys, \
        s.tokens, s.grants, s.names, s.records, s.configuration, s.erases FROM (SELECT 1) AS one \
        LEFT JOIN stale AS s ON s.xid >= $1::text::xid8 AND s.writer <> $2";
    /// What a node that was away for as long does not ask for any more.
    STALE_PRUNE "tail.prune" = "DELETE FROM stale AS s WHERE s.at < now() - interval '10 minutes'";
    LISTEN "tail.listen" = "LISTEN consentry_tail";

    LOG_HEAD "log.head" = "SELECT l.size, l.chain FROM tenant_log AS l WHERE l.tenant = $1";
    LOG_BEGIN "log.begin" = "INSERT INTO tenant_log (tenant, size, chain) SELECT k.tenant, 0, $2 \
        FROM unnest($1::uuid[]) AS k (tenant) ON CONFLICT (tenant) DO NOTHING";
    /// In the order of tenants, on every node, so that no two nodes wait for each other.
    LOG_LOCK "log.lock" = "SELECT l.tenant, l.size, l.chain FROM tenant_log AS l WHERE l.tenant = ANY ($1::uuid[]) \
        ORDER BY l.tenant FOR UPDATE";
    LOG_HEADS_PUT "log.put_heads" = "UPDATE tenant_log AS l SET size = k.size, chain = k.chain \
        FROM unnest($1::uuid[], $2::int8[], $3::bytea[]) AS k (tenant, size, chain) WHERE l.tenant = k.tenant";
    EVENTS_APPEND "log.append" = "INSERT INTO consent_event (tenant, idx, id, kind, at, leaf, sealed, salt, hash) \
        SELECT * FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::text[], $5::int8[], $6::bytea[], $7::bytea[], \
        $8::bytea[], $9::bytea[])";
    EVENT_FILTERS_APPEND "log.append_filters" = "INSERT INTO consent_event_filter (tenant, idx, shard, subject, door, party, \
        definition) SELECT * FROM unnest($1::uuid[], $2::int8[], $3::int4[], $4::uuid[], $5::text[], $6::text[], $7::text[])";
    EVENTS "log.events" = "SELECT e.idx, e.id, e.kind, e.at, e.leaf, e.sealed, e.salt, e.hash, f.subject, f.door \
        FROM consent_event AS e LEFT JOIN consent_event_filter AS f ON f.tenant = e.tenant AND f.idx = e.idx \
        WHERE e.tenant = $1 AND e.idx >= $2 ORDER BY e.idx LIMIT $3";
    EVENT_HEADS "log.event_heads" = "SELECT e.idx, e.kind, f.subject \
        FROM consent_event AS e LEFT JOIN consent_event_filter AS f ON f.tenant = e.tenant AND f.idx = e.idx \
        WHERE e.tenant = $1 AND e.idx >= $2 ORDER BY e.idx LIMIT $3";
    EVENTS_OF "log.events_of" = "SELECT e.idx, e.id, e.kind, e.at, e.leaf, e.sealed, e.salt, e.hash, f.subject, f.door \
        FROM consent_event_filter AS f JOIN consent_event AS e ON e.tenant = f.tenant AND e.idx = f.idx \
        WHERE f.tenant = $1 AND f.subject = $2 AND f.idx >= $3 ORDER BY f.idx LIMIT $4";

    EVENTS_ERASE "log.erase" = "WITH gone AS (UPDATE consent_event_filter AS f SET shard = NULL, subject = NULL, door = NULL, \
        party = NULL, definition = NULL FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant, subject) \
        WHERE f.tenant = k.tenant AND f.subject = k.subject RETURNING f.tenant, f.idx) \
        UPDATE consent_event AS e SET sealed = NULL FROM gone WHERE e.tenant = gone.tenant AND e.idx = gone.idx";

    CONSENT "consents.by_id" = concat!(
        "SELECT ", consent_columns!(), " FROM consent AS c WHERE c.shard = $1 AND c.tenant = $2 AND c.id = $3");
    CONSENTS "consents.by_ids" = concat!(
        "SELECT ", consent_columns!(), " FROM ", keys_by_id!(),
        " JOIN consent AS c ON c.shard = k.shard AND c.tenant = k.tenant AND c.id = k.id");
    CONSENTS_DECIDING "consents.deciding" = concat!(
        "SELECT ", consent_columns!(), " FROM slot AS s", pointed_at!("s"),
        " WHERE s.shard = $1 AND s.tenant = $2 AND s.subject = $3");
    CONSENT_VERSIONS "consents.versions" = version_by_id!("consent", "id", "t.version");
    CONSENTS_PUT "consents.put" = "INSERT INTO consent (shard, tenant, id, version, status, subject, definition, \
        audience_kind, audience, qualifier, wording, door, actor, decision, record, agreement, created_at, updated_at, \
        valid_from, valid_until, ended, actions) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::text[], \
        $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::uuid[], \
        $15::uuid[], $16::uuid[], $17::int8[], $18::int8[], $19::int8[], $20::int8[], $21::text[], $22::text[]) \
        ON CONFLICT (shard, tenant, id) DO UPDATE SET version = excluded.version, status = excluded.status, \
        subject = excluded.subject, definition = excluded.definition, audience_kind = excluded.audience_kind, \
        audience = excluded.audience, qualifier = excluded.qualifier, wording = excluded.wording, door = excluded.door, \
        actor = excluded.actor, decision = excluded.decision, record = excluded.record, agreement = excluded.agreement, \
        created_at = excluded.created_at, updated_at = excluded.updated_at, valid_from = excluded.valid_from, \
        valid_until = excluded.valid_until, ended = excluded.ended, actions = excluded.actions";
    CONSENTS_DELETE "consents.delete" = delete_by_id!("consent", "id");
    /// All shards: comparing rows with the log needs each of them.
    CONSENTS_ALL "consents.all" = concat!("SELECT ", consent_columns!(), " FROM consent AS c WHERE c.tenant = $1");

    /// Slots with the consents that decide them.
    SLOTS "slots.by_keys" = concat!(
        "SELECT k.nth, s.consent, s.version, ", consent_columns!(), " FROM ", keys_of_slots!(),
        " JOIN slot AS s ON ", is_slot_of_key!(), pointed_at!("s"));
    SLOT_VERSIONS "slots.versions" = concat!(
        "SELECT k.nth, s.version FROM ", keys_of_slots!(), " JOIN slot AS s ON ", is_slot_of_key!());
    SLOTS_PUT "slots.put" = "INSERT INTO slot (shard, tenant, subject, definition, audience_kind, audience, qualifier, version, \
        consent) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], \
        $8::int8[], $9::uuid[]) ON CONFLICT (shard, tenant, subject, definition, digest) \
        DO UPDATE SET version = excluded.version, consent = excluded.consent";
    SLOTS_DELETE "slots.delete" = concat!("DELETE FROM slot AS s USING ", keys_of_slots!(), " WHERE ", is_slot_of_key!());
    /// All shards: comparing rows with the log needs each of them.
    SLOTS_ALL "slots.all" = "SELECT s.subject, s.definition, s.audience_kind, s.audience, s.qualifier, s.version, s.consent \
        FROM slot AS s WHERE s.tenant = $1";

    USES "uses.by_consents" = concat!(
        "SELECT u.consent, u.version, u.subject, u.last_used_at, u.last_refused_at, u.last_issued_at, u.days, u.accounts FROM ",
        keys_by_id!(),
        " JOIN consent_use AS u ON u.shard = k.shard AND u.tenant = k.tenant AND u.consent = k.id");
    USE_VERSIONS "uses.versions" = version_by_id!("consent_use", "consent", "t.version");
    USES_PUT "uses.put" = "INSERT INTO consent_use (shard, tenant, consent, version, subject, last_used_at, last_refused_at, \
        days, last_issued_at, accounts) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::uuid[], $6::int8[], \
        $7::int8[], $8::int8[], $9::int8[], $10::text[]) ON CONFLICT (shard, tenant, consent) DO UPDATE SET version = excluded.version, \
        subject = excluded.subject, last_used_at = excluded.last_used_at, last_refused_at = excluded.last_refused_at, \
        days = excluded.days, last_issued_at = excluded.last_issued_at, accounts = excluded.accounts";
    USES_DELETE "uses.delete" = delete_by_id!("consent_use", "consent");

    AGREEMENTS "agreements.by_ids" = concat!(
        "SELECT ", agreement_columns!(), " FROM ", keys_of_agreements!(),
        " JOIN agreement AS a ON a.shard = COALESCE(f.shard, k.shard) AND a.tenant = k.tenant AND a.id = k.id");
    /// Items with the consents they name.
    AGREEMENT_ITEMS "agreements.items" = concat!(
        "SELECT i.agreement, i.definition, i.consent, ", consent_columns!(), " FROM ", keys_of_agreements!(),
        " JOIN agreement_consent AS i ON i.shard = COALESCE(f.shard, k.shard) AND i.tenant = k.tenant AND i.agreement = k.id",
        pointed_at!("i"), " ORDER BY k.nth, i.position");
    AGREEMENT_VERSIONS "agreements.versions" = concat!(
        "SELECT k.nth, t.version AS version FROM ", keys_of_agreements!(),
        " JOIN agreement AS t ON t.shard = COALESCE(f.shard, k.shard) AND t.tenant = k.tenant AND t.id = k.id");
    AGREEMENTS_PUT "agreements.put" = "INSERT INTO agreement (shard, tenant, id, version, subject, application, client, \
        qualifier, decision, created_at, updated_at, valid_until, disclosure, ended, accounts, renewed_at) SELECT * \
        FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], \
        $9::uuid[], $10::int8[], $11::int8[], $12::int8[], $13::text[], $14::text[], $15::text[], $16::int8[]) ON CONFLICT (shard, tenant, id) \
        DO UPDATE SET version = excluded.version, subject = excluded.subject, application = excluded.application, \
        client = excluded.client, qualifier = excluded.qualifier, decision = excluded.decision, \
        created_at = excluded.created_at, updated_at = excluded.updated_at, valid_until = excluded.valid_until, \
        disclosure = excluded.disclosure, ended = excluded.ended, accounts = excluded.accounts, \
        renewed_at = excluded.renewed_at";
    AGREEMENTS_DELETE "agreements.delete" = concat!("DELETE FROM agreement AS t USING ", keys_of_agreements!(),
        " WHERE t.shard = COALESCE(f.shard, k.shard) AND t.tenant = k.tenant AND t.id = k.id");
    AGREEMENT_ITEMS_DELETE "agreements.delete_items" = concat!("DELETE FROM agreement_consent AS t USING ", keys_of_agreements!(),
        " WHERE t.shard = COALESCE(f.shard, k.shard) AND t.tenant = k.tenant AND t.agreement = k.id");
    AGREEMENT_PLACES_PUT "agreements.put_places" = "INSERT INTO foreign_id (tenant, kind, id, shard) \
        SELECT k.tenant, 'agreement', uuid_send(k.id), k.shard FROM unnest($1::uuid[], $2::uuid[], $3::int4[]) \
        AS k (tenant, id, shard) ON CONFLICT (tenant, kind, id) DO UPDATE SET shard = excluded.shard";
    AGREEMENT_PLACES_DELETE "agreements.delete_places" = "DELETE FROM foreign_id AS f \
        USING unnest($1::uuid[], $2::uuid[]) AS k (tenant, id) \
        WHERE f.tenant = k.tenant AND f.kind = 'agreement' AND f.id = uuid_send(k.id)";
    AGREEMENT_ITEMS_PUT "agreements.put_items" = "INSERT INTO agreement_consent (shard, tenant, agreement, position, \
        definition, consent) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::text[], $6::uuid[]) \
        ON CONFLICT (shard, tenant, agreement, position) \
        DO UPDATE SET definition = excluded.definition, consent = excluded.consent";
    /// Removes the items from a position on.
    AGREEMENT_ITEMS_CUT "agreements.cut_items" = "DELETE FROM agreement_consent AS t \
        USING unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[]) AS k (shard, tenant, agreement, position) \
        WHERE t.shard = k.shard AND t.tenant = k.tenant AND t.agreement = k.agreement AND t.position >= k.position";
    AGREEMENTS_OF_SUBJECT "agreements.of_subject" = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a WHERE a.shard = $9 AND a.tenant = $1 AND a.subject = $8",
        agreement_page!());
    /// All shards: a client's back end lists its own.
    AGREEMENTS_OF_CLIENT "agreements.of_client" = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a WHERE a.tenant = $1 AND a.client = $3", agreement_page!());
    /// All shards: an operator lists all.
    AGREEMENTS_OF_TENANT "agreements.of_tenant" = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a WHERE a.tenant = $1", agreement_page!());
    /// All shards: comparing rows with the log needs each of them.
    AGREEMENTS_ALL "agreements.all" = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a WHERE a.tenant = $1");
    /// All shards: comparing rows with the log needs each of them.
    AGREEMENT_ITEMS_ALL "agreements.all_items" = "SELECT i.agreement, i.definition, i.consent FROM agreement_consent AS i \
        WHERE i.tenant = $1 ORDER BY i.agreement, i.position";

    /// Records wherever they live, with the consents behind them.
    RECORDS "records.by_ids" = concat!(
        "SELECT ", record_columns!(), ", ", consent_columns!(), " FROM ", keys_by_id!(),
        " LEFT JOIN foreign_id AS f ON f.tenant = k.tenant AND f.kind = 'record' AND f.id = uuid_send(k.id) \
        JOIN record AS r ON r.shard = COALESCE(f.shard, k.shard) AND r.tenant = k.tenant AND r.id = k.id",
        pointed_at!("r"));
    /// Records where an index says they live, with the consents behind them.
    RECORDS_AT "records.at" = concat!(
        "SELECT ", record_columns!(), ", ", consent_columns!(), " FROM ", keys_by_id!(),
        " JOIN record AS r ON r.shard = k.shard AND r.tenant = k.tenant AND r.id = k.id", pointed_at!("r"),
        " ORDER BY k.nth");
    /// Where records live, and what they are found by.
    RECORD_PLACES "records.places" = concat!(
        "SELECT k.nth, r.shard, r.version, r.created_at, r.search_keys FROM ", keys_by_id!(),
        " LEFT JOIN foreign_id AS f ON f.tenant = k.tenant AND f.kind = 'record' AND f.id = uuid_send(k.id) \
        JOIN record AS r ON r.shard = COALESCE(f.shard, k.shard) AND r.tenant = k.tenant AND r.id = k.id");
    RECORDS_PUT "records.put" = "INSERT INTO record (shard, tenant, id, version, subject, consent, deleted, created_at, \
        updated_at, search_keys, sealed) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::uuid[], \
        $6::uuid[], $7::boolean[], $8::int8[], $9::int8[], $10::text[], $11::bytea[]) ON CONFLICT (shard, tenant, id) \
        DO UPDATE SET version = excluded.version, subject = excluded.subject, consent = excluded.consent, \
        deleted = excluded.deleted, created_at = excluded.created_at, updated_at = excluded.updated_at, \
        search_keys = excluded.search_keys, sealed = excluded.sealed";
    /// Of records that are known to be nowhere: looking for what is in the way costs as much as writing.
    RECORDS_ADD "records.add" = "INSERT INTO record (shard, tenant, id, version, subject, consent, deleted, created_at, \
        updated_at, search_keys, sealed) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::uuid[], \
        $6::uuid[], $7::boolean[], $8::int8[], $9::int8[], $10::text[], $11::bytea[])";
    RECORDS_DELETE "records.delete" = delete_by_id!("record", "id");
    /// What a record was found by before is removed first, so nothing is in the way.
    RECORD_KEYS_ADD "records.add_keys" = "INSERT INTO record_key (shard, tenant, kind, hash, created_at, record, record_shard) \
        SELECT * FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::bytea[], $5::int8[], $6::uuid[], $7::int4[])";
    RECORD_KEYS_DELETE "records.delete_keys" = "DELETE FROM record_key AS t \
        USING unnest($1::int4[], $2::uuid[], $3::text[], $4::bytea[], $5::int8[], $6::uuid[]) \
        AS k (shard, tenant, kind, hash, created_at, record) WHERE t.shard = k.shard AND t.tenant = k.tenant \
        AND t.kind = k.kind AND t.hash = k.hash AND t.created_at = k.created_at AND t.record = k.record";
    RECORD_PLACES_PUT "records.put_places" = "INSERT INTO foreign_id (tenant, kind, id, shard) \
        SELECT k.tenant, 'record', uuid_send(k.id), k.shard FROM unnest($1::uuid[], $2::uuid[], $3::int4[]) \
        AS k (tenant, id, shard) ON CONFLICT (tenant, kind, id) DO UPDATE SET shard = excluded.shard";
    RECORD_PLACES_DELETE "records.delete_places" = "DELETE FROM foreign_id AS f \
        USING unnest($1::uuid[], $2::uuid[]) AS k (tenant, id) \
        WHERE f.tenant = k.tenant AND f.kind = 'record' AND f.id = uuid_send(k.id)";
    RECORDS_OF_SUBJECT "records.of_subject" = "SELECT r.created_at, r.id, r.shard FROM record AS r \
        WHERE r.shard = $1 AND r.tenant = $2 AND r.subject = $3 AND (r.created_at, r.id) > ($4, $5) \
        ORDER BY r.created_at, r.id LIMIT $6";
    RECORDS_WITH_KEY "records.with_key" = "SELECT k.created_at, k.record, k.record_shard FROM record_key AS k \
        WHERE k.shard = $1 AND k.tenant = $2 AND k.kind = $3 AND k.hash = $4 AND (k.created_at, k.record) > ($5, $6) \
        ORDER BY k.created_at, k.record LIMIT $7";
    /// All shards, sorted: only a search that names nobody, which no door offers, comes here.
    RECORDS_OF_TENANT "records.of_tenant" = "SELECT r.created_at, r.id, r.shard FROM record AS r \
        WHERE r.tenant = $1 AND (r.created_at, r.id) > ($2, $3) ORDER BY r.created_at, r.id LIMIT $4";
    /// All shards: comparing rows with the log needs each of them.
    RECORDS_ALL "records.all" = concat!("SELECT ", record_columns!(), " FROM record AS r WHERE r.tenant = $1");

    GRANT "grants.by_id" = concat!(
        "SELECT ", grant_columns!(), " FROM oauth_grant AS g WHERE g.shard = $1 AND g.tenant = $2 AND g.id = $3");
    GRANT_VERSIONS "grants.versions" = version_by_id!("oauth_grant", "id", "t.version");
    GRANTS_PUT "grants.put" = "INSERT INTO oauth_grant (shard, tenant, id, version, subject, application, client, agreement, \
        scope, resources, qualifier, session, offline, auth_time, amr, created_at, expires_at, ended) SELECT * FROM \
        unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::text[], \
        $10::text[], $11::text[], $12::text[], $13::boolean[], $14::int8[], $15::text[], $16::int8[], $17::int8[], \
        $18::text[]) ON CONFLICT (shard, tenant, id) DO UPDATE SET version = excluded.version, subject = excluded.subject, \
        application = excluded.application, client = excluded.client, agreement = excluded.agreement, \
        scope = excluded.scope, resources = excluded.resources, qualifier = excluded.qualifier, \
        session = excluded.session, offline = excluded.offline, auth_time = excluded.auth_time, amr = excluded.amr, \
        created_at = excluded.created_at, expires_at = excluded.expires_at, ended = excluded.ended";
    GRANTS_DELETE "grants.delete" = delete_by_id!("oauth_grant", "id");
    GRANTS_STANDING "grants.standing" = concat!(
        "SELECT ", grant_columns!(), " FROM oauth_grant AS g WHERE g.shard = $1 AND g.tenant = $2 AND g.subject = $3 \
        AND ($4::text IS NULL OR g.client = $4) AND g.ended IS NULL ORDER BY g.id");

    TOKEN "tokens.by_hash" = concat!(
        "SELECT ", token_columns!(), " FROM token AS t WHERE t.shard = $1 AND t.tenant = $2 AND t.hash = $3");
    /// All shards: sessions are spread by their own hashes.
    SESSIONS_OF_SUBJECT "sessions.of_subject" = concat!(
        "SELECT ", token_columns!(), " FROM token AS t WHERE t.tenant = $1 AND t.subject = $2 AND t.kind = 'session' \
        AND t.revoked_at IS NULL AND t.expires_at > $3 ORDER BY t.issued_at DESC, t.hash LIMIT $4");
    /// Versions, and until when each can be spent: never once it was consumed or revoked.
    TOKEN_VERSIONS "tokens.versions" = concat!(
        "SELECT k.nth, t.version, CASE WHEN t.consumed_at IS NULL AND t.revoked_at IS NULL THEN t.expires_at END \
        AS expires_at FROM ", keys_by_hash!(),
        " JOIN token AS t ON t.shard = k.shard AND t.tenant = k.tenant AND t.hash = k.hash");
    TOKENS_PUT "tokens.put" = "INSERT INTO token (shard, tenant, hash, kind, version, subject, client, oauth_grant, issued_at, \
        expires_at, consumed_at, revoked_at, failures, detail) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::bytea[], \
        $4::text[], $5::int8[], $6::uuid[], $7::text[], $8::uuid[], $9::int8[], $10::int8[], $11::int8[], $12::int8[], \
        $13::int8[], $14::text[]) ON CONFLICT (shard, tenant, hash) DO UPDATE SET kind = excluded.kind, \
        version = excluded.version, subject = excluded.subject, client = excluded.client, \
        oauth_grant = excluded.oauth_grant, issued_at = excluded.issued_at, expires_at = excluded.expires_at, \
        consumed_at = excluded.consumed_at, revoked_at = excluded.revoked_at, failures = excluded.failures, \
        detail = excluded.detail";
    TOKENS_DELETE "tokens.delete" = delete_by_hash!("token");
    /// All shards, by the time they were over.
    TOKENS_PRUNE "tokens.prune" = "DELETE FROM token AS d USING (SELECT t.shard, t.tenant, t.hash FROM token AS t \
        WHERE t.tenant = $1 AND t.expires_at < $2 ORDER BY t.expires_at LIMIT $3) AS k \
        WHERE d.shard = k.shard AND d.tenant = k.tenant AND d.hash = k.hash";

    INTERACTION "interactions.by_hash" = concat!(
        "SELECT ", interaction_columns!(), " FROM interaction AS i WHERE i.shard = $1 AND i.tenant = $2 AND i.hash = $3");
    INTERACTION_VERSIONS "interactions.versions" = version_by_hash!("interaction", "t.version");
    INTERACTIONS_PUT "interactions.put" = "INSERT INTO interaction (shard, tenant, hash, version, browser, subject, \
        expires_at, created_at, terminal, detail) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::bytea[], $4::int8[], \
        $5::bytea[], $6::uuid[], $7::int8[], $8::int8[], $9::boolean[], $10::text[]) ON CONFLICT (shard, tenant, hash) \
        DO UPDATE SET version = excluded.version, browser = excluded.browser, subject = excluded.subject, \
        expires_at = excluded.expires_at, created_at = excluded.created_at, terminal = excluded.terminal, \
        detail = excluded.detail";
    INTERACTIONS_DELETE "interactions.delete" = delete_by_hash!("interaction");
    /// All shards: a browser's interactions are spread by their own hashes.
    INTERACTIONS_OF_BROWSER "interactions.of_browser" = concat!(
        "SELECT ", interaction_columns!(), " FROM interaction AS i WHERE i.tenant = $1 AND i.browser = $2 \
        AND i.expires_at > $3 ORDER BY i.created_at, i.hash");
    /// All shards, by the time they were over.
    INTERACTIONS_PRUNE "interactions.prune" = "DELETE FROM interaction AS d USING (SELECT i.shard, i.tenant, i.hash \
        FROM interaction AS i WHERE i.tenant = $1 AND i.expires_at < $2 ORDER BY i.expires_at LIMIT $3) AS k \
        WHERE d.shard = k.shard AND d.tenant = k.tenant AND d.hash = k.hash";

    SUBJECT "subjects.by_id" = "SELECT s.id, s.version, s.state, s.merged_into, s.created_at FROM subject AS s \
        WHERE s.shard = $1 AND s.tenant = $2 AND s.id = $3";
    SUBJECT_VERSIONS "subjects.versions" = version_by_id!("subject", "id", "t.version");
    SUBJECTS_PUT "subjects.put" = "INSERT INTO subject (shard, tenant, id, version, state, merged_into, created_at) \
        SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::text[], $6::uuid[], $7::int8[]) \
        ON CONFLICT (shard, tenant, id) DO UPDATE SET version = excluded.version, state = excluded.state, \
        merged_into = excluded.merged_into, created_at = excluded.created_at";
    SUBJECTS_DELETE "subjects.delete" = delete_by_id!("subject", "id");

    ALIAS "aliases.by_hash" = concat!(
        "SELECT ", alias_columns!(), " FROM subject_alias AS s WHERE s.shard = $1 AND s.tenant = $2 AND s.hash = $3");
    ALIAS_VERSIONS "aliases.versions" = version_by_hash!("subject_alias", "1::int8");
    ALIASES_PUT "aliases.put" = "INSERT INTO subject_alias (shard, tenant, hash, namespace, subject, sealed, created_at) \
        SELECT * FROM unnest($1::int4[], $2::uuid[], $3::bytea[], $4::text[], $5::uuid[], $6::bytea[], $7::int8[]) \
        ON CONFLICT (shard, tenant, hash) DO UPDATE SET namespace = excluded.namespace, subject = excluded.subject, \
        sealed = excluded.sealed, created_at = excluded.created_at";
    ALIASES_DELETE "aliases.delete" = delete_by_hash!("subject_alias");
    /// All shards: names are spread by their own hashes.
    ALIASES_OF_SUBJECT "aliases.of_subject" = concat!(
        "SELECT ", alias_columns!(), " FROM subject_alias AS s WHERE s.tenant = $1 AND s.subject = $2 \
        ORDER BY s.created_at, s.hash");

    PREFERENCE "preferences.by_hash" = concat!("SELECT ", preference_columns!(), " FROM preference AS p \
        WHERE p.shard = $1 AND p.tenant = $2 AND p.hash = $3");
    PREFERENCE_VERSIONS "preferences.versions" = version_by_hash!("preference", "t.version");
    PREFERENCES_PUT "preferences.put" = "INSERT INTO preference (shard, tenant, hash, kind, version, subject, created_at, \
        sealed) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::bytea[], $4::text[], $5::int8[], $6::uuid[], $7::int8[], \
        $8::bytea[]) ON CONFLICT (shard, tenant, hash) DO UPDATE SET kind = excluded.kind, version = excluded.version, \
        subject = excluded.subject, created_at = excluded.created_at, sealed = excluded.sealed";
    PREFERENCES_DELETE "preferences.delete" = delete_by_hash!("preference");
    /// All shards: events are spread by their own hashes.
    PREFERENCES_OF_SUBJECT "preferences.of_subject" = concat!("SELECT ", preference_columns!(), " FROM preference AS p \
        WHERE p.tenant = $1 AND p.subject = $2 AND p.kind <> 'proof' ORDER BY p.created_at, p.hash");
    /// All shards: a back end lists everybody.
    PREFERENCE_PEOPLE "preferences.people" = concat!("SELECT ", preference_columns!(), " FROM preference AS p \
        WHERE p.tenant = $1 AND p.kind = 'person' AND p.created_at >= $2 AND (p.created_at > $2 OR p.hash > $3) \
        ORDER BY p.created_at, p.hash LIMIT $4::int8");

    ACCOUNT "accounts.by_subject" = "SELECT a.subject, a.version, a.password_hash, a.disabled, a.applications, \
        a.contact, a.passkeys, a.holdings, a.profile FROM account AS a WHERE a.shard = $1 AND a.tenant = $2 AND a.subject = $3";
    ACCOUNT_VERSIONS "accounts.versions" = version_by_id!("account", "subject", "t.version");
    ACCOUNTS_PUT "accounts.put" = "INSERT INTO account (shard, tenant, subject, version, password_hash, disabled, \
        applications, contact, passkeys, holdings, profile) SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], \
        $5::text[], $6::boolean[], $7::text[], $8::bytea[], $9::bytea[], $10::bytea[], \
        $11::bytea[]) ON CONFLICT (shard, tenant, subject) \
        DO UPDATE SET version = excluded.version, password_hash = excluded.password_hash, disabled = excluded.disabled, \
        applications = excluded.applications, contact = excluded.contact, passkeys = excluded.passkeys, \
        holdings = excluded.holdings, profile = excluded.profile";
    ACCOUNTS_DELETE "accounts.delete" = delete_by_id!("account", "subject");

    SUBJECT_KEY "subject_keys.by_subject" = "SELECT k.subject, k.wrapped FROM subject_key AS k \
        WHERE k.shard = $1 AND k.tenant = $2 AND k.subject = $3";
    SUBJECT_KEY_VERSIONS "subject_keys.versions" = version_by_id!("subject_key", "subject", "1::int8");
    SUBJECT_KEYS_PUT "subject_keys.put" = "INSERT INTO subject_key (shard, tenant, subject, wrapped) \
        SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::bytea[]) \
        ON CONFLICT (shard, tenant, subject) DO UPDATE SET wrapped = excluded.wrapped";
    SUBJECT_KEYS_DELETE "subject_keys.delete" = delete_by_id!("subject_key", "subject");

    REQUEST "requests.by_key" = "SELECT i.fingerprint, i.reference, i.expires_at FROM idempotency AS i \
        WHERE i.shard = $1 AND i.tenant = $2 AND i.key = $3";
    REMEMBERED "requests.by_keys" = concat!(
        "SELECT k.nth, t.fingerprint, t.reference, t.expires_at FROM ", keys_by_hash!(),
        " JOIN idempotency AS t ON t.shard = k.shard AND t.tenant = k.tenant AND t.key = k.hash");
    REMEMBER "requests.put" = "INSERT INTO idempotency (shard, tenant, key, fingerprint, reference, expires_at) \
        SELECT * FROM unnest($1::int4[], $2::uuid[], $3::bytea[], $4::bytea[], $5::text[], $6::int8[]) \
        ON CONFLICT (shard, tenant, key) DO UPDATE SET fingerprint = excluded.fingerprint, \
        reference = excluded.reference, expires_at = excluded.expires_at";
    /// All shards, by the time they were over.
    REMEMBERED_PRUNE "requests.prune" = "DELETE FROM idempotency AS d USING (SELECT i.shard, i.tenant, i.key \
        FROM idempotency AS i WHERE i.tenant = $1 AND i.expires_at < $2 ORDER BY i.expires_at LIMIT $3) AS k \
        WHERE d.shard = k.shard AND d.tenant = k.tenant AND d.key = k.key";

    /// All shards: time goes on for all.
    CONSENTS_ENDING "consents.ending" = concat!("SELECT ", consent_columns!(), " FROM consent AS c \
        WHERE c.tenant = $1 AND c.valid_until >= $2 AND (c.valid_until > $2 OR c.id > $3) AND c.valid_until <= $4 \
        AND c.status IN ('accepted', 'restricted') ORDER BY c.valid_until, c.id LIMIT $5");

    CONSENTS_WITHDRAWN "consents.withdrawn" = "SELECT c.id, c.updated_at FROM consent AS c \
        WHERE c.tenant = $1 AND c.updated_at >= $2 \
        AND (c.status IN ('restricted', 'revoked', 'superseded', 'erased') OR c.updated_at > c.created_at) \
        AND (c.status IN ('restricted', 'revoked', 'superseded', 'erased') \
            OR (c.status = 'accepted' AND c.valid_until <= $3)) \
        ORDER BY c.updated_at DESC, c.id DESC LIMIT $4";
    AGREEMENTS_WITHDRAWN "agreements.withdrawn" = "SELECT a.id, a.updated_at FROM agreement AS a \
        WHERE a.tenant = $1 AND a.updated_at >= $2 AND (a.ended IS NOT NULL OR a.updated_at > a.created_at) \
        ORDER BY a.updated_at DESC, a.id DESC LIMIT $3";

    JOB "jobs.by_key" = concat!(
        "SELECT ", job_columns!(), " FROM job AS j WHERE j.tenant = $1 AND j.kind = $2 AND j.key = $3");
    JOB_VERSIONS "jobs.versions" = "SELECT k.nth, j.version FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY \
        AS k (tenant, kind, key, nth) JOIN job AS j ON j.tenant = k.tenant AND j.kind = k.kind AND j.key = k.key";
    JOBS "jobs.of_kind" = concat!(
        "SELECT ", job_columns!(), " FROM job AS j WHERE j.tenant = $1 AND j.kind = $2 ORDER BY j.key");
    JOBS_BY_DUE "jobs.by_due" = concat!(
        "SELECT ", job_columns!(), " FROM job AS j WHERE j.tenant = $1 AND j.kind = $2 ORDER BY j.due_at, j.key LIMIT $3");
    JOBS_PUT "jobs.put" = "INSERT INTO job (tenant, kind, key, version, due_at, holder, held_until, attempts, last_error, \
        detail) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::text[], $7::int8[], \
        $8::int8[], $9::text[], $10::text[]) ON CONFLICT (tenant, kind, key) DO UPDATE SET version = excluded.version, \
        due_at = excluded.due_at, holder = excluded.holder, held_until = excluded.held_until, \
        attempts = excluded.attempts, last_error = excluded.last_error, detail = excluded.detail";
    JOBS_DELETE "jobs.delete" = "DELETE FROM job AS t USING unnest($1::uuid[], $2::text[], $3::text[]) \
        AS k (tenant, kind, key) WHERE t.tenant = k.tenant AND t.kind = k.kind AND t.key = k.key";

    DELIVERY "deliveries.by_id" = concat!(
        "SELECT ", delivery_columns!(), " FROM delivery AS d WHERE d.tenant = $1 AND d.id = $2");
    DELIVERY_VERSIONS "deliveries.versions" = "SELECT k.nth, d.version FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY \
        AS k (tenant, id, nth) JOIN delivery AS d ON d.tenant = k.tenant AND d.id = k.id";
    DELIVERIES_PUT "deliveries.put" = "INSERT INTO delivery (tenant, id, version, endpoint, number, event, idx, kind, status, \
        due_at, attempts, created_at, finished_at, detail) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int8[], \
        $4::uuid[], $5::int8[], $6::uuid[], $7::int8[], $8::text[], $9::text[], $10::int8[], $11::int8[], $12::int8[], \
        $13::int8[], $14::text[]) ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, \
        endpoint = excluded.endpoint, number = excluded.number, event = excluded.event, idx = excluded.idx, \
        kind = excluded.kind, status = excluded.status, due_at = excluded.due_at, attempts = excluded.attempts, \
        created_at = excluded.created_at, finished_at = excluded.finished_at, detail = excluded.detail";
    DELIVERIES_DELETE "deliveries.delete" = "DELETE FROM delivery AS t USING unnest($1::uuid[], $2::uuid[]) \
        AS k (tenant, id) WHERE t.tenant = k.tenant AND t.id = k.id";
    DELIVERIES "deliveries.of_endpoint" = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d \
        WHERE d.tenant = $1 AND d.endpoint = $2 AND ($3::text IS NULL OR d.status = $3) \
        AND ($4::text IS NULL OR d.kind = $4) AND ($5::int8 IS NULL OR d.created_at >= $5) AND d.number < $6 \
        ORDER BY d.number DESC LIMIT $7");
    DELIVERIES_WAITING "deliveries.waiting" = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d \
        WHERE d.tenant = $1 AND d.endpoint = $2 AND d.status = 'waiting' ORDER BY d.number LIMIT $3");
    DELIVERIES_ASKED "deliveries.asked" = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d \
        WHERE d.tenant = $1 AND d.status = 'asked' ORDER BY d.endpoint, d.number LIMIT $2");
    DELIVERIES_FINISHED "deliveries.finished" = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d \
        WHERE d.tenant = $1 AND d.finished_at < $2 ORDER BY d.finished_at, d.id LIMIT $3");
}

/// The statements of one table of configuration.
pub(crate) struct ConfigurationStatements {
    pub(crate) all: &'static str,
    pub(crate) versions: &'static str,
    pub(crate) put: &'static str,
    pub(crate) delete: &'static str,
}

macro_rules! configuration_statements {
    ($table:literal) => {
        ConfigurationStatements {
            all: concat!(
                "/* configuration.all */ SELECT c.tenant, c.id, c.version, c.body FROM ",
                $table,
                " AS c ORDER BY c.tenant, c.id"
            ),
            versions: concat!(
                "/* configuration.versions */ SELECT k.nth, c.version \
                 FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS k (tenant, id, nth) JOIN ",
                $table,
                " AS c ON c.tenant = k.tenant AND c.id = k.id"
            ),
            put: concat!(
                "/* configuration.put */ INSERT INTO ",
                $table,
                " (tenant, id, version, body) SELECT * FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::text[]) \
                 ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, body = excluded.body"
            ),
            delete: concat!(
                "/* configuration.delete */ DELETE FROM ",
                $table,
                " AS c USING unnest($1::uuid[], $2::text[]) AS k (tenant, id) WHERE c.tenant = k.tenant AND c.id = k.id"
            ),
        }
    };
}

/// The statements of this kind of configuration.
pub(crate) const fn configuration(kind: consentry_store::ConfigurationKind) -> ConfigurationStatements {
    use consentry_store::ConfigurationKind as Kind;
    match kind {
        Kind::Tenant => configuration_statements!("tenant"),
        Kind::Application => configuration_statements!("application"),
        Kind::Party => configuration_statements!("party"),
        Kind::Client => configuration_statements!("client"),
        Kind::Definition => configuration_statements!("definition"),
        Kind::Localization => configuration_statements!("localization"),
        Kind::SigningKey => configuration_statements!("signing_key"),
        Kind::Principal => configuration_statements!("principal"),
        Kind::ApiCredential => configuration_statements!("api_credential"),
        Kind::WebhookEndpoint => configuration_statements!("webhook_endpoint"),
        Kind::Logo => configuration_statements!("logo"),
        Kind::LinkSecret => configuration_statements!("link_secret"),
    }
}
