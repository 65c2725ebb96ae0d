//! The embedded ledger on SQLite.
