//! The cookies of the front channel: session, interactions, and the value by which a browser's interactions are counted.

use consentry_domain::client::CookieSite;
use consentry_ledger::{
    Fault, Opaque,
    accounts::Session,
    interactions::{Begun, Interaction},
};
use consentry_web::{
    credentials::{CookieName, SameSite, Transport, clear_cookie, cookie, set_cookie},
    error::ApiError,
    sign_in::SESSION,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};

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
pub(super) fn keep_interaction(visit: &Visit, begun: &Begun) -> Result<Vec<HeaderValue>, ApiError> {
    let tenant = &visit.tenant.tenant;
    let client = visit.tenant.client(begun.interaction.request.client.as_str());
    let open = client.map_or(tenant.lifetimes.interaction, |client| {
        client.interaction_lifetime(tenant)
    });
    let seconds = tenant
        .lifetimes
        .login
        .as_seconds()
        .saturating_add(open.as_seconds());
    let name = format!("{INTERACTION}{}", begun.interaction.cookie_mark());
    let site = site(visit, &begun.interaction);
    Ok(vec![
        keep_at(visit, &name, &begun.cookie, seconds, site)?,
        keep(visit, BROWSER, &begun.browser, seconds)?,
    ])
}

/// `SameSite` of the cookie of an interaction, as its client is registered. Without TLS no browser keeps a cookie for every site.
fn site(visit: &Visit, interaction: &Interaction) -> SameSite {
    let client = visit.tenant.client(interaction.request.client.as_str());
    let wanted = client.and_then(|client| client.settings.cookie_site);
    same_site(wanted, visit.house.transport())
}

fn same_site(wanted: Option<CookieSite>, transport: Transport) -> SameSite {
    match (wanted, transport) {
        (Some(CookieSite::None), Transport::Tls) => SameSite::None,
        _ => SameSite::Lax,
    }
}

/// Removes the cookie of an interaction.
pub(super) fn forget_interaction(visit: &Visit, interaction: &Interaction) -> Result<HeaderValue, ApiError> {
    let name = format!("{INTERACTION}{}", interaction.cookie_mark());
    forget_at(visit, &name, site(visit, interaction))
}

fn keep(visit: &Visit, name: &str, value: &Opaque, seconds: i64) -> Result<HeaderValue, ApiError> {
    keep_at(visit, name, value, seconds, SameSite::Lax)
}

fn keep_at(
    visit: &Visit,
    name: &str,
    value: &Opaque,
    seconds: i64,
    site: SameSite,
) -> Result<HeaderValue, ApiError> {
    let name = CookieName::new(name).map_err(ApiError::internal)?;
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    set_cookie(
        &name,
        value.expose(),
        site,
        Some(seconds),
        visit.house.transport(),
    )
    .map_err(ApiError::internal)
}

fn forget(visit: &Visit, name: &str) -> Result<HeaderValue, ApiError> {
    forget_at(visit, name, SameSite::Lax)
}

fn forget_at(visit: &Visit, name: &str, site: SameSite) -> Result<HeaderValue, ApiError> {
    let name = CookieName::new(name).map_err(ApiError::internal)?;
    clear_cookie(&name, site, visit.house.transport()).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tpa_a2_short_cookies_samesite_type_counts_over_tls() {
        let (lax, none) = (Some(CookieSite::Lax), Some(CookieSite::None));
        assert_eq!(same_site(none, Transport::Tls), SameSite::None);
        for (wanted, transport) in [
            (None, Transport::Tls),
            (lax, Transport::Tls),
            (none, Transport::PlainLoopback),
        ] {
            assert_eq!(same_site(wanted, transport), SameSite::Lax, "{wanted:?}");
        }
    }
}
