//! From starting the binary to its word that it is ready: with keys to make, and with keys that exist.

use std::path::Path;

use anyhow::Result;

use super::{Setup, free_address};
use crate::{clock, demo::Demo, report::Figure};

/// The best of several starts. A first start makes keys and the demo's people, so each of those gets a folder of its own.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let mut first = f64::INFINITY;
    let mut again = f64::INFINITY;
    for _ in 0..setup.rounds {
        let scratch = setup.scratch()?;
        let listen = free_address()?;
        first = first.min(once(&setup.binary, scratch.path(), &listen)?);
        again = again.min(once(&setup.binary, scratch.path(), &listen)?);
    }
    let figure = |scenario, value| Figure {
        scenario,
        engine: "sqlite",
        value,
        unit: "ms",
        ..Figure::default()
    };
    Ok(vec![figure("start", again), figure("start-first", first)])
}

/// Milliseconds of one start.
fn once(binary: &Path, data: &Path, listen: &str) -> Result<f64> {
    let (demo, took) = clock::timed(|| Demo::start_at(binary, data, listen));
    drop(demo?);
    Ok(took.as_secs_f64() * 1_000.0)
}
