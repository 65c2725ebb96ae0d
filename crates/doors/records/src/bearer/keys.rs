//! Key sets of other issuers, kept for a while. Nobody waits for a fetch who can be answered from what is there.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use consentry_domain::{Lifetime, Timestamp, tenant::JwtValidation};
use consentry_jose::KeySet;

use super::{Inner, certificates};

/// How long a key set is taken as it is.
const FRESH: Lifetime = Lifetime::seconds(300);

/// How long it is used when it cannot be had again.
const USABLE: Lifetime = Lifetime::days(1);

/// At least this long passes between two tries of one source.
const PAUSE: Lifetime = Lifetime::seconds(30);

/// Largest file that is read, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// Most sources kept; more are not remembered at all.
const MOST: usize = 1000;

/// Key sets by where they are from.
#[derive(Debug, Default)]
pub(super) struct KeySets(Mutex<BTreeMap<String, Arc<Source>>>);

/// One place keys come from.
#[derive(Debug, Default)]
struct Source {
    kept: RwLock<Kept>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Kept {
    keys: Option<(Arc<KeySet>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

/// Why keys are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// To check a token.
    Any,
    /// Because the token's key was not among those that are kept.
    Another,
}

impl KeySets {
    /// The keys of a validator; none where they cannot be had.
    pub(super) async fn get(
        &self,
        inner: &Inner,
        jwt: &JwtValidation,
        wanted: Wanted,
        now: Timestamp,
    ) -> Option<Arc<KeySet>> {
        if let Some(text) = &jwt.certificates {
            let keys = certificates::keys(text, now);
            let keys =
                keys.inspect_err(|error| tracing::warn!(%error, "certificates for tokens cannot be used"));
            return keys.ok().map(Arc::new);
        }
        let (name, place) = match (&jwt.jwks, &jwt.jwks_file, &jwt.jwks_url) {
            (Some(text), ..) => return parsed("configuration", text.as_bytes()),
            (_, Some(path), _) => (format!("file {path}"), Place::File(path)),
            (_, _, Some(url)) => (format!("url {url}"), Place::Url(url)),
            _ => return None,
        };
        let source = self.source(name);
        if let Some(keys) = source.answer_from_memory(wanted, now) {
            return Some(keys);
        }
        let fetching = match source.usable(now) {
            // Somebody is fetching already, and what is there will do meanwhile.
            Some(keys) => match source.fetching.try_lock() {
                Ok(fetching) => fetching,
                Err(_) => return Some(keys),
            },
            None => source.fetching.lock().await,
        };
        // Whoever had the lock before may have fetched them.
        if let Some(keys) = source.answer_from_memory(wanted, now) {
            return Some(keys);
        }
        let fetched = place.fetch(inner).await;
        source.keep(fetched, now);
        drop(fetching);
        source.usable(now)
    }

    fn source(&self, name: String) -> Arc<Source> {
        let mut sources = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sources.len() >= MOST && !sources.contains_key(&name) {
            sources.clear();
        }
        Arc::clone(sources.entry(name).or_default())
    }
}

impl Source {
    /// What is kept, if it need not or must not be fetched again yet.
    fn answer_from_memory(&self, wanted: Wanted, now: Timestamp) -> Option<Arc<KeySet>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (keys, fetched_at) = kept.keys.as_ref()?;
        let is_fresh = wanted == Wanted::Any && now < fetched_at.plus(FRESH);
        let was_just_tried = kept.tried_at.is_some_and(|tried| now < tried.plus(PAUSE));
        (is_fresh || (was_just_tried && now < fetched_at.plus(USABLE))).then(|| Arc::clone(keys))
    }

    fn usable(&self, now: Timestamp) -> Option<Arc<KeySet>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (keys, fetched_at) = kept.keys.as_ref()?;
        (now < fetched_at.plus(USABLE)).then(|| Arc::clone(keys))
    }

    fn keep(&self, fetched: Option<Arc<KeySet>>, now: Timestamp) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.tried_at = Some(now);
        if let Some(keys) = fetched {
            kept.keys = Some((keys, now));
        }
    }
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
