//! A tenant as one file: everything that a ledger has of it, row by row, out of one ledger and into another, on either engine.
//!
//! The file is NDJSON: a head, then for each table its name and columns and a line for each row in the order of its key, then an end with
//! the number of rows and a digest over all of them. What is sealed stays sealed; the tenant's key is in it, wrapped by the root key of the
//! ledger it comes from. Until all rows are in the other ledger and proved equal, nobody there knows of the tenant, since the two rows
//! that make it known come last and together.
//!
//! What lives here: the form of the file, writing it and taking it in. What may not: where a ledger is, and what is told of it.

mod form;
mod side;
mod taking_in;
mod taking_out;

pub use form::FileError;
pub use taking_in::{Known, TakingIn};
pub use taking_out::{Taken, take_out};
