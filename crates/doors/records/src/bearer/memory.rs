//! What can be had again, kept for a while: keys of other issuers, and our own for their tokens. Nobody waits for a fetch who can be
//! answered from what is there.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use consentry_domain::{Lifetime, Timestamp};

/// How long something is taken as it is.
const FRESH: Lifetime = Lifetime::seconds(300);

/// How long it is used when it cannot be had again.
const USABLE: Lifetime = Lifetime::days(1);

/// At least this long passes between two tries of one source.
const PAUSE: Lifetime = Lifetime::seconds(30);

/// Most sources kept; more are not remembered at all.
const MOST: usize = 1000;

/// Things by where they are from.
#[derive(Debug)]
pub(super) struct Memory<T>(Mutex<BTreeMap<String, Arc<Source<T>>>>);

/// One place something comes from.
#[derive(Debug)]
struct Source<T> {
    kept: RwLock<Kept<T>>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Kept<T> {
    value: Option<(Arc<T>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

/// Why something is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// To check a token.
    Any,
    /// Because the token's key was not among those that are kept.
    Another,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Memory<T> {
    /// What is from a place; none where it cannot be had. `fetch` brings it, and says in the log why it could not.
    pub(super) async fn get(
        &self,
        name: &str,
        wanted: Wanted,
        now: Timestamp,
        fetch: impl AsyncFnOnce() -> Option<Arc<T>>,
    ) -> Option<Arc<T>> {
        let source = self.source(name);
        if let Some(value) = source.answer_from_memory(wanted, now) {
            return Some(value);
        }
        let fetching = match source.usable(now) {
            // Somebody is fetching already, and what is there will do meanwhile.
            Some(value) => match source.fetching.try_lock() {
                Ok(fetching) => fetching,
                Err(_) => return Some(value),
            },
            None => source.fetching.lock().await,
        };
        // Whoever had the lock before may have fetched it.
        if let Some(value) = source.answer_from_memory(wanted, now) {
            return Some(value);
        }
        source.keep(fetch().await, now);
        drop(fetching);
        source.usable(now)
    }

    fn source(&self, name: &str) -> Arc<Source<T>> {
        let mut sources = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = sources.get(name) {
            return Arc::clone(source);
        }
        if sources.len() >= MOST {
            sources.clear();
        }
        Arc::clone(sources.entry(name.to_owned()).or_default())
    }
}

impl<T> Default for Source<T> {
    fn default() -> Self {
        Self {
            kept: RwLock::new(Kept {
                value: None,
                tried_at: None,
            }),
            fetching: tokio::sync::Mutex::default(),
        }
    }
}

impl<T> Source<T> {
    /// What is kept, if it need not or must not be fetched again yet.
    fn answer_from_memory(&self, wanted: Wanted, now: Timestamp) -> Option<Arc<T>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (value, fetched_at) = kept.value.as_ref()?;
        let is_fresh = wanted == Wanted::Any && now < fetched_at.plus(FRESH);
        let was_just_tried = kept.tried_at.is_some_and(|tried| now < tried.plus(PAUSE));
        (is_fresh || (was_just_tried && now < fetched_at.plus(USABLE))).then(|| Arc::clone(value))
    }

    fn usable(&self, now: Timestamp) -> Option<Arc<T>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (value, fetched_at) = kept.value.as_ref()?;
        (now < fetched_at.plus(USABLE)).then(|| Arc::clone(value))
    }

    fn keep(&self, fetched: Option<Arc<T>>, now: Timestamp) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.tried_at = Some(now);
        if let Some(value) = fetched {
            kept.value = Some((value, now));
        }
    }
}
