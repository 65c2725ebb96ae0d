//! Cursors of lists: a position that came from us, for the same question.

use consentry_domain::{AgreementId, Timestamp};
use consentry_ledger::TenantSnapshot;
use consentry_web::cursor;

/// Where a page ended: creation time and id of its last entry.
pub(super) type Position = (Timestamp, AgreementId);

/// What tells these cursors from those of other lists.
const LIST: &str = "consents";

/// The cursor of a position. `question` is what was asked, in one text.
pub(super) fn encode(tenant: &TenantSnapshot, question: &str, (at, id): Position) -> String {
    cursor::encode(tenant, LIST, question, &format!("{}:{id}", at.as_micros()))
}

/// The position of a cursor; none where it is not ours or belongs to another question.
pub(super) fn decode(tenant: &TenantSnapshot, question: &str, cursor: &str) -> Option<Position> {
    let text = cursor::decode(tenant, LIST, question, cursor)?;
    let (at, id) = text.split_once(':')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}
