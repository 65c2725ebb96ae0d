//! The preferences door: consent tokens, consent events and users as Didomi's Platform API has them (consent-tokens-and-preferences).
//!
//! What lives here: the wire. Query strings in the style of Feathers, bodies read leniently where the original is lenient, answers and
//! failures in its shapes. What may not: what choices come to, and who is meant by an id, which are the ledger's.

mod admission;
mod answer;
mod approval;
mod auth;
mod center;
mod cross_origin;
mod defining;
mod erasures;
mod events;
pub mod exports;
mod failure;
pub mod imported;
mod keys;
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
mod tree;
mod users;
mod widgets;
mod wish;

use axum::response::IntoResponse as _;
use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
};

pub use self::{
    admission::{LARGEST_WITH_PROOFS, takes_proofs},
    center::at_root,
    cross_origin::cross_origin,
};
use crate::failure::Feathers;

/// What the door owns, with and without the version in front.
const PREFIXES: [&str; 38] = [
    "/auth-providers",
    "/auth/initiate",
    "/auth/protocols",
    "/compliance",
    "/consentry.js",
    "/consents",
    "/configuration-tree",
    "/exports",
    "/keys",
    "/languages",
    "/metadata",
    "/preferences",
    "/privacy-centers",
    "/secrets",
    "/sessions",
    "/widgets",
    "/v1/auth-providers",
    "/v1/auth/initiate",
    "/v1/auth/protocols",
    "/v1/compliance",
    "/v1/consents/approvals",
    "/v1/consents/erasures",
    "/v1/consents/events",
    "/v1/consents/execute",
    "/v1/consents/links",
    "/v1/consents/proofs",
    "/v1/consents/tokens",
    "/v1/consents/users",
    "/v1/configuration-tree",
    "/v1/exports",
    "/v1/keys",
    "/v1/languages",
    "/v1/metadata",
    "/v1/preferences",
    "/v1/privacy-centers",
    "/v1/secrets",
    "/v1/sessions",
    "/v1/widgets",
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
    let table = both!(table, post, "/sessions", Cors::Closed, sessions::open);
    let table = both!(table, post, "/consents/tokens", Cors::Closed, tokens::issue);
    let table = both!(
        table,
        delete,
        "/consents/tokens/{jti}",
        Cors::Closed,
        tokens::revoke
    );
    let table = both!(table, get, "/consents/events", Cors::Bearer, events::list);
    let table = both!(table, post, "/consents/events", Cors::Bearer, events::record);
    let table = both!(
        table,
        delete,
        "/consents/events",
        Cors::Bearer,
        events::delete_matching
    );
    let table = both!(table, get, "/consents/events/{event}", Cors::Bearer, events::read);
    let table = both!(
        table,
        patch,
        "/consents/events/{event}",
        Cors::Bearer,
        events::correct
    );
    let table = both!(
        table,
        delete,
        "/consents/events/{event}",
        Cors::Bearer,
        events::delete
    );
    let table = both!(table, get, "/consents/users", Cors::Bearer, users::list);
    let table = both!(table, post, "/consents/users", Cors::Bearer, users::create);
    let table = both!(table, get, "/consents/users/{user}", Cors::Bearer, users::read);
    let table = both!(
        table,
        patch,
        "/consents/users/{user}",
        Cors::Bearer,
        users::change
    );
    let table = both!(
        table,
        delete,
        "/consents/users/{user}",
        Cors::Bearer,
        users::delete
    );
    let table = both!(
        table,
        get,
        "/consents/erasures/{erasure}",
        Cors::Closed,
        erasures::read
    );
    let table = both!(
        table,
        get,
        "/metadata/purposes",
        Cors::Published,
        metadata::purposes
    );
    let table = both!(
        table,
        get,
        "/metadata/purposes/{purpose}",
        Cors::Published,
        metadata::purpose
    );
    let table = both!(
        table,
        post,
        "/metadata/purposes",
        Cors::Published,
        defining::add_purpose
    );
    let table = both!(
        table,
        put,
        "/metadata/purposes/{purpose}",
        Cors::Published,
        defining::put_purpose
    );
    let table = both!(
        table,
        patch,
        "/metadata/purposes/{purpose}",
        Cors::Published,
        defining::patch_purpose
    );
    let table = both!(
        table,
        post,
        "/preferences",
        Cors::Published,
        defining::add_preference
    );
    let table = both!(
        table,
        put,
        "/preferences/{preference}",
        Cors::Published,
        defining::put_preference
    );
    let table = both!(
        table,
        patch,
        "/preferences/{preference}",
        Cors::Published,
        defining::patch_preference
    );
    let table = both!(table, get, "/preferences", Cors::Published, metadata::preferences);
    let table = both!(
        table,
        get,
        "/preferences/{preference}",
        Cors::Published,
        metadata::preference
    );
    let table = both!(table, post, "/consents/links", Cors::Closed, links::make);
    let table = both!(table, get_only, "/consents/execute", Cors::Never, links::execute);
    let table = both!(table, post, "/consents/proofs", Cors::Bearer, proofs::upload);
    let table = both!(table, get, "/consents/proofs/{proof}", Cors::Bearer, proofs::read);
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
    let table = both!(
        table,
        get,
        "/consents/approvals/{link}/proofs/{proof}",
        Cors::Never,
        approval::proof
    );
    let table = both!(table, get, "/auth/initiate", Cors::Bearer, auth::initiate);
    let table = both!(
        table,
        get_only,
        "/auth/protocols/otp/generate",
        Cors::Bearer,
        auth::send_code
    );
    let table = both!(
        table,
        post,
        "/auth/protocols/otp/verify",
        Cors::Bearer,
        auth::verify_code
    );
    let table = both!(
        table,
        get_only,
        "/auth/protocols/message/callback",
        Cors::Bearer,
        auth::send_link
    );
    let table = both!(table, get, "/auth-providers", Cors::Closed, auth::providers);
    let table = both!(table, post, "/auth-providers", Cors::Closed, auth::add_provider);
    let table = both!(
        table,
        get,
        "/auth-providers/{provider}",
        Cors::Closed,
        auth::provider
    );
    let table = both!(
        table,
        patch,
        "/auth-providers/{provider}",
        Cors::Closed,
        auth::change_provider
    );
    let table = both!(
        table,
        delete,
        "/metadata/purposes/{purpose}",
        Cors::Published,
        defining::hide_purpose
    );
    let table = both!(
        table,
        delete,
        "/preferences/{preference}",
        Cors::Published,
        defining::hide_preference
    );
    let table = both!(table, get, "/languages", Cors::Published, metadata::languages);
    let table = both!(table, get, "/configuration-tree", Cors::Published, metadata::tree);
    let table = both!(table, put, "/configuration-tree", Cors::Published, tree::put);
    let table = both!(table, get, "/keys", Cors::Closed, keys::list);
    let table = both!(table, get, "/keys/{key}", Cors::Closed, keys::read);
    let table = both!(table, patch, "/keys/{key}", Cors::Closed, keys::switch_off);
    let table = both!(table, get, "/exports/users", Cors::Closed, exports::stream_lines);
    let table = both!(table, get, "/exports/events", Cors::Closed, exports::stream_lines);
    let table = both!(table, get, "/secrets", Cors::Closed, secrets::list);
    let table = both!(table, post, "/secrets", Cors::Closed, secrets::add);
    let table = both!(table, get, "/secrets/{secret}", Cors::Closed, secrets::read);
    let table = both!(table, put, "/secrets/{secret}", Cors::Closed, secrets::put);
    let table = both!(table, patch, "/secrets/{secret}", Cors::Closed, secrets::patch);
    let table = both!(table, delete, "/secrets/{secret}", Cors::Closed, secrets::delete);
    let table = both!(
        table,
        get,
        "/privacy-centers",
        Cors::Closed,
        privacy_centers::list
    );
    let table = both!(
        table,
        post,
        "/privacy-centers",
        Cors::Closed,
        privacy_centers::add
    );
    let table = both!(
        table,
        put,
        "/privacy-centers/{center}",
        Cors::Bearer,
        privacy_centers::put
    );
    let table = both!(
        table,
        patch,
        "/privacy-centers/{center}",
        Cors::Bearer,
        privacy_centers::patch
    );
    let table = both!(
        table,
        delete,
        "/privacy-centers/{center}",
        Cors::Bearer,
        privacy_centers::delete
    );
    let table = both!(
        table,
        get,
        "/privacy-centers/{center}",
        Cors::Bearer,
        privacy_centers::read
    );
    let table = both!(table, get, "/widgets", Cors::Closed, widgets::list);
    let table = both!(table, post, "/widgets", Cors::Closed, widgets::add);
    let table = both!(table, get, "/widgets/templates", Cors::Closed, widgets::templates);
    let table = both!(table, post, "/widgets/deployments", Cors::Closed, widgets::deploy);
    let table = both!(table, get, "/widgets/{widget}", Cors::Closed, widgets::read);
    let table = both!(table, put, "/widgets/{widget}", Cors::Closed, widgets::put);
    let table = both!(table, patch, "/widgets/{widget}", Cors::Closed, widgets::patch);
    let table = both!(table, delete, "/widgets/{widget}", Cors::Closed, widgets::delete);
    center::register(table)
        .get("/consentry.js", Cors::Anyone, script::serve)
        .get(
            "/compliance/v1/regulations",
            Cors::Published,
            metadata::regulations,
        )
        .get(
            "/v1/compliance/v1/regulations",
            Cors::Published,
            metadata::regulations,
        )
}
