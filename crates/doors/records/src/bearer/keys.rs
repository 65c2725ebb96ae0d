//! Key sets of other issuers: where a validator's are.

use std::{
    fs::File,
    io::{self, Read as _},
    sync::Arc,
};

use consentry_domain::{Timestamp, tenant::JwtValidation};
use consentry_jose::KeySet;

use super::{Inner, certificates, memory::Wanted};

/// Largest file that is read, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

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
                let text = read_file(path).await;
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

/// The content of a small file.
pub(super) async fn read_file(path: &str) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    let read = move || {
        let mut content = Vec::new();
        File::open(path)?
            .take(LARGEST_FILE + 1)
            .read_to_end(&mut content)?;
        if u64::try_from(content.len()).is_ok_and(|length| length <= LARGEST_FILE) {
            Ok(content)
        } else {
            Err(io::Error::other("the file is too large"))
        }
    };
    tokio::task::spawn_blocking(read).await?
}

fn parsed(from: &str, text: &[u8]) -> Option<Arc<KeySet>> {
    KeySet::parse(text)
        .inspect_err(|error| tracing::warn!(%error, from, "keys of tokens cannot be read"))
        .ok()
        .map(Arc::new)
}
