//! Rules as tables, and properties that hold for every history.

mod decisions;
mod histories;
mod imports;
mod overtaking;
mod tables;
mod world;
