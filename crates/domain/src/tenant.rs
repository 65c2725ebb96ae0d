//! Tenants, applications and their settings.

mod authorization;
mod batch_exports;
mod center;
mod checks;
mod connector;
mod dataspace;
mod fdx;
mod identities;
mod link_event;
mod mail;
mod preferences;
mod records;
mod sign_in;
mod upstream;
mod validation;
mod zone;

use serde::{Deserialize, Serialize};

pub use self::{
    authorization::{ConstantChallenges, Preset},
    batch_exports::{BatchExports, ExportedData},
    center::{Center, CenterFormat, CenterTemplate},
    checks::CheckSettings,
    connector::AccountsConnector,
    dataspace::{
        DataspaceApplication, DataspaceDocument, DataspaceSettings, LoginIssuer, MOST_SOURCES, Registration,
        SourceOwner,
    },
    fdx::{FdxRegistry, FdxSettings},
    identities::{
        ClaimNames, IdentityMapper, Introspection, JwtValidation, MatchAttribute, ScriptAnswer,
        TokenValidator, ValidatorKind,
    },
    link_event::{LinkAction, LinkEvent},
    mail::{DAYS_AHEAD, MailKind, MailSettings, MailTemplate},
    preferences::{AuthProvider, PreferencesSettings, REGULATIONS, USUAL_REGULATION},
    records::{CrossOriginPolicy, InvalidSetting, RecordsSettings},
    sign_in::{MfaError, SignIn},
    upstream::{SecretKey, Upstream},
    validation::{Validation, ValidationMethod, Validations},
    zone::{InvalidZoneName, ZoneName},
};
use crate::{ApplicationId, Lifetime, TenantId, client::Pkce, decision::named_enum, locale::Locale};

named_enum! {
    /// Whether a tenant serves (consent-dashboard A0.4).
    TenantState {
        /// Serves.
        Enabled = "enabled",
        /// Switched off.
        Disabled = "disabled",
        /// Waits for a decision of the operator; does not serve.
        NeedsReview = "needs_review",
    }
}

/// Default lifetimes of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// Consent given to a third party: 30 days (TPA-CO-03).
    pub consent: Lifetime,
    /// Authorization code: 60 s (third-party-authorization A.10).
    pub code: Lifetime,
    /// Access token of a third party: 10 minutes.
    pub third_party_access_token: Lifetime,
    /// Access token of a first party: 3600 s.
    pub access_token: Lifetime,
    /// Consent token of the dataspace: 3600 s (dataspace-consent-protocol 4.2).
    pub consent_token: Lifetime,
    /// Id token: 3600 s.
    pub id_token: Lifetime,
    /// Refresh token, idle and absolute: 14 days.
    pub refresh_token: Lifetime,
    /// Session at the hosted pages, from the last login: 14 days.
    pub session: Lifetime,
    /// Session at the hosted pages that nobody uses: 14 days, so that as a default only `session` counts.
    pub session_idle: Lifetime,
    /// Consent question, counted from showing it: 600 s (third-party-authorization A.7).
    pub interaction: Lifetime,
    /// Login stage of an interaction: 1800 s.
    pub login: Lifetime,
    /// One-time token of the dashboard: 300 s (consent-dashboard A2.6).
    pub embed_ticket: Lifetime,
    /// Page session without use: 600 s (consent-dashboard A8.1).
    pub page_idle: Lifetime,
    /// Page session in all: 1800 s.
    pub page_absolute: Lifetime,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            consent: Lifetime::days(30),
            code: Lifetime::seconds(60),
            third_party_access_token: Lifetime::minutes(10),
            access_token: Lifetime::seconds(3600),
            consent_token: Lifetime::seconds(3600),
            id_token: Lifetime::seconds(3600),
            refresh_token: Lifetime::days(14),
            session: Lifetime::days(14),
            session_idle: Lifetime::days(14),
            interaction: Lifetime::seconds(600),
            login: Lifetime::seconds(1800),
            embed_ticket: Lifetime::seconds(300),
            page_idle: Lifetime::seconds(600),
            page_absolute: Lifetime::seconds(1800),
        }
    }
}

