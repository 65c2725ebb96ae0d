//! What the door offers (AuthZEN 1.0, 9; CHK-01). Nobody has to log in for it.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use consentry_web::{headers, visit::Visit};
use http::header;
use serde::Serialize;

use crate::BASE;

#[derive(Serialize)]
struct Metadata {
    policy_decision_point: String,
    access_evaluation_endpoint: String,
    access_evaluations_endpoint: String,
    search_subject_endpoint: String,
    search_resource_endpoint: String,
    search_action_endpoint: String,
}

/// `GET /.well-known/authzen-configuration`.
pub(crate) async fn describe(visit: Visit) -> Response {
    let base = visit.base_url();
    let at = |path: &str| format!("{base}{BASE}{path}");
    let metadata = Metadata {
        access_evaluation_endpoint: at("/evaluation"),
        access_evaluations_endpoint: at("/evaluations"),
        search_subject_endpoint: at("/search/subject"),
        search_resource_endpoint: at("/search/resource"),
        search_action_endpoint: at("/search/action"),
        policy_decision_point: base,
    };
    let kept = [(header::CACHE_CONTROL, "public, max-age=300")];
    (headers::api(), kept, Json(metadata)).into_response()
}
