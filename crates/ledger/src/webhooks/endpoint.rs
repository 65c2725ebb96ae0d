//! An endpoint as configured: one row of configuration of its tenant, with secrets sealed.

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use consentry_domain::{
    ClientId, DefinitionKey, EndpointId, Lifetime, Timestamp, client::Client, decision::Door,
};
use serde::{Deserialize, Serialize};

use super::{Format, MANAGE, WebhookKey, WebhookSecret, auth::SealedAuth};
use crate::{
    TenantSnapshot,
    environment::{Draw as _, Entropy},
    error::Fault,
    feed::{Filter, Reader, SubjectView, TypePattern, UnknownType},
    sealing::TenantKeys,
};

/// What an endpoint wants to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Patterns of types; none: all.
    pub types: BTreeSet<String>,
    /// Definitions.
    pub definition: BTreeSet<DefinitionKey>,
    /// Doors.
    pub door: BTreeSet<Door>,
    /// Texts of audiences: clients and parties.
    pub audience: BTreeSet<String>,
    /// Clients.
    pub client: BTreeSet<ClientId>,
}

impl Selection {
    /// As the feed takes it.
    pub fn filter(&self) -> Result<Filter, UnknownType> {
        // Signals are for streams alone.
        let types = self.types.iter().map(|text| {
            let pattern = TypePattern::parse(text)?;
            if pattern.means_signals() {
                Err(UnknownType)
            } else {
                Ok(pattern)
            }
        });
        Ok(Filter {
            types: types.collect::<Result<_, _>>()?,
            definitions: self.definition.clone(),
            doors: self.door.clone(),
            audiences: self.audience.clone(),
            clients: self.client.clone(),
            ..Filter::default()
        })
    }
}

/// How messages are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// HMAC-SHA-256 with a shared secret.
    V1,
    /// Ed25519.
    V1a,
}

/// When a message that failed is tried again (enforcement-events-evidence 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RetryProfile {
    /// 10 attempts within three days.
    #[default]
    Standard,
    /// 11 attempts within three days.
    Bank,
    /// 6 attempts within five minutes.
    Short,
}

impl RetryProfile {
    /// Seconds to wait after each failed attempt; after as many failures as there are numbers, one more is the last.
    pub const fn delays(self) -> &'static [u32] {
        match self {
            Self::Standard => &[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
            Self::Bank => &[30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400],
            Self::Short => &[5, 15, 45, 90, 145],
        }
    }
}

/// In which order messages go out (enforcement-events-evidence 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// One after the other for each person; a message waits for the one before for a minute at most.
    #[default]
    Partition,
    /// One after the other; stops where one is given up.
    Strict,
    /// As they come.
    None,
}

/// Where an endpoint goes on when it is enabled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resume {
    /// Where it stood.
    #[default]
    Position,
    /// With what happens from now on.
    Now,
}

/// How an endpoint shows that it wants messages (WHK-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Handshake {
    /// It takes a test.
    #[default]
    Ping,
    /// It answers the `OPTIONS` of CloudEvents' protection against abuse, with how much it takes.
    Cloudevents,
}

/// Whether an endpoint is sent anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndpointStatus {
    /// Only pings, until one was taken.
    Unverified,
    /// What it selected.
    Enabled,
    /// Nothing but pings.
    Disabled,
}

/// A shared secret as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedSecret {
    /// Names it, for sealing.
    pub number: u32,
    /// Base64 of the sealed bytes.
    pub sealed: String,
    /// From this moment nothing is signed with it; none: until it is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// What its owner can set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSettings {
    /// Where messages go.
    pub url: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it is sent.
    #[serde(default)]
    pub selection: Selection,
    /// In whose words it is told.
    #[serde(default)]
    pub format: Format,
    /// Whether messages of [`Format::Didomi`] are one flat object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flatten: bool,
    /// Signatures.
    pub signature: BTreeSet<Scheme>,
    /// When to try again.
    #[serde(default)]
    pub retry_profile: RetryProfile,
    /// Seconds a receiver has for its answer, 5 to 30.
    pub timeout_s: u8,
    /// Order.
    #[serde(default)]
    pub order: Order,
    /// Most messages on their way at the same time, 1 to 64.
    pub max_in_flight: u8,
    /// Most attempts a second, 1 to 1000.
    pub rate_per_s: u16,
    /// `default`, `internal`, `none`, or an issuer of names.
    pub subject_view: String,
    /// Where to go on.
    #[serde(default)]
    pub resume: Resume,
    /// How it shows that it wants messages.
    #[serde(default, skip_serializing_if = "Handshake::is_ping")]
    pub handshake: Handshake,
    /// Certificates in PEM of authorities that are trusted for it beside the public ones; none: empty (WHK-21).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ca: String,
}

impl Handshake {
    const fn is_ping(&self) -> bool {
        matches!(self, Self::Ping)
    }
}

impl Default for EndpointSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            description: String::new(),
            selection: Selection::default(),
            format: Format::default(),
            flatten: false,
            signature: BTreeSet::from([Scheme::V1]),
            retry_profile: RetryProfile::default(),
            timeout_s: 15,
            order: Order::default(),
            max_in_flight: 8,
            rate_per_s: 50,
            subject_view: "default".to_owned(),
            resume: Resume::default(),
            handshake: Handshake::default(),
            ca: String::new(),
        }
    }
}

impl EndpointSettings {
    /// What a new endpoint of a format has.
    pub fn usual(format: Format) -> Self {
        Self {
            format,
            retry_profile: format.usual_profile(),
            timeout_s: format.usual_timeout_s(),
            ..Self::default()
        }
    }

