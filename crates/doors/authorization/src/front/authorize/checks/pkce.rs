//! Step 13: proof keys, S256 only (RFC 7636, B02-01 to B02-04, B12-02).

use consentry_domain::client::Pkce;

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let method = candidate.value("code_challenge_method");
    let Some(challenge) = candidate.value("code_challenge") else {
        return match (candidate.client.pkce, method) {
            (Pkce::Allow, None) => Ok(()),
            _ => Err(Refusal::invalid_request("code_challenge is missing")),
        };
    };
    // RFC 7636 4.3: an absent method means plain.
    if method != Some("S256") {
        return Err(Refusal::invalid_request("code_challenge_method must be S256"));
    }
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(unreserved) {
        return Err(Refusal::invalid_request(
            "code_challenge must be 43 to 128 unreserved characters",
        ));
    }
    candidate.request.code_challenge = Some(challenge.to_owned());
    Ok(())
}
