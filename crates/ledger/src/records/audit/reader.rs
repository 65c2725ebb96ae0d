//! Reading changes back out of the log, for audits.

use std::collections::{BTreeMap, HashMap};

use consentry_domain::{
    DecisionId, Fact, Timestamp,
    command::Answer,
    decision::{Actor, Decision, Door},
};
use consentry_store::EventRow;
use serde_json::Value;

use super::{Attributes, ChangeType, Note, Touched, account_reference, note::NAME};
use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, ReadLog},
    error::Fault,
    events::Body,
    stored_json::from_json,
    verify::Opened,
};

/// Events read at a time.
const PAGE: u32 = 1_000;

/// What a change was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A definition.
    Definition,
    /// A wording.
    Localization,
    /// A record.
    Consent,
    /// An account of the principal directory.
    Account,
}

/// One effective change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Request it came with.
    pub request: Option<String>,
    /// What changed.
    pub resource: Resource,
    /// How.
    pub change: ChangeType,
    /// Which attributes.
    pub touched: Touched,
    /// Distinguished name of who asked, or the name of the client or account where another door knows no other.
    pub request_dn: Option<String>,
    /// Client of the token it was asked with.
    pub client: Option<String>,
    /// The door it happened at.
    pub door: Door,
    /// Identity of what changed; of an account that is not there any more, how the log names it.
    pub id: String,
    /// Id of the definition.
    pub definition: Option<String>,
    /// Attributes after the change, or before a deletion, by their names on the wire; never `data`, `consentContext` or texts.
    pub attributes: BTreeMap<String, Value>,
}

/// Goes through a tenant's log from its beginning.
#[derive(Debug)]
pub struct AuditReader<'a> {
    ledger: &'a Ledger,
    tenant: &'a TenantSnapshot,
    pub(super) index: u64,
    /// Names of the accounts that are there, by how the log names them.
    accounts: HashMap<String, String>,
    /// The decision that the next events belong to.
    decision: Option<Decided>,
}

#[derive(Debug)]
struct Decided {
    id: DecisionId,
    request: Option<String>,
    actor: Actor,
    /// Whether its change was noted beside it.
    noted: bool,
}

impl Ledger {
    /// Reads the changes of a tenant.
    pub fn audit<'a>(&'a self, tenant: &'a TenantSnapshot, permit: &Permit<ReadLog>) -> AuditReader<'a> {
        tracing::info!(caller = ?permit.caller(), tenant = %tenant.tenant.slug, "reading the audit");
        AuditReader::at(self, tenant, 0)
    }
}

impl<'a> AuditReader<'a> {
    /// Begins with this event of the log; it has to be the first of its commit.
    pub(super) fn at(ledger: &'a Ledger, tenant: &'a TenantSnapshot, index: u64) -> Self {
        let accounts = tenant
            .principals
            .all()
            .map(|entry| (account_reference(tenant, &entry.dn), entry.dn.clone()))
            .collect();
        Self {
            ledger,
            tenant,
            index,
            accounts,
            decision: None,
        }
    }

