//! Bearer tokens that receivers' authorization servers give us (RFC 6749 4.4): fetched on the way that addresses are judged on, kept until
//! shortly before their end, and fetched once however many messages wait for one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use consentry_domain::{EndpointId, Lifetime, Timestamp};
use consentry_egress::Egress;
use http::StatusCode;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::sending::code;

/// How long a token is taken to live where the server does not say.
const USUAL: i64 = 300;

/// How long before its end a token is not used any more, so that it does not end on its way; a tenth of its life where that is less.
const BEFORE: i64 = 30;

/// A token and until when it is used.
struct Token {
    /// What it was fetched with: other credentials, other token.
    basis: String,
    text: Zeroizing<String>,
    until: Timestamp,
    /// Tells it from the one before.
    number: u64,
}

/// The tokens of a node.
#[derive(Default)]
pub(crate) struct Tokens {
    of_endpoint: Mutex<HashMap<EndpointId, Arc<tokio::sync::Mutex<Option<Token>>>>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// What a token is asked for with.
pub(crate) struct Asking<'a> {
    pub(crate) endpoint: EndpointId,
    /// The sealed credentials, which change whenever they do.
    pub(crate) basis: &'a str,
    pub(crate) token_url: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: &'a str,
    pub(crate) scope: Option<&'a str>,
    pub(crate) deadline: Duration,
    /// The number of a token that the receiver refused.
    pub(crate) refused: Option<u64>,
}

/// What the server answers (RFC 6749 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl Tokens {
    /// A token, with its number. Whoever comes while one is being fetched waits for that one.
    ///
    /// # Errors
    ///
    /// Why there is none: a stable code for the story of the message.
    pub(crate) async fn token(
        &self,
        way: &Egress,
        asking: &Asking<'_>,
        now: impl Fn() -> Timestamp + Send,
    ) -> Result<(Zeroizing<String>, u64), String> {
        let own = {
            let mut all = self.of_endpoint.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(asking.endpoint).or_default())
        };
        let mut own = own.lock().await;
        if let Some(token) = own.as_ref()
            && token.basis == asking.basis
            && token.until > now()
            && asking.refused != Some(token.number)
        {
            return Ok((token.text.clone(), token.number));
        }
        let number = own.as_ref().map_or(0, |token| token.number) + 1;
        let granted = fetch(way, asking).await?;
        let life = granted.expires_in.unwrap_or(USUAL).clamp(0, 86_400);
        let token = Token {
            basis: asking.basis.to_owned(),
            text: Zeroizing::new(granted.access_token),
            until: now().plus(Lifetime::seconds(life - BEFORE.min(life / 10))),
            number,
        };
        let text = token.text.clone();
        *own = Some(token);
        Ok((text, number))
    }

    /// Forgets an endpoint that is gone.
    pub(crate) fn forget(&self, endpoint: EndpointId) {
        let mut all = self.of_endpoint.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&endpoint);
    }
}

async fn fetch(way: &Egress, asking: &Asking<'_>) -> Result<Granted, String> {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(asking.scope.map(|scope| ("scope", scope)));
    // RFC 6749 2.3.1: both are form-encoded before they go into the header.
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let request = way
        .post_form(asking.token_url, &form)
        .basic_auth(&encoded(asking.client_id), &encoded(asking.client_secret))
        .deadline(asking.deadline);
    let answer = request
        .send()
        .await
        .map_err(|error| format!("token_{}", code(&error)))?;
    if answer.status != StatusCode::OK {
        return Err(format!("token_status_{}", answer.status.as_u16()));
    }
    // The text of the error may hold a part of the answer, so it goes nowhere.
    let granted: Granted = answer.json().map_err(|_| "token_unreadable".to_owned())?;
    let is_bearer = granted
        .token_type
        .as_deref()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let is_text =
        !granted.access_token.is_empty() && granted.access_token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_bearer || !is_text {
        return Err("token_unreadable".to_owned());
    }
    Ok(granted)
}
