//! In whose words an endpoint is told (enforcement-events-evidence 6): the house's own, or those of a protocol that receivers already
//! speak. A format says which events it has words for and to whom, how fast an answer is expected, when to try again, and which headers go
//! beside those of Standard Webhooks. What it says is in `render`.

use aws_lc_rs::hmac;
use consentry_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Endpoint, Rendered, RetryProfile, WebhookSecret, render};
use crate::{
    TenantSnapshot,
    error::Fault,
    feed::{Happening, catalogue::Family},
    sealing::TenantKeys,
};

/// The form of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The event as the stream tells it, `application/cloudevents+json`.
    #[default]
    Cloudevents,
    /// The same bytes, `application/json`.
    Json,
    /// Notifications of FDX (consent-dashboard C3).
    Fdx,
    /// The same, with the numbers and members of MX.
    Mx,
    /// Events and users of the preferences API (consent-tokens-and-preferences 14).
    Didomi,
    /// Security event tokens as the UK's event notifications have them (consent-dashboard C4).
    #[serde(rename = "uk-ob")]
    UkOb,
    /// What becomes of consents, for parties of a data space (dataspace-consent-protocol 11.4).
    Dataspace,
}

/// Which of the messages that one event makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The event.
    #[default]
    Event,
    /// The person as they stand after it; its `webhook-id` ends in `_u`.
    User,
}

impl Part {
    /// Behind the id of the event.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Event => "",
            Self::User => "_u",
        }
    }

    pub(super) const fn is_event(&self) -> bool {
        matches!(self, Self::Event)
    }
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Cloudevents,
        Self::Json,
        Self::Fdx,
        Self::Mx,
        Self::Didomi,
        Self::UkOb,
        Self::Dataspace,
    ];

    /// Its name as set and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cloudevents => "cloudevents",
            Self::Json => "json",
            Self::Fdx => "fdx",
            Self::Mx => "mx",
            Self::Didomi => "didomi",
            Self::UkOb => "uk-ob",
            Self::Dataspace => "dataspace",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Cloudevents | Self::Dataspace => "application/cloudevents+json",
            Self::Json | Self::Fdx | Self::Mx | Self::Didomi => "application/json",
            Self::UkOb => "application/jwt",
        }
    }

    /// When its endpoints try again where nobody says.
    pub const fn usual_profile(self) -> RetryProfile {
        match self {
            Self::Cloudevents | Self::Json | Self::Dataspace => RetryProfile::Standard,
            Self::Fdx | Self::Mx | Self::UkOb => RetryProfile::Bank,
            Self::Didomi => RetryProfile::Short,
        }
    }

    /// Seconds its receivers have for an answer where nobody says (enforcement-events-evidence 5.3).
    pub const fn usual_timeout_s(self) -> u8 {
        match self {
            Self::Cloudevents | Self::Json => 15,
            _ => 10,
        }
    }

    /// Whether it may hold what tells who somebody is, so that only the tenant itself may have it.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Didomi)
    }

    /// Whether a status says that the receiver took a message. The UK's receivers answer 202 and nothing else.
    pub const fn is_taken(self, status: u16) -> bool {
        match self {
            Self::UkOb => status == 202,
            _ => status >= 200 && status < 300,
        }
    }

    /// The messages that an event makes for an endpoint of the tenant, or of a party.
    pub(super) fn parts(
        self,
        tenant: &TenantSnapshot,
        event: &Happening,
        is_of_party: bool,
    ) -> &'static [Part] {
        const NOTHING: &[Part] = &[];
        const ONE: &[Part] = &[Part::Event];
        const USER: &[Part] = &[Part::User];
        const BOTH: &[Part] = &[Part::Event, Part::User];
        let fits = match self {
            Self::Cloudevents | Self::Json => true,
            Self::Dataspace => event.entry().family == Family::Consent,
            Self::Fdx | Self::Mx => render::dashboard::tells(event, is_of_party),
            Self::UkOb => render::uk_ob::tells(event),
            Self::Didomi if render::didomi::changes_person(tenant, event) => {
                return if render::didomi::tells(tenant, event) {
                    BOTH
                } else {
                    USER
                };
            }
            Self::Didomi => render::didomi::tells(tenant, event),
        };
        if fits { ONE } else { NOTHING }
    }
}

impl Endpoint {
    /// The headers that receivers of its format know, beside those of Standard Webhooks (WHK-23).
    pub fn format_headers(
        &self,
        keys: &TenantKeys,
        message: &Rendered,
        at: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, Fault> {
        let signed = || self.vendor_signature(keys, at, &message.body);
        Ok(match self.settings.format {
            Format::Cloudevents | Format::Json | Format::Dataspace => Vec::new(),
            Format::Fdx | Format::Mx => vec![
                ("consentry-signature", signed()?),
                ("consentry-event-id", message.id.clone()),
            ],
            Format::Didomi => vec![
                ("x-consentry-signature", signed()?),
                ("x-consentry-delivery", message.id.clone()),
                ("x-consentry-event", message.kind.clone()),
            ],
            Format::UkOb => vec![("x-fapi-interaction-id", message.id.clone())],
        })
    }

    /// `t=` seconds, and `v1=` for each live secret, newest first.
    fn vendor_signature(&self, keys: &TenantKeys, at: Timestamp, body: &str) -> Result<String, Fault> {
        let seconds = at.as_seconds();
        let mut text = format!("t={seconds}");
        for secret in self.live_secrets(keys, at)? {
            text.push_str(",v1=");
            text.push_str(&vendor_entry(&secret, seconds, body));
        }
        Ok(text)
    }
}

/// HMAC-SHA-256 over `t.body` in hexadecimal. The key is the text of the secret, as its owner was shown it.
fn vendor_entry(secret: &WebhookSecret, seconds: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.text().as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whk_23_the_vendors_signature_is_made_with_the_text_of_the_secret() {
        let secret = WebhookSecret::new(b"0123456789abcdefghijklmnopqrstuv");
        // printf '1795339200.{"a":1}' | openssl dgst -sha256 -hmac 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY='
        assert_eq!(
            vendor_entry(&secret, 1_795_339_200, r#"{"a":1}"#),
            "4dd45af2e6d10195c58ed90f1024cfd790d030a8222e15d9fb381cebed4f7c64"
        );
    }

    #[test]
    fn each_format_has_one_name_and_what_the_specification_gives_it() {
        use RetryProfile::{Bank, Short, Standard};
        for (format, name, profile, timeout) in [
            (Format::Cloudevents, "cloudevents", Standard, 15),
            (Format::Json, "json", Standard, 15),
            (Format::Fdx, "fdx", Bank, 10),
            (Format::Mx, "mx", Bank, 10),
            (Format::Didomi, "didomi", Short, 10),
            (Format::UkOb, "uk-ob", Bank, 10),
            (Format::Dataspace, "dataspace", Standard, 10),
        ] {
            assert_eq!(serde_json::to_value(format).unwrap(), name);
            assert_eq!(format.as_str(), name);
            assert_eq!(
                (format.usual_profile(), format.usual_timeout_s()),
                (profile, timeout)
            );
        }
    }
}
