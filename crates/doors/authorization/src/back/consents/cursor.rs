//! Cursors of lists: a position that came from us, for the same question.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{AgreementId, Timestamp};
use consentry_jose::constant_time_eq;
use consentry_ledger::TenantSnapshot;

/// Where a page ended: creation time and id of its last entry.
pub(super) type Position = (Timestamp, AgreementId);

/// Bytes of the authentication code that a cursor carries.
const TAG: usize = 16;

/// The cursor of a position. `question` is what was asked, in one text.
pub(super) fn encode(tenant: &TenantSnapshot, question: &str, (at, id): Position) -> String {
    let position = format!("{}:{id}", at.as_micros());
    let tag = tag(tenant, question, &position);
    URL_SAFE_NO_PAD.encode([&tag[..], position.as_bytes()].concat())
}

/// The position of a cursor; none where it is not ours or belongs to another question.
pub(super) fn decode(tenant: &TenantSnapshot, question: &str, cursor: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (given, position) = bytes.split_at_checked(TAG)?;
    let position = std::str::from_utf8(position).ok()?;
    if !constant_time_eq(given, &tag(tenant, question, position)) {
        return None;
    }
    let (at, id) = position.split_once(':')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

fn tag(tenant: &TenantSnapshot, question: &str, position: &str) -> [u8; TAG] {
    let code = tenant
        .keys
        .cursor(&[b"consents", question.as_bytes(), position.as_bytes()]);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&code.as_bytes()[..TAG]);
    tag
}
