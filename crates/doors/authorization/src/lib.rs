//! The authorization door.
