//! The settings of the authorization door as they are written: a preset, and what deviates from it.

use serde::{Deserialize, Serialize};

use super::{
    AssertionAudience, AuthorizationSettings, CallbackMode, MfaError, PromptConsent, ScopeFormat, SignIn,
};
use crate::{Lifetime, client::Pkce, decision::named_enum};

named_enum! {
    /// A column of third-party-authorization A.15.
    Preset {
        /// What is safest.
        Strict = "strict",
        /// As Mosaic behaves, for who comes from there.
        Mosaic = "mosaic",
    }
}

named_enum! {
    /// What becomes of a client that has the same proof key for every request.
    ConstantChallenges {
        /// Its request is refused once a code with this challenge was redeemed.
        Refuse = "refuse",
        /// It is served.
        Accept = "accept",
    }
}

impl Preset {
    /// All switches at once.
    pub fn settings(self) -> AuthorizationSettings {
        let strict = AuthorizationSettings::default();
        match self {
            Self::Strict => strict,
            Self::Mosaic => AuthorizationSettings {
                prompt_consent: PromptConsent::IfRequired,
                callback_mode: CallbackMode::Compat,
                scope_format: ScopeFormat::Repeat,
                pairwise_subjects: false,
                third_party_pkce: Pkce::Allow,
                client_assertion_audience: AssertionAudience::TokenEndpoint,
                interaction: Some(Lifetime::seconds(3600)),
                mfa_error: MfaError::MfaRequired,
                constant_challenges: ConstantChallenges::Accept,
                ..strict
            },
        }
    }
}

/// What somebody wrote down.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    /// What all other settings are where they are left out: `strict`, or `mosaic` for who comes from there.
    preset: Option<Preset>,
    /// When `prompt=consent` asks.
    prompt_consent: Option<PromptConsent>,
    /// How the first party's page may report the answer.
    callback_mode: Option<CallbackMode>,
    /// How `requested_scope` is written.
    scope_format: Option<ScopeFormat>,
    /// Whether third parties get a subject identifier of their own.
    pairwise_subjects: Option<bool>,
    /// Seconds within which a used refresh token answers with the same successor again (TPA-RT-06); 0 to 30.
    refresh_reuse_leeway: Option<Lifetime>,
    /// Whether a proof key is demanded of a new third party that does not say.
    third_party_pkce: Option<Pkce>,
    /// What assertions of clients may be addressed to.
    client_assertion_audience: Option<AssertionAudience>,
    /// Whether every client must hand its requests in beforehand (RFC 9126).
    require_pushed_requests: Option<bool>,
    /// How long a question stays open; none means as `lifetimes.interaction` says.
    interaction: Option<Lifetime>,
    /// What is answered where a second factor is demanded and cannot be had (third-party-authorization A.14).
    mfa_error: Option<MfaError>,
    /// What becomes of a `code_challenge` that was redeemed before.
    constant_challenges: Option<ConstantChallenges>,
    /// How people sign in.
    sign_in: Option<SignIn>,
}

impl From<Written> for AuthorizationSettings {
    fn from(written: Written) -> Self {
        let preset = written.preset.unwrap_or(Preset::Strict).settings();
        Self {
            prompt_consent: written.prompt_consent.unwrap_or(preset.prompt_consent),
            callback_mode: written.callback_mode.unwrap_or(preset.callback_mode),
            scope_format: written.scope_format.unwrap_or(preset.scope_format),
            pairwise_subjects: written.pairwise_subjects.unwrap_or(preset.pairwise_subjects),
            refresh_reuse_leeway: written
                .refresh_reuse_leeway
                .unwrap_or(preset.refresh_reuse_leeway),
            third_party_pkce: written.third_party_pkce.unwrap_or(preset.third_party_pkce),
            client_assertion_audience: written
                .client_assertion_audience
                .unwrap_or(preset.client_assertion_audience),
            require_pushed_requests: written
                .require_pushed_requests
                .unwrap_or(preset.require_pushed_requests),
            interaction: written.interaction.or(preset.interaction),
            mfa_error: written.mfa_error.unwrap_or(preset.mfa_error),
            constant_challenges: written.constant_challenges.unwrap_or(preset.constant_challenges),
            sign_in: written.sign_in.unwrap_or(preset.sign_in),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(written: serde_json::Value) -> AuthorizationSettings {
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn tpa_a15_a_preset_chooses_all_switches_and_others_deviate_from_it() {
        assert_eq!(read(json!({})), AuthorizationSettings::default());
        assert_eq!(
            read(json!({ "preset": "strict" })),
            AuthorizationSettings::default()
        );
        let mosaic = read(json!({ "preset": "mosaic" }));
        assert_eq!(mosaic, Preset::Mosaic.settings());
        assert_eq!(mosaic.prompt_consent, PromptConsent::IfRequired);
        assert_eq!(mosaic.callback_mode, CallbackMode::Compat);
        assert_eq!(mosaic.third_party_pkce, Pkce::Allow);
        assert_eq!(mosaic.interaction, Some(Lifetime::seconds(3600)));
        assert_eq!(mosaic.client_assertion_audience, AssertionAudience::TokenEndpoint);
        assert!(!mosaic.pairwise_subjects);
        let own = read(json!({ "preset": "mosaic", "callback_mode": "strict", "pairwise_subjects": true }));
        assert_eq!(own.callback_mode, CallbackMode::Strict);
        assert!(own.pairwise_subjects);
        assert_eq!(own.prompt_consent, PromptConsent::IfRequired);
        assert!(serde_json::from_value::<AuthorizationSettings>(json!({ "preset": "other" })).is_err());
        assert!(serde_json::from_value::<AuthorizationSettings>(json!({ "prezet": "mosaic" })).is_err());
    }

    #[test]
    fn what_is_stored_reads_back_as_it_was() {
        for settings in [AuthorizationSettings::default(), Preset::Mosaic.settings()] {
            let stored = serde_json::to_value(&settings).unwrap();
            assert_eq!(read(stored), settings);
        }
    }
}
