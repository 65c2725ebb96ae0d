//! The preferences door: consent tokens, consent events and users as Didomi's Platform API has them (consent-tokens-and-preferences).
//!
//! What lives here: the wire. Query strings in the style of Feathers, bodies read leniently where the original is lenient, answers and
//! failures in its shapes. What may not: what choices come to, and who is meant by an id, which are the ledger's.

mod admission;
mod answer;
mod approval;
mod auth;
mod center;
mod defining;
mod events;
pub mod exports;
mod failure;
pub mod imported;
mod links;
mod metadata;
pub mod openapi;
mod privacy_centers;
mod proofs;
mod query;
mod repeated;
mod script;
mod secrets;
mod sessions;
mod shown;
mod tokens;
mod users;
mod wish;

use axum::response::IntoResponse as _;
use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
};

use crate::failure::Feathers;

/// What the door owns, with and without the version in front.
const PREFIXES: [&str; 33] = [
    "/auth-providers",
    "/auth/initiate",
    "/auth/protocols",
    "/compliance",
    "/consentry.js",
    "/consents",
    "/configuration-tree",
    "/exports",
    "/languages",
    "/metadata",
    "/preferences",
    "/privacy-centers",
    "/secrets",
    "/sessions",
    "/v1/auth-providers",
    "/v1/auth/initiate",
    "/v1/auth/protocols",
    "/v1/compliance",
    "/v1/consents/approvals",
    "/v1/consents/events",
    "/v1/consents/execute",
    "/v1/consents/links",
    "/v1/consents/proofs",
    "/v1/consents/tokens",
    "/v1/consents/users",
    "/v1/configuration-tree",
    "/v1/exports",
    "/v1/languages",
    "/v1/metadata",
    "/v1/preferences",
    "/v1/privacy-centers",
    "/v1/secrets",
    "/v1/sessions",
];

/// Registers a route with and without the version in front (consent-tokens-and-preferences 1).
macro_rules! both {
    ($table:expr, $method:ident, $path:literal, $cors:expr, $handler:expr) => {
        $table
            .$method($path, $cors, $handler)
            .$method(concat!("/v1", $path), $cors, $handler)
    };
}

