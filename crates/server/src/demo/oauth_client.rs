//! The client side of the code flow, as any outside app would write it.

use aws_lc_rs::digest;
use consentry_ledger::{Draw, opaque};
use serde::Deserialize;
use url::Url;

use super::{
    Demo, DemoError,
    seed::KnownClient,
    visitors::{Tokens, Visitor},
};

/// What the token endpoint answers.
#[derive(Debug, Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default)]
    scope: String,
    id_token: Option<String>,
}

/// What the token endpoint answers when it refuses.
#[derive(Debug, Deserialize)]
pub(super) struct Refused {
    pub error: String,
    #[serde(default)]
    pub error_description: String,
}

/// Tokens, or why there are none.
pub(super) type Outcome = Result<(Tokens, Option<String>), Refused>;

impl Demo {
    /// Begins a code flow: the address to send the browser to. State and verifier are put into the visitor.
    pub(super) fn begin(
        &self,
        visitor: &mut Visitor,
        client: &KnownClient,
        redirect_uri: &str,
        scope: &str,
        prompt: Option<&str>,
    ) -> Result<Url, DemoError> {
        let random = || opaque::base64url(&self.entropy.bytes::<32>());
        let (state, verifier) = (random(), random());
        let challenge = opaque::base64url(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref());
        let mut url = Url::parse(&self.endpoint("/auth")).map_err(|error| DemoError::Door {
            what: "the issuer's address",
            why: error.to_string(),
        })?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", scope)
            .append_pair("state", &state)
            .append_pair("nonce", &random())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(prompt) = prompt {
            url.query_pairs_mut().append_pair("prompt", prompt);
        }
        visitor.state = Some(state);
        visitor.verifier = Some(verifier);
        Ok(url)
    }

    /// Redeems a code. Also answers the id token's subject.
    pub(super) async fn redeem(
        &self,
        client: &KnownClient,
        redirect_uri: &str,
        code: &str,
        verifier: &str,
    ) -> Result<Outcome, DemoError> {
        self.ask_tokens(
            client,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect_uri),
                ("code_verifier", verifier),
            ],
        )
        .await
    }

    /// Uses a refresh token.
    pub(super) async fn refresh(
        &self,
        client: &KnownClient,
        refresh_token: &str,
    ) -> Result<Outcome, DemoError> {
        self.ask_tokens(
            client,
            &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)],
        )
        .await
    }

    /// The client's own access token.
    pub(super) async fn own_token(&self, client: &KnownClient) -> Result<String, DemoError> {
        let outcome = self
            .ask_tokens(client, &[("grant_type", "client_credentials")])
            .await?;
        let (tokens, _subject) = outcome.map_err(|refused| DemoError::Door {
            what: "the bank's own token",
            why: refused.error,
        })?;
        Ok(tokens.access)
    }

    async fn ask_tokens(&self, client: &KnownClient, form: &[(&str, &str)]) -> Result<Outcome, DemoError> {
        let failed = |why: String| DemoError::Door {
            what: "the token endpoint",
            why,
        };
        let answer = self
            .egress
            .post_form(&self.endpoint("/token"), form)
            .basic_auth(&client.client_id, &client.client_secret)
            .send()
            .await
            .map_err(|error| failed(error.to_string()))?;
        if !answer.status.is_success() {
            return answer
                .json::<Refused>()
                .map(Err)
                .map_err(|error| failed(error.to_string()));
        }
        let tokens: TokenAnswer = answer.json().map_err(|error| failed(error.to_string()))?;
        let subject = match &tokens.id_token {
            Some(token) => Some(self.subject_of(token, &client.client_id).await?),
            None => None,
        };
        Ok(Ok((
            Tokens {
                access: tokens.access_token,
                refresh: tokens.refresh_token,
                scope: tokens.scope,
                id: tokens.id_token,
            },
            subject,
        )))
    }

    /// Verifies an id token (OpenID Connect Core 3.1.3.7) and answers its subject.
    async fn subject_of(&self, token: &str, client_id: &str) -> Result<String, DemoError> {
        let claims = self.verify(token, None, client_id).await?;
        claims.sub.ok_or_else(|| DemoError::Door {
            what: "the id token",
            why: "it has no subject".to_owned(),
        })
    }

    /// Verifies a token of the issuer with its published keys.
    pub(super) async fn verify(
        &self,
        token: &str,
        typ: Option<&str>,
        audience: &str,
    ) -> Result<consentry_jose::Claims, DemoError> {
        let failed = |why: String| DemoError::Door { what: "a token", why };
        let expected = consentry_jose::Expectations {
            algorithms: &[consentry_jose::Algorithm::Rs256],
            typ,
            max_len: 16 * 1024,
        };
        let keys = self.keys(false).await?;
        let verified = match keys.verify(token, &expected) {
            Ok(verified) => verified,
            // A key that is not known yet: the issuer may have rotated.
            Err(consentry_jose::VerifyError::UnknownKey) => self
                .keys(true)
                .await?
                .verify(token, &expected)
                .map_err(|error| failed(error.to_string()))?,
            Err(error) => return Err(failed(error.to_string())),
        };
        let issuer = self.issuer();
        let rules = consentry_jose::Validation {
            issuer: Some(&issuer),
            audience: Some(audience),
            now: self.now().as_seconds(),
            leeway: 5,
        };
        rules
            .check(&verified.payload)
            .map_err(|error| failed(error.to_string()))
    }

    async fn keys(&self, anew: bool) -> Result<std::sync::Arc<consentry_jose::KeySet>, DemoError> {
        if !anew && let Some(keys) = self.issuer_keys.read().await.clone() {
            return Ok(keys);
        }
        let failed = |why: String| DemoError::Door {
            what: "the issuer's keys",
            why,
        };
        let answer = self
            .egress
            .get(&self.endpoint("/jwks"))
            .send()
            .await
            .map_err(|error| failed(error.to_string()))?;
        let keys = consentry_jose::KeySet::parse(&answer.body).map_err(|error| failed(error.to_string()))?;
        let keys = std::sync::Arc::new(keys);
        *self.issuer_keys.write().await = Some(std::sync::Arc::clone(&keys));
        Ok(keys)
    }
}
