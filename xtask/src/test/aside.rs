//! Tests that keep one core busy at most and share nothing with the others: they run in a process of their own beside those, and what they
//! print is shown when they have ended.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Tests that run beside others. Dropped before its end, it is ended.
pub struct Aside {
    child: Child,
    log: PathBuf,
}

impl Aside {
    /// Starts `cargo xtask test beside`.
    pub fn start(workspace: &Workspace) -> Result<Self> {
        let log = workspace.target().join("beside.log");
        let written = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = Command::new(std::env::current_exe()?)
            .args(["test", "beside"])
            .current_dir(workspace.root())
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .context("cannot start the tests that run beside others")?;
        Ok(Self { child, log })
    }

    /// Waits for the end, shows what was printed, and fails when it failed.
    pub fn conclude(mut self) -> Result<()> {
        let status = self.child.wait()?;
        print!("{}", std::fs::read_to_string(&self.log)?);
        if !status.success() {
            bail!("see above");
        }
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing left to do then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
