-- Sealed secrets that a first party makes consent links with.
CREATE TABLE link_secret (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
