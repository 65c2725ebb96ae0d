-- The ledger's first form. Times are microseconds since 1970 UTC, ids are 16 bytes, hashes 32, names of enums text,
-- structured rests JSON. Subject-owned tables begin their key with (shard, tenant).
--
-- Tables without rowid hold narrow rows that are found by key: one page is touched per write. Tables with rowid hold wide
-- rows (leaf, sealed content, disclosure), which are appended and found through a narrow index.

-- ---------------------------------------------------------------------------------------------------------- the log

CREATE TABLE tenant_log (
    tenant BLOB    NOT NULL PRIMARY KEY,
    size   INTEGER NOT NULL,
    chain  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_event (
    tenant BLOB    NOT NULL,
    idx    INTEGER NOT NULL,
    id     BLOB    NOT NULL,
    kind   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    leaf   BLOB    NOT NULL,
    sealed BLOB,
    salt   BLOB,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (tenant, idx)
) STRICT;

CREATE TABLE consent_event_filter (
    tenant     BLOB    NOT NULL,
    idx        INTEGER NOT NULL,
    shard      INTEGER,
    subject    BLOB,
    door       TEXT,
    party      TEXT,
    definition TEXT,
    PRIMARY KEY (tenant, idx)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------- consents and what holds them

CREATE TABLE consent (
    shard         INTEGER NOT NULL,
    tenant        BLOB    NOT NULL,
    id            BLOB    NOT NULL,
    version       INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    subject       BLOB    NOT NULL,
    definition    TEXT    NOT NULL,
    audience_kind TEXT    NOT NULL,
    audience      TEXT    NOT NULL,
    qualifier     TEXT    NOT NULL,
    wording       TEXT,
    door          TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    decision      BLOB    NOT NULL,
    record        BLOB    NOT NULL,
    agreement     BLOB,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    valid_from    INTEGER,
    valid_until   INTEGER,
    ended         TEXT,
    PRIMARY KEY (shard, tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE slot (
    shard         INTEGER NOT NULL,
    tenant        BLOB    NOT NULL,
    subject       BLOB    NOT NULL,
    definition    TEXT    NOT NULL,
    audience_kind TEXT    NOT NULL,
    audience      TEXT    NOT NULL,
    qualifier     TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    consent       BLOB    NOT NULL,
    PRIMARY KEY (shard, tenant, subject, definition, audience_kind, audience, qualifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE agreement (
    shard       INTEGER NOT NULL,
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    subject     BLOB    NOT NULL,
    application BLOB    NOT NULL,
    client      TEXT    NOT NULL,
    qualifier   TEXT    NOT NULL,
    decision    BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    valid_until INTEGER,
    disclosure  TEXT    NOT NULL,
    ended       TEXT,
    PRIMARY KEY (shard, tenant, id)
) STRICT;

CREATE INDEX agreement_by_subject ON agreement (shard, tenant, subject, created_at DESC, id);
CREATE INDEX agreement_by_client ON agreement (tenant, client, created_at DESC, id);
CREATE INDEX agreement_by_time ON agreement (tenant, created_at DESC, id);

CREATE TABLE agreement_consent (
    shard      INTEGER NOT NULL,
    tenant     BLOB    NOT NULL,
    agreement  BLOB    NOT NULL,
    position   INTEGER NOT NULL,
    definition TEXT    NOT NULL,
    consent    BLOB    NOT NULL,
    PRIMARY KEY (shard, tenant, agreement, position)
) STRICT, WITHOUT ROWID;

-- A record lives in the shard of its subject, which may change. `search_keys` repeats what record_key indexes.
CREATE TABLE record (
    shard       INTEGER NOT NULL,
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    subject     BLOB    NOT NULL,
    consent     BLOB    NOT NULL,
    deleted     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    search_keys TEXT,
    sealed      BLOB,
    PRIMARY KEY (shard, tenant, id)
) STRICT;

CREATE INDEX record_by_subject ON record (shard, tenant, subject, created_at, id);

CREATE TABLE record_key (
    shard        INTEGER NOT NULL,
    tenant       BLOB    NOT NULL,
    kind         TEXT    NOT NULL,
    hash         BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    record       BLOB    NOT NULL,
    record_shard INTEGER NOT NULL,
    PRIMARY KEY (shard, tenant, kind, hash, created_at, record)
) STRICT, WITHOUT ROWID;

-- Where to find what does not live in the shard its id names.
CREATE TABLE foreign_id (
    tenant BLOB    NOT NULL,
    kind   TEXT    NOT NULL,
    id     BLOB    NOT NULL,
    shard  INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------------------------------------------- what opens the ledger

CREATE TABLE oauth_grant (
    shard       INTEGER NOT NULL,
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    subject     BLOB    NOT NULL,
    application BLOB    NOT NULL,
    client      TEXT    NOT NULL,
    agreement   BLOB,
    scope       TEXT    NOT NULL,
    resources   TEXT    NOT NULL,
    qualifier   TEXT    NOT NULL,
    session     TEXT,
    offline     INTEGER NOT NULL,
    auth_time   INTEGER NOT NULL,
    amr         TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    ended       TEXT,
    PRIMARY KEY (shard, tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_grant_standing ON oauth_grant (shard, tenant, subject, client) WHERE ended IS NULL;

CREATE TABLE token (
    shard       INTEGER NOT NULL,
    tenant      BLOB    NOT NULL,
    hash        BLOB    NOT NULL,
    kind        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    subject     BLOB,
    client      TEXT,
    oauth_grant BLOB,
    issued_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    consumed_at INTEGER,
    revoked_at  INTEGER,
    failures    INTEGER NOT NULL,
    detail      TEXT    NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX token_by_expiry ON token (tenant, expires_at);

CREATE TABLE interaction (
    shard      INTEGER NOT NULL,
    tenant     BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    browser    BLOB    NOT NULL,
    subject    BLOB,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    terminal   INTEGER NOT NULL,
    detail     TEXT    NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX interaction_by_browser ON interaction (tenant, browser, created_at);
CREATE INDEX interaction_by_expiry ON interaction (tenant, expires_at);

CREATE TABLE idempotency (
    shard       INTEGER NOT NULL,
    tenant      BLOB    NOT NULL,
    key         BLOB    NOT NULL,
    fingerprint BLOB    NOT NULL,
    reference   TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (shard, tenant, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_expiry ON idempotency (tenant, expires_at);

-- ----------------------------------------------------------------------------------------------------------- people

CREATE TABLE subject (
    shard       INTEGER NOT NULL,
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    merged_into BLOB,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (shard, tenant, id)
) STRICT, WITHOUT ROWID;

-- A name lives in the shard of its own hash, since it is asked for before anybody knows whose it is.
CREATE TABLE subject_alias (
    shard      INTEGER NOT NULL,
    tenant     BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    namespace  TEXT    NOT NULL,
    subject    BLOB    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX subject_alias_by_subject ON subject_alias (tenant, subject, created_at, hash);

CREATE TABLE account (
    shard         INTEGER NOT NULL,
    tenant        BLOB    NOT NULL,
    subject       BLOB    NOT NULL,
    version       INTEGER NOT NULL,
    password_hash TEXT,
    disabled      INTEGER NOT NULL,
    applications  TEXT    NOT NULL,
    PRIMARY KEY (shard, tenant, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE subject_key (
    shard   INTEGER NOT NULL,
    tenant  BLOB    NOT NULL,
    subject BLOB    NOT NULL,
    wrapped BLOB    NOT NULL,
    PRIMARY KEY (shard, tenant, subject)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------------- configuration

CREATE TABLE tenant (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE application (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE party (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE client (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE definition (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE localization (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE signing_key (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE principal (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE api_credential (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
