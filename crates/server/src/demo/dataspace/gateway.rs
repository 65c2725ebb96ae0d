//! The gateway and the two data sources behind it: each judges the consent token by itself, with the verifier that others use, and refuses
//! with exactly the body that gateways let through (dataspace-consent-protocol 8.2, 10).

use std::sync::{Arc, OnceLock};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use consentry_ledger::Clock as _;
use consentry_verify::{
    Answer, Code, Consent, ConsentSettings, ConsentVerifier, Environment, Refused, ReqwestFetch, Revocation,
    Shown,
};
use consentry_web::{
    credentials::{Credentials, authorization},
    parameters::Rules,
    query,
};
use http::{HeaderMap, StatusCode, Uri, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{ADDRESS, DataSource, INCOME, SOURCES};
use crate::demo::Demo;

/// Judges tokens; made when the first one is shown.
#[derive(Debug, Default)]
pub(super) struct Verifier(OnceLock<Option<ConsentVerifier>>);

impl Demo {
    /// The verifier of the data sources. Whether a consent still stands they ask each time, so that stopping is seen at once.
    fn verifier(&self) -> Option<&ConsentVerifier> {
        let made = self.northbay.verifier.0.get_or_init(|| {
            let sources = SOURCES.map(|source| source.dsi);
            let mut settings =
                ConsentSettings::new(&self.addresses.base_url, &sources, &[self.issuer().as_str()]);
            settings.revocation = Revocation::Verify;
            let clock = Arc::clone(&self.clock);
            let fetch = ReqwestFetch::new().ok()?;
            let environment = Environment::new(fetch).with_clock(move || clock.now().as_seconds());
            ConsentVerifier::new(settings, environment).ok()
        });
        made.as_ref()
    }

    async fn judge(&self, source: DataSource, headers: &HeaderMap) -> Result<Arc<Consent>, Refused> {
        let refused = |code| Refused {
            code,
            detail: String::new(),
        };
        let verifier = self.verifier().ok_or_else(|| refused(Code::KeysUnavailable))?;
        let mut tokens = headers.get_all("x-consent-token").iter();
        let token = tokens.next().and_then(|token| token.to_str().ok());
        if tokens.next().is_some() {
            return Err(refused(Code::Malformed));
        }
        let bearer = match authorization(headers) {
            Ok(Credentials::Bearer(bearer)) => Some(bearer),
            _ => None,
        };
        let shown = Shown {
            token,
            id_token: bearer.as_ref().map(ExposeSecret::expose_secret),
            dsi: Some(source.dsi),
        };
        verifier.verify(shown).await
    }
}

/// `POST /demo/api/gateway/Person/Income_v1.0?source=tax_office`.
pub(super) async fn income(State(demo): State<Arc<Demo>>, uri: Uri, headers: HeaderMap) -> Response {
    deliver(&demo, INCOME, &uri, &headers, |is_ada| {
        json!({ "year": 2025, "amount": if is_ada { "38400.00" } else { "21750.00" }, "currency": "EUR" })
    })
    .await
}

/// `POST /demo/api/gateway/Person/Address_v1.0?source=city_registry`.
pub(super) async fn address(State(demo): State<Arc<Demo>>, uri: Uri, headers: HeaderMap) -> Response {
    deliver(&demo, ADDRESS, &uri, &headers, |is_ada| {
        let street = if is_ada { "Lantern Quay 12" } else { "Mill Lane 4" };
        json!({ "street": street, "city": "Northbay" })
    })
    .await
}

async fn deliver(
    demo: &Demo,
    source: DataSource,
    uri: &Uri,
    headers: &HeaderMap,
    data: impl FnOnce(bool) -> Value,
) -> Response {
    // What the caller names only chooses among what is served here.
    let named = query::read(uri, &Rules::DEFAULT)
        .ok()
        .and_then(|query| query.one("source").ok().flatten().map(str::to_owned));
    if named.as_deref() != Some(source.group) {
        return told(
            StatusCode::NOT_FOUND,
            &json!({ "type": "not_found", "message": "There is no such data source." }),
        );
    }
    match demo.judge(source, headers).await {
        Ok(consent) => {
            let ada = demo.bank.customers.first();
            let is_ada = ada.is_some_and(|ada| ada.user_id == consent.sub);
            told(StatusCode::OK, &data(is_ada))
        }
        Err(refused) => {
            let answer = Answer::of_consent(refused.code);
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            told(status, &json!({ "type": answer.kind, "message": answer.message }))
        }
    }
}

fn told(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}
