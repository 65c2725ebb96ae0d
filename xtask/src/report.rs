//! What steps came to: every step runs, so that one run names all that is wrong; the last lines say which failed and how long
//! each took.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What the steps came to.
#[derive(Default)]
pub struct Report {
    passed: Vec<(&'static str, Duration)>,
    failed: Vec<(&'static str, anyhow::Error)>,
}

impl Report {
    /// Does a step, and goes on whatever comes of it.
    pub fn add(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        println!("── {name}");
        let (result, took) = timed(step);
        match result {
            Ok(()) => self.passed.push((name, took)),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                self.failed.push((name, error));
            }
        }
    }

    /// Says what passed, how long each step took, and what failed; fails when anything did.
    pub fn conclude(self) -> Result<()> {
        let passed: Vec<_> = self
            .passed
            .iter()
            .map(|(name, took)| format!("{name} {:.1} s", took.as_secs_f64()))
            .collect();
        println!("── passed: {}", passed.join(", "));
        if self.failed.is_empty() {
            return Ok(());
        }
        for (name, error) in &self.failed {
            eprintln!("── failed: {name}: {error:#}");
        }
        bail!(
            "{} of {} steps failed",
            self.failed.len(),
            self.failed.len() + self.passed.len()
        )
    }
}

#[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::Report;

    #[test]
    fn one_failed_step_fails_the_whole_and_stops_none() {
        let mut report = Report::default();
        let mut ran = Vec::new();
        report.add("first", || bail!("broken"));
        report.add("second", || {
            ran.push("second");
            Ok(())
        });
        assert_eq!(report.conclude().unwrap_err().to_string(), "1 of 2 steps failed");
        assert_eq!(ran, ["second"]);
    }
}