/// How a tenant looks to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// Name people know.
    pub name: String,
    /// Accent colour as `#rrggbb`; checked for contrast where it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Where people get help: an address, a telephone number, or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

named_enum! {
    /// Where a connection is kept for longer (consent-dashboard B6.2).
    Renewal {
        /// At the application, by a new authorisation.
        Recipient = "recipient",
        /// Here.
        Provider = "provider",
        /// Nowhere.
        Off = "off",
    }
}

/// Settings of the dashboard door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DashboardSettings {
    /// Origins that may frame the page; none means nobody may (consent-dashboard A9).
    pub frame_origins: Vec<String>,
    /// Whether the page may be a top document, as in a native web view.
    pub allow_top_level: bool,
    /// Whether a customer id never seen before is refused instead of being an empty dashboard (consent-dashboard A7).
    pub reject_unknown_customers: bool,
    /// Whether an open page ends once the secret that its token was asked for with is gone, or its credential is switched off (A8.1).
    pub end_sessions_with_credential: bool,
    /// Whether people may change which accounts are shared (consent-dashboard B6.1).
    pub account_changes: bool,
    /// Whether people may add accounts to what they agreed to at first (consent-dashboard A11).
    pub may_widen: bool,
    /// Whether people may give some of the data back and keep the rest (consent-dashboard B6.1).
    pub cluster_changes: bool,
    /// Where a connection is kept for longer (consent-dashboard B6.2).
    pub renewal: Renewal,
    /// The time zone of customers whose own the bank does not say when it opens the page (consent-dashboard B8); none: UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<ZoneName>,
    /// Where the accounts of customers are asked for; none: the bank tells them (consent-dashboard B4.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<AccountsConnector>,
    /// What admin JWTs must say (consent-dashboard A5).
    pub admin_jwt: AdminJwtSettings,
    /// The consent API of FDX; none: there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fdx: Option<FdxSettings>,
}

/// What admin JWTs must say beside `sub` (consent-dashboard A5.3, A5.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdminJwtSettings {
    /// Whether `iat` or `exp` is demanded: a token without them can be used for ever by whoever sees it.
    pub require_time: bool,
    /// The expected `iss`; none looks at no issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What must be among `aud`; none looks at no audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Public keys, as the JSON of a key set, of signed tokens within; none refuses those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<String>,
}

impl Default for DashboardSettings {
    fn default() -> Self {
        Self {
            frame_origins: Vec::new(),
            allow_top_level: true,
            reject_unknown_customers: false,
            end_sessions_with_credential: false,
            account_changes: true,
            may_widen: true,
            cluster_changes: true,
            renewal: Renewal::Recipient,
            time_zone: None,
            accounts: None,
            admin_jwt: AdminJwtSettings::default(),
            fdx: None,
        }
    }
}

/// An isolation boundary and issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Identity.
    pub id: TenantId,
    /// Short name, unique in the installation.
    pub slug: String,
    /// Host names (with port where it is not the default) that lead here. Empty: every host, where it is the only tenant.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Whether it serves.
    pub state: TenantState,
    /// How it looks to people.
    pub brand: Brand,
    /// Language where the browser says nothing we have.
    pub locale: Locale,
    /// Default lifetimes.
    #[serde(default)]
    pub lifetimes: Lifetimes,
    /// Settings of the records door.
    #[serde(default)]
    pub records: RecordsSettings,
    /// Settings of the dashboard door.
    #[serde(default)]
    pub dashboard: DashboardSettings,
    /// Settings of the authorization door.
    #[serde(default)]
    pub authorization: AuthorizationSettings,
    /// Settings of the check API.
    #[serde(default)]
    pub checks: CheckSettings,
    /// Settings of mails.
    #[serde(default)]
    pub mail: MailSettings,
    /// Settings of the dataspace door.
    #[serde(default)]
    pub dataspace: DataspaceSettings,
    /// Settings of the preferences door.
    #[serde(default)]
    pub preferences: PreferencesSettings,
}

