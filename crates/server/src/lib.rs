//! The `consentry` binary: configuration, wiring, listener, telemetry and commands.
//!
//! What lives here: putting the doors, the ledger and a store together, and everything an operator touches. What may not: rules of
//! its own. The demo bank is here too, since it is a user of the doors like any other: it talks to them over HTTP only.

pub mod applying;
pub mod assembly;
pub mod batch_exports;
mod bounds;
pub mod commands;
pub mod configuration;
mod consent_log;
pub mod demo;
pub mod description;
pub mod directories;
pub mod erasures;
pub mod health;
pub mod ldif;
pub mod ledger_place;
pub mod listener;
pub mod manifest;
pub mod metrics;
pub mod moving;
pub mod operating;
mod progress;
pub mod root_key;
pub mod schema;
pub mod site;
mod staleness;
mod stalled;
pub mod taking_over;
pub mod telemetry;
pub mod tenant_file;
pub mod tls;
pub mod verification;
