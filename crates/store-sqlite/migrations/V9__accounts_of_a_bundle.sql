-- Which accounts a bundle is about, and when its end was moved; and what a person holds at the data provider, sealed with their key.
ALTER TABLE agreement ADD COLUMN accounts TEXT;
ALTER TABLE agreement ADD COLUMN renewed_at INTEGER;
ALTER TABLE account ADD COLUMN holdings BLOB;
