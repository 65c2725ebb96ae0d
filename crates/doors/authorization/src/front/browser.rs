//! The cookies of the front channel: session, interactions, and the value by which a browser's interactions are counted.

use consentry_ledger::{Fault, Opaque, accounts::Session};
use consentry_web::{
    credentials::{CookieName, SameSite, clear_cookie, cookie, set_cookie},
    error::ApiError,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};

/// Name of the session cookie.
const SESSION: &str = "cst_session";

/// Name of the counting cookie.
const BROWSER: &str = "cst_browser";

/// Beginning of the names of interaction cookies; eight hexadecimal digits follow (TPA-IX-01).
const INTERACTION: &str = "cst_ix_";

/// What a browser brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Browser<'a> {
    visit: &'a Visit,
    headers: &'a HeaderMap,
}

impl<'a> Browser<'a> {
    pub(super) const fn new(visit: &'a Visit, headers: &'a HeaderMap) -> Self {
        Self { visit, headers }
    }

    /// The bearer of a session, alive or not.
    pub(super) fn session_bearer(&self) -> Option<Opaque> {
        self.read(SESSION)
    }

    /// The session, if it is alive.
    pub(super) async fn session(&self) -> Result<Option<Session>, Fault> {
        match self.session_bearer() {
            Some(bearer) => self.visit.ledger().session(&self.visit.tenant, &bearer).await,
            None => Ok(None),
        }
    }

    /// The cookie of the interaction with this mark.
    pub(super) fn interaction(&self, mark: &str) -> Option<Opaque> {
        self.read(&format!("{INTERACTION}{mark}"))
    }

    /// The counting value.
    pub(super) fn counted_by(&self) -> Option<Opaque> {
        self.read(BROWSER)
    }

    fn read(&self, name: &str) -> Option<Opaque> {
        let name = CookieName::new(name).ok()?;
        cookie(self.headers, &name, self.visit.house.transport()).map(Opaque::received)
    }
}

/// Sets the session cookie.
pub(super) fn keep_session(visit: &Visit, bearer: &Opaque) -> Result<HeaderValue, ApiError> {
    keep(
        visit,
        SESSION,
        bearer,
        visit.tenant.tenant.lifetimes.session.as_seconds(),
    )
}

/// Removes the session cookie.
pub(super) fn forget_session(visit: &Visit) -> Result<HeaderValue, ApiError> {
    forget(visit, SESSION)
}

/// Sets the cookies of a new interaction.
pub(super) fn keep_interaction(
    visit: &Visit,
    mark: &str,
    value: &Opaque,
    browser: &Opaque,
) -> Result<Vec<HeaderValue>, ApiError> {
    let lifetimes = &visit.tenant.tenant.lifetimes;
    let seconds = lifetimes
        .login
        .as_seconds()
        .saturating_add(lifetimes.interaction.as_seconds());
    Ok(vec![
        keep(visit, &format!("{INTERACTION}{mark}"), value, seconds)?,
        keep(visit, BROWSER, browser, seconds)?,
    ])
}

/// Removes the cookie of an interaction.
pub(super) fn forget_interaction(visit: &Visit, mark: &str) -> Result<HeaderValue, ApiError> {
    forget(visit, &format!("{INTERACTION}{mark}"))
}

fn keep(visit: &Visit, name: &str, value: &Opaque, seconds: i64) -> Result<HeaderValue, ApiError> {
    let name = CookieName::new(name).map_err(ApiError::internal)?;
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    set_cookie(
        &name,
        value.expose(),
        SameSite::Lax,
        Some(seconds),
        visit.house.transport(),
    )
    .map_err(ApiError::internal)
}

fn forget(visit: &Visit, name: &str) -> Result<HeaderValue, ApiError> {
    let name = CookieName::new(name).map_err(ApiError::internal)?;
    clear_cookie(&name, SameSite::Lax, visit.house.transport()).map_err(ApiError::internal)
}
