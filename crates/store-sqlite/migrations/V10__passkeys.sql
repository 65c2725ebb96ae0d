-- The passkeys a person logs in with, sealed with their key.
ALTER TABLE account ADD COLUMN passkeys BLOB;
