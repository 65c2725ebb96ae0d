//! Searching records (consent-api 9, 15).

use consentry_domain::{DefinitionKey, RecordId, SubjectId, Timestamp, command::Answer, dn::Dn};
use consentry_store::{RecordFound, RecordQuery, read::PersonMatch, row::RecordKey};

use super::{
    details::lookup,
    requester::Requester,
    status::RecordStatus,
    view::{Names, RecordView},
};
use crate::{Ledger, TenantSnapshot, carry_out::definition_key, error::Fault};

/// Records read from the store at once while looking for those that fit.
const AT_ONCE: u32 = 500;

/// Creation time and id: where a record stands among others.
pub type Position = (Timestamp, RecordId);

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
    /// The status it has now.
    pub status: Option<RecordStatus>,
    /// Whether nobody in particular is meant where no subject is named; for the privileged.
    pub everybody: bool,
    /// A part of what fits; none means all of it, or nothing where that is too much.
    pub page: Option<Page>,
}

/// Which part of what fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Most records in it; at least one.
    pub size: u32,
    /// Behind which position it begins, and how many fitted when the first page was read.
    pub after: Option<(Position, u64)>,
}

/// What was found.
#[derive(Debug)]
pub struct RecordsFound {
    /// The records, oldest first.
    pub records: Vec<RecordView>,
    /// How many fit in all.
    pub total: u64,
    /// Behind which position more are.
    pub next: Option<Position>,
}

/// Why a search has no result.
#[derive(Debug, thiserror::Error)]
pub enum SearchRecordsError {
    /// An ordinary requester asked for somebody else's records.
    #[error("only a privileged requester sees the records of others")]
    ForeignSubject,
    /// An ordinary requester asked for everybody's records.
    #[error("only a privileged requester sees the records of everybody")]
    Everybody,
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
    ) -> Result<RecordsFound, SearchRecordsError> {
        if search.everybody && !requester.is_privileged() {
            return Err(SearchRecordsError::Everybody);
        }
        let sources = self.sources(tenant, requester, search).await?;
        let limit = tenant.tenant.records.search_size_limit;
        let (size, after) = match search.page {
            Some(page) => (page.size, page.after),
            None => (limit, None),
        };
        // One more than wanted, to see whether there is more.
        let wanted = usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1);
        let position = after.map(|(position, _)| position);
        let mut found = self
            .find(tenant, &sources, search.status.as_ref(), position, wanted)
            .await?;
        let more = found.len() == wanted;
        if more && search.page.is_none() {
            return Err(SearchRecordsError::TooMany { limit });
        }
        found.truncate(wanted.saturating_sub(1));
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| (last.row.record.created_at, last.row.record.id));
        let total = match (after, more) {
            (Some((_, total)), _) => total,
            (None, false) => u64::try_from(found.len()).unwrap_or(u64::MAX),
            (None, true) => self.count(tenant, &sources, search.status.as_ref()).await?,
        };
        let mut names = Names::default();
        let mut records = Vec::with_capacity(found.len());
        for found in found {
            records.extend(self.view(tenant, &mut names, &found).await?);
        }
        Ok(RecordsFound { records, total, next })
    }

    /// What the store is asked, so that together the answers are what is searched for, each once.
    async fn sources(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        search: &RecordSearch,
    ) -> Result<Vec<Source>, SearchRecordsError> {
        let mut query = RecordQuery {
            subject: None,
            owner: None,
            actor: None,
            definition: None,
            definition_key: None,
            audience: search.audience.clone(),
            collaborator: search
                .collaborator
                .as_deref()
                .map(|name| lookup(tenant, RecordKey::Collaborator, name)),
            after: None,
            limit: AT_ONCE,
        };
        self.restrict_to_subject(tenant, requester, search, &mut query)
            .await?;
        match search.definition.as_deref().map(DefinitionKey::parse) {
            // A text that can be no definition's id is one that nothing answers.
            Some(Err(_)) => return Ok(Vec::new()),
            Some(Ok(definition)) => {
                let somebody = query.owner.is_some() || query.subject.is_some() || search.actor.is_some();
                query.definition_key = (!somebody).then(|| definition_key(tenant, &definition).1);
                query.definition = Some(definition);
            }
            None => {}
        }
        match &search.actor {
            None => Ok(vec![Source {
                query,
                decided_elsewhere_by: None,
            }]),
            Some(actor) => self.sources_by_actor(tenant, query, actor).await,
        }
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
            (None, None) if !search.everybody => {
                let keys = vec![lookup(tenant, RecordKey::Subject, requester.dn().as_str())];
                query.subject = Some(PersonMatch {
                    subject: requester.person(),
                    keys,
                });
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// Records of this door are found by the keys of their actor. What another door decided carries no such keys; its actor is the
    /// person themself, so it is among that person's records.
    async fn sources_by_actor(
        &self,
        tenant: &TenantSnapshot,
        query: RecordQuery,
        actor: &str,
    ) -> Result<Vec<Source>, SearchRecordsError> {
        let mapped = self.map_identity(tenant, actor).await?;
        let mut keys = vec![lookup(tenant, RecordKey::Actor, actor)];
        // An imported record may name an entry that nobody knows here.
        let named = mapped.dn.or_else(|| Dn::parse(actor).ok().map(String::from));
        keys.extend(named.map(|dn| lookup(tenant, RecordKey::ActorDn, &dn)));
        let mut sources = vec![Source {
            query: RecordQuery {
                actor: Some(PersonMatch { subject: None, keys }),
                ..query.clone()
            },
            decided_elsewhere_by: None,
        }];
        let person = mapped
            .person
            .filter(|person| query.owner.is_none_or(|owner| owner == *person));
        sources.extend(person.map(|person| Source {
            query: RecordQuery {
                owner: Some(person),
                ..query
            },
            decided_elsewhere_by: Some(person),
        }));
        Ok(sources)
    }

    /// The first records of all sources behind a position, at most `wanted`.
    async fn find(
        &self,
        tenant: &TenantSnapshot,
        sources: &[Source],
        status: Option<&RecordStatus>,
        after: Option<Position>,
        wanted: usize,
    ) -> Result<Vec<RecordFound>, Fault> {
        let mut all = Vec::new();
        for source in sources {
            let at_once = u32::try_from(wanted).unwrap_or(AT_ONCE).min(AT_ONCE);
            let mut walk = Walk::new(source, status, after, at_once);
            let mut found = Vec::new();
            while found.len() < wanted
                && let Some(page) = walk.next_page(self, tenant).await?
            {
                found.extend(page);
            }
            all.append(&mut found);
        }
        all.sort_by_key(|found| (found.row.record.created_at, found.row.record.id));
        all.truncate(wanted);
        Ok(all)
    }

    async fn count(
        &self,
        tenant: &TenantSnapshot,
        sources: &[Source],
        status: Option<&RecordStatus>,
    ) -> Result<u64, Fault> {
        let mut count = 0;
        for source in sources {
            let mut walk = Walk::new(source, status, None, AT_ONCE);
            while let Some(page) = walk.next_page(self, tenant).await? {
                count += u64::try_from(page.len()).unwrap_or(u64::MAX);
            }
        }
        Ok(count)
    }
}

/// One question to the store.
struct Source {
    query: RecordQuery,
    /// Only what this person decided at another door.
    decided_elsewhere_by: Option<SubjectId>,
}

/// Going through what a source answers, page by page.
struct Walk<'a> {
    source: &'a Source,
    status: Option<&'a RecordStatus>,
    query: Option<RecordQuery>,
}

