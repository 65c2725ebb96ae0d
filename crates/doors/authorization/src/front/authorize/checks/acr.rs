//! `acr_values` chooses how people sign in; it never fails (B13-04).

use consentry_ledger::interactions::assurance::MOST_VALUES;

use super::{Candidate, Refusal};

/// Longest value that is kept, in bytes; longer ones are known to nobody.
const LONGEST: usize = 200;

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let values = candidate.value("acr_values").unwrap_or_default();
    candidate.request.acr_values = kept(values.split(' '));
    Ok(())
}

/// Those of some values that are looked at.
pub(super) fn kept<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    values
        .filter(|value| !value.is_empty() && value.len() <= LONGEST)
        .take(MOST_VALUES)
        .map(str::to_owned)
        .collect()
}
