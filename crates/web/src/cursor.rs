//! Cursors of lists: a text of ours that comes back unchanged, for the same question.
//!
//! What a cursor says is not secret, only authenticated: it must be nothing that its holder did not see already.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_ledger::TenantSnapshot;

/// Bytes of the authentication code that a cursor carries.
const TAG: usize = 16;

/// Longest cursor looked at, in bytes.
const LONGEST: usize = 512;

/// The cursor that says `text` in answer to `question`, which is everything that was asked, of the list `list`.
pub fn encode(tenant: &TenantSnapshot, list: &str, question: &str, text: &str) -> String {
    let tag = tag(tenant, list, question, text);
    URL_SAFE_NO_PAD.encode([&tag[..], text.as_bytes()].concat())
}

/// What a cursor says; none where it is not ours, was altered, or belongs to another question, list or tenant.
pub fn decode(tenant: &TenantSnapshot, list: &str, question: &str, cursor: &str) -> Option<String> {
    if cursor.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (given, text) = bytes.split_at_checked(TAG)?;
    let text = std::str::from_utf8(text).ok()?;
    verify_slices_are_equal(given, &tag(tenant, list, question, text))
        .is_ok()
        .then(|| text.to_owned())
}

fn tag(tenant: &TenantSnapshot, list: &str, question: &str, text: &str) -> [u8; TAG] {
    let code = tenant
        .keys
        .cursor(&[list.as_bytes(), question.as_bytes(), text.as_bytes()]);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&code.as_bytes()[..TAG]);
    tag
}
