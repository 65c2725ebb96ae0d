//! Tokens that somebody else is asked about (consent-api 12.4, introspection validator; RFC 7662).

use std::path::Path;

use consentry_domain::{
    Timestamp,
    tenant::{Introspection, TokenValidator},
};
use consentry_web::{
    json::{self, Limits},
    received,
};
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    Inner, Verdict,
    claims::{self, Demands},
};
use crate::path::encoded;

pub(super) async fn validate(
    inner: &Inner,
    validator: &TokenValidator,
    introspection: &Introspection,
    address: &str,
    token: &str,
    now: Timestamp,
) -> Verdict {
    let (Some(egress), Some(secret)) = (inner.egress(), secret(introspection).await) else {
        return Verdict::Unknown;
    };
    let mut form = vec![("token", token), ("token_type_hint", "access_token")];
    if let Some(manager) = &introspection.access_token_manager_id {
        form.push(("access_token_manager_id", manager));
    } else if introspection.include_aud {
        form.push(("aud", address));
    }
    // RFC 6749 2.3.1: both parts are form-encoded before they become Basic credentials.
    let (client, secret) = (encoded(&introspection.client_id), encoded(secret.expose_secret()));
    let answer = egress
        .post_form(&introspection.endpoint, &form)
        .basic_auth(&client, &secret)
        .send()
        .await;
    let answer = match answer {
        Ok(answer) if answer.status.is_success() => answer,
        Ok(answer) if answer.status == StatusCode::BAD_REQUEST && says_not_mine(&answer.body) => {
            return Verdict::Refused;
        }
        Ok(answer) => {
            tracing::warn!(
                status = answer.status.as_u16(),
                "an introspection endpoint did not answer"
            );
            return Verdict::Unknown;
        }
        Err(error) => {
            tracing::warn!(%error, "an introspection endpoint could not be asked");
            return Verdict::Unknown;
        }
    };
    let Ok(Value::Object(members)) = json::parse(&answer.body, &Limits::DEFAULT) else {
        tracing::warn!("an introspection endpoint answered something that is no JSON object");
        return Verdict::Unknown;
    };
    if members.get("active") != Some(&Value::Bool(true)) {
        return Verdict::Refused;
    }
    let demands = Demands {
        now,
        skew: introspection.clock_skew_seconds,
        must_end: false,
        issuer: introspection.issuer.as_deref(),
        audience: None,
    };
    claims::token(validator, &members, &demands).map_or(Verdict::Refused, Verdict::Accepted)
}

/// Servers whose signed tokens are to be checked by their keys say so when they are asked about one, in the words of RFC 7009 2.2.1.
fn says_not_mine(body: &[u8]) -> bool {
    json::parse(body, &Limits::DEFAULT).is_ok_and(|answer| answer["error"] == "unsupported_token_type")
}

async fn secret(introspection: &Introspection) -> Option<SecretString> {
    let file = Path::new(&introspection.client_secret_file);
    received::secret(Some(file), None)
        .await
        .inspect_err(|why| tracing::warn!(why, "the secret of an introspection client cannot be read"))
        .ok()
}
