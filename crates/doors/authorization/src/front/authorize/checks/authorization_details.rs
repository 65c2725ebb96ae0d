//! Step 15: rich authorization requests are not supported, and must not be mistaken for granted (RFC 9396 5).

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match candidate.value("authorization_details") {
        Some(_) => Err(Refusal::new(
            "invalid_authorization_details",
            "authorization_details are not supported",
        )),
        None => Ok(()),
    }
}
