//! `ui_locales` never fails (B13-04): the tags that are none are left out.

use consentry_domain::locale::Locale;

use super::{Candidate, Refusal};

/// Most tags looked at.
const MOST: usize = 8;

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let tags = candidate.value("ui_locales").unwrap_or_default().split(' ');
    candidate.request.ui_locales = tags
        .filter(|tag| Locale::parse(tag).is_ok())
        .take(MOST)
        .map(str::to_owned)
        .collect();
    Ok(())
}
