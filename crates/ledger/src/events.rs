//! From facts to event rows: canonical leaf, sealed body, commitment (enforcement-events-evidence 8.1).

use consentry_domain::{
    AgreementId, ConsentId, DecisionId, DefinitionKey, EventId, Fact, Qualifier, SubjectId, Timestamp,
    decision::{Actor, Door},
    tenant::USUAL_REGULATION,
};
use consentry_store::{NewEvent, change::EventFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    canonical::to_canonical,
    environment::Ids,
    error::Fault,
    opaque::base64url,
    provision::change::Author,
    sealing::{self, Key},
    snapshot::TenantSnapshot,
};

/// Largest leaf, in bytes (enforcement-events-evidence 8.1).
const LARGEST_LEAF: usize = 4096;

/// Largest body, in bytes: a changed record as it was and as it is (consent-api 16), each with texts and values as large as consent-api 14
/// takes them, quoted. Bodies that hold no record keep far below the 64 KiB of enforcement-events-evidence 8.1.
const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// The sealed body of an event about a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Body {
    /// The act of will that caused it.
    pub decision: DecisionId,
    /// The person.
    pub subject: SubjectId,
    /// The door it happened at.
    pub door: Door,
    /// The consent, for quick reading by auditors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// The bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<AgreementId>,
    /// Status of the consent after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Version of the consent or bundle after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What happened, whole: replaying it gives the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Fact>,
    /// What else belongs to it: why, for events that change no consent; what changed in a record, beside its decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Map<String, Value>>,
    /// What followers are told beside it, since it cannot be seen in the fact alone.
    #[serde(default, skip_serializing_if = "Told::is_empty")]
    pub told: Told,
}

impl Body {
    /// Whether something is noted and true.
    pub(crate) fn notes(&self, name: &str) -> bool {
        let noted = self.note.as_ref().and_then(|note| note.get(name));
        noted.and_then(Value::as_bool).unwrap_or_default()
    }

    /// The regulation under which it counts, where that is another one than usual.
    pub(crate) fn regulation(&self) -> Option<&str> {
        let noted = self.note.as_ref().and_then(|note| note.get("event"));
        let noted = noted.and_then(|event| event["regulation"].as_str());
        let fact = self.happened.as_ref();
        let consent = || fact?.consent()?.slot.qualifier.as_regulation();
        let mut changes = self.told.changes.iter();
        let changed = || changes.find_map(|change| change.qualifier.as_regulation());
        noted
            .filter(|noted| *noted != USUAL_REGULATION)
            .or_else(consent)
            .or_else(changed)
    }
}

/// What followers of the log are told of a fact beside the fact itself (enforcement-events-evidence 3.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Status of the consent or bundle before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// What of the consent has another value than before, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Who acted, where the fact does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// What stands of a bundle after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<DefinitionKey>,
    /// What a decision changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

impl Told {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One consent that a decision changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Which.
    pub consent: ConsentId,
    /// What it answers.
    pub definition: DefinitionKey,
    /// Its status before; none where it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its status afterwards.
    pub to: String,
    /// What keeps it apart from other answers of the same person to the same definition.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub qualifier: Qualifier,
}

fn is_plain(qualifier: &Qualifier) -> bool {
    qualifier.as_str().is_empty()
}

/// The event of a fact; `key` is that of the person the fact is about, and so are `note` and `told`.
pub(crate) fn of_fact(
    tenant: &TenantSnapshot,
    ids: &Ids<'_>,
    key: &Key,
    act: &consentry_domain::command::Act,
    fact: &Fact,
    (note, told): (Option<Map<String, Value>>, Told),
) -> Result<NewEvent, Fault> {
    let consent = fact.consent();
    let agreement = fact.agreement();
    let body = Body {
        decision: act.decision,
        subject: fact.subject(),
        door: act.door,
        consent: consent.map(|consent| consent.id),
        grant: agreement
            .map(|agreement| agreement.id)
            .or_else(|| consent.and_then(|consent| consent.agreement)),
        status: match fact {
            Fact::ConsentExpired(_) => Some("expired".to_owned()),
            _ => consent.map(|consent| consent.status.as_str().to_owned()),
        },
        version: consent
            .map(|consent| consent.version)
            .or_else(|| agreement.map(|agreement| agreement.version)),
        happened: Some(fact.clone()),
        note,
        told,
    };
    let audience = consent
        .map(|consent| consent.slot.audience.text())
        .or_else(|| agreement.map(|agreement| agreement.client.as_str().to_owned()))
        .filter(|text| !text.is_empty());
    let definition = consent.map(|consent| {
        let key = &consent.slot.definition;
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(key));
        if let Some(wording) = &consent.wording {
            shown.insert("version".to_owned(), json!(wording.version));
            shown.insert("locale".to_owned(), json!(wording.locale));
            if let Some(digest) = tenant.wording_digest(key, wording) {
                shown.insert("text".to_owned(), json!(digest));
            }
        }
        shown
    });
    // An audience named by a records client is free text and may be personal; only registered ones are public.
    let public_audience = match consent.map(|consent| &consent.slot.audience) {
        Some(consentry_domain::Audience::Named(_)) => None,
        _ => audience.clone(),
    };
    seal(
        ids,
        key,
        fact.event_type(),
        public_audience,
        definition,
        &body,
        EventFilter {
            subject: Some(fact.subject()),
            door: act.door,
            party: audience,
            definition: fact.definition().cloned(),
        },
    )
}

