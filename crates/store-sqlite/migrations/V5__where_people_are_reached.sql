-- Where a person is reached, sealed with their key.
ALTER TABLE account ADD COLUMN contact BLOB;
