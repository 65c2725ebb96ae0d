-- Sealed secrets that a first party makes consent links with.
CREATE TABLE link_secret (
    tenant  uuid   NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);
