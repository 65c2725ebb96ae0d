//! Following what was revoked: a signed list of hashes, polled while there are tokens to judge.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use crate::error::{Code, Refused};
use crate::fetching::{BoxFuture, Environment, Request};
use crate::json::Malformed;
use crate::keys::KeySource;
use crate::parsing::{MAX_NAME, take_apart, text, time, to_base64url};

/// A hundred thousand entries take ten million bytes.
const MAX_FEED_BYTES: usize = 16 * 1024 * 1024;
const TYP: &str = "consent-revocations+jwt";
const PAUSE: i64 = 5;

/// Where the feed is, found out anew each time.
pub(crate) type Place = Arc<dyn Fn() -> BoxFuture<'static, Result<String, Refused>> + Send + Sync>;

/// What a listed id means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// It is over for good.
    ForGood,
    /// Tokens issued until then are over.
    UntilThen,
}

struct Feed {
    iat: i64,
    exp: i64,
    since: i64,
    revoked: HashMap<String, i64>,
    etag: Option<String>,
}

#[derive(Default)]
struct State {
    feed: Option<Arc<Feed>>,
    looked_at: Option<i64>,
    tried_at: Option<i64>,
}

/// The feed of one issuer. It is looked at again after `poll` seconds beside a request, and a second later before the request is judged,
/// so a revocation counts after that time at the latest. Where looking fails nobody waits for it again before twice as many. Cheap to
/// clone.
#[derive(Clone)]
pub(crate) struct RevocationFeed(Arc<Inner>);

struct Inner {
    place: Place,
    issuer: String,
    keys: KeySource,
    environment: Environment,
    poll: i64,
    skew: i64,
    state: Mutex<State>,
    flight: tokio::sync::Mutex<()>,
    refreshing: AtomicBool,
}

impl RevocationFeed {
    pub fn new(
        place: Place,
        issuer: &str,
        keys: KeySource,
        environment: Environment,
        poll: i64,
        skew: i64,
    ) -> Self {
        Self(Arc::new(Inner {
            place,
            issuer: issuer.to_owned(),
            keys,
            environment,
            poll,
            skew,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::new(()),
            refreshing: AtomicBool::new(false),
        }))
    }

