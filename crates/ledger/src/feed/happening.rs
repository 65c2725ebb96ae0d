//! One event of the log, opened: what the stream, webhooks and every other follower work with.

use consentry_domain::{
    AgreementId, Audience, ClientId, ConsentId, EndpointId, EventId, Fact, SubjectId, Timestamp,
    decision::Door, subject::Namespace, tenant::USUAL_REGULATION,
};
use consentry_store::{EventRow, Hash, chain};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{
    catalogue::{self, EventType, Family},
    filter::Seen,
    position::Position,
};
use crate::{Ledger, TenantSnapshot, error::Fault, events::Body, verify::Opened};

/// What a leaf says beside what the row says (enforcement-events-evidence 8.1).
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Leaf {
    /// The party it concerns, where that is public.
    #[serde(default)]
    pub audience: Option<String>,
    /// The definition it concerns.
    #[serde(default)]
    pub definition: Option<LeafDefinition>,
}

/// A definition as a leaf names it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LeafDefinition {
    /// Its key.
    pub id: String,
    /// Version of the wording.
    #[serde(default)]
    pub version: Option<String>,
    /// Its locale.
    #[serde(default)]
    pub locale: Option<String>,
    /// Its digest.
    #[serde(default)]
    pub text: Option<String>,
}

impl Leaf {
    /// Reads a stored leaf. One that cannot be read says nothing; the check of the log tells the operator.
    pub(crate) fn of(event: &EventRow) -> Self {
        serde_json::from_slice(&event.leaf).unwrap_or_default()
    }
}

/// What an event says.
#[derive(Debug)]
pub(crate) enum Told {
    /// Something about a person.
    OfPerson(Box<Body>),
    /// Something about nobody.
    OfNobody(Value),
    /// Nothing any more: the person was erased.
    Erased,
}

/// One event, opened.
#[derive(Debug)]
pub struct Happening {
    pub(crate) id: EventId,
    pub(crate) at: Timestamp,
    pub(crate) entry: &'static EventType,
    pub(crate) leaf: Leaf,
    pub(crate) leaf_hash: Hash,
    door: Option<Door>,
    /// By the row; none once erased.
    person: Option<SubjectId>,
    pub(crate) told: Told,
    position: Position,
    names: KnownNames,
}

/// A person's names; read once, however many readers are told.
#[derive(Debug, Default)]
pub(crate) struct KnownNames(OnceCell<Vec<(Namespace, String)>>);

impl KnownNames {
    /// The name that somebody has there.
    pub(crate) async fn name(
        &self,
        ledger: &Ledger,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        namespace: Namespace,
    ) -> Result<Option<&str>, Fault> {
        let names = self
            .0
            .get_or_try_init(|| ledger.names_of(tenant, subject))
            .await?;
        let named = names.iter().find(|(own, _)| *own == namespace);
        Ok(named.map(|(_, name)| name.as_str()))
    }
}

impl Happening {
    /// Opens an event; none where the catalogue does not have it.
    pub(crate) async fn open(
        ledger: &Ledger,
        tenant: &TenantSnapshot,
        event: &EventRow,
        leaf: Leaf,
    ) -> Result<Option<Self>, Fault> {
        let Some(entry) = catalogue::find(&event.kind) else {
            return Ok(None);
        };
        let told = match ledger.body(tenant, event).await? {
            Opened::Body(body) => Told::OfPerson(body),
            Opened::Public(body) => Told::OfNobody(body),
            Opened::Erased => Told::Erased,
            Opened::Wrong(what) => {
                tracing::error!(
                    event.index,
                    tenant = %tenant.tenant.slug,
                    "an event is told as if it was erased, since {what}; run `consentry verify-ledger`"
                );
                Told::Erased
            }
        };
        Ok(Some(Self {
            id: event.id,
            at: event.at,
            entry,
            leaf_hash: chain::leaf_hash(&event.leaf),
            leaf,
            door: event.door,
            person: event.subject,
            told,
            position: Position::behind(event),
            names: KnownNames::default(),
        }))
    }

    /// Identity.
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// When it was recorded.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Its entry in the catalogue.
    pub const fn entry(&self) -> &'static EventType {
        self.entry
    }

    /// Its index in the tenant's log.
    pub const fn index(&self) -> u64 {
        self.position.index().saturating_sub(1)
    }

    /// The place right behind it.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The person it is about, as long as that can be known.
    pub fn subject(&self) -> Option<SubjectId> {
        self.body().map(|body| body.subject)
    }

    /// Whether it was taken over from elsewhere, so that it is no news (EVT-15).
    pub fn is_imported(&self) -> bool {
        self.body().is_some_and(|body| {
            body.happened.as_ref().is_some_and(Fact::is_imported) || body.notes("imported")
        })
    }

    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            kind: self.entry.name,
            door: self.door,
            subject: self.person,
            definition: self
                .leaf
                .definition
                .as_ref()
                .map(|definition| definition.id.as_str()),
        }
    }

    pub(crate) fn body(&self) -> Option<&Body> {
        match &self.told {
            Told::OfPerson(body) => Some(body),
            Told::OfNobody(_) | Told::Erased => None,
        }
    }

    /// The webhook endpoint that was switched off, and why.
    pub(crate) fn disabled_endpoint(&self) -> Option<(EndpointId, &str)> {
        let Told::OfNobody(body) = &self.told else {
            return None;
        };
        if self.entry.name != "webhook.endpoint_disabled" {
            return None;
        }
        let endpoint = body["endpoint"].as_str()?.parse().ok()?;
        Some((endpoint, body["reason"].as_str().unwrap_or_default()))
    }

    /// Who became one with the person, by our own id.
    pub(crate) fn merged(&self) -> Option<&str> {
        self.body()?.note.as_ref()?.get("merged")?.as_str()
    }

    /// The regulation under which it counts. What says nothing of one is under the usual one.
    pub(crate) fn regulation(&self) -> &str {
        let own = self.body().and_then(Body::regulation);
        own.unwrap_or(USUAL_REGULATION)
    }

    pub(crate) fn consent_id(&self) -> Option<ConsentId> {
        self.body().and_then(|body| body.consent)
    }

    pub(crate) fn grant_id(&self) -> Option<AgreementId> {
        self.body().and_then(|body| body.grant)
    }

    /// Toward whom it counts. An erased event has what its leaf says; whether that was a client is known by its family.
    pub(crate) fn audience(&self) -> Option<Audience> {
        let of_fact = self.body().and_then(|body| body.happened.as_ref());
        if let Some(consent) = of_fact.and_then(consentry_domain::Fact::consent) {
            return Some(consent.slot.audience.clone()).filter(|audience| *audience != Audience::None);
        }
        let text = self.leaf.audience.as_deref()?;
        match self.entry.family {
            Family::Party => text.parse().ok().map(Audience::Party),
            _ => ClientId::parse(text).ok().map(Audience::Client),
        }
    }

    pub(crate) const fn names(&self) -> &KnownNames {
        &self.names
    }
}
