//! What a provider's id token says, checked (OpenID Connect Core 3.1.3.7).

use consentry_domain::{Timestamp, tenant::Upstream};
use consentry_jose::{Claims, Validation};
use consentry_web::json::{self, Limits};
use serde_json::{Map, Value};

/// Seconds that clocks may differ.
const LEEWAY: u32 = 60;

/// Longest subject identifier, in bytes (OpenID Connect Core 2).
const LONGEST_SUB: usize = 255;

/// Whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// Its identifier for them.
    pub sub: String,
    /// Their mail address, where it says that it verified one.
    pub verified_email: Option<String>,
    /// How they proved it there, if it says so.
    pub acr: Option<String>,
}

/// Why an id token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Disbelief {
    /// Issuer, audience or times are not as they must be.
    #[error("the id token's claims: {0}")]
    Claims(#[from] consentry_jose::ClaimsError),
    /// It is for several, and we are not the one it was issued to.
    #[error("the id token was issued to somebody else")]
    AuthorizedParty,
    /// It was made for another request.
    #[error("the id token was made for another request")]
    Nonce,
    /// The person proved there who they are too long ago.
    #[error("the id token tells of a login that is too long ago")]
    NotRecent,
    /// It names nobody.
    #[error("the id token names nobody")]
    Subject,
}

/// Reads the payload of an id token whose signature is right.
pub(super) fn read(
    upstream: &Upstream,
    payload: &[u8],
    (nonce, since): (&str, Option<Timestamp>),
    now: i64,
) -> Result<Identity, Disbelief> {
    let validation = Validation {
        issuer: Some(&upstream.issuer),
        audience: Some(&upstream.client_id),
        now,
        leeway: LEEWAY,
    };
    let claims: Claims = validation.check(payload)?;
    let Ok(Value::Object(members)) = json::parse(payload, &Limits::DEFAULT) else {
        return Err(Disbelief::Claims(consentry_jose::ClaimsError::Malformed));
    };
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let party = text("azp");
    let is_ours = party.is_none_or(|party| party == upstream.client_id);
    if !is_ours || (claims.aud.len() > 1 && party.is_none()) {
        return Err(Disbelief::AuthorizedParty);
    }
    if text("nonce") != Some(nonce) {
        return Err(Disbelief::Nonce);
    }
    // Some providers leave it out although it was asked for (OpenID Connect Core 2); what was proved here counts still.
    let proved_at = members.get("auth_time").and_then(Value::as_i64);
    if let (Some(since), Some(at)) = (since, proved_at)
        && at.saturating_add(LEEWAY.into()) < since.as_seconds()
    {
        return Err(Disbelief::NotRecent);
    }
    let acr = text("acr").map(str::to_owned);
    let sub = claims
        .sub
        .filter(|sub| !sub.is_empty() && sub.len() <= LONGEST_SUB)
        .ok_or(Disbelief::Subject)?;
    Ok(Identity {
        sub,
        verified_email: verified_email(upstream, &members),
        acr,
    })
}

fn verified_email(upstream: &Upstream, members: &Map<String, Value>) -> Option<String> {
    let is_verified = match members.get(&upstream.email_verified_claim)? {
        Value::Bool(verified) => *verified,
        // Apple writes a text.
        Value::String(text) => text == "true",
        _ => false,
    };
    let email = members.get(&upstream.email_claim)?.as_str()?;
    (is_verified && email.contains('@')).then(|| email.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn upstream() -> Upstream {
        serde_json::from_value(json!({
            "name": "other", "label": "Other", "issuer": "https://other.example", "client_id": "bank",
            "client_secret_env": "SECRET",
        }))
        .unwrap()
    }

    fn token() -> Value {
        json!({
            "iss": "https://other.example", "aud": "bank", "sub": "7", "exp": 2_000, "iat": 1_000, "nonce": "n",
            "email": "ada@example.com", "email_verified": true,
        })
    }

    fn read_changed(name: &str, value: Value) -> Result<Identity, Disbelief> {
        let mut token = token();
        token[name] = value;
        read(&upstream(), token.to_string().as_bytes(), ("n", None), 1_500)
    }

    #[test]
    fn b13_13_an_id_token_of_another_issuer_audience_or_request_is_not_believed() {
        use consentry_jose::ClaimsError as C;
        let right = read(&upstream(), token().to_string().as_bytes(), ("n", None), 1_500).unwrap();
        assert_eq!(right.sub, "7");
        assert_eq!(right.acr, None);
        assert_eq!(
            read_changed("acr", json!("eid-high")).unwrap().acr.as_deref(),
            Some("eid-high")
        );
        assert_eq!(right.verified_email.as_deref(), Some("ada@example.com"));
        for (name, value, why) in [
            ("iss", json!("https://evil.example"), C::Issuer.into()),
            ("iss", json!("https://other.example/"), C::Issuer.into()),
            ("iss", Value::Null, C::Issuer.into()),
            ("aud", json!("shop"), C::Audience.into()),
            ("aud", json!(["bank", "shop"]), Disbelief::AuthorizedParty),
            ("azp", json!("shop"), Disbelief::AuthorizedParty),
            ("exp", json!(1_440), C::Expired.into()),
            ("exp", Value::Null, C::Malformed.into()),
            ("nonce", json!("m"), Disbelief::Nonce),
            ("nonce", Value::Null, Disbelief::Nonce),
            ("sub", json!(""), Disbelief::Subject),
            ("sub", json!("7".repeat(256)), Disbelief::Subject),
        ] {
            assert_eq!(
                read_changed(name, value.clone()).unwrap_err(),
                why,
                "{name} {value}"
            );
        }
    }

    #[test]
    fn a_login_that_is_too_long_ago_links_nothing_where_the_provider_tells() {
        let read = |auth_time: Value, since: Option<i64>| {
            let mut token = token();
            token["auth_time"] = auth_time;
            let asked = ("n", since.map(Timestamp::from_seconds));
            read(&upstream(), token.to_string().as_bytes(), asked, 1_500).map(|identity| identity.sub)
        };
        for (auth_time, since, is_believed) in [
            (json!(900), Some(900), true),
            (json!(840), Some(900), true),
            (json!(839), Some(900), false),
            (json!(0), None, true),
            (Value::Null, Some(900), true),
        ] {
            let found = read(auth_time.clone(), since);
            let expected = if is_believed {
                Ok("7".to_owned())
            } else {
                Err(Disbelief::NotRecent)
            };
            assert_eq!(found, expected, "{auth_time} {since:?}");
        }
    }

    #[test]
    fn an_address_counts_only_where_it_was_verified() {
        for (value, counts) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(1), false),
            (Value::Null, false),
        ] {
            let read = read_changed("email_verified", value.clone()).unwrap();
            assert_eq!(read.verified_email.is_some(), counts, "{value}");
        }
        assert_eq!(read_changed("email", json!("ada")).unwrap().verified_email, None);
    }
}
