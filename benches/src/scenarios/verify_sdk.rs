//! Verifying a consent token with each SDK, beside the bare verification of the same signature by the library behind it. One core. The
//! tokens and keys are those of the shared vectors.

use std::{collections::HashMap, path::Path, process::Command, sync::Arc};

use anyhow::{Context as _, Result, bail};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_verify::{
    BoxFuture, ConsentSettings, ConsentVerifier, Environment, Fetch, FetchError, Request, Response, Shown,
};
use serde::Deserialize;
use serde_json::Value;

use super::Setup;
use crate::{limits::signatures::rate, report::Figure};

/// Into how many slices a measurement is cut. What is compared takes turns in them and the best of each counts, so that whatever else a
/// machine does meanwhile meets all alike.
const SLICES: u32 = 20;

/// Where the SDKs are, from the root of the workspace.
const SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk");

/// All three.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let mut figures = in_rust(setup)?;
    figures.push(foreign(setup, "verify-sdk-js", "node", "js/bench.mjs")?);
    let python = std::env::var("CONSENTRY_SDK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    figures.push(foreign(setup, "verify-sdk-python", &python, "python/bench.py")?);
    Ok(figures)
}

fn in_rust(setup: &Setup) -> Result<Vec<Figure>> {
    let vectors = Vectors::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (first, again) = (vectors.verifier(0)?, vectors.verifier(10)?);
    let verify = |verifier: &ConsentVerifier| {
        let shown = Shown {
            token: Some(&vectors.token),
            ..Shown::default()
        };
        match runtime.block_on(verifier.verify(shown)) {
            Ok(_) => Ok(()),
            Err(refused) => bail!("the token is refused: {}", refused.code.as_str()),
        }
    };
    let bare = vectors.bare()?;
    let (mut limit, mut once, mut cached) = (0.0_f64, 0.0_f64, 0.0_f64);
    let slice = setup.window / 2 / SLICES;
    for _ in 0..setup.rounds * SLICES {
        limit = limit.max(rate(slice, &bare)?);
        once = once.max(rate(slice, || verify(&first))?);
        cached = cached.max(rate(slice, || verify(&again))?);
    }
    Ok(vec![
        figure("verify-sdk", once, limit),
        figure("verify-sdk-again", cached, once),
    ])
}

/// What a script measures: its best of as many rounds as we make.
fn foreign(setup: &Setup, scenario: &'static str, program: &str, script: &str) -> Result<Figure> {
    #[derive(Deserialize)]
    struct Measured {
        value: f64,
        limit: f64,
    }
    let (mut value, mut limit) = (0.0_f64, 0.0_f64);
    for _ in 0..setup.rounds {
        let output = Command::new(program)
            .arg(Path::new(SDK).join(script))
            .arg((setup.window.as_secs_f64() / 2.0).to_string())
            .output()
            .with_context(|| format!("cannot run {program}"))?;
        if !output.status.success() {
            bail!("{script}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let measured: Measured = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{script} says {}", String::from_utf8_lossy(&output.stdout)))?;
        value = value.max(measured.value);
        limit = limit.max(measured.limit);
    }
    Ok(figure(scenario, value, limit))
}

fn figure(scenario: &'static str, value: f64, limit: f64) -> Figure {
    Figure {
        scenario,
        engine: "none",
        value,
        unit: "/s",
        limit: Some(limit),
        ratio: Some(value / limit),
        ..Figure::default()
    }
}

/// The case of a good token, and what its provider publishes.
struct Vectors {
    token: String,
    now: i64,
    issuer: String,
    dsi: String,
    documents: Arc<HashMap<String, Document>>,
}

#[derive(Deserialize)]
struct Document {
    status: u16,
    headers: HashMap<String, String>,
    body: String,
}

impl Vectors {
    fn read() -> Result<Self> {
        #[derive(Deserialize)]
        struct File {
            now: i64,
            settings: Settings,
            documents: HashMap<String, Document>,
            cases: Vec<Case>,
        }
        #[derive(Deserialize)]
        struct Settings {
            issuer: String,
            expected_dsis: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Case {
            name: String,
            token: Option<String>,
        }
        let place = Path::new(SDK).join("vectors/consent-token.json");
        let text = std::fs::read(&place).with_context(|| format!("cannot read {}", place.display()))?;
        let file: File = serde_json::from_slice(&text)?;
        let valid = file.cases.into_iter().find(|case| case.name == "valid");
        Ok(Self {
            token: valid
                .and_then(|case| case.token)
                .context("the vectors have no good token")?,
            now: file.now,
            issuer: file.settings.issuer,
            dsi: file
                .settings
                .expected_dsis
                .into_iter()
                .next()
                .context("no data source")?,
            documents: Arc::new(file.documents),
        })
    }

    /// One that remembers so many verdicts. It reads one token, so only without memory does it judge again.
    fn verifier(&self, remember: usize) -> Result<ConsentVerifier> {
        let mut settings = ConsentSettings::new(&self.issuer, &[&self.dsi], &[]);
        settings.require_id_token = false;
        settings.remember = remember;
        let now = self.now;
        let environment = Environment::new(Published(Arc::clone(&self.documents))).with_clock(move || now);
        ConsentVerifier::new(settings, environment)
            .ok()
            .context("the settings are refused")
    }

    /// Verifies the signature and nothing else, with a parsed key.
    fn bare(&self) -> Result<impl Fn() -> Result<()> + use<>> {
        let (signed, signature) = self.token.rsplit_once('.').context("not a token")?;
        let (header, _) = signed.split_once('.').context("not a token")?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
        let (signed, signature) = (signed.to_owned(), URL_SAFE_NO_PAD.decode(signature)?);
        let key = self.key(&header["kid"])?;
        Ok(move || {
            key.verify_sig(signed.as_bytes(), &signature)
                .ok()
                .context("not verified")
        })
    }

    fn key(&self, kid: &Value) -> Result<ParsedPublicKey> {
        let sets = self.documents.values().filter_map(|document| {
            let set: Value = serde_json::from_str(&document.body).ok()?;
            set["keys"].as_array().cloned()
        });
        let jwk = sets
            .flatten()
            .find(|jwk| jwk["kid"] == *kid)
            .context("no such key")?;
        let number = |name: &str| -> Result<Vec<u8>> {
            Ok(URL_SAFE_NO_PAD.decode(jwk[name].as_str().context("no RSA key")?)?)
        };
        RsaPublicKeyComponents {
            n: number("n")?,
            e: number("e")?,
        }
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .ok()
        .context("no RSA key")
    }
}

/// Documents from memory, in place of a network.
struct Published(Arc<HashMap<String, Document>>);

impl Fetch for Published {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        let answer = self.0.get(&request.url).map(|document| Response {
            status: document.status,
            headers: document.headers.clone().into_iter().collect(),
            body: document.body.clone().into_bytes(),
        });
        Box::pin(async move {
            answer.ok_or_else(|| FetchError(format!("nothing is published at {}", request.url)))
        })
    }
}
