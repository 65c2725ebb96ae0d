//! What an event says about its matter, for one reader (enforcement-events-evidence 3.3).

mod accounts;

use consentry_domain::{
    Actions, Agreement, AgreementId, Consent, ConsentId, DecisionId, DefinitionKey, Fact, Timestamp,
    decision::{Actor, Decision, Door, EndReason, Outcome, Role, TextShown},
    definition::{DefinitionKind, WordingVersion},
    locale::Locale,
    tenant::USUAL_REGULATION,
};
use serde::Serialize;
use serde_json::Value;

use self::accounts::AccountsData;
use super::{
    catalogue::Family,
    envelope::OWN_IDS,
    happening::{Happening, Told},
    reader::Reader,
};
use crate::{
    TenantSnapshot,
    events::{Body, Change},
    telling,
};

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

#[derive(Debug, Serialize)]
struct ConsentData<'a> {
    id: Option<ConsentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<DefinitionData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<Bundle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    /// What it is narrowed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<&'a Actions>,
}

/// The bundle that a consent is part of.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
enum Bundle {
    Known(AgreementId),
    /// Told as null: whether there was one is not known any more.
    Erased,
}

#[derive(Debug, Serialize)]
struct GrantData<'a> {
    id: Option<AgreementId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Vec<&'a DefinitionKey>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    /// What was said about accounts; none where all are shared and nothing was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<AccountsData<'a>>,
}

#[derive(Debug, Serialize)]
struct DecisionData<'a> {
    id: Option<DecisionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "<[DefinitionKey]>::is_empty")]
    asked: &'a [DefinitionKey],
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a [Change]>,
    #[serde(skip_serializing_if = "<[TextShown]>::is_empty")]
    texts: &'a [TextShown],
    /// How each way of proving it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    validations: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegate: Option<&'a Value>,
}

#[derive(Debug, Serialize)]
struct TokenData<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<&'a Value>,
}

#[derive(Debug, Serialize)]
struct Named<'a> {
    id: &'a str,
}

#[derive(Debug, Serialize)]
struct DefinitionData<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<DefinitionKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Version<'a> {
    Parsed(WordingVersion),
    Text(&'a str),
}

#[derive(Debug, Serialize)]
struct KeyData<'a> {
    kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ActorData<'a> {
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
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
                    data.grant = Some(GrantData::of(agreement, body, cut));
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
            let regulation = own["regulation"].as_str();
            self.regulation = regulation.filter(|regulation| *regulation != USUAL_REGULATION);
            self.decision = Some(DecisionData::noted(body.decision, own));
            return;
        }
        if event.entry.family == Family::Subject {
            let spaces = note("issuers").and_then(Value::as_array);
            self.issuers = spaces.into_iter().flatten().filter_map(Value::as_str).collect();
            self.imported = body.notes("imported");
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
                    id: None,
                    client: audience,
                    version: None,
                    status: None,
                    previous_status: None,
                    scope: None,
                    valid_until: None,
                    accounts: None,
                });
            }
            Family::Decision | Family::Approval => {
                data.decision = Some(DecisionData::erased());
            }
            _ => data.client = audience.map(|id| Named { id }),
        }
        data
    }
}

impl<'a> ConsentData<'a> {
    fn of(tenant: &'a TenantSnapshot, consent: &'a Consent, body: &'a Body) -> Self {
        let key = &consent.slot.definition;
        Self {
            id: Some(consent.id),
            version: Some(consent.version),
            status: Some(match body.status.as_deref() {
                Some("expired") => "expired",
                _ => consent.status.as_str(),
            }),
            previous_status: body.told.previous.as_deref(),
            definition: Some(DefinitionData {
                kind: tenant.definitions.get(key).map(|definition| definition.kind),
                version: consent
                    .wording
                    .as_ref()
                    .map(|wording| Version::Parsed(wording.version)),
                locale: consent
                    .wording
                    .as_ref()
                    .map(|wording| Locale::as_str(&wording.locale)),
                ..DefinitionData::plain(key.as_str())
            }),
            audience: Some(consent.slot.audience.text()).filter(|text| !text.is_empty()),
            grant_id: consent.agreement.map(Bundle::Known),
            valid_from: consent.valid_from,
            valid_until: consent.valid_until,
            actions: consent.actions.as_ref(),
        }
    }

    fn erased(event: &'a Happening) -> Self {
        Self {
            id: None,
            version: None,
            status: None,
            previous_status: None,
            definition: event.leaf.definition.as_ref().map(|definition| DefinitionData {
                version: definition.version.as_deref().map(Version::Text),
                locale: definition.locale.as_deref(),
                digest: definition.text.as_deref(),
                ..DefinitionData::plain(&definition.id)
            }),
            audience: event.leaf.audience.clone(),
            grant_id: Some(Bundle::Erased),
            valid_from: None,
            valid_until: None,
            actions: None,
        }
    }
}

impl<'a> DefinitionData<'a> {
    const fn plain(id: &'a str) -> Self {
        Self {
            id,
            kind: None,
            version: None,
            locale: None,
            digest: None,
        }
    }
}

impl<'a> GrantData<'a> {
    /// `scope` is what stands of a bundle, or what it was made of where it has ended.
    fn of(agreement: &'a Agreement, body: &'a Body, cut: &mut Cut) -> Self {
        let scope: Vec<&DefinitionKey> = if agreement.ended.is_some() {
            let items = cut.list(&agreement.items);
            items.iter().map(|item| &item.definition).collect()
        } else {
            cut.list(&body.told.standing).iter().collect()
        };
        Self {
            id: Some(agreement.id),
            client: Some(agreement.client.as_str()),
            version: Some(agreement.version),
            status: Some(match &body.happened {
                Some(Fact::AgreementExpired { .. }) => "expired",
                _ => telling::status(agreement),
            }),
            previous_status: body.told.previous.as_deref(),
            scope: Some(scope),
            valid_until: agreement.valid_until,
            accounts: AccountsData::of(&agreement.accounts, cut),
        }
    }
}

impl<'a> DecisionData<'a> {
    const fn of(id: DecisionId) -> Self {
        Self {
            id: Some(id),
            ..Self::erased()
        }
    }

    const fn erased() -> Self {
        Self {
            id: None,
            status: None,
            outcome: None,
            taken_at: None,
            asked: &[],
            changes: None,
            texts: &[],
            validations: None,
            delegate: None,
        }
    }

    /// An event of the preferences door, as the log tells of it beside decisions.
    fn noted(id: DecisionId, event: &'a Value) -> Self {
        Self {
            status: event["is"]["status"].as_str(),
            validations: event["is"].get("validations"),
            delegate: event.get("delegate"),
            ..Self::of(id)
        }
    }

    fn recorded(decision: &'a Decision, body: &'a Body, cut: &mut Cut) -> Self {
        Self {
            status: Some("confirmed"),
            outcome: Some(decision.outcome.as_str()),
            taken_at: Some(decision.taken_at),
            asked: cut.list(&decision.asked),
            changes: Some(cut.list(&body.told.changes)),
            texts: cut.list(&decision.texts),
            ..Self::of(decision.id)
        }
    }
}

impl<'a> ActorData<'a> {
    /// A party is named, a member of the staff is not; to a party only itself (EVT-17).
    fn of(actor: &'a Actor, reader: &Reader) -> Self {
        let name = actor.name.as_deref().filter(|_| actor.role == Role::Party);
        Self {
            role: actor.role,
            id: name.filter(|name| reader.party().is_none_or(|own| own.id.as_str() == *name)),
        }
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
        Shard, SubjectId,
        decision::{CredentialKind, Outcome},
    };

    use super::*;

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
