//! The hash chain over a tenant's events (enforcement-events-evidence 8.1). Computed in the writing transaction.

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::Hash;

/// The value before the first event of a stream.
pub fn start(stream: u16) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(b"consentry/v1/chain-start\n");
    context.update(&stream.to_be_bytes());
    finish(context)
}

/// The value after an event with this leaf hash.
pub fn next(previous: &Hash, leaf_hash: &Hash) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(b"consentry/v1/chain\n");
    context.update(previous.as_bytes());
    context.update(leaf_hash.as_bytes());
    finish(context)
}

/// Hash of a leaf of the log (RFC 6962 2.1).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[0]);
    context.update(leaf);
    finish(context)
}

/// SHA-256 of some bytes: what is stored of a credential.
pub fn sha256(bytes: &[u8]) -> Hash {
    let value = digest(&SHA256, bytes);
    Hash::from_slice(value.as_ref())
}

fn finish(context: Context) -> Hash {
    Hash::from_slice(context.finish().as_ref())
}
