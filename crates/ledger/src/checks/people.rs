//! Who agreed to something: the records of a definition in the order in which they were made (enforcement-events-evidence 2.7).

use consentry_domain::{
    Audience, ConsentId, RecordId, SubjectId, Timestamp,
    client::Client,
    definition::Definition,
    enforce::{allows, standing},
};
use consentry_store::{RecordFound, RecordQuery};

use super::{
    checker::Toward,
    question::{Names, Resource, Within, names_of},
    verdict::{Moment, is_suspended},
};
use crate::{carry_out::definition_key, error::Fault, tokens::access_token::subject_identifier};

/// Records looked at in one question to the store.
const AT_ONCE: u32 = 500;

/// Records looked at for one page, so that a page of a definition that everybody took back costs no more than another. It may
/// have few results then, or none, and lead on.
const MOST_LOOKED_AT: usize = 20_000;

/// Where a page begins: behind this record.
pub type Position = (Timestamp, RecordId);

/// What a search for people is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// What they are.
    pub kind: String,
    /// Whose names are wanted; none means the tenant's choice, or for a third party its own.
    pub issuer: Option<String>,
    /// What they agreed to.
    pub resource: Resource,
    /// What for.
    pub action: String,
    /// Toward whom.
    pub audience: Toward,
    /// What else each answer has to hold for.
    pub within: Within,
}

/// Somebody who agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Somebody {
    /// Their name.
    pub name: String,
    /// Under which consent.
    pub consent: ConsentId,
    /// Until when.
    pub valid_until: Option<Timestamp>,
}

/// One page of people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Those who have a name of the issuer, in the order of their records.
    pub found: Vec<Somebody>,
    /// How many agreed and have no such name (CHK-30).
    pub omitted: usize,
    /// Where the next page begins; none when this is the last.
    pub next: Option<Position>,
}

impl<'a> Moment<'a> {
    /// A page of at most `limit` people. Whoever stays consented is on exactly one page, whatever happens between two (CHK-33).
    pub async fn people(
        &mut self,
        sought: &Sought,
        after: Option<Position>,
        limit: usize,
    ) -> Result<People, Fault> {
        let tenant = self.tenant();
        let issuer = sought.issuer.as_deref().unwrap_or(self.default_issuer());
        let (Some(called), Some(definition)) = (self.called(issuer), sought.resource.definition(tenant))
        else {
            return Ok(People::default());
        };
        let audience = sought.audience.audience(tenant);
        let is_possible = sought.kind == "user" && definition.has_action(&sought.action);
        if !is_possible || is_suspended(tenant, &audience) {
            return Ok(People::default());
        }
        let mut query = RecordQuery {
            subject: None,
            owner: None,
            actor: None,
            definition_key: Some(definition_key(tenant, &definition.key).1),
            definition: Some(definition.key.clone()),
            audience: sought.audience.named().map(str::to_owned),
            collaborator: None,
            after,
            limit: AT_ONCE,
        };
        let (mut people, mut looked_at) = (People::default(), 0);
        loop {
            let page = self
                .ledger()
                .inner
                .store
                .records(tenant.id(), query.clone())
                .await?;
            let is_last = u32::try_from(page.len()).is_ok_and(|count| count <= AT_ONCE);
            for found in page.iter().take(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
                if people.found.len() == limit || looked_at == MOST_LOOKED_AT {
                    people.next = query.after;
                    return Ok(people);
                }
                looked_at += 1;
                query.after = Some((found.row.record.created_at, found.row.record.id));
                if self.agreed(sought, definition, &audience, found).await? {
                    self.note(&mut people, called, found).await?;
                }
            }
            if is_last {
                return Ok(people);
            }
        }
    }

    /// Whether the consent behind a record is the one that decides, and holds: an older record may be overtaken by a newer one.
    async fn agreed(
        &mut self,
        sought: &Sought,
        definition: &Definition,
        audience: &Audience,
        found: &RecordFound,
    ) -> Result<bool, Fault> {
        let (consent, at) = (&found.consent, self.at());
        let shown = consent.wording.as_ref().map(|wording| wording.version);
        let fits = consent.slot.audience == *audience
            && consent.slot.qualifier == sought.within.qualifier(Some(&sought.resource))
            && sought
                .resource
                .min_version
                .is_none_or(|least| shown >= Some(least))
            && standing(Some(consent), at).is_ok()
            && allows(definition, consent, &sought.action).is_ok();
        if !fits {
            return Ok(false);
        }
        let deciding = self.standing_of(consent.slot.subject).await?;
        let deciding = deciding
            .usable()
            .iter()
            .find(|deciding| deciding.slot == consent.slot);
        let decides = deciding.is_some_and(|deciding| deciding.id == consent.id);
        let account = sought.resource.account.as_ref();
        Ok(decides && self.also_holds(consent, account, &sought.within).await?)
    }

    async fn note(&self, people: &mut People, called: Called<'_>, found: &RecordFound) -> Result<(), Fault> {
        let consent = &found.consent;
        match self.name(called, consent.slot.subject).await? {
            Some(name) => people.found.push(Somebody {
                name,
                consent: consent.id,
                valid_until: consent.valid_until,
            }),
            None => people.omitted += 1,
        }
        Ok(())
    }

    /// How people are called by the names of an issuer. A third party knows what we call them toward it (CHK-31).
    fn called(&self, issuer: &str) -> Option<Called<'a>> {
        match self.checker().party() {
            Some(party) => (issuer == self.base()).then_some(Called::Toward(party)),
            None => names_of(self.tenant(), issuer).map(Called::By),
        }
    }

    async fn name(&self, called: Called<'_>, subject: SubjectId) -> Result<Option<String>, Fault> {
        match called {
            Called::By(Names::Ids) => Ok(Some(subject.to_string())),
            Called::By(Names::In(namespace)) => {
                self.ledger().name_of(self.tenant(), subject, namespace).await
            }
            Called::Toward(party) => Ok(Some(subject_identifier(self.tenant(), party, subject)?)),
        }
    }
}

/// Which of a person's names is told.
#[derive(Clone, Copy)]
enum Called<'a> {
    By(Names),
    Toward(&'a Client),
}
