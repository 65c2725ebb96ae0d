//! The app's side of the code flow: sent away, called back, refreshed.

use axum::response::{IntoResponse, Redirect, Response};

use super::{App, scope};
use crate::demo::{Caller, DemoError, oauth_client::Refused, visitors::Told};

/// `POST …/connect`: sends the browser to the bank.
pub(in crate::demo) async fn connect(app: App, caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (id, mut visitor) = caller.visitor(app.path);
    let url = demo.begin(
        &mut visitor,
        app.client(demo),
        &app.callback_address(demo),
        &scope(),
        Some("consent"),
    )?;
    Ok(caller.remember(app.path, id, visitor, Redirect::to(url.as_str())))
}

/// `GET …/callback`: takes the answer, if it is one to this browser's request.
pub(in crate::demo) async fn callback(app: App, caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (id, mut visitor) = caller.visitor(app.path);
    let (state, verifier) = (visitor.state.take(), visitor.verifier.take());
    if state.is_none() || state.as_deref() != caller.asked("state") {
        return Err(DemoError::Browser);
    }
    if caller.asked("iss") != Some(&*demo.issuer()) {
        return Err(DemoError::Browser);
    }
    let told = match (caller.asked("code"), caller.asked("error")) {
        (Some(code), None) => {
            let verifier = verifier.unwrap_or_default();
            let redirect_uri = app.callback_address(demo);
            match demo
                .redeem(app.client(demo), &redirect_uri, code, &verifier)
                .await?
            {
                Ok((tokens, _subject)) => {
                    visitor.tokens = Some(tokens);
                    Told::Connected
                }
                Err(refused) => Told::Failed(wire(&refused)),
            }
        }
        (_, error) => {
            let refused = Refused {
                error: error.unwrap_or("no code").to_owned(),
                error_description: caller.asked("error_description").unwrap_or_default().to_owned(),
            };
            if refused.error == "access_denied" {
                Told::Declined(wire(&refused))
            } else {
                Told::Failed(wire(&refused))
            }
        }
    };
    visitor.told = Some(told);
    Ok(caller.remember(app.path, id, visitor, app.own_page()))
}

/// `POST …/refresh`: asks for new tokens. A refusal means that the connection is over.
pub(in crate::demo) async fn refresh(app: App, caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (id, mut visitor) = caller.visitor(app.path);
    let token = visitor.tokens.as_ref().and_then(|tokens| tokens.refresh.clone());
    let Some(token) = token else {
        return Ok(app.own_page().into_response());
    };
    match demo.refresh(app.client(demo), &token).await? {
        Ok((tokens, _subject)) => {
            visitor.tokens = Some(tokens);
            visitor.told = Some(Told::NewTokens);
        }
        Err(refused) => {
            visitor.tokens = None;
            visitor.told = Some(Told::Ended(wire(&refused)));
        }
    }
    Ok(caller.remember(app.path, id, visitor, app.own_page()))
}

/// A refusal as it travelled, its parts one per entry.
fn wire(refused: &Refused) -> Vec<String> {
    let parts = [
        ("error", &refused.error),
        ("error_description", &refused.error_description),
    ];
    parts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}
