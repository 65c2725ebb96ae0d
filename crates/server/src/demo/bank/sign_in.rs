//! Signing in at the bank and out again, as a client of the bank's own OpenID provider.

use axum::response::{IntoResponse, Redirect, Response};
use http::header;
use url::Url;

use super::APP;
use crate::demo::{Caller, Demo, DemoError, visitors::Visitor};

/// `GET /demo/bank/callback`: back from signing in.
pub(in crate::demo) async fn callback(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (id, mut visitor) = caller.visitor(APP);
    let (state, verifier) = (visitor.state.take(), visitor.verifier.take());
    if state.is_none() || state.as_deref() != caller.asked("state") {
        return Err(DemoError::Browser);
    }
    let failed = |why: String| DemoError::Door {
        what: "signing in at the bank",
        why,
    };
    let code = caller
        .asked("code")
        .ok_or_else(|| failed(caller.asked("error").unwrap_or("no code").to_owned()))?;
    let verifier = verifier.unwrap_or_default();
    let outcome = demo
        .redeem(&demo.bank.first_party, &demo.bank_callback(), code, &verifier)
        .await?;
    let (tokens, subject) = outcome.map_err(|refused| failed(refused.error))?;
    visitor.tokens = Some(tokens);
    visitor.user_id = subject;
    let then = visitor.then.take().unwrap_or_else(|| "/demo/bank".to_owned());
    Ok(caller.remember(APP, id, visitor, Redirect::to(&then)))
}

/// `POST /demo/bank/logout`: forgets the person here, then ends the session at the issuer, which sends the browser back.
pub(in crate::demo) async fn log_out(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (id, visitor) = caller.visitor(APP);
    let mut url = Url::parse(&demo.endpoint("/session/end")).map_err(|error| DemoError::Door {
        what: "the issuer's address",
        why: error.to_string(),
    })?;
    let hint = visitor.tokens.and_then(|tokens| tokens.id);
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &demo.bank.first_party.client_id)
            .append_pair(
                "post_logout_redirect_uri",
                &format!("{}/demo/bank", demo.addresses.bank_url),
            );
        if let Some(hint) = &hint {
            query.append_pair("id_token_hint", hint);
        }
    }
    Ok(caller.remember(APP, id, Visitor::default(), Redirect::to(url.as_str())))
}

impl Demo {
    /// Sends the browser to sign in, and from there to `then`.
    pub(super) fn sign_in(
        &self,
        caller: &Caller,
        id: String,
        mut visitor: Visitor,
        then: &str,
    ) -> Result<Response, DemoError> {
        visitor.then = Some(then.to_owned());
        let url = self.begin(
            &mut visitor,
            &self.bank.first_party,
            &self.bank_callback(),
            "openid",
            None,
        )?;
        Ok(caller.remember(APP, id, visitor, Redirect::to(url.as_str())))
    }

    /// The bank lives on its own origin; a visit elsewhere is sent there.
    pub(super) fn not_at_the_bank(&self, caller: &Caller, path: &str) -> Option<Response> {
        let own = &self.addresses.bank_url;
        (self.own_address(&caller.headers) != own)
            .then(|| Redirect::to(&format!("{own}{path}")).into_response())
    }

    /// The address this request was sent to: the bank's, or the one of everything else.
    pub(in crate::demo) fn own_address(&self, headers: &http::HeaderMap) -> &str {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let bank = &self.addresses.bank_url;
        if bank.strip_prefix("http://") == Some(host) {
            bank
        } else {
            &self.addresses.base_url
        }
    }

    fn bank_callback(&self) -> String {
        format!("{}/demo/bank/callback", self.addresses.bank_url)
    }
}
