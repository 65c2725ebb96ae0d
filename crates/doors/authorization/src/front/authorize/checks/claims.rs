//! Step 15: `claims` is a JSON object. Of its content have an effect a demanded `sub` (B13-05), `acr` (B13-18), and claims of the person
//! (B13-17), each of which is asked for as the scope that carries it: that is what people are asked about. What is unknown here, or
//! not for this client to ask, is left out, essential or not.

use consentry_domain::scope::Scope;
use consentry_ledger::{interactions::Level, profile};
use consentry_web::json::{self, Limits};
use serde_json::Value;

use super::{
    Candidate, Refusal,
    acr::{kept, usable},
    scope::is_known,
};

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
    let asked = &mut candidate.request.claims;
    asked.id_token = claims_of_the_person(claims.get("id_token"));
    asked.userinfo = claims_of_the_person(claims.get("userinfo"));
    ask_for_carriers(candidate);
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
    let sign_in = candidate.sign_in;
    let is_offered =
        |value: &String| Level::of(value, sign_in).is_some_and(|level| level.is_offered(sign_in));
    if is_essential && !values.iter().any(is_offered) {
        return Err(Refusal::new(
            "unmet_authentication_requirements",
            "no value of the essential claim acr can be reached here",
        ));
    }
    let values = usable(candidate, values);
    // What must be reached goes before what is only wished for.
    if is_essential || candidate.request.acr_values.is_empty() {
        candidate.request.acr_values = values;
        candidate.request.acr_essential = is_essential;
    }
    Ok(())
}

fn claims_of_the_person(target: Option<&Value>) -> Vec<String> {
    let members = target.and_then(Value::as_object).into_iter().flatten();
    members
        .map(|(claim, _)| claim)
        .filter(|claim| profile::scope_of(claim).is_some())
        .cloned()
        .collect()
}

/// Asks for the scopes that carry the claims, and forgets claims whose scope is none to ask for.
fn ask_for_carriers(candidate: &mut Candidate<'_>) {
    let allowed = &candidate.client.allowed_scopes;
    let may_be_asked = |claim: &String| {
        let carrier = profile::scope_of(claim).and_then(|scope| Scope::parse(scope).ok());
        carrier.filter(|scope| {
            scope.is_within(allowed)
                && scope
                    .values()
                    .iter()
                    .all(|value| is_known(candidate.tenant, value))
        })
    };
    let mut asked = candidate.request.claims.clone();
    let mut scope = candidate.request.scope.clone();
    for claims in [&mut asked.id_token, &mut asked.userinfo] {
        claims.retain(|claim| {
            let carrier = may_be_asked(claim);
            if let Some(carrier) = &carrier {
                scope = scope.values().iter().chain(carrier.values()).cloned().collect();
            }
            carrier.is_some()
        });
    }
    candidate.request.claims = asked;
    candidate.request.scope = scope;
}
