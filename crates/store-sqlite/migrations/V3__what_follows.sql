-- What follows a decision: where webhooks go, messages to them, and work that is due at a time.

CREATE TABLE webhook_endpoint (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE job (
    tenant     BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    holder     TEXT,
    held_until INTEGER,
    attempts   INTEGER NOT NULL,
    last_error TEXT,
    detail     TEXT    NOT NULL,
    PRIMARY KEY (tenant, kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    endpoint    BLOB    NOT NULL,
    number      INTEGER NOT NULL,
    event       BLOB    NOT NULL,
    idx         INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    detail      TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_by_number ON delivery (tenant, endpoint, number);
CREATE INDEX delivery_waiting ON delivery (tenant, endpoint, number) WHERE status = 'waiting';
CREATE INDEX delivery_asked ON delivery (tenant, endpoint, number) WHERE status = 'asked';
CREATE INDEX delivery_finished ON delivery (tenant, finished_at) WHERE finished_at IS NOT NULL;

-- Whose end comes when, so that it can be told.
CREATE INDEX consent_by_end ON consent (tenant, valid_until, id) WHERE valid_until IS NOT NULL;
