//! Self-registration within a request is not supported (OpenID Connect Core 7.2.1).

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match candidate.value("registration") {
        Some(_) => Err(Refusal::new(
            "registration_not_supported",
            "registration is not supported",
        )),
        None => Ok(()),
    }
}
