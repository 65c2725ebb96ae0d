//! The authorization door from outside, over the whole house in memory.

mod back;
