//! `/api/openapi.json`: every described door in one OpenAPI document.

use std::{fmt::Write as _, sync::Arc};

use axum::response::{IntoResponse, Response};
use consentry_web::{
    error::{ApiError, Problem},
    headers,
    house::House,
    routes::{Cors, RouteTable},
};
use http::header;
use serde_json::Value;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

/// The whole document. It names no server: addresses are relative to where it was found.
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Consentry")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Where a person's yes is asked for, recorded, proved, enforced and taken back.",
        ))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0 OR MIT")
                .identifier(Some("Apache-2.0 OR MIT"))
                .build(),
        ))
        .build();
    let mut document = OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .build();
    document.merge(consentry_door_records::openapi::document());
    document.merge(consentry_door_administration::openapi::document());
    document.merge(consentry_door_authorization::openapi::document());
    document.merge(consentry_door_decisions::openapi::document());
    document.merge(consentry_door_dataspace::openapi::document());
    document.merge(consentry_door_preferences::openapi::document());
    document
}

/// The document as a page: each address with what it does. `lead` comes first.
pub fn markdown(lead: &str, document: &Value) -> String {
    let mut page = format!(
        "# Reference of the API\n\n{lead} The whole, with bodies and answers, is the OpenAPI document that a server shows at \
         `/api/openapi.json`, and `consentry schema api` prints. Doors that speak a protocol of somebody else are described by it: see \
         the page of each door.\n\n| call | does |\n| --- | --- |\n"
    );
    for (path, calls) in document["paths"].as_object().into_iter().flatten() {
        for (method, call) in calls.as_object().into_iter().flatten() {
            let Some(said) = call["summary"].as_str().or_else(|| call["description"].as_str()) else {
                continue;
            };
            let said = said.lines().next().unwrap_or_default().replace('|', "\\|");
            // Writing to a String cannot fail.
            let _ = writeln!(page, "| `{} {path}` | {said} |", method.to_ascii_uppercase());
        }
    }
    page
}

/// The route.
pub fn routes() -> RouteTable<House> {
    // Written once: it does not change while the server runs.
    let text = Arc::new(document().to_json());
    RouteTable::new("server")
        .owns("/api/openapi.json", |_, error| Problem(error).into_response())
        .get("/api/openapi.json", Cors::Anyone, move || {
            std::future::ready(answer(&text))
        })
}

fn answer(text: &serde_json::Result<String>) -> Response {
    match text {
        Ok(text) => {
            let kept = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "public, max-age=300"),
            ];
            (headers::api(), kept, text.clone()).into_response()
        }
        Err(error) => Problem(ApiError::internal(error.to_string())).into_response(),
    }
}
