//! Sessions of back ends (consent-tokens-and-preferences 3.2).

use axum::{extract::Request, response::Response};
use consentry_ledger::preferences::SessionError;
use consentry_web::{
    body,
    error::{ApiError, registry},
    json::{self, Limits},
    visit::Visit,
};
use serde_json::{Value, json};

use crate::{
    answer::ok,
    failure::{Feathers, refused},
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// `POST /sessions`.
pub(crate) async fn open(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (parts, body) = request.into_parts();
    body::require_media_type(&parts.headers, &["application/json"])?;
    let bytes = body::read(body, LARGEST).await?;
    let wish = json::parse(&bytes, &Limits::size(LARGEST)).map_err(ApiError::from)?;
    let mut reader = Reader::default();
    if reader.object(&wish, "").is_none() {
        reader.finish()?;
        return Err(refused("", "must be an object").into());
    }
    let given = |name: &str| wish.get(name).and_then(Value::as_str).map(str::to_owned);
    for name in ["type", "key", "secret"] {
        if given(name).is_none() {
            reader.refuse(name, "must be a text");
        }
    }
    reader.finish()?;
    if given("type").as_deref() != Some("api-key") {
        return Err(refused("type", "must be api-key").into());
    }
    let (key, secret) = (
        given("key").unwrap_or_default(),
        given("secret").unwrap_or_default(),
    );
    let opened = visit
        .ledger()
        .open_api_session(&visit.tenant, &visit.base_url(), (&key, &secret), visit.address)
        .await;
    let session = opened.map_err(|error| match error {
        SessionError::Wrong => {
            ApiError::new(&registry::INVALID_REQUEST).detail("Invalid authentication information")
        }
        SessionError::TooMany { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
        SessionError::Fault(fault) => fault.into(),
    })?;
    Ok(ok(&json!({
        "type": "api-key",
        "key": key,
        "access_token": session.access_token,
    })))
}
