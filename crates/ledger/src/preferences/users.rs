//! People as the preferences door knows them, written directly (consent-tokens-and-preferences 6.2, 6.4).

use std::borrow::Cow;

use consentry_domain::{SubjectId, tenant::USUAL_REGULATION};

use super::{
    ATTEMPTS, ManagePreferences, PreferenceError, Whom, Wrong,
    attempt::Attempt,
    check,
    commit::Ended,
    model::{Choices, EventBody, EventStatus, EventUser},
    person::event_hash,
    view::UserView,
};
use crate::{Ledger, TenantSnapshot, access::Permit, error::Fault, once::Outcome};

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
    /// Whether receivers that are told in the vendor's words are not to be told (5.4).
    pub is_silent: bool,
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
        let wish = &canonical(tenant, wish);
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
        let wish = &canonical(tenant, wish);
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
        if wish.is_silent {
            person.keep_silent();
        }
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
}

/// A wish that calls purposes by their keys.
fn canonical<'a>(tenant: &TenantSnapshot, wish: &'a UserWish) -> Cow<'a, UserWish> {
    match wish
        .choices
        .as_ref()
        .and_then(|own| check::canonical(tenant, own))
    {
        None => Cow::Borrowed(wish),
        Some(choices) => Cow::Owned(UserWish {
            choices: Some(choices),
            ..wish.clone()
        }),
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
