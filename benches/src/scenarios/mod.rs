//! The scenarios, one file each.

mod apply;
mod check;
mod code_flow;
mod dashboard;
mod exchange;
mod grant;
mod grant_postgres;
mod growth;
mod introspect;
mod isolation;
mod logins;
mod memory;
mod portable_token;
mod preferences;
mod read_record;
mod refresh;
mod revocation_lag;
mod sign;
mod start;
mod verify_sdk;
mod watched;

use std::{net::TcpListener, path::PathBuf, time::Duration};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    demo::Demo,
    load::{Load, Outcome, better},
    report::Figure,
};

/// A scenario: its name on the command line and what measures it.
pub struct Scenario {
    /// As in `cargo xtask bench NAME`.
    pub name: &'static str,
    /// Measures.
    pub measure: fn(&Setup) -> Result<Vec<Figure>>,
}

/// Every scenario, in the order in which they run.
pub const SCENARIOS: [Scenario; 25] = [
    Scenario {
        name: "start",
        measure: start::measure,
    },
    Scenario {
        name: "memory",
        measure: memory::measure,
    },
    Scenario {
        name: "sign",
        measure: sign::measure,
    },
    Scenario {
        name: "verify-sdk",
        measure: verify_sdk::measure,
    },
    Scenario {
        name: "portable-token",
        measure: portable_token::measure,
    },
    Scenario {
        name: "grant",
        measure: grant::many,
    },
    Scenario {
        name: "grant-one",
        measure: grant::one,
    },
    Scenario {
        name: "grant-postgres",
        measure: grant_postgres::measure,
    },
    Scenario {
        name: "check",
        measure: check::warm,
    },
    Scenario {
        name: "check-cold",
        measure: check::cold,
    },
    Scenario {
        name: "introspect",
        measure: introspect::measure,
    },
    Scenario {
        name: "read-record",
        measure: read_record::measure,
    },
    Scenario {
        name: "code-flow",
        measure: code_flow::measure,
    },
    Scenario {
        name: "refresh",
        measure: refresh::measure,
    },
    Scenario {
        name: "introspect-logins",
        measure: logins::measure,
    },
    Scenario {
        name: "revocation-lag",
        measure: revocation_lag::measure,
    },
    Scenario {
        name: "isolation",
        measure: isolation::measure,
    },
    Scenario {
        name: "preferences-save",
        measure: preferences::save,
    },
    Scenario {
        name: "preferences-status",
        measure: preferences::status,
    },
    Scenario {
        name: "import-events",
        measure: exchange::import,
    },
    Scenario {
        name: "export-users",
        measure: exchange::export,
    },
    Scenario {
        name: "apply",
        measure: apply::measure,
    },
    Scenario {
        name: "dashboard-page",
        measure: dashboard::page,
    },
    Scenario {
        name: "redeem",
        measure: dashboard::redeem,
    },
    Scenario {
        name: "growth",
        measure: growth::measure,
    },
];

/// What all scenarios are measured with.
#[derive(Debug)]
pub struct Setup {
    /// The binary.
    pub binary: PathBuf,
    /// Folder on the disk that is measured.
    pub folder: PathBuf,
    /// How long one measurement takes.
    pub window: Duration,
    /// How often limit and product are measured, turn by turn; the best of each counts.
    pub rounds: u32,
    /// Records of a large ledger.
    pub records: u64,
}

impl Setup {
    /// A folder that vanishes, on the disk that is measured.
    fn scratch(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(&self.folder)?)
    }

    /// A demo in such a folder.
    fn demo(&self, scratch: &TempDir) -> Result<Demo> {
        Demo::start(&self.binary, &scratch.path().join("data"))
    }

    /// Load of so many clients.
    const fn load(&self, clients: usize) -> Load {
        Load {
            clients,
            window: self.window,
        }
    }

    /// Measures the limit and the product turn by turn, so that whatever else this machine does disturbs both.
    fn turns(
        &self,
        mut limit: impl FnMut() -> Result<Outcome>,
        mut ours: impl FnMut() -> Result<Outcome>,
    ) -> Result<(Outcome, Outcome)> {
        let mut best = (limit()?, ours()?);
        for _ in 1..self.rounds {
            best = (better(best.0, limit()?), better(best.1, ours()?));
        }
        Ok(best)
    }
}

/// An address that was free a moment ago, for a demo that is started twice in one folder.
fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// How long the slowest of a hundred answers takes, beside the median of the same.
fn spread(scenario: &'static str, ours: Outcome) -> Figure {
    Figure {
        scenario,
        engine: "sqlite",
        value: ours.p99_ms,
        unit: "ms",
        limit: Some(ours.p50_ms),
        ratio: Some(ours.p99_ms / ours.p50_ms),
        p50_ms: Some(ours.p50_ms),
        p99_ms: Some(ours.p99_ms),
        records: None,
    }
}

/// A rate beside its limit.
fn beside(scenario: &'static str, ours: Outcome, limit: f64) -> Figure {
    Figure {
        scenario,
        engine: "sqlite",
        value: ours.per_second,
        unit: "/s",
        limit: Some(limit),
        ratio: Some(ours.per_second / limit),
        p50_ms: Some(ours.p50_ms),
        p99_ms: Some(ours.p99_ms),
        records: None,
    }
}
