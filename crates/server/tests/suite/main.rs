//! The whole house: every door over one ledger, the route table, the binary itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod administration;
mod apply;
mod apply_clients;
mod backup;
mod bad_input;
mod bad_input_of_dashboards;
mod binary;
mod clock;
mod cluster;
mod consent_log;
mod databases;
mod dataspace;
mod directories;
mod doctor;
mod examples;
mod faults;
mod import;
mod import_preferences;
mod import_records;
mod kill;
mod listening;
mod mail;
mod manifests;
mod matrix;
mod matrix_random;
mod monitoring;
mod move_to_postgres;
mod nats;
mod operator;
mod pages;
mod repeating;
mod root_key;
mod route_table;
mod sdk;
mod story;
mod streaming;
mod two_nodes;
mod upgrade;
mod verification;
mod webhooks;
mod wire;