/// The routes of the door. Pages of other origins may use what a consent token or the public key opens.
pub fn routes() -> RouteTable<House> {
    let table =
        RouteTable::new("preferences").owns_all(&PREFIXES, |_, error| Feathers(error).into_response());
    let table = both!(table, post, "/sessions", Cors::Never, sessions::open);
    let table = both!(table, post, "/consents/tokens", Cors::Never, tokens::issue);
    let table = both!(
        table,
        delete,
        "/consents/tokens/{jti}",
        Cors::Never,
        tokens::revoke
    );
    let table = both!(table, get, "/consents/events", Cors::Anyone, events::list);
    let table = both!(table, post, "/consents/events", Cors::Anyone, events::record);
    let table = both!(
        table,
        delete,
        "/consents/events",
        Cors::Anyone,
        events::delete_matching
    );
    let table = both!(table, get, "/consents/events/{event}", Cors::Anyone, events::read);
    let table = both!(
        table,
        patch,
        "/consents/events/{event}",
        Cors::Anyone,
        events::correct
    );
    let table = both!(
        table,
        delete,
        "/consents/events/{event}",
        Cors::Anyone,
        events::delete
    );
    let table = both!(table, get, "/consents/users", Cors::Anyone, users::list);
    let table = both!(table, post, "/consents/users", Cors::Anyone, users::create);
    let table = both!(table, get, "/consents/users/{user}", Cors::Anyone, users::read);
    let table = both!(
        table,
        patch,
        "/consents/users/{user}",
        Cors::Anyone,
        users::change
    );
    let table = both!(
        table,
        delete,
        "/consents/users/{user}",
        Cors::Anyone,
        users::delete
    );
    let table = both!(table, get, "/metadata/purposes", Cors::Never, metadata::purposes);
    let table = both!(
        table,
        get,
        "/metadata/purposes/{purpose}",
        Cors::Never,
        metadata::purpose
    );
    let table = both!(
        table,
        post,
        "/metadata/purposes",
        Cors::Never,
        defining::add_purpose
    );
    let table = both!(
        table,
        put,
        "/metadata/purposes/{purpose}",
        Cors::Never,
        defining::put_purpose
    );
    let table = both!(
        table,
        patch,
        "/metadata/purposes/{purpose}",
        Cors::Never,
        defining::patch_purpose
    );
    let table = both!(table, post, "/preferences", Cors::Never, defining::add_preference);
    let table = both!(
        table,
        put,
        "/preferences/{preference}",
        Cors::Never,
        defining::put_preference
    );
    let table = both!(
        table,
        patch,
        "/preferences/{preference}",
        Cors::Never,
        defining::patch_preference
    );
    let table = both!(table, get, "/preferences", Cors::Never, metadata::preferences);
    let table = both!(
        table,
        get,
        "/preferences/{preference}",
        Cors::Never,
        metadata::preference
    );
    let table = both!(table, post, "/consents/links", Cors::Never, links::make);
    let table = both!(table, get_only, "/consents/execute", Cors::Never, links::execute);
    let table = both!(table, post, "/consents/proofs", Cors::Anyone, proofs::upload);
    let table = both!(table, get, "/consents/proofs/{proof}", Cors::Anyone, proofs::read);
    let table = both!(
        table,
        get_only,
        "/consents/approvals/{link}",
        Cors::Never,
        approval::get
    );
    let table = both!(
        table,
        post,
        "/consents/approvals/{link}",
        Cors::Never,
        approval::post
    );
    let table = both!(table, get, "/auth/initiate", Cors::Anyone, auth::initiate);
    let table = both!(
        table,
        get_only,
        "/auth/protocols/otp/generate",
        Cors::Anyone,
        auth::send_code
    );
    let table = both!(
        table,
        post,
        "/auth/protocols/otp/verify",
        Cors::Anyone,
        auth::verify_code
    );
    let table = both!(
        table,
        get_only,
        "/auth/protocols/message/callback",
        Cors::Anyone,
        auth::send_link
    );
    let table = both!(table, get, "/auth-providers", Cors::Never, auth::providers);
    let table = both!(table, post, "/auth-providers", Cors::Never, auth::add_provider);
    let table = both!(
        table,
        get,
        "/auth-providers/{provider}",
        Cors::Never,
        auth::provider
    );
    let table = both!(
        table,
        patch,
        "/auth-providers/{provider}",
        Cors::Never,
        auth::change_provider
    );
    let table = both!(
        table,
        delete,
        "/metadata/purposes/{purpose}",
        Cors::Never,
        defining::hide_purpose
    );
    let table = both!(
        table,
        delete,
        "/preferences/{preference}",
        Cors::Never,
        defining::hide_preference
    );
    let table = both!(table, get, "/languages", Cors::Never, metadata::languages);
    let table = both!(table, get, "/configuration-tree", Cors::Never, metadata::tree);
    let table = both!(table, get, "/exports/users", Cors::Never, exports::stream_lines);
    let table = both!(table, get, "/exports/events", Cors::Never, exports::stream_lines);
    let table = both!(table, get, "/secrets", Cors::Never, secrets::list);
    let table = both!(table, post, "/secrets", Cors::Never, secrets::add);
    let table = both!(table, get, "/secrets/{secret}", Cors::Never, secrets::read);
    let table = both!(table, put, "/secrets/{secret}", Cors::Never, secrets::put);
    let table = both!(table, patch, "/secrets/{secret}", Cors::Never, secrets::patch);
    let table = both!(table, delete, "/secrets/{secret}", Cors::Never, secrets::delete);
    let table = both!(table, get, "/privacy-centers", Cors::Never, privacy_centers::list);
    let table = both!(table, post, "/privacy-centers", Cors::Never, privacy_centers::add);
    let table = both!(
        table,
        put,
        "/privacy-centers/{center}",
        Cors::Anyone,
        privacy_centers::put
    );
    let table = both!(
        table,
        patch,
        "/privacy-centers/{center}",
        Cors::Anyone,
        privacy_centers::patch
    );
    let table = both!(
        table,
        delete,
        "/privacy-centers/{center}",
        Cors::Anyone,
        privacy_centers::delete
    );
    let table = both!(
        table,
        get,
        "/privacy-centers/{center}",
        Cors::Anyone,
        privacy_centers::read
    );
    center::register(table)
        .get("/consentry.js", Cors::Anyone, script::serve)
        .get("/compliance/v1/regulations", Cors::Never, metadata::regulations)
        .get(
            "/v1/compliance/v1/regulations",
            Cors::Never,
            metadata::regulations,
        )
}
