//! Telling that consents and bundles end, and that they are about to (enforcement-events-evidence 3.4; EVT-11, EVT-12).
//!
//! A bundle is told with the last of its consents that ends when it does. That something is over is a comparison at read and needs nobody; what is made here are the events. How far the time was looked at is
//! written in the change set of the events it led to, so each is made once, whatever happens to the node that makes it.

use std::collections::{BTreeMap, btree_map::Entry};

use consentry_domain::{
    Agreement, AgreementId, Consent, ConsentId, DecisionId, Fact, Lifetime, Timestamp,
    command::Act,
    decision::{Actor, CredentialKind, Door},
    fact::ConsentFact,
};
use consentry_store::{ChangeSet, CommitError, Expect, RowKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    events::{self, Told},
    jobs::Lease,
    telling,
};

/// How long before its end a consent is told to end; the first is the end itself.
const AHEAD: [Lifetime; 4] = [
    Lifetime::seconds(0),
    Lifetime::days(30),
    Lifetime::days(7),
    Lifetime::days(1),
];

/// Name of the work among a tenant's.
pub const ENDS: (&str, &str) = ("round", "ends");

/// Consents told in one change set.
const AT_ONCE: u32 = 100;

/// How often a page is looked at again when its consents change at the same time.
const TRIES: usize = 10;

/// How far the time was looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reached {
    /// Everything until here was told.
    at: Timestamp,
    /// What is being told goes until here.
    to: Timestamp,
    /// Which of [`AHEAD`] is being told.
    stage: usize,
    /// The last consent that was told of it.
    last: Option<(Timestamp, ConsentId)>,
}

/// Bundles that were looked at, with their consents.
type Bundles = BTreeMap<AgreementId, Option<(Agreement, Vec<Consent>)>>;

