//! Other OpenID providers that people of a tenant sign in with.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::subject::{Alias, Namespace};

/// Where the key is that makes client secrets, for a provider that takes a signed statement as one (Sign in with Apple).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretKey {
    /// Who signs: the team.
    pub team: String,
    /// Which of its keys.
    pub key_id: String,
    /// PEM file with a P-256 key in PKCS#8, read by each node.
    pub file: PathBuf,
}

/// Another OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Short name, in addresses and in `acr`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its issuer, byte for byte as its tokens say it.
    pub issuer: String,
    /// How it knows us.
    pub client_id: String,
    /// File with the secret it gave us, read by each node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
    /// Variable of each node's environment with that secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_env: Option<String>,
    /// What makes the secret, in place of one that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_key: Option<SecretKey>,
    /// Whether its ID tokens are signed with that secret (HS256), as LINE signs those of web logins. Then no other signature counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signs_with_secret: bool,
    /// What is asked for beside `openid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Whether its answer comes as a form (`response_mode=form_post`).
    #[serde(default)]
    pub form_post: bool,
    /// Whether somebody it does not know yet here is the person whose user name is the mail address that it verified.
    #[serde(default)]
    pub link_by_email: bool,
    /// Name of the claim with the mail address.
    #[serde(default = "email")]
    pub email_claim: String,
    /// Name of the claim that says whether it was verified.
    #[serde(default = "email_verified")]
    pub email_verified_claim: String,
}

fn email() -> String {
    "email".to_owned()
}

fn email_verified() -> String {
    "email_verified".to_owned()
}

impl Upstream {
    /// The name that a person has there: issuer and subject together, since each issuer counts for itself.
    pub fn alias(issuer: &str, subject: &str) -> Alias {
        Alias::new(Namespace::Upstream, format!("{issuer} {subject}"))
    }

    /// What is wrong with it, in words.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let is_name = |text: &str| {
            (1..=32).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let secrets = [
            self.client_secret_file.is_some(),
            self.client_secret_env.is_some(),
            self.client_secret_key.is_some(),
        ];
        if !is_name(&self.name) {
            Some("name must be of 1 to 32 of a-z, 0-9 and -")
        } else if self.label.trim().is_empty() || self.label.len() > 64 {
            Some("label must have 1 to 64 bytes")
        } else if !(self.issuer.starts_with("https://") || self.issuer.starts_with("http://"))
            || self.issuer.contains([' ', '?', '#'])
        {
            Some("issuer must be an address without query")
        } else if self.client_id.is_empty() {
            Some("client_id is missing")
        } else if secrets.iter().filter(|given| **given).count() != 1 {
            Some("one of client_secret_file, client_secret_env and client_secret_key must be given")
        } else if self.signs_with_secret && self.client_secret_key.is_some() {
            Some(
                "signs_with_secret needs a secret that the provider gave: client_secret_file or client_secret_env",
            )
        } else if self
            .scopes
            .iter()
            .any(|scope| scope.is_empty() || scope.contains(' '))
        {
            Some("scopes must be words")
        } else {
            None
        }
    }
}
