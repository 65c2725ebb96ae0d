//! Deleting people (consent-tokens-and-preferences 16), at every door: what is kept of them here goes in the commit that blocks them.

use consentry_domain::{Lifetime, SubjectId, Timestamp, decision::Door, subject::SubjectState};
use consentry_store::{CommitError, Row, RowChange, TokenKind, TokenRow};

use super::{
    ATTEMPTS, ManagePreferences, PreferenceError, Whom, attempt::Attempt, commit::Ended, token::end_hash,
    view::UserView,
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Action, Permit, Provision},
    erasure::Terms,
    error::Fault,
};

impl Ledger {
    /// Deletes a person: what they agreed to ends, and their data key is destroyed once receivers were told. Answers them as they were
    /// here, and under which id the deletion is followed.
    pub async fn delete_preference_user(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        whom: Whom<'_>,
        request: Option<&str>,
    ) -> Result<(UserView, SubjectId), PreferenceError> {
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            let subject = attempt.meant(whom).await?.ok_or(PreferenceError::NotFound)?;
            let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
            let known = (&person.body, person.version.unwrap_or(1), person.created_at);
            let was = self.usually(tenant, subject, known).await?;
            attempt.erase(subject).await?;
            if let Ended::Written = attempt.commit(permit, request).await? {
                return Ok((was, subject));
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
        let terms = Terms {
            despite_holds: true,
            ..Terms::at(Door::Operator, None)
        };
        self.erase_everywhere(tenant, permit, subject, &terms).await
    }

    /// Deletes a person, whether anything is kept of them here or not. False where there is nobody to delete.
    pub(crate) async fn erase_everywhere<A: Action>(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<A>,
        subject: SubjectId,
        terms: &Terms,
    ) -> Result<bool, PreferenceError> {
        for _ in 0..ATTEMPTS {
            let known = self.inner.store.subject(tenant.id(), subject).await;
            let known = known.map_err(Fault::from)?;
            if known.is_none_or(|known| known.state == SubjectState::Erased) {
                return Ok(false);
            }
            let mut attempt = Attempt::new(self, tenant);
            attempt.terms = Some(terms.clone());
            if attempt.erase(subject).await? {
                if let Ended::Written = attempt.commit(permit, terms.request.as_deref()).await? {
                    return Ok(true);
                }
                continue;
            }
            let mut change = self.blocking(tenant, permit, subject, terms).await?;
            let end = end_of(tenant, subject, self.now());
            change.rows.push(RowChange::Put(Row::Token(end)));
            match self.commit_asked(change).await {
                Ok(_receipt) => {
                    self.note_erasure_begun(tenant.id(), subject).await;
                    return Ok(true);
                }
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
