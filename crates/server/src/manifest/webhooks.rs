//! Webhooks, as a manifest says them.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::Context as _;
use consentry_domain::ClientId;
use consentry_ledger::{
    TenantSnapshot,
    webhooks::{
        Auth, AuthTold, Endpoint, EndpointSettings, EndpointStatus, EndpointWish, Format, Handshake, Order,
        Resume, RetryProfile, Scheme, Selection,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    secrets::Secrets,
    writing::{is_default, shortly},
};

/// Where a back end is told what happens (enforcement-events-evidence 5). It is known again by its client and its address. A new one gets
/// a secret for its signatures that is shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookManifest {
    /// Where messages go.
    pub url: String,
    /// Whose it is: a client with the scope `webhooks:manage`.
    pub client: ClientId,
    /// What it is for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// What it is sent: all where nothing is said.
    #[serde(default, serialize_with = "shortly", skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// In whose words it is told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: Format,
    /// Whether messages of the format `didomi` are one flat object.
    #[serde(default, skip_serializing_if = "is_default")]
    pub flatten: bool,
    /// Signatures; `v1` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<BTreeSet<Scheme>>,
    /// When to try again; as is usual for the format where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_profile: Option<RetryProfile>,
    /// Seconds a receiver has for its answer, 5 to 30; as is usual for the format where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u8>,
    /// Order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: Order,
    /// Most messages on their way at the same time, 1 to 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_in_flight: Option<u8>,
    /// Most attempts a second, 1 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_s: Option<u16>,
    /// `default`, `internal`, `none`, or an issuer of names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_view: Option<String>,
    /// Where to go on when it is switched on again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resume: Resume,
    /// How it shows that it wants messages.
    #[serde(default, skip_serializing_if = "is_default")]
    pub handshake: Handshake,
    /// Certificates in PEM of authorities that are trusted for it beside the public ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ca: String,
    /// The receiver wants a name and a password too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basic: Option<BasicManifest>,
    /// The receiver wants a token of its authorization server too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_credentials: Option<ClientCredentialsManifest>,
    /// Whether it is sent nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
}

/// A name and a password (RFC 7617). One that is known keeps its password where none is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicManifest {
    /// Name; holds no colon.
    pub username: String,
    /// File with the password; a line break at the end does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// Variable of the environment with it, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
}

