-- What a consent is narrowed to, and how consents are used.
ALTER TABLE consent ADD COLUMN actions text COLLATE "C";

-- Written over as long as a consent is used, up to once a minute.
CREATE TABLE consent_use (
    shard           integer NOT NULL,
    tenant          uuid    NOT NULL,
    consent         uuid    NOT NULL,
    version         bigint  NOT NULL,
    subject         uuid    NOT NULL,
    last_used_at    bigint,
    last_refused_at bigint,
    days            bigint  NOT NULL,
    PRIMARY KEY (shard, tenant, consent)
) WITH (fillfactor = 70);
