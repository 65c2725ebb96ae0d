//! People as the preferences door knows them, written and deleted (consent-tokens-and-preferences 6, 16).

use consentry_domain::{
    Lifetime, SubjectId, Timestamp, decision::Door, subject::SubjectState, tenant::USUAL_REGULATION,
};
use consentry_store::{CommitError, Row, RowChange, TokenKind, TokenRow};

use super::{
    ATTEMPTS, ManagePreferences, PreferenceError, Whom, Wrong,
    attempt::Attempt,
    check,
    commit::Ended,
    model::{Choices, EventBody, EventStatus, EventUser},
    person::event_hash,
    token::end_hash,
    view::UserView,
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    error::Fault,
    once::Outcome,
};

/// What somebody wants written about a person.
#[derive(Debug, Clone, Default)]
pub struct UserWish {
    /// One of their devices.
    pub id: Option<String>,
    /// By what the first party knows them.
    pub organization_user_id: Option<String>,
    /// About them.
    pub user: EventUser,
    /// The version that it is about.
    pub version: Option<u64>,
    /// What they chose; no history is kept of it.
    pub choices: Option<Choices>,
}

impl Ledger {
    /// Makes a person known.
    pub async fn create_preference_user(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        wish: &UserWish,
        request: Option<&str>,
    ) -> Result<UserView, PreferenceError> {
        refuse_choices(tenant, wish)?;
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            for whom in [
                Whom {
                    organization_user_id: wish.organization_user_id.as_deref(),
                    id: None,
                },
                Whom {
                    organization_user_id: None,
                    id: wish.id.as_deref(),
                },
            ] {
                if let Some(subject) = attempt.meant(whom).await?
                    && attempt.person(subject).await?.is_some()
                {
                    return Err(PreferenceError::Conflict("the user is there already"));
                }
            }
            let whom = Whom {
                organization_user_id: wish.organization_user_id.as_deref(),
                id: wish.id.as_deref(),
            };
            let subject = attempt.resolve(whom).await?;
            self.lay_down(&mut attempt, subject, wish).await?;
            if let Some(person) = attempt.people.get(&subject) {
                self.leads_to(Outcome::made(&person.body.id));
            }
            if let Ended::Written = attempt.commit(permit, request).await? {
                return self.user_now(tenant, subject).await;
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Changes what is known about a person.
    pub async fn change_preference_user(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        whom: Whom<'_>,
        wish: &UserWish,
        request: Option<&str>,
    ) -> Result<UserView, PreferenceError> {
        refuse_choices(tenant, wish)?;
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            let subject = attempt.meant(whom).await?.ok_or(PreferenceError::NotFound)?;
            let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
            if wish
                .version
                .is_some_and(|version| person.version.map(u64::from) != Some(version))
            {
                return Err(PreferenceError::Conflict("the version is not the current one"));
            }
            if let Some(id) = &wish.organization_user_id {
                attempt.rename(subject, id).await?;
            }
            self.lay_down(&mut attempt, subject, wish).await?;
            if let Ended::Written = attempt.commit(permit, request).await? {
                return self.user_now(tenant, subject).await;
            }
        }
        Err(Fault::Conflict.into())
    }

    /// What was written about a person directly is an event that is never listed, so that it takes part in what counts.
    async fn lay_down(
        &self,
        attempt: &mut Attempt<'_>,
        subject: SubjectId,
        wish: &UserWish,
    ) -> Result<(), PreferenceError> {
        let now = self.now();
        let tenant = attempt.tenant;
        let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
        if wish.user == EventUser::default() && wish.choices.is_none() {
            return Ok(());
        }
        let id = self.fresh_id();
        let body = EventBody {
            id: id.clone(),
            number: person.body.next,
            decision: None,
            created_at: now,
            updated_at: now,
            applied_at: now,
            status: EventStatus::Confirmed,
            regulation: USUAL_REGULATION.to_owned(),
            domain: None,
            metadata: None,
            user: wish.user.clone(),
            choices: wish.choices.clone().unwrap_or_default(),
            delegate: None,
            validations: None,
            approval_until: None,
            decided: std::collections::BTreeMap::new(),
            proofs: Vec::new(),
            hidden: true,
        };
        person.add(event_hash(tenant, &id), now, body);
        Ok(())
    }

    /// Deletes a person (16), at every door: what they agreed to ends, and their data key is destroyed once receivers were told. Answers
    /// them as they were here.
    pub async fn delete_preference_user(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        whom: Whom<'_>,
        request: Option<&str>,
    ) -> Result<UserView, PreferenceError> {
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            let subject = attempt.meant(whom).await?.ok_or(PreferenceError::NotFound)?;
            let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
            let known = (&person.body, person.version.unwrap_or(1), person.created_at);
            let was = self.usually(tenant, subject, known).await?;
            attempt.erase(subject).await?;
            if let Ended::Written = attempt.commit(permit, request).await? {
                return Ok(was);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Deletes somebody who was deleted before, after a copy from then was brought back (DSR-13). False where there is nobody to delete.
    pub async fn erase_again(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        subject: SubjectId,
    ) -> Result<bool, PreferenceError> {
        for _ in 0..ATTEMPTS {
            let known = self.inner.store.subject(tenant.id(), subject).await;
            let known = known.map_err(Fault::from)?;
            if known.is_none_or(|known| known.state == SubjectState::Erased) {
                return Ok(false);
            }
            let mut attempt = Attempt::new(self, tenant);
            if attempt.erase(subject).await? {
                if let Ended::Written = attempt.commit(permit, None).await? {
                    return Ok(true);
                }
                continue;
            }
            let place = (Door::Operator, None);
            let mut change = self.blocking(tenant, permit, subject, place).await?;
            let end = end_of(tenant, subject, self.now());
            change.rows.push(RowChange::Put(Row::Token(end)));
            match self.commit(change).await {
                Ok(_receipt) => return Ok(true),
                Err(CommitError::Stale | CommitError::Taken) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }
}

impl Attempt<'_> {
    /// Deletes all that somebody chose, with what was issued to them; false where nothing of theirs is kept here.
    async fn erase(&mut self, subject: SubjectId) -> Result<bool, Fault> {
        let (tenant, now) = (self.tenant, self.ledger.now());
        let Some(person) = self.person(subject).await? else {
            return Ok(false);
        };
        person.remove(|_| true);
        person.is_gone = true;
        person.is_erased = true;
        let end = RowChange::Put(Row::Token(end_of(tenant, subject, now)));
        self.rows.push(end);
        Ok(true)
    }
}

/// That what was issued to a person before opens nothing any more. It outlives every token that is out there.
fn end_of(tenant: &TenantSnapshot, subject: SubjectId, now: Timestamp) -> TokenRow {
    let longest = tenant.tenant.preferences.consent_token_max_lifetime;
    TokenRow {
        hash: end_hash(tenant, subject),
        kind: TokenKind::PreferenceEnd,
        version: 1,
        subject: Some(subject),
        client: None,
        grant: None,
        issued_at: now,
        expires_at: now.plus(longest.max(Lifetime::days(366))),
        consumed_at: None,
        revoked_at: None,
        failures: 0,
        detail: "{}".to_owned(),
    }
}

fn refuse_choices(tenant: &TenantSnapshot, wish: &UserWish) -> Result<(), PreferenceError> {
    let wrong: Vec<Wrong> = match &wish.choices {
        Some(choices) => check::check(tenant, choices),
        None => Vec::new(),
    };
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(PreferenceError::Invalid(wrong))
    }
}
