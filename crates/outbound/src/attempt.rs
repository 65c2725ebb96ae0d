//! One attempt: what a message led to, and what the answer means. How it is sent is in `sending`.

use std::sync::Arc;

use consentry_domain::Timestamp;
use consentry_ledger::{
    TenantSnapshot,
    webhooks::{Attempt, Endpoint, EndpointStatus, Format, Handshake, Message},
};
use http::{StatusCode, header};

use crate::{
    Shared,
    handshake::Shaken,
    retry::retry_after,
    sending::{Sent, send, shake_hands},
};

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
    /// The receiver shook hands; it takes at most so many messages a minute, where it said so.
    Greeted(Option<u32>),
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
    let shakes_hands = message.is_ping()
        && endpoint.status == EndpointStatus::Unverified
        && endpoint.settings.handshake == Handshake::Cloudevents;
    let sent = if shakes_hands {
        shake_hands(&shared, &tenant, &endpoint).await
    } else {
        send(&shared, &tenant, &endpoint, &message, at).await
    };
    let failed = Meaning::Failed {
        asked: None,
        is_slow: false,
    };
    let (meaning, status, error, answer) = match sent {
        Ok(Sent::Nothing) => (Meaning::Nothing, None, Some("not_visible".to_owned()), None),
        Ok(Sent::Answered(answer, shaken)) => {
            let status = answer.status;
            let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(KEPT)]).into_owned();
            let asked = answer.headers.get(header::RETRY_AFTER);
            let asked = asked.and_then(|value| retry_after(value.to_str().ok()?, shared.ledger.now()));
            let (meaning, error) = match shaken {
                None => (meaning(endpoint.settings.format, status, asked), None),
                Some(Shaken::Yes(rate)) => (Meaning::Greeted(rate), None),
                Some(Shaken::No) => (failed, Some("handshake_refused".to_owned())),
            };
            (
                meaning,
                Some(status.as_u16()),
                error,
                (!text.is_empty()).then_some(text),
            )
        }
        Err(code) => (failed, None, Some(code), None),
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

fn meaning(format: Format, status: StatusCode, asked: Option<Timestamp>) -> Meaning {
    if format.is_taken(status.as_u16()) {
        return Meaning::Taken;
    }
    if status == StatusCode::GONE {
        return Meaning::Gone;
    }
    let is_slow = matches!(status.as_u16(), 429 | 502 | 503 | 504);
    Meaning::Failed { asked, is_slow }
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
                meaning(Format::Json, StatusCode::from_u16(status).unwrap(), None),
                expected,
                "{status}"
            );
        }
        for (status, expected) in [(202, Meaning::Taken), (200, failed(false)), (410, Meaning::Gone)] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(
                meaning(Format::UkOb, status, None),
                expected,
                "{status} in the UK"
            );
        }
    }
}
