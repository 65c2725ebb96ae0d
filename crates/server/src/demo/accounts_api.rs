//! Harbor Bank's accounts API: verifies the access token offline, asks whether it still counts, and says what was delivered.

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
    client_id: Option<String>,
    user_id: Option<String>,
    /// Which accounts the token opens; none: all.
    #[serde(default)]
    accounts: Option<OpenAccounts>,
}

/// The accounts that a token opens.
#[derive(Debug, Deserialize)]
struct OpenAccounts {
    enabled: Vec<String>,
    disabled: Vec<String>,
    others: bool,
}

impl OpenAccounts {
    fn has(&self, account: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|id| id == account);
        named(&self.enabled) || (self.others && !named(&self.disabled))
    }
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
    if let Some(client) = &introspected.client_id {
        demo.tell_use(&customer.user_id, client, opened).await;
    }
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(statement(
            &customer.username,
            opened,
            introspected.accounts.as_ref(),
            demo.today(),
        )),
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

    /// Tells the ledger that data is delivered, so that the person sees when an app last used it. The delivery does not hang on it.
    async fn tell_use(&self, user: &str, client: &str, opened: Opened) {
        let scopes = [
            (opened.balance, "accounts:balance"),
            (opened.transactions, "accounts:transactions"),
        ];
        let evaluations: Vec<Value> = scopes
            .iter()
            .filter(|(is_open, _)| *is_open)
            .map(|(_, scope)| json!({ "resource": { "type": "scope", "id": scope } }))
            .collect();
        let told = json!({
            "subject": { "type": "user", "id": user, "properties": { "issuer": "urn:consentry:subject" } },
            "action": { "name": "read" },
            "context": { "audience": client, "record_use": true },
            "evaluations": evaluations,
        });
        let bank = &self.bank.first_party;
        let address = format!("{}/access/v1/evaluations", self.addresses.base_url);
        let answer = self
            .egress
            .post_json(&address, &told)
            .basic_auth(&bank.client_id, &bank.client_secret)
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status == StatusCode::OK => {}
            Ok(answer) => tracing::warn!(status = %answer.status, "the ledger did not take the use of data"),
            Err(error) => tracing::warn!(%error, "the ledger could not be told of the use of data"),
        }
    }

    fn today(&self) -> Date {
        self.now().to_jiff().to_zoned(TimeZone::UTC).date()
    }
}

/// The bank's books: balance and latest payments of each customer, in cents; payments with the days since.
fn statement(username: &str, opened: Opened, only: Option<&OpenAccounts>, today: Date) -> Value {
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
    let accounts = [("Everyday", "4417", latest), ("Savings", "9083", &[])];
    let accounts: Vec<Value> = accounts
        .into_iter()
        .zip(balances)
        .filter(|((_, digits, _), _)| only.is_none_or(|only| only.has(&format!("acc_{digits}"))))
        .map(|((name, digits, latest), balance)| {
            let mut account = json!({ "number": format!("··{digits}"), "currency": "EUR" });
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
