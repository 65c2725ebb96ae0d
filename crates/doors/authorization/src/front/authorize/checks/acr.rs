//! `acr_values` chooses how people sign in; it never fails (B13-04).

use consentry_ledger::interactions::{Level, assurance::MOST_VALUES};

use super::{Candidate, Refusal};

/// Longest value that is kept, in bytes; longer ones are known to nobody.
const LONGEST: usize = 200;

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let values = candidate.value("acr_values").unwrap_or_default();
    let values = kept(values.split(' '));
    candidate.request.acr_values = usable(candidate, values);
    Ok(())
}

/// Without those that the tenant offers, and nobody can reach at this address.
pub(super) fn usable(candidate: &Candidate<'_>, mut values: Vec<String>) -> Vec<String> {
    let wanted = &candidate.tenant.tenant.authorization.sign_in;
    values.retain(|value| {
        Level::of(value, wanted)
            .is_none_or(|level| level.is_offered(candidate.sign_in) || !level.is_offered(wanted))
    });
    values
}

/// Those of some values that are looked at.
pub(super) fn kept<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    values
        .filter(|value| !value.is_empty() && value.len() <= LONGEST)
        .take(MOST_VALUES)
        .map(str::to_owned)
        .collect()
}
