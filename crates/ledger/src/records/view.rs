//! How a record is seen: the handle, the consent behind it now and what it carries in bulk, as one.

use std::{collections::BTreeMap, fmt, str::FromStr};

use consentry_domain::{
    Actions, Consent, DefinitionKey, RecordId, Slot, SubjectId, Timestamp,
    command::Answer,
    definition::{Localization, Wording, WordingVersion},
    locale::Locale,
};
use consentry_store::{RecordFound, RecordRow};
use serde_json::value::RawValue;

use super::{
    audit::Document,
    details::Details,
    status::{KeptStatus, RecordStatus},
};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// Which state of a record somebody looked at. Two that are equal saw the same: time alone changes it where a consent runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    record: u32,
    consent: u32,
    answer: Answer,
}

/// A text that is no revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a revision")]
pub struct InvalidRevision;

impl Revision {
    /// Of a record as stored, at this moment; none once erased.
    pub(crate) fn of(row: &RecordRow, consent: &Consent, now: Timestamp) -> Option<Self> {
        Some(Self {
            record: row.version,
            consent: consent.version,
            answer: Answer::of_state(consent.state_at(now))?,
        })
    }

    /// What the record answers.
    pub(crate) const fn answer(self) -> Answer {
        self.answer
    }

    /// Version of the record's row.
    pub(crate) const fn record_version(self) -> u32 {
        self.record
    }

    /// Of a record that was made just now.
    pub(crate) const fn first(consent: &Consent, answer: Answer) -> Self {
        Self {
            record: 1,
            consent: consent.version,
            answer,
        }
    }

    /// Of a record whose row was written once more.
    pub(crate) const fn next(self, consent: &Consent, answer: Answer) -> Self {
        Self {
            record: self.record.saturating_add(1),
            consent: consent.version,
            answer,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.record, self.consent, self.answer.as_str())
    }
}

impl FromStr for Revision {
    type Err = InvalidRevision;

    fn from_str(text: &str) -> Result<Self, InvalidRevision> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().ok_or(InvalidRevision);
        let number = |text: &str| text.parse().map_err(|_| InvalidRevision);
        let revision = Self {
            record: number(next()?)?,
            consent: number(next()?)?,
            answer: Answer::from_name(next()?).ok_or(InvalidRevision)?,
        };
        // One spelling only: a tag is compared as it is written.
        if revision.to_string() == text {
            Ok(revision)
        } else {
            Err(InvalidRevision)
        }
    }
}

/// What a record must be for a write to happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Anything.
    #[default]
    None,
    /// Still in one of these states.
    OneOf(Vec<Revision>),
}

impl Precondition {
    pub(crate) fn holds(&self, revision: Revision) -> bool {
        match self {
            Self::None => true,
            Self::OneOf(revisions) => revisions.contains(&revision),
        }
    }
}

/// A record as a client may see it, at the moment it was read.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// Identity.
    pub id: RecordId,
    /// What it answers.
    pub status: RecordStatus,
    /// Version of the wording shown.
    pub version: Option<WordingVersion>,
    /// Language of the wording shown, in the configured spelling.
    pub locale: Option<Locale>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed, at whatever door.
    pub updated_at: Timestamp,
    /// Which state of it this is.
    pub revision: Revision,
    /// The only actions it is about; none: all.
    pub actions: Option<Actions>,
    pub(crate) slot: Slot,
    pub(crate) details: Details,
}

impl RecordView {
    /// The person whose record it is.
    pub const fn owner(&self) -> SubjectId {
        self.slot.subject
    }

    /// The definition it answers.
    pub const fn definition(&self) -> &DefinitionKey {
        &self.slot.definition
    }

    /// For whom the answer counts, where for anybody in particular.
    pub fn audience(&self) -> Option<String> {
        Some(self.slot.audience.text()).filter(|text| !text.is_empty())
    }

    /// The subject as given.
    pub fn subject(&self) -> &str {
        &self.details.subject
    }

    /// The distinguished name of the subject, where it has one.
    pub fn subject_dn(&self) -> Option<&str> {
        self.details.subject_dn.as_deref()
    }

    /// The actor as given.
    pub fn actor(&self) -> Option<&str> {
        self.details.actor.as_deref()
    }

    /// The distinguished name of the actor, where it has one.
    pub fn actor_dn(&self) -> Option<&str> {
        self.details.actor_dn.as_deref()
    }

