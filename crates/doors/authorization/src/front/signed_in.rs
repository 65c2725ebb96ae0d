//! Somebody proved who they are: a new session, and on with what they came for.

use axum::response::Response;
use consentry_domain::{SubjectId, Timestamp, client::Client};
use consentry_ledger::{
    Opaque,
    interactions::{Interaction, Misuse},
    sessions::{Method, Vouched},
};
use consentry_web::{parameters::Parameters, visit::Visit};
use http::{HeaderMap, HeaderValue};

use super::{
    answer,
    browser::{self, Browser},
    failure::Failure,
    proceed,
    redirect::see_other,
};

/// What somebody signs in for: a request of an app, in the browser it is bound to.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub handle: Opaque,
    pub interaction: Interaction,
}

impl Errand {
    /// The errand that a form or an address names; none where somebody comes without one.
    pub(super) async fn of(
        visit: &Visit,
        headers: &HeaderMap,
        parameters: &Parameters,
    ) -> Result<Option<Self>, Failure> {
        let named = parameters
            .one("interaction")
            .map_err(consentry_web::error::ApiError::from)?;
        match named.filter(|handle| !handle.is_empty()) {
            Some(handle) => Self::open(visit, headers, &Opaque::received(handle))
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    /// The errand with this handle, in its own browser.
    pub(super) async fn open(visit: &Visit, headers: &HeaderMap, handle: &Opaque) -> Result<Self, Failure> {
        let interaction = waiting_for_login(visit, headers, handle).await?;
        Ok(Self {
            handle: handle.clone(),
            interaction,
        })
    }

    /// Whether the question was put already, so that nobody has to sign in any more.
    pub(super) fn is_past(&self) -> bool {
        self.interaction.step.question().is_some()
    }

    /// Where it goes on.
    pub(super) fn path(&self) -> String {
        proceed::path(&self.handle)
    }

    /// The client that asks.
    pub(super) fn client<'a>(&self, visit: &'a Visit) -> Result<&'a Client, Failure> {
        visit
            .tenant
            .client(self.interaction.request.client.as_str())
            .map(AsRef::as_ref)
            .ok_or_else(Failure::over)
    }

    /// Where the post of a page of ours may end: browsers hold its policy against redirects.
    pub(super) fn leads_to(&self, visit: &Visit) -> Vec<String> {
        let consent_uri = self
            .client(visit)
            .ok()
            .and_then(|client| client.consent_uri.clone());
        let redirect_uri = self.interaction.request.redirect_uri.clone();
        [Some(redirect_uri), consent_uri].into_iter().flatten().collect()
    }

    /// An own address that keeps the errand.
    pub(super) fn at(errand: Option<&Self>, path: &str) -> String {
        match errand {
            Some(errand) => super::redirect::with_parameters(path, [("interaction", errand.handle.expose())]),
            None => path.to_owned(),
        }
    }
}

/// The interaction of a login, in its own browser.
async fn waiting_for_login(
    visit: &Visit,
    headers: &HeaderMap,
    handle: &Opaque,
) -> Result<Interaction, Failure> {
    let found = visit.ledger().interaction(&visit.tenant, handle).await?;
    let interaction = found.ok_or_else(Failure::unknown)?;
    if interaction.step.is_terminal() {
        visit
            .ledger()
            .reject_interaction(&visit.tenant, &interaction, Misuse::Over)
            .await?;
        return Err(Failure::over());
    }
    answer::own_browser(visit, headers, &interaction).await?;
    Ok(interaction)
}

/// Begins the session of somebody who proved who they are in this way, and sends the browser on.
pub(super) async fn proved(
    visit: &Visit,
    headers: &HeaderMap,
    errand: Option<&Errand>,
    (subject, method, vouched): (SubjectId, Method, Option<Vouched<'_>>),
    mut cookies: Vec<HeaderValue>,
) -> Result<Response, Failure> {
    let ledger = visit.ledger();
    let browser = Browser::new(visit, headers);
    let since = errand.map_or(Timestamp::EPOCH, |errand| {
        errand.interaction.counts_since(ledger.now())
    });
    let previous = browser.session_bearer();
    let (bearer, session) = ledger
        .renew_session(
            &visit.tenant,
            previous.as_ref(),
            subject,
            (method, since),
            vouched,
            browser.device(),
        )
        .await?;
    cookies.push(browser::keep_session(visit, &bearer)?);
    let Some(errand) = errand else {
        return Ok(see_other("/login", cookies)?);
    };
    ledger
        .interaction_logged_in(&visit.tenant, &errand.interaction, &session)
        .await?;
    Ok(see_other(&errand.path(), cookies)?)
}
