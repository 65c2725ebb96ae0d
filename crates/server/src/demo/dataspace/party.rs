//! Moneytrack's party: its key, what it publishes, and how it asks the consent provider (dataspace-consent-protocol 3.3, 4.1, 5).

use std::sync::{Arc, OnceLock};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use consentry_jose::{Algorithm, Jwks, SigningKey};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::{DataSource, SOURCES};
use crate::demo::{Demo, DemoError, seed::Customer};

const REQUEST_TOKEN: HeaderName = HeaderName::from_static("x-consent-request-token");

/// Seconds that a request token lives.
const LIFE: i64 = 3600;

/// The party's key, made when it is first needed: with another demo it is another one.
#[derive(Debug, Default)]
pub(super) struct Keys(OnceLock<Option<SigningKey>>);

impl Keys {
    fn key(&self) -> Result<&SigningKey, DemoError> {
        let made = self.0.get_or_init(|| SigningKey::generate(Algorithm::Rs256).ok());
        made.as_ref().ok_or_else(|| failed("no key could be made"))
    }
}

/// `GET /demo/api/moneytrack/party-configuration.json`.
pub(super) async fn configuration(State(demo): State<Arc<Demo>>) -> Json<Value> {
    let base = &demo.addresses.base_url;
    Json(json!({ "jwks_uri": format!("{base}/demo/api/moneytrack/jwks.json") }))
}

/// `GET /demo/api/moneytrack/jwks.json`.
pub(super) async fn key_set(State(demo): State<Arc<Demo>>) -> Response {
    match demo.northbay.party.key() {
        Ok(key) => Json(Jwks {
            keys: vec![key.public_jwk().clone()],
        })
        .into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// `GET /demo/api/moneytrack/request-token`: a request token about ada, for scripts that play the application.
pub(super) async fn request_token(State(demo): State<Arc<Demo>>) -> Response {
    let ada = demo.bank.customers.first();
    match ada.map(|ada| demo.request_token(ada)) {
        Some(Ok(token)) => token.into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Demo {
    /// A token for a data source; none where there is no consent.
    pub(super) async fn consent_token(
        &self,
        customer: &Customer,
        source: DataSource,
    ) -> Result<Option<String>, DemoError> {
        let body = json!({ "dataSource": source.dsi });
        let (_, answer) = self.ask_provider(customer, "GetToken", &body).await?;
        Ok(answer
            .get("consentToken")
            .and_then(Value::as_str)
            .map(str::to_owned))
    }

    /// The page where a person is asked for all data sources; none where nothing is missing.
    pub(super) async fn consent_page(&self, customer: &Customer) -> Result<Option<String>, DemoError> {
        let wanted: Vec<Value> = SOURCES
            .iter()
            .map(|source| json!({ "dataSource": source.dsi, "required": source.required }))
            .collect();
        let body = json!({ "consentRequests": wanted });
        let (status, answer) = self.ask_provider(customer, "RequestConsents", &body).await?;
        let page = answer.get("requestUrl").and_then(Value::as_str);
        match (status, page) {
            (StatusCode::CREATED, Some(page)) => Ok(Some(page.to_owned())),
            (StatusCode::OK, None) => Ok(None),
            _ => Err(failed("the provider answered something unexpected")),
        }
    }

    async fn ask_provider(
        &self,
        customer: &Customer,
        operation: &str,
        body: &Value,
    ) -> Result<(StatusCode, Value), DemoError> {
        let url = format!("{}/Consent/{operation}", self.addresses.base_url);
        let token = self.request_token(customer)?;
        let token = HeaderValue::from_str(&token).map_err(|error| failed(&error.to_string()))?;
        let answer = self
            .egress
            .post_json(&url, body)
            .header(REQUEST_TOKEN, token)
            .send()
            .await
            .map_err(|error| failed(&error.to_string()))?;
        if !answer.status.is_success() {
            return Err(failed(&answer.status.to_string()));
        }
        let told = answer.json().map_err(|error| failed(&error.to_string()))?;
        Ok((answer.status, told))
    }

    /// Says for which application, and about whom, something is asked.
    fn request_token(&self, customer: &Customer) -> Result<String, DemoError> {
        let key = self.northbay.party.key()?;
        let now = self.now().as_seconds();
        let claims = json!({
            "iss": "https://moneytrack.example",
            "sub": customer.user_id,
            "subiss": self.issuer(),
            "acr": "login",
            "app": self.bank.third_party.client_id,
            "appiss": self.issuer(),
            "aud": self.addresses.base_url,
            "iat": now,
            "exp": now + LIFE,
        });
        let members = Map::from_iter([("v".to_owned(), Value::from("0.2"))]);
        let header = key
            .header_with(Some("JWT"), members)
            .map_err(|error| failed(&error.to_string()))?;
        key.sign(&header, &claims)
            .map_err(|error| failed(&error.to_string()))
    }
}

fn failed(why: &str) -> DemoError {
    DemoError::Door {
        what: "the consent provider",
        why: why.to_owned(),
    }
}
