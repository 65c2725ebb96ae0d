//! The deletion of a person, as [`crate::erasures`] answers it at every door (enforcement-events-evidence 10.4).

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The deletion of a person at every door.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = erasure)]
#[expect(dead_code, reason = "it only describes")]
pub struct Erasure {
    /// The id that the person had here, which leads to nobody any more.
    id: String,
    #[schema(pattern = "^erasure$")]
    kind: String,
    #[schema(pattern = "^(queued|done)$")]
    status: String,
    /// By what it is found again.
    #[schema(nullable = false)]
    request_ref: Option<String>,
    /// When it was asked for.
    #[schema(nullable = false, format = "date-time")]
    received_at: Option<String>,
    /// When it is finished, or was.
    #[schema(format = "date-time")]
    due_at: String,
    /// Once it is finished.
    #[schema(nullable = false)]
    result: Option<ErasureResult>,
}

/// What an erasure came to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it only describes")]
pub struct ErasureResult {
    /// When the person's key was destroyed.
    #[schema(format = "date-time")]
    erased_at: String,
    /// Where the log says that the person was deleted.
    #[schema(nullable = false)]
    log_index: Option<u64>,
    /// Events of the log whose content nobody can read any more.
    events_made_unreadable: u64,
    /// Third parties that were told, by their client ids.
    parties_notified: Vec<String>,
    /// A JWS (`erasure-certificate+jwt`) with numbers and times, and nothing of the person, signed with a key of the tenant.
    certificate: String,
}

/// An erasure that is finished.
pub fn erasure() -> Value {
    json!({
        "id": "019ca832-6180-7a31-a1b2-c3d4e5f60718",
        "kind": "erasure",
        "status": "done",
        "request_ref": "DSR-4711",
        "received_at": "2026-11-22T09:15:04.120331Z",
        "due_at": "2026-11-22T09:30:05.004117Z",
        "result": {
            "erased_at": "2026-11-22T09:30:05.004117Z",
            "log_index": 4711,
            "events_made_unreadable": 214,
            "parties_notified": ["moneytrack"],
            "certificate": "eyJhbGciOiJFUzI1NiJ9.eyJsb2dfaW5kZXgiOjQ3MTF9.c2ln",
        },
    })
}
