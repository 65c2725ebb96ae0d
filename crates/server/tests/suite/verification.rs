//! Judging consent tokens without writing code: the command, and the endpoint for reverse proxies. Tokens, keys and feeds are the shared
//! vectors, at their moment, from a file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use axum::{Router, body::Body, response::Response};
use consentry_server::verification::{documents::Documents, forward_auth};
use consentry_verify::{ConsentSettings, ConsentVerifier, Environment};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PROFILE: &str = "dpp://tide_office:v2@northbay.example/Person/Profile_v1.0";
const ADDRESS: &str = "dpp://tide_office@northbay.example/Person/Address_v1.0";
const LOGIN: &str = "https://login.northbay.example";

struct Vectors {
    file: Value,
    folder: tempfile::TempDir,
}

impl Vectors {
    fn read() -> Self {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/vectors/consent-token.json");
        Self {
            file: serde_json::from_slice(&fs::read(place).unwrap()).unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn case(&self, name: &str) -> &Value {
        let cases = self.file["cases"].as_array().unwrap();
        cases.iter().find(|case| case["name"] == name).unwrap()
    }

    /// A file of the documents that are published in a case.
    fn documents(&self, case: &Value) -> PathBuf {
        let mut documents: BTreeMap<String, Value> =
            serde_json::from_value(self.file["documents"].clone()).unwrap();
        for (place, document) in case["documents"].as_object().into_iter().flatten() {
            if document.is_null() {
                documents.remove(place);
            } else {
                documents.insert(place.clone(), document.clone());
            }
        }
        let file = self.folder.path().join(format!("{}.json", documents.len()));
        fs::write(&file, serde_json::to_vec(&documents).unwrap()).unwrap();
        file
    }

    fn text(&self, name: &str, text: &Value) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, format!("{}\n", text.as_str().unwrap_or_default())).unwrap();
        file
    }

