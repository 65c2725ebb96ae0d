//! From an authorization request of somebody who is logged in and has consented, over the code, to tokens. The limit is made of the
//! parts that no implementation can leave out: two answers, two durable commits of the very rows this wrote, two signatures.

use std::{path::Path, rc::Rc};

use anyhow::{Context as _, Result};
use consentry_jose::{Algorithm, Limits, SigningKey, decode};
use serde_json::Value;

use super::{Setup, beside, spread};
use crate::{
    demo::{Demo, Visitor, code_in},
    http::{Connection, Request},
    limits::{
        bare_http::BareHttp,
        group_commit::{Gained, copy},
        signatures::{Bare, rate},
    },
    load::{Ask, Outcome, better},
    report::Figure,
};

const CLIENTS: usize = 16;

/// Size of the message under a token's signature, in bytes.
const MESSAGE: usize = 600;

/// Size of a bare answer, in bytes: about that of the tokens.
const ANSWER: usize = 2_000;

/// The flow and its parts, turn by turn.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = Rc::new(setup.demo(&scratch)?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (cookies, algorithms) = runtime.block_on(log_in(&demo))?;
    let bares: Vec<_> = algorithms
        .iter()
        .map(|algorithm| Bare::of(&SigningKey::generate(*algorithm)?))
        .collect::<Result<_>>()?;
    let bare = BareHttp::start(ANSWER)?;
    let load = setup.load(CLIENTS);
    let asking = Request::new("GET", &demo.authorization()?, demo.address()?);
    let mut parts = Parts::default();
    let mut ours: Option<Outcome> = None;
    let [before, after] = ["before.db", "after.db"].map(|name| scratch.path().join(name));
    for _ in 0..setup.rounds {
        parts.answers = parts.answers.max(bare.measure(load, &asking)?.per_second);
        parts.signed(setup, &bares)?;
        copy(&demo.ledger(), &before)?;
        let flows = load.run(async |_| Flow::open(&demo, &cookies).await)?;
        copy(&demo.ledger(), &after)?;
        parts.committed(&before, &after, flows, setup, scratch.path())?;
        ours = Some(ours.map_or(flows, |best| better(best, flows)));
        std::fs::remove_file(&before)?;
        std::fs::remove_file(&after)?;
    }
    let ours = ours.context("no round was run")?;
    let half = load.run_at(ours.per_second / 2.0, async |_| Flow::open(&demo, &cookies).await)?;
    Ok(vec![
        beside("code-flow", ours, parts.composite()),
        spread("code-flow-half", half),
    ])
}

/// How often each part can be done in a second.
#[derive(Default)]
struct Parts {
    answers: f64,
    commits: f64,
    /// Seconds of all signatures of one flow, on one of the two cores.
    signing: f64,
}

impl Parts {
    fn signed(&mut self, setup: &Setup, bares: &[Bare]) -> Result<()> {
        let message = [b'x'; MESSAGE];
        let rate = rate(setup.window / 4, || {
            bares.iter().try_for_each(|bare| bare.sign(&message))
        })?;
        let best = 1.0 / rate;
        self.signing = if self.signing == 0.0 {
            best
        } else {
            self.signing.min(best)
        };
        Ok(())
    }

    fn committed(
        &mut self,
        before: &Path,
        after: &Path,
        flows: Outcome,
        setup: &Setup,
        folder: &Path,
    ) -> Result<()> {
        let gained = Gained::between(before, after, flows.answers * 2)?;
        let commits = gained.measure(setup.load(CLIENTS), folder)?;
        self.commits = self.commits.max(commits.per_second);
        Ok(())
    }

    /// Two answers, two commits; signatures can be made on both cores at once.
    fn composite(&self) -> f64 {
        1.0 / (2.0 / self.answers + 2.0 / self.commits + self.signing / 2.0)
    }
}

/// Logs Ada in and lets her approve; answers her cookies and what signs the tokens that an app gets.
async fn log_in(demo: &Demo) -> Result<(String, Vec<Algorithm>)> {
    let mut ada = Visitor::new(demo).await?;
    let code = ada.approve().await?;
    let mut connection = Connection::open(demo.address()?).await?;
    let answer = connection.send(&demo.redemption(&code)?.bytes()).await?;
    answer.expect(200)?;
    let tokens: Value = serde_json::from_slice(answer.body)?;
    let algorithms = ["access_token", "id_token"]
        .iter()
        .map(|name| {
            let token = tokens[name].as_str().with_context(|| format!("no {name}"))?;
            let unverified = decode(token, Limits::default())?;
            Ok(unverified.header.alg)
        })
        .collect::<Result<_>>()?;
    Ok((ada.cookies(), algorithms))
}

/// An app with a user who has consented.
struct Flow {
    demo: Rc<Demo>,
    connection: Connection,
    asking: Vec<u8>,
}

impl Flow {
    async fn open(demo: &Rc<Demo>, cookies: &str) -> Result<Self> {
        let asking = Request::new("GET", &demo.authorization()?, demo.address()?)
            .header("accept", "text/html")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", cookies);
        Ok(Self {
            demo: Rc::clone(demo),
            connection: Connection::open(demo.address()?).await?,
            asking: asking.bytes(),
        })
    }
}

impl Ask for Flow {
    async fn ask(&mut self) -> Result<bool> {
        let answer = self.connection.send(&self.asking).await?;
        answer.expect(303)?;
        let location = answer
            .headers("location")?
            .pop()
            .context("a redirect to nowhere")?;
        let redemption = self.demo.redemption(&code_in(&location)?)?;
        self.connection.send(&redemption.bytes()).await?.expect(200)?;
        Ok(true)
    }
}
