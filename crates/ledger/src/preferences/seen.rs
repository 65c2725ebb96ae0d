//! People as the preferences door shows them (consent-tokens-and-preferences 6.3, 6.4).

use consentry_domain::{Consent, SubjectId, Timestamp, tenant::USUAL_REGULATION};
use consentry_store::{Hash, PreferenceRow};

use super::{
    PreferenceError, ReadPreferences, Whom,
    attempt::Attempt,
    model::PersonBody,
    only,
    view::{self, UserView},
};
use crate::{Ledger, TenantSnapshot, access::Permit, error::Fault};

/// Most people of one page.
const PAGE: u32 = 100;

/// Which people of all are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserFilter<'a> {
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

/// One person.
#[derive(Debug, Clone, Default)]
pub struct SeenUser {
    /// One for each regulation; none where nothing is kept of them.
    pub users: Vec<UserView>,
    /// From when on they are seen differently, if nothing is written before.
    pub until: Option<Timestamp>,
}

/// What the row of a person says, with its version and when they were first seen.
type Known<'a> = (&'a PersonBody, u32, Timestamp);

impl Ledger {
    /// A page of people, in the order in which they were first seen.
    pub async fn preference_users(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        filter: UserFilter<'_>,
    ) -> Result<UserPage, PreferenceError> {
        if only(permit.target()).is_some() {
            return Err(PreferenceError::NotFound);
        }
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
        let mut users = Vec::new();
        for row in &rows {
            let body = self.person_of_row(tenant, row).await?;
            let known = (&body, row.version, row.created_at);
            let seen = self.shown(tenant, row.subject, known, filter.regulations);
            users.extend(seen.await?.users);
        }
        Ok(UserPage {
            people: rows.len(),
            users,
            next,
        })
    }

    /// Who is meant by these names, as far as the permit goes; whoever it is for where no name is given.
    pub async fn preference_subject(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        whom: Whom<'_>,
    ) -> Result<Option<SubjectId>, PreferenceError> {
        let only = only(permit.target());
        if whom == Whom::default() {
            return Ok(only);
        }
        let meant = Attempt::new(self, tenant).meant(whom).await?;
        Ok(meant.filter(|meant| only.is_none_or(|only| only == *meant)))
    }

    /// One person, under each of these regulations that there is something of; under the usual one where none is given.
    pub async fn preference_user(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        subject: SubjectId,
        regulations: &[String],
    ) -> Result<SeenUser, PreferenceError> {
        if only(permit.target()).is_some_and(|only| only != subject) {
            return Ok(SeenUser::default());
        }
        let Some((row, body)) = self.known_person(tenant, subject).await? else {
            return Ok(SeenUser::default());
        };
        let known = (&body, row.version, row.created_at);
        Ok(self.shown(tenant, subject, known, regulations).await?)
    }

    /// One person under the usual regulation, just after something of theirs was written.
    pub(super) async fn user_now(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<UserView, PreferenceError> {
        let found = self.known_person(tenant, subject).await?;
        let (row, body) = found.ok_or(PreferenceError::NotFound)?;
        let known = (&body, row.version, row.created_at);
        self.usually(tenant, subject, known).await
    }

    /// One person in hand under the usual regulation.
    pub(super) async fn usually(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        known: Known<'_>,
    ) -> Result<UserView, PreferenceError> {
        let seen = self.shown(tenant, subject, known, &[]).await?;
        seen.users.into_iter().next().ok_or(PreferenceError::NotFound)
    }

    async fn shown(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        (body, version, created_at): Known<'_>,
        regulations: &[String],
    ) -> Result<SeenUser, Fault> {
        let standing = self.standing_consents(tenant, subject).await?;
        let now = self.now();
        let user = |regulation: String| {
            view::user(tenant, body, (version, created_at), &regulation, (&standing, now))
        };
        let asked = asked_regulations(regulations, body);
        Ok(SeenUser {
            users: asked.into_iter().map(user).collect(),
            until: next_end(&standing, now),
        })
    }
}

/// The next moment at which something ends by itself.
fn next_end(standing: &[Consent], now: Timestamp) -> Option<Timestamp> {
    let ends = standing.iter().filter_map(|consent| consent.valid_until);
    ends.filter(|end| *end > now).min()
}

fn asked_regulations(asked: &[String], person: &PersonBody) -> Vec<String> {
    match asked {
        [] => vec![USUAL_REGULATION.to_owned()],
        [one] => vec![one.clone()],
        several => several
            .iter()
            .filter(|id| person.folded.statuses.contains_key(*id))
            .cloned()
            .collect(),
    }
}
