-- What was withdrawn or narrowed lately, for verifiers that hold tokens offline.

CREATE INDEX consent_by_change ON consent (tenant, updated_at, id)
    WHERE status IN ('restricted', 'revoked', 'superseded', 'erased') OR updated_at > created_at;
CREATE INDEX agreement_by_change ON agreement (tenant, updated_at, id) WHERE ended IS NOT NULL OR updated_at > created_at;
