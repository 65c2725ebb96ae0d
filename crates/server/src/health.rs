//! Whether this node lives, and whether it can serve.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use consentry_web::{
    error::Problem,
    house::House,
    routes::{Cors, RouteTable},
};
use http::{StatusCode, header};
use serde_json::json;

/// `/health/live` and `/health/ready`.
pub fn routes() -> RouteTable<House> {
    RouteTable::new("server")
        .owns("/health", |_, error| Problem(error).into_response())
        .get("/health/live", Cors::Never, live)
        .get("/health/ready", Cors::Never, ready)
}

async fn live() -> Response {
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({ "status": "live" })),
    )
        .into_response()
}

/// Ready means: database reachable and writable, what other nodes write is followed, the clock is the database's, at least one tenant with
/// keys that open.
async fn ready(State(house): State<House>) -> Response {
    let tenants = house.ledger().directory().tenants().count();
    let store = match house.ledger().ready().await {
        Ok(()) => house.ledger().be_current().await,
        unavailable => unavailable,
    };
    let (status, body) = match &store {
        Ok(()) if house.ledger().clocks_apart().is_some() => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "not_ready", "reason": "clock_differs" }),
        ),
        Ok(()) if tenants > 0 => (StatusCode::OK, json!({ "status": "ready", "tenants": tenants })),
        Ok(()) => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "not_ready", "reason": "no_tenant" }),
        ),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                json!({ "status": "not_ready", "reason": "store_unavailable" }),
            )
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
