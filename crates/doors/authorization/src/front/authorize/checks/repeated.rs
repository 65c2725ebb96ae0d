//! Step 5: no parameter but `resource` appears twice (RFC 6749 3.1).

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match candidate.parameters.repeated_except(&["resource"]) {
        Some(repeated) => Err(Refusal::invalid_request(repeated.to_string())),
        None => Ok(()),
    }
}
