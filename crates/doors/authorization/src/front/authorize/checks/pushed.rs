//! Step 8: who has to hand requests in beforehand does so (B07-06).

use super::{Candidate, Refusal, Way};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if candidate.way == Way::Browser && candidate.client.must_push(&candidate.tenant.tenant) {
        return Err(Refusal::invalid_request(
            "the request has to be handed in at the pushed authorization request endpoint",
        ));
    }
    Ok(())
}
