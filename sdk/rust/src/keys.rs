//! Key sets: fetched from the place that a configured issuer names, cached, rotated, and never asked for more often than they may
//! be.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use serde_json::{Map, Value};

use crate::error::{Code, Refused};
use crate::fetching::{Environment, Kept, Request, require_secure};
use crate::json::Malformed;
use crate::parsing::{UnverifiedToken, from_base64url};
use crate::remembered::Remembered;

const MAX_KEYS: usize = 100;
const MAX_UNKNOWN: usize = 1024;
const UNKNOWN_SECONDS: i64 = 60;
const KEYS_FRESH: Kept = Kept {
    standard: 3600,
    least: 60,
    most: 3600,
};
const DOCUMENT_FRESH: Kept = Kept {
    standard: 86_400,
    least: 60,
    most: 86_400,
};
const FIRST_PAUSE: i64 = 5;
const LONGEST_PAUSE: i64 = 300;
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
const EXPONENT_BITS: std::ops::RangeInclusive<usize> = 2..=33;
/// What stands before the two coordinates of a point (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;
const COORDINATE_BYTES: usize = 32;

/// How a token may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256, the signature as two numbers of 32 bytes (RFC 7518, section 3.4).
    Es256,
}

impl Algorithm {
    /// By its name in a header or a key; none where it is another one.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

/// A public key for one algorithm, and for nothing else.
pub(crate) struct Key {
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
}

impl Key {
    /// Whether a token says that it is signed as this key signs.
    pub fn fits(&self, token: &UnverifiedToken<'_>) -> bool {
        token.header.str("alg").and_then(Algorithm::named) == Some(self.algorithm)
    }

    /// Whether a token is signed by this key, and says how.
    pub fn verifies(&self, token: &UnverifiedToken<'_>) -> bool {
        self.fits(token)
            && self
                .parsed
                .verify_sig(token.signing_input, &token.signature)
                .is_ok()
    }

