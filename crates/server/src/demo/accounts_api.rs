//! Harbor Bank's accounts API: verifies the access token offline, then asks whether it still counts.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use consentry_web::credentials::{self, Credentials};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Demo, DemoError};

#[derive(Debug, Deserialize)]
struct Introspected {
    active: bool,
    #[serde(default)]
    scope: String,
    user_id: Option<String>,
}

/// `GET /demo/api/accounts`: what the scopes of the token open.
pub(super) async fn accounts(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
) -> Result<Response, DemoError> {
    let Ok(Credentials::Bearer(token)) = credentials::authorization(&headers) else {
        return Ok(refused(
            StatusCode::UNAUTHORIZED,
            r#"Bearer realm="Harbor accounts""#,
        ));
    };
    let token = secrecy::ExposeSecret::expose_secret(&token);
    if demo
        .verify(token, Some("at+jwt"), &demo.bank.resource_api)
        .await
        .is_err()
    {
        return Ok(refused(
            StatusCode::UNAUTHORIZED,
            r#"Bearer error="invalid_token""#,
        ));
    }
    let introspected = demo.introspect(token).await?;
    let Some(customer) = introspected
        .user_id
        .filter(|_| introspected.active)
        .and_then(|id| demo.bank.customers.iter().find(|customer| customer.user_id == id))
    else {
        return Ok(refused(
            StatusCode::UNAUTHORIZED,
            r#"Bearer error="invalid_token""#,
        ));
    };
    let scope: Vec<&str> = introspected.scope.split(' ').collect();
    if !scope.contains(&"accounts:balance") {
        return Ok(refused(
            StatusCode::FORBIDDEN,
            r#"Bearer error="insufficient_scope", scope="accounts:balance""#,
        ));
    }
    let transactions = scope.contains(&"accounts:transactions");
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(statement(&customer.username, transactions)),
    )
        .into_response())
}

impl Demo {
    async fn introspect(&self, token: &str) -> Result<Introspected, DemoError> {
        let failed = |why: String| DemoError::Door {
            what: "introspection",
            why,
        };
        let client = &self.bank.first_party;
        self.egress
            .post_form(&self.endpoint("/token/introspection"), &[("token", token)])
            .basic_auth(&client.client_id, &client.client_secret)
            .send()
            .await
            .map_err(|error| failed(error.to_string()))?
            .json()
            .map_err(|error| failed(error.to_string()))
    }
}

fn statement(username: &str, transactions: bool) -> Value {
    let (everyday, savings) = if username == "ada" {
        ("2,418.37", "11,200.00")
    } else {
        ("310.05", "4,750.00")
    };
    let mut accounts = json!([
        { "name": "Everyday", "number": "··4417", "balance": everyday, "currency": "EUR" },
        { "name": "Savings", "number": "··9083", "balance": savings, "currency": "EUR" },
    ]);
    if transactions {
        accounts[0]["transactions"] = json!([
            { "date": "2026-11-20", "text": "Corner bakery", "amount": "-6.40" },
            { "date": "2026-11-19", "text": "Salary", "amount": "2,950.00" },
        ]);
    }
    json!({ "customer": username, "accounts": accounts })
}

fn refused(status: StatusCode, challenge: &'static str) -> Response {
    let headers = [
        (header::WWW_AUTHENTICATE, challenge),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (
        status,
        headers,
        Json(json!({ "error": "the token does not open this" })),
    )
        .into_response()
}
