//! What is shown of events and people. Whether a purpose is on is what its slot says, whichever door moved it.

use consentry_domain::{
    Audience, Consent, Qualifier, State, Timestamp, definition::DefinitionKind, tenant::USUAL_REGULATION,
};

use super::model::{Choices, EventBody, Folded, Members, PersonBody, PurposeChoice};
use crate::TenantSnapshot;

/// An event with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    /// The event; its status is what it is now.
    pub event: EventBody,
    /// The person's id.
    pub user_id: String,
    /// By what the first party knows the person.
    pub organization_user_id: Option<String>,
}

/// A person under one regulation (consent-tokens-and-preferences 6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    /// The person's id.
    pub id: String,
    /// By what the first party knows them.
    pub organization_user_id: Option<String>,
    /// What kind of name that is, in the first party's words.
    pub organization_user_id_type: Option<String>,
    /// Raised by one with each change.
    pub version: u32,
    /// When they were first seen.
    pub created_at: Timestamp,
    /// When anything about them last changed.
    pub updated_at: Timestamp,
    /// Free-form.
    pub metadata: Members,
    /// Country of the person.
    pub country: Option<String>,
    /// Country of the last event.
    pub last_seen_country: Option<String>,
    /// The regulation that `choices` belong to.
    pub regulation: String,
    /// What they chose.
    pub choices: Choices,
}

pub(super) fn event(body: &EventBody, person: &PersonBody, now: Timestamp) -> EventView {
    EventView {
        event: EventBody {
            status: body.status_at(now),
            ..body.clone()
        },
        user_id: person.id.clone(),
        organization_user_id: person.organization_user_id.clone(),
    }
}

/// A person under one regulation; `standing` are the consents that decide their slots.
pub(super) fn user(
    tenant: &TenantSnapshot,
    person: &PersonBody,
    (version, created_at): (u32, Timestamp),
    regulation: &str,
    (standing, now): (&[Consent], Timestamp),
) -> UserView {
    let Folded {
        statuses,
        metadata,
        country,
        last_seen_country,
        organization_user_id_type,
        waiting: _,
    } = &person.folded;
    let mut choices = statuses
        .get(regulation)
        .map(|status| status.choices.clone())
        .unwrap_or_default();
    let qualifier = Qualifier::regulation(regulation, USUAL_REGULATION);
    for consent in standing {
        if consent.slot.audience != Audience::None || consent.slot.qualifier != qualifier {
            continue;
        }
        let definition = tenant.definitions.get(&consent.slot.definition);
        if definition.is_none_or(|own| own.kind != DefinitionKind::Purpose) {
            continue;
        }
        let enabled = match consent.state_at(now) {
            State::Accepted | State::Restricted => Some(true),
            State::Denied | State::Revoked | State::Superseded => Some(false),
            State::Expired => None,
            State::Pending | State::Erased => continue,
        };
        let id = consent.slot.definition.as_str();
        match choices.purposes.iter_mut().find(|own| own.id == id) {
            // Taken back to nothing by the person's own events, not by a no.
            Some(own) if own.enabled.flatten().is_none() && enabled == Some(false) => {
                let by_other_door = consent.door != consentry_domain::decision::Door::Preferences;
                if by_other_door {
                    own.enabled = Some(enabled);
                }
            }
            Some(own) => own.enabled = Some(enabled),
            None if consent.door == consentry_domain::decision::Door::Preferences => {}
            None => choices.purposes.push(PurposeChoice {
                id: id.to_owned(),
                enabled: Some(enabled),
                ..PurposeChoice::default()
            }),
        }
    }
    UserView {
        id: person.id.clone(),
        organization_user_id: person.organization_user_id.clone(),
        organization_user_id_type: organization_user_id_type.clone(),
        version,
        created_at,
        updated_at: person.updated_at,
        metadata: metadata.clone(),
        country: country.clone(),
        last_seen_country: last_seen_country.clone(),
        regulation: regulation.to_owned(),
        choices,
    }
}
