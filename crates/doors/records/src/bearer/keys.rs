//! Key sets of other issuers: where a validator's are.

use std::sync::Arc;

use consentry_domain::{Timestamp, tenant::JwtValidation};
use consentry_jose::KeySet;
use consentry_web::received;

use super::{Inner, certificates, memory::Wanted};

/// The keys that sign a validator's tokens; none where they cannot be had.
pub(super) async fn of(
    inner: &Inner,
    jwt: &JwtValidation,
    wanted: Wanted,
    now: Timestamp,
) -> Option<Arc<KeySet>> {
    if let Some(text) = &jwt.certificates {
        let keys = certificates::keys(text, now);
        let keys = keys.inspect_err(|error| tracing::warn!(%error, "certificates for tokens cannot be used"));
        return keys.ok().map(Arc::new);
    }
    let (name, place) = match (&jwt.jwks, &jwt.jwks_file, &jwt.jwks_url) {
        (Some(text), ..) => return parsed("configuration", text.as_bytes()),
        (_, Some(path), _) => (format!("file {path}"), Place::File(path)),
        (_, _, Some(url)) => (format!("url {url}"), Place::Url(url)),
        _ => return None,
    };
    inner
        .keys
        .get(&name, wanted, now, async || place.fetch(inner).await)
        .await
}

enum Place<'a> {
    File(&'a str),
    Url(&'a str),
}

impl Place<'_> {
    async fn fetch(&self, inner: &Inner) -> Option<Arc<KeySet>> {
        match self {
            Self::File(path) => {
                let text = received::file(*path).await;
                let text = text
                    .inspect_err(|error| tracing::warn!(%error, "a file with keys of tokens cannot be read"))
                    .ok()?;
                parsed(path, &text)
            }
            Self::Url(url) => {
                let answer = inner.egress()?.get(url).send().await;
                let answer = answer
                    .inspect_err(|error| tracing::warn!(%error, "keys of tokens cannot be fetched"))
                    .ok()?;
                if !answer.status.is_success() {
                    tracing::warn!(
                        status = answer.status.as_u16(),
                        "keys of tokens cannot be fetched"
                    );
                    return None;
                }
                parsed(url, &answer.body)
            }
        }
    }
}

fn parsed(from: &str, text: &[u8]) -> Option<Arc<KeySet>> {
    KeySet::parse(text)
        .inspect_err(|error| tracing::warn!(%error, from, "keys of tokens cannot be read"))
        .ok()
        .map(Arc::new)
}
