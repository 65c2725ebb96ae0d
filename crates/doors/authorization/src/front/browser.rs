//! The cookies of the front channel: session, interactions, and the value by which a browser's interactions are counted.

use consentry_domain::{client::CookieSite, device::Device};
use consentry_ledger::{
    Fault, Opaque,
    interactions::{Begun, Interaction},
    one_time, passkeys,
    sessions::Session,
};
use consentry_web::{
    credentials::{CookieName, SameSite, Transport, clear_cookie, cookie, set_cookie},
    error::ApiError,
    sign_in::SESSION,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, header};

/// Name of the counting cookie.
const BROWSER: &str = "cst_browser";

/// Name of the cookie that makes a one-time code good.
const CODE: &str = "cst_code";

/// Name of the cookie that says which challenge a passkey has to answer.
const PASSKEY: &str = "cst_passkey";

/// Beginning of the names of cookies of requests to other providers; eight hexadecimal digits follow.
const UPSTREAM: &str = "cst_up_";

/// How long somebody may take at another provider, in seconds.
const AT_UPSTREAM: i64 = 1_800;

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

    /// The session, if it is alive. That it is in use is noted.
    pub(super) async fn session(&self) -> Result<Option<Session>, Fault> {
        let Some(bearer) = self.session_bearer() else {
            return Ok(None);
        };
        let (ledger, tenant) = (self.visit.ledger(), &self.visit.tenant);
        let session = ledger.session(tenant, &bearer).await?;
        if let Some(session) = &session {
            ledger.note_use_of(tenant, session).await;
        }
        Ok(session)
    }

    /// What the browser says it is.
    pub(super) fn device(&self) -> Device {
        let said = self.headers.get(header::USER_AGENT);
        Device::of_user_agent(said.and_then(|said| said.to_str().ok()).unwrap_or_default())
    }

    /// The handle of the code that this browser asked for last.
    pub(super) fn code(&self) -> Option<Opaque> {
        self.read(CODE)
    }

    /// The handle of the challenge that this browser was given last.
    pub(super) fn passkey(&self) -> Option<Opaque> {
        self.read(PASSKEY)
    }

    /// What was kept of the request to another provider with this mark.
    pub(super) fn upstream(&self, mark: &str) -> Option<Opaque> {
        self.read(&format!("{UPSTREAM}{mark}"))
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

/// Sets the cookie that makes a code good here.
pub(super) fn keep_code(visit: &Visit, handle: &Opaque) -> Result<HeaderValue, ApiError> {
    keep(visit, CODE, handle, one_time::GOOD_FOR.as_seconds())
}

/// Removes the cookie of a code.
pub(super) fn forget_code(visit: &Visit) -> Result<HeaderValue, ApiError> {
    forget(visit, CODE)
}

/// Sets the cookie of a challenge.
pub(super) fn keep_passkey(visit: &Visit, handle: &Opaque) -> Result<HeaderValue, ApiError> {
    keep(visit, PASSKEY, handle, passkeys::GOOD_FOR.as_seconds())
}

/// Removes it.
pub(super) fn forget_passkey(visit: &Visit) -> Result<HeaderValue, ApiError> {
    forget(visit, PASSKEY)
}

/// Sets the cookie of a request to another provider.
pub(super) fn keep_upstream(visit: &Visit, mark: &str, kept: &str) -> Result<HeaderValue, ApiError> {
    keep(
        visit,
        &format!("{UPSTREAM}{mark}"),
        &Opaque::received(kept),
        AT_UPSTREAM,
    )
}

/// Removes it.
pub(super) fn forget_upstream(visit: &Visit, mark: &str) -> Result<HeaderValue, ApiError> {
    forget(visit, &format!("{UPSTREAM}{mark}"))
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
