-- When a token was last issued for a consent.
ALTER TABLE consent_use ADD COLUMN last_issued_at INTEGER;
