//! Keys of parties and of login providers: fetched from where their own document says, kept for a while, and asked for as seldom as
//! possible (dataspace-consent-protocol 8.5).
//!
//! What was found signed is remembered as long as the keys that were found then, since applications show their tokens again and again.
//!
//! What lives here: when to fetch, and what to do when that fails. How it is done is in [`fetching`], what counts as a key in [`usable`].

mod fetching;
mod remembered;
mod usable;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::{Lifetime, Timestamp};
use consentry_egress::Egress;
use consentry_jose::{Algorithm, Expectations, KeySet};
use consentry_ledger::dataspace::token::LONGEST;

use self::fetching::Document;
pub(crate) use self::remembered::{Name, Remembered};

/// How soon keys are fetched again because of one that is not among them.
const COOLDOWN: Lifetime = Lifetime::seconds(30);

/// How long a key that is not there is remembered as that.
const UNKNOWN_FOR: Lifetime = Lifetime::seconds(60);

/// Most keys of one party that are remembered as not there; the oldest go first.
const MOST_UNKNOWN: usize = 1024;

/// From which part of their freshness on keys are fetched beside a request, in percent. Each party has its own, so that not all are
/// fetched at once.
const REFRESH_AT: std::ops::RangeInclusive<i64> = 75..=80;

/// How long keys are used that cannot be fetched again, counted from when they should have been.
const STALE_FOR: Lifetime = Lifetime::seconds(6 * 3600);

/// Seconds until a party that could not be reached is tried again: after the first failure, and at the most.
const BACK_OFF: (i64, i64) = (5, 300);

/// Most parties kept; their number is that of registrations, so this is never reached by strangers.
const MOST_PARTIES: usize = 10_000;

/// Whose keys are needed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A party.
    Party {
        /// Its domain.
        domain: &'a str,
        /// Where its configuration is, if not at its domain.
        configuration: Option<&'a str>,
    },
    /// A login provider that the operator configured, by its issuer.
    Login(&'a str),
}

impl Place<'_> {
    /// What tells it from all others.
    fn name(&self) -> String {
        match self {
            Self::Party {
                domain,
                configuration,
            } => {
                format!("{domain} {}", configuration.unwrap_or_default())
            }
            Self::Login(issuer) => format!("login {issuer}"),
        }
    }

    /// The document that says where its keys are.
    fn document(&self) -> Document {
        match self {
            Self::Party {
                domain,
                configuration,
            } => Document::of_party(domain, *configuration),
            Self::Login(issuer) => Document::of_login(issuer),
        }
    }
}

/// Why a signature was not found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartyError {
    /// The party has no such key, or it did not sign this.
    NotSigned,
    /// Its keys cannot be had.
    Unavailable {
        /// When to try again.
        seconds: u32,
    },
}

/// Keys of parties. One for the whole door.
pub(crate) struct Parties {
    egress: Arc<Egress>,
    sources: Mutex<HashMap<String, Arc<Source>>>,
    signed: Remembered<()>,
}

/// By whose key a statement was found signed.
pub(crate) struct Signer {
    source: Arc<Source>,
    keys: Arc<KeySet>,
    kid: String,
}

impl Signer {
    /// Whether the keys are still those, and need not be fetched again yet.
    pub(crate) fn counts(&self, now: Timestamp) -> bool {
        let next = self.source.next(&self.kid, now);
        let is_current = matches!(next, Next::Use(keys) if Arc::ptr_eq(&keys, &self.keys));
        is_current && !self.source.is_due(now)
    }
}

struct Source {
    /// In which part of their freshness its keys are fetched again, in percent.
    refresh_at: i64,
    kept: Mutex<Kept>,
    fetching: tokio::sync::Mutex<()>,
}

struct Kept {
    keys: Option<Arc<KeySet>>,
    fetched_at: Timestamp,
    refresh_at: Timestamp,
    fresh_until: Timestamp,
    failures: u32,
    next_try: Timestamp,
    unknown: BTreeMap<String, Timestamp>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            keys: None,
            fetched_at: Timestamp::EPOCH,
            refresh_at: Timestamp::EPOCH,
            fresh_until: Timestamp::EPOCH,
            failures: 0,
            next_try: Timestamp::EPOCH,
            unknown: BTreeMap::new(),
        }
    }
}

/// What is to be done about a key.
enum Next {
    Use(Arc<KeySet>),
    Unknown,
    Unavailable { seconds: u32 },
    Fetch,
}

impl Parties {
    pub(crate) fn new(egress: Arc<Egress>) -> Self {
        Self {
            egress,
            sources: Mutex::default(),
            signed: Remembered::default(),
        }
    }

    /// Whether a key of this place signed a statement, which says that it was this one.
    pub(crate) async fn check(
        &self,
        place: &Place<'_>,
        (statement, kid): (&str, &str),
        now: Timestamp,
    ) -> Result<Signer, PartyError> {
        let source = self.source(place);
        let keys = self.keys((place, &source), kid, now).await?;
        let signer = Signer {
            source,
            keys,
            kid: kid.to_owned(),
        };
        let name = Name::of(statement);
        if self.signed.get(&name, &signer.keys).is_some() {
            return Ok(signer);
        }
        let expectations = Expectations {
            algorithms: &[Algorithm::Rs256],
            typ: None,
            max_len: LONGEST,
        };
        signer
            .keys
            .verify(statement, &expectations)
            .map_err(|_| PartyError::NotSigned)?;
        self.signed.put(name, &signer.keys, ());
        Ok(signer)
    }

