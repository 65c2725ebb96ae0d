//! The columns of what is read, in the order in which it is read, as statements of both engines list them. In a statement a table has a
//! letter of its own.

/// Of `consent AS c`.
#[macro_export]
macro_rules! consent_columns {
    () => {
        "c.id, c.version, c.status, c.subject, c.definition, c.audience_kind, c.audience, c.qualifier, c.wording, c.door, \
         c.actor, c.decision, c.record, c.agreement, c.created_at, c.updated_at, c.valid_from, c.valid_until, c.ended, \
         c.actions"
    };
}

/// Of `agreement AS a`.
#[macro_export]
macro_rules! agreement_columns {
    () => {
        "a.id, a.version, a.subject, a.application, a.client, a.qualifier, a.decision, a.created_at, a.updated_at, \
         a.valid_until, a.disclosure, a.ended, a.accounts, a.renewed_at"
    };
}

/// Of `record AS r`.
#[macro_export]
macro_rules! record_columns {
    () => {
        "r.id, r.version, r.subject, r.consent, r.deleted, r.created_at, r.updated_at, r.search_keys, r.sealed"
    };
}

/// Of `oauth_grant AS g`.
#[macro_export]
macro_rules! grant_columns {
    () => {
        "g.id, g.version, g.subject, g.application, g.client, g.agreement, g.scope, g.resources, g.qualifier, g.session, \
         g.offline, g.auth_time, g.amr, g.created_at, g.expires_at, g.ended"
    };
}

/// Of `token AS t`.
#[macro_export]
macro_rules! token_columns {
    () => {
        "t.hash, t.kind, t.version, t.subject, t.client, t.oauth_grant, t.issued_at, t.expires_at, t.consumed_at, \
         t.revoked_at, t.failures, t.detail"
    };
}

/// Of `interaction AS i`.
#[macro_export]
macro_rules! interaction_columns {
    () => {
        "i.hash, i.version, i.browser, i.subject, i.expires_at, i.created_at, i.terminal, i.detail"
    };
}

/// Of `subject_alias AS s`.
#[macro_export]
macro_rules! alias_columns {
    () => {
        "s.hash, s.namespace, s.subject, s.sealed, s.created_at"
    };
}

/// Of `preference AS p`.
#[macro_export]
macro_rules! preference_columns {
    () => {
        "p.hash, p.kind, p.version, p.subject, p.created_at, p.sealed"
    };
}

/// Of `job AS j`.
#[macro_export]
macro_rules! job_columns {
    () => {
        "j.kind, j.key, j.version, j.due_at, j.holder, j.held_until, j.attempts, j.last_error, j.detail"
    };
}

/// Of `delivery AS d`.
#[macro_export]
macro_rules! delivery_columns {
    () => {
        "d.id, d.version, d.endpoint, d.number, d.event, d.idx, d.kind, d.status, d.due_at, d.attempts, d.created_at, \
         d.finished_at, d.detail"
    };
}
