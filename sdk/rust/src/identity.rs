//! Id tokens of people, as far as a data source needs them: whose they are, and for which application.

use std::collections::HashMap;

use serde_json::Value;

use crate::error::{Code, Refused};
use crate::keys::KeySource;
use crate::parsing::{MAX_NAME, MAX_TOKEN_BYTES, MAX_URI, is_within, take_apart, trimmed};

/// What an id token says.
pub(crate) struct IdToken {
    pub iss: String,
    pub sub: String,
    pub acr: Option<String>,
    pub exp: i64,
    /// Until when the keys that say so are fresh.
    pub fresh_until: i64,
    audience: Vec<String>,
    /// `azp`, where the audience is a list and it is there.
    authorized: Option<Value>,
}

impl IdToken {
    /// Whether it was issued to an application.
    pub fn is_for(&self, app: &str) -> bool {
        let authorized = self
            .authorized
            .as_ref()
            .is_none_or(|azp| azp.as_str() == Some(app));
        authorized && self.audience.iter().any(|one| one == app)
    }
}

/// Verifies id tokens of configured issuers.
pub(crate) struct IdTokens {
    pub sources: HashMap<String, KeySource>,
    pub skew: i64,
}

impl IdTokens {
    pub async fn verify(&self, shown: &str, now: i64) -> Result<IdToken, Refused> {
        let refused = |why: &str| Refused::because(Code::IdToken, why);
        let token =
            take_apart(trimmed(shown), MAX_TOKEN_BYTES, None).map_err(|error| refused(&error.to_string()))?;
        let claims = &token.claims;
        let issuer = claims.str("iss").unwrap_or_default();
        let (Some(source), Some("RS256"), Some(kid)) = (
            self.sources.get(issuer),
            token.header.str("alg"),
            token.header.text("kid", MAX_NAME),
        ) else {
            return Err(refused("not of a login issuer, or not signed with RS256"));
        };
        let key = source.key(kid).await.map_err(|error| match error.code {
            Code::KidUnknown => refused("unknown key"),
            _ => error,
        })?;
        if !key.verifies(&token) {
            return Err(refused("signature"));
        }
        let (sub, Some((audience, is_list))) = (
            claims.text("sub", MAX_NAME),
            audience(claims.value("aud").as_ref()),
        ) else {
            return Err(refused("claims"));
        };
        let sub = sub.ok_or_else(|| refused("claims"))?;
        let (Some(iat), Some(exp)) = (claims.time("iat"), claims.time("exp")) else {
            return Err(refused("moments are missing"));
        };
        if iat > now + self.skew || now - self.skew > exp {
            return Err(refused("not of this moment"));
        }
        let authorized = claims.value("azp").filter(|azp| is_list && !azp.is_null());
        Ok(IdToken {
            iss: issuer.to_owned(),
            sub: sub.to_owned(),
            acr: claims.str("acr").map(str::to_owned),
            exp,
            fresh_until: source.fresh_until(),
            audience,
            authorized,
        })
    }
}

/// The audience of a token, and whether it is a list; none where it is empty or not of texts.
pub(crate) fn audience(claim: Option<&Value>) -> Option<(Vec<String>, bool)> {
    let (listed, is_list) = match claim? {
        Value::Array(listed) => (listed.as_slice(), true),
        one => (std::slice::from_ref(one), false),
    };
    let texts: Option<Vec<String>> = listed
        .iter()
        .map(|one| {
            one.as_str()
                .filter(|text| is_within(text, MAX_URI))
                .map(str::to_owned)
        })
        .collect();
    texts
        .filter(|texts| !texts.is_empty())
        .map(|texts| (texts, is_list))
}
