//! What may have changed while a page was open, looked at once more before a code is issued (TPA-IX-04).

use std::sync::Arc;

use consentry_domain::{SubjectId, client::Client, scope::Scope};

use super::{AuthorizationRequest, Interaction};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// What is no longer as it was when the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Changed {
    /// The client is gone or switched off.
    #[error("the client is no longer served")]
    Client,
    /// The redirect address is no longer registered.
    #[error("the redirect address is no longer registered")]
    RedirectUri,
    /// A scope is no longer allowed; the client is told so.
    #[error("a requested scope is no longer allowed")]
    Scope,
    /// The person may no longer use the application.
    #[error("the person is not registered for this application")]
    Person,
}

impl Ledger {
    /// The client of a request, if everything still holds.
    pub(super) async fn recheck(
        &self,
        tenant: &TenantSnapshot,
        request: &AuthorizationRequest,
        scope: &Scope,
        subject: SubjectId,
    ) -> Result<Result<Arc<Client>, Changed>, Fault> {
        let client = match still_fits(tenant, request, scope) {
            Ok(client) => client,
            Err(changed) => return Ok(Err(changed)),
        };
        if !self.is_registered(tenant, subject, client.application).await? {
            return Ok(Err(Changed::Person));
        }
        Ok(Ok(client))
    }
}

impl Interaction {
    /// Whether it is still one of this client: what began before the client was switched off is over with everything else of it
    /// (TPA-CL-06).
    pub(super) fn is_of(&self, client: &Client) -> Result<(), Changed> {
        if self.created_at() < client.epoch {
            Err(Changed::Client)
        } else {
            Ok(())
        }
    }
}

/// The client of a request, where it may still ask for `scope` and be answered where the request says.
pub(super) fn still_fits(
    tenant: &TenantSnapshot,
    request: &AuthorizationRequest,
    scope: &Scope,
) -> Result<Arc<Client>, Changed> {
    let client = tenant.client(request.client.as_str()).ok_or(Changed::Client)?;
    let registered = client
        .redirect_uris
        .iter()
        .any(|uri| redirect_fits(client, uri, &request.redirect_uri));
    if !registered {
        return Err(Changed::RedirectUri);
    }
    if !scope.is_within(&client.allowed_scopes) {
        return Err(Changed::Scope);
    }
    Ok(Arc::clone(client))
}

/// Whether a redirect address is this registered one: equal as text, except that a native app on a loopback address may use any
/// port (RFC 8252 7.3).
pub fn redirect_fits(client: &Client, registered: &str, given: &str) -> bool {
    let native = client.client_type == consentry_domain::client::ClientType::Native;
    registered == given
        || (native
            && matches!((without_loopback_port(registered), without_loopback_port(given)), (Some(one), Some(other)) if one == other))
}

/// Host and everything behind the port of an `http` address on a loopback IP address.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    ["http://127.0.0.1", "http://[::1]"].into_iter().find_map(|host| {
        let rest = uri.strip_prefix(host)?;
        let path = match rest.strip_prefix(':') {
            Some(port) => {
                let path = port.trim_start_matches(|digit: char| digit.is_ascii_digit());
                let digits = &port[..port.len() - path.len()];
                digits.parse::<u16>().ok()?;
                path
            }
            None => rest,
        };
        (path.is_empty() || path.starts_with(['/', '?'])).then_some((host, path))
    })
}
