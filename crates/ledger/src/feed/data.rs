//! What an event says about its matter, for one reader (enforcement-events-evidence 3.3).

mod accounts;
mod matter;

use consentry_domain::{
    Agreement, ConsentId, DefinitionKey, Fact,
    decision::{Door, EndReason, Outcome, Role},
};
use serde::Serialize;
use serde_json::Value;

use self::matter::{
    ActorData, ConsentData, DecisionData, DefinitionData, GrantData, HoldData, KeyData, Named, TokenData,
    Version,
};
use super::{
    catalogue::Family,
    envelope::OWN_IDS,
    happening::{Happening, Told},
    reader::Reader,
    signal::Passing,
};
use crate::{TenantSnapshot, events::Body};

/// The member `data`. `None` is left out, except where an id was erased.
#[derive(Debug, Default, Serialize)]
pub(super) struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<GrantData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consents: Option<Vec<ConsentId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<DefinitionData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeyData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectData>,
    /// Name spaces of the names that a person got or lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    issuers: Vec<&'a str>,
    /// Our own id of a person who became one with the one that it is about, for readers who are told such ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<ActorData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    door: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regulation: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    changed: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    /// Whether it was taken over from another system, which acted on it already (EVT-15).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    imported: bool,
}

/// A person as a reader knows them.
#[derive(Debug, Serialize)]
pub(crate) struct SubjectData {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
    pub issuer: String,
}

impl SubjectData {
    /// Whether this is our own id and no name that somebody else gave the person.
    pub(crate) fn is_own_id(&self) -> bool {
        self.issuer == OWN_IDS
    }
}

/// What cuts long lists (EVT-08).
struct Cut {
    most: usize,
    was: bool,
}

impl Cut {
    fn list<'a, T>(&mut self, whole: &'a [T]) -> &'a [T] {
        match whole.get(..self.most) {
            Some(part) if part.len() < whole.len() => {
                self.was = true;
                part
            }
            _ => whole,
        }
    }
}

impl<'a> Data<'a> {
    /// The data of an event; lists have at most `most` entries.
    pub(super) fn of(tenant: &'a TenantSnapshot, reader: &Reader, event: &'a Happening, most: usize) -> Self {
        let mut cut = Cut { most, was: false };
        let mut data = match &event.told {
            Told::OfPerson(body) => Self::of_person(tenant, reader, event, body, &mut cut),
            Told::OfNobody(body) => Self::of_nobody(event, body),
            Told::Erased => Self::erased(event),
        };
        data.truncated = cut.was;
        data
    }

    /// The data of a signal; the person is told apart.
    pub(super) fn of_signal(passing: &'a Passing) -> Self {
        Self {
            client: passing
                .client
                .as_ref()
                .map(|client| Named { id: client.as_str() }),
            channel: Some(channel(passing.door)),
            door: Some(passing.door.as_str()),
            reason: passing.reason,
            ..Self::default()
        }
    }

    fn of_person(
        tenant: &'a TenantSnapshot,
        reader: &Reader,
        event: &'a Happening,
        body: &'a Body,
        cut: &mut Cut,
    ) -> Self {
        let mut data = Self {
            channel: Some(channel(body.door)),
            door: Some(body.door.as_str()),
            changed: &body.told.changed,
            regulation: body.regulation(),
            ..Self::default()
        };
        let mut actor = body.told.actor.as_ref();
        match &body.happened {
            Some(Fact::DecisionRecorded { decision }) => {
                actor = Some(&decision.actor);
                data.imported = decision.outcome == Outcome::Imported;
                data.decision = Some(DecisionData::recorded(decision, body, cut));
            }
            Some(Fact::DecisionDeleted { record }) => {
                data.decision = Some(DecisionData::of(body.decision));
                data.consents = Some(vec![record.consent]);
            }
            Some(fact) => {
                if fact.is_of_time() {
                    data.channel = Some("system");
                }
                data.imported = fact.is_imported();
                if let Some(consent) = fact.consent() {
                    actor = actor.or(Some(&consent.actor));
                    data.consent = Some(ConsentData::of(tenant, consent, body));
                    data.reason = match fact {
                        Fact::ConsentExpired(_) => Some("expired"),
                        _ => consent.ended.as_ref().map(|ended| ended.reason.as_str()),
                    };
                }
                if let Some(agreement) = fact.agreement() {
                    actor = agreement.ended.as_ref().map(|ended| &ended.by).or(actor);
                    data.reason = match fact {
                        Fact::AgreementExpired { .. } => Some("expired"),
                        _ => agreement.ended.as_ref().map(|ended| grant_reason(ended.reason)),
                    };
                    data.consents = Some(consents(agreement, body, cut));
                    data.grant = Some(GrantData::of(tenant, agreement, body, cut));
                }
            }
            None => data.noted(event, body),
        }
        data.actor = actor.map(|actor| ActorData::of(actor, reader));
        data
    }

    /// What changes no consent.
    fn noted(&mut self, event: &'a Happening, body: &'a Body) {
        let note = |name: &str| body.note.as_ref().and_then(|note| note.get(name));
        self.reason = note("reason").and_then(Value::as_str);
        if let Some(own) = note("event") {
            self.decision = Some(DecisionData::noted(body.decision, own));
            return;
        }
        if event.entry.family == Family::Subject {
            let spaces = note("issuers").and_then(Value::as_array);
            self.issuers = spaces.into_iter().flatten().filter_map(Value::as_str).collect();
            self.imported = body.notes("imported");
            self.hold = note("hold").and_then(HoldData::of);
        }
        if event.entry.family == Family::Token {
            self.token = Some(TokenData {
                kind: if event.entry.name.starts_with("code") {
                    "code"
                } else {
                    "refresh_token"
                },
                client: event.leaf.audience.as_deref(),
                grant_id: note("agreement"),
            });
        } else if let Some(client) = &event.leaf.audience {
            self.client = Some(Named { id: client });
        }
    }

