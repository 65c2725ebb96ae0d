//! Token families: whether one is alive, and ending it.

use consentry_domain::{
    Timestamp,
    client::Client,
    consent::Ended,
    decision::{Door, EndReason},
    enforce::Coverage,
    grant::Grant,
    scope::Scope,
};
use consentry_store::{ChangeSet, CommitError, Expect, RowKey};
use serde_json::{Map, json};

use crate::{Caller, Ledger, TenantSnapshot, agreements::end_grant, environment::Ids, error::Fault, events};

/// How often ending is tried when others change the same grant.
const ATTEMPTS: u32 = 3;

/// Why a family ends, and what the log says about it.
pub(crate) struct Ending {
    /// Why.
    pub reason: EndReason,
    /// Event to append; none where the ending is ordinary.
    pub event: Option<&'static str>,
}

impl Ending {
    /// A used code came back (TPA-TOK-08).
    pub(crate) const CODE_REUSED: Self = Self {
        reason: EndReason::ReuseDetected,
        event: Some("code.reuse_detected"),
    };
    /// A rotated refresh token came back (TPA-RT-06).
    pub(crate) const TOKEN_REUSED: Self = Self {
        reason: EndReason::ReuseDetected,
        event: Some("token.reuse_detected"),
    };
    /// Consent is over (TPA-RT-04), or the person may not use the application any more (TPA-RT-10).
    pub(crate) const CONSENT_ENDED: Self = Self {
        reason: EndReason::ConsentEnded,
        event: None,
    };
    /// The client gave it back (RFC 7009).
    pub(crate) const CLIENT_ACTION: Self = Self {
        reason: EndReason::ClientAction,
        event: None,
    };
}

/// Whether a grant of this client may still be used, consent aside.
pub(crate) fn is_live(grant: &Grant, client: &Client, now: Timestamp) -> bool {
    grant.client == client.id && grant.application == client.application && grant.is_live(now, client.epoch)
}

/// Whether what is covered of `scope` is enough to go on. A first party that asked for no scope needs none.
pub(crate) fn is_enough(client: &Client, scope: &Scope, coverage: &Coverage) -> bool {
    (!client.is_third_party && scope.is_empty()) || Ledger::is_usable(coverage)
}

impl Ledger {
    /// Ends a grant and with it everything under it; one that has ended is fine.
    pub(crate) async fn end_family(
        &self,
        tenant: &TenantSnapshot,
        caller: &Caller,
        grant: &Grant,
        ending: Ending,
    ) -> Result<(), Fault> {
        let key = match ending.event {
            Some(_) => self.subject_key(tenant, grant.subject).await?,
            None => None,
        };
        let mut current = Some(grant.clone());
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let Some(grant) = current.filter(|grant| grant.ended.is_none()) else {
                return Ok(());
            };
            let mut change = ChangeSet::new(tenant.id(), now);
            change
                .expect
                .push(Expect::At(RowKey::Grant(grant.id), grant.version));
            let ended = Ended {
                at: now,
                reason: ending.reason,
                by: caller.actor(),
            };
            change.rows.push(end_grant(&grant, &ended));
            if let (Some(kind), Some(key)) = (ending.event, &key) {
                let ids = Ids {
                    now,
                    entropy: self.entropy(),
                };
                let act = (ids.decision(grant.subject), grant.subject, Door::Authorization);
                let mut note = Map::new();
                note.insert("grant_id".to_owned(), json!(grant.id));
                note.insert("reason".to_owned(), json!(ending.reason));
                if let Some(agreement) = grant.agreement {
                    note.insert("agreement".to_owned(), json!(agreement));
                }
                let party = Some(grant.client.as_str().to_owned());
                change
                    .events
                    .push(events::of_note(&ids, key, kind, act, party, note)?);
            }
            match self.commit(change).await {
                Ok(_receipt) => return Ok(()),
                Err(CommitError::Stale) => current = self.inner.store.grant(tenant.id(), grant.id).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }
}
