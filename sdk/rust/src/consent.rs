//! Consent tokens of the dataspace protocol 0.2, as a data source verifies them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use crate::dsi::is_dsi;
use crate::error::{Code, Refused, SettingsError};
use crate::fetching::{Environment, Headers, Kept, Request, Response, is_secure, require_secure};
use crate::identity::{IdToken, IdTokens};
use crate::keys::{Algorithm, KeySource};
use crate::members::Members;
use crate::parsing::{
    KnownHeaders, MAX_NAME, MAX_TOKEN_BYTES, MAX_URI, UnverifiedToken, take_apart, trimmed,
};
use crate::remembered::{Name, Remembered};
use crate::revocation::{Listed, Place, RevocationFeed};

const MAX_DSI: usize = 65_536;
const INTROSPECTED: Kept = Kept {
    standard: 0,
    least: 0,
    most: 60,
};

/// What an accepted token says. `tid` names the consent, not the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the protocol")]
pub struct Consent {
    pub sub: String,
    pub subiss: String,
    pub acr: String,
    pub app: String,
    pub appiss: String,
    pub dsi: String,
    pub tid: String,
    pub iat: i64,
    pub exp: i64,
}

/// How to find out whether a consent still stands.
#[derive(Clone)]
pub enum Revocation {
    /// Not at all: a token counts until it expires.
    None,
    /// By the signed list of the provider.
    Feed,
    /// By asking `POST /Consent/Verify` each time, which needs an id token.
    Verify,
    /// By asking `POST /Consent/Introspect`, with these headers (`X-Consent-Verifier-Token` or a key).
    Introspect(Headers),
}

impl fmt::Debug for Revocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::Feed => "Feed",
            Self::Verify => "Verify",
            Self::Introspect(_) => "Introspect(…)",
        })
    }
}

/// How consent tokens are judged.
#[derive(Clone, Debug)]
pub struct ConsentSettings {
    /// The one consent provider, exactly as in its tokens.
    pub issuer: String,
    /// The data sources served here, from configuration and never from a request.
    pub expected_dsis: Vec<String>,
    /// Whose id tokens count.
    pub login_issuers: Vec<String>,
    /// Whether a token is refused for somebody who shows no id token.
    pub require_id_token: bool,
    /// Whether applications and people are registered at one issuer.
    pub same_login_issuer: bool,
    /// How far clocks may differ: 0 to 300 seconds.
    pub skew: i64,
    /// Longest `exp - iat`, in seconds.
    pub max_lifetime: Option<i64>,
    /// Which `acr` count, where not all do.
    pub allowed_acrs: Option<Vec<String>>,
    /// Which `app` count, where not all do.
    pub allowed_apps: Option<Vec<String>>,
    /// Which `subiss` count, where not all do.
    pub allowed_subject_issuers: Option<Vec<String>>,
    /// How to find out whether a consent still stands.
    pub revocation: Revocation,
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

impl ConsentSettings {
    /// For one provider and data sources, and id tokens of these issuers, which are required; everything else as usual: 60 seconds
    /// of skew, no revocation, 1,000 verdicts.
    pub fn new(issuer: &str, expected_dsis: &[&str], login_issuers: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            issuer: issuer.to_owned(),
            expected_dsis: owned(expected_dsis),
            login_issuers: owned(login_issuers),
            require_id_token: true,
            same_login_issuer: true,
            skew: 60,
            max_lifetime: None,
            allowed_acrs: None,
            allowed_apps: None,
            allowed_subject_issuers: None,
            revocation: Revocation::None,
            fail_open: false,
            feed_poll: 30,
            key_cooldown: 30,
            stale_if_error: 21_600,
            remember: 1000,
        }
    }

    fn judged(mut self) -> Result<Self, SettingsError> {
        if !is_secure(&self.issuer) || self.issuer.ends_with('/') {
            return Err(SettingsError(
                "the issuer is an https address without a slash at its end",
            ));
        }
        if self.expected_dsis.is_empty() || !self.expected_dsis.iter().all(|dsi| is_dsi(dsi)) {
            return Err(SettingsError(
                "expected_dsis is a list of data source identifiers",
            ));
        }
        if !self.login_issuers.iter().all(|issuer| is_secure(issuer)) {
            return Err(SettingsError("login_issuers are https addresses"));
        }
        if !(0..=300).contains(&self.skew) {
            return Err(SettingsError("skew is 0 to 300 seconds"));
        }
        // The provider's own check cannot be asked without an id token.
        self.require_id_token |= matches!(self.revocation, Revocation::Verify);
        if self.require_id_token && self.login_issuers.is_empty() {
            return Err(SettingsError(
                "id tokens are required, so login_issuers must name whose",
            ));
        }
        Ok(self)
    }
}

