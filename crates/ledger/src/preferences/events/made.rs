//! What a wish comes to as an event, and what must be true of it.

use std::collections::BTreeMap;

use consentry_domain::Timestamp;

use super::EventWish;
use crate::{
    TenantSnapshot,
    preferences::{
        PreferenceError, Wrong,
        merge::merge_members,
        model::{EventBody, EventStatus, Method, Validation},
        proof::MOST_PROOFS,
        token::ConsentToken,
    },
};

/// The event that a wish comes to, with what the token says about every event (4.4).
pub(super) fn body(
    tenant: &TenantSnapshot,
    wish: &EventWish,
    token: Option<&ConsentToken>,
    (id, number): (String, u64),
    now: Timestamp,
) -> EventBody {
    let template = token.and_then(|token| token.detail.event.as_ref());
    let mut metadata = wish.metadata.clone();
    let mut user = wish.user.clone();
    if let Some(template) = template {
        merge_members(&mut metadata, template.metadata.as_ref());
        merge_members(&mut user.metadata, template.user_metadata.as_ref());
    }
    let settings = &tenant.tenant.preferences;
    let asks = |token: &ConsentToken| {
        let said = token.detail.validations.as_ref().or(wish.validations.as_ref());
        said.unwrap_or(&settings.validations).clone()
    };
    let validations = token.map(asks).filter(|all| all.values().any(|own| own.enabled));
    let is_asked = validations
        .as_ref()
        .is_some_and(|all| all.values().any(|own| own.holds_back()));
    let is_pending = wish.is_pending || is_asked;
    let created_at = wish.created_at.filter(|_| token.is_none()).unwrap_or(now);
    EventBody {
        id,
        number,
        decision: None,
        created_at,
        updated_at: now,
        applied_at: created_at,
        status: if is_pending {
            EventStatus::PendingApproval
        } else {
            EventStatus::Confirmed
        },
        regulation: wish
            .regulation
            .clone()
            .or_else(|| template?.regulation.clone())
            .unwrap_or_else(|| consentry_domain::tenant::USUAL_REGULATION.to_owned()),
        domain: wish.domain.clone(),
        metadata,
        user,
        choices: wish.choices.clone(),
        delegate: match token {
            Some(token) => token.detail.delegate.clone(),
            None => wish.delegate.clone(),
        },
        validations,
        approval_until: is_asked.then(|| now.plus(settings.approval_lifetime)),
        decided: BTreeMap::new(),
        proofs: Vec::new(),
        hidden: false,
    }
}

/// An event has so many files at the most.
pub(super) fn check_proofs(body: &EventBody) -> Result<(), PreferenceError> {
    if body.proofs.len() <= MOST_PROOFS {
        return Ok(());
    }
    Err(PreferenceError::Invalid(vec![Wrong {
        index: None,
        path: "proofs".to_owned(),
        why: format!("are more than {MOST_PROOFS}"),
    }]))
}

/// What a token asks for must be possible (7.4).
pub(super) fn check_validations(body: &EventBody, has_address: bool) -> Result<(), PreferenceError> {
    let refuse = |path: &str, why: &str| {
        Err(PreferenceError::Invalid(vec![Wrong {
            index: None,
            path: path.to_owned(),
            why: why.to_owned(),
        }]))
    };
    let asked = body.validations.iter().flatten();
    let is_file =
        |(method, validation): &(&Method, &Validation)| validation.enabled && **method != Method::Email;
    let needed = asked.clone().filter(is_file).count();
    for (method, validation) in asked {
        if !validation.enabled {
            continue;
        }
        match method {
            Method::Signature if !body.proofs.iter().any(|proof| proof.is_picture) => {
                return refuse("proofs", "a picture of a signature is asked for");
            }
            Method::File if body.proofs.len() < needed => {
                return refuse("proofs", "a document is asked for");
            }
            Method::Signature | Method::File => {}
            Method::Email if !has_address => {
                return refuse("user.metadata.email", "an address is needed to confirm by mail");
            }
            Method::Email => {}
        }
    }
    Ok(())
}
