//! Signatures of Standard Webhooks 1.0 (enforcement-events-evidence 5.2): `v1` with a shared secret, `v1a` with a key pair.

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::error::Fault;

/// A shared secret in clear.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// With these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// What its owner is shown, once: `whsec_` and base64.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&*self.0))
    }

    /// The entry of a signature header: `v1,` and base64 of HMAC-SHA-256.
    pub fn entry(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(&signed(id, timestamp));
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign().as_ref()))
    }
}

/// A key pair of Ed25519.
pub struct WebhookKey(Ed25519KeyPair);

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookKey(…)")
    }
}

impl WebhookKey {
    /// From its 32 secret bytes.
    pub fn new(seed: &[u8]) -> Result<Self, Fault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        pair.map(Self).map_err(|error| Fault::Signing(error.to_string()))
    }

    /// The public part.
    pub fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The public part as receivers are given it: `whpk_` and base64.
    pub fn text(&self) -> String {
        format!("whpk_{}", STANDARD.encode(self.public()))
    }

    /// The entry of a signature header: `v1a,` and base64 of the signature.
    pub fn entry(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut message = signed(id, timestamp);
        message.extend_from_slice(body);
        format!("v1a,{}", STANDARD.encode(self.0.sign(&message).as_ref()))
    }
}

fn signed(id: &str, timestamp: i64) -> Vec<u8> {
    format!("{id}.{timestamp}.").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01a2028d-eb68-7e5a-8d10-5566778899aa";
    const AT: i64 = 1_795_339_200;
    const BODY: &str = r#"{"specversion":"1.0","id":"01a2028d-eb68-7e5a-8d10-5566778899aa","type":"consentry.consent.revoked"}"#;

    #[test]
    fn whk_08_the_vectors_of_the_specification_are_reproduced() {
        let secret = WebhookSecret::new(b"0123456789abcdefghijklmnopqrstuv");
        assert_eq!(
            secret.text(),
            "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
        );
        let entry = secret.entry(ID, AT, BODY.as_bytes());
        assert_eq!(entry, "v1,VDT8n8lXgLnA2a/41adt8935MQoF/93mnJ1kBWZ0BtY=");
        let key = WebhookKey::new(&[0x33; 32]).unwrap();
        assert_eq!(key.text(), "whpk_F8t5+ytBIPKx7GXkGY1uCLKOgT/rAeSkAIObheGAgM4=");
        assert_eq!(
            key.entry(ID, AT, BODY.as_bytes()),
            "v1a,ImudVxjVIjFcxENauAbQQu5Kfmp60OEnfGpgzEZ5GlQQT6q+UoL8G6TBTnVc1iummIunu3zo9158ZKXZeCKFCQ=="
        );
    }
}
