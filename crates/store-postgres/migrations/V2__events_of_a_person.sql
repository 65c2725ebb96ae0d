-- What happened to one person, in the order of the log, without reading everybody's events.
CREATE INDEX consent_event_filter_by_subject ON consent_event_filter (tenant, subject, idx) WHERE subject IS NOT NULL;
