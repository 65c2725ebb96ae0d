//! The protection against abuse of CloudEvents (HTTP 1.1 Web Hooks for Event Delivery 1.0.2, section 4): a receiver is asked with `OPTIONS`
//! whether it wants messages of this origin, and says how many a minute it takes.

use consentry_egress::Answer;
use http::{HeaderName, HeaderValue, StatusCode};

/// Who wants to send.
pub(crate) const ORIGIN: HeaderName = HeaderName::from_static("webhook-request-origin");

/// How many messages a minute they want to send.
pub(crate) const RATE: HeaderName = HeaderName::from_static("webhook-request-rate");

const ALLOWED_ORIGIN: HeaderName = HeaderName::from_static("webhook-allowed-origin");

const ALLOWED_RATE: HeaderName = HeaderName::from_static("webhook-allowed-rate");

/// What a receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shaken {
    /// It wants messages; at most so many a minute, where it said so.
    Yes(Option<u32>),
    /// It does not, or does not know the question.
    No,
}

/// The name of an installation as receivers know it: the host of its public address.
pub(crate) fn origin(base: &str) -> Option<HeaderValue> {
    let url = url::Url::parse(base).ok()?;
    HeaderValue::from_str(url.host_str()?).ok()
}

/// Reads an answer.
pub(crate) fn read(answer: &Answer, origin: &HeaderValue) -> Shaken {
    let is_answered = answer.status.is_success() || answer.status == StatusCode::METHOD_NOT_ALLOWED;
    let allowed = answer.headers.get(ALLOWED_ORIGIN);
    let is_allowed = allowed.is_some_and(|allowed| allowed == "*" || allowed == origin);
    if !is_answered || !is_allowed {
        return Shaken::No;
    }
    match answer.headers.get(ALLOWED_RATE).map(HeaderValue::to_str) {
        None | Some(Ok("*")) => Shaken::Yes(None),
        // A receiver that takes none, or says it in no number, has not said yes.
        Some(rate) => {
            let rate = rate.ok().and_then(|rate| rate.trim().parse().ok());
            rate.filter(|rate| *rate > 0)
                .map_or(Shaken::No, |rate| Shaken::Yes(Some(rate)))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answered(status: u16, headers: &[(HeaderName, &'static str)]) -> Shaken {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Vec::new(),
        };
        read(&answer, &origin("https://consent.harbor.example:8443").unwrap())
    }

    #[test]
    fn whk_02_only_who_names_us_or_everybody_said_yes() {
        let own = (ALLOWED_ORIGIN, "consent.harbor.example");
        let anybody = (ALLOWED_ORIGIN, "*");
        for (status, headers, expected) in [
            (200, vec![own.clone()], Shaken::Yes(None)),
            (
                204,
                vec![anybody.clone(), (ALLOWED_RATE, "120")],
                Shaken::Yes(Some(120)),
            ),
            (200, vec![own.clone(), (ALLOWED_RATE, "*")], Shaken::Yes(None)),
            (405, vec![own.clone()], Shaken::Yes(None)),
            (200, vec![own.clone(), (ALLOWED_RATE, "0")], Shaken::No),
            (200, vec![own.clone(), (ALLOWED_RATE, "many")], Shaken::No),
            (200, vec![], Shaken::No),
            (200, vec![(ALLOWED_ORIGIN, "other.example")], Shaken::No),
            (404, vec![own.clone()], Shaken::No),
            (302, vec![own], Shaken::No),
        ] {
            assert_eq!(answered(status, &headers), expected, "{status} {headers:?}");
        }
    }
}
