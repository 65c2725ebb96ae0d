//! Step 15: `claims` is a JSON object. Of its content only a demanded `sub` has an effect (B13-05); there are no other claims to give.

use consentry_web::json::{self, Limits};
use serde_json::Value;

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let Some(text) = candidate.value("claims") else {
        return Ok(());
    };
    let Ok(Value::Object(claims)) = json::parse(text.as_bytes(), &Limits::DEFAULT) else {
        return Err(Refusal::invalid_request("claims must be a JSON object"));
    };
    for target in ["id_token", "userinfo"] {
        match claims.get(target) {
            None | Some(Value::Null | Value::Object(_)) => {}
            Some(_) => return Err(Refusal::invalid_request("members of claims must be JSON objects")),
        }
    }
    let demanded = claims
        .get("id_token")
        .and_then(|target| target.pointer("/sub/value"));
    if let Some(Value::String(sub)) = demanded {
        candidate.request.subject_hint = Some(sub.clone());
    }
    Ok(())
}
