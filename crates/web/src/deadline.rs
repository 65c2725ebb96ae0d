//! How long the house gives a request.

use std::time::Duration;

/// In the extensions of every request of a site that has one: handlers that wait on purpose end before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Duration);
