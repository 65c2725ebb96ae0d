-- What follows a decision: where webhooks go, messages to them, and work that is due at a time.

CREATE TABLE webhook_endpoint (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE job (
    tenant     uuid   NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    due_at     bigint NOT NULL,
    holder     text COLLATE "C",
    held_until bigint,
    attempts   bigint NOT NULL,
    last_error text COLLATE "C",
    detail     text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, kind, key)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);

-- Messages come and go all day, as tokens do.
CREATE TABLE delivery (
    tenant      uuid   NOT NULL,
    id          uuid   NOT NULL,
    version     bigint NOT NULL,
    endpoint    uuid   NOT NULL,
    number      bigint NOT NULL,
    event       uuid   NOT NULL,
    idx         bigint NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    status      text COLLATE "C" NOT NULL,
    due_at      bigint NOT NULL,
    attempts    bigint NOT NULL,
    created_at  bigint NOT NULL,
    finished_at bigint,
    detail      text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
) WITH (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_vacuum_cost_limit = 2000
);

CREATE INDEX delivery_by_number ON delivery (tenant, endpoint, number);
CREATE INDEX delivery_waiting ON delivery (tenant, endpoint, number) WHERE status = 'waiting';
CREATE INDEX delivery_asked ON delivery (tenant, endpoint, number) WHERE status = 'asked';
CREATE INDEX delivery_finished ON delivery (tenant, finished_at) WHERE finished_at IS NOT NULL;

-- Whose end comes when, so that it can be told.
CREATE INDEX consent_by_end ON consent (tenant, valid_until, id) WHERE valid_until IS NOT NULL;