/// What a request shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'r> {
    /// The content of the `X-Consent-Token` header.
    pub token: Option<&'r str>,
    /// The bearer token of the person.
    pub id_token: Option<&'r str>,
    /// Which of several data sources the request is for, as your own routing has it.
    pub dsi: Option<&'r str>,
}

/// Verifies consent tokens. Make one and keep it.
pub struct ConsentVerifier {
    settings: ConsentSettings,
    environment: Environment,
    keys: KeySource,
    id_tokens: IdTokens,
    feed: RevocationFeed,
    headers: KnownHeaders,
    verdicts: Remembered<Name, Arc<Consent>>,
    standing: Remembered<Name, ()>,
    unjudged: AtomicU64,
}

impl ConsentVerifier {
    /// Fails for settings that cannot be meant. Asks nobody.
    pub fn new(settings: ConsentSettings, environment: Environment) -> Result<Self, SettingsError> {
        let settings = settings.judged()?;
        let source = |url: String, issuer: &str| {
            KeySource::new(
                url,
                issuer,
                &[Algorithm::Rs256],
                environment.clone(),
                settings.key_cooldown,
                settings.stale_if_error,
            )
        };
        let issuer = settings.issuer.as_str();
        let keys = source(
            format!("{issuer}/.well-known/dataspace/consent-configuration.json"),
            issuer,
        );
        let logins = settings.login_issuers.iter().map(|login| {
            let url = format!("{login}/.well-known/openid-configuration");
            (login.clone(), source(url, login))
        });
        let id_tokens = IdTokens {
            sources: logins.collect(),
            skew: settings.skew,
        };
        let feed = RevocationFeed::new(
            feed_place(keys.clone(), issuer),
            issuer,
            keys.clone(),
            environment.clone(),
            settings.feed_poll,
            settings.skew,
        );
        Ok(Self {
            headers: KnownHeaders::default(),
            verdicts: Remembered::new(settings.remember),
            standing: Remembered::new(settings.remember),
            unjudged: AtomicU64::new(0),
            settings,
            environment,
            keys,
            id_tokens,
            feed,
        })
    }

    /// Judges what a request shows.
    pub async fn verify(&self, shown: Shown<'_>) -> Result<Arc<Consent>, Refused> {
        let token = trimmed(shown.token.unwrap_or_default());
        if token.is_empty() {
            return Err(Code::Missing.into());
        }
        let id_token = shown.id_token.filter(|text| !text.is_empty());
        let now = self.environment.now();
        let name = Name::of(token, id_token, shown.dsi);
        let consent = if let Some(consent) = self.verdicts.get(&name, now) {
            consent
        } else {
            let (consent, until) = self.judge(token, id_token, shown.dsi, now).await?;
            let consent = Arc::new(consent);
            self.verdicts.put(name.clone(), until, Arc::clone(&consent));
            consent
        };
        self.require_standing(&consent, token, id_token, &name, now)
            .await?;
        Ok(consent)
    }

    /// How many tokens were accepted although nobody could tell whether their consent stands (`fail_open`).
    pub fn unjudged(&self) -> u64 {
        self.unjudged.load(Ordering::Relaxed)
    }

    /// How many verdicts are kept at the moment.
    pub fn remembered(&self) -> usize {
        self.verdicts.len()
    }