impl Tenant {
    /// Whether its settings can be served.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        self.records.check()?;
        self.checks.check()?;
        self.authorization.sign_in.check()?;
        self.mail.check()?;
        if let Some(connector) = &self.dashboard.accounts {
            connector.check()?;
        }
        if !(60..=86_400).contains(&self.lifetimes.consent_token.as_seconds()) {
            return Err(InvalidSetting {
                section: "lifetimes",
                key: "consent_token".to_owned(),
                why: "must be 60 s to 1 day",
            });
        }
        self.dataspace.check()?;
        self.dataspace.check_providers(&self.authorization.sign_in)?;
        self.preferences.check()?;
        self.preferences.check_hosts(&self.hosts)
    }
}

named_enum! {
    /// When `prompt=consent` asks (TPA-CN-03).
    PromptConsent {
        /// Every time.
        Always = "always",
        /// Only when the stored consent does not cover the request.
        IfRequired = "if_required",
    }
}

named_enum! {
    /// How the first party's page may report the answer (third-party-authorization A.8.5).
    CallbackMode {
        /// Needs `decision_token`, which only the first party's back end can get.
        Strict = "strict",
        /// As the original: the interaction handle is enough, within the bound browser.
        Compat = "compat",
    }
}

named_enum! {
    /// What `aud` of an assertion by which a client proves itself may be (third-party-authorization A.15, B.19).
    AssertionAudience {
        /// The issuer and nothing else.
        Issuer = "issuer",
        /// The issuer, or the address of the token endpoint, as the original tells its clients.
        TokenEndpoint = "issuer_or_token_endpoint",
    }
}

named_enum! {
    /// How `requested_scope` is written into the Consent URI (TPA-FL-05).
    ScopeFormat {
        /// Repeated parameter.
        Repeat = "repeat",
        /// One parameter, space separated.
        Space = "space",
        /// One parameter, comma separated.
        Comma = "comma",
        /// Repeated `requested_scope[]`.
        Brackets = "brackets",
    }
}

/// The switchboard of third-party-authorization A.15. The default is the strict column; `preset = "mosaic"` chooses the other one, and
/// what is written beside it deviates from that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "authorization::Written")]
pub struct AuthorizationSettings {
    /// When `prompt=consent` asks.
    pub prompt_consent: PromptConsent,
    /// How the first party's page may report the answer.
    pub callback_mode: CallbackMode,
    /// How `requested_scope` is written.
    pub scope_format: ScopeFormat,
    /// Whether third parties get a subject identifier of their own.
    pub pairwise_subjects: bool,
    /// Seconds within which a used refresh token answers with the same successor again (TPA-RT-06); 0 to 30.
    pub refresh_reuse_leeway: Lifetime,
    /// Whether a proof key is demanded of a new third party that does not say.
    pub third_party_pkce: Pkce,
    /// What assertions of clients may be addressed to.
    pub client_assertion_audience: AssertionAudience,
    /// Whether every client must hand its requests in beforehand (RFC 9126).
    pub require_pushed_requests: bool,
    /// How long a question stays open; none means as `lifetimes.interaction` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Lifetime>,
    /// What is answered where a second factor is demanded and cannot be had (third-party-authorization A.14).
    pub mfa_error: MfaError,
    /// Whether a client may bring the challenge of a proof key again after a code with it was redeemed (RFC 9700 2.1.1).
    pub constant_challenges: ConstantChallenges,
    /// How people sign in.
    pub sign_in: SignIn,
}

impl Default for AuthorizationSettings {
    fn default() -> Self {
        Self {
            prompt_consent: PromptConsent::Always,
            callback_mode: CallbackMode::Strict,
            scope_format: ScopeFormat::Repeat,
            pairwise_subjects: true,
            refresh_reuse_leeway: Lifetime::seconds(0),
            third_party_pkce: Pkce::Enforce,
            client_assertion_audience: AssertionAudience::Issuer,
            require_pushed_requests: false,
            interaction: None,
            mfa_error: MfaError::Standard,
            constant_challenges: ConstantChallenges::Refuse,
            sign_in: SignIn::default(),
        }
    }
}

/// A first party's product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Identity.
    pub id: ApplicationId,
    /// Name people know.
    pub name: String,
    /// Audience of access tokens when no resource is named; none means UserInfo only (TPA-TOK-06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_resource: Option<String>,
    /// Resources its clients may name.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Hosts that may serve consent pages; empty means any (TPA-CL-10).
    #[serde(default)]
    pub consent_hosts: Vec<String>,
}
