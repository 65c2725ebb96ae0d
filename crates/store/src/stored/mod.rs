//! From stored cells to rows of the waist, the same for every engine that keeps the tables of a ledger.
//!
//! What lives here: the order of the columns of each row, and what their values mean. What may not: how a driver hands out a cell, which
//! each engine says by its own [`Cells`], and SQL.

mod alike;
mod cells;
mod columns;
mod rows;
mod search_keys;

pub use self::{
    alike::Alike,
    cells::Cells,
    rows::{Stored, configuration, consent, remembered, slot, slot_at},
    search_keys::{read_keys, write_keys},
};