impl<'a> Walk<'a> {
    fn new(
        source: &'a Source,
        status: Option<&'a RecordStatus>,
        after: Option<Position>,
        at_once: u32,
    ) -> Self {
        let query = RecordQuery {
            after,
            limit: at_once,
            ..source.query.clone()
        };
        Self {
            source,
            status,
            query: Some(query),
        }
    }

    /// What fits of the next page; none when there is no more.
    async fn next_page(
        &mut self,
        ledger: &Ledger,
        tenant: &TenantSnapshot,
    ) -> Result<Option<Vec<RecordFound>>, Fault> {
        let Some(query) = self.query.take() else {
            return Ok(None);
        };
        let mut page = ledger.inner.store.records(tenant.id(), query.clone()).await?;
        let is_last = u32::try_from(page.len()).is_ok_and(|count| count <= query.limit);
        page.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        if let Some(last) = page.last().filter(|_| !is_last) {
            let after = Some((last.row.record.created_at, last.row.record.id));
            self.query = Some(RecordQuery { after, ..query });
        }
        let now = ledger.now();
        page.retain(|found| self.fits(found, now));
        if let Some(wanted) = self.status.filter(|_| are_named(tenant)) {
            let mut named = Vec::with_capacity(page.len());
            for found in page {
                let view = ledger.view(tenant, &mut Names::default(), &found).await?;
                if view.is_some_and(|view| view.status == *wanted) {
                    named.push(found);
                }
            }
            page = named;
        }
        Ok(Some(page))
    }

    fn fits(&self, found: &RecordFound, now: Timestamp) -> bool {
        let Some(answer) = Answer::of_state(found.consent.state_at(now)) else {
            return false;
        };
        self.status.is_none_or(|wanted| wanted.answer == answer)
            && self.source.decided_elsewhere_by.is_none_or(|person| {
                found.row.sealed.is_none() && found.consent.actor.subject == Some(person)
            })
    }
}

/// Whether records may have names for what they answer, so that only what is sealed tells two of them apart.
fn are_named(tenant: &TenantSnapshot) -> bool {
    !tenant.tenant.records.additional_statuses.is_empty()
}
