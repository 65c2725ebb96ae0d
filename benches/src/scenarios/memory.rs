//! Resident memory of a server that has nothing to do, and the size of the binary.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Setup, free_address};
use crate::{demo::Demo, report::Figure};

/// In MiB, right after the server is ready: with what it needs already there, and after a first start, which hashes the demo's
/// passwords.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let listen = free_address()?;
    let first = once(setup, scratch.path(), &listen)?;
    let again = once(setup, scratch.path(), &listen)?;
    let figure = |scenario, value| Figure {
        scenario,
        engine: "sqlite",
        value,
        unit: "MiB",
        ..Figure::default()
    };
    let binary = std::fs::metadata(&setup.binary)?.len();
    // A binary is never so large that a float would not say its size to the KiB.
    let binary = f64::from(u32::try_from(binary / 1_024)?) / 1_024.0;
    Ok(vec![
        figure("memory", again),
        figure("memory-first", first),
        figure("binary", binary),
    ])
}

fn once(setup: &Setup, data: &Path, listen: &str) -> Result<f64> {
    of(&Demo::start_at(&setup.binary, data, listen)?)
}

/// What a running server has now, in MiB.
pub(super) fn of(demo: &Demo) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", demo.id()))
        .context("memory is read from /proc, which this system does not have")?;
    let kibibytes = resident(&status).context("/proc says nothing about resident memory")?;
    Ok(f64::from(kibibytes) / 1_024.0)
}

/// Resident memory in KiB, from `/proc/PID/status`.
fn resident(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::resident;

    #[test]
    fn resident_memory_is_read_from_the_status_of_a_process() {
        assert_eq!(
            resident("VmHWM:\t   39000 kB\nVmRSS:\t   31456 kB\nThreads:\t4\n"),
            Some(31_456)
        );
        assert_eq!(resident("Threads:\t4\n"), None);
    }
}
