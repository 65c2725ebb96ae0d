//! The verifiers against the whole house: a token that it issued, before and after the consent behind it was taken back, and the
//! check API. All three have to say the same.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use consentry_domain::client::TokenAlgorithm;
use consentry_ledger::{Clock as _, provision::Entry};
use consentry_testkit::TestApp;
use consentry_verify::{
    AccessRevocation, AccessSettings, AccessVerifier, BoxFuture, CheckClient, Environment, Fetch, FetchError,
    Request, ReqwestFetch, Response, Semantic, basic,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const BELIEVED: &str = "http://127.0.0.1:8080";
const SCOPE: &str = "openid offline_access accounts:balance";

/// What the verifiers are asked about a token, at the moment of the test.
fn asked(app: &TestApp, actual: &str, token: &str) -> Value {
    let client = &app.bank.first_party;
    json!({
        "believed": BELIEVED,
        "actual": actual,
        "now": app.now().as_seconds(),
        "issuer": format!("{BELIEVED}/cis/oidc"),
        "audience": app.bank.resource_api.as_str(),
        "feed": format!("{BELIEVED}/events/v1/revocations.jwt"),
        "token": token,
        "scopes": ["accounts:balance"],
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "question": {
            "subject": { "type": "user", "id": "ada" },
            "action": { "name": "read" },
            "resource": { "type": "scope", "id": "accounts:balance" },
            "context": { "audience": "moneytrack" },
        },
    })
}

/// A verifier in another language.
struct Peer {
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    fn start(program: &Path, script: &str, settings: &[(&str, &str)]) -> Self {
        let mut process = Command::new(program)
            .arg(format!("{}/../../sdk/{script}", env!("CARGO_MANIFEST_DIR")))
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()).lines(),
            _process: process,
        }
    }

    async fn ask(&mut self, question: &Value) -> Value {
        self.input
            .write_all(format!("{question}\n").as_bytes())
            .await
            .unwrap();
        let line = self.output.next_line().await.unwrap();
        serde_json::from_str(&line.unwrap()).unwrap()
    }
}

/// Asks at the actual address what is asked at the one that the house believes to be at.
struct Elsewhere {
    fetch: ReqwestFetch,
    actual: String,
}

impl Fetch for Elsewhere {
    fn send(&self, mut request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        request.url = request.url.replace(BELIEVED, &self.actual);
        self.fetch.send(request)
    }
}

/// The verifier in Rust.
struct Ours {
    verifier: AccessVerifier,
    check: CheckClient,
}

impl Ours {
    fn start(app: &TestApp, question: &Value) -> Self {
        let text = |name: &str| question[name].as_str().unwrap();
        let clock = Arc::clone(&app.clock);
        let fetch = Elsewhere {
            fetch: ReqwestFetch::new().unwrap(),
            actual: text("actual").to_owned(),
        };
        let environment = Environment::new(fetch).with_clock(move || clock.now().as_seconds());
        let settings = AccessSettings {
            revocation: AccessRevocation::Feed(text("feed").to_owned()),
            ..AccessSettings::new(text("issuer"), text("audience"))
        };
        let credentials = basic(text("client_id"), text("client_secret"));
        Self {
            verifier: AccessVerifier::new(settings, environment.clone()).unwrap(),
            check: CheckClient::new(BELIEVED, credentials, environment).unwrap(),
        }
    }

    async fn ask(&self, question: &Value) -> Value {
        let token = question["token"].as_str();
        let code = match self.verifier.verify(token, &["accounts:balance"]).await {
            Ok(_) => "ok",
            Err(refused) => refused.code.as_str(),
        };
        let Value::Object(defaults) = question["question"].clone() else {
            panic!("a question is an object")
        };
        let decision = self.check.evaluation(&question["question"]).await.unwrap();
        let nobody = json!({ "subject": { "type": "user", "id": "nobody" } });
        let both = [json!({}), nobody];
        let both = self
            .check
            .evaluations(&both, &defaults, Semantic::ExecuteAll)
            .await;
        let allowed: Vec<bool> = both.unwrap().iter().map(|one| one.allowed).collect();
        json!({ "code": code, "reason": decision.reason, "allowed": allowed })
    }
}

/// The verifiers in JavaScript and Python.
fn peers() -> [Peer; 2] {
    let python = std::env::var("CONSENTRY_SDK_PYTHON").unwrap_or_else(|_| {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../target/tools/sdk-python/venv/bin/python"
        )
        .to_owned()
    });
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/python/src");
    [
        Peer::start(Path::new("node"), "js/tests/peer.js", &[]),
        Peer::start(
            Path::new(&python),
            "python/tests/peer.py",
            &[("PYTHONPATH", sources), ("PYTHONDONTWRITEBYTECODE", "1")],
        ),
    ]
}

#[tokio::test]
async fn architecture_sdk_every_verifier_takes_tokens_signed_with_es256() {
    let app = TestApp::start().await;
    let actual = app.listen().await;
    let third_party = app.bank.third_party.client_id.as_str();
    let mut client = app.tenant().client(third_party).unwrap().as_ref().clone();
    client.settings.access_token_algorithm = Some(TokenAlgorithm::Es256);
    app.provision(&[Entry::Client(client)]).await;
    let token = app.connect(&app.browser(), "ada", SCOPE).await.access;
    let question = asked(&app, &actual, &token);
    let permitted = json!({ "code": "ok", "reason": "consented", "allowed": [true, false] });
    // Another signature of the same length is none.
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = asked(&app, &actual, &format!("{signed}.{}", "A".repeat(86)));
    let ours = Ours::start(&app, &question);
    assert_eq!(ours.ask(&question).await, permitted);
    assert_eq!(ours.ask(&forged).await["code"], "signature");
    for peer in &mut peers() {
        assert_eq!(peer.ask(&question).await, permitted);
        assert_eq!(peer.ask(&forged).await["code"], "signature");
    }
}

#[tokio::test]
async fn architecture_sdk_every_verifier_takes_our_tokens_until_the_consent_is_taken_back() {
    let app = TestApp::start().await;
    let actual = app.listen().await;
    let token = app.connect(&app.browser(), "ada", SCOPE).await.access;
    let question = asked(&app, &actual, &token);
    let ours = Ours::start(&app, &question);
    let mut peers = peers();
    let permitted = json!({ "code": "ok", "reason": "consented", "allowed": [true, false] });
    assert_eq!(ours.ask(&question).await, permitted);
    for peer in &mut peers {
        assert_eq!(peer.ask(&question).await, permitted);
    }
    let altered = asked(&app, &actual, &token.replacen("eyJ", "eyK", 1));
    for peer in &mut peers {
        assert_ne!(peer.ask(&altered).await["code"], "ok");
    }
    let _page = app.stop_sharing("ada").await.expect_status(200);
    app.pass(60);
    let question = asked(&app, &actual, &token);
    let refused = json!({ "code": "revoked", "reason": "revoked", "allowed": [false, false] });
    assert_eq!(ours.ask(&question).await, refused);
    for peer in &mut peers {
        assert_eq!(peer.ask(&question).await, refused);
    }
}