    /// Fails where an id is listed, or where nobody can tell.
    pub async fn require_standing(&self, id: &str, iat: i64, listed: Listed) -> Result<(), Refused> {
        let feed = self.current().await?;
        let hash = to_base64url(digest(&SHA256, id.as_bytes()).as_ref());
        if let Some(at) = feed.revoked.get(&hash)
            && (listed == Listed::ForGood || iat <= *at)
        {
            return Err(Code::Revoked.into());
        }
        if iat < feed.since {
            return Err(Refused::because(
                Code::RevocationUnavailable,
                "issued before the feed begins",
            ));
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn current(&self) -> Result<Arc<Feed>, Refused> {
        let now = self.0.environment.now();
        let poll = self.0.poll;
        let (age, since_tried, has_failed) = {
            let state = self.state();
            let age = state
                .looked_at
                .filter(|_| state.feed.is_some())
                .map(|at| now - at);
            let since_tried = state.tried_at.map_or(i64::MAX, |at| now - at);
            (age, since_tried, state.tried_at > state.looked_at)
        };
        // What is on its way is waited for.
        let is_answering = !has_failed || self.0.flight.try_lock().is_err();
        match age {
            None => self.refresh(now).await,
            Some(age) if age >= 2 * poll || (age > poll && is_answering) => self.refresh(now).await,
            Some(age) if age >= poll && since_tried >= poll / 2 => self.refresh_beside(now),
            Some(_) => {}
        }
        self.state()
            .feed
            .clone()
            .filter(|feed| now <= feed.exp + self.0.skew)
            .ok_or_else(|| Refused::because(Code::RevocationUnavailable, "no feed that is young enough"))
    }

    fn refresh_beside(&self, now: i64) {
        if self.0.refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let feed = self.clone();
        self.0.environment.run_beside(Box::pin(async move {
            feed.refresh(now).await;
            feed.0.refreshing.store(false, Ordering::Release);
        }));
    }

    async fn refresh(&self, asked_at: i64) {
        let _flight = self.0.flight.lock().await;
        {
            let mut state = self.state();
            // Somebody looked while this waited, or looking failed a moment ago.
            let looked = state.looked_at.is_some_and(|at| at >= asked_at);
            if looked || state.tried_at.is_some_and(|at| asked_at - at < PAUSE) {
                return;
            }
            state.tried_at = Some(asked_at);
        }
        // Where that fails, the last good feed counts until it expires.
        if let Ok(feed) = self.load(asked_at).await {
            let mut state = self.state();
            state.feed = Some(feed);
            state.looked_at = Some(asked_at);
        }
    }

    async fn load(&self, now: i64) -> Result<Arc<Feed>, Malformed> {
        let last = self.state().feed.clone();
        let known = last.clone().filter(|feed| now <= feed.exp);
        let url = (self.0.place)()
            .await
            .map_err(|refused| Malformed(refused.to_string()))?;
        let mut request = Request::get(&url);
        request.max_bytes = MAX_FEED_BYTES;
        request
            .headers
            .push(("accept".to_owned(), "application/jwt".to_owned()));
        if let Some(etag) = known.as_ref().and_then(|feed| feed.etag.clone()) {
            request.headers.push(("if-none-match".to_owned(), etag));
        }
        let response = self
            .0
            .environment
            .ask(request)
            .await
            .map_err(|error| Malformed(error.to_string()))?;
        if response.status == 304
            && let Some(known) = known
        {
            return Ok(known);
        }
        if response.status != 200 || response.media_type() != "application/jwt" {
            return Err("no feed".into());
        }
        let text = std::str::from_utf8(&response.body).map_err(|_| "not text")?;
        let feed = self
            .read(text.trim(), response.headers.get("etag").cloned(), now)
            .await?;
        // One that is older than what is known would bring revoked consents back.
        Ok(last
            .filter(|last| feed.iat < last.iat)
            .unwrap_or_else(|| Arc::new(feed)))
    }

    async fn read(&self, jwt: &str, etag: Option<String>, now: i64) -> Result<Feed, Malformed> {
        let token = take_apart(jwt, MAX_FEED_BYTES, None)?;
        let of_header = |name| token.header.text(name, MAX_NAME);
        let (Some("RS256"), Some(TYP), Some(kid)) = (of_header("alg"), of_header("typ"), of_header("kid"))
        else {
            return Err("not a feed".into());
        };
        let key = self
            .0
            .keys
            .key(kid)
            .await
            .map_err(|refused| Malformed(refused.to_string()))?;
        if !key.verifies(&token) {
            return Err("not signed by the issuer".into());
        }
        let claims = token.claims.into_map();
        let claims = &claims;
        if claims.get("iss").and_then(Value::as_str) != Some(self.0.issuer.as_str()) {
            return Err("not the feed of the issuer".into());
        }
        let moment = |name| time(claims, name).ok_or("moments are missing");
        let (iat, exp, since) = (moment("iat")?, moment("exp")?, moment("since")?);
        if iat > now + self.0.skew || exp < now - self.0.skew {
            return Err("not of this moment".into());
        }
        let listed = claims.get("revoked").and_then(Value::as_array).ok_or("no list")?;
        let mut revoked = HashMap::with_capacity(listed.len());
        for entry in listed {
            let entry = entry.as_object().ok_or("an entry is not readable")?;
            let (Some(hash), Some(at)) = (text(entry, "h", MAX_NAME), time(entry, "at")) else {
                return Err("an entry is not readable".into());
            };
            let latest = revoked.entry(hash.to_owned()).or_insert(at);
            *latest = at.max(*latest);
        }
        Ok(Feed {
            iat,
            exp,
            since,
            revoked,
            etag,
        })
    }
}
