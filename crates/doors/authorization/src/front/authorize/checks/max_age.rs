//! Step 16: `max_age` is a number of seconds.

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let Some(text) = candidate.value("max_age") else {
        return Ok(());
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(seconds) if digits => {
            candidate.request.max_age = Some(seconds);
            Ok(())
        }
        _ => Err(Refusal::invalid_request("max_age must be a number of seconds")),
    }
}
