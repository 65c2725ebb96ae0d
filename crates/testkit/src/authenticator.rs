//! An authenticator with one passkey (Web Authentication Level 3), which answers what a page asks, and lies about whatever a test wants.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// That somebody was there, that it made sure who, and that it made a new passkey.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const CREDENTIAL: u8 = 1 << 6;

/// Which signature it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA.
    Rs256,
}

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// One authenticator.
pub struct Authenticator {
    key: Key,
    /// Id of its passkey.
    pub id: Vec<u8>,
    /// What it was told to keep beside it; base64url.
    pub user: String,
    /// Id of the relying party it answers for.
    pub host: String,
    /// The origin that the browser says the page has.
    pub origin: String,
    /// What it counts; raised by one before each answer, unless it is 0 and stays so.
    pub counter: u32,
    /// Its flags.
    pub flags: u8,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a page asks an authenticator: the options in its form.
pub fn asked(page: &str) -> Value {
    let text = page.split("data-options=\"").nth(1).unwrap();
    let text = text.split('"').next().unwrap();
    let text = text.replace("&#34;", "\"").replace("&quot;", "\"");
    serde_json::from_str(&text.replace("&#39;", "'").replace("&amp;", "&")).unwrap()
}

impl Authenticator {
    /// A new one behind a browser that shows pages of this origin, such as `http://bank.localhost:8080`.
    pub fn new(origin: &str, signature: Signature) -> Self {
        let random = SystemRandom::new();
        let key = match signature {
            Signature::Es256 => {
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
                Key::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap())
            }
            Signature::EdDsa => Key::EdDsa(Ed25519KeyPair::generate().unwrap()),
            Signature::Rs256 => Key::Rs256(RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap()),
        };
        let host = url::Url::parse(origin).unwrap().host_str().unwrap().to_owned();
        let mut new = Self {
            key,
            id: Vec::new(),
            user: String::new(),
            host,
            origin: origin.to_owned(),
            counter: 0,
            flags: PRESENT | VERIFIED,
        };
        new.id = digest(&SHA256, &new.cose()).as_ref().to_vec();
        new
    }

    /// The answer to `navigator.credentials.create` on this page.
    pub fn make(&mut self, page: &str) -> String {
        let asked = asked(page);
        asked["user"]["id"].as_str().unwrap().clone_into(&mut self.user);
        let mut data = self.data(self.flags | CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(&data);
        let client_data = self.client_data("webauthn.create", &asked);
        self.answer(&json!({
            "clientDataJSON": base64url(client_data.as_bytes()),
            "attestationObject": base64url(&object),
        }))
    }

    /// The answer to `navigator.credentials.get` on this page.
    pub fn log_in(&mut self, page: &str) -> String {
        if self.counter > 0 {
            self.counter += 1;
        }
        let data = self.data(self.flags);
        let client_data = self.client_data("webauthn.get", &asked(page));
        let signed = [&data, digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let random = SystemRandom::new();
        let signature = match &self.key {
            Key::Es256(key) => key.sign(&random, &signed).unwrap().as_ref().to_vec(),
            Key::EdDsa(key) => key.sign(&signed).as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, &signed, &mut signature)
                    .unwrap();
                signature
            }
        };
        self.answer(&json!({
            "clientDataJSON": base64url(client_data.as_bytes()),
            "authenticatorData": base64url(&data),
            "signature": base64url(&signature),
            "userHandle": self.user,
        }))
    }

    fn answer(&self, response: &Value) -> String {
        json!({ "id": base64url(&self.id), "type": "public-key", "response": response }).to_string()
    }

    fn client_data(&self, kind: &str, asked: &Value) -> String {
        json!({ "type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.host.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key as COSE has it.
    fn cose(&self) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
                [&head[..], x, b"\x22\x58\x20", y].concat()
            }
            Key::EdDsa(key) => {
                let head = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";
                [&head[..], key.public_key().as_ref()].concat()
            }
            Key::Rs256(key) => {
                let modulus = key.public_key().modulus().big_endian_without_leading_zero();
                let head = b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00";
                [&head[..], modulus, b"\x21\x43\x01\x00\x01"].concat()
            }
        }
    }
}
