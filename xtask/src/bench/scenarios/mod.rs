//! The scenarios, one file each.

mod memory;
mod start;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::report::Figure;

/// A scenario: its name on the command line and what measures it.
pub struct Scenario {
    /// As in `cargo xtask bench NAME`.
    pub name: &'static str,
    /// Measures with the release binary.
    pub measure: fn(&Path) -> Result<Vec<Figure>>,
}

/// Every scenario, in the order in which they run.
pub const SCENARIOS: [Scenario; 2] = [
    Scenario {
        name: "start",
        measure: start::measure,
    },
    Scenario {
        name: "memory",
        measure: memory::measure,
    },
];

/// A running demo that ends with this value.
struct Demo {
    child: Child,
}

impl Demo {
    /// Starts `consentry demo --json` on a free port of the loopback and waits for the line that says it is ready.
    fn start(binary: &Path, data: &Path) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take();
        // Held from here on, so that the process ends on every way out of this function.
        let demo = Self { child };
        let mut line = String::new();
        BufReader::new(stdout.context("the demo has no stdout")?).read_line(&mut line)?;
        if !line.starts_with('{') {
            bail!("the demo did not say that it is ready");
        }
        Ok(demo)
    }

    /// Process id.
    fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing left to do then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
