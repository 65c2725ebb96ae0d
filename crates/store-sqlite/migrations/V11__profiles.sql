-- What clients may be told of a person, sealed with their key.
ALTER TABLE account ADD COLUMN profile BLOB;
