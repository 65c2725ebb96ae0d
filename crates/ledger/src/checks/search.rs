//! What may be used of a person, and how: the deciding consents of one person toward one audience (enforcement-events-evidence 2.7).

use consentry_domain::{
    Consent, ConsentId, DefinitionKey, Timestamp,
    enforce::{allows, standing},
};

use super::{
    checker::Toward,
    question::{Kinds, SubjectName, Within},
    verdict::{Moment, is_suspended},
};
use crate::error::Fault;

/// What a search for resources is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Whose data.
    pub subject: SubjectName,
    /// Type of the resources, as written.
    pub kind: String,
    /// What for.
    pub action: String,
    /// Who will receive or use them.
    pub audience: Toward,
    /// What else each has to hold for.
    pub within: Within,
}

/// Something that may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Under which consent.
    pub consent: ConsentId,
    /// What.
    pub definition: DefinitionKey,
    /// Until when.
    pub valid_until: Option<Timestamp>,
}

impl Moment<'_> {
    /// All that may be used, by consent. Each, asked about, is a permit (CHK-25); a name or type that is not known has none (CHK-26).
    pub async fn resources(&mut self, wanted: &Wanted) -> Result<Vec<Held>, Fault> {
        let tenant = self.tenant();
        let Some(kinds) = Kinds::of(tenant, &wanted.kind) else {
            return Ok(Vec::new());
        };
        let audience = wanted.audience.audience(tenant);
        if is_suspended(tenant, &audience) {
            return Ok(Vec::new());
        }
        let qualifier = self.qualifier(&wanted.subject, None, &wanted.within);
        let (Some(subject), Some(qualifier)) = (self.person_named(&wanted.subject).await?, qualifier) else {
            return Ok(Vec::new());
        };
        let at = self.at();
        let consents = self.standing_of(subject).await?;
        let is_wanted = |consent: &&Consent| {
            let definition = tenant.definitions.get(&consent.slot.definition);
            consent.slot.audience == audience
                && consent.slot.qualifier == qualifier
                && standing(Some(consent), at).is_ok()
                && definition.is_some_and(|definition| {
                    kinds.has(definition.kind) && allows(definition, consent, &wanted.action).is_ok()
                })
        };
        let mut held = Vec::new();
        for consent in consents.usable().iter().filter(is_wanted) {
            if self.also_holds(consent, None, &wanted.within).await? {
                held.push(Held {
                    consent: consent.id,
                    definition: consent.slot.definition.clone(),
                    valid_until: consent.valid_until,
                });
            }
        }
        held.sort_by_key(|held| held.consent);
        Ok(held)
    }
}
