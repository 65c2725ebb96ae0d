//! The records door.
