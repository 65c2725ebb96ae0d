-- Where a person is reached, sealed with their key. And work of a kind in the order in which it is due.
ALTER TABLE account ADD COLUMN contact BLOB;

CREATE INDEX job_by_due ON job (tenant, kind, due_at);
