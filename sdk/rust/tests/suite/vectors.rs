//! Every shared vector has the verdict that it says.

use std::sync::Arc;

use consentry_verify::{
    AccessRevocation, AccessSettings, AccessVerifier, BoxFuture, ConsentSettings, ConsentVerifier,
    Environment, Fetch, FetchError, Headers, Request, Response, Revocation, Shown, basic,
};
use serde_json::{Value, json};

/// A file of vectors.
pub fn read(name: &str) -> Value {
    let place = format!("{}/../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(place).unwrap()).unwrap()
}

/// What stands at addresses.
pub struct Documents(pub Value);

impl Fetch for Documents {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        let place = match request.method {
            "GET" => request.url,
            method => format!("{method} {}", request.url),
        };
        let answer = self.0.get(place).and_then(answer_of);
        Box::pin(async move { answer.ok_or_else(|| FetchError("unreachable".to_owned())) })
    }
}

/// A document as it is answered; none for `null`.
pub fn answer_of(document: &Value) -> Option<Response> {
    let headers = document.get("headers")?.as_object()?.iter();
    Some(Response {
        status: document["status"].as_u64()?.try_into().ok()?,
        headers: headers
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        body: document["body"].as_str()?.as_bytes().to_vec(),
    })
}

/// Members of a case stand in place of those of the file.
pub fn merged(file: &Value, case: &Value, member: &str) -> Value {
    let mut whole = file[member].clone();
    if let Some(changes) = case.get(member).and_then(Value::as_object) {
        for (name, value) in changes {
            whole[name] = value.clone();
        }
    }
    whole
}

fn environment(file: &Value, case: &Value) -> Environment {
    let now = case.get("now").unwrap_or(&file["now"]).as_i64().unwrap();
    Environment::new(Documents(merged(file, case, "documents"))).with_clock(move || now)
}

fn strings(value: &Value) -> Option<Vec<String>> {
    serde_json::from_value(value.clone()).ok()
}

fn ours() -> Headers {
    Arc::new(|| vec![("x-consent-verifier-token".to_owned(), "ours".to_owned())])
}

/// Settings of a vector.
pub fn consent_settings(settings: &Value) -> ConsentSettings {
    let flag = |name: &str, usual| settings.get(name).map_or(usual, |value| value.as_bool().unwrap());
    ConsentSettings {
        expected_dsis: strings(&settings["expected_dsis"]).unwrap(),
        login_issuers: strings(&settings["login_issuers"]).unwrap(),
        require_id_token: flag("require_id_token", true),
        same_login_issuer: flag("same_login_issuer", true),
        fail_open: flag("fail_open", false),
        skew: settings["skew"].as_i64().unwrap_or(60),
        max_lifetime: settings["max_lifetime"].as_i64(),
        allowed_acrs: strings(&settings["allowed_acrs"]),
        allowed_apps: strings(&settings["allowed_apps"]),
        allowed_subject_issuers: strings(&settings["allowed_subject_issuers"]),
        revocation: match settings["revocation"].as_str().unwrap() {
            "none" => Revocation::None,
            "feed" => Revocation::Feed,
            "verify" => Revocation::Verify,
            "introspect" => Revocation::Introspect(ours()),
            other => panic!("{other}"),
        },
        ..ConsentSettings::new(settings["issuer"].as_str().unwrap(), &[], &[])
    }
}

#[tokio::test]
async fn every_consent_token_has_its_verdict() {
    let file = read("consent-token.json");
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 150);
    for case in cases {
        let settings = consent_settings(&merged(&file, case, "settings"));
        let verifier = ConsentVerifier::new(settings, environment(&file, case)).unwrap();
        for time in ["anew", "remembered"] {
            let shown = Shown {
                token: case["token"].as_str(),
                id_token: case["id_token"].as_str(),
                dsi: case["dsi"].as_str(),
            };
            let (code, tid) = match verifier.verify(shown).await {
                Ok(consent) => ("ok", json!(consent.tid)),
                Err(refused) => (refused.code.as_str(), Value::Null),
            };
            assert_eq!(code, case["expect"], "{} {time}", case["name"]);
            assert_eq!(tid, case["tid"], "{}", case["name"]);
        }
    }
}

#[tokio::test]
async fn every_access_token_has_its_verdict() {
    let file = read("access-token.json");
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 40);
    for case in cases {
        let settings = merged(&file, case, "settings");
        let text = |name: &str| settings[name].as_str().unwrap();
        let judged = AccessSettings {
            revocation: match text("revocation") {
                "none" => AccessRevocation::None,
                "feed" => AccessRevocation::Feed(text("revocations_url").to_owned()),
                "introspect" => AccessRevocation::Introspect(basic("us", "secret")),
                other => panic!("{other}"),
            },
            ..AccessSettings::new(text("issuer"), text("audience"))
        };
        let verifier = AccessVerifier::new(judged, environment(&file, case)).unwrap();
        let scopes = strings(&case["scopes"]).unwrap_or_default();
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        for time in ["anew", "remembered"] {
            let code = match verifier.verify(case["token"].as_str(), &scopes).await {
                Ok(_) => "ok",
                Err(refused) => refused.code.as_str(),
            };
            assert_eq!(code, case["expect"], "{} {time}", case["name"]);
        }
    }
}
