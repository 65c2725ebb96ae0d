-- What a consent is narrowed to, and how consents are used.
ALTER TABLE consent ADD COLUMN actions TEXT;

CREATE TABLE consent_use (
    shard           INTEGER NOT NULL,
    tenant          BLOB    NOT NULL,
    consent         BLOB    NOT NULL,
    version         INTEGER NOT NULL,
    subject         BLOB    NOT NULL,
    last_used_at    INTEGER,
    last_refused_at INTEGER,
    days            INTEGER NOT NULL,
    PRIMARY KEY (shard, tenant, consent)
) STRICT, WITHOUT ROWID;
