//! Rules as tables, and properties that hold for every history.

mod decisions;
mod histories;
mod tables;
mod world;