    /// Runs the command on a case.
    fn verify(&self, name: &str, more: &[&str]) -> Output {
        let case = self.case(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        command
            .args([
                "verify",
                "--issuer",
                self.file["settings"]["issuer"].as_str().unwrap(),
            ])
            .args(["--data-source", PROFILE, "--login-issuer", LOGIN])
            .args(["--at", &self.file["now"].to_string()])
            .arg("--offline")
            .arg(self.documents(case))
            .arg("--token")
            .arg(self.text("token", &case["token"]))
            .args(more);
        if case["id_token"].is_string() {
            command
                .arg("--id-token")
                .arg(self.text("id-token", &case["id_token"]));
        }
        command.output().unwrap()
    }
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn dsp_15_the_command_says_what_the_vectors_say_and_its_exit_code_too() {
    let vectors = Vectors::read();
    let without = ["--without-id-token", "--revocation", "none"];
    let feed = ["--without-id-token"];
    for (name, more, code) in [
        ("valid", &without[..], 0),
        ("valid with the id token", &["--revocation", "none"], 0),
        ("id token of another person", &["--revocation", "none"], 1),
        ("valid", &["--revocation", "none"], 1),
        ("header absent", &without, 1),
        ("expired", &without, 1),
        ("signed by a stranger", &without, 1),
        ("dsi of another source", &without, 1),
        ("feed lists it", &feed, 1),
        ("feed expired", &feed, 2),
        ("configuration unreachable", &without, 2),
    ] {
        let output = vectors.verify(name, more);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {told}");
        let case = vectors.case(name);
        let expected = if name == "valid" && more.len() == 2 {
            "id_token"
        } else {
            case["expect"].as_str().unwrap()
        };
        if expected == "ok" {
            assert_eq!(told["verdict"], "accepted", "{name}");
            assert_eq!(told["consent"]["tid"], case["tid"], "{name}");
            assert_eq!(told["consent"]["dsi"], PROFILE, "{name}");
        } else {
            let verdict = if code == 1 { "refused" } else { "undecided" };
            assert_eq!(told["verdict"], verdict, "{name}");
            assert_eq!(told["reason"], expected, "{name}");
            assert!(told["answer"]["status"].is_u64() && told["answer"]["type"].is_string());
        }
    }
}

#[test]
fn dsp_15_what_keeps_the_command_from_judging_is_no_verdict() {
    let vectors = Vectors::read();
    for more in [
        &["--skew", "301"][..],
        &["--revocation", "introspect"],
        &["--data-source", "https://northbay.example/Profile"],
        &["--at", "soon"],
        &["--revocation", "introspect", "--verifier-key", "/nonexistent/key"],
    ] {
        let output = vectors.verify("valid", more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{more:?}");
    }
}

/// The endpoint, with the documents and at the moment of the vectors.
fn endpoint(vectors: &Vectors, case: &str, data_sources: &[&str], require_id_token: bool) -> Router {
    let documents = Documents::read(&vectors.documents(vectors.case(case))).unwrap();
    let now = vectors.file["now"].as_i64().unwrap();
    let environment = Environment::new(documents).with_clock(move || now);
    let issuer = vectors.file["settings"]["issuer"].as_str().unwrap();
    let mut settings = ConsentSettings::new(issuer, data_sources, &[LOGIN]);
    settings.require_id_token = require_id_token;
    let verifier = ConsentVerifier::new(settings, environment).unwrap();
    let named: Vec<String> = data_sources.iter().map(|source| (*source).to_owned()).collect();
    forward_auth::router(Arc::new(verifier), &named)
}

async fn ask(router: &Router, uri: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::get(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn body(response: Response) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn dsp_15_a_proxy_learns_whose_token_it_is_or_how_to_refuse() {
    let vectors = Vectors::read();
    let router = endpoint(&vectors, "valid", &[PROFILE], true);
    let case = vectors.case("valid with the id token");
    let token = case["token"].as_str().unwrap();
    let bearer = format!("Bearer {}", case["id_token"].as_str().unwrap());
    let shown = [("x-consent-token", token), ("authorization", bearer.as_str())];

    let accepted = ask(&router, "/forward-auth", &shown).await;
    assert_eq!(accepted.status(), 200);
    assert_eq!(accepted.headers()["x-consent-id"], case["tid"].as_str().unwrap());
    assert_eq!(accepted.headers()["x-consent-subject"], "9f1c77");
    assert_eq!(accepted.headers()["x-consent-data-source"], PROFILE);
    assert_eq!(accepted.headers()["cache-control"], "no-store");

    for (headers, status, kind) in [
        (&shown[1..], 403, "consent_required"),
        (&shown[..1], 401, "id_token_missing_or_invalid"),
        (&[shown[0], shown[0], shown[1]], 403, "consent_token_invalid"),
    ] {
        let refused = ask(&router, "/forward-auth", headers).await;
        assert_eq!(refused.status(), status, "{kind}");
        let header = refused.headers()["x-consent-refusal"].clone();
        let told = body(refused).await;
        assert_eq!(serde_json::from_slice::<Value>(header.as_bytes()).unwrap(), told);
        assert_eq!(told["type"], kind);
        assert_eq!(told.as_object().unwrap().len(), 2);
    }

    let unreachable = endpoint(&vectors, "configuration unreachable", &[PROFILE], true);
    let undecided = ask(&unreachable, "/forward-auth", &shown).await;
    assert_eq!(undecided.status(), 500);
    assert_eq!(
        body(undecided).await["type"],
        json!("consent_verification_unavailable")
    );
    assert_eq!(ask(&unreachable, "/health", &[]).await.status(), 200);
}

#[tokio::test]
async fn dsp_8_6_which_data_source_a_request_is_for_is_the_proxys_to_say_and_one_of_the_configured() {
    let vectors = Vectors::read();
    let router = endpoint(&vectors, "valid", &[PROFILE, ADDRESS], false);
    let token = vectors.case("valid")["token"].as_str().unwrap();
    let encoded = |dsi: &str| url::form_urlencoded::byte_serialize(dsi.as_bytes()).collect::<String>();
    let (profile, address) = (encoded(PROFILE), encoded(ADDRESS));
    for (query, status) in [
        (String::new(), 403),
        (format!("?data_source={profile}"), 200),
        (format!("?data_source={address}"), 403),
        (format!("?data_source={profile}&data_source={address}"), 403),
        (
            format!(
                "?data_source={}",
                encoded("dpp://thief@northbay.example/Person/Profile_v1.0")
            ),
            403,
        ),
        (format!("?source={profile}"), 403),
    ] {
        let answer = ask(
            &router,
            &format!("/forward-auth{query}"),
            &[("x-consent-token", token)],
        )
        .await;
        assert_eq!(answer.status(), status, "{query}");
    }
}
