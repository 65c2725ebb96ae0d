//! Searching records (consent-api 9).

use consentry_domain::{DefinitionKey, SubjectId};
use consentry_store::{RecordFound, RecordQuery, read::PersonMatch, row::RecordKey};

use super::{
    details::lookup,
    requester::Requester,
    view::{Names, RecordView},
};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// What is searched for; all given parts must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordSearch {
    /// The subject: the text given for them, or whom it means.
    pub subject: Option<String>,
    /// The actor, likewise.
    pub actor: Option<String>,
    /// Id of the definition.
    pub definition: Option<String>,
    /// The audience.
    pub audience: Option<String>,
    /// One of the collaborators.
    pub collaborator: Option<String>,
}

/// Why a search has no result.
#[derive(Debug, thiserror::Error)]
pub enum SearchRecordsError {
    /// An ordinary requester asked for somebody else's records.
    #[error("only a privileged requester sees the records of others")]
    ForeignSubject,
    /// More records fit than a search may return.
    #[error("more than {limit} records fit")]
    TooMany {
        /// Most records a search returns.
        limit: u32,
    },
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// The records that fit and that the requester may see, oldest first.
    pub async fn search_records(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        search: &RecordSearch,
    ) -> Result<Vec<RecordView>, SearchRecordsError> {
        let limit = tenant.tenant.records.search_size_limit;
        let mut query = RecordQuery {
            subject: None,
            owner: None,
            actor: None,
            definition: None,
            audience: search.audience.clone(),
            collaborator: search
                .collaborator
                .as_deref()
                .map(|name| lookup(tenant, RecordKey::Collaborator, name)),
            after: None,
            limit,
        };
        self.restrict_to_subject(tenant, requester, search, &mut query)
            .await?;
        match search.definition.as_deref().map(DefinitionKey::parse) {
            // A text that can be no definition's id is one that nothing answers.
            Some(Err(_)) => return Ok(Vec::new()),
            Some(Ok(definition)) => query.definition = Some(definition),
            None => {}
        }
        let mut found = match &search.actor {
            None => self.found(tenant, query).await?,
            Some(actor) => self.found_by_actor(tenant, query, actor).await?,
        };
        found.sort_by_key(|found| (found.row.record.created_at, found.row.record.id));
        let mut names = Names::default();
        let mut views = Vec::with_capacity(found.len());
        for found in found {
            views.extend(self.view(tenant, &mut names, found).await?);
        }
        if u32::try_from(views.len()).map_or(true, |count| count > limit) {
            return Err(SearchRecordsError::TooMany { limit });
        }
        Ok(views)
    }

    /// Whose records: an ordinary requester's own always; a privileged one's own only where neither subject nor actor is named
    /// (consent-api 9.1, 9.2).
    async fn restrict_to_subject(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        search: &RecordSearch,
        query: &mut RecordQuery,
    ) -> Result<(), SearchRecordsError> {
        if !requester.is_privileged() {
            let own = requester.person().ok_or(SearchRecordsError::ForeignSubject)?;
            query.owner = Some(own);
            return match &search.subject {
                Some(text) if !self.is_self(tenant, requester, text).await? => {
                    Err(SearchRecordsError::ForeignSubject)
                }
                _ => Ok(()),
            };
        }
        match (&search.subject, &search.actor) {
            (Some(text), _) => {
                let mapped = self.map_identity(tenant, text).await?;
                let mut keys = vec![lookup(tenant, RecordKey::Subject, text)];
                keys.extend(mapped.dn.map(|dn| lookup(tenant, RecordKey::Subject, &dn)));
                query.subject = Some(PersonMatch {
                    subject: mapped.person,
                    keys,
                });
            }
            (None, Some(_)) => {}
            (None, None) => {
                let keys = vec![lookup(tenant, RecordKey::Subject, requester.dn().as_str())];
                query.subject = Some(PersonMatch {
                    subject: requester.person(),
                    keys,
                });
            }
        }
        Ok(())
    }

    async fn found(
        &self,
        tenant: &TenantSnapshot,
        query: RecordQuery,
    ) -> Result<Vec<RecordFound>, SearchRecordsError> {
        let limit = query.limit;
        let found = self
            .inner
            .store
            .records(tenant.id(), query)
            .await
            .map_err(Fault::from)?;
        if u32::try_from(found.len()).map_or(true, |count| count > limit) {
            return Err(SearchRecordsError::TooMany { limit });
        }
        Ok(found)
    }

    /// Records of this door are found by the keys of their actor. What another door decided carries no keys; its actor is the
    /// person themself, so it is among that person's records.
    async fn found_by_actor(
        &self,
        tenant: &TenantSnapshot,
        query: RecordQuery,
        actor: &str,
    ) -> Result<Vec<RecordFound>, SearchRecordsError> {
        let mapped = self.map_identity(tenant, actor).await?;
        let mut keys = vec![lookup(tenant, RecordKey::Actor, actor)];
        keys.extend(mapped.dn.iter().map(|dn| lookup(tenant, RecordKey::ActorDn, dn)));
        let by_key = RecordQuery {
            actor: Some(PersonMatch { subject: None, keys }),
            ..query.clone()
        };
        let mut found = self.found(tenant, by_key).await?;
        if let Some(person) = mapped
            .person
            .filter(|person| query.owner.is_none_or(|owner| owner == *person))
        {
            found.extend(self.decided_elsewhere_by(tenant, query, person).await?);
        }
        Ok(found)
    }

    async fn decided_elsewhere_by(
        &self,
        tenant: &TenantSnapshot,
        mut query: RecordQuery,
        person: SubjectId,
    ) -> Result<Vec<RecordFound>, SearchRecordsError> {
        query.owner = Some(person);
        let mut decided = Vec::new();
        loop {
            let mut page = self
                .inner
                .store
                .records(tenant.id(), query.clone())
                .await
                .map_err(Fault::from)?;
            let more = u32::try_from(page.len()).map_or(true, |count| count > query.limit);
            page.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
            query.after = page
                .last()
                .map(|last| (last.row.record.created_at, last.row.record.id));
            decided.extend(
                page.into_iter().filter(|found| {
                    found.row.sealed.is_none() && found.consent.actor.subject == Some(person)
                }),
            );
            if u32::try_from(decided.len()).map_or(true, |count| count > query.limit) {
                return Err(SearchRecordsError::TooMany { limit: query.limit });
            }
            if !more || query.after.is_none() {
                return Ok(decided);
            }
        }
    }
}
