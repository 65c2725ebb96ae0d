//! Does the consent that stands now cover that use? The one rule behind tokens, introspection and checks.

use crate::{
    Consent, DefinitionKey, Slot, Status, Timestamp, consent::State, definition::Definition, scope::Scope,
};

/// What of a scope is covered by standing consent at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The values that may be used.
    pub covered: Scope,
    /// The values that may not.
    pub uncovered: Scope,
    /// The earliest end among the consents that cover; none when none of them ends. Tokens end then at the latest (TPA-TOK-01).
    pub valid_until: Option<Timestamp>,
}

impl Coverage {
    /// Whether what is left can be used at all: something is covered and no value of `required` is missing.
    pub fn is_usable(&self, required: &[DefinitionKey]) -> bool {
        !self.covered.is_empty()
            && !self
                .uncovered
                .values()
                .iter()
                .any(|value| required.contains(value))
    }
}

/// Why nothing may be done under the consent that decides a slot (enforcement-events-evidence 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing was ever decided, or it is erased.
    NoConsent,
    /// Asked, not yet answered.
    Pending,
    /// Refused when asked.
    Denied,
    /// Withdrawn, or replaced.
    Revoked,
    /// Its end was reached.
    Expired,
    /// Its definition has no such action.
    UnknownAction,
    /// It stands, but not for this action.
    Restricted,
}

/// The consent that decides a slot, if something may be done under it now.
pub fn standing(deciding: Option<&Consent>, now: Timestamp) -> Result<&Consent, Refusal> {
    let consent = deciding.ok_or(Refusal::NoConsent)?;
    match consent.state_at(now) {
        State::Accepted | State::Restricted => Ok(consent),
        State::Pending => Err(Refusal::Pending),
        State::Denied => Err(Refusal::Denied),
        State::Revoked | State::Superseded => Err(Refusal::Revoked),
        State::Expired => Err(Refusal::Expired),
        State::Erased => Err(Refusal::NoConsent),
    }
}

/// Whether a consent that stands allows an action with what it is about.
pub fn allows(definition: &Definition, consent: &Consent, action: &str) -> Result<(), Refusal> {
    if !definition.has_action(action) {
        return Err(Refusal::UnknownAction);
    }
    match &consent.actions {
        Some(actions) if !actions.contains(action) => Err(Refusal::Restricted),
        _ => Ok(()),
    }
}

/// The consent that speaks for a consent of a bundle. Its slot may have been decided by a record that a back end wrote over it; then
/// that record's consent speaks, since only what the slot points to is evaluated. What a newer bundle took over speaks for that one.
pub fn speaking<'a>(own: &'a Consent, deciding: Option<&'a Consent>) -> &'a Consent {
    deciding
        .filter(|deciding| deciding.agreement.is_none())
        .filter(|_| !matches!(own.status, Status::Superseded | Status::Erased))
        .unwrap_or(own)
}

/// Judges each value of `scope` by the consent that decides its slot. `deciding` looks a slot up; `slot_of` names the slot of a
/// value. A token says nothing about actions, so what is narrowed to some of them is not covered: its holder would take it for all.
pub fn coverage<'a>(
    scope: &Scope,
    slot_of: impl Fn(&DefinitionKey) -> Slot,
    deciding: impl Fn(&Slot) -> Option<&'a Consent>,
    now: Timestamp,
) -> Coverage {
    let mut valid_until: Option<Timestamp> = None;
    let covered = scope.filter(|value| {
        let Some(consent) = deciding(&slot_of(value)).filter(|consent| consent.is_in_force_for_all(now))
        else {
            return false;
        };
        valid_until = match (valid_until, consent.valid_until) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        true
    });
    let uncovered = scope.filter(|value| !covered.values().contains(value));
    Coverage {
        covered,
        uncovered,
        valid_until,
    }
}
