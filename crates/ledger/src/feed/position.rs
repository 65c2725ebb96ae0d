//! Where somebody stands in a tenant's log, and the sealed text that says so.

use consentry_store::{EventRow, Hash, LogHead, chain};

use crate::{TenantSnapshot, opaque::base64url};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Name of the log that is read. A log that was sealed has a successor with another name, whose cursors are others.
const LOG: &str = "main";

/// Bytes of the chain value that a position carries.
const MARK: usize = 8;

/// Bytes of the authentication code of a cursor.
const TAG: usize = 16;

/// A place between two events of one log: what comes next, and what came before, so that a log that was rolled back and went on
/// otherwise is noticed (enforcement-events-evidence 8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub(crate) index: u64,
    pub(crate) mark: [u8; MARK],
}

impl Position {
    /// Before the first event.
    pub fn beginning() -> Self {
        Self::at(0, &chain::start(0))
    }

    /// Behind the last event.
    pub fn end(head: &LogHead) -> Self {
        Self::at(head.size, &head.chain)
    }

    /// Right behind an event.
    pub fn behind(event: &EventRow) -> Self {
        Self::at(event.index.saturating_add(1), &event.chain)
    }

    /// Index of the event that comes next.
    pub const fn index(self) -> u64 {
        self.index
    }

    pub(crate) fn at(index: u64, chain: &Hash) -> Self {
        let mut mark = [0; MARK];
        mark.copy_from_slice(&chain.as_bytes()[..MARK]);
        Self { index, mark }
    }

    /// Whether an event with this chain value is the one before.
    pub(crate) fn is_behind(self, chain: &Hash) -> bool {
        chain.as_bytes()[..MARK] == self.mark
    }

    /// The cursor for a reader and what it asked, sealed: a position tells how much happens here. The same position has the same
    /// text (a code over all of it, which is also what its bytes are masked with).
    pub(crate) fn sealed(self, tenant: &TenantSnapshot, question: &str) -> String {
        let plain = self.bytes();
        let tag = tag(tenant, question, &plain);
        let masked = masked(tenant, &tag, plain);
        base64url(&[&tag[..], &masked[..]].concat())
    }

    /// What [`Self::sealed`] gave; none where it is not ours, was altered, or belongs to another question, reader or tenant.
    pub(crate) fn opened(tenant: &TenantSnapshot, question: &str, cursor: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (given, rest) = bytes.split_at_checked(TAG)?;
        let given: [u8; TAG] = given.try_into().ok()?;
        let plain = masked(tenant, &given, rest.try_into().ok()?);
        aws_lc_rs::constant_time::verify_slices_are_equal(&given, &tag(tenant, question, &plain)).ok()?;
        let (index, mark) = plain.split_at(8);
        Some(Self {
            index: u64::from_be_bytes(index.try_into().ok()?),
            mark: mark.try_into().ok()?,
        })
    }

    fn bytes(self) -> [u8; 8 + MARK] {
        let mut bytes = [0; 8 + MARK];
        bytes[..8].copy_from_slice(&self.index.to_be_bytes());
        bytes[8..].copy_from_slice(&self.mark);
        bytes
    }
}

fn tag(tenant: &TenantSnapshot, question: &str, plain: &[u8]) -> [u8; TAG] {
    let code = tenant
        .keys
        .cursor(&[b"events", LOG.as_bytes(), question.as_bytes(), plain]);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&code.as_bytes()[..TAG]);
    tag
}

fn masked(tenant: &TenantSnapshot, tag: &[u8; TAG], mut bytes: [u8; 8 + MARK]) -> [u8; 8 + MARK] {
    let mask = tenant.keys.cursor(&[b"events-mask", tag]);
    for (byte, mask) in bytes.iter_mut().zip(mask.as_bytes()) {
        *byte ^= mask;
    }
    bytes
}
