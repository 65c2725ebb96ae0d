//! Resident memory of a server that has nothing to do.

use anyhow::{Context, Result};

use super::Setup;
use crate::report::Figure;

/// Resident memory right after the server is ready, in MiB.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", demo.id()))
        .context("memory is read from /proc, which this system does not have")?;
    let kibibytes = resident(&status).context("/proc says nothing about resident memory")?;
    let value = f64::from(kibibytes) / 1_024.0;
    Ok(vec![Figure {
        scenario: "memory",
        engine: "sqlite",
        value,
        unit: "MiB",
        ..Figure::default()
    }])
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
