//! People as the preferences door knows them (consent-tokens-and-preferences 6).

use consentry_domain::{
    Lifetime, SubjectId, Timestamp, decision::Door, subject::SubjectState, tenant::USUAL_REGULATION,
};
use consentry_store::{CommitError, Hash, PreferenceRow, Row, RowChange, TokenKind, TokenRow};

use super::{
    ATTEMPTS, ManagePreferences, PreferenceError, ReadPreferences, Whom, Wrong,
    attempt::Attempt,
    check,
    commit::Ended,
    model::{Choices, EventBody, EventStatus, EventUser},
    only,
    person::{Person, event_hash},
    token::end_hash,
    view::{self, UserView},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    error::Fault,
    once::Outcome,
};

/// Most people of one page.
pub const PAGE: u32 = 100;

/// Which people are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserFilter<'a> {
    /// The one who is meant; everybody, where no name is given.
    pub whom: Whom<'a>,
    /// Under which regulations.
    pub regulations: &'a [String],
    /// Behind which place.
    pub after: Option<(Timestamp, Hash)>,
    /// Most people of the page.
    pub limit: u32,
}

/// A page of people.
#[derive(Debug, Clone, Default)]
pub struct UserPage {
    /// One for each person and regulation.
    pub users: Vec<UserView>,
    /// How many people they are.
    pub people: usize,
    /// Where to go on; none at the end.
    pub next: Option<(Timestamp, Hash)>,
}

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
    /// A page of people, in the order in which they were first seen.
    pub async fn preference_users(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        filter: UserFilter<'_>,
    ) -> Result<UserPage, PreferenceError> {
        if filter.whom == Whom::default() && only(permit.target()).is_none() {
            return self.all_users(tenant, filter).await;
        }
        let mut attempt = Attempt::new(self, tenant);
        let meant = match only(permit.target()) {
            Some(subject) => Some(subject),
            None => attempt.meant(filter.whom).await?,
        };
        let Some(subject) = meant else {
            return Ok(UserPage::default());
        };
        let Some(person) = attempt.person(subject).await? else {
            return Ok(UserPage::default());
        };
        let users = self.shown(tenant, person, filter.regulations).await?;
        Ok(UserPage {
            people: 1,
            users,
            next: None,
        })
    }

    async fn all_users(
        &self,
        tenant: &TenantSnapshot,
        filter: UserFilter<'_>,
    ) -> Result<UserPage, PreferenceError> {
        let start = (Timestamp::from_micros(i64::MIN), Hash::new([0; 32]));
        let limit = filter.limit.clamp(1, PAGE);
        let mut rows = self
            .inner
            .store
            .preference_people(tenant.id(), filter.after.unwrap_or(start), limit + 1)
            .await
            .map_err(Fault::from)?;
        let is_more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows
            .last()
            .filter(|_| is_more)
            .map(|row: &PreferenceRow| (row.created_at, row.hash));
        let now = self.now();
        let mut users = Vec::new();
        for row in &rows {
            let body = self.person_of_row(tenant, row).await?;
            let standing = self.standing_consents(tenant, row.subject).await?;
            for regulation in shown_regulations(filter.regulations, &body.folded.statuses) {
                users.push(view::user(
                    tenant,
                    &body,
                    (row.version, row.created_at),
                    &regulation,
                    (&standing, now),
                ));
            }
        }
        Ok(UserPage {
            people: rows.len(),
            users,
            next,
        })
    }

    async fn shown(
        &self,
        tenant: &TenantSnapshot,
        person: &Person,
        regulations: &[String],
    ) -> Result<Vec<UserView>, Fault> {
        let standing = self.standing_consents(tenant, person.subject).await?;
        let now = self.now();
        let version = person.version.unwrap_or(1);
        let shown = shown_regulations(regulations, &person.body.folded.statuses);
        Ok(shown
            .into_iter()
            .map(|regulation| {
                view::user(
                    tenant,
                    &person.body,
                    (version, person.created_at),
                    &regulation,
                    (&standing, now),
                )
            })
            .collect())
    }

    /// One person.
    pub async fn preference_user(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        whom: Whom<'_>,
        regulation: &str,
    ) -> Result<UserView, PreferenceError> {
        let mut attempt = Attempt::new(self, tenant);
        let subject = attempt.meant(whom).await?.ok_or(PreferenceError::NotFound)?;
        if only(permit.target()).is_some_and(|of| of != subject) {
            return Err(PreferenceError::NotFound);
        }
        self.user_now(&mut attempt, subject, regulation).await
    }

    async fn user_now(
        &self,
        attempt: &mut Attempt<'_>,
        subject: SubjectId,
        regulation: &str,
    ) -> Result<UserView, PreferenceError> {
        let tenant = attempt.tenant;
        let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
        let shown = self.shown(tenant, person, &[regulation.to_owned()]).await?;
        shown.into_iter().next().ok_or(PreferenceError::NotFound)
    }

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
                let mut attempt = Attempt::new(self, tenant);
                return self.user_now(&mut attempt, subject, USUAL_REGULATION).await;
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
                let mut attempt = Attempt::new(self, tenant);
                return self.user_now(&mut attempt, subject, USUAL_REGULATION).await;
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
            let was = self.user_now(&mut attempt, subject, USUAL_REGULATION).await?;
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

fn shown_regulations<T>(asked: &[String], with_data: &std::collections::BTreeMap<String, T>) -> Vec<String> {
    match asked {
        [] => vec![USUAL_REGULATION.to_owned()],
        [one] => vec![one.clone()],
        several => several
            .iter()
            .filter(|id| with_data.contains_key(*id))
            .cloned()
            .collect(),
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
