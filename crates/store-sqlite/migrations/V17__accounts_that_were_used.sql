-- When data of each account was last delivered under a consent.
ALTER TABLE consent_use ADD COLUMN accounts TEXT;
