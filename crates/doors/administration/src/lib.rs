//! The administration door: definitions, their localizations and directory accounts, changed while the server runs (consent-api 12.3,
//! 12.5), restrictions of processing, legal holds, erasures, and the mails that were given up.
//!
//! What lives here: the wire. Who asks, bodies read strictly, answers with entity tags, failures as problem documents. What may not:
//! rules about definitions and accounts, which are the ledger's and the same as for the manifest.

pub mod openapi;

mod accounts;
mod admission;
mod answer;
mod definitions;
mod erasures;
mod failure;
mod holds;
mod localizations;
mod mails;
mod members;
mod people;

use axum::response::IntoResponse as _;
use consentry_web::{
    error::Problem,
    house::House,
    routes::{Cors, RouteTable},
};

/// Where the door begins.
pub const BASE: &str = "/admin/v1";

/// The routes of the door. No page of another origin may use them.
pub fn routes() -> RouteTable<House> {
    let definition = "/admin/v1/definitions/{definition}";
    let localization = "/admin/v1/definitions/{definition}/localizations/{locale}";
    let account = "/admin/v1/accounts/{account}";
    let restriction = "/admin/v1/people/{subject}/restriction";
    let holds = "/admin/v1/people/{subject}/holds";
    RouteTable::new("administration")
        .owns(BASE, |_, error| Problem(error).into_response())
        .get("/admin/v1/definitions", Cors::Never, definitions::list)
        .get(definition, Cors::Never, definitions::read)
        .put(definition, Cors::Never, definitions::put)
        .delete(definition, Cors::Never, definitions::delete)
        .get(
            "/admin/v1/definitions/{definition}/localizations",
            Cors::Never,
            localizations::list,
        )
        .get(localization, Cors::Never, localizations::read)
        .put(localization, Cors::Never, localizations::put)
        .delete(localization, Cors::Never, localizations::delete)
        .get("/admin/v1/accounts", Cors::Never, accounts::list)
        .get(account, Cors::Never, accounts::read)
        .put(account, Cors::Never, accounts::put)
        .delete(account, Cors::Never, accounts::delete)
        .post("/admin/v1/people/lookup", Cors::Never, people::look_up)
        .get(restriction, Cors::Never, people::read)
        .put(restriction, Cors::Never, people::put)
        .delete(restriction, Cors::Never, people::delete)
        .post(
            "/admin/v1/people/{subject}/erasures",
            Cors::Never,
            erasures::erase,
        )
        .get("/admin/v1/erasures/{erasure}", Cors::Never, erasures::read)
        .get(holds, Cors::Never, holds::list)
        .post(holds, Cors::Never, holds::make)
        .delete(
            "/admin/v1/people/{subject}/holds/{hold}",
            Cors::Never,
            holds::lift,
        )
        .get("/admin/v1/mails", Cors::Never, mails::list)
        .post("/admin/v1/mails/{mail}/retry", Cors::Never, mails::retry)
}
