//! A new secret for a client; the old one may live on for a while.

use std::sync::Arc;

use consentry_domain::{
    ClientId, Lifetime, TenantId, Timestamp,
    client::{Client, StoredSecret, Wrong},
};
use consentry_store::{ChangeSet, ConfigurationKind};

use super::{Act, ClientError, TRIES, client_in, put_over, rules};
use crate::{Ledger, Opaque, error::Fault, once::Outcome};

/// Longest time that an old secret lives beside a new one: 30 days.
pub const MOST_GRACE: Lifetime = Lifetime::days(30);

/// Secrets that may live beside each other.
const MOST_SECRETS: usize = 5;

/// A client with a new secret.
#[derive(Debug)]
pub struct Rotated {
    /// The client.
    pub client: Arc<Client>,
    /// The secret, shown this once.
    pub secret: Opaque,
    /// Until when older secrets are accepted; none where they are not any more.
    pub old_until: Option<Timestamp>,
}

impl Ledger {
    /// Gives a client a new secret. Older ones end after `grace`, or when they would have anyway.
    pub async fn rotate_client_secret(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        id: &ClientId,
        grace: Lifetime,
    ) -> Result<Rotated, ClientError> {
        tracing::info!(?act, client.id = %id, "rotating the secret of a client");
        for _ in 0..TRIES {
            let tenant = self.tenant_managed(tenant)?;
            let known = client_in(&tenant, act, id)?;
            if known.is_public() {
                let public = Wrong::new("pkce", "must not be that of a public client, which has no secret");
                return Err(ClientError::Wrong(vec![public]));
            }
            if known.signs_assertions() {
                let signs = Wrong::new(
                    "authentication_configuration",
                    "must not be private_key_jwt, with which there is no secret",
                );
                return Err(ClientError::Wrong(vec![signs]));
            }
            rules::check_removal(act, &known)?;
            let ids = self.ids();
            let until = ids.now.plus(grace);
            let mut secrets = shortened(&known.secrets, ids.now, until);
            if secrets.len() >= MOST_SECRETS {
                let many = Wrong::new(
                    "grace_seconds",
                    "must be 0 while five secrets live beside each other",
                );
                return Err(ClientError::Wrong(vec![many]));
            }
            let old_until = secrets.iter().filter_map(|secret| secret.expires_at).max();
            let (secret, stored) = self.draw_secret();
            secrets.insert(0, stored);
            let mut client = Client::clone(&known);
            client.secrets = secrets;
            client.settings.updated_at = Some(ids.now);
            let mut change = ChangeSet::new(tenant.id(), ids.now);
            put_over(
                &mut change,
                &tenant,
                ConfigurationKind::Client,
                id.as_str(),
                &client,
            )?;
            change
                .events
                .push(act.event(&ids, "client.secret_rotated", id, None)?);
            self.leads_to(Outcome::default());
            if self.settle(change).await? {
                return Ok(Rotated {
                    client: client.into(),
                    secret,
                    old_until,
                });
            }
        }
        Err(Fault::Conflict.into())
    }
}

/// What is left of secrets when none may live longer than until then.
fn shortened(secrets: &[StoredSecret], now: Timestamp, until: Timestamp) -> Vec<StoredSecret> {
    let ends = secrets.iter().map(|secret| StoredSecret {
        sha256: secret.sha256.clone(),
        expires_at: Some(secret.expires_at.map_or(until, |own| own.min(until))),
    });
    ends.filter(|secret| secret.expires_at.is_some_and(|end| now < end))
        .collect()
}
