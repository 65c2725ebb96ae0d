//! The decisions door: may this party do this now? The OpenID AuthZEN Authorization API 1.0 over the ledger's checks.
//!
//! What lives here: the wire. Who asks, questions and answers as JSON, pages, the event stream, and webhook endpoints. What may not: rules about
//! consents, state. The specification is enforcement-events-evidence, sections 2 to 5; `docs/doors/decisions.md` says what is built.

pub mod openapi;

mod admission;
mod answer;
mod discovery;
mod evaluation;
mod evaluations;
mod events;
mod page;
mod question;
mod reason;
mod search;
mod webhooks;

use std::sync::Arc;

use axum::response::IntoResponse;
use consentry_egress::Egress;
use consentry_web::{
    error::Problem,
    house::House,
    routes::{Cors, RouteTable},
};

/// Where questions are asked.
const BASE: &str = "/access/v1";

/// Where the door describes itself.
const DISCOVERY: &str = "/.well-known/authzen-configuration";

/// The routes of the door. `egress` says which addresses webhooks may go to.
pub fn routes(egress: &Arc<Egress>) -> RouteTable<House> {
    let table = RouteTable::new("decisions")
        .owns(BASE, |_, error| Problem(error).into_response())
        .owns(DISCOVERY, |_, error| Problem(error).into_response())
        .owns(events::BASE, |_, error| Problem(error).into_response())
        .get(DISCOVERY, Cors::Anyone, discovery::describe)
        .post("/access/v1/evaluation", Cors::Never, evaluation::evaluate)
        .post("/access/v1/evaluations", Cors::Never, evaluations::evaluate)
        .post("/access/v1/search/subject", Cors::Never, search::people)
        .post("/access/v1/search/resource", Cors::Never, search::resources)
        .post("/access/v1/search/action", Cors::Never, search::actions)
        .get("/events/v1/events", Cors::Never, events::page)
        .get("/events/v1/events/{id}", Cors::Never, events::one)
        .get_only("/events/v1/stream", Cors::Listed, events::stream)
        .post("/events/v1/tickets", Cors::Never, events::ticket)
        .get("/events/v1/types", Cors::Never, events::types)
        .get("/events/v1/schemas/{file}", Cors::Anyone, events::schema)
        .get("/events/v1/revocations.jwt", Cors::Anyone, events::revocations);
    webhooks::routes(table, egress)
}
