//! The registered claims of a JWT (RFC 7519 section 4.1) and their check. The caller brings the time.

use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, de};

/// Largest NumericDate that is read; also the largest integer every JSON reader agrees on.
const MAX_NUMERIC_DATE: f64 = 9_007_199_254_740_991.0;

/// The registered claims of a payload; other members are the caller's. A member that occurs twice is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// `iss`.
    #[serde(default)]
    pub iss: Option<String>,
    /// `sub`.
    #[serde(default)]
    pub sub: Option<String>,
    /// `aud` as a list, whether it was written as one string or as an array; empty if absent.
    #[serde(default, deserialize_with = "audience")]
    pub aud: Vec<String>,
    /// `exp` in seconds since 1970, fractions rounded up.
    #[serde(default, deserialize_with = "numeric_date")]
    pub exp: Option<i64>,
    /// `nbf` in seconds since 1970, fractions rounded up.
    #[serde(default, deserialize_with = "numeric_date")]
    pub nbf: Option<i64>,
    /// `iat` in seconds since 1970, fractions rounded up.
    #[serde(default, deserialize_with = "numeric_date")]
    pub iat: Option<i64>,
    /// `jti`.
    #[serde(default)]
    pub jti: Option<String>,
}

/// What the registered claims must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validation<'v> {
    /// The required `iss`, compared byte for byte; `None` looks at no issuer.
    pub issuer: Option<&'v str>,
    /// A value that must be among `aud`; `None` looks at no audience.
    pub audience: Option<&'v str>,
    /// The present moment in seconds since 1970.
    pub now: i64,
    /// How many seconds clocks may differ.
    pub leeway: u32,
}

/// Why claims are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// The payload is not a JSON object, or a registered claim has the wrong type or occurs twice.
    #[error("the claims are malformed")]
    Malformed,
    /// `iss` is missing or another one.
    #[error("the token is from another issuer")]
    Issuer,
    /// `aud` is missing or does not contain the required value.
    #[error("the token is for another audience")]
    Audience,
    /// `exp` is missing.
    #[error("the token has no expiry")]
    ExpiryMissing,
    /// `exp` has been reached.
    #[error("the token has expired")]
    Expired,
    /// `nbf` lies ahead.
    #[error("the token is not valid yet")]
    NotYetValid,
}

impl ClaimsError {
    /// Stable code for logs, metrics and tests.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "claims_malformed",
            Self::Issuer => "issuer_mismatch",
            Self::Audience => "audience_mismatch",
            Self::ExpiryMissing => "expiry_missing",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
        }
    }
}

impl Claims {
    /// Reads the registered claims without checking what they say.
    pub fn parse(payload: &[u8]) -> Result<Self, ClaimsError> {
        // A derived reader would take an array as well.
        if payload.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(ClaimsError::Malformed);
        }
        serde_json::from_slice(payload).map_err(|_| ClaimsError::Malformed)
    }
}

impl Validation<'_> {
    /// Reads and checks the registered claims of a payload. `exp` is required; `iat` need only be a number.
    pub fn check(&self, payload: &[u8]) -> Result<Claims, ClaimsError> {
        let claims = Claims::parse(payload)?;
        self.check_claims(&claims)?;
        Ok(claims)
    }

    /// Checks registered claims that were read before.
    pub fn check_claims(&self, claims: &Claims) -> Result<(), ClaimsError> {
        let leeway = i64::from(self.leeway);
        if self
            .issuer
            .is_some_and(|issuer| claims.iss.as_deref() != Some(issuer))
        {
            return Err(ClaimsError::Issuer);
        }
        if self
            .audience
            .is_some_and(|audience| !claims.aud.iter().any(|value| value == audience))
        {
            return Err(ClaimsError::Audience);
        }
        let expiry = claims.exp.ok_or(ClaimsError::ExpiryMissing)?;
        if self.now >= expiry.saturating_add(leeway) {
            return Err(ClaimsError::Expired);
        }
        if claims
            .nbf
            .is_some_and(|start| self.now < start.saturating_sub(leeway))
        {
            return Err(ClaimsError::NotYetValid);
        }
        Ok(())
    }
}

fn audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Audience;

    impl<'de> Visitor<'de> for Audience {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a string or an array of strings")
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<Vec<String>, E> {
            Ok(vec![value.to_owned()])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut values: A) -> Result<Vec<String>, A::Error> {
            let mut audience = Vec::new();
            while let Some(value) = values.next_element()? {
                audience.push(value);
            }
            Ok(audience)
        }
    }

    deserializer.deserialize_any(Audience)
}

fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct NumericDate;

    impl Visitor<'_> for NumericDate {
        type Value = i64;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a number of seconds since 1970")
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<i64, E> {
            Ok(seconds)
        }

        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<i64, E> {
            i64::try_from(seconds).map_err(E::custom)
        }

        fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<i64, E> {
            if !(-MAX_NUMERIC_DATE..=MAX_NUMERIC_DATE).contains(&seconds) {
                return Err(E::custom("number of seconds out of range"));
            }
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
            Ok(seconds.ceil() as i64)
        }
    }

    deserializer.deserialize_any(NumericDate).map(Some)
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
