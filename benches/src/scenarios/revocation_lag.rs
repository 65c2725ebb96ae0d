//! From the answer of a revocation to the moment when somebody acts on it: the node that answered, another node, a reader of the event
//! stream there, and a receiver of webhooks, beside the time that the database itself takes to tell another connection.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Setup;
use crate::{
    clock,
    demo::{Demo, Node},
    http::{Connection, Request, Watching},
    limits::notification,
    postgres::Postgres,
    receiver::{Hearing, endpoint},
    report::Figure,
};

/// Revocations that are measured.
const TIMES: usize = 200;

/// What no revocation may take, to another node and to a reader, in milliseconds.
const BOUND_MS: f64 = 1_000.0;

/// What none may take to a receiver of webhooks that is well, in milliseconds.
const WEBHOOK_BOUND_MS: f64 = 2_000.0;

/// Name of that figure.
const WEBHOOK: &str = "lag-webhook";

/// The audience of the records.
const AUDIENCE: &str = "lagging-shop";

/// Delays in milliseconds.
#[derive(Default)]
struct Lags {
    elsewhere: Vec<f64>,
    streamed: Vec<f64>,
    delivered: Vec<f64>,
}

/// On SQLite, where one node is all; and on two nodes where PostgreSQL is installed.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let times = if setup.rounds > 1 { TIMES } else { 5 };
    let mut figures = Vec::new();
    {
        let scratch = setup.scratch()?;
        let demo = setup.demo(&scratch)?;
        let lags = lags(&demo, None, times)?;
        figures.push(figure("lag-same-node", vec![0.0; times]));
        figures.push(figure("lag-stream", lags.streamed));
        figures.push(figure(WEBHOOK, lags.delivered));
    }
    let Some(postgres) = Postgres::start()? else {
        eprintln!("revocation-lag: PostgreSQL is not installed, so there is no second node");
        return judged(setup, figures);
    };
    let url = postgres.url();
    let scratch = setup.scratch()?;
    let demo = Demo::start_in(&setup.binary, &scratch.path().join("data"), &url)?;
    let other = demo.another_node(&setup.binary, &url)?;
    let Lags {
        elsewhere,
        streamed,
        delivered,
    } = lags(&demo, Some(&other), times)?;
    let limit = percentile(&mut notification::measure(&url, times)?, 50);
    let beside = |figure: Figure| Figure {
        engine: "postgres",
        limit: Some(limit),
        ratio: figure.p50_ms.map(|p50| p50 / limit),
        ..figure
    };
    figures.push(Figure {
        engine: "postgres",
        ..figure("lag-same-node", vec![0.0; times])
    });
    figures.push(beside(figure("lag-other-node", elsewhere)));
    figures.push(beside(figure("lag-stream", streamed)));
    figures.push(beside(figure(WEBHOOK, delivered)));
    judged(setup, figures)
}

/// The worst is what counts here, so it is the value.
fn figure(scenario: &'static str, mut delays: Vec<f64>) -> Figure {
    Figure {
        scenario,
        engine: "sqlite",
        value: percentile(&mut delays, 100),
        unit: "ms worst",
        p50_ms: Some(percentile(&mut delays, 50)),
        p99_ms: Some(percentile(&mut delays, 99)),
        ..Figure::default()
    }
}

/// Figures of a moment mean nothing and are not judged.
fn judged(setup: &Setup, figures: Vec<Figure>) -> Result<Vec<Figure>> {
    for figure in &figures {
        let bound = if figure.scenario == WEBHOOK {
            WEBHOOK_BOUND_MS
        } else {
            BOUND_MS
        };
        ensure!(
            setup.rounds == 1 || figure.value <= bound,
            "{} on {} took {} ms",
            figure.scenario,
            figure.engine,
            figure.value
        );
    }
    Ok(figures)
}

fn percentile(delays: &mut [f64], percent: usize) -> f64 {
    delays.sort_by(f64::total_cmp);
    let last = delays.len().saturating_sub(1);
    delays.get(last * percent / 100).copied().unwrap_or_default()
}

/// Grants and revokes one consent again and again. The reader of the stream is at the other node where there is one.
fn lags(demo: &Demo, other: Option<&Node>, times: usize) -> Result<Lags> {
    let address = demo.address()?;
    let away = other.map_or(address, Node::address);
    let client = "/authorization/first_party";
    let (id, secret) = (
        demo.fact(&format!("{client}/client_id"))?,
        demo.fact(&format!("{client}/client_secret"))?,
    );
    let stream = Request::new("GET", "/events/v1/stream?types=consent.revoked", address)
        .basic(id, secret)
        .bytes();
    let arrivals = Watching::start(away, stream, "consentry.consent.revoked")?;
    let question = json!({
        "subject": { "type": "user", "id": demo.fact("/users/0/username")? },
        "action": { "name": "use" },
        "resource": { "type": "definition", "id": "share-my-email" },
        "context": { "audience": AUDIENCE },
    });
    let check = Request::new("POST", "/access/v1/evaluation", address)
        .basic(id, secret)
        .body("application/json", question.to_string())
        .bytes();
    let receiver = Hearing::start(Duration::ZERO)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (mut here, mut there) = (Connection::open(address).await?, Connection::open(away).await?);
        let revocations = json!({ "types": ["consent.revoked"], "filters": { "audience": [AUDIENCE] } });
        endpoint(demo, &mut here, &receiver.url, &revocations).await?;
        let record = made(demo, &mut here).await?;
        let mut lags = Lags::default();
        for _ in 0..times {
            set(demo, &mut here, &record, "accepted").await?;
            while !permits(&mut there, &check).await? {}
            set(demo, &mut here, &record, "revoked").await?;
            let answered = clock::now();
            ensure!(
                !permits(&mut here, &check).await?,
                "the node that answered still permits"
            );
            if other.is_some() {
                while permits(&mut there, &check).await? {}
                lags.elsewhere
                    .push(milliseconds(clock::now().saturating_duration_since(answered)));
            }
            let arrived = arrivals
                .recv_timeout(Duration::from_secs(10))
                .context("the stream told nothing")?;
            lags.streamed
                .push(milliseconds(arrived.saturating_duration_since(answered)));
            let came = receiver.came.recv_timeout(Duration::from_secs(10));
            let came = came.context("the receiver of webhooks was told nothing")?;
            lags.delivered
                .push(milliseconds(came.saturating_duration_since(answered)));
        }
        Ok(lags)
    })
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

async fn permits(connection: &mut Connection, check: &[u8]) -> Result<bool> {
    let answer = connection.send(check).await?;
    answer.expect(200)?;
    let decided: Value = serde_json::from_slice(answer.body)?;
    Ok(decided["decision"] == true)
}

/// The path of a new record of the person.
async fn made(demo: &Demo, connection: &mut Connection) -> Result<String> {
    let user = demo.fact("/users/0/username")?;
    let body = json!({
        "status": "accepted", "subject": user, "actor": user, "audience": AUDIENCE,
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    });
    let request = demo
        .records("POST", "/consents")?
        .body("application/json", body.to_string());
    let answer = connection.send(&request.bytes()).await?;
    answer.expect(201)?;
    let record: Value = serde_json::from_slice(answer.body)?;
    let id = record["id"].as_str().context("a record without id")?;
    Ok(format!("/consents/{id}"))
}

async fn set(demo: &Demo, connection: &mut Connection, path: &str, status: &str) -> Result<()> {
    let body = json!({ "status": status }).to_string();
    let request = demo.records("PATCH", path)?.body("application/json", body);
    connection.send(&request.bytes()).await?.expect(200)
}
