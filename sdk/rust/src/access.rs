//! Access tokens of Consentry's authorization door (RFC 9068), as an API verifies them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use crate::error::{Code, Refused, SettingsError};
use crate::fetching::{Environment, Headers, Request, is_secure, require_secure};
use crate::identity::audience;
use crate::keys::{Algorithm, KeySource};
use crate::parsing::{KnownHeaders, MAX_NAME, MAX_TOKEN_BYTES, take_apart, text, time, trimmed};
use crate::remembered::{Name, Remembered};
use crate::revocation::{Listed, RevocationFeed};

/// What an accepted access token says.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// The person as the client knows them, or the client itself.
    pub sub: String,
    /// The client that holds it.
    pub client_id: String,
    /// What may be done.
    pub scopes: BTreeSet<String>,
    /// The bundle of consents behind it; none for first parties.
    pub consent_id: Option<String>,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it is over.
    pub exp: i64,
    /// All of it.
    pub claims: Map<String, Value>,
}

/// How to find out whether the consent behind a token still stands.
#[derive(Clone)]
pub enum AccessRevocation {
    /// Not at all: a token counts until it expires.
    None,
    /// By the signed list at this address.
    Feed(String),
    /// By asking the issuer about each token (RFC 7662), with these headers: see [`crate::basic`].
    Introspect(Headers),
}

/// How access tokens are judged.
#[derive(Clone)]
pub struct AccessSettings {
    /// Exactly as in its tokens.
    pub issuer: String,
    /// Who you are in access tokens.
    pub audience: String,
    /// How far clocks may differ: 0 to 300 seconds.
    pub skew: i64,
    /// How to find out whether the consent behind a token still stands.
    pub revocation: AccessRevocation,
    /// Whether to accept where nobody can tell.
    pub fail_open: bool,
    /// After how many seconds the feed is looked at again.
    pub feed_poll: i64,
    /// Least number of seconds between two fetches because of unknown keys.
    pub key_cooldown: i64,
    /// For how many seconds old keys count while their issuer cannot be reached.
    pub stale_if_error: i64,
    /// How many verdicts are kept.
    pub remember: usize,
}

impl AccessSettings {
    /// For one issuer and audience; everything else as usual: 60 seconds of skew, no revocation, 1,000 verdicts.
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            skew: 60,
            revocation: AccessRevocation::None,
            fail_open: false,
            feed_poll: 30,
            key_cooldown: 30,
            stale_if_error: 21_600,
            remember: 1000,
        }
    }
}

/// Verifies access tokens. Make one and keep it.
pub struct AccessVerifier {
    settings: AccessSettings,
    environment: Environment,
    keys: KeySource,
    feed: Option<RevocationFeed>,
    headers: KnownHeaders,
    verdicts: Remembered<Name, Arc<Access>>,
    unjudged: AtomicU64,
}

impl AccessVerifier {
    /// Fails for settings that cannot be meant. Asks nobody.
    pub fn new(settings: AccessSettings, environment: Environment) -> Result<Self, SettingsError> {
        if !is_secure(&settings.issuer) {
            return Err(SettingsError("the issuer is an https address"));
        }
        if settings.audience.is_empty() {
            return Err(SettingsError("audience is needed"));
        }
        if !(0..=300).contains(&settings.skew) {
            return Err(SettingsError("skew is 0 to 300 seconds"));
        }
        let keys = KeySource::new(
            format!("{}/.well-known/openid-configuration", settings.issuer),
            &settings.issuer,
            &[Algorithm::Rs256, Algorithm::Es256],
            environment.clone(),
            settings.key_cooldown,
            settings.stale_if_error,
        );
        let feed = match &settings.revocation {
            AccessRevocation::Feed(url) if !is_secure(url) => {
                return Err(SettingsError("the feed is at an https address"));
            }
            AccessRevocation::Feed(url) => {
                let url = url.clone();
                Some(RevocationFeed::new(
                    Arc::new(move || {
                        let url = url.clone();
                        Box::pin(async move { Ok(url) })
                    }),
                    &settings.issuer,
                    keys.clone(),
                    environment.clone(),
                    settings.feed_poll,
                    settings.skew,
                ))
            }
            AccessRevocation::None | AccessRevocation::Introspect(_) => None,
        };
        Ok(Self {
            headers: KnownHeaders::default(),
            verdicts: Remembered::new(settings.remember),
            unjudged: AtomicU64::new(0),
            settings,
            environment,
            keys,
            feed,
        })
    }

    /// Judges a bearer token (without the word `Bearer`) that has to allow all of `scopes`.
    pub async fn verify(&self, token: Option<&str>, scopes: &[&str]) -> Result<Arc<Access>, Refused> {
        let token = trimmed(token.unwrap_or_default());
        if token.is_empty() {
            return Err(Code::Missing.into());
        }
        let now = self.environment.now();
        let name = Name::of(token, None, None);
        let access = if let Some(access) = self.verdicts.get(&name, now) {
            access
        } else {
            let access = Arc::new(self.judge(token, now).await?);
            let until = (access.exp + self.settings.skew).min(self.keys.fresh_until());
            self.verdicts.put(name, until, Arc::clone(&access));
            access
        };
        if !scopes.iter().all(|scope| access.scopes.contains(*scope)) {
            return Err(Code::Scope.into());
        }
        self.require_standing(&access, token).await?;
        Ok(access)
    }

