//! Harbor Bank's accounts API: verifies the access token offline, then asks whether it still counts.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use consentry_web::{
    credentials::{self, Credentials},
    error::{ApiError, Problem},
};
use http::{HeaderMap, StatusCode, header};
use jiff::{Span, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Demo, DemoError, money::Money};

#[derive(Debug, Deserialize)]
struct Introspected {
    active: bool,
    #[serde(default)]
    scope: String,
    user_id: Option<String>,
}

/// `GET /demo/api/accounts`: what the scopes of the token open.
pub(super) async fn accounts(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Result<Response, Problem> {
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
    let introspected = demo.introspect(token).await.map_err(ApiError::from)?;
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
    let has = |wanted: &str| introspected.scope.split(' ').any(|scope| scope == wanted);
    let opened = Opened {
        balance: has("accounts:balance"),
        transactions: has("accounts:transactions"),
    };
    if !opened.balance && !opened.transactions {
        return Ok(refused(
            StatusCode::FORBIDDEN,
            r#"Bearer error="insufficient_scope", scope="accounts:balance accounts:transactions""#,
        ));
    }
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(statement(&customer.username, opened, demo.today())),
    )
        .into_response())
}

/// What a token opens.
#[derive(Debug, Clone, Copy)]
struct Opened {
    balance: bool,
    transactions: bool,
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

    fn today(&self) -> Date {
        self.now().to_jiff().to_zoned(TimeZone::UTC).date()
    }
}

/// The bank's books: balance and latest payments of each customer, in cents; payments with the days since.
fn statement(username: &str, opened: Opened, today: Date) -> Value {
    let everyday: [(i64, &str, i64); 3] = [
        (1, "Corner bakery", -640),
        (2, "Tram ticket", -320),
        (5, "Salary", 295_000),
    ];
    let (balances, latest) = if username == "ada" {
        ([241_837, 1_120_000], everyday.as_slice())
    } else {
        ([31_005, 475_000], &everyday[..2])
    };
    let accounts = [("Everyday", "··4417", latest), ("Savings", "··9083", &[])];
    let accounts: Vec<Value> = accounts
        .into_iter()
        .zip(balances)
        .map(|((name, number, latest), balance)| {
            let mut account = json!({ "number": number, "currency": "EUR" });
            if opened.balance {
                account["name"] = json!(name);
                account["balance"] = json!(Money::cents(balance).wire());
            }
            if opened.transactions {
                account["transactions"] = latest
                    .iter()
                    .map(|payment| transaction(*payment, today))
                    .collect();
            }
            account
        })
        .collect();
    json!({ "customer": username, "accounts": accounts })
}

fn transaction((days, text, amount): (i64, &str, i64), today: Date) -> Value {
    let date = today.saturating_sub(Span::new().days(days));
    json!({ "date": date, "text": text, "amount": Money::cents(amount).wire() })
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