    /// How people are named.
    pub fn view(&self) -> SubjectView {
        match self.subject_view.as_str() {
            "default" => SubjectView::Usual,
            "internal" => SubjectView::Internal,
            "none" => SubjectView::Nobody,
            issuer => SubjectView::Of(issuer.to_owned()),
        }
    }
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Identity.
    pub id: EndpointId,
    /// The client that made it.
    pub client: ClientId,
    /// Whether that is a third party, which owns it and is told what concerns itself.
    pub is_of_party: bool,
    /// Whether it may be told who people are by our own ids.
    pub sees_subjects: bool,
    /// What its owner set.
    #[serde(flatten)]
    pub settings: EndpointSettings,
    /// Whether it is sent anything.
    pub status: EndpointStatus,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// Secrets, newest first.
    pub secrets: Vec<SealedSecret>,
    /// Base64 of the sealed private part of its key pair.
    pub sealed_key: String,
    /// How we prove ourselves to its receiver, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<SealedAuth>,
    /// Most messages a minute, where its receiver said so in the handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_per_minute: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Endpoint {
    /// The client that made it, where it still may have it. What belongs to the tenant outlives its client.
    pub fn stands(&self, tenant: &TenantSnapshot) -> bool {
        if !self.is_of_party {
            return true;
        }
        tenant
            .client(self.client.as_str())
            .is_some_and(|client| may_manage(client))
    }

    /// Who reads the feed for it.
    pub fn reader(&self, tenant: &TenantSnapshot) -> Option<Reader> {
        let name = format!("endpoint {}", self.id);
        if self.is_of_party {
            let client = tenant.client(self.client.as_str())?;
            return Some(Reader::of_endpoint(name, Some(Arc::clone(client)), false));
        }
        Some(Reader::of_endpoint(name, None, self.sees_subjects))
    }

    /// Its version, as the next change of it expects it.
    pub fn version(&self, tenant: &TenantSnapshot) -> u32 {
        let key = (
            consentry_store::ConfigurationKind::WebhookEndpoint,
            self.id.to_string(),
        );
        tenant.versions.get(&key).copied().unwrap_or_default()
    }

    /// Draws a secret in place of the ones it has, which end at `others_end`.
    pub(crate) fn draw_secret(
        &mut self,
        keys: &TenantKeys,
        entropy: &dyn Entropy,
        now: Timestamp,
        overlap: Lifetime,
    ) -> WebhookSecret {
        let bytes: [u8; 32] = entropy.bytes();
        let secret = WebhookSecret::new(&bytes);
        let number = self.secrets.iter().map(|secret| secret.number).max().unwrap_or(0) + 1;
        let end = now.plus(overlap);
        for old in &mut self.secrets {
            old.ends_at = Some(old.ends_at.map_or(end, |ends| ends.min(end)));
        }
        self.secrets
            .retain(|old| old.ends_at.is_none_or(|ends| ends > now));
        let sealed = keys.seal_private_key(entropy, &self.label(number), &bytes);
        self.secrets.insert(
            0,
            SealedSecret {
                number,
                sealed: STANDARD.encode(sealed),
                ends_at: None,
            },
        );
        secret
    }

    /// Draws its key pair.
    pub(crate) fn draw_key(&mut self, keys: &TenantKeys, entropy: &dyn Entropy) {
        let seed: [u8; 32] = entropy.bytes();
        self.sealed_key = STANDARD.encode(keys.seal_private_key(entropy, &self.label(0), &seed));
    }

    /// Its key pair.
    pub fn key(&self, keys: &TenantKeys) -> Result<WebhookKey, Fault> {
        WebhookKey::new(&keys.open_private_key(&self.label(0), &decoded(&self.sealed_key)?)?)
    }

    /// The signature header for a message at a moment: one entry for each live secret, newest first, and one of the key pair
    /// (WHK-07, WHK-08).
    pub fn signature(
        &self,
        keys: &TenantKeys,
        id: &str,
        at: Timestamp,
        body: &[u8],
    ) -> Result<String, Fault> {
        let mut entries = Vec::new();
        let seconds = at.as_seconds();
        if self.settings.signature.contains(&Scheme::V1) {
            let live = self.live_secrets(keys, at)?;
            entries.extend(live.iter().map(|secret| secret.entry(id, seconds, body)));
        }
        if self.settings.signature.contains(&Scheme::V1a) {
            entries.push(self.key(keys)?.entry(id, seconds, body));
        }
        Ok(entries.join(" "))
    }

    /// The secrets that sign at a moment, newest first.
    pub(super) fn live_secrets(&self, keys: &TenantKeys, at: Timestamp) -> Result<Vec<WebhookSecret>, Fault> {
        let live = self
            .secrets
            .iter()
            .filter(|secret| secret.ends_at.is_none_or(|ends| ends > at));
        live.map(|secret| {
            let bytes = keys.open_private_key(&self.label(secret.number), &decoded(&secret.sealed)?)?;
            Ok(WebhookSecret::new(&bytes))
        })
        .collect()
    }

    fn label(&self, number: u32) -> String {
        format!("webhook {} {number}", self.id)
    }
}

/// Whether a client may have endpoints.
pub(super) fn may_manage(client: &Client) -> bool {
    let scopes = client.allowed_scopes.values();
    scopes.iter().any(|scope| scope.as_str() == MANAGE)
}

fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(text).map_err(|error| Fault::Unreadable {
        what: "webhook secret",
        why: error.to_string(),
    })
}
