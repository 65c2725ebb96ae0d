-- Pictures of those who ask, as pages show them, by the address each was fetched from.
CREATE TABLE logo (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);
