//! Receivers that are slow or gone, with ten thousand messages each that wait for them, beside a healthy one and beside decisions: what the
//! healthy one's messages take, and how many decisions are recorded, with them and without, in turn.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::{
    Setup,
    grant::{CLIENTS, Decisions},
};
use crate::{
    clock,
    demo::Demo,
    http::{Connection, Request},
    load::{Outcome, better},
    receiver::{Hearing, endpoint, webhooks},
    report::Figure,
};

/// Messages that wait for each of the two.
const WAITING: u64 = 10_000;

/// How long the slow one takes for an answer.
const SLOW: Duration = Duration::from_secs(2);

/// Messages to the healthy one that are measured each time.
const TIMES: usize = 20;

/// What they may delay a healthy receiver by, in milliseconds.
const BOUND_MS: f64 = 1_000.0;

/// What of decisions has to be left.
const LEAST: f64 = 0.9;

/// The audience of the records that the healthy one is told of.
const AUDIENCE: &str = "healthy-shop";

/// Measures both.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let decisions = Decisions::begin(&demo, setup)?;
    let (healthy, slow) = (Hearing::start(Duration::ZERO)?, Hearing::start(SLOW)?);
    // Bound a moment ago and let go: nobody answers there.
    let gone = format!("http://{}/hook", super::free_address()?);
    let is_judged = setup.rounds > 1;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let all = json!({ "order": "none", "max_in_flight": 64 });
    let lame = runtime.block_on(async {
        let mut connection = Connection::open(demo.address()?).await?;
        let own = json!({ "types": ["consent.*"], "filters": { "audience": [AUDIENCE] } });
        endpoint(&demo, &mut connection, &healthy.url, &own).await?;
        let slow = endpoint(&demo, &mut connection, &slow.url, &all).await?;
        let gone = endpoint(&demo, &mut connection, &gone, &all).await?;
        anyhow::Ok([slow, gone])
    })?;
    let until = decisions.made() + if is_judged { WAITING } else { 100 };
    while decisions.made() < until {
        let _waiting = decisions.record(setup.load(CLIENTS))?;
    }
    let mut best: Option<(Outcome, Outcome)> = None;
    let (mut alone_ms, mut beside_ms) = (Vec::new(), Vec::new());
    let times = if is_judged { TIMES } else { 2 };
    for _ in 0..setup.rounds {
        runtime.block_on(switch(&demo, &lame, "disable"))?;
        let alone = decisions.record(setup.load(CLIENTS))?;
        runtime.block_on(lags(&demo, &healthy, times, ("alone", &mut alone_ms)))?;
        runtime.block_on(switch(&demo, &lame, "enable"))?;
        let beside = decisions.record(setup.load(CLIENTS))?;
        runtime.block_on(lags(&demo, &healthy, times, ("beside", &mut beside_ms)))?;
        best = Some(match best {
            Some((best_alone, best_beside)) => (better(best_alone, alone), better(best_beside, beside)),
            None => (alone, beside),
        });
    }
    let (alone, beside) = best.context("no round")?;
    let ratio = beside.per_second / alone.per_second;
    let (worst_alone, worst) = (percentile(&mut alone_ms, 100), percentile(&mut beside_ms, 100));
    ensure!(
        !is_judged || ratio >= LEAST,
        "beside lame receivers {:.0} decisions a second are left of {:.0}",
        beside.per_second,
        alone.per_second
    );
    ensure!(
        !is_judged || worst <= worst_alone + BOUND_MS,
        "a healthy receiver waited {worst:.0} ms beside lame ones, {worst_alone:.0} ms without"
    );
    Ok(vec![
        super::beside("isolation-grant", beside, alone.per_second),
        Figure {
            scenario: "isolation-webhook",
            engine: "sqlite",
            value: worst,
            unit: "ms worst",
            limit: Some(worst_alone),
            ratio: Some(worst / worst_alone),
            p50_ms: Some(percentile(&mut beside_ms, 50)),
            p99_ms: Some(percentile(&mut beside_ms, 99)),
            ..Figure::default()
        },
    ])
}

async fn switch(demo: &Demo, endpoints: &[String], how: &str) -> Result<()> {
    let mut connection = Connection::open(demo.address()?).await?;
    for id in endpoints {
        let request = webhooks(demo, "POST", &format!("/endpoints/{id}/{how}"))?;
        connection.send(&request.bytes()).await?.expect(200)?;
    }
    Ok(())
}

/// From the answer of a decision to the message about it, again and again.
async fn lags(demo: &Demo, healthy: &Hearing, times: usize, (of, lags): (&str, &mut Vec<f64>)) -> Result<()> {
    let mut connection = Connection::open(demo.address()?).await?;
    for _ in 0..times {
        let request = decision(demo, &format!("{of}-{}", lags.len()))?;
        connection.send(&request.bytes()).await?.expect(201)?;
        let answered = clock::now();
        let came = healthy.came.recv_timeout(Duration::from_secs(30));
        let came = came.context("the healthy receiver was told nothing")?;
        lags.push(came.saturating_duration_since(answered).as_secs_f64() * 1_000.0);
    }
    Ok(())
}

/// A record of somebody who has none.
fn decision(demo: &Demo, person: &str) -> Result<Request> {
    let body = json!({
        "status": "accepted", "subject": person, "audience": AUDIENCE,
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        "titleText": "Your e-mail address", "dataText": "The address you gave us",
        "purposeText": "So that the shop can write to you",
    });
    let request = demo.records("POST", "/consents")?;
    Ok(request.body("application/json", body.to_string()))
}

fn percentile(delays: &mut [f64], percent: usize) -> f64 {
    delays.sort_by(f64::total_cmp);
    let last = delays.len().saturating_sub(1);
    delays.get(last * percent / 100).copied().unwrap_or_default()
}
