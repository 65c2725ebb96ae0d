//! Step 15: `claims` is a JSON object. Of its content a demanded `sub` (B13-05) and `acr` (B13-18) have an effect; there are no other claims
//! to give.

use consentry_ledger::interactions::Level;
use consentry_web::json::{self, Limits};
use serde_json::Value;

use super::{Candidate, Refusal, acr::kept};

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
    let of_token = |pointer| claims.get("id_token").and_then(|target| target.pointer(pointer));
    if let Some(Value::String(sub)) = of_token("/sub/value") {
        candidate.request.subject_hint = Some(sub.clone());
    }
    let one = of_token("/acr/value").into_iter();
    let several = of_token("/acr/values").and_then(Value::as_array).into_iter();
    let values = kept(one.chain(several.flatten()).filter_map(Value::as_str));
    if values.is_empty() {
        return Ok(());
    }
    let is_essential = of_token("/acr/essential") == Some(&Value::Bool(true));
    let sign_in = &candidate.tenant.tenant.authorization.sign_in;
    let is_offered =
        |value: &String| Level::of(value, sign_in).is_some_and(|level| level.is_offered(sign_in));
    if is_essential && !values.iter().any(is_offered) {
        return Err(Refusal::new(
            "unmet_authentication_requirements",
            "no value of the essential claim acr can be reached here",
        ));
    }
    // What must be reached goes before what is only wished for.
    if is_essential || candidate.request.acr_values.is_empty() {
        candidate.request.acr_values = values;
        candidate.request.acr_essential = is_essential;
    }
    Ok(())
}
