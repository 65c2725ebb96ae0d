//! A preferences center: a page on which people see and change what they chose (consent-tokens-and-preferences 11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AuthProvider, Validations};
use crate::{DefinitionKey, decision::named_enum, definition::ChoiceValue};

/// Most centers of a tenant.
pub(super) const MOST: usize = 50;

/// Most entries of one list of a center.
const MOST_LISTED: usize = 300;

/// Most hosts of a center.
const MOST_HOSTS: usize = 10;

/// Longest text of a center, in characters.
const LONGEST: usize = 4_000;

named_enum! {
    /// Where a center is (11.3).
    #[derive(Default)]
    CenterFormat {
        /// At an address of its own, and within pages of others.
        #[default]
        Hosted = "hosted",
        /// Within pages of others only.
        Embeddable = "embeddable",
    }
}

named_enum! {
    /// Of what a center is made (11.3).
    #[derive(Default)]
    CenterTemplate {
        /// Heading, sections, one button that saves, words at the end.
        #[default]
        Full = "full_preference_center",
        /// Sections and one button.
        SectionsAndSave = "sections_and_save",
        /// Sections, each with a button.
        Sections = "sections",
    }
}

/// One center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Center {
    /// Part of its address: 1 to 64 lower-case letters, digits and hyphens.
    pub id: String,
    /// Its title by language; the product's words where there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub title: BTreeMap<String, String>,
    /// A sentence below the title by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lead: BTreeMap<String, String>,
    /// Purposes that it shows, in this order; all of the tenant where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<DefinitionKey>,
    /// Channels that it shows below the purposes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChoiceValue>,
    /// Regulation under which it shows and records choices; the usual one where it says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regulation: Option<String>,
    /// Origins whose pages may frame it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frame_origins: Vec<String>,
    /// Whether people can get in by mail, with a code or a link.
    #[serde(default = "yes")]
    pub sign_in: bool,
    /// Whether somebody whom nobody knows yet can get in by mail.
    #[serde(default)]
    pub new_people: bool,
    /// Which way in pages of others offer that show this center; none: the tenant's (consent-tokens-and-preferences 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_provider: Option<AuthProvider>,
    /// What is asked of choices made here, in place of what the tenant asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validations: Option<Validations>,
    /// Hosts of the tenant at whose `/` it is; the first of them is its address (11.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Where it is: at an address of its own, or within pages of others only.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub format: CenterFormat,
    /// Of what it is made.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub template: CenterTemplate,
    /// Preferences that it shows below its purposes, in this order; all where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Vec<DefinitionKey>>,
    /// Languages that it is there in, the usual one first; all of the product where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// What the browser's tab says, by language; the title where there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub browser_title: BTreeMap<String, String>,
    /// What the button that saves says, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub save: BTreeMap<String, String>,
    /// Words at the end, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub footer: BTreeMap<String, String>,
    /// Accent colour as `#rrggbb`, in place of the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Where people get help, in place of the tenant's: `https:`, `mailto:` or `tel:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where people read how their privacy is kept: `https:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_policy: Option<String>,
    /// Name of whoever is responsible, as registers have it (11.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Their website: `https:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Their postal address, in lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When they can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

const fn yes() -> bool {
    true
}

impl Center {
    /// A center that says nothing but its id: all purposes, under the tenant's rules.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: BTreeMap::new(),
            lead: BTreeMap::new(),
            purposes: Vec::new(),
            channels: Vec::new(),
            regulation: None,
            frame_origins: Vec::new(),
            sign_in: yes(),
            new_people: false,
            auth_provider: None,
            validations: None,
            hosts: Vec::new(),
            format: CenterFormat::default(),
            template: CenterTemplate::default(),
            preferences: None,
            languages: Vec::new(),
            browser_title: BTreeMap::new(),
            save: BTreeMap::new(),
            footer: BTreeMap::new(),
            accent: None,
            help: None,
            privacy_policy: None,
            legal_name: None,
            website: None,
            address: None,
            schedule: None,
        }
    }

    /// Why it cannot be served; none where it can.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > 64 || !self.id.bytes().all(plain) {
            return Some("must be 1 to 64 lower-case letters, digits and hyphens");
        }
        let lists = [self.purposes.len(), self.channels.len(), self.frame_origins.len()];
        if lists.into_iter().any(|long| long > MOST_LISTED) {
            return Some("may list at most 300 purposes, channels and origins");
        }
        let is_id =
            |id: &str| (1..=256).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.channels.iter().all(|channel| is_id(&channel.id)) {
            return Some("has a channel whose id is not 1 to 256 visible ASCII characters");
        }
        if self
            .preferences
            .as_ref()
            .is_some_and(|own| own.len() > MOST_LISTED)
            || self.languages.len() > MOST_LISTED
        {
            return Some("may list at most 300 preferences and languages");
        }
        self.place_refusal().or_else(|| self.look_refusal())
    }

    /// Whether it is the page at `/` of this host, with port where one is given.
    pub(super) fn is_at(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let bare = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        self.hosts.iter().any(|own| *own == host || own == bare)
    }

    fn place_refusal(&self) -> Option<&'static str> {
        if self.hosts.len() > MOST_HOSTS || !self.hosts.iter().all(|host| is_host(host)) {
            return Some(
                "has hosts that are not at most 10 names in lower case, with port where one is needed",
            );
        }
        if self.format == CenterFormat::Embeddable && !self.hosts.is_empty() {
            return Some("is within pages of others only, and so has no host");
        }
        None
    }

    fn look_refusal(&self) -> Option<&'static str> {
        let words = [
            &self.title,
            &self.lead,
            &self.browser_title,
            &self.save,
            &self.footer,
        ];
        let alone = [&self.legal_name, &self.address, &self.schedule];
        let mut texts = words
            .into_iter()
            .flat_map(BTreeMap::values)
            .chain(alone.into_iter().flatten());
        if texts.any(|text| text.chars().count() > LONGEST) {
            return Some("has a text of more than 4,000 characters");
        }
        let is_tag = |tag: &String| {
            (2..=35).contains(&tag.len())
                && tag
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !self.languages.iter().all(is_tag) {
            return Some("has languages that are not codes such as fr or fr-CA");
        }
        let is_colour = |text: &String| {
            text.strip_prefix('#')
                .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        if !self.accent.iter().all(is_colour) {
            return Some("has an accent that is not a colour as #rrggbb");
        }
        let leads = |address: &String, schemes: &[&str]| {
            address.len() <= 2_000
                && address.bytes().all(|byte| byte.is_ascii_graphic())
                && schemes
                    .iter()
                    .any(|scheme| address.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
        };
        if !self
            .help
            .iter()
            .all(|own| leads(own, &["https://", "mailto:", "tel:"]))
        {
            return Some("has help that does not begin with https://, mailto: or tel:");
        }
        if !self.privacy_policy.iter().all(|own| leads(own, &["https://"])) {
            return Some("has a privacy policy that does not begin with https://");
        }
        if !self.website.iter().all(|own| leads(own, &["https://"])) {
            return Some("has a website that does not begin with https://");
        }
        None
    }
}

/// Whether this is a name of a host as browsers send it, with port where one is needed.
fn is_host(host: &str) -> bool {
    let (name, port) = host
        .split_once(':')
        .map_or((host, None), |(name, port)| (name, Some(port)));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain);
    name.len() <= 253
        && name.split('.').all(is_label)
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}
