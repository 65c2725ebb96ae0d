//! The records door from outside, over the whole house in memory. Each module is about sections of consent-api.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod additional_statuses;
mod auditing;
mod authentication;
mod authorization;
mod bad_input;
mod callers;
mod changing;
mod coverage;
mod creating;
mod definitions;
mod described;
mod encrypted;
mod errors;
mod expanding;
mod extensions;
mod filtering;
mod flows;
mod identity;
mod limits;
mod mappers;
mod media_types;
mod order;
mod routes;
mod scripts;
mod searching;
mod second_issuer;
mod settings;
mod status;
mod validators;
mod world;
