//! How far a move is: a bar for whoever watches, one line of JSON for each table for whoever reads along, and otherwise nothing.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

/// What was done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its rows are in the target, as they were when the copy began.
    Copied,
    /// Its rows are what they are now, and nobody writes any more.
    CaughtUp,
    /// Its rows are the same on both sides.
    Proved,
    /// The source takes no change any more.
    Marked,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::CaughtUp => "caught-up",
            Self::Proved => "proved",
            Self::Marked => "marked",
        }
    }
}

/// Shows how far a move is.
#[derive(Debug)]
pub enum Progress {
    /// A bar on the terminal.
    Bar(ProgressBar),
    /// A line of JSON for each table.
    Lines,
    /// Nothing.
    Quiet,
}

impl Progress {
    /// A bar where standard error is a terminal, and lines where they were asked for.
    pub fn new(lines: bool) -> Self {
        if lines {
            return Self::Lines;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Quiet;
        }
        let bar = ProgressBar::no_length();
        if let Ok(style) =
            ProgressStyle::with_template("{msg:>10} {bar:40} {human_pos}/{human_len} rows {eta}")
        {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    /// Another round over so many rows.
    pub fn begin(&self, step: Step, rows: u64) {
        if let Self::Bar(bar) = self {
            bar.reset();
            bar.set_length(rows);
            bar.set_message(step.name());
        }
    }

    /// One row further.
    pub fn advance(&self) {
        if let Self::Bar(bar) = self {
            bar.inc(1);
        }
    }

    /// A table is done: so many rows, of which so many had to be written or removed.
    pub fn say(&self, step: Step, table: &str, rows: u64, changed: u64) {
        if matches!(self, Self::Lines) {
            let line = json!({ "step": step.name(), "table": table, "rows": rows, "changed": changed });
            // Whoever does not read along any more misses nothing that matters.
            let mut stdout = std::io::stdout().lock();
            let _gone = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        }
    }

    /// It is over.
    pub fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
