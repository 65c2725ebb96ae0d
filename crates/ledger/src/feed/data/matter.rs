//! What events are about: consents, bundles, decisions and their kin, as followers are told of them.

use std::collections::BTreeSet;

use consentry_domain::{
    Actions, Agreement, AgreementId, Consent, ConsentId, DecisionId, DefinitionKey, Fact, PartyId, Timestamp,
    decision::{Actor, Decision, Role, TextShown},
    definition::{DefinitionKind, WordingVersion},
    locale::Locale,
};
use serde::Serialize;
use serde_json::Value;

use super::{super::happening::Happening, super::reader::Reader, Cut, accounts::AccountsData};
use crate::{
    TenantSnapshot,
    events::{Body, Change},
    telling,
};

/// A consent.
#[derive(Debug, Default, Serialize)]
pub(super) struct ConsentData<'a> {
    pub(super) id: Option<ConsentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) definition: Option<DefinitionData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grant_id: Option<Bundle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<Timestamp>,
    /// What it is narrowed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) actions: Option<&'a Actions>,
}

/// The bundle that a consent is part of.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Bundle {
    Known(AgreementId),
    /// Told as null: whether there was one is not known any more.
    Erased,
}

/// A bundle.
#[derive(Debug, Default, Serialize)]
pub(super) struct GrantData<'a> {
    pub(super) id: Option<AgreementId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<Vec<&'a DefinitionKey>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<Timestamp>,
    /// The data clusters of FDX that what stands opens, or that what it was made of opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) clusters: Vec<String>,
    /// The resources that it is for (RFC 8707).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resource: Vec<&'a str>,
    /// Through whom the client gets the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) intermediary: Option<PartyId>,
    /// What was said about accounts; none where all are shared and nothing was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) accounts: Option<AccountsData<'a>>,
}

/// An act of will.
#[derive(Debug, Default, Serialize)]
pub(super) struct DecisionData<'a> {
    pub(super) id: Option<DecisionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) taken_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "<[DefinitionKey]>::is_empty")]
    pub(super) asked: &'a [DefinitionKey],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changes: Option<&'a [Change]>,
    #[serde(skip_serializing_if = "<[TextShown]>::is_empty")]
    pub(super) texts: &'a [TextShown],
    /// How each way of proving it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validations: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delegate: Option<&'a Value>,
}

/// A credential, without anything that opens something.
#[derive(Debug, Serialize)]
pub(super) struct TokenData<'a> {
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grant_id: Option<&'a Value>,
}

/// Something that is known by its id.
#[derive(Debug, Serialize)]
pub(super) struct Named<'a> {
    pub(super) id: &'a str,
}

/// A definition, and the wording of it.
#[derive(Debug, Serialize)]
pub(super) struct DefinitionData<'a> {
    pub(super) id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<DefinitionKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<Version<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<&'a str>,
}

/// A version, as it is known.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Version<'a> {
    Parsed(WordingVersion),
    Text(&'a str),
}

/// A key of the key ring.
#[derive(Debug, Serialize)]
pub(super) struct KeyData<'a> {
    pub(super) kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm: Option<&'a str>,
}

/// A legal hold, without its reason, which may name anybody.
#[derive(Debug, Serialize)]
pub(super) struct HoldData<'a> {
    pub(super) id: &'a str,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<&'a str>,
}

/// Who did it.
#[derive(Debug, Serialize)]
pub(super) struct ActorData<'a> {
    pub(super) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
}

impl<'a> ConsentData<'a> {
    pub(super) fn of(tenant: &'a TenantSnapshot, consent: &'a Consent, body: &'a Body) -> Self {
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

    pub(super) fn erased(event: &'a Happening) -> Self {
        Self {
            definition: event.leaf.definition.as_ref().map(|definition| DefinitionData {
                version: definition.version.as_deref().map(Version::Text),
                locale: definition.locale.as_deref(),
                digest: definition.text.as_deref(),
                ..DefinitionData::plain(&definition.id)
            }),
            audience: event.leaf.audience.clone(),
            grant_id: Some(Bundle::Erased),
            ..Self::default()
        }
    }
}

impl<'a> DefinitionData<'a> {
    pub(super) const fn plain(id: &'a str) -> Self {
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
    pub(super) fn of(
        tenant: &TenantSnapshot,
        agreement: &'a Agreement,
        body: &'a Body,
        cut: &mut Cut,
    ) -> Self {
        let scope: Vec<&DefinitionKey> = if agreement.ended.is_some() {
            let items = cut.list(&agreement.items);
            items.iter().map(|item| &item.definition).collect()
        } else {
            cut.list(&body.told.standing).iter().collect()
        };
        let clusters: BTreeSet<String> = scope.iter().flat_map(|key| tenant.clusters_of(key)).collect();
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
            clusters: clusters.into_iter().collect(),
            resource: agreement.qualifier.as_resources(),
            intermediary: agreement.disclosure.intermediaries.first().copied(),
            accounts: AccountsData::of(&agreement.accounts, cut),
        }
    }
}

impl<'a> DecisionData<'a> {
    pub(super) fn of(id: DecisionId) -> Self {
        Self {
            id: Some(id),
            ..Self::default()
        }
    }

    /// An event of the preferences door, as the log tells of it beside decisions.
    pub(super) fn noted(id: DecisionId, event: &'a Value) -> Self {
        Self {
            status: event["is"]["status"].as_str(),
            validations: event["is"].get("validations"),
            delegate: event.get("delegate"),
            ..Self::of(id)
        }
    }

    pub(super) fn recorded(decision: &'a Decision, body: &'a Body, cut: &mut Cut) -> Self {
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

impl<'a> HoldData<'a> {
    /// As an event notes it.
    pub(super) fn of(noted: &'a Value) -> Option<Self> {
        Some(Self {
            id: noted["id"].as_str()?,
            until: noted["until"].as_str(),
        })
    }
}

impl<'a> ActorData<'a> {
    /// A party is named, a member of the staff is not; to a party only itself (EVT-17).
    pub(super) fn of(actor: &'a Actor, reader: &Reader) -> Self {
        let name = actor.name.as_deref().filter(|_| actor.role == Role::Party);
        Self {
            role: actor.role,
            id: name.filter(|name| reader.party().is_none_or(|own| own.id.as_str() == *name)),
        }
    }
}
