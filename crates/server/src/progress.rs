//! How far long work on a file is: a bar for whoever watches, and a line now and then for whoever reads a log.

use std::{
    cell::Cell,
    io::{IsTerminal as _, Read},
};

use indicatif::{ProgressBar, ProgressStyle};

/// Elsewhere than on a terminal something is said after each so many bytes.
const TOLD_EVERY: u64 = 16 << 20;

/// Shows how much of a file was read or written.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    done: Cell<u64>,
}

impl Progress {
    /// Of a file with so many bytes; none where that is not known.
    pub(crate) fn of_bytes(what: &'static str, bytes: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = bytes.map_or_else(ProgressBar::no_length, ProgressBar::new);
            let template = "{msg:>10} {bar:40} {bytes}/{total_bytes} {eta}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(what);
            bar
        });
        Self {
            what,
            bar,
            done: Cell::new(0),
        }
    }

    /// So many bytes further.
    pub(crate) fn advance(&self, bytes: u64) {
        let before = self.done.get();
        let done = before.saturating_add(bytes);
        self.done.set(done);
        match &self.bar {
            Some(bar) => bar.inc(bytes),
            None if before / TOLD_EVERY != done / TOLD_EVERY => {
                eprintln!("{}: {} MiB", self.what, done >> 20);
            }
            None => {}
        }
    }

    /// A line for people, with the bar out of its way.
    pub(crate) fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Counts what is read.
    pub(crate) const fn counting<R>(&self, inner: R) -> Counted<'_, R> {
        Counted {
            progress: self,
            inner,
        }
    }

    /// It is over.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What is read is counted.
#[derive(Debug)]
pub(crate) struct Counted<'a, R> {
    progress: &'a Progress,
    inner: R,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
