//! Who asks, and where the answer goes (A.5.1 steps 1 to 3). Wrong here means: no redirect at all (B01-07, B12-18).

use std::sync::Arc;

use consentry_domain::client::Client;
use consentry_ledger::{
    TenantSnapshot,
    interactions::{ResponseMode, redirect_fits},
};
use consentry_web::parameters::{Parameters, Repeated};

/// A client and one of its addresses.
#[derive(Debug)]
pub(super) struct Address {
    /// The client, served.
    pub client: Arc<Client>,
    /// Its redirect address as given.
    pub redirect_uri: String,
    /// How the answer goes there.
    pub mode: ResponseMode,
    /// `state`, where it was given once.
    pub state: Option<String>,
}

/// Why nothing can be redirected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Wrong {
    #[error("client_id is missing")]
    ClientMissing,
    #[error("client_id is not known here")]
    ClientUnknown,
    #[error("redirect_uri is missing")]
    RedirectMissing,
    #[error("redirect_uri is not registered for this client")]
    RedirectUnknown,
    #[error("response_mode is not supported; use query or form_post")]
    ResponseMode,
    #[error(transparent)]
    Repeated(#[from] Repeated),
}

impl Wrong {
    /// Whether the app that sent the person is not known, in contrast to a request that cannot be answered.
    pub(super) const fn is_about_the_client(&self) -> bool {
        matches!(
            self,
            Self::ClientMissing | Self::ClientUnknown | Self::RedirectMissing | Self::RedirectUnknown
        )
    }
}

/// Steps 1 to 3 in order.
pub(super) fn find(tenant: &TenantSnapshot, parameters: &Parameters) -> Result<Address, Wrong> {
    find_for(client(tenant, parameters)?, parameters)
}

/// Who asks.
pub(super) fn client<'a>(
    tenant: &'a TenantSnapshot,
    parameters: &Parameters,
) -> Result<&'a Arc<Client>, Wrong> {
    let id = parameters.one("client_id")?.ok_or(Wrong::ClientMissing)?;
    tenant.client(id).ok_or(Wrong::ClientUnknown)
}

/// Where the answer to this client goes.
pub(super) fn find_for(client: &Arc<Client>, parameters: &Parameters) -> Result<Address, Wrong> {
    let redirect_uri = parameters.one("redirect_uri")?.ok_or(Wrong::RedirectMissing)?;
    if !client
        .redirect_uris
        .iter()
        .any(|registered| redirect_fits(client, registered, redirect_uri))
    {
        return Err(Wrong::RedirectUnknown);
    }
    let mode = match parameters.one("response_mode")? {
        None | Some("query") => ResponseMode::Query,
        Some("form_post") if is_web(redirect_uri) => ResponseMode::FormPost,
        Some(_) => return Err(Wrong::ResponseMode),
    };
    Ok(Address {
        mode,
        client: Arc::clone(client),
        redirect_uri: redirect_uri.to_owned(),
        state: parameters.one("state").ok().flatten().map(str::to_owned),
    })
}

/// Whether a form can be posted there: an app on a device is opened by its address alone.
fn is_web(redirect_uri: &str) -> bool {
    redirect_uri.starts_with("https://") || redirect_uri.starts_with("http://")
}
