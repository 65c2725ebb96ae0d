//! Fetching consent tokens of a dataspace (`POST /Consent/GetToken`), with a request token that is shown again and again as applications
//! do: signed anew each time, beside bare signatures of all cores, and given again, beside a bare answer of the same size.

use std::{num::NonZero, thread};

use anyhow::{Context as _, Result};
use consentry_jose::{Algorithm, SigningKey};
use serde_json::{Value, json};

use super::{Setup, beside};
use crate::{
    demo::{Demo, Visitor},
    http::{Connection, Request},
    limits::{
        bare_http::BareHttp,
        signatures::{Bare, rate},
    },
    load::{HttpClient, Outcome},
    report::Figure,
};

const CLIENTS: usize = 64;

/// What ada shares.
const SOURCE: &str = "dpp://tax_office@northbay.example/Person/Income_v1.0";

/// Keeps no token, so that each is signed.
const SIGNED_ANEW: (&str, &str) = ("CONSENTRY__SERVER__SIGNED_TOKENS", "0");

/// Both.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    Ok(vec![fresh(setup)?, repeated(setup)?])
}

fn fresh(setup: &Setup) -> Result<Figure> {
    let scratch = setup.scratch()?;
    let demo = Demo::start_with_setting(&setup.binary, &scratch.path().join("data"), SIGNED_ANEW)?;
    let asked = Asked::prepare(&demo)?;
    let bare = Bare::of(&SigningKey::generate(Algorithm::Rs256)?)?;
    let message = vec![b'x'; asked.token()?.len()];
    let (limit, ours) = setup.turns(|| signatures(setup, &bare, &message), || asked.load(setup, &demo))?;
    Ok(beside("portable-token", ours, limit.per_second))
}

fn repeated(setup: &Setup) -> Result<Figure> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let asked = Asked::prepare(&demo)?;
    let bare = BareHttp::start(asked.answer.len())?;
    let (limit, ours) = setup.turns(
        || bare.measure(setup.load(CLIENTS), &asked.request),
        || asked.load(setup, &demo),
    )?;
    Ok(beside("portable-token-again", ours, limit.per_second))
}

/// How often all cores together sign.
fn signatures(setup: &Setup, bare: &Bare, message: &[u8]) -> Result<Outcome> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let rates: Result<Vec<f64>> = thread::scope(|scope| {
        let signing: Vec<_> = (0..cores)
            .map(|_| scope.spawn(|| rate(setup.window, || bare.sign(message))))
            .collect();
        let rates = signing.into_iter().map(std::thread::ScopedJoinHandle::join);
        rates
            .map(|rate| rate.ok().context("signing stopped").flatten())
            .collect()
    });
    Ok(Outcome {
        answers: 0,
        per_second: rates?.iter().sum(),
        p50_ms: 0.0,
        p99_ms: 0.0,
    })
}

/// A request that is answered with a token, and the answer.
struct Asked {
    request: Request,
    answer: Vec<u8>,
}

impl Asked {
    /// Ada agrees, and a token is fetched.
    fn prepare(demo: &Demo) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(Self::agreed(demo))
    }

    async fn agreed(demo: &Demo) -> Result<Self> {
        let address = demo.address()?;
        let mut connection = Connection::open(address).await?;
        let asked = Request::new("GET", "/demo/api/moneytrack/request-token", address);
        let answer = connection.send(&asked.bytes()).await?;
        answer.expect(200)?;
        let statement = std::str::from_utf8(answer.body)?.to_owned();
        let post = |path: &str, body: &Value| {
            Request::new("POST", path, address)
                .header("x-consent-request-token", &statement)
                .body("application/json", body.to_string())
        };
        let wanted = json!({ "consentRequests": [{ "dataSource": SOURCE, "required": true }] });
        let answer = connection
            .send(&post("/Consent/RequestConsents", &wanted).bytes())
            .await?;
        answer.expect(201)?;
        let page: Value = serde_json::from_slice(answer.body)?;
        let page = page["requestUrl"].as_str().context("there is no page")?;
        let path = page
            .strip_prefix(demo.fact("/base_url")?)
            .context("the page is elsewhere")?;
        Visitor::new(demo).await?.share(path, SOURCE).await?;
        let request = post("/Consent/GetToken", &json!({ "dataSource": SOURCE }));
        let answer = connection.send(&request.bytes()).await?;
        answer.expect(200)?;
        Ok(Self {
            answer: answer.body.to_vec(),
            request,
        })
    }

    /// The token itself.
    fn token(&self) -> Result<String> {
        let answer: Value = serde_json::from_slice(&self.answer)?;
        let token = answer["consentToken"].as_str();
        Ok(token
            .with_context(|| format!("there is no token: {answer}"))?
            .to_owned())
    }

    fn load(&self, setup: &Setup, demo: &Demo) -> Result<Outcome> {
        let (address, bytes) = (demo.address()?, self.request.bytes());
        setup.load(CLIENTS).run(async |_| {
            let bytes = bytes.clone();
            HttpClient::open(address, 200, move || bytes.clone()).await
        })
    }
}
