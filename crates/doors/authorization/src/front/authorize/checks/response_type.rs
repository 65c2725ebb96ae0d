//! Step 6: only codes are given (B12-06).

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match candidate.value("response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(Refusal::new(
            "unsupported_response_type",
            "response_type must be code",
        )),
        None => Err(Refusal::invalid_request("response_type is missing")),
    }
}
