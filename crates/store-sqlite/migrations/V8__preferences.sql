-- What people chose at a preferences door. A row lives in the shard of its own hash, since it is asked for before anybody knows
-- whose it is.
CREATE TABLE preference (
    shard      INTEGER NOT NULL,
    tenant     BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    subject    BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX preference_by_subject ON preference (tenant, subject, created_at, hash);

CREATE INDEX preference_people ON preference (tenant, created_at, hash) WHERE kind = 'person';
