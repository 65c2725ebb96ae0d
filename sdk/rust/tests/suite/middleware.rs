//! The middleware, driven as a server drives it.

use std::convert::Infallible;
use std::sync::Arc;

use consentry_verify::middleware::{ChooseDsi, Guarded, require_access, require_consent};
use consentry_verify::{Access, AccessSettings, AccessVerifier, Answer, Code, Consent, Environment};
use http::{Request, Response};
use serde_json::{Value, json};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::provider::{Provider, case};
use crate::vectors::{Documents, consent_settings, merged, read};

async fn inside(request: Request<()>) -> Result<Response<String>, Infallible> {
    let consent = request
        .extensions()
        .get::<Arc<Consent>>()
        .map(|said| said.sub.clone());
    let access = request
        .extensions()
        .get::<Arc<Access>>()
        .map(|said| said.sub.clone());
    Ok(Response::new(consent.or(access).unwrap()))
}

/// Status, challenge and body of the answer to a request with these headers.
async fn answered(layer: &Guarded, headers: &[(&str, &str)]) -> (u16, Option<String>, String) {
    let mut request = Request::builder();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let service = layer.layer(service_fn(inside));
    let answer = service.oneshot(request.body(()).unwrap()).await.unwrap();
    let challenge = answer
        .headers()
        .get("www-authenticate")
        .map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), challenge, answer.into_body())
}

fn token<'f>(file: &'f Value, name: &str) -> &'f str {
    case(file, name)["token"].as_str().unwrap()
}

#[tokio::test]
async fn dcp_10_refusals_are_what_gateways_let_through() {
    let provider = Provider::new();
    let layer = require_consent(Arc::new(provider.verifier(|_| {})), None);
    let file = provider.file();
    let good = token(file, "valid");
    let (status, _, body) = answered(&layer, &[("x-consent-token", good)]).await;
    assert_eq!((status, body.as_str()), (200, "9f1c77"));
    for (headers, status, kind) in [
        (vec![], 403, "consent_required"),
        (vec![("x-consent-token", "")], 403, "consent_required"),
        (
            vec![("x-consent-token", token(file, "expired"))],
            403,
            "consent_token_expired",
        ),
        (
            vec![("x-consent-token", token(file, "dsi no such thing"))],
            403,
            "consent_token_mismatch",
        ),
        (
            vec![("x-consent-token", good), ("x-consent-token", good)],
            403,
            "consent_token_invalid",
        ),
        (
            vec![("x-consent-token", good), ("authorization", "Bearer x")],
            401,
            "id_token_missing_or_invalid",
        ),
    ] {
        let (got, challenge, body) = answered(&layer, &headers).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((got, &body["type"]), (status, &json!(kind)));
        assert_eq!(body.as_object().unwrap().len(), 2);
        assert_eq!(challenge, None);
    }
    assert_eq!(Answer::of_consent(Code::Revoked).kind, "consent_revoked");
    assert_eq!(Answer::of_consent(Code::KeysUnavailable).status, 500);
}

#[tokio::test]
async fn an_id_token_is_read_from_the_authorization_header() {
    let provider = Provider::new();
    let verifier = provider.verifier(|settings| settings.require_id_token = true);
    let layer = require_consent(Arc::new(verifier), None);
    let shown = case(provider.file(), "valid with the id token");
    let bearer = format!("bearer {}", shown["id_token"].as_str().unwrap());
    let headers = [
        ("x-consent-token", shown["token"].as_str().unwrap()),
        ("authorization", &bearer),
    ];
    assert_eq!(answered(&layer, &headers).await.0, 200);
}

#[tokio::test]
async fn dcp_8_6_the_routing_chooses_the_data_source() {
    let provider = Provider::new();
    let served = case(provider.file(), "one of two, and it is asked for");
    let both = consent_settings(&merged(provider.file(), served, "settings"));
    let verifier = provider.verifier(|settings| settings.expected_dsis = both.expected_dsis);
    let dsi = served["dsi"].as_str().unwrap().to_owned();
    let choose: ChooseDsi = Arc::new(move |_| dsi.clone());
    let layer = require_consent(Arc::new(verifier), Some(choose));
    let asked = served["token"].as_str().unwrap();
    assert_eq!(answered(&layer, &[("x-consent-token", asked)]).await.0, 200);
    let other = token(provider.file(), "valid");
    assert_eq!(answered(&layer, &[("x-consent-token", other)]).await.0, 403);
}

#[tokio::test]
async fn access_tokens_are_answered_as_rfc_6750_says() {
    let file = read("access-token.json");
    let text = |name: &str| file["settings"][name].as_str().unwrap();
    let now = file["now"].as_i64().unwrap();
    let environment = Environment::new(Documents(file["documents"].clone())).with_clock(move || now);
    let settings = AccessSettings::new(text("issuer"), text("audience"));
    let verifier = Arc::new(AccessVerifier::new(settings, environment).unwrap());
    let layer = require_access(verifier, &["accounts:balance"]);
    for (name, status, challenge) in [
        ("valid", 200, None),
        ("expired", 401, Some("Bearer error=\"invalid_token\"")),
        (
            "no scope at all",
            403,
            Some("Bearer error=\"insufficient_scope\""),
        ),
    ] {
        let bearer = format!("Bearer {}", token(&file, name));
        let (got, challenged, _) = answered(&layer, &[("authorization", &bearer)]).await;
        assert_eq!((got, challenged.as_deref()), (status, challenge), "{name}");
    }
    let (status, challenge, _) = answered(&layer, &[("authorization", "Basic YTpi")]).await;
    assert_eq!((status, challenge.as_deref()), (401, Some("Bearer")));
}
