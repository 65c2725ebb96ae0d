//! What came back, complete and bounded.

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{EgressError, from_client};

/// An answer. Redirects are answers too; nobody follows them.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body, at most [`crate::EgressPolicy::max_answer_len`] bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads the body as JSON, whatever its media type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// Collects the beginning of the answer, within the limit.
    pub(crate) async fn read_cut(
        mut response: reqwest::Response,
        max_len: usize,
    ) -> Result<Self, EgressError> {
        let mut body = Vec::new();
        while body.len() < max_len {
            let Some(chunk) = response.chunk().await.map_err(|error| from_client(&error))? else {
                break;
            };
            let room = max_len - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    /// Collects the answer and stops at the first byte too many. The announced length only ends a hopeless one early.
    pub(crate) async fn read(mut response: reqwest::Response, max_len: usize) -> Result<Self, EgressError> {
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |len| len > max_len) {
            return Err(EgressError::AnswerTooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| from_client(&error))? {
            if chunk.len() > max_len - body.len() {
                return Err(EgressError::AnswerTooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }
}
