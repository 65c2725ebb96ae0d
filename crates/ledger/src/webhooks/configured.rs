//! Endpoints as configuration says them. Doing it twice changes nothing.

use std::sync::Arc;

use consentry_domain::{ClientId, client::Client};

use super::{
    Auth, AuthWish, Endpoint, EndpointError, EndpointSettings, EndpointStatus, Keeper, WebhookSecret,
    check::check,
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    provision::Taken,
    sealing::TenantKeys,
};

/// An endpoint as configuration describes it. It is known again by its client and its address.
#[derive(Debug, Clone)]
pub struct EndpointWish {
    /// Whose it is: a client with the scope [`MANAGE`](super::MANAGE).
    pub client: ClientId,
    /// What it is set to.
    pub settings: EndpointSettings,
    /// How we prove ourselves to its receiver beside signatures; none: not at all.
    pub auth: Option<AuthTold>,
    /// Whether it is sent nothing.
    pub disabled: bool,
}

/// How we prove ourselves, as far as configuration says it.
#[derive(Debug, Clone)]
pub enum AuthTold {
    /// All of it.
    Whole(Auth),
    /// All but the secret, which is the one that is kept.
    Known(Auth),
}

impl EndpointWish {
    fn find<'a>(&self, tenant: &'a TenantSnapshot) -> Option<&'a Arc<Endpoint>> {
        let mut all = tenant.endpoints.values();
        all.find(|known| known.client == self.client && known.settings.url == self.settings.url)
    }

    /// What has to become of the proof.
    fn auth_wish(&self, known: Option<(&Endpoint, &TenantKeys)>) -> Result<AuthWish, EndpointError> {
        let kept = known
            .map(|(endpoint, keys)| endpoint.auth(keys))
            .transpose()?
            .flatten();
        let wanted = match (&self.auth, &kept) {
            (None, None) => return Ok(AuthWish::Keep),
            (None, Some(_)) => return Ok(AuthWish::Remove),
            (Some(AuthTold::Whole(auth)), _) => auth.clone(),
            (Some(AuthTold::Known(auth)), kept) => kept
                .as_ref()
                .and_then(|kept| auth.with_secret_of(kept))
                .ok_or_else(|| EndpointError::Invalid {
                pointer: "its credentials",
                why: "have no secret, and none is kept; name the file or the variable with it".to_owned(),
            })?,
        };
        Ok(if kept.as_ref() == Some(&wanted) {
            AuthWish::Keep
        } else {
            AuthWish::Set(wanted)
        })
    }

    /// Whether an endpoint is what is described.
    fn is_like(&self, known: &Endpoint, auth: &AuthWish) -> bool {
        known.settings == self.settings
            && *auth == AuthWish::Keep
            && (known.status == EndpointStatus::Disabled) == self.disabled
    }
}

impl Auth {
    /// This one with the secret of another of the same kind.
    fn with_secret_of(&self, kept: &Self) -> Option<Self> {
        let mut whole = self.clone();
        match (&mut whole, kept) {
            (Self::Basic { password, .. }, Self::Basic { password: kept, .. }) => password.clone_from(kept),
            (
                Self::ClientCredentials { client_secret, .. },
                Self::ClientCredentials {
                    client_secret: kept, ..
                },
            ) => client_secret.clone_from(kept),
            _ => return None,
        }
        Some(whole)
    }
}

impl Ledger {
    /// What [`Self::provision_endpoint`] would make of an endpoint, or why not. Tenant and client may be new themselves.
    pub fn foresee_endpoint(
        &self,
        tenant: Option<&TenantSnapshot>,
        client: &Arc<Client>,
        wish: &EndpointWish,
    ) -> Result<Taken, EndpointError> {
        let keeper = keeper(client)?;
        let known = tenant.and_then(|tenant| Some((&**wish.find(tenant)?, &tenant.keys)));
        let auth = wish.auth_wish(known)?;
        check(tenant, &keeper, &wish.settings, &auth)?;
        Ok(match known {
            None => Taken::Added,
            Some((known, _)) if wish.is_like(known, &auth) => Taken::Unchanged,
            Some(_) => Taken::Changed,
        })
    }

    /// Makes an endpoint what configuration says; answers the secret of a new one, to be shown once. That its address may be reached
    /// at all is for the caller to check: nothing here knows addresses.
    pub async fn provision_endpoint(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wish: &EndpointWish,
    ) -> Result<Option<WebhookSecret>, EndpointError> {
        tracing::debug!(caller = ?permit.caller(), url = %wish.settings.url, "provisioning a webhook");
        let client = tenant.client(wish.client.as_str()).ok_or(EndpointError::Absent)?;
        let keeper = keeper(client)?;
        let Some(known) = wish.find(tenant) else {
            let auth = wish.auth_wish(None)?;
            let made = self
                .make_endpoint(tenant, &keeper, wish.settings.clone(), &auth)
                .await?;
            if wish.disabled {
                self.switch_endpoint(tenant.id(), &keeper, made.endpoint.id, false)
                    .await?;
            }
            return Ok(Some(made.secret));
        };
        let auth = wish.auth_wish(Some((known, &tenant.keys)))?;
        if wish.is_like(known, &auth) {
            return Ok(None);
        }
        if known.settings != wish.settings || auth != AuthWish::Keep {
            let write = |settings: &mut EndpointSettings| {
                settings.clone_from(&wish.settings);
                Ok(())
            };
            self.change_endpoint(tenant.id(), &keeper, known.id, None, &auth, write)
                .await?;
        }
        if (known.status == EndpointStatus::Disabled) != wish.disabled {
            self.switch_endpoint(tenant.id(), &keeper, known.id, !wish.disabled)
                .await?;
        }
        Ok(None)
    }
}

fn keeper(client: &Arc<Client>) -> Result<Keeper, EndpointError> {
    Keeper::configured(client).ok_or_else(|| EndpointError::Invalid {
        pointer: "its client",
        why: format!("has not the scope {}", super::MANAGE),
    })
}
