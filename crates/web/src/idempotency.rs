//! `Idempotency-Key`: a request that may be sent again and is carried out once (enforcement-events-evidence 1.4).
//!
//! The ledger remembers what a request led to, never its answer; so a repetition is answered with what is there now, in the status
//! of the first answer. A refusal changed nothing and is not remembered: the same request is judged anew.

use axum::response::Response;
use consentry_ledger::once::{Begun, Ended, KeyedRequest, Outcome};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::{
    error::{ApiError, registry},
    visit::Visit,
};

/// Carries the key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Tells a repetition from the first answer.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a key looks like, for descriptions.
pub const PATTERN: &str = r#"^([!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#;

/// Longest key, in characters.
const LONGEST: usize = 255;

/// A request that changes something, by an authenticated sender.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who sends it: one text per sender, the same for each of their credentials.
    pub caller: &'a str,
    /// Its method.
    pub method: &'a Method,
    /// Its address; path and query count.
    pub uri: &'a Uri,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, as it came.
    pub body: &'a [u8],
}

/// Carries a request out, unless it has a key under which it was carried out before: then `repeat` says what that led to. What is
/// carried out goes through the ledger of the visit that `carry_out` is given.
///
/// # Errors
///
/// What either of the two fails with; 400 for a key that is none, 409 while the first request is carried out, 422 where the key was
/// used for another request.
pub async fn once<E: From<ApiError>>(
    visit: &Visit,
    asked: &Asked<'_>,
    carry_out: impl AsyncFnOnce(Visit) -> Result<Response, E>,
    repeat: impl AsyncFnOnce(Outcome) -> Result<Response, E>,
) -> Result<Response, E> {
    let Some(key) = key(asked.headers)? else {
        return carry_out(visit.clone()).await;
    };
    let address = asked.uri.path_and_query().map_or("", |address| address.as_str());
    let request = KeyedRequest {
        caller: asked.caller,
        key: &key,
        content: [asked.method.as_str().as_bytes(), address.as_bytes(), asked.body],
    };
    let begun = visit.ledger().begin_once(&visit.tenant, &request).await;
    let running = match begun.map_err(ApiError::from)? {
        Begun::First(running) => running,
        Begun::Repeated(outcome) => return replayed(repeat(outcome).await),
        Begun::OtherRequest => return Err(reused().into()),
        Begun::InProgress => {
            let error = ApiError::new(&registry::IDEMPOTENCY_IN_PROGRESS);
            return Err(error.retry_after(1).into());
        }
    };
    let answer = carry_out(visit.through(running.ledger().clone())).await;
    let is_success = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
    match running.end(is_success).await.map_err(ApiError::from)? {
        Ended::Own => answer,
        Ended::Repeated(outcome) => replayed(repeat(outcome).await),
        Ended::OtherRequest => Err(reused().into()),
    }
}

fn replayed<E>(answer: Result<Response, E>) -> Result<Response, E> {
    answer.map(|mut answer| {
        let is_replayed = HeaderValue::from_static("true");
        answer.headers_mut().insert(IDEMPOTENCY_REPLAYED, is_replayed);
        answer
    })
}

fn reused() -> ApiError {
    ApiError::new(&registry::IDEMPOTENCY_KEY_REUSED)
        .detail("the key was used for a request with another method, address or body")
}

/// The key of a request (COM-07): a quoted string as in RFC 9651, or the same characters without quotes.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut lines = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let text = line.to_str().ok().filter(|_| lines.next().is_none());
    let key = text.and_then(|text| unquoted(text.trim_matches([' ', '\t'])));
    key.map(Some).ok_or_else(|| {
        ApiError::new(&registry::IDEMPOTENCY_KEY_INVALID)
            .detail("the Idempotency-Key must be one string of 1 to 255 visible ASCII characters")
    })
}

/// None where it is no key.
fn unquoted(text: &str) -> Option<String> {
    let key = match text.strip_prefix('"') {
        None => text.to_owned(),
        Some(quoted) => {
            let mut key = String::new();
            let mut characters = quoted.strip_suffix('"')?.chars();
            while let Some(character) = characters.next() {
                match character {
                    '"' => return None,
                    '\\' => key.push(
                        characters
                            .next()
                            .filter(|escaped| matches!(escaped, '"' | '\\'))?,
                    ),
                    other => key.push(other),
                }
            }
            key
        }
    };
    let is_key = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Option<String>, u16> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        key(&headers).map_err(|error| error.status().as_u16())
    }

    #[test]
    fn com_07_quoted_and_bare_are_the_same_key() {
        assert_eq!(read(&[]), Ok(None));
        let longest = "k".repeat(255);
        for (line, expected) in [
            ("abc", "abc"),
            ("\"abc\"", "abc"),
            (" \"abc\" ", "abc"),
            ("a\"b\\c", "a\"b\\c"),
            ("\"a\\\"b\\\\c\"", "a\"b\\c"),
            (
                "8e03978e-40d5-43dd-bc93-6894a57f9324",
                "8e03978e-40d5-43dd-bc93-6894a57f9324",
            ),
            (longest.as_str(), longest.as_str()),
            (&format!("\"{longest}\""), longest.as_str()),
        ] {
            assert_eq!(read(&[line]), Ok(Some(expected.to_owned())), "{line}");
        }
    }

    #[test]
    fn com_07_anything_else_is_400() {
        let too_long = "k".repeat(256);
        for line in [
            "",
            "\"\"",
            "\"",
            "\"abc",
            "\"a\"b\"",
            "\"abc\"; a=1",
            "\"a\\b\"",
            "\"abc\\\"",
            "a b",
            "\"a b\"",
            "a, b",
            "k\u{e9}",
            "\"k\u{e9}\"",
            &too_long,
            &format!("\"{too_long}\""),
        ] {
            assert_eq!(read(&[line]), Err(400), "{line}");
        }
        assert_eq!(read(&["a", "a"]), Err(400), "twice");
    }
}
