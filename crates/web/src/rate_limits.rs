//! What the outside learns of rates: `RateLimit` and `RateLimit-Policy` as draft 11 of the IETF has them (enforcement-events-evidence
//! 1.5), and the refusal. Clients of the preferences door read the older draft 7. No other place
//! writes these fields, so that the final form is a change here.

use axum::response::Response;
use consentry_ledger::rates::Quota;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::{ApiError, registry};

/// How many are allowed in how many seconds.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How many are left, and in how many seconds there are more.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds both fields to an answer that succeeded (COM-11).
#[must_use]
pub fn told(mut answer: Response, quota: Option<&Quota>) -> Response {
    if let Some(quota) = quota.filter(|_| answer.status().is_success()) {
        write(answer.headers_mut(), quota);
    }
    answer
}

/// 429 with both fields, the name of the rate and how long to wait (COM-11, COM-12).
pub fn exceeded(quota: &Quota) -> ApiError {
    let mut headers = HeaderMap::new();
    write(&mut headers, quota);
    let mut error = ApiError::new(&registry::RATE_LIMITED)
        .retry_after(u32::try_from(quota.more_in).unwrap_or(u32::MAX))
        .violates(quota.policy);
    for (name, value) in &headers {
        error = error.header(name.clone(), value.clone());
    }
    error
}

/// As [`told`], in the words of draft 7, which clients of the preferences door read; on refusals as well.
#[must_use]
pub fn told_in_draft_7(mut answer: Response, quota: Option<&Quota>) -> Response {
    if let Some(quota) = quota {
        for (name, value) in draft_7(quota) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// 429 in the words of draft 7.
pub fn exceeded_in_draft_7(quota: &Quota) -> ApiError {
    let mut error = ApiError::new(&registry::RATE_LIMITED)
        .retry_after(u32::try_from(quota.more_in).unwrap_or(u32::MAX))
        .violates(quota.policy);
    for (name, value) in draft_7(quota) {
        error = error.header(name, value);
    }
    error
}

fn draft_7(quota: &Quota) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let Quota {
        allowed,
        window,
        left,
        more_in,
        ..
    } = quota;
    [
        (RATE_LIMIT_POLICY, format!("{allowed};w={window}")),
        (
            RATE_LIMIT,
            format!("limit={allowed}, remaining={left}, reset={more_in}"),
        ),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?)))
}

fn write(headers: &mut HeaderMap, quota: &Quota) {
    let Quota {
        policy,
        allowed,
        window,
        left,
        more_in,
    } = quota;
    let fields = [
        (RATE_LIMIT_POLICY, format!("\"{policy}\";q={allowed};w={window}")),
        (RATE_LIMIT, format!("\"{policy}\";r={left};t={more_in}")),
    ];
    for (name, text) in fields {
        // Names of rates are ours and plain, so this is always a value.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http::StatusCode;

    use super::*;

    const QUOTA: Quota = Quota {
        policy: "search",
        allowed: 10,
        window: 1,
        left: 4,
        more_in: 1,
    };

    #[test]
    fn com_11_both_fields_on_success_only() {
        let answer = told(StatusCode::OK.into_response(), Some(&QUOTA));
        assert_eq!(answer.headers()["ratelimit-policy"], "\"search\";q=10;w=1");
        assert_eq!(answer.headers()["ratelimit"], "\"search\";r=4;t=1");
        for (status, quota) in [(StatusCode::BAD_REQUEST, Some(&QUOTA)), (StatusCode::OK, None)] {
            assert!(
                told(status.into_response(), quota)
                    .headers()
                    .get("ratelimit")
                    .is_none()
            );
        }
    }

    #[test]
    fn ctp_2_8_the_fields_of_draft_7() {
        let answer = told_in_draft_7(StatusCode::BAD_REQUEST.into_response(), Some(&QUOTA));
        assert_eq!(answer.headers()["ratelimit-policy"], "10;w=1");
        assert_eq!(answer.headers()["ratelimit"], "limit=10, remaining=4, reset=1");
        let error = exceeded_in_draft_7(&QUOTA);
        assert_eq!((error.status().as_u16(), error.retry_after), (429, Some(1)));
    }

    #[test]
    fn com_11_waiting_is_never_shorter_than_told() {
        let error = exceeded(&QUOTA);
        assert_eq!((error.status().as_u16(), error.retry_after), (429, Some(1)));
        assert_eq!(error.violated_policy, Some("search"));
        assert_eq!(error.headers.len(), 2);
    }
}