    fn usable(jwk: &Value, algorithms: &[Algorithm]) -> Option<Self> {
        let member = |name| jwk.get(name).and_then(Value::as_str);
        let algorithm =
            Algorithm::named(member("alg")?).filter(|algorithm| algorithms.contains(algorithm))?;
        if member("use") != Some("sig") {
            return None;
        }
        let parsed = match (algorithm, member("kty")?, member("crv")) {
            (Algorithm::Rs256, "RSA", _) => rsa(member("n")?, member("e")?),
            (Algorithm::Es256, "EC", Some("P-256")) => p256(member("x")?, member("y")?),
            _ => None,
        }?;
        Some(Self { algorithm, parsed })
    }
}

fn rsa(n: &str, e: &str) -> Option<ParsedPublicKey> {
    let number = |text| Some(without_leading_zeros(from_base64url(text).ok()?));
    let (n, e) = (number(n)?, number(e)?);
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let sound = MODULUS_BITS.contains(&bits(&n)) && EXPONENT_BITS.contains(&bits(&e)) && odd(&n) && odd(&e);
    sound.then_some(())?;
    RsaPublicKeyComponents { n, e }
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .ok()
}

fn p256(x: &str, y: &str) -> Option<ParsedPublicKey> {
    let mut point = vec![UNCOMPRESSED];
    for coordinate in [x, y] {
        let coordinate = from_base64url(coordinate).ok()?;
        (coordinate.len() == COORDINATE_BYTES).then_some(())?;
        point.extend(coordinate);
    }
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()
}

fn without_leading_zeros(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}

fn bits(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The usable keys of a set by `kid`; a name that two of them have is nobody's.
fn usable_keys(
    document: &Map<String, Value>,
    algorithms: &[Algorithm],
) -> Result<HashMap<String, Arc<Key>>, Malformed> {
    let listed = document
        .get("keys")
        .and_then(Value::as_array)
        .ok_or("no list of keys")?;
    let mut keys = HashMap::new();
    let mut twice = BTreeSet::new();
    for jwk in listed.iter().take(MAX_KEYS) {
        let Some(kid) = jwk
            .get("kid")
            .and_then(Value::as_str)
            .filter(|kid| !kid.is_empty())
        else {
            continue;
        };
        if let Some(key) = Key::usable(jwk, algorithms)
            && keys.insert(kid.to_owned(), Arc::new(key)).is_some()
        {
            twice.insert(kid);
        }
    }
    keys.retain(|kid, _| !twice.contains(kid.as_str()));
    if keys.is_empty() {
        return Err("no usable key".into());
    }
    Ok(keys)
}

/// What was fetched, all at once.
pub(crate) struct Snapshot {
    document: Map<String, Value>,
    document_until: i64,
    keys: HashMap<String, Arc<Key>>,
    fetched_at: i64,
    refresh_at: i64,
    fresh_until: i64,
}

impl Snapshot {
    /// A member of the issuer's document that is a text.
    pub fn place(&self, member: &str) -> Option<&str> {
        self.document.get(member).and_then(Value::as_str)
    }
}

/// How fetching went wrong the last time.
#[derive(Clone, Copy)]
struct Failing {
    times: u32,
    not_before: i64,
    code: Code,
}

/// The keys of one issuer. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KeySource(Arc<Inner>);

struct Inner {
    document_url: String,
    issuer: String,
    algorithms: &'static [Algorithm],
    environment: Environment,
    cooldown: i64,
    stale_if_error: i64,
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    failing: Mutex<Option<Failing>>,
    unknown: Remembered<String, ()>,
    flight: tokio::sync::Mutex<()>,
    refreshing: AtomicBool,
}

impl KeySource {
    /// Only keys for these `algorithms` count. `cooldown` is the least number of seconds between two fetches because of unknown keys,
    /// `stale_if_error` for how many seconds the last good keys are used beyond their freshness while the issuer cannot be reached.
    pub fn new(
        document_url: String,
        issuer: &str,
        algorithms: &'static [Algorithm],
        environment: Environment,
        cooldown: i64,
        stale_if_error: i64,
    ) -> Self {
        Self(Arc::new(Inner {
            document_url,
            issuer: issuer.to_owned(),
            algorithms,
            environment,
            cooldown,
            stale_if_error,
            snapshot: RwLock::new(None),
            failing: Mutex::new(None),
            unknown: Remembered::new(MAX_UNKNOWN),
            flight: tokio::sync::Mutex::new(()),
            refreshing: AtomicBool::new(false),
        }))
    }

    /// A member of the issuer's document that is a text. The document's `issuer` is the configured one.
    pub async fn place(&self, member: &str) -> Result<Option<String>, Refused> {
        Ok(self.current().await?.place(member).map(str::to_owned))
    }

    /// Until when the keys are fresh; what follows from them is not kept longer.
    pub fn fresh_until(&self) -> i64 {
        self.seen().map_or(i64::MIN, |snapshot| snapshot.fresh_until)
    }

    /// The key of a name.
    pub async fn key(&self, kid: &str) -> Result<Arc<Key>, Refused> {
        let snapshot = self.current().await?;
        self.key_of(&snapshot, kid).await
    }

    /// The key of a name, looked for in what is there before anybody is asked.
    pub async fn key_of(&self, snapshot: &Arc<Snapshot>, kid: &str) -> Result<Arc<Key>, Refused> {
        if let Some(key) = snapshot.keys.get(kid) {
            return Ok(Arc::clone(key));
        }
        let now = self.0.environment.now();
        let name = kid.to_owned();
        if self.0.unknown.get(&name, now).is_none() && now - snapshot.fetched_at > self.0.cooldown {
            let fresh = self.refresh(Some(snapshot), true).await?;
            if let Some(key) = fresh.keys.get(kid) {
                return Ok(Arc::clone(key));
            }
            self.0.unknown.put(name, now + UNKNOWN_SECONDS, ());
        }
        Err(Code::KidUnknown.into())
    }

    fn seen(&self) -> Option<Arc<Snapshot>> {
        self.0
            .snapshot
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn failing(&self) -> Option<Failing> {
        *self.0.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The document and the keys, fetched where they are not fresh.
    pub async fn current(&self) -> Result<Arc<Snapshot>, Refused> {
        let now = self.0.environment.now();
        let seen = self.seen();
        if let Some(snapshot) = seen.as_ref().filter(|snapshot| now < snapshot.fresh_until) {
            if now >= snapshot.refresh_at && self.failing().is_none_or(|failing| now >= failing.not_before) {
                self.refresh_beside(snapshot);
            }
            return Ok(Arc::clone(snapshot));
        }
        self.refresh(seen.as_ref(), false).await.or_else(|refused| {
            seen.filter(|snapshot| now < snapshot.fresh_until + self.0.stale_if_error)
                .ok_or(refused)
        })
    }

    fn refresh_beside(&self, seen: &Arc<Snapshot>) {
        if self.0.refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let (source, seen) = (self.clone(), Arc::clone(seen));
        self.0.environment.run_beside(Box::pin(async move {
            // The next request past their freshness meets a failure itself.
            drop(source.refresh(Some(&seen), false).await);
            source.0.refreshing.store(false, Ordering::Release);
        }));
    }

    /// Fetches, unless somebody did so since `seen` was looked at, or too soon after a failure.
    async fn refresh(&self, seen: Option<&Arc<Snapshot>>, reread: bool) -> Result<Arc<Snapshot>, Refused> {
        let _flight = self.0.flight.lock().await;
        if let Some(current) = self.seen()
            && seen.is_none_or(|seen| !Arc::ptr_eq(seen, &current))
        {
            return Ok(current);
        }
        let now = self.0.environment.now();
        let failing = self.failing();
        if let Some(failing) = failing.filter(|failing| now < failing.not_before) {
            return Err(Refused::because(failing.code, "failed a moment ago"));
        }
        let loaded = self.load(seen.map(Arc::as_ref), now, reread).await;
        let (failing, outcome) = match loaded {
            Ok(snapshot) => (None, Ok(Arc::new(snapshot))),
            Err(refused) => {
                let times = failing.map_or(0, |failing| failing.times);
                let pause = (FIRST_PAUSE << times.min(10)).min(LONGEST_PAUSE);
                let failing = Failing {
                    times: times + 1,
                    not_before: now + pause,
                    code: refused.code,
                };
                (Some(failing), Err(refused))
            }
        };
        *self.0.failing.lock().unwrap_or_else(PoisonError::into_inner) = failing;
        let snapshot = outcome?;
        *self.0.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    async fn load(&self, seen: Option<&Snapshot>, now: i64, reread: bool) -> Result<Snapshot, Refused> {
        let known = seen.filter(|seen| !reread && now < seen.document_until);
        let (document, document_until) = if let Some(known) = known {
            (known.document.clone(), known.document_until)
        } else {
            let (document, kept) = self.get(&self.0.document_url, DOCUMENT_FRESH).await?;
            if document.get("issuer").and_then(Value::as_str) != Some(self.0.issuer.as_str()) {
                return Err(Refused::because(
                    Code::Configuration,
                    "the document is of another issuer",
                ));
            }
            (document, now + kept)
        };
        let jwks_uri = require_secure(document.get("jwks_uri").and_then(Value::as_str))?;
        let (found, fresh) = self.get(jwks_uri, KEYS_FRESH).await?;
        let keys = usable_keys(&found, self.0.algorithms)
            .map_err(|error| Refused::because(Code::KeysUnavailable, error.to_string()))?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "an hour at the most"
        )]
        let refresh_at = now + (fresh as f64 * self.0.environment.refresh_at()) as i64;
        Ok(Snapshot {
            document,
            document_until,
            keys,
            fetched_at: now,
            refresh_at,
            fresh_until: now + fresh,
        })
    }

    async fn get(&self, url: &str, kept: Kept) -> Result<(Map<String, Value>, i64), Refused> {
        let unavailable = |why: String| Refused::because(Code::KeysUnavailable, format!("{url}: {why}"));
        let response = self
            .0
            .environment
            .ask(Request::get(url))
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        if response.status != 200 {
            return Err(unavailable(format!("answered {}", response.status)));
        }
        let object = response.json().map_err(|error| unavailable(error.to_string()))?;
        Ok((object, response.max_age(kept)))
    }
}
