//! Every statement, by name. Each text begins with its name, so that a slow one can be told from a trace; a test prepares
//! all of them against a fresh database and keeps their plans as reviewed snapshots. Where a table offers more than one way,
//! the way is named (INDEXED BY), so that no statistics can lead a read astray.

use consentry_store::{
    agreement_columns, alias_columns, consent_columns, delivery_columns, grant_columns, interaction_columns,
    job_columns, preference_columns, record_columns, token_columns,
};

/// Declares statements and the list of all of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = concat!("/* ", stringify!($name), " */ ", $sql);)+

        /// All statements with their names, without those of configuration.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// The rest of every list of agreements: application, moment they must be in force at, position to go on from, length.
macro_rules! agreement_page {
    () => {
        " AND (?3 IS NULL OR a.application = ?3) AND (?4 IS NULL OR a.client = ?4) \
         AND (?5 IS NULL OR (a.ended IS NULL AND (a.valid_until IS NULL OR a.valid_until > ?5))) \
         AND a.created_at <= ?6 AND (a.created_at < ?6 OR a.id > ?7) ORDER BY a.created_at DESC, a.id LIMIT ?8"
    };
}

statements! {
    BEGIN = "BEGIN IMMEDIATE";
    BEGIN_READING = "BEGIN DEFERRED";
    COMMIT = "COMMIT";
    ROLLBACK = "ROLLBACK";

    LOG_HEAD = "SELECT l.size, l.chain FROM tenant_log AS l WHERE l.tenant = ?1";
    LOG_HEAD_PUT = "REPLACE INTO tenant_log (tenant, size, chain) VALUES (?1, ?2, ?3)";
    EVENT_APPEND = "INSERT INTO consent_event (tenant, idx, id, kind, at, leaf, sealed, salt, hash) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    EVENT_FILTER_APPEND = "INSERT INTO consent_event_filter (tenant, idx, shard, subject, door, party, definition) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    EVENTS = "SELECT e.idx, e.id, e.kind, e.at, e.leaf, e.sealed, e.salt, e.hash, f.subject, f.door \
        FROM consent_event AS e LEFT JOIN consent_event_filter AS f ON f.tenant = e.tenant AND f.idx = e.idx \
        WHERE e.tenant = ?1 AND e.idx >= ?2 ORDER BY e.idx LIMIT ?3";
    EVENT_HEADS = "SELECT e.idx, e.kind, f.subject \
        FROM consent_event AS e LEFT JOIN consent_event_filter AS f ON f.tenant = e.tenant AND f.idx = e.idx \
        WHERE e.tenant = ?1 AND e.idx >= ?2 ORDER BY e.idx LIMIT ?3";
    EVENTS_OF = "SELECT e.idx, e.id, e.kind, e.at, e.leaf, e.sealed, e.salt, e.hash, f.subject, f.door \
        FROM consent_event_filter AS f INDEXED BY consent_event_filter_by_subject \
        CROSS JOIN consent_event AS e ON e.tenant = f.tenant AND e.idx = f.idx \
        WHERE f.tenant = ?1 AND f.subject = ?2 AND f.idx >= ?3 ORDER BY f.idx LIMIT ?4";

    EVENTS_ERASE = "UPDATE consent_event SET sealed = NULL WHERE tenant = ?1 AND idx IN (SELECT f.idx \
        FROM consent_event_filter AS f INDEXED BY consent_event_filter_by_subject WHERE f.tenant = ?1 AND f.subject = ?2)";
    EVENT_FILTERS_ERASE = "UPDATE consent_event_filter INDEXED BY consent_event_filter_by_subject SET shard = NULL, \
        subject = NULL, door = NULL, party = NULL, definition = NULL WHERE tenant = ?1 AND subject = ?2";

    CONSENT = concat!(
        "SELECT ", consent_columns!(), " FROM consent AS c WHERE c.shard = ?1 AND c.tenant = ?2 AND c.id = ?3");
    CONSENT_VERSION = "SELECT c.version FROM consent AS c WHERE c.shard = ?1 AND c.tenant = ?2 AND c.id = ?3";
    CONSENT_PUT = "REPLACE INTO consent (shard, tenant, id, version, status, subject, definition, audience_kind, audience, \
        qualifier, wording, door, actor, decision, record, agreement, created_at, updated_at, valid_from, valid_until, ended, \
        actions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
    CONSENT_DELETE = "DELETE FROM consent WHERE shard = ?1 AND tenant = ?2 AND id = ?3";
    /// All shards: comparing rows with the log needs each of them.
    CONSENTS_ALL = concat!("SELECT ", consent_columns!(), " FROM consent AS c WHERE c.tenant = ?1");

    SLOT = "SELECT s.consent, s.version FROM slot AS s WHERE s.shard = ?1 AND s.tenant = ?2 AND s.subject = ?3 \
        AND s.definition = ?4 AND s.audience_kind = ?5 AND s.audience = ?6 AND s.qualifier = ?7";
    SLOT_VERSION = "SELECT s.version FROM slot AS s WHERE s.shard = ?1 AND s.tenant = ?2 AND s.subject = ?3 \
        AND s.definition = ?4 AND s.audience_kind = ?5 AND s.audience = ?6 AND s.qualifier = ?7";
    SLOT_PUT = "REPLACE INTO slot (shard, tenant, subject, definition, audience_kind, audience, qualifier, version, consent) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    SLOT_DELETE = "DELETE FROM slot WHERE shard = ?1 AND tenant = ?2 AND subject = ?3 AND definition = ?4 \
        AND audience_kind = ?5 AND audience = ?6 AND qualifier = ?7";
    CONSENTS_DECIDING = concat!(
        "SELECT s.consent, ", consent_columns!(), " FROM slot AS s \
        LEFT JOIN consent AS c ON c.shard = s.shard AND c.tenant = s.tenant AND c.id = s.consent \
        WHERE s.shard = ?1 AND s.tenant = ?2 AND s.subject = ?3");
    /// Somebody and what they agreed to; one row without anything where there is neither.
    STANDING = concat!(
        "SELECT s.consent, p.state, ", consent_columns!(), " FROM (SELECT 1) \
        LEFT JOIN subject AS p ON p.shard = ?1 AND p.tenant = ?2 AND p.id = ?3 \
        LEFT JOIN slot AS s ON s.shard = ?1 AND s.tenant = ?2 AND s.subject = ?3 \
        LEFT JOIN consent AS c ON c.shard = s.shard AND c.tenant = s.tenant AND c.id = s.consent");
    /// All shards: comparing rows with the log needs each of them.
    SLOTS_ALL = "SELECT s.subject, s.definition, s.audience_kind, s.audience, s.qualifier, s.version, s.consent \
        FROM slot AS s WHERE s.tenant = ?1";

    USE = "SELECT u.consent, u.version, u.subject, u.last_used_at, u.last_refused_at, u.last_issued_at, u.days, u.accounts \
        FROM consent_use AS u WHERE u.shard = ?1 AND u.tenant = ?2 AND u.consent = ?3";
    USE_VERSION = "SELECT u.version FROM consent_use AS u WHERE u.shard = ?1 AND u.tenant = ?2 AND u.consent = ?3";
    USE_PUT = "REPLACE INTO consent_use (shard, tenant, consent, version, subject, last_used_at, last_refused_at, days, \
        last_issued_at, accounts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    USE_DELETE = "DELETE FROM consent_use WHERE shard = ?1 AND tenant = ?2 AND consent = ?3";

    AGREEMENT = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a WHERE a.shard = ?1 AND a.tenant = ?2 AND a.id = ?3");
    AGREEMENT_VERSION = "SELECT a.version FROM agreement AS a WHERE a.shard = ?1 AND a.tenant = ?2 AND a.id = ?3";
    AGREEMENT_PUT = "REPLACE INTO agreement (shard, tenant, id, version, subject, application, client, qualifier, decision, \
        created_at, updated_at, valid_until, disclosure, ended, accounts, renewed_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    AGREEMENT_DELETE = "DELETE FROM agreement WHERE shard = ?1 AND tenant = ?2 AND id = ?3";
    AGREEMENT_ITEMS = "SELECT i.definition, i.consent FROM agreement_consent AS i \
        WHERE i.shard = ?1 AND i.tenant = ?2 AND i.agreement = ?3 ORDER BY i.position";
    AGREEMENT_ITEM_PUT = "REPLACE INTO agreement_consent (shard, tenant, agreement, position, definition, consent) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    AGREEMENT_ITEMS_CUT = "DELETE FROM agreement_consent \
        WHERE shard = ?1 AND tenant = ?2 AND agreement = ?3 AND position >= ?4";
    AGREEMENTS_OF_SUBJECT = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a INDEXED BY agreement_by_subject \
        WHERE a.shard = ?9 AND a.tenant = ?1 AND a.subject = ?2",
        agreement_page!());
    /// All shards: a client's back end lists its own.
    AGREEMENTS_OF_CLIENT = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a INDEXED BY agreement_by_client \
        WHERE a.tenant = ?1 AND ?2 IS NULL AND a.client = ?4",
        agreement_page!());
    /// All shards: an operator lists all.
    AGREEMENTS_OF_TENANT = concat!(
        "SELECT ", agreement_columns!(), " FROM agreement AS a INDEXED BY agreement_by_time \
        WHERE a.tenant = ?1 AND ?2 IS NULL", agreement_page!());
    /// All shards: comparing rows with the log needs each of them.
    AGREEMENTS_ALL = concat!("SELECT ", agreement_columns!(), " FROM agreement AS a WHERE a.tenant = ?1");

    RECORD = concat!(
        "SELECT ", record_columns!(), " FROM record AS r WHERE r.shard = ?1 AND r.tenant = ?2 AND r.id = ?3");
    RECORD_VERSION = "SELECT r.version FROM record AS r WHERE r.shard = ?1 AND r.tenant = ?2 AND r.id = ?3";
    RECORD_KEYS = "SELECT r.created_at, r.search_keys FROM record AS r WHERE r.shard = ?1 AND r.tenant = ?2 AND r.id = ?3";
    RECORD_PUT = "REPLACE INTO record (shard, tenant, id, version, subject, consent, deleted, created_at, updated_at, \
        search_keys, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    RECORD_DELETE = "DELETE FROM record WHERE shard = ?1 AND tenant = ?2 AND id = ?3";
    RECORD_KEY_PUT = "REPLACE INTO record_key (shard, tenant, kind, hash, created_at, record, record_shard) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    RECORD_KEY_DELETE = "DELETE FROM record_key \
        WHERE shard = ?1 AND tenant = ?2 AND kind = ?3 AND hash = ?4 AND created_at = ?5 AND record = ?6";
    AGREEMENT_PLACE = "SELECT f.shard FROM foreign_id AS f WHERE f.tenant = ?1 AND f.kind = 'agreement' AND f.id = ?2";
    AGREEMENT_PLACE_PUT = "REPLACE INTO foreign_id (tenant, kind, id, shard) VALUES (?1, 'agreement', ?2, ?3)";
    AGREEMENT_PLACE_DELETE = "DELETE FROM foreign_id WHERE tenant = ?1 AND kind = 'agreement' AND id = ?2";
    RECORD_PLACE = "SELECT f.shard FROM foreign_id AS f WHERE f.tenant = ?1 AND f.kind = 'record' AND f.id = ?2";
    RECORD_PLACE_PUT = "REPLACE INTO foreign_id (tenant, kind, id, shard) VALUES (?1, 'record', ?2, ?3)";
    RECORD_PLACE_DELETE = "DELETE FROM foreign_id WHERE tenant = ?1 AND kind = 'record' AND id = ?2";
    RECORDS_OF_SUBJECT = "SELECT r.created_at, r.id, r.shard FROM record AS r INDEXED BY record_by_subject \
        WHERE r.shard = ?1 AND r.tenant = ?2 AND r.subject = ?3 AND r.created_at >= ?4 \
        AND (r.created_at > ?4 OR r.id > ?5) ORDER BY r.created_at, r.id";
    RECORDS_WITH_KEY = "SELECT k.created_at, k.record, k.record_shard FROM record_key AS k \
        WHERE k.shard = ?1 AND k.tenant = ?2 AND k.kind = ?3 AND k.hash = ?4 AND k.created_at >= ?5 \
        AND (k.created_at > ?5 OR k.record > ?6) ORDER BY k.created_at, k.record";
    /// All shards, sorted: only a search that names nobody, which no door offers, comes here.
    RECORDS_OF_TENANT = "SELECT r.created_at, r.id, r.shard FROM record AS r WHERE r.tenant = ?1 AND r.created_at >= ?2 \
        AND (r.created_at > ?2 OR r.id > ?3) ORDER BY r.created_at, r.id";
    /// All shards: comparing rows with the log needs each of them.
    RECORDS_ALL = concat!("SELECT ", record_columns!(), " FROM record AS r WHERE r.tenant = ?1");

    GRANT = concat!(
        "SELECT ", grant_columns!(), " FROM oauth_grant AS g WHERE g.shard = ?1 AND g.tenant = ?2 AND g.id = ?3");
    GRANT_VERSION = "SELECT g.version FROM oauth_grant AS g WHERE g.shard = ?1 AND g.tenant = ?2 AND g.id = ?3";
    GRANT_PUT = "REPLACE INTO oauth_grant (shard, tenant, id, version, subject, application, client, agreement, scope, \
        resources, qualifier, session, offline, auth_time, amr, created_at, expires_at, ended) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    GRANT_DELETE = "DELETE FROM oauth_grant WHERE shard = ?1 AND tenant = ?2 AND id = ?3";
    GRANTS_STANDING = concat!(
        "SELECT ", grant_columns!(), " FROM oauth_grant AS g INDEXED BY oauth_grant_standing \
        WHERE g.shard = ?1 AND g.tenant = ?2 AND g.subject = ?3 \
        AND (?4 IS NULL OR g.client = ?4) AND g.ended IS NULL ORDER BY g.id");

    TOKEN = concat!("SELECT ", token_columns!(), " FROM token AS t WHERE t.shard = ?1 AND t.tenant = ?2 AND t.hash = ?3");
    /// All shards: sessions are spread by their own hashes.
    SESSIONS_OF_SUBJECT = concat!(
        "SELECT ", token_columns!(), " FROM token AS t INDEXED BY session_by_subject WHERE t.tenant = ?1 AND t.subject = ?2 \
        AND t.kind = 'session' AND t.revoked_at IS NULL AND t.expires_at > ?3 ORDER BY t.issued_at DESC, t.hash LIMIT ?4");
    TOKEN_VERSION = "SELECT t.version FROM token AS t WHERE t.shard = ?1 AND t.tenant = ?2 AND t.hash = ?3";
    TOKEN_SPENDABLE = "SELECT t.consumed_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > ?4 FROM token AS t \
        WHERE t.shard = ?1 AND t.tenant = ?2 AND t.hash = ?3";
    TOKEN_PUT = "REPLACE INTO token (shard, tenant, hash, kind, version, subject, client, oauth_grant, issued_at, \
        expires_at, consumed_at, revoked_at, failures, detail) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    TOKEN_DELETE = "DELETE FROM token WHERE shard = ?1 AND tenant = ?2 AND hash = ?3";
    /// All shards, by the time they were over.
    TOKENS_PRUNE = "DELETE FROM token WHERE (shard, tenant, hash) IN (SELECT t.shard, t.tenant, t.hash FROM token AS t \
        WHERE t.tenant = ?1 AND t.expires_at < ?2 ORDER BY t.expires_at LIMIT ?3)";

    INTERACTION = concat!(
        "SELECT ", interaction_columns!(), " FROM interaction AS i WHERE i.shard = ?1 AND i.tenant = ?2 AND i.hash = ?3");
    INTERACTION_VERSION = "SELECT i.version FROM interaction AS i WHERE i.shard = ?1 AND i.tenant = ?2 AND i.hash = ?3";
    INTERACTION_PUT = "REPLACE INTO interaction (shard, tenant, hash, version, browser, subject, expires_at, created_at, \
        terminal, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    INTERACTION_DELETE = "DELETE FROM interaction WHERE shard = ?1 AND tenant = ?2 AND hash = ?3";
    /// All shards: a browser's interactions are spread by their own hashes.
    INTERACTIONS_OF_BROWSER = concat!(
        "SELECT ", interaction_columns!(), " FROM interaction AS i INDEXED BY interaction_by_browser \
        WHERE i.tenant = ?1 AND i.browser = ?2 \
        AND i.expires_at > ?3 ORDER BY i.created_at, i.hash");
    /// All shards, by the time they were over.
    INTERACTIONS_PRUNE = "DELETE FROM interaction WHERE (shard, tenant, hash) IN (SELECT i.shard, i.tenant, i.hash \
        FROM interaction AS i WHERE i.tenant = ?1 AND i.expires_at < ?2 ORDER BY i.expires_at LIMIT ?3)";

    SUBJECT = "SELECT s.id, s.version, s.state, s.merged_into, s.created_at FROM subject AS s \
        WHERE s.shard = ?1 AND s.tenant = ?2 AND s.id = ?3";
    SUBJECT_VERSION = "SELECT s.version FROM subject AS s WHERE s.shard = ?1 AND s.tenant = ?2 AND s.id = ?3";
    SUBJECT_PUT = "REPLACE INTO subject (shard, tenant, id, version, state, merged_into, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    SUBJECT_DELETE = "DELETE FROM subject WHERE shard = ?1 AND tenant = ?2 AND id = ?3";

    ALIAS = concat!(
        "SELECT ", alias_columns!(), " FROM subject_alias AS s WHERE s.shard = ?1 AND s.tenant = ?2 AND s.hash = ?3");
    ALIAS_VERSION = "SELECT 1 FROM subject_alias AS s WHERE s.shard = ?1 AND s.tenant = ?2 AND s.hash = ?3";
    ALIAS_PUT = "REPLACE INTO subject_alias (shard, tenant, hash, namespace, subject, sealed, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    ALIAS_DELETE = "DELETE FROM subject_alias WHERE shard = ?1 AND tenant = ?2 AND hash = ?3";
    /// All shards: names are spread by their own hashes.
    ALIASES_OF_SUBJECT = concat!(
        "SELECT ", alias_columns!(), " FROM subject_alias AS s WHERE s.tenant = ?1 AND s.subject = ?2 \
        ORDER BY s.created_at, s.hash");

    PREFERENCE = concat!("SELECT ", preference_columns!(), " FROM preference AS p \
        WHERE p.shard = ?1 AND p.tenant = ?2 AND p.hash = ?3");
    PREFERENCE_VERSION = "SELECT p.version FROM preference AS p WHERE p.shard = ?1 AND p.tenant = ?2 AND p.hash = ?3";
    PREFERENCE_PUT = "REPLACE INTO preference (shard, tenant, hash, kind, version, subject, created_at, sealed) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    PREFERENCE_DELETE = "DELETE FROM preference WHERE shard = ?1 AND tenant = ?2 AND hash = ?3";
    /// All shards: events are spread by their own hashes.
    PREFERENCES_OF_SUBJECT = concat!("SELECT ", preference_columns!(), " FROM preference AS p \
        INDEXED BY preference_by_subject WHERE p.tenant = ?1 AND p.subject = ?2 AND p.kind <> 'proof' \
        ORDER BY p.created_at, p.hash");
    /// All shards: a back end lists everybody.
    PREFERENCE_PEOPLE = concat!("SELECT ", preference_columns!(), " FROM preference AS p INDEXED BY preference_people \
        WHERE p.tenant = ?1 AND p.kind = 'person' AND p.created_at >= ?2 AND (p.created_at > ?2 OR p.hash > ?3) \
        ORDER BY p.created_at, p.hash LIMIT ?4");

    ACCOUNT = "SELECT a.subject, a.version, a.password_hash, a.disabled, a.applications, a.contact, \
        a.passkeys, a.holdings, a.profile FROM account AS a WHERE a.shard = ?1 AND a.tenant = ?2 AND a.subject = ?3";
    ACCOUNT_VERSION = "SELECT a.version FROM account AS a WHERE a.shard = ?1 AND a.tenant = ?2 AND a.subject = ?3";
    ACCOUNT_PUT = "REPLACE INTO account (shard, tenant, subject, version, password_hash, disabled, applications, contact, \
        passkeys, holdings, profile) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    ACCOUNT_DELETE = "DELETE FROM account WHERE shard = ?1 AND tenant = ?2 AND subject = ?3";

    SUBJECT_KEY = "SELECT k.subject, k.wrapped FROM subject_key AS k \
        WHERE k.shard = ?1 AND k.tenant = ?2 AND k.subject = ?3";
    SUBJECT_KEY_VERSION = "SELECT 1 FROM subject_key AS k WHERE k.shard = ?1 AND k.tenant = ?2 AND k.subject = ?3";
    SUBJECT_KEY_PUT = "REPLACE INTO subject_key (shard, tenant, subject, wrapped) VALUES (?1, ?2, ?3, ?4)";
    SUBJECT_KEY_DELETE = "DELETE FROM subject_key WHERE shard = ?1 AND tenant = ?2 AND subject = ?3";

    REMEMBERED = "SELECT i.fingerprint, i.reference, i.expires_at FROM idempotency AS i \
        WHERE i.shard = ?1 AND i.tenant = ?2 AND i.key = ?3 AND i.expires_at > ?4";
    REMEMBER = "REPLACE INTO idempotency (shard, tenant, key, fingerprint, reference, expires_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    /// All shards, by the time they were over.
    REMEMBERED_PRUNE = "DELETE FROM idempotency WHERE (shard, tenant, key) IN (SELECT i.shard, i.tenant, i.key \
        FROM idempotency AS i WHERE i.tenant = ?1 AND i.expires_at < ?2 ORDER BY i.expires_at LIMIT ?3)";

    /// All shards: time goes on for all.
    CONSENTS_ENDING = concat!("SELECT ", consent_columns!(), " FROM consent AS c INDEXED BY consent_by_end \
        WHERE c.tenant = ?1 AND c.valid_until >= ?2 AND (c.valid_until > ?2 OR c.id > ?3) AND c.valid_until <= ?4 \
        AND c.status IN ('accepted', 'restricted') ORDER BY c.valid_until, c.id LIMIT ?5");

    CONSENTS_WITHDRAWN = "SELECT c.id, c.updated_at FROM consent AS c INDEXED BY consent_by_change \
        WHERE c.tenant = ?1 AND c.updated_at >= ?2 \
        AND (c.status IN ('restricted', 'revoked', 'superseded', 'erased') OR c.updated_at > c.created_at) \
        AND (c.status IN ('restricted', 'revoked', 'superseded', 'erased') \
            OR (c.status = 'accepted' AND c.valid_until <= ?3)) \
        ORDER BY c.updated_at DESC, c.id DESC LIMIT ?4";
    AGREEMENTS_WITHDRAWN = "SELECT a.id, a.updated_at FROM agreement AS a INDEXED BY agreement_by_change \
        WHERE a.tenant = ?1 AND a.updated_at >= ?2 AND (a.ended IS NOT NULL OR a.updated_at > a.created_at) \
        ORDER BY a.updated_at DESC, a.id DESC LIMIT ?3";

    JOB = concat!("SELECT ", job_columns!(), " FROM job AS j WHERE j.tenant = ?1 AND j.kind = ?2 AND j.key = ?3");
    JOB_VERSION = "SELECT j.version FROM job AS j WHERE j.tenant = ?1 AND j.kind = ?2 AND j.key = ?3";
    JOBS = concat!("SELECT ", job_columns!(), " FROM job AS j WHERE j.tenant = ?1 AND j.kind = ?2 ORDER BY j.key");
    JOBS_BY_DUE = concat!(
        "SELECT ", job_columns!(), " FROM job AS j WHERE j.tenant = ?1 AND j.kind = ?2 ORDER BY j.due_at, j.key LIMIT ?3");
    JOB_PUT = "REPLACE INTO job (tenant, kind, key, version, due_at, holder, held_until, attempts, last_error, detail) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    JOB_DELETE = "DELETE FROM job WHERE tenant = ?1 AND kind = ?2 AND key = ?3";

    DELIVERY = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d WHERE d.tenant = ?1 AND d.id = ?2");
    DELIVERY_VERSION = "SELECT d.version FROM delivery AS d WHERE d.tenant = ?1 AND d.id = ?2";
    DELIVERY_PUT = "REPLACE INTO delivery (tenant, id, version, endpoint, number, event, idx, kind, status, due_at, attempts, \
        created_at, finished_at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    DELIVERY_DELETE = "DELETE FROM delivery WHERE tenant = ?1 AND id = ?2";
    DELIVERIES = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d INDEXED BY delivery_by_number \
        WHERE d.tenant = ?1 AND d.endpoint = ?2 AND (?3 IS NULL OR d.status = ?3) AND (?4 IS NULL OR d.kind = ?4) \
        AND (?5 IS NULL OR d.created_at >= ?5) AND d.number < ?6 ORDER BY d.number DESC LIMIT ?7");
    DELIVERIES_WAITING = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d INDEXED BY delivery_waiting \
        WHERE d.tenant = ?1 AND d.endpoint = ?2 AND d.status = 'waiting' ORDER BY d.number LIMIT ?3");
    DELIVERIES_ASKED = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d INDEXED BY delivery_asked \
        WHERE d.tenant = ?1 AND d.status = 'asked' ORDER BY d.endpoint, d.number LIMIT ?2");
    DELIVERIES_FINISHED = concat!("SELECT ", delivery_columns!(), " FROM delivery AS d INDEXED BY delivery_finished \
        WHERE d.tenant = ?1 AND d.finished_at < ?2 ORDER BY d.finished_at, d.id LIMIT ?3");
}

/// The statements of one table of configuration.
pub(crate) struct ConfigurationStatements {
    pub(crate) all: &'static str,
    pub(crate) version: &'static str,
    pub(crate) put: &'static str,
    pub(crate) delete: &'static str,
}

macro_rules! configuration_statements {
    ($table:literal) => {
        ConfigurationStatements {
            all: concat!(
                "/* CONFIGURATION_ALL */ SELECT c.tenant, c.id, c.version, c.body FROM ",
                $table,
                " AS c ORDER BY c.tenant, c.id"
            ),
            version: concat!(
                "/* CONFIGURATION_VERSION */ SELECT c.version FROM ",
                $table,
                " AS c WHERE c.tenant = ?1 AND c.id = ?2"
            ),
            put: concat!(
                "/* CONFIGURATION_PUT */ REPLACE INTO ",
                $table,
                " (tenant, id, version, body) VALUES (?1, ?2, ?3, ?4)"
            ),
            delete: concat!(
                "/* CONFIGURATION_DELETE */ DELETE FROM ",
                $table,
                " WHERE tenant = ?1 AND id = ?2"
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
