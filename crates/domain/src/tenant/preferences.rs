//! Settings of the preferences door.

use serde::{Deserialize, Serialize};

use super::{BatchExports, Center, InvalidSetting, LinkEvent, Validations, center};
use crate::{Lifetime, decision::named_enum, mail::MailAddress, subject::Namespace};

/// Longest lifetime of a consent token that can be configured: ten years.
const LONGEST: i64 = 3_660 * 86_400;

/// Most people who approve.
const MOST_APPROVERS: usize = 20;

/// Most pages that a link may lead to.
const MOST_PAGES: usize = 100;

/// Most things that links may do.
const MOST_LINK_EVENTS: usize = 100;

/// Whether a link may lead to such an address at all: over TLS, or on this machine, where there is nothing in between.
fn is_page(page: &str) -> bool {
    let local = ["http://localhost", "http://127.0.0.1"];
    let is_safe = page.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        || local.iter().any(|own| {
            page.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
    is_safe
        && page.len() <= 2_000
        && page
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#@".contains(&byte))
}

/// Whether this is an origin as a browser sends it.
fn is_origin(origin: &str) -> bool {
    let rest = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    origin.len() <= 300
        && rest.is_some_and(|rest| {
            !rest.is_empty()
                && rest.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':')
                })
        })
}

fn wrong(key: &str, why: &'static str) -> Result<(), InvalidSetting> {
    Err(InvalidSetting {
        section: "preferences",
        key: key.to_owned(),
        why,
    })
}

/// How the preferences door behaves (consent-tokens-and-preferences 4.2, 5.3, 12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreferencesSettings {
    /// Name space in which `organization_user_id` is looked up: `organization` keeps its names apart; `customer` and `login` make it
    /// the name that other doors know people by.
    pub organization_users: Namespace,
    /// Longest lifetime of a consent token, in seconds: 365 days.
    pub consent_token_max_lifetime: Lifetime,
    /// Whether purposes, preferences and values must be known.
    pub validate_purpose_id: bool,
    /// Whether the deprecated `preferences` arrays are refused.
    pub disable_preferences_in_consents: bool,
    /// Regulations beside those that are always there.
    pub regulations: Vec<String>,
    /// What is asked of choices that people make with a consent token, where neither the token nor a center says otherwise (7.2).
    #[serde(skip_serializing_if = "Validations::is_empty")]
    pub validations: Validations,
    /// Who approves signatures and documents; each gets a link of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<MailAddress>,
    /// How long an approval is waited for, in seconds, from an hour to 90 days: 7 days (7.6).
    pub approval_lifetime: Lifetime,
    /// Whether people are told that a choice of theirs was refused.
    pub notify_on_reject: bool,
    /// Pages on which people see and change what they chose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub centers: Vec<Center>,
    /// Centers as they will be once they are deployed, where somebody changed them as widgets (11.3).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<Center>,
    /// Origins whose pages may read what consent tokens and the public key open; every one where there is none (2.7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_allowed_origins: Vec<String>,
    /// By what pages of others name the tenant: 1 to 128 letters, digits, hyphens, underscores and full stops. It grants nothing by
    /// itself. Without one nobody gets a consent token by mail outside the tenant's centers (3.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// Pages that a link by mail may lead to, beside the tenant's centers: addresses without query and fragment (10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<String>,
    /// Whether somebody whom nobody knows yet gets a consent token by mail on pages of others.
    #[serde(skip_serializing_if = "is_no")]
    pub new_people: bool,
    /// How people get one where a page does not say.
    #[serde(skip_serializing_if = "AuthProvider::is_usual")]
    pub auth_provider: AuthProvider,
    /// Days that events are kept which nothing that counts rests on any more: 1,826; 0 keeps them (16).
    pub retention_days: u32,
    /// Whether links that a first party makes by itself do only what `link_events` says, and lead only to `link_redirects` (9).
    pub strict_links: bool,
    /// Whether such links may be made with `hash-md5`, `hash-sha1` and `hmac-sha1`.
    #[serde(skip_serializing_if = "is_no")]
    pub legacy_digests: bool,
    /// What links that a first party makes by itself may do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_events: Vec<LinkEvent>,
    /// Pages that such links may lead to: addresses without query and fragment; what a link adds to one is its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_redirects: Vec<String>,
    /// Exports that are written by themselves; none: none (15).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exports: Option<BatchExports>,
}

