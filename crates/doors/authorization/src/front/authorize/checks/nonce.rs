//! Step 17: `nonce`, at most 512 characters.

use super::{Candidate, Refusal};

/// Longest accepted value, in characters.
const LONGEST: usize = 512;

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let Some(nonce) = candidate.value("nonce") else {
        return Ok(());
    };
    if nonce.chars().count() > LONGEST {
        return Err(Refusal::invalid_request("nonce is longer than 512 characters"));
    }
    candidate.request.nonce = Some(nonce.to_owned());
    Ok(())
}
