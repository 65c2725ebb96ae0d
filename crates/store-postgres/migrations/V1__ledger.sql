-- The ledger's first form, with the tables and columns that it has on SQLite, and `writer` beside them. Times are microseconds since 1970 UTC, hashes 32
-- bytes, names of enums text, structured rests JSON. Subject-owned tables begin their key with (shard, tenant).
--
-- Text is compared by bytes (COLLATE "C"): indexes then mean the same whatever the machine's locale is or becomes. Rows that
-- are written over leave 15 % of a page free, so that the new version fits beside the old one and no index is touched.

-- ---------------------------------------------------------------------------------------------------------- the log

-- Where nodes meet: a batch locks the rows of its tenants. Half a page stays free, since each batch writes them.
CREATE TABLE tenant_log (
    tenant uuid   NOT NULL PRIMARY KEY,
    size   bigint NOT NULL,
    chain  bytea  NOT NULL
) WITH (fillfactor = 50);

-- The last batch of each writer, noted by the batch itself. A writer whose connection is cut while it commits looks here for
-- what became of the batch.
CREATE TABLE writer (
    id    uuid        NOT NULL PRIMARY KEY,
    batch bigint      NOT NULL,
    at    timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE consent_event (
    tenant uuid     NOT NULL,
    idx    bigint   NOT NULL,
    id     uuid     NOT NULL,
    kind   text COLLATE "C" NOT NULL,
    at     bigint   NOT NULL,
    leaf   bytea    NOT NULL,
    sealed bytea,
    salt   bytea,
    hash   bytea    NOT NULL,
    PRIMARY KEY (tenant, idx)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- What is sealed looks random and does not get smaller.
ALTER TABLE consent_event ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE consent_event_filter (
    tenant     uuid   NOT NULL,
    idx        bigint NOT NULL,
    shard      integer,
    subject    uuid,
    door       text COLLATE "C",
    party      text COLLATE "C",
    definition text COLLATE "C",
    PRIMARY KEY (tenant, idx)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- ---------------------------------------------------------------------------------------- consents and what holds them

CREATE TABLE consent (
    shard         integer NOT NULL,
    tenant        uuid    NOT NULL,
    id            uuid    NOT NULL,
    version       bigint  NOT NULL,
    status        text COLLATE "C" NOT NULL,
    subject       uuid    NOT NULL,
    definition    text COLLATE "C" NOT NULL,
    audience_kind text COLLATE "C" NOT NULL,
    audience      text COLLATE "C" NOT NULL,
    qualifier     text COLLATE "C" NOT NULL,
    wording       text COLLATE "C",
    door          text COLLATE "C" NOT NULL,
    actor         text COLLATE "C" NOT NULL,
    decision      uuid    NOT NULL,
    record        uuid    NOT NULL,
    agreement     uuid,
    created_at    bigint  NOT NULL,
    updated_at    bigint  NOT NULL,
    valid_from    bigint,
    valid_until   bigint,
    ended         text COLLATE "C",
    PRIMARY KEY (shard, tenant, id)
) WITH (fillfactor = 85);

-- An audience may be a text of any length, which no index takes, so the key holds a digest of what keeps slots of one definition
-- apart. U+0001 U+0003 is in no stored text and separates its parts.
CREATE TABLE slot (
    shard         integer NOT NULL,
    tenant        uuid    NOT NULL,
    subject       uuid    NOT NULL,
    definition    text COLLATE "C" NOT NULL,
    audience_kind text COLLATE "C" NOT NULL,
    audience      text COLLATE "C" NOT NULL,
    qualifier     text COLLATE "C" NOT NULL,
    version       bigint  NOT NULL,
    consent       uuid    NOT NULL,
    digest        bytea   NOT NULL GENERATED ALWAYS AS (sha256(decode(replace(
        audience_kind || E'\x01\x03' || audience || E'\x01\x03' || qualifier, '\', '\\'), 'escape'))) STORED,
    PRIMARY KEY (shard, tenant, subject, definition, digest)
) WITH (fillfactor = 85);

CREATE TABLE agreement (
    shard       integer NOT NULL,
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    version     bigint  NOT NULL,
    subject     uuid    NOT NULL,
    application uuid    NOT NULL,
    client      text COLLATE "C" NOT NULL,
    qualifier   text COLLATE "C" NOT NULL,
    decision    uuid    NOT NULL,
    created_at  bigint  NOT NULL,
    updated_at  bigint  NOT NULL,
    valid_until bigint,
    disclosure  text COLLATE "C" NOT NULL,
    ended       text COLLATE "C",
    PRIMARY KEY (shard, tenant, id)
) WITH (fillfactor = 85);

CREATE INDEX agreement_by_subject ON agreement (shard, tenant, subject, created_at DESC, id);
CREATE INDEX agreement_by_client ON agreement (tenant, client, created_at DESC, id);
CREATE INDEX agreement_by_time ON agreement (tenant, created_at DESC, id);

CREATE TABLE agreement_consent (
    shard      integer NOT NULL,
    tenant     uuid    NOT NULL,
    agreement  uuid    NOT NULL,
    position   bigint  NOT NULL,
    definition text COLLATE "C" NOT NULL,
    consent    uuid    NOT NULL,
    PRIMARY KEY (shard, tenant, agreement, position)
) WITH (fillfactor = 85);

-- A record lives in the shard of its subject, which may change. `search_keys` repeats what record_key indexes.
CREATE TABLE record (
    shard       integer NOT NULL,
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    version     bigint  NOT NULL,
    subject     uuid    NOT NULL,
    consent     uuid    NOT NULL,
    deleted     boolean NOT NULL,
    created_at  bigint  NOT NULL,
    updated_at  bigint  NOT NULL,
    search_keys text COLLATE "C",
    sealed      bytea,
    PRIMARY KEY (shard, tenant, id)
) WITH (fillfactor = 85);

ALTER TABLE record ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE INDEX record_by_subject ON record (shard, tenant, subject, created_at, id);

CREATE TABLE record_key (
    shard        integer NOT NULL,
    tenant       uuid    NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    hash         bytea   NOT NULL,
    created_at   bigint  NOT NULL,
    record       uuid    NOT NULL,
    record_shard integer NOT NULL,
    PRIMARY KEY (shard, tenant, kind, hash, created_at, record)
);

-- Where to find what does not live in the shard its id names.
CREATE TABLE foreign_id (
    tenant uuid    NOT NULL,
    kind   text COLLATE "C" NOT NULL,
    id     bytea   NOT NULL,
    shard  integer NOT NULL,
    PRIMARY KEY (tenant, kind, id)
);

-- ------------------------------------------------------------------------------------------------- what opens the ledger

CREATE TABLE oauth_grant (
    shard       integer NOT NULL,
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    version     bigint  NOT NULL,
    subject     uuid    NOT NULL,
    application uuid    NOT NULL,
    client      text COLLATE "C" NOT NULL,
    agreement   uuid,
    scope       text COLLATE "C" NOT NULL,
    resources   text COLLATE "C" NOT NULL,
    qualifier   text COLLATE "C" NOT NULL,
    session     text COLLATE "C",
    offline     boolean NOT NULL,
    auth_time   bigint  NOT NULL,
    amr         text COLLATE "C" NOT NULL,
    created_at  bigint  NOT NULL,
    expires_at  bigint  NOT NULL,
    ended       text COLLATE "C",
    PRIMARY KEY (shard, tenant, id)
) WITH (fillfactor = 85);

CREATE INDEX oauth_grant_standing ON oauth_grant (shard, tenant, subject, client) WHERE ended IS NULL;

-- Tokens come and go all day: they are vacuumed and counted long before a fifth of a big table has changed.
CREATE TABLE token (
    shard       integer NOT NULL,
    tenant      uuid    NOT NULL,
    hash        bytea   NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    version     bigint  NOT NULL,
    subject     uuid,
    client      text COLLATE "C",
    oauth_grant uuid,
    issued_at   bigint  NOT NULL,
    expires_at  bigint  NOT NULL,
    consumed_at bigint,
    revoked_at  bigint,
    failures    bigint  NOT NULL,
    detail      text COLLATE "C" NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) WITH (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_vacuum_cost_limit = 2000
);

CREATE INDEX token_by_expiry ON token (tenant, expires_at);

CREATE TABLE interaction (
    shard      integer NOT NULL,
    tenant     uuid    NOT NULL,
    hash       bytea   NOT NULL,
    version    bigint  NOT NULL,
    browser    bytea   NOT NULL,
    subject    uuid,
    expires_at bigint  NOT NULL,
    created_at bigint  NOT NULL,
    terminal   boolean NOT NULL,
    detail     text COLLATE "C" NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX interaction_by_browser ON interaction (tenant, browser, created_at);
CREATE INDEX interaction_by_expiry ON interaction (tenant, expires_at);

CREATE TABLE idempotency (
    shard       integer NOT NULL,
    tenant      uuid    NOT NULL,
    key         bytea   NOT NULL,
    fingerprint bytea   NOT NULL,
    reference   text COLLATE "C" NOT NULL,
    expires_at  bigint  NOT NULL,
    PRIMARY KEY (shard, tenant, key)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX idempotency_by_expiry ON idempotency (tenant, expires_at);

-- ----------------------------------------------------------------------------------------------------------- people

CREATE TABLE subject (
    shard       integer NOT NULL,
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    version     bigint  NOT NULL,
    state       text COLLATE "C" NOT NULL,
    merged_into uuid,
    created_at  bigint  NOT NULL,
    PRIMARY KEY (shard, tenant, id)
);

-- A name lives in the shard of its own hash, since it is asked for before anybody knows whose it is.
CREATE TABLE subject_alias (
    shard      integer NOT NULL,
    tenant     uuid    NOT NULL,
    hash       bytea   NOT NULL,
    namespace  text COLLATE "C" NOT NULL,
    subject    uuid    NOT NULL,
    sealed     bytea   NOT NULL,
    created_at bigint  NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
);

CREATE INDEX subject_alias_by_subject ON subject_alias (tenant, subject, created_at, hash);

CREATE TABLE account (
    shard         integer NOT NULL,
    tenant        uuid    NOT NULL,
    subject       uuid    NOT NULL,
    version       bigint  NOT NULL,
    password_hash text COLLATE "C",
    disabled      boolean NOT NULL,
    applications  text COLLATE "C" NOT NULL,
    PRIMARY KEY (shard, tenant, subject)
) WITH (fillfactor = 85);

CREATE TABLE subject_key (
    shard   integer NOT NULL,
    tenant  uuid    NOT NULL,
    subject uuid    NOT NULL,
    wrapped bytea   NOT NULL,
    PRIMARY KEY (shard, tenant, subject)
);

-- ---------------------------------------------------------------------------------------------------- configuration

CREATE TABLE tenant (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE application (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE party (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE client (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE definition (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE localization (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE signing_key (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE principal (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE api_credential (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- ------------------------------------------------------------------------------------------------------------- tail

-- What each batch made stale in the memories of other nodes, kept for ten minutes. Readers go by the number of the transaction.
CREATE TABLE stale (
    xid           xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at            timestamptz NOT NULL DEFAULT now(),
    writer        uuid        NOT NULL,
    tenant        uuid        NOT NULL,
    subjects      uuid[]      NOT NULL,
    keys          uuid[]      NOT NULL,
    tokens        bytea[]     NOT NULL,
    grants        uuid[]      NOT NULL,
    names         bytea[]     NOT NULL,
    records       uuid[]      NOT NULL,
    configuration boolean     NOT NULL,
    erases        boolean     NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX stale_by_xid ON stale (xid);
