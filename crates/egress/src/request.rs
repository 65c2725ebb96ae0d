//! One request while it is being written.

use std::{marker::PhantomData, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::answer::Answer;
use crate::client::Egress;
use crate::error::{EgressError, from_client};

/// A request of [`Egress`]; nothing leaves before [`Request::send`].
#[must_use = "a request does nothing until it is sent"]
#[derive(Debug)]
pub struct Request<'e> {
    /// Ties the request to the way out that judged its address.
    egress: PhantomData<&'e Egress>,
    max_answer_len: usize,
    builder: Result<reqwest::RequestBuilder, EgressError>,
}

impl<'e> Request<'e> {
    pub(crate) fn new(egress: &'e Egress, builder: Result<reqwest::RequestBuilder, EgressError>) -> Self {
        Self {
            egress: PhantomData,
            max_answer_len: egress.policy().max_answer_len,
            builder,
        }
    }

    /// Adds a header.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|builder| builder.header(name, value))
    }

    /// Adds headers, replacing those of the same name.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.with(|builder| builder.headers(headers))
    }

    /// Authenticates with the Basic scheme (RFC 7617). For OAuth clients both parts must be form-encoded before
    /// (RFC 6749 section 2.3.1).
    pub fn basic_auth(self, name: &str, password: &str) -> Self {
        self.with(|builder| builder.basic_auth(name, Some(password)))
    }

    /// Authenticates with a bearer token (RFC 6750).
    pub fn bearer_auth(self, token: &str) -> Self {
        self.with(|builder| builder.bearer_auth(token))
    }

    /// Gives up after this time, where the policy would wait longer or shorter.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.with(|builder| builder.timeout(deadline))
    }

    /// Reads at most this many bytes of the answer, where the policy would read more or fewer.
    pub fn longest_answer(mut self, len: usize) -> Self {
        self.max_answer_len = len;
        self
    }

    fn with(mut self, change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Self {
        self.builder = self.builder.map(change);
        self
    }

    /// Sends the request and reads the whole answer within the deadline and the length limit.
    pub async fn send(self) -> Result<Answer, EgressError> {
        let response = self.builder?.send().await.map_err(|error| from_client(&error))?;
        Answer::read(response, self.max_answer_len).await
    }

    /// As [`Self::send`], where a long answer is as good as a short one: what is beyond the limit is not read.
    pub async fn send_and_cut(self) -> Result<Answer, EgressError> {
        let response = self.builder?.send().await.map_err(|error| from_client(&error))?;
        Answer::read_cut(response, self.max_answer_len).await
    }
}
