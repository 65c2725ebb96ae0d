//! Answers on the wire (enforcement-events-evidence 2.3; CHK-10, CHK-12).

use std::collections::BTreeMap;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use consentry_domain::{
    AgreementId, Audience, Consent, ConsentId, GrantId, Timestamp, definition::WordingVersion,
};
use consentry_ledger::checks::{Reason, Verdict};
use consentry_web::{error::ApiError, headers, visit::Visit};
use serde::Serialize;

use crate::reason::sentence;

/// One decision.
#[derive(Serialize)]
pub(crate) struct Decision {
    decision: bool,
    context: Context,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Context {
    Judged(Box<Judged>),
    /// An item of a batch that is no question.
    Broken {
        reason_code: &'static str,
        error: Error,
        #[serde(skip_serializing_if = "Option::is_none")]
        short_circuit: Option<&'static str>,
    },
}

#[derive(Serialize)]
struct Error {
    status: u16,
    message: String,
}

#[derive(Serialize)]
struct Judged {
    reason_code: &'static str,
    /// By language, where the asker named one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    reason_user: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<ConsentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<Grant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<Definition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    evaluated_at: Timestamp,
    max_age: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_circuit: Option<&'static str>,
}

/// The grant that was named in the question, or else the bundle that the consent is part of, which events name (2.5).
#[derive(Serialize)]
#[serde(untagged)]
enum Grant {
    Named(GrantId),
    Bundle(AgreementId),
}

#[derive(Serialize)]
struct Definition {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<WordingVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<WordingVersion>,
}

impl Decision {
    /// `visit` says in which language, if any, the person shall hear why.
    pub(crate) fn of(visit: &Visit, verdict: &Verdict) -> Self {
        let consent = verdict.consent.as_ref();
        let bundle = || consent?.agreement.map(Grant::Bundle);
        let audience = consent.filter(|consent| consent.slot.audience != Audience::None);
        Self {
            decision: verdict.is_permit(),
            context: Context::Judged(Box::new(Judged {
                reason_code: verdict.reason.as_str(),
                reason_user: sentence(verdict.reason, &visit.languages).into_iter().collect(),
                consent_id: consent.map(|consent| consent.id),
                grant_id: verdict.grant.map(Grant::Named).or_else(bundle),
                definition: consent.map(|consent| Definition {
                    id: consent.slot.definition.as_str().to_owned(),
                    version: consent.wording.as_ref().map(|wording| wording.version),
                    current_version: verdict.current_version,
                }),
                audience: audience.map(|consent| consent.slot.audience.text()),
                since: consent.and_then(|consent| since(verdict.reason, consent)),
                valid_from: consent.and_then(|consent| consent.valid_from),
                valid_until: consent.and_then(|consent| consent.valid_until),
                version: consent.map(|consent| consent.version),
                evaluated_at: verdict.evaluated_at,
                max_age: verdict.max_age,
                short_circuit: None,
            })),
        }
    }

    /// What stands at the place of an item that is no question (CHK-19).
    pub(crate) fn broken(error: &ApiError) -> Self {
        Self {
            decision: false,
            context: Context::Broken {
                reason_code: "error",
                error: Error {
                    status: error.status().as_u16(),
                    message: error.message().to_owned(),
                },
                short_circuit: None,
            },
        }
    }

    /// Says that no further question was looked at, by which rule (CHK-20).
    pub(crate) fn short_circuited(mut self, rule: &'static str) -> Self {
        match &mut self.context {
            Context::Judged(judged) => judged.short_circuit = Some(rule),
            Context::Broken { short_circuit, .. } => *short_circuit = Some(rule),
        }
        self
    }

    pub(crate) const fn is_permit(&self) -> bool {
        self.decision
    }
}

/// Since when it is no longer allowed.
fn since(reason: Reason, consent: &Consent) -> Option<Timestamp> {
    match reason {
        Reason::Expired => consent.valid_until,
        Reason::Denied | Reason::Revoked => Some(
            consent
                .ended
                .as_ref()
                .map_or(consent.updated_at, |ended| ended.at),
        ),
        _ => None,
    }
}

/// 200, not to be kept by caches on the way.
pub(crate) fn ok(answer: &impl Serialize) -> Response {
    (headers::api(), Json(answer)).into_response()
}
