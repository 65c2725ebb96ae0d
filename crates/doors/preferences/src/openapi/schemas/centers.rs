//! The shapes of centers, widgets and keys.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A center that is wanted.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::CenterToMake)]
pub(in super::super) struct CenterToMake {
    /// Its title in the organization's language.
    #[schema(nullable = false)]
    name: Option<String>,
    /// Whether people get in by mail.
    #[schema(nullable = false)]
    auth_enabled: Option<bool>,
    /// Which way in pages of others offer; null: the organization's.
    #[schema(pattern = "^(otp|message)$")]
    auth_provider_id: Option<String>,
    /// Whether somebody whom nobody knows yet gets in.
    #[schema(nullable = false)]
    auth_allow_user_creation: Option<bool>,
}

/// A center. Whoever names the public key or has a token gets what is published of it.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Center)]
pub(in super::super) struct Center {
    id: String,
    organization_id: String,
    /// Where its page is; none where it is within pages of others only.
    url: Option<String>,
    /// `hosted`, or `embeddable` within pages of others only.
    #[schema(pattern = "^(hosted|embeddable)$")]
    format: String,
    auth_enabled: bool,
    purposes: Vec<Value>,
    channels: Vec<BTreeMap<String, Value>>,
}

/// A widget that is wanted.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::WidgetToMake)]
pub(in super::super) struct WidgetToMake {
    /// Its title in the organization's language.
    #[schema(nullable = false)]
    name: Option<String>,
    /// Where it is: at an address of its own, or within pages of others only.
    #[schema(nullable = false, pattern = "^(hosted|embeddable)$")]
    format: Option<String>,
    /// Of what it is made.
    #[schema(
        nullable = false,
        pattern = "^(full_preference_center|sections_and_save|sections)$"
    )]
    template_id: Option<String>,
    /// Whether people get in by mail.
    #[schema(nullable = false)]
    auth_enabled: Option<bool>,
    /// Which way in pages of others offer; null: the organization's.
    #[schema(pattern = "^(otp|message)$")]
    auth_provider_id: Option<String>,
}

/// A widget, as it will be once it is deployed.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Widget)]
pub(in super::super) struct Widget {
    id: String,
    organization_id: String,
    /// Where its page is; none where it is within pages of others only.
    url: Option<String>,
    #[schema(pattern = "^(hosted|embeddable)$")]
    format: String,
    #[schema(pattern = "^(full_preference_center|sections_and_save|sections)$")]
    template_id: String,
    selected_purposes_ids: Vec<String>,
    /// None: all that belong to its purposes.
    selected_preferences_ids: Option<Vec<String>>,
    /// `sub` below the organization's address, `custom` at a host of its own.
    #[schema(pattern = "^(sub|custom)$")]
    domain: String,
    custom_domain_id: Option<String>,
    /// Whether people see it.
    is_live: bool,
    /// Whether it is otherwise than people see it.
    has_changes: bool,
}

/// Of what widgets can be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::WidgetTemplate)]
pub(in super::super) struct WidgetTemplate {
    id: String,
    components: Vec<String>,
}

/// Which widgets people shall see as they were changed; all of them where it names none.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::WidgetsToDeploy)]
pub(in super::super) struct WidgetsToDeploy {
    #[schema(nullable = false, max_items = 50)]
    widgets_ids: Option<Vec<String>>,
}

/// What people see from now on.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Deployment)]
pub(in super::super) struct Deployment {
    organization_id: String,
    status: String,
    widgets: Vec<Widget>,
}

/// An API key of the organization. Its secret was shown where it was made.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ApiKey)]
pub(in super::super) struct ApiKey {
    id: String,
    name: String,
    organization_id: String,
    enabled: bool,
    is_internal: bool,
}

/// That a key shall not open sessions any more.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ApiKeyToSwitchOff)]
pub(in super::super) struct ApiKeyToSwitchOff {
    /// False: switching on is the operator's.
    enabled: bool,
}
