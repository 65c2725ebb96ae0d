//! Recording a decision on PostgreSQL, beside two limits on the same server: the same rows written in batches by one connection, and
//! one by one by `pgbench`.

use anyhow::Result;

use super::{
    Setup,
    grant::{CLIENTS, Decisions},
};
use crate::{
    limits::batched_inserts::Gained,
    load::{Outcome, better},
    report::Figure,
    server::Server,
};

/// The database of the ledger.
const DATABASE: &str = "ledger";

/// Clients of `pgbench`.
const ONE_BY_ONE: usize = 16;

/// Many clients at once.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let server = Server::start(&setup.folder, DATABASE)?;
    let scratch = setup.scratch()?;
    let demo = setup
        .demo(&scratch)?
        .moved_to(&setup.binary, &server.url(DATABASE))?;
    let decisions = Decisions::begin(&demo, setup)?;
    let load = setup.load(CLIENTS);
    let mut best: Option<(Outcome, Outcome, f64)> = None;
    for _ in 0..setup.rounds {
        let mut gained = Gained::begin(&server, DATABASE)?;
        // What was written to look at it is on the disk before anything is measured.
        server.execute(DATABASE, "CHECKPOINT")?;
        let ours = decisions.record(load)?;
        gained.end(ours.answers)?;
        let batched = gained.batched(load)?;
        let single = gained.one_by_one(ONE_BY_ONE)?;
        best = Some(match best {
            Some((best_ours, best_batched, best_single)) => (
                better(best_ours, ours),
                better(best_batched, batched),
                best_single.max(single),
            ),
            None => (ours, batched, single),
        });
    }
    Ok(best
        .map(|(ours, batched, single)| {
            vec![
                beside("grant-postgres", ours, batched.per_second),
                beside("grant-one-by-one", ours, single),
            ]
        })
        .unwrap_or_default())
}

fn beside(scenario: &'static str, ours: Outcome, limit: f64) -> Figure {
    Figure {
        engine: "postgres",
        ..super::beside(scenario, ours, limit)
    }
}
