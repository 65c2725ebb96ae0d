//! Bodies with a limit, and the media type that a body claims.

use std::error::Error;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::error::{ApiError, FieldError, registry};

/// Reads a body whole; a longer one than `limit` bytes is refused without reading on.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_length_limit(error.as_ref()) => Err(BodyError::TooLarge { limit }),
        Err(error) => Err(BodyError::Broken(error.to_string())),
    }
}

/// Whether this limit or one further out was met.
fn is_length_limit(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length_limit)
}

/// Checks the media type of a body against those that are accepted, all in lower case.
///
/// Parameters are ignored, except a `charset` other than UTF-8.
pub fn require_media_type(headers: &HeaderMap, accepted: &[&str]) -> Result<(), BodyError> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(BodyError::MediaType);
    };
    let value = value.to_str().map_err(|_| BodyError::MediaType)?;
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    if !accepted.contains(&essence.as_str()) || parts.any(names_other_charset) {
        return Err(BodyError::MediaType);
    }
    Ok(())
}

/// Why a body was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Longer than allowed.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// Largest size that is accepted, in bytes.
        limit: usize,
    },
    /// The connection broke or the framing was wrong.
    #[error("the body could not be read: {0}")]
    Broken(String),
    /// Missing, repeated or unsupported `Content-Type`.
    #[error("the media type is not supported here")]
    MediaType,
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { .. } => {
                ApiError::new(&registry::PAYLOAD_TOO_LARGE).detail(error.to_string())
            }
            BodyError::Broken(_) => ApiError::new(&registry::INVALID_REQUEST)
                .field(FieldError::pointer("", "the body could not be read"))
                .because(error),
            BodyError::MediaType => ApiError::new(&registry::UNSUPPORTED_MEDIA_TYPE),
        }
    }
}

fn names_other_charset(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    name.trim().eq_ignore_ascii_case("charset")
        && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_over_the_limit_is_413() {
        let error = read(Body::from(vec![b'x'; 9]), 8).await.unwrap_err();
        assert_eq!(error, BodyError::TooLarge { limit: 8 });
        assert_eq!(ApiError::from(error).status().as_u16(), 413);
        assert_eq!(read(Body::from("12345678"), 8).await.unwrap(), "12345678");
        let limited_further_out = Body::new(Limited::new(Body::from(vec![b'x'; 9]), 4));
        let error = read(limited_further_out, 8).await.unwrap_err();
        assert_eq!(error, BodyError::TooLarge { limit: 8 });
    }

    #[test]
    fn media_types_are_compared_without_parameters_and_case() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            require_media_type(&headers, &["application/json", "application/hal+json"])
        };
        for good in [
            "application/json",
            "Application/HAL+JSON; charset=\"UTF-8\"",
            "application/json;charset=utf-8",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "text/html",
            "application/json-patch+json",
            "application/json; charset=latin1",
            "",
        ] {
            assert_eq!(check(bad), Err(BodyError::MediaType), "{bad}");
        }
        assert_eq!(
            require_media_type(&HeaderMap::new(), &["application/json"]),
            Err(BodyError::MediaType)
        );
    }

    #[test]
    fn a_repeated_content_type_is_refused() {
        let mut headers = HeaderMap::new();
        headers.append(header::CONTENT_TYPE, "application/json".parse().unwrap());
        headers.append(header::CONTENT_TYPE, "text/plain".parse().unwrap());
        assert_eq!(
            require_media_type(&headers, &["application/json"]),
            Err(BodyError::MediaType)
        );
    }
}
