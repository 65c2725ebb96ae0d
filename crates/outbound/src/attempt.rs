//! One attempt: a message rendered, signed, sent, and what the answer means.

use std::{sync::Arc, time::Duration};

use consentry_domain::Timestamp;
use consentry_egress::EgressError;
use consentry_ledger::{
    Draw as _, TenantSnapshot,
    webhooks::{Attempt, Endpoint, Message},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::{Shared, retry::retry_after};

/// Bytes of an answer that are kept with the message.
const KEPT: usize = 1_024;

/// What an attempt led to.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) number: u64,
    pub(crate) meaning: Meaning,
    pub(crate) attempt: Attempt,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Taken.
    Taken,
    /// Not taken; to be tried again, not before this moment where one is given.
    Failed {
        asked: Option<Timestamp>,
        /// Whether the receiver has too much to do.
        is_slow: bool,
    },
    /// The receiver wants nothing more.
    Gone,
    /// There is nothing to say any more.
    Nothing,
}

/// Sends a message once.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long an answer took; nothing is decided by it"
)]
pub(crate) async fn attempt(
    shared: Arc<Shared>,
    tenant: Arc<TenantSnapshot>,
    endpoint: Arc<Endpoint>,
    message: Message,
) -> Tried {
    let at = shared.ledger.now();
    let began = tokio::time::Instant::now();
    let (meaning, status, error, answer) = match send(&shared, &tenant, &endpoint, &message, at).await {
        Ok(Some(answer)) => {
            let status = answer.status;
            let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(KEPT)]).into_owned();
            let asked = answer.headers.get(header::RETRY_AFTER);
            let asked = asked.and_then(|value| retry_after(value.to_str().ok()?, shared.ledger.now()));
            (
                meaning(status, asked),
                Some(status.as_u16()),
                None,
                (!text.is_empty()).then_some(text),
            )
        }
        Ok(None) => (Meaning::Nothing, None, Some("not_visible".to_owned()), None),
        Err(code) => (
            Meaning::Failed {
                asked: None,
                is_slow: false,
            },
            None,
            Some(code),
            None,
        ),
    };
    Tried {
        number: message.number(),
        meaning,
        attempt: Attempt {
            at,
            duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            status,
            error,
            answer,
        },
    }
}

fn meaning(status: StatusCode, asked: Option<Timestamp>) -> Meaning {
    if status.is_success() {
        return Meaning::Taken;
    }
    if status == StatusCode::GONE {
        return Meaning::Gone;
    }
    let is_slow = matches!(status.as_u16(), 429 | 502 | 503 | 504);
    Meaning::Failed { asked, is_slow }
}

async fn send(
    shared: &Shared,
    tenant: &TenantSnapshot,
    endpoint: &Endpoint,
    message: &Message,
    at: Timestamp,
) -> Result<Option<consentry_egress::Answer>, String> {
    let base = (shared.base)(tenant);
    let rendered = shared
        .ledger
        .render_message(tenant, &base, endpoint, message)
        .await;
    let rendered = rendered.map_err(|error| {
        tracing::error!(%error, endpoint.id = %endpoint.id, "a message could not be rendered");
        "not_rendered".to_owned()
    })?;
    let Some(rendered) = rendered else { return Ok(None) };
    let body = rendered.body.into_bytes();
    let signature = endpoint
        .signature(&tenant.keys, &rendered.id, at, &body)
        .map_err(|error| {
            tracing::error!(%error, endpoint.id = %endpoint.id, "a message could not be signed");
            "not_signed".to_owned()
        })?;
    let span: [u8; 8] = shared.ledger.entropy().bytes();
    let span: String = span.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| {
        // Ids, numbers, Base64 and media types are always header values.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("content-type", endpoint.settings.format.media_type());
    put("user-agent", concat!("Consentry/", env!("CARGO_PKG_VERSION")));
    put("webhook-id", &rendered.id);
    put("webhook-timestamp", &at.as_seconds().to_string());
    put("webhook-signature", &signature);
    put("consentry-endpoint", &endpoint.id.to_string());
    put("consentry-attempt", &(message.attempts() + 1).to_string());
    put("consentry-endpoint-seq", &message.number().to_string());
    put(
        "traceparent",
        &format!("00-{}-{span}-01", rendered.id.replace('-', "")),
    );
    let request = shared
        .egress
        .post_bytes(&endpoint.settings.url, body)
        .headers(headers)
        .deadline(Duration::from_secs(endpoint.settings.timeout_s.into()));
    request
        .send_and_cut()
        .await
        .map(Some)
        .map_err(|error| code(&error).to_owned())
}

fn code(error: &EgressError) -> &'static str {
    match error {
        EgressError::AddressRefused(_) => "blocked_address",
        error => error.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_is_success_and_410_is_the_end() {
        let failed = |is_slow| Meaning::Failed { asked: None, is_slow };
        for (status, expected) in [
            (200, Meaning::Taken),
            (204, Meaning::Taken),
            (299, Meaning::Taken),
            (301, failed(false)),
            (307, failed(false)),
            (400, failed(false)),
            (404, failed(false)),
            (410, Meaning::Gone),
            (429, failed(true)),
            (500, failed(false)),
            (503, failed(true)),
        ] {
            assert_eq!(
                meaning(StatusCode::from_u16(status).unwrap(), None),
                expected,
                "{status}"
            );
        }
    }
}