impl Reached {
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Ledger {
    /// Tells what ended and what is about to since this was done last; where it never was, from now on. Answers how many events that made,
    /// and the work as it is held now.
    pub async fn tell_ends(
        &self,
        tenant: &TenantSnapshot,
        mut lease: Lease,
    ) -> Result<(usize, Lease), Fault> {
        let now = self.now();
        let fresh = Reached {
            at: now,
            to: now,
            stage: 0,
            last: None,
        };
        let mut reached = serde_json::from_str(lease.detail()).unwrap_or(fresh);
        if reached.stage == 0 && reached.last.is_none() {
            // A clock that was set back tells nothing twice.
            reached.to = reached.at.max(now);
        }
        let mut told = 0;
        while reached.stage < AHEAD.len() {
            let (made, kept, is_over) = self.tell_page(tenant, lease, &mut reached).await?;
            told += made;
            lease = kept;
            if is_over {
                reached.stage += 1;
                reached.last = None;
            }
        }
        reached = Reached {
            at: reached.to,
            to: reached.to,
            stage: 0,
            last: None,
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        let kept = lease.advance(&mut change, reached.text());
        let _receipt = self.commit(change).await?;
        Ok((told, kept))
    }

    /// Whether it was ever looked at what ends; what ended before is told by nobody.
    pub async fn looked_at_ends(&self, tenant: consentry_domain::TenantId) -> Result<bool, Fault> {
        let (kind, name) = ENDS;
        let row = self
            .inner
            .store
            .job(tenant, kind.to_owned(), name.to_owned())
            .await?;
        Ok(row.is_some_and(|row| !row.detail.is_empty()))
    }

    async fn tell_page(
        &self,
        tenant: &TenantSnapshot,
        lease: Lease,
        reached: &mut Reached,
    ) -> Result<(usize, Lease, bool), Fault> {
        let ahead = AHEAD.get(reached.stage).copied().unwrap_or(AHEAD[0]);
        let from = (reached.at.plus(ahead), ConsentId::from_uuid(Uuid::max()));
        let after = reached.last.unwrap_or(from);
        let until = reached.to.plus(ahead);
        for _ in 0..TRIES {
            let store = &self.inner.store;
            let found = store.consents_ending(tenant.id(), after, until, AT_ONCE).await?;
            let Some(last) = found.last() else {
                return Ok((0, lease, true));
            };
            let last = (last.valid_until.unwrap_or(until), last.id);
            let mut change = ChangeSet::new(tenant.id(), self.now());
            let mut bundles = BTreeMap::new();
            for consent in &found {
                self.tell(tenant, &mut change, consent, reached.stage).await?;
                self.tell_bundle(tenant, &mut change, consent, (reached.stage, &mut bundles))
                    .await?;
            }
            let made = change.events.len();
            let next = Reached {
                last: Some(last),
                ..reached.clone()
            };
            let kept = lease.advance(&mut change, next.text());
            match self.commit(change).await {
                Ok(_) => {
                    *reached = next;
                    return Ok((made, kept, false));
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    async fn tell(
        &self,
        tenant: &TenantSnapshot,
        change: &mut ChangeSet,
        consent: &Consent,
        stage: usize,
    ) -> Result<(), Fault> {
        let (Some(until), Some(ahead)) = (consent.valid_until, AHEAD.get(stage)) else {
            return Ok(());
        };
        let since = consent.valid_from.unwrap_or(consent.created_at);
        // Of a consent that never had so long a time nobody needs to hear that less is left, nor of one that is over by now.
        if stage > 0 && (since.plus(*ahead) >= until || until <= self.now()) {
            return Ok(());
        }
        let fact = ConsentFact {
            consent: consent.clone(),
            decides: false,
            record: None,
        };
        let fact = if stage == 0 {
            Fact::ConsentExpired(fact)
        } else {
            Fact::ConsentExpiring(fact)
        };
        let previous = (stage == 0).then(|| consent.status.as_str().to_owned());
        let told = Told {
            previous,
            ..Told::default()
        };
        self.tell_fact(tenant, change, (consent.decision, consent.door), (&fact, told))
            .await?;
        // Told only as long as nobody ended it: what is revoked does not expire (EVT-11).
        let key = RowKey::Consent(consent.id);
        change.expect.push(Expect::At(key, consent.version));
        Ok(())
    }

    /// Tells of the bundle of a consent, where this consent is the last in it that ends when the bundle does.
    async fn tell_bundle(
        &self,
        tenant: &TenantSnapshot,
        change: &mut ChangeSet,
        consent: &Consent,
        (stage, bundles): (usize, &mut Bundles),
    ) -> Result<(), Fault> {
        let Some(id) = consent.agreement else {
            return Ok(());
        };
        let found = match bundles.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.inner.store.agreement(tenant.id(), id).await?),
        };
        let Some((agreement, consents)) = found else {
            return Ok(());
        };
        let (Some(until), Some(ahead)) = (agreement.valid_until, AHEAD.get(stage)) else {
            return Ok(());
        };
        let ends_with_it = |own: &&Consent| own.valid_until == Some(until) && own.status.is_granting();
        let last = consents.iter().filter(ends_with_it).map(|own| own.id).max();
        let is_no_news = stage > 0 && (agreement.created_at.plus(*ahead) >= until || until <= self.now());
        if agreement.ended.is_some() || last != Some(consent.id) || is_no_news {
            return Ok(());
        }
        let standing = consents.iter().filter(ends_with_it);
        let told = Told {
            previous: (stage == 0).then(|| telling::status(agreement).to_owned()),
            standing: standing.map(|own| own.slot.definition.clone()).collect(),
            ..Told::default()
        };
        let copy = agreement.clone();
        let fact = if stage == 0 {
            Fact::AgreementExpired { agreement: copy }
        } else {
            Fact::AgreementExpiring { agreement: copy }
        };
        self.tell_fact(tenant, change, (agreement.decision, consent.door), (&fact, told))
            .await?;
        let key = RowKey::Agreement(id);
        change.expect.push(Expect::At(key, agreement.version));
        Ok(())
    }

    /// The event of what time brings; none of somebody who was erased.
    async fn tell_fact(
        &self,
        tenant: &TenantSnapshot,
        change: &mut ChangeSet,
        (decision, door): (DecisionId, Door),
        (fact, told): (&Fact, Told),
    ) -> Result<(), Fault> {
        let subject = fact.subject();
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(());
        };
        let act = Act {
            decision,
            subject,
            door,
            actor: Actor::system(),
            credential: CredentialKind::Operator,
            texts: Vec::new(),
            interaction: None,
            request: None,
        };
        let told = Told {
            actor: Some(Actor::system()),
            ..told
        };
        let event = events::of_fact(tenant, &self.ids(), &key, &act, fact, (None, told))?;
        change.events.push(event);
        Ok(())
    }
}
