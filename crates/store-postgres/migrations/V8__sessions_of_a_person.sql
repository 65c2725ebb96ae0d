-- Where a person is logged in.
CREATE INDEX session_by_subject ON token (tenant, subject) WHERE kind = 'session' AND revoked_at IS NULL;
