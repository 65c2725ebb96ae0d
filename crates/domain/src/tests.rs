//! Rules as tables, and properties that hold for every history.

mod agreement_imports;
mod bundles;
mod decisions;
mod histories;
mod imports;
mod narrowing;
mod overtaking;
mod tables;
mod withdrawing;
mod world;
