//! Tokens that were encrypted for us after they were signed (consent-api 12.4; nested JWT, RFC 7519 section 5.2). The signature inside is
//! what counts: whoever knows our public key can encrypt.

use std::sync::Arc;

use consentry_domain::{Timestamp, tenant::JwtValidation};
use consentry_jose::{
    Acceptance, ContentEncryption, DecryptError, DecryptionKey, KeyEncryption, decrypt, is_encrypted,
};
use consentry_web::received;
use x509_parser::pem::Pem;
use zeroize::Zeroizing;

use super::{Inner, LONGEST, memory::Wanted};

/// Most keys in a file: those of today, and those that are on their way in and out.
const MOST_KEYS: usize = 8;

/// What is in a token.
pub(super) enum Opened {
    /// It is not encrypted, or nothing is configured to open it with.
    NotEncrypted,
    /// What it holds, of which nothing has been checked.
    Content(Zeroizing<String>),
    /// It cannot be opened.
    Refused,
    /// The keys that would open it cannot be had now.
    NoKey,
}

pub(super) async fn open(inner: &Inner, jwt: &JwtValidation, token: &str, now: Timestamp) -> Opened {
    let Some(path) = jwt.decryption_key_file.as_deref().filter(|_| is_encrypted(token)) else {
        return Opened::NotEncrypted;
    };
    let key = chosen(&jwt.key_encryption_algorithms, &KeyEncryption::ALL);
    let content = chosen(&jwt.content_encryption_algorithms, &ContentEncryption::ALL);
    let acceptance = Acceptance {
        max_len: LONGEST,
        key: &key,
        content: &content,
    };
    for wanted in [Wanted::Any, Wanted::Another] {
        let keys = inner
            .decryption_keys
            .get(path, wanted, now, async || read(path).await);
        let Some(keys) = keys.await else {
            return Opened::NoKey;
        };
        match opened(token, &keys, &acceptance) {
            Ok(content) => return text(&content).map_or(Opened::Refused, Opened::Content),
            // It may be for a key that came into the file meanwhile.
            Err(DecryptError::Refused | DecryptError::OtherKey) => {}
            Err(_) => break,
        }
    }
    Opened::Refused
}

/// What the first key that fits makes of it.
fn opened(
    token: &str,
    keys: &[DecryptionKey],
    acceptance: &Acceptance<'_>,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut refused = DecryptError::OtherKey;
    for key in keys {
        match decrypt(token, key, acceptance) {
            Err(error @ (DecryptError::Refused | DecryptError::OtherKey)) => refused = error,
            settled => return settled,
        }
    }
    Err(refused)
}

fn text(content: &[u8]) -> Option<Zeroizing<String>> {
    Some(Zeroizing::new(std::str::from_utf8(content).ok()?.to_owned()))
}

/// The algorithms of these names; no names mean all.
fn chosen<T: Copy + std::str::FromStr>(names: &[String], all: &[T]) -> Vec<T> {
    if names.is_empty() {
        return all.to_vec();
    }
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

async fn read(path: &str) -> Option<Arc<Vec<DecryptionKey>>> {
    let text = received::file(path).await.map(Zeroizing::new);
    let text = text.inspect_err(|error| tracing::warn!(%error, "the keys that open tokens cannot be read"));
    let parsed = parsed(&text.ok()?);
    let parsed =
        parsed.inspect_err(|why| tracing::warn!(why, path, "the keys that open tokens cannot be used"));
    parsed.ok().map(Arc::new)
}

/// Private keys in PEM as PKCS#8. What else is in the file, such as the certificate, is passed over.
fn parsed(text: &[u8]) -> Result<Vec<DecryptionKey>, &'static str> {
    let mut keys = Vec::new();
    for pem in Pem::iter_from_buffer(text) {
        let pem = pem.map_err(|_| "it is not PEM")?;
        let contents = Zeroizing::new(pem.contents);
        match pem.label.as_str() {
            "PRIVATE KEY" => {
                let key = DecryptionKey::from_pkcs8(&contents, None);
                keys.push(
                    key.map_err(|_| "a key is neither RSA of 2048 bits or more nor on a curve of NIST")?,
                );
            }
            "ENCRYPTED PRIVATE KEY" => return Err("a key in it has a password"),
            label if label.ends_with(" PRIVATE KEY") => return Err("a key in it is not in PKCS#8"),
            _ => {}
        }
    }
    match keys.len() {
        0 => Err("there is no private key in it"),
        len if len > MOST_KEYS => Err("there are more than eight keys in it"),
        _ => Ok(keys),
    }
}
