//! A command that runs to its end: how long it takes, and the most memory it had.

use std::{process::Child, time::Duration};

use anyhow::{Context as _, Result, ensure};

use crate::{clock, report::Figure};

/// A figure of memory.
pub(super) fn mebibytes(scenario: &'static str, kibibytes: u32) -> Figure {
    Figure {
        scenario,
        engine: "sqlite",
        value: f64::from(kibibytes) / 1_024.0,
        unit: "MiB",
        ..Figure::default()
    }
}

/// The most memory that a program had until its end, in KiB, and how long it ran.
#[expect(
    clippy::disallowed_methods,
    reason = "a program that is asked more often is measured less"
)]
pub(super) fn watched(child: &mut Child) -> Result<(u32, Duration)> {
    let path = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let (status, took) = clock::timed(|| {
        loop {
            if let Ok(status) = std::fs::read_to_string(&path) {
                most = most.max(peak(&status).unwrap_or(0));
            }
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                ended => break ended,
            }
        }
    });
    let status = status?.context("the program did not end")?;
    ensure!(status.success(), "the program ended with {status}");
    ensure!(most > 0, "/proc says nothing about memory");
    Ok((most, took))
}

fn peak(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::peak;

    #[test]
    fn the_peak_of_memory_is_read_from_the_status_of_a_process() {
        assert_eq!(peak("VmHWM:\t   39000 kB\nVmRSS:\t   31456 kB\n"), Some(39_000));
        assert_eq!(peak("Threads:\t4\n"), None);
    }
}
