//! `ETag` and `If-Match` of single records (consent-api 15; RFC 9110 8.8.3, 13.1.1).

use consentry_ledger::records::{Precondition, Revision};
use consentry_web::conditional::Tags;
use http::{HeaderMap, header};

use crate::failure::{Code, Failure};

/// The entity tag of a state of a record.
pub(crate) fn tag(revision: Revision) -> String {
    format!("\"{revision}\"")
}

/// What `If-Match` demands. Weak tags never match, and neither do tags that are not ours; `*` asks for a record, which there is
/// whenever this is looked at.
pub(crate) fn read(headers: &HeaderMap) -> Result<Precondition, Failure> {
    let tags = Tags::read(headers, &header::IF_MATCH).map_err(|_| malformed())?;
    Ok(match tags {
        None | Some(Tags::Any) => Precondition::None,
        Some(Tags::Listed(tags)) => Precondition::OneOf(
            tags.iter()
                .filter(|tag| !tag.is_weak)
                .filter_map(|tag| tag.opaque.parse::<Revision>().ok())
                .collect(),
        ),
    })
}

fn malformed() -> Failure {
    Failure::new(
        Code::InvalidRequest,
        "the header If-Match must be * or a list of entity tags",
    )
}
