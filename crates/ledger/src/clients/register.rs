//! A new client.

use consentry_domain::{
    ClientId, TenantId, Timestamp,
    client::{Client, ClientAuthority, ClientType, Pkce, Prompt, StoredSecret},
    scope::Scope,
};
use consentry_store::{ChangeSet, ConfigurationKind};

use super::{Act, ClientError, Made, TRIES, Write, check_name, put_over, rest_on_names, rules};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    environment::{Draw as _, Ids},
    error::Fault,
    once::Outcome,
    opaque,
};

impl Ledger {
    /// Registers a client. A confidential one gets a secret, of which only the hash is kept (TPA-CL-02).
    pub async fn register_client(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        write: Write<'_>,
    ) -> Result<Made, ClientError> {
        tracing::info!(?act, "registering a client");
        for _ in 0..TRIES {
            let tenant = self.tenant_managed(tenant)?;
            let ids = self.ids();
            let mut client = self.draft(&tenant, act, ids.now)?;
            write(&tenant, &mut client)?;
            if !client.is_third_party {
                client.id = self.draw_client_id("cl")?;
                client.authority = ClientAuthority::Application;
            }
            rules::check(&tenant, act, None, &client)?;
            check_name(&tenant, &client)?;
            let secret = (!client.is_public() && !client.signs_assertions()).then(|| self.draw_secret());
            client.secrets = secret.iter().map(|(_, stored)| stored.clone()).collect();
            let mut change = ChangeSet::new(tenant.id(), ids.now);
            let id = client.id.as_str().to_owned();
            put_over(&mut change, &tenant, ConfigurationKind::Client, &id, &client)?;
            rest_on_names(&mut change, &tenant, act.application)?;
            change.events.push(self.registered(act, &ids, &client)?);
            self.leads_to(Outcome {
                is_new: true,
                made: Some(id),
            });
            if self.settle(change).await? {
                return Ok(Made {
                    client: client.into(),
                    secret: secret.map(|(secret, _)| secret),
                });
            }
        }
        Err(Fault::Conflict.into())
    }

    fn registered(
        &self,
        act: Act<'_>,
        ids: &Ids<'_>,
        client: &Client,
    ) -> Result<consentry_store::NewEvent, Fault> {
        act.event(ids, "client.created", &client.id, None)
    }

    /// What a client is where nobody says otherwise.
    fn draft(&self, tenant: &TenantSnapshot, act: Act<'_>, now: Timestamp) -> Result<Client, ClientError> {
        if !tenant.applications.contains_key(&act.application) {
            return Err(ClientError::Absent);
        }
        Ok(Client {
            id: self.draw_client_id("tpc")?,
            application: act.application,
            party: None,
            name: String::new(),
            is_third_party: false,
            enabled: true,
            client_type: ClientType::Web,
            secrets: Vec::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            consent_uri: None,
            allowed_scopes: Scope::default(),
            consent_validity: None,
            pkce: Pkce::Enforce,
            supported_prompts: Prompt::ALL.to_vec(),
            resources: Vec::new(),
            authority: ClientAuthority::None,
            purpose: None,
            prompt_consent: None,
            callback_mode: None,
            scope_format: None,
            settings: Box::default(),
            epoch: Timestamp::EPOCH,
            created_at: now,
        })
    }

    fn draw_client_id(&self, prefix: &str) -> Result<ClientId, Fault> {
        let id = format!("{prefix}_{}", opaque::base64url(&self.entropy().bytes::<12>()));
        ClientId::parse(&id).map_err(|error| Fault::Unreadable {
            what: "client id",
            why: error.to_string(),
        })
    }

    /// A secret of 256 random bits, and what is kept of it.
    pub(super) fn draw_secret(&self) -> (Opaque, StoredSecret) {
        let secret = Opaque::draw(self.entropy(), "cs");
        let stored = StoredSecret {
            sha256: opaque::hash_text(secret.expose()),
            expires_at: None,
        };
        (secret, stored)
    }
}
