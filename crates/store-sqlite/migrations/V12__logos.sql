-- Pictures of those who ask, as pages show them, by the address each was fetched from.
CREATE TABLE logo (
    tenant  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