    /// How many tokens were accepted although nobody could tell whether their consent stands (`fail_open`).
    pub fn unjudged(&self) -> u64 {
        self.unjudged.load(Ordering::Relaxed)
    }

    async fn judge(&self, token: &str, now: i64) -> Result<Access, Refused> {
        let settings = &self.settings;
        let token = take_apart(token, MAX_TOKEN_BYTES, Some(&self.headers))
            .map_err(|error| Refused::because(Code::Malformed, error.to_string()))?;
        let of_header = |name: &str| token.header.str(name);
        if of_header("alg").and_then(Algorithm::named).is_none() {
            return Err(Code::Alg.into());
        }
        let typ = of_header("typ").unwrap_or_default().to_ascii_lowercase();
        if typ.strip_prefix("application/").unwrap_or(&typ) != "at+jwt" {
            return Err(Code::Typ.into());
        }
        let kid = token.header.text("kid", MAX_NAME).ok_or(Code::Kid)?;
        if token.claims.str("iss") != Some(settings.issuer.as_str()) {
            return Err(Code::Issuer.into());
        }
        let key = self.keys.key(kid).await?;
        if !key.fits(&token) {
            return Err(Refused::because(Code::Alg, "the key is for another algorithm"));
        }
        if !key.verifies(&token) {
            return Err(Code::Signature.into());
        }
        self.headers.keep(&token);
        let (access, not_before, audience) = claims(token.claims.into_map()).ok_or(Code::Claims)?;
        if access.iat.max(not_before) > now + settings.skew {
            return Err(Code::NotYet.into());
        }
        if now - settings.skew > access.exp {
            return Err(Code::Expired.into());
        }
        if !audience.contains(&settings.audience) {
            return Err(Code::Audience.into());
        }
        Ok(access)
    }

    async fn require_standing(&self, access: &Access, token: &str) -> Result<(), Refused> {
        let judged = match (&self.settings.revocation, &self.feed, &access.consent_id) {
            (AccessRevocation::Introspect(headers), ..) => self.introspect(token, headers).await,
            (_, Some(feed), Some(consent)) => {
                feed.require_standing(consent, access.iat, Listed::UntilThen)
                    .await
            }
            _ => Ok(()),
        };
        match judged {
            Err(refused) if refused.code != Code::Revoked && self.settings.fail_open => {
                self.unjudged.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            judged => judged,
        }
    }

    async fn introspect(&self, token: &str, headers: &Headers) -> Result<(), Refused> {
        let unavailable = |why: String| Refused::because(Code::RevocationUnavailable, why);
        let place = self.keys.place("introspection_endpoint").await?;
        let url = require_secure(place.as_deref())?;
        // A token that was accepted consists of characters that need no escaping.
        let body = format!("token={token}&token_type_hint=access_token");
        let request = Request::post(url, "application/x-www-form-urlencoded", body, headers());
        let response = self
            .environment
            .ask(request)
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        let answer = response.json().map_err(|error| unavailable(error.to_string()))?;
        match answer.get("active").and_then(Value::as_bool) {
            Some(true) if response.status == 200 => Ok(()),
            Some(false) if response.status == 200 => Err(Code::Revoked.into()),
            _ => Err(unavailable(format!("the issuer answered {}", response.status))),
        }
    }
}

impl fmt::Debug for AccessVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessVerifier")
            .field("issuer", &self.settings.issuer)
            .field("audience", &self.settings.audience)
            .finish_non_exhaustive()
    }
}

/// What a token says, from when on, and to whom; none where a claim is missing or of the wrong type.
fn claims(claims: Map<String, Value>) -> Option<(Access, i64, Vec<String>)> {
    let (iat, exp) = (time(&claims, "iat")?, time(&claims, "exp")?);
    let not_before = if claims.contains_key("nbf") {
        time(&claims, "nbf")?
    } else {
        iat
    };
    let scope = match claims.get("scope") {
        None => "",
        Some(scope) => scope.as_str()?,
    };
    let scopes = scope
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    let consent_id = match claims.get("consent_id") {
        None | Some(Value::Null) => None,
        Some(_) => Some(text(&claims, "consent_id", MAX_NAME)?.to_owned()),
    };
    let (audience, _) = audience(claims.get("aud"))?;
    let access = Access {
        sub: text(&claims, "sub", MAX_NAME)?.to_owned(),
        client_id: text(&claims, "client_id", MAX_NAME)?.to_owned(),
        scopes,
        consent_id,
        iat,
        exp,
        claims,
    };
    Some((access, not_before, audience))
}
