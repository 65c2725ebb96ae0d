//! Step 16: `id_token_hint` is an id token of ours for this client, whenever it expired (B13-05, B13-06).

use crate::front::logout::hint;

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let Some(token) = candidate.value("id_token_hint") else {
        return Ok(());
    };
    let refused =
        || Refusal::invalid_request("id_token_hint is not an id token of this issuer for this client");
    let hint = hint::read(candidate.tenant, candidate.issuer, token).ok_or_else(refused)?;
    if hint.client != candidate.client.id.as_str() {
        return Err(refused());
    }
    if candidate
        .request
        .subject_hint
        .as_ref()
        .is_some_and(|demanded| *demanded != hint.subject)
    {
        return Err(Refusal::invalid_request(
            "id_token_hint and claims name different people",
        ));
    }
    candidate.request.subject_hint = Some(hint.subject);
    Ok(())
}