    /// Everything but whether the consent still stands; with until when that verdict holds.
    async fn judge(
        &self,
        token: &str,
        id_token: Option<&str>,
        dsi: Option<&str>,
        now: i64,
    ) -> Result<(Consent, i64), Refused> {
        let settings = &self.settings;
        let token = take_apart(token, MAX_TOKEN_BYTES, Some(&self.headers))
            .map_err(|error| Refused::because(Code::Malformed, error.to_string()))?;
        let header = Header::read(&token.header)?;
        if token.claims.str("iss") != Some(settings.issuer.as_str()) {
            return Err(Code::Issuer.into());
        }
        let published = self.keys.current().await?;
        if published.place("jwks_uri") != Some(header.jku) {
            return Err(Code::Jku.into());
        }
        if !self.keys.key_of(&published, header.kid).await?.verifies(&token) {
            return Err(Code::Signature.into());
        }
        self.headers.keep(&token);
        let consent = claims(&token, header.tid)?;
        self.require_time(&consent, now)?;
        self.require_dsi(&consent.dsi, dsi)?;
        let mut until = (consent.exp + settings.skew).min(self.keys.fresh_until());
        match id_token {
            None if settings.require_id_token => return Err(Refused::because(Code::IdToken, "missing")),
            None => {}
            Some(id_token) => {
                let person = self.id_tokens.verify(id_token, now).await?;
                self.require_same(&consent, &person)?;
                until = until.min(person.exp + settings.skew).min(person.fresh_until);
            }
        }
        self.require_listed(&consent)?;
        Ok((consent, until))
    }

    fn require_time(&self, consent: &Consent, now: i64) -> Result<(), Refused> {
        let ConsentSettings {
            skew, max_lifetime, ..
        } = self.settings;
        if consent.iat > now + skew {
            return Err(Code::NotYet.into());
        }
        if now - skew > consent.exp {
            return Err(Code::Expired.into());
        }
        if consent.iat > consent.exp {
            return Err(Refused::because(Code::Claims, "it ends before it begins"));
        }
        if max_lifetime.is_some_and(|most| consent.exp - consent.iat > most) {
            return Err(Code::Lifetime.into());
        }
        Ok(())
    }

    fn require_dsi(&self, found: &str, asked: Option<&str>) -> Result<(), Refused> {
        let wanted = match (asked, self.settings.expected_dsis.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(asked), expected) => expected.iter().find(|one| *one == asked),
        };
        // What is expected is an identifier by its form, and so is what equals it.
        if wanted.is_some_and(|wanted| wanted == found) {
            return Ok(());
        }
        Err(Code::Dsi.into())
    }

    fn require_same(&self, consent: &Consent, person: &IdToken) -> Result<(), Refused> {
        let code = if consent.sub != person.sub {
            Code::Subject
        } else if consent.subiss != person.iss {
            Code::SubjectIssuer
        } else if Some(&consent.acr) != person.acr.as_ref() {
            Code::Acr
        } else if !person.is_for(&consent.app) {
            Code::App
        } else if self.settings.same_login_issuer && consent.appiss != person.iss {
            Code::AppIssuer
        } else {
            return Ok(());
        };
        Err(code.into())
    }

    fn require_listed(&self, consent: &Consent) -> Result<(), Refused> {
        let settings = &self.settings;
        for (listed, value, code) in [
            (&settings.allowed_acrs, &consent.acr, Code::Acr),
            (&settings.allowed_apps, &consent.app, Code::App),
            (
                &settings.allowed_subject_issuers,
                &consent.subiss,
                Code::SubjectIssuer,
            ),
        ] {
            if listed.as_ref().is_some_and(|listed| !listed.contains(value)) {
                return Err(Refused::because(code, "not on the list"));
            }
        }
        Ok(())
    }

    async fn require_standing(
        &self,
        consent: &Consent,
        token: &str,
        id_token: Option<&str>,
        name: &Name,
        now: i64,
    ) -> Result<(), Refused> {
        let judged = match &self.settings.revocation {
            Revocation::None => Ok(()),
            Revocation::Feed => {
                let feed = &self.feed;
                feed.require_standing(&consent.tid, consent.iat, Listed::ForGood)
                    .await
            }
            Revocation::Verify => {
                self.ask_provider(consent, token, id_token.unwrap_or_default())
                    .await
            }
            Revocation::Introspect(_) if self.standing.get(name, now).is_some() => Ok(()),
            Revocation::Introspect(headers) => self
                .introspect(consent, token, headers)
                .await
                .map(|kept| self.standing.put(name.clone(), now + kept, ())),
        };
        match judged {
            Err(refused) if refused.code != Code::Revoked && self.settings.fail_open => {
                self.unjudged.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            judged => judged,
        }
    }

    async fn ask_provider(&self, consent: &Consent, token: &str, id_token: &str) -> Result<(), Refused> {
        let url = self.place("consent_verify_uri", "/Consent/Verify").await?;
        let headers = vec![
            ("authorization".to_owned(), format!("Bearer {id_token}")),
            ("x-consent-token".to_owned(), token.to_owned()),
        ];
        let (answer, _) = self
            .post(&url, &json!({ "dataSource": consent.dsi }), headers)
            .await?;
        match answer.get("verified").and_then(Value::as_bool) {
            Some(true) => Ok(()),
            Some(false) => Err(Code::Revoked.into()),
            None => Err(unanswered()),
        }
    }

    /// For how many seconds the answer may be kept.
    async fn introspect(&self, consent: &Consent, token: &str, headers: &Headers) -> Result<i64, Refused> {
        let url = self
            .place("consent_introspection_uri", "/Consent/Introspect")
            .await?;
        let body = json!({ "consentToken": token, "dataSource": consent.dsi });
        let (answer, response) = self.post(&url, &body, headers()).await?;
        let is_it = answer.get("tid").and_then(Value::as_str) == Some(consent.tid.as_str());
        match answer.get("active").and_then(Value::as_bool) {
            Some(true) if is_it => Ok(response.max_age(INTROSPECTED)),
            Some(_) => Err(Code::Revoked.into()),
            None => Err(unanswered()),
        }
    }

    async fn place(&self, member: &str, path: &str) -> Result<String, Refused> {
        place(&self.keys, &self.settings.issuer, member, path).await
    }

    async fn post(
        &self,
        url: &str,
        body: &Value,
        headers: Vec<(String, String)>,
    ) -> Result<(Map<String, Value>, Response), Refused> {
        let unavailable = |why: String| Refused::because(Code::RevocationUnavailable, why);
        let request = Request::post(url, "application/json", body.to_string(), headers);
        let response = self
            .environment
            .ask(request)
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        if response.status != 200 {
            return Err(unavailable(format!("the provider answered {}", response.status)));
        }
        let answer = response.json().map_err(|error| unavailable(error.to_string()))?;
        Ok((answer, response))
    }
}