    /// With whom access is shared.
    pub fn collaborators(&self) -> &[String] {
        &self.details.collaborators
    }

    /// Title shown.
    pub fn title_text(&self) -> Option<&str> {
        self.details.title_text.as_deref()
    }

    /// Text about the data, as shown.
    pub fn data_text(&self) -> Option<&str> {
        self.details.data_text.as_deref()
    }

    /// Text about the purpose, as shown.
    pub fn purpose_text(&self) -> Option<&str> {
        self.details.purpose_text.as_deref()
    }

    /// `data` as it was written.
    pub fn data(&self) -> Option<&RawValue> {
        self.details.data.as_deref()
    }

    /// `consentContext` as it was written.
    pub fn consent_context(&self) -> Option<&RawValue> {
        self.details.consent_context.as_deref()
    }

    /// As it is noted when it changes.
    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            status: self.status.as_str(),
            slot: &self.slot,
            version: self.version,
            locale: self.locale.as_ref(),
            actions: self.actions.as_ref(),
            details: &self.details,
        }
    }

    pub(crate) fn wording(&self) -> Option<Wording> {
        Some(Wording {
            version: self.version?,
            locale: self.locale.clone()?,
        })
    }
}

/// Distinguished names of persons, each read once for one answer.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<SubjectId, Option<String>>);

impl Names {
    async fn of(
        &mut self,
        ledger: &Ledger,
        tenant: &TenantSnapshot,
        person: SubjectId,
    ) -> Result<Option<String>, Fault> {
        if let Some(known) = self.0.get(&person) {
            return Ok(known.clone());
        }
        let name = ledger.dn_of(tenant, person).await?.map(String::from);
        self.0.insert(person, name.clone());
        Ok(name)
    }
}

impl Ledger {
    /// The view of a record that was found; none once erased.
    pub(crate) async fn view(
        &self,
        tenant: &TenantSnapshot,
        names: &mut Names,
        found: &RecordFound,
    ) -> Result<Option<RecordView>, Fault> {
        let RecordFound { row, consent } = found;
        let Some(revision) = Revision::of(row, consent, self.now()) else {
            return Ok(None);
        };
        let details = match &row.sealed {
            Some(sealed) => {
                let Some(key) = self.subject_key(tenant, row.record.subject).await? else {
                    return Ok(None);
                };
                Details::open(&key, row.record.id, sealed)?
            }
            None => self.details_of_other_door(tenant, names, consent).await?,
        };
        let wording = consent.wording.clone();
        Ok(Some(RecordView {
            id: row.record.id,
            status: KeptStatus::of(details.additional_status.as_ref(), revision),
            version: wording
                .as_ref()
                .map(|wording| wording.version)
                .or(details.lone_version),
            locale: wording
                .map(|wording| wording.locale)
                .or_else(|| details.lone_locale.clone()),
            created_at: row.record.created_at,
            updated_at: row.updated_at.max(consent.updated_at),
            revision,
            actions: consent.actions.clone(),
            slot: consent.slot.clone(),
            details,
        }))
    }

    /// What another door decided has no bulk of its own: who and which words follow from the consent.
    async fn details_of_other_door(
        &self,
        tenant: &TenantSnapshot,
        names: &mut Names,
        consent: &Consent,
    ) -> Result<Details, Fault> {
        let person = consent.slot.subject;
        let dn = names.of(self, tenant, person).await?;
        let text = dn.clone().unwrap_or_else(|| person.to_string());
        let acted = consent.actor.subject == Some(person);
        let shown = shown_wording(tenant, &consent.slot.definition, consent.wording.as_ref());
        Ok(Details {
            actor: acted.then(|| text.clone()),
            actor_dn: dn.clone().filter(|_| acted),
            subject: text,
            subject_dn: dn,
            collaborators: Vec::new(),
            lone_version: None,
            lone_locale: None,
            title_text: shown.and_then(|shown| shown.title.clone()),
            data_text: shown.map(|shown| shown.data.clone()),
            purpose_text: shown.map(|shown| shown.purpose.clone()),
            additional_status: None,
            data: None,
            consent_context: None,
        })
    }
}

/// The published words of a wording.
pub(crate) fn shown_wording<'a>(
    tenant: &'a TenantSnapshot,
    definition: &DefinitionKey,
    wording: Option<&Wording>,
) -> Option<&'a Localization> {
    let wording = wording?;
    tenant.wording_at(definition, wording.locale.as_str(), wording.version)
}
