//! Configuration: tables that are global, small, versioned and cached whole.

/// Tables that are global, small, versioned and cached whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfigurationKind {
    /// Tenants.
    Tenant,
    /// First parties' products.
    Application,
    /// Parties.
    Party,
    /// OAuth clients.
    Client,
    /// Definitions.
    Definition,
    /// Published wordings; one row per definition, locale and version.
    Localization,
    /// Signing keys with sealed private parts, and wrapped tenant keys.
    SigningKey,
    /// Directory entries of operators' and services' accounts.
    Principal,
    /// API credentials of data providers' back ends.
    ApiCredential,
    /// Where webhooks go, with sealed secrets.
    WebhookEndpoint,
    /// Pictures of those who ask, by the address each was fetched from.
    Logo,
    /// Sealed secrets that a first party makes consent links with.
    LinkSecret,
}

impl ConfigurationKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Tenant,
        Self::Application,
        Self::Party,
        Self::Client,
        Self::Definition,
        Self::Localization,
        Self::SigningKey,
        Self::Principal,
        Self::ApiCredential,
        Self::WebhookEndpoint,
        Self::Logo,
        Self::LinkSecret,
    ];

    /// The table's name.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Application => "application",
            Self::Party => "party",
            Self::Client => "client",
            Self::Definition => "definition",
            Self::Localization => "localization",
            Self::SigningKey => "signing_key",
            Self::Principal => "principal",
            Self::ApiCredential => "api_credential",
            Self::WebhookEndpoint => "webhook_endpoint",
            Self::Logo => "logo",
            Self::LinkSecret => "link_secret",
        }
    }
}

/// One row of configuration. The body is the JSON of the domain entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationRow {
    /// Which table.
    pub kind: ConfigurationKind,
    /// The tenant it belongs to.
    pub tenant: consentry_domain::TenantId,
    /// Key within tenant and kind.
    pub id: String,
    /// Raised by one with each change.
    pub version: u32,
    /// JSON of the entity.
    pub body: String,
}
