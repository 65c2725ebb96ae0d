//! Consent links that a first party makes by itself (consent-tokens-and-preferences 3.4, 9): a digest shows that whoever made the link
//! has one of the tenant's secrets.
//!
//! A digest covers the person and nothing else, so whoever holds one link could change what it does. Where the tenant is strict, and it
//! is where it says nothing, a link does only what the tenant listed.

use aws_lc_rs::{digest, hmac};
use consentry_domain::{
    Timestamp,
    decision::Door,
    tenant::{LinkAction, PreferencesSettings},
};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::{
    link::{ConsentLink, LinkContent, LinkError},
    person::organization_alias,
    secret,
};
use crate::{Ledger, TenantSnapshot, subjects::Origin};

/// How a digest is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// `hash-md5`.
    HashMd5,
    /// `hash-sha1`.
    HashSha1,
    /// `hash-sha256`.
    HashSha256,
    /// `hmac-sha1`.
    HmacSha1,
    /// `hmac-sha256`.
    HmacSha256,
}

impl DigestAlgorithm {
    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "hash-md5" => Self::HashMd5,
            "hash-sha1" => Self::HashSha1,
            "hash-sha256" => Self::HashSha256,
            "hmac-sha1" => Self::HmacSha1,
            "hmac-sha256" => Self::HmacSha256,
            _ => return None,
        })
    }

    /// Whether a tenant has to say that it takes it.
    const fn is_legacy(self) -> bool {
        matches!(self, Self::HashMd5 | Self::HashSha1 | Self::HmacSha1)
    }

    /// The digest of these parts in lower-case hexadecimal.
    fn digest(self, secret: &[u8], person: &str, salt: &str, expiration: &str) -> String {
        let keyed = |algorithm| {
            let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, secret));
            for part in [person, salt, expiration] {
                context.update(part.as_bytes());
            }
            hex(context.sign().as_ref())
        };
        let parts = [person.as_bytes(), secret, salt.as_bytes(), expiration.as_bytes()];
        let plain = |algorithm| {
            let mut context = digest::Context::new(algorithm);
            for part in parts {
                context.update(part);
            }
            hex(context.finish().as_ref())
        };
        match self {
            Self::HashMd5 => {
                let mut context = Md5::new();
                for part in parts {
                    context.update(part);
                }
                hex(&context.finalize())
            }
            Self::HashSha1 => plain(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Self::HashSha256 => plain(&digest::SHA256),
            Self::HmacSha1 => keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            Self::HmacSha256 => keyed(hmac::HMAC_SHA256),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A link as it came in.
#[derive(Debug, Clone)]
pub struct DigestLink<'a> {
    /// How its digest is made.
    pub algorithm: DigestAlgorithm,
    /// The secret that it is made with.
    pub secret: &'a str,
    /// The digest.
    pub digest: &'a str,
    /// What makes two links of one person differ.
    pub salt: &'a str,
    /// Unix seconds at which it is over; empty: never.
    pub expiration: &'a str,
    /// Whom it is for.
    pub organization_user_id: &'a str,
    /// What it does.
    pub action: LinkAction,
    /// With which event.
    pub event: Map<String, Value>,
    /// Where the browser goes afterwards.
    pub redirect_url: Option<&'a str>,
}

impl Ledger {
    /// What a link does that a first party made by itself, where its digest is right and the tenant lets links do that. Its event has an
    /// id that follows from the link, so that opening it again records nothing.
    pub async fn digest_link(
        &self,
        tenant: &TenantSnapshot,
        link: DigestLink<'_>,
    ) -> Result<ConsentLink, LinkError> {
        let settings = &tenant.tenant.preferences;
        let is_taken = settings.legacy_digests || !link.algorithm.is_legacy();
        let known = tenant.link_secrets.get(link.secret).filter(|own| own.enabled);
        let known = known.filter(|_| is_taken).ok_or(LinkError::Unknown)?;
        let expected = link.algorithm.digest(
            &secret::opened(tenant, known)?,
            link.organization_user_id,
            link.salt,
            link.expiration,
        );
        if !bool::from(expected.as_bytes().ct_eq(link.digest.as_bytes())) {
            return Err(LinkError::Unknown);
        }
        if !link.expiration.is_empty() {
            let until = link.expiration.parse().map_err(|_| LinkError::Unknown)?;
            if Timestamp::from_seconds(until) <= self.now() {
                return Err(LinkError::Over);
            }
        }
        if settings.strict_links && !is_listed(settings, &link) {
            return Err(LinkError::NotListed);
        }
        let mut event = link.event;
        if link.action == LinkAction::Create && !event.contains_key("id") {
            let told = format!("{} {}", link.digest, Value::Object(event.clone()));
            let id = tenant.keys.lookup("digest_link", &told);
            let (half, _) = id.as_bytes().split_at(16);
            let id = uuid::Builder::from_random_bytes(half.try_into().unwrap_or_default()).into_uuid();
            event.insert("id".to_owned(), id.as_hyphenated().to_string().into());
        }
        let alias = organization_alias(tenant, link.organization_user_id);
        let subject = self
            .subject_named(tenant, &alias, Origin::at(Door::Preferences))
            .await
            .map_err(LinkError::from)?;
        Ok(ConsentLink {
            subject,
            key: known.id.clone(),
            content: LinkContent {
                organization_user_id: link.organization_user_id.to_owned(),
                is_update: link.action == LinkAction::Update,
                event: Value::Object(event),
                redirect_url: link.redirect_url.map(str::to_owned),
            },
        })
    }
}

/// Whether two events are the same, apart from which event they are about.
fn is_same(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let within = |one: &Map<String, Value>, other: &Map<String, Value>| {
        let mut members = one.iter().filter(|(name, _)| *name != "id");
        members.all(|(name, value)| other.get(name) == Some(value))
    };
    within(one, other) && within(other, one)
}

fn is_listed(settings: &PreferencesSettings, link: &DigestLink<'_>) -> bool {
    let does = settings
        .link_events
        .iter()
        .filter(|own| own.action == link.action)
        .filter_map(|own| serde_json::from_str::<Map<String, Value>>(&own.event).ok())
        .any(|own| is_same(&own, &link.event));
    let leads = link.redirect_url.is_none_or(|url| {
        let page = url.split(['?', '#']).next().unwrap_or_default();
        settings.link_redirects.iter().any(|own| own == page)
    });
    does && leads
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        DigestAlgorithm::{self, HashMd5, HashSha1, HashSha256, HmacSha1, HmacSha256},
        is_same,
    };

    #[test]
    fn a_link_does_just_what_is_listed() {
        let event = |value: serde_json::Value| value.as_object().cloned().unwrap();
        let listed = event(json!({ "consents": { "purposes": [{ "id": "news", "enabled": true }] } }));
        let same =
            event(json!({ "id": "1", "consents": { "purposes": [{ "enabled": true, "id": "news" }] } }));
        assert!(is_same(&listed, &same));
        for other in [
            json!({ "consents": { "purposes": [{ "id": "news", "enabled": true }] }, "metadata": {} }),
            json!({ "consents": { "purposes": [{ "id": "news", "enabled": false }] } }),
            json!({}),
        ] {
            assert!(!is_same(&listed, &event(other.clone())), "{other}");
        }
    }

    /// Made with Python's `hashlib` and `hmac`.
    #[test]
    fn ctp_3_4_digests_are_those_of_other_programs() {
        let digest = |algorithm: DigestAlgorithm| {
            algorithm.digest(b"the secret", "iris@example.org", "salt", "1767225600")
        };
        for (algorithm, expected) in [
            (HashMd5, "8659ab7cb6cbb9716f4de70c0ad9e6c9"),
            (HashSha1, "726ada71b9b42326829301e4d401c0a178586ab1"),
            (
                HashSha256,
                "a1b0f04a5532f9f63c29b9eb2cd3484db5f4cf9af7301c8a380516c6abdfe85a",
            ),
            (HmacSha1, "8bfe35826266e42f4191040c2a5c550bbec4d03c"),
            (
                HmacSha256,
                "9ead754532750cc25dbf4000a909ad496f7be1dbd990ad5b5541a09f9883369f",
            ),
        ] {
            assert_eq!(digest(algorithm), expected, "{algorithm:?}");
        }
        assert_eq!(
            HmacSha256.digest(b"the secret", "iris@example.org", "", ""),
            "b2d2f42d230f35df10633964873746a98ac78b3814b816892a81836769f979a1"
        );
    }
}