/// An event about a person that changes no consent, such as the reuse of a credential.
pub(crate) fn of_note(
    ids: &Ids<'_>,
    key: &Key,
    kind: &'static str,
    act: (DecisionId, SubjectId, Door),
    party: Option<String>,
    note: Map<String, Value>,
) -> Result<NewEvent, Fault> {
    noted(ids, key, kind, act, (party, None), note)
}

/// As [`of_note`], of the tenant's own matters, with who acted.
pub(crate) fn of_note_by(
    ids: &Ids<'_>,
    key: &Key,
    kind: &'static str,
    act: (DecisionId, SubjectId, Door),
    actor: Option<Actor>,
    note: Map<String, Value>,
) -> Result<NewEvent, Fault> {
    noted(ids, key, kind, act, (None, actor), note)
}

fn noted(
    ids: &Ids<'_>,
    key: &Key,
    kind: &'static str,
    (decision, subject, door): (DecisionId, SubjectId, Door),
    (party, actor): (Option<String>, Option<Actor>),
    note: Map<String, Value>,
) -> Result<NewEvent, Fault> {
    let body = Body {
        decision,
        subject,
        door,
        consent: None,
        grant: None,
        status: None,
        version: None,
        happened: None,
        note: Some(note),
        told: Told {
            actor,
            ..Told::default()
        },
    };
    let filter = EventFilter {
        subject: Some(subject),
        door,
        party: party.clone(),
        definition: None,
    };
    seal(ids, key, kind, party, None, &body, filter)
}

fn seal(
    ids: &Ids<'_>,
    key: &Key,
    kind: &'static str,
    audience: Option<String>,
    definition: Option<Map<String, Value>>,
    body: &Body,
    filter: EventFilter,
) -> Result<NewEvent, Fault> {
    let id = ids.event();
    let body = bounded(to_canonical(body)?, LARGEST_BODY, "event body")?;
    let commitment = sealing::commitment(&sealing::event_salt(key, id), &body);
    Ok(NewEvent {
        id,
        kind,
        at: ids.now,
        leaf: leaf(
            id,
            kind,
            ids.now,
            audience.as_deref(),
            definition,
            commitment.as_bytes(),
        )?,
        sealed: sealing::seal_body(key, ids.entropy, id, &body),
        salt: None,
        filter,
    })
}

/// An event without a person: definitions, keys, clients. Its salt is stored in clear and its body is not sealed.
pub(crate) fn public(
    ids: &Ids<'_>,
    kind: &'static str,
    party: Option<String>,
    body: &Map<String, Value>,
) -> Result<NewEvent, Fault> {
    without_person(ids, kind, party, None, body)
}

/// A wording was published. Its leaf says which and with what digest, so that the log alone shows that the words of a consent were there
/// before it (LOG-19).
pub(crate) fn of_wording(
    ids: &Ids<'_>,
    wording: Map<String, Value>,
    touched: Value,
    author: &Author,
) -> Result<NewEvent, Fault> {
    let mut body = Map::new();
    author.sign(&mut body);
    body.insert("touched".to_owned(), touched);
    body.insert("definition".to_owned(), Value::Object(wording.clone()));
    without_person(ids, "localization.published", None, Some(wording), &body)
}

fn without_person(
    ids: &Ids<'_>,
    kind: &'static str,
    party: Option<String>,
    definition: Option<Map<String, Value>>,
    body: &Map<String, Value>,
) -> Result<NewEvent, Fault> {
    let id = ids.event();
    let salt = consentry_store::Hash::new(crate::environment::Draw::bytes(ids.entropy));
    let body = bounded(to_canonical(body)?, LARGEST_BODY, "event body")?;
    let commitment = sealing::commitment(&salt, &body);
    Ok(NewEvent {
        id,
        kind,
        at: ids.now,
        leaf: leaf(
            id,
            kind,
            ids.now,
            party.as_deref(),
            definition,
            commitment.as_bytes(),
        )?,
        sealed: body,
        salt: Some(salt),
        filter: EventFilter {
            subject: None,
            door: Door::Operator,
            party,
            definition: None,
        },
    })
}

/// What everybody may see of an event.
#[derive(Serialize)]
struct Leaf<'a> {
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<&'a str>,
    c: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<Map<String, Value>>,
    event: EventId,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u32,
}

/// The canonical leaf of an event.
pub(crate) fn leaf(
    event: EventId,
    kind: &str,
    at: Timestamp,
    audience: Option<&str>,
    definition: Option<Map<String, Value>>,
    commitment: &[u8; 32],
) -> Result<Vec<u8>, Fault> {
    let leaf = Leaf {
        at,
        audience,
        c: format!("sha256:{}", base64url(commitment)),
        definition,
        event,
        kind,
        v: 1,
    };
    bounded(to_canonical(&leaf)?, LARGEST_LEAF, "leaf")
}

fn bounded(bytes: Vec<u8>, largest: usize, what: &'static str) -> Result<Vec<u8>, Fault> {
    if bytes.len() > largest {
        return Err(Fault::Unreadable {
            what,
            why: format!("{} bytes are more than {largest}", bytes.len()),
        });
    }
    Ok(bytes)
}
