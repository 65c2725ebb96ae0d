//! What became of somebody's erasure, as the doors answer it (enforcement-events-evidence 10.4).

use consentry_domain::{SubjectId, Timestamp};
use consentry_ledger::{erasure::Erasure, holds::Held};
use serde::Serialize;

use crate::{
    error::{ApiError, registry},
    visit::Visit,
};

/// An erasure.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    id: SubjectId,
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<Timestamp>,
    due_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Outcome>,
}

#[derive(Debug, Clone, Serialize)]
struct Outcome {
    erased_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_index: Option<u64>,
    events_made_unreadable: u64,
    parties_notified: Vec<String>,
    certificate: String,
}

/// An erasure with its certificate, once it is finished.
pub fn shown(visit: &Visit, erasure: Erasure) -> Result<Shown, ApiError> {
    let base = visit.base_url();
    let certificate = visit
        .ledger()
        .erasure_certificate(&visit.tenant, &base, &erasure)?;
    let result = erasure
        .outcome
        .zip(certificate)
        .map(|(outcome, certificate)| Outcome {
            erased_at: outcome.erased_at,
            log_index: outcome.log_index,
            events_made_unreadable: outcome.events_made_unreadable,
            parties_notified: outcome.parties_notified,
            certificate,
        });
    Ok(Shown {
        id: erasure.id,
        kind: "erasure",
        status: if result.is_some() { "done" } else { "queued" },
        request_ref: erasure.reference,
        received_at: erasure.received_at,
        due_at: erasure.due_at,
        result,
    })
}

/// 409, where something holds what is known of the person. Why is told to administrators only.
pub fn held(held: Held) -> ApiError {
    let detail = match held.until {
        Some(until) => format!("the data are kept until {until}"),
        None => "the data are kept until the hold is taken away".to_owned(),
    };
    ApiError::new(&registry::LEGAL_HOLD).detail(detail)
}
