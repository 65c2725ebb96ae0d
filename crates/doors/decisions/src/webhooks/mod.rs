//! Webhook endpoints, their messages, and asking for messages again (enforcement-events-evidence 5.1).
//!
//! What lives here: the wire. What may not: sending anything but a look at whether an address may be reached; messages are sent by the
//! workers of whichever node holds them.

mod asked;
mod deliveries;
mod endpoints;
mod resource;
mod settings;

use std::sync::Arc;

use axum::response::IntoResponse as _;
use consentry_egress::Egress;
use consentry_ledger::webhooks::EndpointError;
use consentry_web::{
    error::{ApiError, FieldError, Problem, registry},
    house::House,
    routes::{Cors, RouteTable},
};

use asked::Admitted;

/// Where endpoints are.
const BASE: &str = "/webhooks/v1";

/// Adds the routes. `egress` says which addresses may be reached.
pub(crate) fn routes(table: RouteTable<House>, egress: &Arc<Egress>) -> RouteTable<House> {
    let (making, changing) = (Arc::clone(egress), Arc::clone(egress));
    table
        .owns(BASE, |_, error| Problem(error).into_response())
        .get("/webhooks/v1/endpoints", Cors::Never, endpoints::list)
        .post("/webhooks/v1/endpoints", Cors::Never, move |asked: Admitted| {
            let egress = Arc::clone(&making);
            async move { endpoints::make(&egress, asked).await }
        })
        .get("/webhooks/v1/endpoints/{id}", Cors::Never, endpoints::read)
        .patch(
            "/webhooks/v1/endpoints/{id}",
            Cors::Never,
            move |asked: Admitted| {
                let egress = Arc::clone(&changing);
                async move { endpoints::change(&egress, asked).await }
            },
        )
        .delete("/webhooks/v1/endpoints/{id}", Cors::Never, endpoints::remove)
        .post(
            "/webhooks/v1/endpoints/{id}/enable",
            Cors::Never,
            endpoints::enable,
        )
        .post(
            "/webhooks/v1/endpoints/{id}/disable",
            Cors::Never,
            endpoints::disable,
        )
        .post(
            "/webhooks/v1/endpoints/{id}/secret/rotate",
            Cors::Never,
            endpoints::rotate,
        )
        .get(
            "/webhooks/v1/endpoints/{id}/public-key",
            Cors::Never,
            endpoints::public_key,
        )
        .post("/webhooks/v1/endpoints/{id}/test", Cors::Never, deliveries::test)
        .get(
            "/webhooks/v1/endpoints/{id}/deliveries",
            Cors::Never,
            deliveries::list,
        )
        .post(
            "/webhooks/v1/endpoints/{id}/replay",
            Cors::Never,
            deliveries::replay,
        )
        .get("/webhooks/v1/deliveries/{id}", Cors::Never, deliveries::read)
        .post(
            "/webhooks/v1/deliveries/{id}/retry",
            Cors::Never,
            deliveries::retry,
        )
}

/// What a caller is told where the ledger refuses.
fn refused(error: EndpointError) -> ApiError {
    match error {
        EndpointError::Absent => ApiError::new(&registry::NOT_FOUND),
        EndpointError::OtherVersion(version) => ApiError::new(&registry::PRECONDITION_FAILED)
            .detail(format!("the endpoint is in version {version}; read it again")),
        EndpointError::Invalid { pointer, why } => unprocessable(pointer, &why),
        EndpointError::SubjectsHidden => {
            ApiError::new(&registry::INSUFFICIENT_SCOPE).detail(EndpointError::SubjectsHidden.to_string())
        }
        error @ (EndpointError::TooMany { .. } | EndpointError::Unverified) => {
            ApiError::new(&registry::CONFLICT).detail(error.to_string())
        }
        EndpointError::Fault(fault) => fault.into(),
    }
}

/// 422 with the place of what cannot be.
fn unprocessable(pointer: &'static str, why: &str) -> ApiError {
    ApiError::new(&registry::UNPROCESSABLE)
        .detail(format!("{pointer}: {why}"))
        .field(FieldError::pointer(pointer, why.to_owned()))
}

/// A parameter that cannot be accepted.
fn parameter(name: &str, why: &str) -> ApiError {
    ApiError::new(&registry::INVALID_PARAMETER)
        .detail(format!("the parameter {name} {why}"))
        .field(FieldError::parameter(name.to_owned(), why.to_owned()))
}