named_enum! {
    /// How somebody gets a consent token by mail (consent-tokens-and-preferences 10). Its name is its id too: each is there once.
    #[derive(Default)]
    AuthProvider {
        /// A code that is typed in.
        #[default]
        Otp = "otp",
        /// A link.
        Message = "message",
    }
}

impl AuthProvider {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

impl Default for PreferencesSettings {
    fn default() -> Self {
        Self {
            organization_users: Namespace::Organization,
            consent_token_max_lifetime: Lifetime::days(365),
            validate_purpose_id: true,
            disable_preferences_in_consents: false,
            regulations: Vec::new(),
            validations: Validations::new(),
            approvers: Vec::new(),
            approval_lifetime: Lifetime::days(7),
            notify_on_reject: false,
            centers: Vec::new(),
            drafts: Vec::new(),
            public_allowed_origins: Vec::new(),
            public_key: None,
            pages: Vec::new(),
            new_people: false,
            auth_provider: AuthProvider::default(),
            retention_days: 1_826,
            strict_links: true,
            legacy_digests: false,
            link_events: Vec::new(),
            link_redirects: Vec::new(),
            exports: None,
        }
    }
}

/// Regulations that are always there, the usual one first (consent-tokens-and-preferences 12).
pub const REGULATIONS: [&str; 5] = ["gdpr", "cpra", "cpa", "ctdpa", "vcdpa"];

/// The regulation where nobody says otherwise.
pub const USUAL_REGULATION: &str = REGULATIONS[0];

impl PreferencesSettings {
    /// Whether this regulation is known here.
    pub fn knows_regulation(&self, id: &str) -> bool {
        REGULATIONS.contains(&id) || self.regulations.iter().any(|own| own == id)
    }

    /// The center with this id.
    pub fn center(&self, id: &str) -> Option<&Center> {
        self.centers.iter().find(|center| center.id == id)
    }

    /// The center that is the page at `/` of a host, which may have a port.
    pub fn center_at(&self, host: &str) -> Option<&Center> {
        self.centers.iter().find(|center| center.is_at(host))
    }

    /// A center as it will be once it is deployed.
    pub fn draft(&self, id: &str) -> Option<&Center> {
        let draft = self.drafts.iter().find(|center| center.id == id);
        draft.or_else(|| self.center(id))
    }

    /// Whether the hosts of centers are the tenant's. A tenant without hosts is alone, and has every one.
    pub(super) fn check_hosts(&self, own: &[String]) -> Result<(), InvalidSetting> {
        let is_own = |host: &String| own.is_empty() || own.iter().any(|own| own.eq_ignore_ascii_case(host));
        match self.all_centers().find(|center| !center.hosts.iter().all(is_own)) {
            Some(center) => wrong(
                &format!("centers {}", center.id),
                "has a host that is none of the tenant's hosts",
            ),
            None => Ok(()),
        }
    }

    fn all_centers(&self) -> impl Iterator<Item = &Center> {
        self.centers.iter().chain(&self.drafts)
    }

    /// Whether a page names this tenant by its public key.
    pub fn is_public_key(&self, key: &str) -> bool {
        self.public_key.as_deref() == Some(key)
    }

    /// Whether these can be served.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let named = [Namespace::Organization, Namespace::Customer, Namespace::Login];
        if !named.contains(&self.organization_users) {
            return wrong("organization_users", "must be organization, customer or login");
        }
        let seconds = self.consent_token_max_lifetime.as_seconds();
        if !(1..=LONGEST).contains(&seconds) {
            return wrong("consent_token_max_lifetime", "must be from 1 second to ten years");
        }
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if self
            .regulations
            .iter()
            .any(|id| id.is_empty() || id.len() > 64 || !id.bytes().all(plain))
        {
            return wrong(
                "regulations",
                "must be 1 to 64 lower-case letters, digits, hyphens and underscores each",
            );
        }
        if self.approvers.len() > MOST_APPROVERS {
            return wrong("approvers", "must be at most 20 addresses");
        }
        if !(3_600..=90 * 86_400).contains(&self.approval_lifetime.as_seconds()) {
            return wrong("approval_lifetime", "must be from an hour to 90 days");
        }
        let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_key = |key: &str| (1..=128).contains(&key.len()) && key.bytes().all(part);
        if self.public_key.as_deref().is_some_and(|key| !is_key(key)) {
            return wrong(
                "public_key",
                "must be 1 to 128 letters, digits, hyphens, underscores and full stops",
            );
        }
        if self.pages.len() > MOST_PAGES || !self.pages.iter().all(|page| is_page(page)) {
            return wrong(
                "pages",
                "must be at most 100 addresses that begin with https:// and have neither query nor fragment",
            );
        }
        if self.link_redirects.len() > MOST_PAGES || !self.link_redirects.iter().all(|page| is_page(page)) {
            return wrong(
                "link_redirects",
                "must be at most 100 addresses that begin with https:// and have neither query nor fragment",
            );
        }
        if self.link_events.len() > MOST_LINK_EVENTS {
            return wrong("link_events", "must be at most 100");
        }
        if !self.link_events.iter().all(LinkEvent::is_object) {
            return wrong("link_events", "must each have an event that is an object in JSON");
        }
        if self.public_allowed_origins.len() > MOST_PAGES
            || !self.public_allowed_origins.iter().all(|origin| is_origin(origin))
        {
            return wrong(
                "public_allowed_origins",
                "must be at most 100 origins such as https://shop.example",
            );
        }
        if let Some(why) = self.exports.as_ref().and_then(BatchExports::refusal) {
            return wrong("exports", why);
        }
        for (name, all) in [("centers", &self.centers), ("drafts", &self.drafts)] {
            self.check_centers(name, all)?;
        }
        Ok(())
    }

