//! The raw limits: what this machine does at best when nobody thinks.

pub mod bare_http;
pub mod flush;
pub mod group_commit;
pub mod signatures;