    fn of_nobody(event: &'a Happening, body: &'a Value) -> Self {
        let mut data = Self {
            actor: Some(ActorData {
                role: Role::System,
                id: None,
            }),
            channel: Some(channel(Door::Operator)),
            door: Some(Door::Operator.as_str()),
            ..Self::default()
        };
        let text = |name: &str| body[name].as_str();
        data.client = text("client").map(|id| Named { id });
        data.party = text("party").map(|id| Named { id });
        data.key = text("kid").map(|kid| KeyData {
            kid,
            algorithm: text("algorithm"),
        });
        data.definition = match &body["definition"] {
            Value::String(id) => Some(DefinitionData::plain(id)),
            Value::Object(wording) => {
                let text = |name: &str| wording.get(name).and_then(Value::as_str);
                text("id").map(|id| DefinitionData {
                    version: text("version").map(Version::Text),
                    locale: text("locale"),
                    digest: text("text"),
                    ..DefinitionData::plain(id)
                })
            }
            _ => None,
        };
        if event.entry.family == Family::Definition
            && let Some(definition) = &mut data.definition
            && definition.id.is_empty()
        {
            data.definition = None;
        }
        data
    }

    /// What is left of an event whose person was erased (EVT-18).
    fn erased(event: &'a Happening) -> Self {
        let mut data = Self {
            erased: true,
            ..Self::default()
        };
        let audience = event.leaf.audience.as_deref();
        match event.entry.family {
            Family::Consent => data.consent = Some(ConsentData::erased(event)),
            Family::Grant => {
                data.grant = Some(GrantData {
                    client: audience,
                    ..GrantData::default()
                });
            }
            Family::Decision | Family::Approval => {
                data.decision = Some(DecisionData::default());
            }
            _ => data.client = audience.map(|id| Named { id }),
        }
        data
    }
}

fn consents(agreement: &Agreement, body: &Body, cut: &mut Cut) -> Vec<ConsentId> {
    let of_scope =
        |definition: &DefinitionKey| agreement.ended.is_some() || body.told.standing.contains(definition);
    let all: Vec<ConsentId> = agreement
        .items
        .iter()
        .filter(|item| of_scope(&item.definition))
        .map(|item| item.consent)
        .collect();
    cut.list(&all).to_vec()
}

/// How a decision reached us, by its door.
const fn channel(door: Door) -> &'static str {
    match door {
        Door::Records => "api",
        Door::Authorization => "oauth",
        Door::Dashboard => "embed",
        Door::Dataspace => "dataspace",
        Door::Preferences => "api",
        Door::Operator => "staff",
    }
}

/// Why a bundle ended, in the words of the catalogue.
const fn grant_reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Superseded => "superseded",
        EndReason::ReuseDetected => "reuse_detected",
        EndReason::Logout => "logout",
        EndReason::Emptied => "emptied",
        EndReason::UserAction
        | EndReason::PartyAction
        | EndReason::RecordRevoked
        | EndReason::RecordDeleted
        | EndReason::RecordMoved
        | EndReason::ClientAction
        | EndReason::ConsentEnded
        | EndReason::Erasure => "revoked",
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::{
        DecisionId, Shard, SubjectId, Timestamp,
        decision::{Actor, CredentialKind, Decision, Outcome},
    };

    use super::*;
    use crate::events::Change;

    #[test]
    fn evt_08_long_lists_are_cut_and_it_is_said() {
        let at = Timestamp::from_seconds(1);
        let subject = SubjectId::new(at, Shard::new(1), [1; 8]);
        let key = |number: usize| DefinitionKey::parse(&format!("scope-{number}")).unwrap();
        let decision = Decision {
            id: DecisionId::new(at, Shard::new(1), [2; 8]),
            subject,
            taken_at: at,
            door: Door::Authorization,
            actor: Actor::subject(subject),
            credential: CredentialKind::Session,
            outcome: Outcome::Approved,
            asked: (0..5).map(key).collect(),
            texts: Vec::new(),
            interaction: None,
            request: None,
        };
        let changes = (0..5_u8).map(|number| Change {
            qualifier: consentry_domain::Qualifier::none(),
            consent: ConsentId::new(at, Shard::new(1), [number; 8]),
            definition: key(usize::from(number)),
            from: None,
            to: "accepted".to_owned(),
        });
        let body = Body {
            decision: decision.id,
            subject,
            door: Door::Authorization,
            consent: None,
            grant: None,
            status: None,
            version: None,
            happened: None,
            note: None,
            told: crate::events::Told {
                changes: changes.collect(),
                ..crate::events::Told::default()
            },
        };
        for (most, kept, was) in [(4, 4, true), (5, 5, false), (usize::MAX, 5, false), (0, 0, true)] {
            let mut cut = Cut { most, was: false };
            let data = DecisionData::recorded(&decision, &body, &mut cut);
            assert_eq!((data.asked.len(), data.changes.unwrap().len()), (kept, kept));
            assert_eq!(cut.was, was, "{most}");
        }
    }
}
