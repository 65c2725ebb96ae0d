//! How long events are kept (consent-tokens-and-preferences 16): one that is old goes once nothing that counts rests on it.

use consentry_domain::{Lifetime, Timestamp};
use consentry_store::Hash;
use serde::{Deserialize, Serialize};

use super::{
    ManagePreferences, PreferenceError,
    attempt::Attempt,
    commit::Ended,
    fold::fold,
    model::{EventBody, EventStatus, Folded},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Permit, Target, authorize},
    error::Fault,
    jobs::Lease,
};

/// People looked at in one round.
const AT_ONCE: u32 = 500;

/// Time from the end of one look at everybody to the next.
const EVERY: Lifetime = Lifetime::days(1);

/// How far the look at everybody has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Reached {
    /// The last person that was looked at; none before the first.
    #[serde(default)]
    last: Option<(i64, Hash)>,
    /// When everybody was looked at last.
    #[serde(default)]
    done_at: Option<i64>,
}

impl Ledger {
    /// Goes on looking for events that are older than the tenant keeps them, and takes those away that nothing rests on. Answers how many
    /// went, and the work as it is held now.
    pub async fn drop_old_preferences(
        &self,
        tenant: &TenantSnapshot,
        lease: Lease,
    ) -> Result<(usize, Lease), Fault> {
        let days = tenant.tenant.preferences.retention_days;
        let mut reached: Reached = serde_json::from_str(lease.detail()).unwrap_or_default();
        let now = self.now();
        let is_due = reached
            .done_at
            .is_none_or(|at| Timestamp::from_micros(at).plus(EVERY) <= now);
        if days == 0 || (reached.last.is_none() && !is_due) {
            return Ok((0, lease));
        }
        let permit = authorize::<ManagePreferences>(&Caller::Operator, Target::Tenant);
        let permit = permit.map_err(|_| Fault::Conflict)?;
        let start = (Timestamp::from_micros(i64::MIN), Hash::new([0; 32]));
        let after = reached
            .last
            .map_or(start, |(at, hash)| (Timestamp::from_micros(at), hash));
        let people = self
            .inner
            .store
            .preference_people(tenant.id(), after, AT_ONCE)
            .await?;
        let before = now.minus(Lifetime::days(i64::from(days)));
        let mut gone = 0;
        for row in &people {
            gone += match self.trim(tenant, &permit, row.subject, before).await {
                Ok(gone) => gone,
                Err(PreferenceError::Fault(fault)) => return Err(fault),
                Err(_) => return Err(Fault::Conflict),
            };
        }
        reached.last = people.last().map(|row| (row.created_at.as_micros(), row.hash));
        if people.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
            reached = Reached {
                last: None,
                done_at: Some(now.as_micros()),
            };
        }
        let text = serde_json::to_string(&reached).unwrap_or_default();
        let kept = self.keep_work_at(&lease, Lifetime::minutes(5), text).await?;
        Ok((gone, kept.unwrap_or(lease)))
    }

    /// Takes old events of one person away.
    async fn trim(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        subject: consentry_domain::SubjectId,
        before: Timestamp,
    ) -> Result<usize, PreferenceError> {
        let mut attempt = Attempt::new(self, tenant);
        let Some(person) = attempt.person(subject).await? else {
            return Ok(0);
        };
        let old = without_influence(person.events.iter().map(|event| &event.body), before, self.now());
        if old.is_empty() || self.held(tenant, subject).await?.is_some() {
            return Ok(0);
        }
        person.trim(|event| old.contains(&event.number));
        match attempt.commit(permit, None).await? {
            Ended::Written => Ok(old.len()),
            // Somebody changes just this person: the next look at everybody finds them again.
            Ended::Lost => Ok(0),
        }
    }
}

/// The numbers of events from before a moment without which everything comes to the same.
fn without_influence<'a>(
    events: impl IntoIterator<Item = &'a EventBody>,
    before: Timestamp,
    now: Timestamp,
) -> Vec<u64> {
    let mut kept: Vec<&EventBody> = events.into_iter().collect();
    kept.sort_by_key(|event| (event.applied_at, event.number));
    let whole = in_order(fold(kept.iter().copied()));
    let mut gone = Vec::new();
    let mut place = 0;
    while place < kept.len() {
        let event = kept[place];
        let is_old = event.applied_at.max(event.updated_at) < before
            && event.status_at(now) != EventStatus::PendingApproval;
        if is_old {
            let others = kept.iter().copied().filter(|own| own.number != event.number);
            if in_order(fold(others)) == whole {
                gone.push(event.number);
                kept.remove(place);
                continue;
            }
        }
        place += 1;
    }
    gone
}

/// What events come to, in an order that does not depend on which came first.
fn in_order(mut folded: Folded) -> Folded {
    for status in folded.statuses.values_mut() {
        let choices = &mut status.choices;
        choices.purposes.sort_by(|one, other| one.id.cmp(&other.id));
        choices.channels.sort_by(|one, other| one.id.cmp(&other.id));
        let vendors = &mut choices.vendors;
        for list in [
            &mut vendors.enabled,
            &mut vendors.disabled,
            &mut vendors.enabled_li,
            &mut vendors.disabled_li,
        ] {
            list.sort();
        }
    }
    folded
}
