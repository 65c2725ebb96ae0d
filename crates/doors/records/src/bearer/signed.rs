//! Tokens that are signed by somebody else (consent-api 12.4, JWT validator).

use consentry_domain::{
    Timestamp,
    tenant::{JwtValidation, TokenValidator},
};
use consentry_jose::{Algorithm, Claims, Expectations, VerifyError, decode};
use consentry_web::json::{self, Limits};
use serde_json::Value;

use super::{
    Inner, LONGEST, Verdict,
    claims::{self, Demands},
    encrypted::{self, Opened},
    keys,
    memory::Wanted,
};

pub(super) async fn validate(
    inner: &Inner,
    validator: &TokenValidator,
    jwt: &JwtValidation,
    token: &str,
    now: Timestamp,
) -> Verdict {
    let opened;
    let token = match encrypted::open(inner, jwt, token, now).await {
        Opened::NotEncrypted => token,
        Opened::Content(content) => {
            opened = content;
            opened.as_str()
        }
        Opened::Refused => return Verdict::Refused,
        Opened::NoKey => return Verdict::Unknown,
    };
    if !may_be_theirs(jwt, token) {
        return Verdict::Refused;
    }
    let algorithms = algorithms(jwt);
    let expectations = Expectations {
        max_len: LONGEST,
        ..Expectations::new(&algorithms)
    };
    let mut verified = None;
    for wanted in [Wanted::Any, Wanted::Another] {
        let Some(keys) = keys::of(inner, jwt, wanted, now).await else {
            return Verdict::Unknown;
        };
        match keys.verify(token, &expectations) {
            Ok(token) => {
                verified = Some(token);
                break;
            }
            // The issuer may have taken a new key into use.
            Err(VerifyError::UnknownKey) => {}
            Err(_) => return Verdict::Refused,
        }
    }
    let Some(verified) = verified else {
        return Verdict::Refused;
    };
    let Ok(Value::Object(members)) = json::parse(&verified.payload, &Limits::DEFAULT) else {
        return Verdict::Refused;
    };
    let demands = Demands {
        now,
        skew: jwt.clock_skew_seconds,
        must_end: true,
        issuer: jwt.issuer.as_deref(),
        audience: jwt.audience.as_deref(),
    };
    claims::token(validator, &members, &demands).map_or(Verdict::Refused, Verdict::Accepted)
}

/// Whether it is worth fetching keys for: a JWT that does not say by itself that it is somebody else's.
fn may_be_theirs(jwt: &JwtValidation, token: &str) -> bool {
    let Ok(unverified) = decode(token, consentry_jose::Limits { max_len: LONGEST }) else {
        return false;
    };
    let Some(issuer) = &jwt.issuer else { return true };
    Claims::parse(&unverified.payload).is_ok_and(|claims| claims.iss.as_ref() == Some(issuer))
}

fn algorithms(jwt: &JwtValidation) -> Vec<Algorithm> {
    let all = [Algorithm::Rs256, Algorithm::Es256];
    if jwt.algorithms.is_empty() {
        return all.to_vec();
    }
    all.into_iter()
        .filter(|algorithm| jwt.algorithms.iter().any(|name| name == algorithm.as_str()))
        .collect()
}
