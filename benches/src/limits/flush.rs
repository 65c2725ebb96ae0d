//! The bare flush: one page written over and brought to the disk, again and again.

use std::{fs::File, os::unix::fs::FileExt as _, path::Path, time::Duration};

use anyhow::Result;

use crate::{clock, load::Outcome};

const PAGE: usize = 4096;

/// Pages written before the first is written over.
const PAGES: u64 = 256;

/// Writes and flushes pages of a file in this folder for a while.
pub fn measure(folder: &Path, window: Duration) -> Result<Outcome> {
    let path = folder.join("flush");
    let file = File::create(&path)?;
    let page = [7_u8; PAGE];
    for number in 0..PAGES {
        file.write_all_at(&page, number * PAGE as u64)?;
    }
    file.sync_all()?;
    let begun = clock::now();
    let mut took = Vec::new();
    for number in (0..PAGES).cycle() {
        if clock::now().duration_since(begun) >= window {
            break;
        }
        let (flushed, time) = clock::timed(|| {
            file.write_all_at(&page, number * PAGE as u64)?;
            file.sync_data()
        });
        flushed?;
        took.push(time);
    }
    let outcome = Outcome::of(took, clock::now().duration_since(begun));
    std::fs::remove_file(path)?;
    outcome
}
