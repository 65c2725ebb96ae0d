//! Asking the check API (OpenID AuthZEN): may this party do this with that person's data now?

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::error::{Code, Refused, SettingsError};
use crate::fetching::{Environment, Headers, Request, is_secure};

const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Its `reason_code`.
    pub reason: Option<String>,
    /// For how many seconds it may be kept.
    pub max_age: u64,
    /// Everything that came with it.
    pub context: Map<String, Value>,
}

/// When several questions are answered early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantic {
    /// Each question has its answer.
    #[default]
    ExecuteAll,
    /// The first refusal is the last answer.
    DenyOnFirstDeny,
    /// The first permit is the last answer.
    PermitOnFirstPermit,
}

impl Semantic {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ExecuteAll => "execute_all",
            Self::DenyOnFirstDeny => "deny_on_first_deny",
            Self::PermitOnFirstPermit => "permit_on_first_permit",
        }
    }
}

/// The headers of a client that shows its secret (RFC 6749 2.3.1).
pub fn basic(client_id: &str, client_secret: &str) -> Headers {
    let pair = format!("{}:{}", form_encoded(client_id), form_encoded(client_secret));
    let value = format!("Basic {}", STANDARD.encode(pair));
    Arc::new(move || vec![("authorization".to_owned(), value.clone())])
}

fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]),
        }
    }
    encoded
}

fn hexadecimal(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

/// Asks the check API of a server.
#[derive(Clone)]
pub struct CheckClient {
    base_url: String,
    headers: Headers,
    environment: Environment,
}

impl CheckClient {
    /// `base_url` has no path below `/access/v1`; `headers` authenticate.
    pub fn new(base_url: &str, headers: Headers, environment: Environment) -> Result<Self, SettingsError> {
        if !is_secure(base_url) {
            return Err(SettingsError("the server is at an https address"));
        }
        Ok(Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            headers,
            environment,
        })
    }

    /// One question: an object with `subject`, `action`, `resource` and, where it has one, `context`. Fails with `check_refused` where
    /// the server does not take it, with `check_unavailable` where there is no answer.
    pub async fn evaluation(&self, question: &Value) -> Result<Decision, Refused> {
        decision(Value::Object(self.ask("evaluation", question).await?))
    }

    /// Several questions in one request, each with members that stand in place of `defaults`. Unless each has its answer
    /// ([`Semantic::ExecuteAll`]), there may be fewer answers than questions.
    pub async fn evaluations(
        &self,
        questions: &[Value],
        defaults: &Map<String, Value>,
        semantic: Semantic,
    ) -> Result<Vec<Decision>, Refused> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let mut body = defaults.clone();
        body.insert("evaluations".to_owned(), questions.into());
        body.insert(
            "options".to_owned(),
            json!({ "evaluations_semantic": semantic.as_str() }),
        );
        let mut answer = self.ask("evaluations", &Value::Object(body)).await?;
        let Some(Value::Array(answers)) = answer.remove("evaluations") else {
            return Err(unavailable("not an answer to each question"));
        };
        let least = if semantic == Semantic::ExecuteAll {
            questions.len()
        } else {
            1
        };
        if !(least..=questions.len()).contains(&answers.len()) {
            return Err(unavailable("not an answer to each question"));
        }
        answers.into_iter().map(decision).collect()
    }

    async fn ask(&self, operation: &str, body: &Value) -> Result<Map<String, Value>, Refused> {
        let url = format!("{}/access/v1/{operation}", self.base_url);
        let mut request = Request::post(&url, "application/json", body.to_string(), (self.headers)());
        request.max_bytes = MAX_ANSWER_BYTES;
        let response = self
            .environment
            .ask(request)
            .await
            .map_err(|error| unavailable(&error.to_string()))?;
        let said = format!("the server answered {}", response.status);
        match response.status {
            200 => response.json().map_err(|error| unavailable(&error.to_string())),
            408 | 429 => Err(unavailable(&said)),
            400..=499 => Err(Refused::because(Code::CheckRefused, said)),
            _ => Err(unavailable(&said)),
        }
    }
}

impl fmt::Debug for CheckClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CheckClient")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

fn unavailable(why: &str) -> Refused {
    Refused::because(Code::CheckUnavailable, why)
}

fn decision(mut answer: Value) -> Result<Decision, Refused> {
    let allowed = answer.get("decision").and_then(Value::as_bool);
    let context = match answer.get_mut("context").map(Value::take) {
        None => Some(Map::new()),
        Some(Value::Object(context)) => Some(context),
        Some(_) => None,
    };
    let (Some(allowed), Some(context)) = (allowed, context) else {
        return Err(unavailable("not a decision"));
    };
    Ok(Decision {
        allowed,
        reason: context
            .get("reason_code")
            .and_then(Value::as_str)
            .map(str::to_owned),
        max_age: context.get("max_age").and_then(Value::as_u64).unwrap_or_default(),
        context,
    })
}
