//! Whether and where a connection can be kept for longer (consent-dashboard B6.2).

use consentry_domain::{Lifetime, State, client::Client, tenant::Renewal};
use consentry_ledger::{
    TenantSnapshot,
    agreements::{Connection, RENEWAL_WINDOW, is_renewable},
};

use super::link::Link;

/// How long after the end of a connection the way back to the application is shown.
const AFTERWARDS: Lifetime = Lifetime::days(7);

/// Where a connection is kept for longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// Nowhere, or not now.
    No,
    /// On this page.
    Here,
    /// At the application.
    There(Link),
}

impl Keeping {
    /// Whether and where a connection can be kept for longer at the moment it was looked at: from 30 days before its end on, here as long
    /// as it stands, at the application up to 7 days after. What was for one time is not kept.
    pub fn of(
        tenant: &TenantSnapshot,
        client: Option<&std::sync::Arc<Client>>,
        connection: &Connection,
    ) -> Self {
        let agreement = &connection.agreement;
        if agreement.is_once() {
            return Self::No;
        }
        let now = connection.seen_at;
        let stands = connection.state == State::Accepted;
        match tenant.tenant.dashboard.renewal {
            Renewal::Off => Self::No,
            Renewal::Provider if stands && is_renewable(agreement, now) => Self::Here,
            Renewal::Provider => Self::No,
            Renewal::Recipient => {
                let near = agreement
                    .valid_until
                    .is_some_and(|until| until <= now.plus(RENEWAL_WINDOW) && now <= until.plus(AFTERWARDS));
                let ended_by_time = connection.state == State::Expired;
                let address = client.and_then(|client| client.settings.reconnect_uri.as_deref());
                let link = address.map(Link::new).filter(|link| link.is_site);
                match link {
                    Some(link) if near && (stands || ended_by_time) => Self::There(link),
                    _ => Self::No,
                }
            }
        }
    }

    /// Whether it is done on this page.
    pub fn is_here(&self) -> bool {
        *self == Self::Here
    }

    /// The way to the application, where it is done there.
    pub const fn there(&self) -> Option<&Link> {
        match self {
            Self::There(link) => Some(link),
            Self::No | Self::Here => None,
        }
    }

    /// The name on the wire; none where it cannot be kept.
    pub const fn as_str(&self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Here => Some("provider"),
            Self::There(_) => Some("recipient"),
        }
    }
}