impl fmt::Debug for ConsentVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConsentVerifier")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn unanswered() -> Refused {
    Refused::because(
        Code::RevocationUnavailable,
        "the provider did not answer the question",
    )
}

fn feed_place(keys: KeySource, issuer: &str) -> Place {
    let issuer: Arc<str> = issuer.into();
    Arc::new(move || {
        let (keys, issuer) = (keys.clone(), Arc::clone(&issuer));
        Box::pin(async move {
            let path = "/.well-known/dataspace/consent-revocations.jwt";
            place(&keys, &issuer, "consent_revocations_uri", path).await
        })
    })
}

/// Where the configuration says that something is, or else below the issuer.
async fn place(keys: &KeySource, issuer: &str, member: &str, path: &str) -> Result<String, Refused> {
    let url = keys
        .place(member)
        .await?
        .unwrap_or_else(|| format!("{issuer}{path}"));
    require_secure(Some(&url))?;
    Ok(url)
}

/// What of the header matters from here on.
struct Header<'h> {
    tid: &'h str,
    kid: &'h str,
    jku: &'h str,
}

impl<'h> Header<'h> {
    fn read(header: &'h Members) -> Result<Self, Refused> {
        for (member, value, code) in [
            ("alg", "RS256", Code::Alg),
            ("v", "0.2", Code::Version),
            ("typ", "JWT", Code::Typ),
        ] {
            if header.str(member) != Some(value) {
                return Err(code.into());
            }
        }
        Ok(Self {
            tid: header.text("tid", MAX_NAME).ok_or(Code::Tid)?,
            kid: header.text("kid", MAX_NAME).ok_or(Code::Kid)?,
            jku: header.text("jku", MAX_URI).ok_or(Code::Jku)?,
        })
    }
}

fn claims(token: &UnverifiedToken<'_>, tid: &str) -> Result<Consent, Refused> {
    let member = |name, longest| {
        token
            .claims
            .text(name, longest)
            .map(str::to_owned)
            .ok_or_else(|| Refused::because(Code::Claims, name))
    };
    let moment = |name| {
        token
            .claims
            .time(name)
            .ok_or_else(|| Refused::because(Code::Claims, name))
    };
    Ok(Consent {
        sub: member("sub", MAX_NAME)?,
        subiss: member("subiss", MAX_URI)?,
        acr: member("acr", MAX_URI)?,
        app: member("app", MAX_URI)?,
        appiss: member("appiss", MAX_URI)?,
        dsi: member("dsi", MAX_DSI)?,
        tid: tid.to_owned(),
        iat: moment("iat")?,
        exp: moment("exp")?,
    })
}
