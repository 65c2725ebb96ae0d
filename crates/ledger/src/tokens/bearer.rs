//! Bearer tokens at our own APIs: for whom a token was meant (RFC 9068 4), and who asks with it.

use super::{ActiveAccess, Issuer};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// Which endpoint of ours asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnApi<'a> {
    /// UserInfo and the consent APIs of the authorization door.
    Authorization,
    /// The records door with its configured audience; none means that it asks for none (consent-api 12).
    Records(Option<&'a str>),
    /// Where clients see and give up what was granted to them: what opens [`Self::Authorization`], and third parties' own tokens,
    /// which are meant for this and nothing else.
    Grants,
}

impl Ledger {
    /// The access token behind a bearer credential, if it counts now and was meant for this API.
    pub async fn bearer(
        &self,
        tenant: &TenantSnapshot,
        issuer: &Issuer,
        api: OwnApi<'_>,
        token: &str,
    ) -> Result<Option<ActiveAccess>, Fault> {
        let active = self.authenticate_access_token(tenant, issuer, token).await?;
        Ok(active.filter(|active| is_meant_for(tenant, issuer, api, active)))
    }
}

/// A token for which no resource was named is for the application's default resource, and serves our own endpoints too: they are
/// part of what its holder logged in to. One narrowed to another resource does not.
fn is_meant_for(tenant: &TenantSnapshot, issuer: &Issuer, api: OwnApi<'_>, active: &ActiveAccess) -> bool {
    let audience = active.claims().aud.as_str();
    match api {
        OwnApi::Records(None) => audience != issuer.grant_management(),
        OwnApi::Records(Some(configured)) => audience == configured,
        OwnApi::Grants if audience == issuer.grant_management() => true,
        OwnApi::Authorization | OwnApi::Grants => {
            let default = tenant
                .applications
                .get(&active.client().application)
                .and_then(|application| application.default_resource.as_deref());
            let of_person = active.subject().is_some();
            audience == issuer.as_str()
                || (of_person && (audience == issuer.userinfo() || Some(audience) == default))
        }
    }
}
