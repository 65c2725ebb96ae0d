-- Nodes rest on reading everything that is noted in `stale`. Whoever empties it at once leaves a note for all of them, with a tenant
-- that is nobody's: that something was noted which cannot be told any more, so that they read everything again.
CREATE FUNCTION stale_was_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale (writer, tenant, subjects, keys, tokens, grants, names, records, configuration, erases)
    VALUES ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', '{}', '{}', '{}', '{}', '{}', '{}',
            true, true);
    PERFORM pg_notify('consentry_tail', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER stale_was_cut AFTER TRUNCATE ON stale FOR EACH STATEMENT EXECUTE FUNCTION stale_was_cut();
