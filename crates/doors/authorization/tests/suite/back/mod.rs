//! The back channel: what programs ask.

mod client_authentication;
mod client_credentials;
mod code;
mod consents;
mod consents_of_person;
mod contents;
mod discovery;
mod introspection;
mod openidconnect;
mod profile;
mod refresh;
mod refresh_leeway;
mod revocation;
pub mod support;
mod userinfo;
