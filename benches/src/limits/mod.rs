//! The raw limits: what this machine does at best when nobody thinks.

pub mod bare_http;
pub mod batched_inserts;
pub mod flush;
pub mod group_commit;
pub mod indexed_read;
pub mod notification;
pub mod signatures;