    fn check_centers(&self, name: &str, all: &[Center]) -> Result<(), InvalidSetting> {
        if all.len() > center::MOST {
            return wrong(name, "must be at most 50");
        }
        for (place, center) in all.iter().enumerate() {
            let key = format!("{name} {}", center.id);
            if let Some(why) = center.refusal() {
                return wrong(&key, why);
            }
            let before = &all[..place];
            if before.iter().any(|before| before.id == center.id) {
                return wrong(&key, "is there twice");
            }
            if before
                .iter()
                .any(|before| center.hosts.iter().any(|host| before.is_at(host)))
            {
                return wrong(&key, "has a host that another one has");
            }
            let regulation = center.regulation.as_deref();
            if regulation.is_some_and(|id| !self.knows_regulation(id)) {
                return wrong(&key, "has a regulation that is not known");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn center(id: &str) -> Center {
        serde_json::from_value(serde_json::json!({ "id": id })).unwrap()
    }

    fn with_centers(ids: &[&str]) -> PreferencesSettings {
        PreferencesSettings {
            centers: ids.iter().map(|id| center(id)).collect(),
            ..PreferencesSettings::default()
        }
    }

    #[test]
    fn settings_that_cannot_be_served_are_refused() {
        let usual = PreferencesSettings::default();
        assert_eq!(usual.check(), Ok(()));
        assert!(usual.knows_regulation("cpra") && !usual.knows_regulation("lgpd"));
        let wrong = [
            PreferencesSettings {
                organization_users: Namespace::Device,
                ..usual.clone()
            },
            PreferencesSettings {
                consent_token_max_lifetime: Lifetime::seconds(0),
                ..usual.clone()
            },
            PreferencesSettings {
                regulations: vec!["Not This".to_owned()],
                ..usual.clone()
            },
            PreferencesSettings {
                approval_lifetime: Lifetime::minutes(59),
                ..usual.clone()
            },
            PreferencesSettings {
                public_key: Some("not one".to_owned()),
                ..usual.clone()
            },
            PreferencesSettings {
                pages: vec!["http://shop.example/news".to_owned()],
                ..usual.clone()
            },
            PreferencesSettings {
                pages: vec!["https://shop.example/?a=b".to_owned()],
                ..usual.clone()
            },
            PreferencesSettings {
                pages: vec!["http://localhost.shop.example/".to_owned()],
                ..usual.clone()
            },
            PreferencesSettings {
                link_redirects: vec!["http://shop.example/thanks".to_owned()],
                ..usual.clone()
            },
            PreferencesSettings {
                link_events: vec![LinkEvent {
                    action: crate::tenant::LinkAction::Create,
                    event: "consents".to_owned(),
                }],
                ..usual.clone()
            },
            with_centers(&["News"]),
            with_centers(&["news", "news"]),
            PreferencesSettings {
                centers: vec![Center {
                    regulation: Some("lgpd".to_owned()),
                    ..center("news")
                }],
                ..usual
            },
        ];
        assert_eq!(with_centers(&["news", "offers-2"]).check(), Ok(()));
        assert!(wrong.iter().all(|settings| settings.check().is_err()));
    }
}
