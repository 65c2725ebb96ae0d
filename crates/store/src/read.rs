//! Questions to the store and its answers.

use std::collections::BTreeMap;

use consentry_domain::{
    AgreementId, ApplicationId, ClientId, Consent, ConsentId, DefinitionKey, EndpointId, RecordId, Slot,
    SubjectId, Timestamp, Touched,
};

use crate::row::{DeliveryStatus, Hash, RecordKey, RecordRow};

/// What a command names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seeds {
    /// Slots.
    pub slots: Vec<Slot>,
    /// Consents.
    pub consents: Vec<ConsentId>,
    /// Agreements.
    pub agreements: Vec<AgreementId>,
    /// Records.
    pub records: Vec<RecordId>,
}

impl Seeds {
    /// Whether nothing but slots is named.
    pub const fn are_slots(&self) -> bool {
        self.consents.is_empty() && self.agreements.is_empty() && self.records.is_empty()
    }
}

/// What was found, with the versions of the rows that have one beside their entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TouchedRows {
    /// The entities.
    pub touched: Touched,
    /// Version of each slot's pointer.
    pub slot_versions: BTreeMap<Slot, u32>,
    /// The rows of the records, with what they carry in bulk; deleted ones are marked.
    pub records: BTreeMap<RecordId, RecordRow>,
}

/// A record with the consent behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFound {
    /// The record.
    pub row: RecordRow,
    /// The consent behind it.
    pub consent: Consent,
}

/// How a search names a person: by who they are, or by the text that was given for them, either fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonMatch {
    /// The person, where known.
    pub subject: Option<SubjectId>,
    /// Keyed hashes under which the record may be found; any fits.
    pub keys: Vec<Hash>,
}

/// A search of records (consent-api 9). All given parts must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordQuery {
    /// The record's subject: `subject` or a [`RecordKey::Subject`](crate::row::RecordKey) key fits.
    pub subject: Option<PersonMatch>,
    /// Restricts to this person whatever else is asked.
    pub owner: Option<SubjectId>,
    /// The actor: keys of kinds `Actor` and `ActorDn`; `PersonMatch::subject` is not used.
    pub actor: Option<PersonMatch>,
    /// The definition.
    pub definition: Option<DefinitionKey>,
    /// Keyed hash of the definition, of kind [`RecordKey::Definition`]: what to walk where nobody is named.
    pub definition_key: Option<Hash>,
    /// The audience's text, whatever its kind.
    pub audience: Option<String>,
    /// A collaborator, by keyed hash.
    pub collaborator: Option<Hash>,
    /// Only what comes after this position.
    pub after: Option<(Timestamp, RecordId)>,
    /// Most rows wanted.
    pub limit: u32,
}

impl RecordQuery {
    /// Whether a record with this consent behind it is among what is searched for, its position aside.
    pub fn fits(&self, row: &RecordRow, consent: &Consent) -> bool {
        let has = |kinds: &[RecordKey], hash: &Hash| {
            row.keys
                .iter()
                .any(|(kind, key)| kinds.contains(kind) && key == hash)
        };
        let subject = self.subject.as_ref().is_none_or(|person| {
            person.subject == Some(row.record.subject)
                || person.keys.iter().any(|key| has(&[RecordKey::Subject], key))
        });
        let actor = self.actor.as_ref().is_none_or(|person| {
            person
                .keys
                .iter()
                .any(|key| has(&[RecordKey::Actor, RecordKey::ActorDn], key))
        });
        subject
            && actor
            && self.owner.is_none_or(|owner| owner == row.record.subject)
            && self
                .definition
                .as_ref()
                .is_none_or(|definition| *definition == consent.slot.definition)
            && self
                .definition_key
                .as_ref()
                .is_none_or(|key| has(&[RecordKey::Definition], key))
            && self
                .audience
                .as_ref()
                .is_none_or(|audience| *audience == consent.slot.audience.text())
            && self
                .collaborator
                .as_ref()
                .is_none_or(|key| has(&[RecordKey::Collaborator], key))
    }
}

/// Which agreements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementQuery {
    /// Of this person.
    pub subject: Option<SubjectId>,
    /// Of this application.
    pub application: Option<ApplicationId>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Only what comes after this position (older, or same time and greater id).
    pub after: Option<(Timestamp, AgreementId)>,
    /// Only those in force at this time.
    pub in_force_at: Option<Timestamp>,
    /// Most wanted; 0 means all.
    pub limit: u32,
}

/// Which messages of an endpoint. All given parts must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// In this state.
    pub status: Option<DeliveryStatus>,
    /// About events of this name.
    pub kind: Option<String>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Only those before this number.
    pub before: Option<u64>,
    /// Most wanted.
    pub limit: u32,
}

/// What was withdrawn or narrowed, with when it last changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// Consents: revoked, narrowed, replaced, erased, or at an end that was moved.
    pub consents: Vec<(ConsentId, Timestamp)>,
    /// Agreements: ended, or with less of them standing than before.
    pub agreements: Vec<(AgreementId, Timestamp)>,
}

/// A page of something with the position to go on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C> {
    /// The entries.
    pub entries: Vec<T>,
    /// Where to go on; none at the end.
    pub next: Option<C>,
}

/// The head of a tenant's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHead {
    /// Number of events: the index the next one gets.
    pub size: u64,
    /// Chain value after the last event.
    pub chain: Hash,
}
