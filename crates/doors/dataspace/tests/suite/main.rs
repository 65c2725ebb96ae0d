//! The dataspace door, through HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod asking;
mod checks;
mod configuration;
mod described;
mod introspecting;
mod logins;
mod northbay;
mod page;
mod portal;
mod request_token;
mod tokens;
mod world;
