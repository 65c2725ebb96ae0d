//! Another OpenID provider as it describes itself, and getting an id token from it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::{Lifetime, Timestamp, tenant::Upstream};
use consentry_egress::{Egress, EgressError};
use consentry_jose::{
    Algorithm, Expectations, KeySet, Limits, SHORTEST_SHARED_SECRET, SigningKey, VerifyError,
    verify_shared_secret,
};
use consentry_ledger::opaque::from_base64url;
use consentry_web::received;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::identity::{self, Disbelief, Identity};

/// How long what a provider says of itself is taken as it is.
const FRESH: Lifetime = Lifetime::seconds(300);

/// How long it is used when it cannot be had again.
const USABLE: Lifetime = Lifetime::days(1);

/// At least this long passes between two looks for a key that is not known.
const PAUSE: Lifetime = Lifetime::seconds(30);

/// How long a secret that we make is good, in seconds.
const SECRET_FOR: i64 = 300;

/// Why a provider vouches for nobody.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It could not be asked.
    #[error("the provider cannot be asked: {0}")]
    Away(#[from] EgressError),
    /// What it answered cannot be used.
    #[error("what the provider answered cannot be used: {0}")]
    Answer(&'static str),
    /// Our own secret cannot be had.
    #[error("the client secret cannot be had: {0}")]
    Secret(String),
    /// Its id token has no right signature.
    #[error("the id token: {0}")]
    Signature(#[from] VerifyError),
    /// Its id token says something else.
    #[error(transparent)]
    Disbelief(#[from] Disbelief),
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    /// Whether it names itself in every answer (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// One provider, as it was known at a time.
#[derive(Debug)]
pub(super) struct Known {
    pub metadata: Metadata,
    keys: KeySet,
    fetched_at: Timestamp,
}

/// The providers that are asked, and what they said of themselves.
#[derive(Debug)]
pub(crate) struct Providers {
    egress: Arc<Egress>,
    known: Mutex<HashMap<String, Arc<Known>>>,
}

/// What a code is exchanged with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: &'a str,
    pub nonce: &'a str,
    /// Since when the person has to have proved there who they are, where it matters and the provider tells.
    pub since: Option<Timestamp>,
}

impl Providers {
    pub(crate) fn new(egress: &Arc<Egress>) -> Self {
        Self {
            egress: Arc::clone(egress),
            known: Mutex::default(),
        }
    }

    /// What a provider says of itself; from memory where that is fresh, and for a day where it cannot be asked.
    pub(super) async fn known(&self, issuer: &str, now: Timestamp) -> Result<Arc<Known>, Trouble> {
        let kept = self.kept(issuer);
        if let Some(known) = kept.as_ref().filter(|known| now < known.fetched_at.plus(FRESH)) {
            return Ok(Arc::clone(known));
        }
        match (self.fetch(issuer, now).await, kept) {
            (Ok(known), _) => Ok(known),
            (Err(error), Some(known)) if now < known.fetched_at.plus(USABLE) => {
                tracing::warn!(%error, issuer, "a provider is taken as it was");
                Ok(known)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn kept(&self, issuer: &str) -> Option<Arc<Known>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(issuer).map(Arc::clone)
    }

    async fn fetch(&self, issuer: &str, now: Timestamp) -> Result<Arc<Known>, Trouble> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let metadata: Metadata = self.get(&address).await?;
        if metadata.issuer != issuer {
            return Err(Trouble::Answer("it calls itself by another issuer"));
        }
        self.egress.check(&metadata.authorization_endpoint)?;
        let keys: serde_json::Value = self.get(&metadata.jwks_uri).await?;
        let keys = KeySet::parse(keys.to_string()).map_err(|_| Trouble::Answer("its keys"))?;
        let known = Arc::new(Known {
            metadata,
            keys,
            fetched_at: now,
        });
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(issuer.to_owned(), Arc::clone(&known));
        Ok(known)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, Trouble> {
        let answer = self.egress.get(address).send().await?;
        if !answer.status.is_success() {
            return Err(Trouble::Answer("no success"));
        }
        answer.json().map_err(|_| Trouble::Answer("no JSON of this kind"))
    }

    /// Exchanges a code for whom the provider vouches for.
    pub(super) async fn exchange(
        &self,
        upstream: &Upstream,
        exchange: Exchange<'_>,
        now: Timestamp,
    ) -> Result<Identity, Trouble> {
        #[derive(Deserialize)]
        struct Answered {
            id_token: String,
        }
        let known = self.known(&upstream.issuer, now).await?;
        let secret = client_secret(upstream, now).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", exchange.code),
            ("redirect_uri", exchange.redirect_uri),
            ("code_verifier", exchange.verifier),
            ("client_id", &upstream.client_id),
            ("client_secret", secret.expose_secret()),
        ];
        let answer = self
            .egress
            .post_form(&known.metadata.token_endpoint, &form)
            .send()
            .await?;
        if !answer.status.is_success() {
            return Err(Trouble::Answer("it refused the code"));
        }
        let answered: Answered = answer
            .json()
            .map_err(|_| Trouble::Answer("there is no id token"))?;
        let verified = if upstream.signs_with_secret {
            signed_with(&secret, &answered.id_token)?
        } else {
            self.verify(upstream, &known, &answered.id_token, now).await?
        };
        Ok(identity::read(
            upstream,
            &verified,
            (exchange.nonce, exchange.since),
            now.as_seconds(),
        )?)
    }

    /// The payload of a token that the provider signed; it may have taken a new key into use.
    async fn verify(
        &self,
        upstream: &Upstream,
        known: &Known,
        token: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>, Trouble> {
        let expectations = Expectations::new(&[Algorithm::Rs256, Algorithm::Es256]);
        match known.keys.verify(token, &expectations) {
            Err(VerifyError::UnknownKey) if now >= known.fetched_at.plus(PAUSE) => {
                let known = self.fetch(&upstream.issuer, now).await?;
                Ok(known.keys.verify(token, &expectations)?.payload)
            }
            verified => Ok(verified?.payload),
        }
    }
}

/// The payload of a token that is signed with the secret which the provider gave us.
fn signed_with(secret: &SecretString, token: &str) -> Result<Vec<u8>, Trouble> {
    let secret = secret.expose_secret().as_bytes();
    if secret.len() < SHORTEST_SHARED_SECRET {
        return Err(Trouble::Secret(format!(
            "it has fewer than {SHORTEST_SHARED_SECRET} bytes, which is too short to sign with"
        )));
    }
    Ok(verify_shared_secret(token, secret, Limits::default())?)
}

/// The secret that a provider gave us, or one that we make.
async fn client_secret(upstream: &Upstream, now: Timestamp) -> Result<SecretString, Trouble> {
    let Some(key) = &upstream.client_secret_key else {
        let (file, variable) = (&upstream.client_secret_file, &upstream.client_secret_env);
        let secret = received::secret(file.as_deref(), variable.as_deref()).await;
        return secret.map_err(Trouble::Secret);
    };
    let pem = received::text(&key.file).await;
    let pem = pem.map_err(|error| Trouble::Secret(format!("{}: {error}", key.file.display())))?;
    let unusable = || Trouble::Secret("the key is none of P-256 in PKCS#8".to_owned());
    let der = private_key(&pem).ok_or_else(unusable)?;
    let signing = SigningKey::from_pkcs8(Algorithm::Es256, &der).map_err(|_| unusable())?;
    let signing = signing.named(&key.key_id);
    let statement = json!({
        "iss": key.team,
        "iat": now.as_seconds(),
        "exp": now.as_seconds().saturating_add(SECRET_FOR),
        "aud": upstream.issuer,
        "sub": upstream.client_id,
    });
    let signed = signing.sign(&signing.header(None), &statement);
    signed
        .map(SecretString::from)
        .map_err(|error| Trouble::Secret(error.to_string()))
}

/// The DER of a PEM file (RFC 7468).
fn private_key(pem: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let text: String = body
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '=')
        .map(|character| match character {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    from_base64url(&text).map(zeroize::Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use consentry_jose::KeySet;

    use super::*;

    #[tokio::test]
    async fn a_secret_that_we_make_is_a_statement_signed_by_the_teams_key() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let body = consentry_ledger::opaque::base64url(&key.to_pkcs8());
        let body = body.replace('-', "+").replace('_', "/");
        let file = std::env::temp_dir().join(format!("{}.p8", key.kid()));
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        std::fs::write(&file, pem).unwrap();
        let upstream: Upstream = serde_json::from_value(json!({
            "name": "apple", "label": "Apple", "issuer": "https://appleid.apple.com", "client_id": "com.bank",
            "client_secret_key": { "team": "T1", "key_id": "K1", "file": file }, "form_post": true,
        }))
        .unwrap();
        let secret = client_secret(&upstream, Timestamp::from_seconds(1_000))
            .await
            .unwrap();
        std::fs::remove_file(&file).unwrap();
        let named = key.named("K1");
        let mut public = serde_json::to_value(named.public_jwk()).unwrap();
        public["kid"] = "K1".into();
        let keys = KeySet::parse(json!({ "keys": [public] }).to_string()).unwrap();
        let token = secret.expose_secret();
        let verified = keys
            .verify(token, &Expectations::new(&[Algorithm::Es256]))
            .unwrap();
        let said: serde_json::Value = verified.claims().unwrap();
        assert_eq!(
            said,
            json!({ "iss": "T1", "iat": 1_000, "exp": 1_300, "aud": "https://appleid.apple.com", "sub": "com.bank" })
        );
    }
}
