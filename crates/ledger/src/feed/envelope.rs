//! The envelope: CloudEvents 1.0 that is also a Standard Webhooks payload (enforcement-events-evidence 3.2).

use consentry_domain::{DecisionId, EventId, Fact, SubjectId, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::{
    catalogue::{EventType, Family},
    data::{Data, SubjectData},
    happening::{Happening, KnownNames, Told},
    reader::{Reader, SubjectView},
    signal::Signal,
};
use crate::{
    Ledger, TenantSnapshot,
    checks::{Names, issuer_names},
    error::Fault,
    opaque::base64url,
    tokens::access_token::subject_identifier,
};

/// Largest rendered event, in bytes (EVT-08).
const LARGEST: usize = 20 * 1024;

/// Most entries of a list in `data` (EVT-08).
const MOST_ENTRIES: usize = 200;

/// Bytes of a partition key.
const PARTITION: usize = 12;

/// Issuer of our own ids.
pub(super) const OWN_IDS: &str = "urn:consentry:subject";

#[derive(Debug, Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: EventId,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    time: Timestamp,
    timestamp: Timestamp,
    recordedtime: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    datacontenttype: &'static str,
    dataschema: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partitionkey: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<DecisionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leafhash: Option<String>,
    data: Data<'a>,
}

/// Address of the schema of an event's `data`, below a tenant's public base address.
pub fn schema_address(base: &str, entry: &EventType) -> String {
    format!(
        "{base}/events/v1/schemas/{}.{}.json",
        entry.name,
        entry.data_version()
    )
}

/// Renders events for one reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rendering<'a> {
    pub ledger: &'a Ledger,
    pub tenant: &'a TenantSnapshot,
    /// Public base address of the tenant, without slash at the end.
    pub base: &'a str,
    pub reader: &'a Reader,
    pub view: &'a SubjectView,
}

impl Rendering<'_> {
    /// An event as JSON in one line, within the bounds of [`LARGEST`].
    pub(crate) async fn short(&self, event: &Happening) -> Result<String, Fault> {
        let mut most = MOST_ENTRIES;
        loop {
            let text = self.text(event, most).await?;
            if text.len() <= LARGEST || most == 0 {
                return Ok(text);
            }
            most /= 2;
        }
    }

    /// An event as JSON in one line, with everything.
    pub(crate) async fn whole(&self, event: &Happening) -> Result<String, Fault> {
        self.text(event, usize::MAX).await
    }

    async fn text(&self, event: &Happening, most: usize) -> Result<String, Fault> {
        let mut data = Data::of(self.tenant, self.reader, event, most);
        data.subject = self.subject(event).await?;
        let tells_ids = self.reader.party().is_none() && *self.view == SubjectView::Internal;
        data.merged = event.merged().filter(|_| tells_ids);
        let time = happened_at(event);
        let is_tenants = self.reader.party().is_none();
        let envelope = Envelope {
            specversion: "1.0",
            id: event.id,
            source: self.base,
            kind: event.entry.wire_name(),
            time,
            timestamp: time,
            recordedtime: event.at,
            subject: about(event, tells_ids),
            datacontenttype: "application/json",
            dataschema: schema_address(self.base, event.entry),
            sequence: is_tenants.then(|| format!("{:020}", event.index())),
            partitionkey: event.subject().map(|subject| self.partition(subject)),
            correlationid: event.body().map(|body| body.decision),
            leafhash: Some(base64url(event.leaf_hash.as_bytes())),
            data,
        };
        written(&envelope)
    }

    /// A signal as JSON in one line. It is in no log, so it has neither a place there nor a leaf.
    pub(crate) async fn signal(&self, signal: &Signal) -> Result<String, Fault> {
        let subject = signal.passing.subject;
        let mut data = Data::of_signal(&signal.passing);
        if let Some(subject) = subject {
            data.subject = self.person(subject, &signal.names).await?;
        }
        let client = signal.passing.client.as_ref();
        written(&Envelope {
            specversion: "1.0",
            id: signal.id,
            source: self.base,
            kind: signal.entry.wire_name(),
            time: signal.at,
            timestamp: signal.at,
            recordedtime: signal.at,
            subject: client.map(|client| format!("clients/{client}")),
            datacontenttype: "application/json",
            dataschema: schema_address(self.base, signal.entry),
            sequence: None,
            partitionkey: subject.map(|subject| self.partition(subject)),
            correlationid: None,
            leafhash: None,
            data,
        })
    }

    /// Equal for one person and one reader.
    fn partition(&self, subject: SubjectId) -> String {
        let key = self.tenant.keys.partition(self.reader.name(), subject);
        base64url(&key.as_bytes()[..PARTITION])
    }

    /// The person, by the name that this reader has for them.
    pub(crate) async fn subject(&self, event: &Happening) -> Result<Option<SubjectData>, Fault> {
        match event.subject() {
            Some(subject) => self.person(subject, event.names()).await,
            None => Ok(None),
        }
    }

    async fn person(&self, subject: SubjectId, names: &KnownNames) -> Result<Option<SubjectData>, Fault> {
        let named = |id: String, issuer: &str| {
            Some(SubjectData {
                kind: "user",
                id,
                issuer: issuer.to_owned(),
            })
        };
        if let Some(client) = self.reader.party() {
            let known = subject_identifier(self.tenant, client, subject)?;
            return Ok(named(known, self.base));
        }
        let issuer = match self.view {
            SubjectView::Nobody => return Ok(None),
            SubjectView::Internal => return Ok(named(subject.to_string(), OWN_IDS)),
            SubjectView::Usual => &self.tenant.tenant.checks.default_issuer,
            SubjectView::Of(issuer) => issuer,
        };
        match issuer_names(self.tenant, issuer) {
            Some(Names::In(namespace)) => {
                let name = names.name(self.ledger, self.tenant, subject, namespace).await?;
                // An address for mail goes only to who chose that issuer (enforcement-events-evidence 3.6).
                let shown = name.filter(|name| *self.view != SubjectView::Usual || !name.contains('@'));
                Ok(shown.and_then(|name| named(name.to_owned(), issuer)))
            }
            Some(Names::Ids) if self.reader.sees_subjects() => Ok(named(subject.to_string(), OWN_IDS)),
            Some(Names::Ids) | None => Ok(None),
        }
    }
}