/// A token of the receiver's authorization server (RFC 6749 4.4). What is known keeps its secret where none is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCredentialsManifest {
    /// Where tokens are fetched.
    pub token_url: String,
    /// Our id there.
    pub client_id: String,
    /// File with our secret there; a line break at the end does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
    /// Variable of the environment with it, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_env: Option<String>,
    /// What we ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl WebhookManifest {
    /// What to call it when something is said of it.
    pub fn name(&self) -> String {
        format!("{} of {}", self.url, self.client)
    }

    /// Addresses that have to be ones that may be reached.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let token = self
            .client_credentials
            .as_ref()
            .map(|told| told.token_url.as_str());
        std::iter::once(self.url.as_str()).chain(token)
    }

    /// Where its secret may be named.
    pub(super) fn secret_places(
        &mut self,
    ) -> impl Iterator<Item = (&mut Option<PathBuf>, &mut Option<String>)> {
        let basic = self.basic.iter_mut();
        let basic = basic.map(|told| (&mut told.password_file, &mut told.password_env));
        let token = self.client_credentials.iter_mut();
        let token = token.map(|told| (&mut told.client_secret_file, &mut told.client_secret_env));
        basic.chain(token)
    }

    /// As the ledger takes it.
    pub fn wish(&self, secrets: &Secrets) -> anyhow::Result<EndpointWish> {
        let usual = EndpointSettings::usual(self.format);
        let settings = EndpointSettings {
            url: self.url.clone(),
            description: self.description.clone(),
            selection: self.selection.clone().unwrap_or_default(),
            format: self.format,
            flatten: self.flatten,
            signature: self.signature.clone().unwrap_or(usual.signature),
            retry_profile: self.retry_profile.unwrap_or(usual.retry_profile),
            timeout_s: self.timeout_s.unwrap_or(usual.timeout_s),
            order: self.order,
            max_in_flight: self.max_in_flight.unwrap_or(usual.max_in_flight),
            rate_per_s: self.rate_per_s.unwrap_or(usual.rate_per_s),
            subject_view: self.subject_view.clone().unwrap_or(usual.subject_view),
            resume: self.resume,
            handshake: self.handshake,
            ca: self.ca.clone(),
        };
        Ok(EndpointWish {
            client: self.client.clone(),
            settings,
            auth: self
                .auth(secrets)
                .with_context(|| format!("webhook {}", self.name()))?,
            disabled: self.disabled,
        })
    }

    fn auth(&self, secrets: &Secrets) -> anyhow::Result<Option<AuthTold>> {
        let (secret, whole): (_, &dyn Fn(String) -> Auth) = match (&self.basic, &self.client_credentials) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => anyhow::bail!("basic and client_credentials are both given; take one away"),
            (Some(told), None) => (
                secrets.secret(told.password_file.as_deref(), told.password_env.as_deref())?,
                &|password| Auth::Basic {
                    username: told.username.clone(),
                    password,
                },
            ),
            (None, Some(told)) => (
                secrets.secret(
                    told.client_secret_file.as_deref(),
                    told.client_secret_env.as_deref(),
                )?,
                &|client_secret| Auth::ClientCredentials {
                    token_url: told.token_url.clone(),
                    client_id: told.client_id.clone(),
                    client_secret,
                    scope: told.scope.clone(),
                },
            ),
        };
        Ok(Some(match secret {
            Some(secret) => AuthTold::Whole(whole(secret)),
            None => AuthTold::Known(whole(String::new())),
        }))
    }

    /// An endpoint of a ledger as a manifest says it, without secrets.
    pub(super) fn of(endpoint: &Endpoint, tenant: &TenantSnapshot) -> anyhow::Result<Self> {
        let EndpointSettings {
            url,
            description,
            selection,
            format,
            flatten,
            signature,
            retry_profile,
            timeout_s,
            order,
            max_in_flight,
            rate_per_s,
            subject_view,
            resume,
            handshake,
            ca,
        } = endpoint.settings.clone();
        let usual = EndpointSettings::usual(format);
        let (mut basic, mut client_credentials) = (None, None);
        match endpoint.auth(&tenant.keys)? {
            None => {}
            Some(Auth::Basic { username, .. }) => {
                basic = Some(BasicManifest {
                    username,
                    password_file: None,
                    password_env: None,
                });
            }
            Some(Auth::ClientCredentials {
                token_url,
                client_id,
                scope,
                ..
            }) => {
                client_credentials = Some(ClientCredentialsManifest {
                    token_url,
                    client_id,
                    client_secret_file: None,
                    client_secret_env: None,
                    scope,
                });
            }
        }
        Ok(Self {
            url,
            client: endpoint.client.clone(),
            description,
            selection: Some(selection).filter(|own| !is_default(own)),
            format,
            flatten,
            signature: Some(signature).filter(|own| *own != usual.signature),
            retry_profile: Some(retry_profile).filter(|own| *own != usual.retry_profile),
            timeout_s: Some(timeout_s).filter(|own| *own != usual.timeout_s),
            order,
            max_in_flight: Some(max_in_flight).filter(|own| *own != usual.max_in_flight),
            rate_per_s: Some(rate_per_s).filter(|own| *own != usual.rate_per_s),
            subject_view: Some(subject_view).filter(|own| *own != usual.subject_view),
            resume,
            handshake,
            ca,
            basic,
            client_credentials,
            disabled: endpoint.status == EndpointStatus::Disabled,
        })
    }
}
