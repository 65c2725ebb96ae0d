//! A sender over reqwest.

use std::time::Duration;

use crate::fetching::{BoxFuture, Fetch, FetchError, Request, Response};

const USER_AGENT: &str = concat!("consentry-verify/", env!("CARGO_PKG_VERSION"));
const CONNECTING: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(10);

/// Sends requests with reqwest: no redirects, no proxies, no cookies, TLS 1.2 or later, 3 seconds for connecting and 10 for
/// everything.
#[derive(Clone, Debug)]
pub struct ReqwestFetch {
    client: reqwest::Client,
}

impl ReqwestFetch {
    /// Fails where the system has no trust store that can be read.
    pub fn new() -> Result<Self, FetchError> {
        Self::within(WHOLE)
    }

    /// The same with another limit for everything.
    #[expect(
        clippy::disallowed_methods,
        reason = "an SDK runs in programs of others, which have no egress"
    )]
    pub fn within(whole: Duration) -> Result<Self, FetchError> {
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECTING)
            .timeout(whole)
            .build()
            .map_err(failed)?;
        Ok(Self { client })
    }
}

impl Fetch for ReqwestFetch {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            let method = reqwest::Method::from_bytes(request.method.as_bytes())
                .map_err(|error| FetchError(error.to_string()))?;
            let mut made = self.client.request(method, &request.url);
            if !request
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("accept"))
            {
                made = made.header("accept", "application/json");
            }
            for (name, value) in &request.headers {
                made = made.header(name, value);
            }
            if let Some(body) = request.body {
                made = made.body(body);
            }
            let mut answer = made.send().await.map_err(failed)?;
            let status = answer.status().as_u16();
            let headers = answer
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
                .collect();
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(failed)? {
                body.extend_from_slice(&chunk);
                if body.len() > request.max_bytes {
                    return Err(FetchError("the answer is too large".to_owned()));
                }
            }
            Ok(Response {
                status,
                headers,
                body,
            })
        })
    }
}

fn failed(error: reqwest::Error) -> FetchError {
    FetchError(error.to_string())
}