fn written(envelope: &Envelope<'_>) -> Result<String, Fault> {
    serde_json::to_string(envelope).map_err(|error| Fault::Unreadable {
        what: "event",
        why: error.to_string(),
    })
}

/// When the fact happened, which is not always when it was recorded.
fn happened_at(event: &Happening) -> Timestamp {
    match event.body().and_then(|body| body.happened.as_ref()) {
        Some(Fact::DecisionRecorded { decision }) => decision.taken_at,
        Some(Fact::ConsentExpired(fact)) => fact.consent.valid_until.unwrap_or(event.at),
        Some(Fact::AgreementExpired { agreement }) => agreement.valid_until.unwrap_or(event.at),
        _ => event.at,
    }
}

/// What the event is about, as a path; people only for readers who are told our own ids.
fn about(event: &Happening, tells_ids: bool) -> Option<String> {
    let leaf = event.leaf.audience.as_deref();
    match &event.told {
        Told::Erased => Some("erased".to_owned()),
        Told::OfPerson(body) => {
            let noted = || body.note.as_ref()?.get("agreement")?.as_str();
            match event.entry.family {
                Family::Consent => body.consent.map(|id| format!("consents/{id}")),
                Family::Grant => body.grant.map(|id| format!("grants/{id}")),
                Family::Decision | Family::Approval => Some(format!("decisions/{}", body.decision)),
                Family::Subject => tells_ids.then(|| format!("subjects/{}", body.subject)),
                Family::Token => noted().map(|id| format!("grants/{id}")),
                _ => leaf.map(|client| format!("clients/{client}")),
            }
        }
        Told::OfNobody(body) => {
            let text = |name: &str| body[name].as_str();
            match event.entry.family {
                Family::Client => text("client").map(|id| format!("clients/{id}")),
                Family::Party => text("party").map(|id| format!("parties/{id}")),
                Family::Key => text("kid").map(|id| format!("keys/{id}")),
                Family::Definition => match &body["definition"] {
                    Value::String(id) => Some(format!("definitions/{id}")),
                    wording => wording["id"].as_str().map(|id| format!("definitions/{id}")),
                },
                _ => None,
            }
        }
    }
}
