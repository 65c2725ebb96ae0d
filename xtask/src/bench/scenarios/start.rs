//! From starting the binary to its word that it is ready: with keys to make, and with keys that exist.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::Demo;
use crate::bench::report::Figure;

const RUNS: u32 = 7;

/// The best of several starts. A first start makes keys, so each of those gets a folder of its own.
pub fn measure(binary: &Path) -> Result<Vec<Figure>> {
    let mut first = f64::INFINITY;
    let mut again = f64::INFINITY;
    for _ in 0..RUNS {
        let folder = tempfile::tempdir()?;
        first = first.min(once(binary, folder.path())?);
        again = again.min(once(binary, folder.path())?);
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
#[expect(clippy::disallowed_methods, reason = "measures how long a start takes")]
fn once(binary: &Path, data: &Path) -> Result<f64> {
    let start = Instant::now();
    let demo = Demo::start(binary, data)?;
    let took = start.elapsed().as_secs_f64() * 1_000.0;
    drop(demo);
    Ok(took)
}
