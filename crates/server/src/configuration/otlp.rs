//! `[telemetry.otlp]`: where traces and logs go, beside the lines on stderr.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A collector that takes OTLP over HTTP. Nothing is sent where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpSection {
    /// Its address, such as `http://collector.internal:4318`; `/v1/traces` and `/v1/logs` are below it. None: off.
    pub url: Option<String>,
    /// Whether what is done for each request is sent.
    pub traces: bool,
    /// Whether log lines are sent.
    pub logs: bool,
    /// How many of a hundred traces are sent.
    pub sample_percent: u8,
    /// The name of this service there.
    pub service_name: String,
    /// File with what `Authorization` says, such as `Bearer …`.
    pub authorization_file: Option<PathBuf>,
}

impl OtlpSection {
    /// Whether a collector gets traces.
    pub const fn sends_traces(&self) -> bool {
        self.url.is_some() && self.traces
    }
}

impl Default for OtlpSection {
    fn default() -> Self {
        Self {
            url: None,
            traces: true,
            logs: true,
            sample_percent: 100,
            service_name: "consentry".to_owned(),
            authorization_file: None,
        }
    }
}
