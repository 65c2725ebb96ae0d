//! Step 7: request objects are not supported, and foreign addresses are never fetched (B13-25).

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if candidate.value("request").is_some() {
        return Err(Refusal::new(
            "request_not_supported",
            "request objects are not supported",
        ));
    }
    if candidate.value("request_uri").is_some() {
        return Err(Refusal::new(
            "request_uri_not_supported",
            "request_uri is not supported",
        ));
    }
    Ok(())
}