    /// Keys of a place with this one among them.
    async fn keys(
        &self,
        (place, source): (&Place<'_>, &Arc<Source>),
        kid: &str,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, PartyError> {
        if let Some(settled) = settled(source.next(kid, now)) {
            if source.is_due(now) {
                self.refresh_beside(source, place, now);
            }
            return settled;
        }
        // Whoever waited here finds what the one before fetched.
        let fetching = source.fetching.lock().await;
        if let Some(settled) = settled(source.next(kid, now)) {
            return settled;
        }
        let fetched = fetching::fetch(&self.egress, place).await;
        source.keep(fetched, now);
        drop(fetching);
        match source.next(kid, now) {
            Next::Use(keys) => Ok(keys),
            Next::Unavailable { seconds } => Err(PartyError::Unavailable { seconds }),
            Next::Unknown | Next::Fetch => Err(PartyError::NotSigned),
        }
    }

    /// Fetches keys that are still fresh, while nobody waits for it.
    fn refresh_beside(&self, source: &Arc<Source>, place: &Place<'_>, now: Timestamp) {
        let (egress, source) = (Arc::clone(&self.egress), Arc::clone(source));
        let document = place.document();
        tokio::spawn(async move {
            let Ok(_fetching) = source.fetching.try_lock() else {
                return;
            };
            if source.is_due(now) {
                let fetched = fetching::fetch_from(&egress, &document).await;
                source.keep(fetched, now);
            }
        });
    }

    fn source(&self, place: &Place<'_>) -> Arc<Source> {
        let name = place.name();
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        if sources.len() >= MOST_PARTIES && !sources.contains_key(&name) {
            sources.clear();
        }
        let spread = name.bytes().map(i64::from).sum();
        Arc::clone(
            sources
                .entry(name)
                .or_insert_with(|| Arc::new(Source::new(spread))),
        )
    }
}

fn settled(next: Next) -> Option<Result<Arc<KeySet>, PartyError>> {
    match next {
        Next::Use(keys) => Some(Ok(keys)),
        Next::Unknown => Some(Err(PartyError::NotSigned)),
        Next::Unavailable { seconds } => Some(Err(PartyError::Unavailable { seconds })),
        Next::Fetch => None,
    }
}

impl Source {
    /// `spread` is any number that not all parties have.
    fn new(spread: i64) -> Self {
        let (first, last) = REFRESH_AT.into_inner();
        Self {
            refresh_at: first + spread.rem_euclid(last - first + 1),
            kept: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// Whether keys that are fresh should be fetched again.
    fn is_due(&self, now: Timestamp) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.is_due(now)
    }

    fn next(&self, kid: &str, now: Timestamp) -> Next {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.next(kid, now)
    }

    fn keep(&self, fetched: Option<fetching::Fetched>, now: Timestamp) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.keep(fetched, now, self.refresh_at);
    }
}

impl Kept {
    fn next(&mut self, kid: &str, now: Timestamp) -> Next {
        let may_try = now >= self.next_try;
        let Some(keys) = self
            .keys
            .clone()
            .filter(|_| now < self.fresh_until.plus(STALE_FOR))
        else {
            return if may_try {
                Next::Fetch
            } else {
                self.unavailable(now)
            };
        };
        let is_fresh = now < self.fresh_until;
        let has_key = keys.get(kid).is_some();
        match (has_key, is_fresh) {
            (true, true) => Next::Use(keys),
            (_, false) if may_try => Next::Fetch,
            (true, false) => Next::Use(keys),
            (false, _) if self.is_remembered(kid, now) => Next::Unknown,
            (false, true) if may_try && self.fetched_at.plus(COOLDOWN) <= now => Next::Fetch,
            (false, _) => {
                self.remember(kid, now);
                Next::Unknown
            }
        }
    }

    fn unavailable(&self, now: Timestamp) -> Next {
        let seconds = u32::try_from(self.next_try.seconds_since(now)).unwrap_or_default();
        Next::Unavailable {
            seconds: seconds.max(1),
        }
    }

    fn is_remembered(&self, kid: &str, now: Timestamp) -> bool {
        self.unknown.get(kid).is_some_and(|until| now < *until)
    }

    fn remember(&mut self, kid: &str, now: Timestamp) {
        self.unknown.retain(|_, until| now < *until);
        if self.unknown.len() >= MOST_UNKNOWN {
            let oldest = self.unknown.iter().min_by_key(|(_, until)| **until);
            if let Some(oldest) = oldest.map(|(kid, _)| kid.clone()) {
                self.unknown.remove(&oldest);
            }
        }
        self.unknown.insert(kid.to_owned(), now.plus(UNKNOWN_FOR));
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.keys.is_some() && now >= self.refresh_at && now < self.fresh_until && now >= self.next_try
    }

    /// A set that was fetched takes the place of the one before: a key that is gone is gone at once. `refresh_at` is in percent of its
    /// freshness.
    fn keep(&mut self, fetched: Option<fetching::Fetched>, now: Timestamp, refresh_at: i64) {
        match fetched {
            Some(fetched) => {
                *self = Self {
                    keys: Some(Arc::new(fetched.keys)),
                    fetched_at: now,
                    refresh_at: now.plus(Lifetime::seconds(
                        fetched.fresh_for.as_seconds() * refresh_at / 100,
                    )),
                    fresh_until: now.plus(fetched.fresh_for),
                    failures: 0,
                    next_try: now,
                    unknown: BTreeMap::new(),
                };
            }
            None => {
                let (first, most) = BACK_OFF;
                let wait = first.saturating_mul(2_i64.saturating_pow(self.failures.min(10)));
                self.next_try = now.plus(Lifetime::seconds(wait.min(most)));
                self.failures = self.failures.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests;
