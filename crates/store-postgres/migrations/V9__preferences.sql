-- What people chose at a preferences door. A row lives in the shard of its own hash, since it is asked for before anybody knows
-- whose it is.
CREATE TABLE preference (
    shard      integer NOT NULL,
    tenant     uuid    NOT NULL,
    hash       bytea   NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    version    bigint  NOT NULL,
    subject    uuid    NOT NULL,
    created_at bigint  NOT NULL,
    sealed     bytea   NOT NULL,
    PRIMARY KEY (shard, tenant, hash)
) WITH (fillfactor = 85);

CREATE INDEX preference_by_subject ON preference (tenant, subject, created_at, hash);

CREATE INDEX preference_people ON preference (tenant, created_at, hash) WHERE kind = 'person';