    /// The next changes, in order; none at the end of the log. What was erased is left out.
    pub async fn next_page(&mut self) -> Result<Option<Vec<AuditEntry>>, Fault> {
        let store = &self.ledger.inner.store;
        let page = store.events(self.tenant.id(), self.index, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        self.index = last.index.saturating_add(1);
        let mut entries = Vec::new();
        for event in &page {
            match self.ledger.body(self.tenant, event).await? {
                Opened::Body(body) => entries.extend(self.of_person(event, &body).await?),
                Opened::Public(body) => entries.extend(of_configuration(event, &body, &self.accounts)),
                Opened::Erased | Opened::Wrong(_) => {}
            }
        }
        Ok(Some(entries))
    }

    async fn of_person(&mut self, event: &EventRow, body: &Body) -> Result<Option<AuditEntry>, Fault> {
        match &body.happened {
            Some(Fact::DecisionRecorded { decision }) => {
                let note = body.note.as_ref().and_then(|note| note.get(NAME));
                self.decision = Some(Decided {
                    id: decision.id,
                    request: decision.request.clone(),
                    actor: decision.actor.clone(),
                    noted: note.is_some(),
                });
                let Some(note) = note else { return Ok(None) };
                let note: Note = from_json(&note.to_string(), "record change")?;
                Ok((!note.moved_away).then(|| noted(event.at, decision, note)))
            }
            Some(fact) if body.door != Door::Records && !self.is_noted(body.decision) => {
                self.elsewhere(event.at, body, fact).await
            }
            _ => Ok(None),
        }
    }

    fn is_noted(&self, decision: DecisionId) -> bool {
        let last = self.decision.as_ref();
        last.is_some_and(|last| last.id == decision && last.noted)
    }

    /// A change of a record that another door's decision caused.
    async fn elsewhere(&self, at: Timestamp, body: &Body, fact: &Fact) -> Result<Option<AuditEntry>, Fault> {
        let Some(consent_fact) = fact.consent_fact() else {
            return Ok(None);
        };
        let consent = &consent_fact.consent;
        let Some(answer) = Answer::of_state(consent.state_at(at)) else {
            return Ok(None);
        };
        let decided = self
            .decision
            .as_ref()
            .filter(|decision| decision.id == body.decision);
        let actor = decided.map_or(&consent.actor, |decided| &decided.actor);
        let request_dn = match actor.subject {
            Some(person) => self.ledger.dn_of(self.tenant, person).await?.map(String::from),
            None => actor.name.clone(),
        };
        let subject_dn = self
            .ledger
            .dn_of(self.tenant, consent.slot.subject)
            .await?
            .map(String::from);
        let mut attributes = Attributes::from([
            ("status".to_owned(), answer.as_str().into()),
            (
                "definition.id".to_owned(),
                consent.slot.definition.as_str().into(),
            ),
        ]);
        let mut set = |name: &str, value: Option<String>| {
            attributes.extend(value.map(|value| (name.to_owned(), Value::from(value))));
        };
        set("subjectDN", subject_dn.clone());
        set("subject", subject_dn);
        set(
            "audience",
            Some(consent.slot.audience.text()).filter(|text| !text.is_empty()),
        );
        let wording = consent.wording.as_ref();
        set(
            "definition.version",
            wording.map(|wording| wording.version.to_string()),
        );
        set(
            "definition.locale",
            wording.map(|wording| wording.locale.as_str().to_owned()),
        );
        let is_new = consent_fact.record.is_some();
        let touched = if is_new {
            Touched::between(&Attributes::new(), &attributes)
        } else {
            Touched {
                updated: vec!["status".to_owned()],
                ..Touched::default()
            }
        };
        Ok(Some(AuditEntry {
            at,
            request: decided.and_then(|decided| decided.request.clone()),
            resource: Resource::Consent,
            change: if is_new {
                ChangeType::Create
            } else {
                ChangeType::Update
            },
            touched,
            request_dn,
            client: None,
            door: body.door,
            id: consent.record.to_string(),
            definition: Some(consent.slot.definition.as_str().to_owned()),
            attributes,
        }))
    }
}

fn noted(at: Timestamp, decision: &Decision, note: Note) -> AuditEntry {
    let mut attributes = if note.change == ChangeType::Delete {
        note.was
    } else {
        note.is
    };
    attributes
        .retain(|name, _| !matches!(name.as_str(), "data" | "consentContext") && !name.ends_with("Text"));
    AuditEntry {
        at,
        request: decision.request.clone(),
        resource: Resource::Consent,
        change: note.change,
        touched: note.touched,
        request_dn: note.request_dn,
        client: note.client,
        door: decision.door,
        id: note.record.to_string(),
        definition: attributes
            .get("definition.id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        attributes,
    }
}

/// A change of configuration; `accounts` are the accounts that are there, by how the log names them.
fn of_configuration(
    event: &EventRow,
    body: &Value,
    accounts: &HashMap<String, String>,
) -> Option<AuditEntry> {
    let (resource, named) = match event.kind.as_str() {
        "definition.published" | "definition.retired" => (Resource::Definition, body),
        "localization.published" | "localization.retired" => (Resource::Localization, &body["definition"]),
        "account.changed" | "account.retired" => (Resource::Account, body),
        _ => return None,
    };
    let text = |name: &str| named[name].as_str().map(str::to_owned);
    let (id, definition) = match resource {
        Resource::Localization => (text("locale")?, Some(text("id")?)),
        Resource::Account => {
            let reference = text("account")?;
            (accounts.get(&reference).cloned().unwrap_or(reference), None)
        }
        _ => (text("definition")?, Some(text("definition")?)),
    };
    let mut attributes = Attributes::new();
    for name in ["locale", "version"] {
        attributes.extend(text(name).map(|value| (name.to_owned(), Value::from(value))));
    }
    let touched: Touched = serde_json::from_value(body["touched"].clone()).unwrap_or_default();
    let is_new = touched.added.iter().any(|name| name == "id");
    let by = |name: &str| body[name].as_str().map(str::to_owned);
    Some(AuditEntry {
        at: event.at,
        request: by("request"),
        resource,
        change: if event.kind.ends_with(".retired") {
            ChangeType::Delete
        } else if is_new {
            ChangeType::Create
        } else {
            ChangeType::Update
        },
        touched,
        request_dn: None,
        client: by("by_client"),
        door: Door::Operator,
        id,
        definition,
        attributes,
    })
}
