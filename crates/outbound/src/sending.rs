//! How a message goes out: rendered, signed, with what proves us to its receiver, on the way that addresses are judged on.

use std::time::Duration;

use consentry_domain::Timestamp;
use consentry_egress::{Answer, Egress, EgressError, Request};
use consentry_ledger::{
    Draw as _, TenantSnapshot,
    webhooks::{Auth, Endpoint, Message},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::{
    Shared,
    credentials::Asking,
    handshake::{self, Shaken},
};

/// What came of sending.
#[derive(Debug)]
pub(crate) enum Sent {
    /// There is nothing to say any more.
    Nothing,
    /// The receiver answered; and what, where it was asked whether it wants messages.
    Answered(Answer, Option<Shaken>),
}

/// How a message failed before there was an answer: a stable code.
type Failed = String;

/// Sends a message once; where the receiver refuses the bearer token, with a new one once more.
pub(crate) async fn send(
    shared: &Shared,
    tenant: &TenantSnapshot,
    endpoint: &Endpoint,
    message: &Message,
    at: Timestamp,
) -> Result<Sent, Failed> {
    let base = (shared.base)(tenant);
    let rendered = shared
        .ledger
        .render_message(tenant, &base, endpoint, message)
        .await;
    let rendered = rendered.map_err(|error| {
        tracing::error!(%error, endpoint.id = %endpoint.id, "a message could not be rendered");
        "not_rendered".to_owned()
    })?;
    let Some(rendered) = rendered else {
        return Ok(Sent::Nothing);
    };
    let not_signed = |error| {
        tracing::error!(%error, endpoint.id = %endpoint.id, "a message could not be signed");
        "not_signed".to_owned()
    };
    let signature = endpoint
        .signature(&tenant.keys, &rendered.id, at, rendered.body.as_bytes())
        .map_err(not_signed)?;
    let of_format = endpoint
        .format_headers(&tenant.keys, &rendered, at)
        .map_err(not_signed)?;
    let span: [u8; 8] = shared.ledger.entropy().bytes();
    let span: String = span.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| {
        // Ids, numbers, names of events, Base64 and media types are always header values.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("content-type", endpoint.settings.format.media_type());
    put("user-agent", USER_AGENT);
    put("webhook-id", &rendered.id);
    put("webhook-timestamp", &at.as_seconds().to_string());
    put("webhook-signature", &signature);
    put("consentry-endpoint", &endpoint.id.to_string());
    put("consentry-attempt", &(message.attempts() + 1).to_string());
    put("consentry-endpoint-seq", &message.number().to_string());
    put("traceparent", &format!("00-{}-{span}-01", message.trace()));
    for (name, value) in of_format {
        put(name, &value);
    }
    let way = way(shared, endpoint)?;
    let body = rendered.body.into_bytes();
    let request = || {
        way.post_bytes(&endpoint.settings.url, body.clone())
            .headers(headers.clone())
            .deadline(deadline(endpoint))
    };
    let answer = proven(shared, tenant, endpoint, &way, request).await?;
    Ok(Sent::Answered(answer, None))
}

/// Asks a receiver whether it wants messages.
pub(crate) async fn shake_hands(
    shared: &Shared,
    tenant: &TenantSnapshot,
    endpoint: &Endpoint,
) -> Result<Sent, Failed> {
    let base = (shared.base)(tenant);
    let origin = handshake::origin(&base).ok_or_else(|| "origin_unknown".to_owned())?;
    let rate = u32::from(endpoint.settings.rate_per_s) * 60;
    let way = way(shared, endpoint)?;
    let request = || {
        way.options(&endpoint.settings.url)
            .header(http::header::USER_AGENT, HeaderValue::from_static(USER_AGENT))
            .header(handshake::ORIGIN, origin.clone())
            .header(handshake::RATE, HeaderValue::from(rate))
            .deadline(deadline(endpoint))
    };
    let answer = proven(shared, tenant, endpoint, &way, request).await?;
    let shaken = handshake::read(&answer, &origin);
    Ok(Sent::Answered(answer, Some(shaken)))
}

const USER_AGENT: &str = concat!("Consentry/", env!("CARGO_PKG_VERSION"));

fn deadline(endpoint: &Endpoint) -> Duration {
    Duration::from_secs(endpoint.settings.timeout_s.into())
}

fn way(shared: &Shared, endpoint: &Endpoint) -> Result<std::sync::Arc<Egress>, Failed> {
    shared.ways.to(endpoint).map_err(|error| code(&error).to_owned())
}

/// Sends a request with what the receiver wants to see of us.
async fn proven<'e>(
    shared: &Shared,
    tenant: &TenantSnapshot,
    endpoint: &Endpoint,
    way: &'e Egress,
    request: impl Fn() -> Request<'e>,
) -> Result<Answer, Failed> {
    let auth = endpoint.auth(&tenant.keys).map_err(|error| {
        tracing::error!(%error, endpoint.id = %endpoint.id, "what proves us to a receiver cannot be read");
        "auth_unreadable".to_owned()
    })?;
    let sent = match &auth {
        None => request().send_and_cut().await,
        Some(Auth::Basic { username, password }) => {
            request().basic_auth(username, password).send_and_cut().await
        }
        Some(Auth::ClientCredentials {
            token_url,
            client_id,
            client_secret,
            scope,
        }) => {
            let mut asking = Asking {
                endpoint: endpoint.id,
                basis: endpoint.auth.as_ref().map_or("", |auth| auth.sealed.as_str()),
                token_url,
                client_id,
                client_secret,
                scope: scope.as_deref(),
                deadline: deadline(endpoint),
                refused: None,
            };
            let now = || shared.ledger.now();
            let (token, number) = shared.tokens.token(way, &asking, now).await?;
            let first = request().bearer_auth(&token).send_and_cut().await;
            match first {
                Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                    // The server may have taken it back; a second refusal is an answer like any other.
                    asking.refused = Some(number);
                    let (token, _) = shared.tokens.token(way, &asking, now).await?;
                    request().bearer_auth(&token).send_and_cut().await
                }
                other => other,
            }
        }
    };
    sent.map_err(|error| code(&error).to_owned())
}

/// Why there was no answer, for the story of a message.
pub(crate) fn code(error: &EgressError) -> &'static str {
    match error {
        EgressError::AddressRefused(_) | EgressError::PortRefused => "blocked_address",
        error => error.code(),
    }
}
