//! The disk of a ledger in a folder: whether what is written there stays, and how long that takes.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{Found, Patient};
use crate::ledger_place::LedgerPlace;

/// Kinds of file systems that forget, or whose locks and flushes cannot be relied on.
const UNFIT: [(&str, &str); 8] = [
    ("tmpfs", "it is memory, and gone with the machine"),
    ("ramfs", "it is memory, and gone with the machine"),
    ("nfs", "another machine may have the same file open"),
    ("nfs4", "another machine may have the same file open"),
    ("cifs", "another machine may have the same file open"),
    ("smb3", "another machine may have the same file open"),
    ("fuse.sshfs", "another machine may have the same file open"),
    ("9p", "its flushes end before the disk has anything"),
];

/// How often a page is flushed to learn how long that takes.
const FLUSHES: usize = 16;

/// A median beyond which every decision is felt as slow.
const SLOW: Duration = Duration::from_millis(50);

const CURE: &str = "put the folder on a disk of this machine (storage.url), or use PostgreSQL";

pub(super) fn look(patient: &Patient) -> Vec<Found> {
    let LedgerPlace::Folder { folder, .. } = &patient.place else {
        return vec![Found::Skipped(
            "the ledger is in PostgreSQL; its disk is that server's".to_owned(),
        )];
    };
    let Some(folder) = existing(folder) else {
        return vec![Found::wrong(
            format!("neither {} nor a folder above it is there", folder.display()),
            "make the folder, and give it to the account that this program runs as",
        )];
    };
    let kind = kind_of(&folder);
    let unfit = UNFIT
        .iter()
        .find(|(unfit, _)| kind.as_deref() == Some(unfit))
        .map(|(kind, why)| Found::wrong(format!("{} is on {kind}: {why}", folder.display()), CURE));
    vec![unfit.unwrap_or_else(|| flushed(&folder))]
}

/// The folder, or the nearest one above it that is there.
fn existing(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    folder
        .ancestors()
        .find(|folder| folder.is_dir())
        .map(Path::to_owned)
}

/// The kind of file system a folder is on; none where the system does not tell.
fn kind_of(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    nearest(&fs::read_to_string("/proc/self/mounts").ok()?, &folder)
}

/// The kind of the innermost mount that holds a folder; of two at the same place, the later.
fn nearest(mounts: &str, folder: &Path) -> Option<String> {
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (_, place, kind) = (fields.next()?, fields.next()?, fields.next()?);
        let place = place.replace("\\040", " ");
        folder.starts_with(&place).then(|| (place.len(), kind.to_owned()))
    });
    mounted.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long the disk takes; nothing is decided by it"
)]
fn flushed(folder: &Path) -> Found {
    let measure = || {
        let mut file = tempfile::tempfile_in(folder)?;
        let mut took = Vec::with_capacity(FLUSHES);
        for _ in 0..FLUSHES {
            file.write_all(&[0; 4096])?;
            let begun = Instant::now();
            file.sync_data()?;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        Ok::<_, std::io::Error>(took[FLUSHES / 2])
    };
    match measure() {
        Err(error) => Found::wrong(
            format!("nothing can be written in {}: {error}", folder.display()),
            "make room, and give the folder to the account that this program runs as",
        ),
        Ok(median) if median > SLOW => Found::wrong(
            format!(
                "a flush takes {} ms, and every decision waits for one",
                median.as_millis()
            ),
            CURE,
        ),
        Ok(median) => Found::Fine(format!("a flush takes {:.2} ms", median.as_secs_f64() * 1000.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_on_the_innermost_mount_above_it() {
        let mounts = "/dev/vda / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\nserver:/x /var/lib/con\\040sentry nfs4 rw 0 0\n\
                      overlay /srv overlay rw 0 0\n/dev/vdb /srv ext4 rw 0 0\n";
        for (folder, kind) in [
            ("/var/lib/other", "ext4"),
            ("/run/consentry", "tmpfs"),
            ("/runner", "ext4"),
            ("/var/lib/con sentry/data", "nfs4"),
            ("/srv/data", "ext4"),
        ] {
            assert_eq!(
                nearest(mounts, Path::new(folder)).as_deref(),
                Some(kind),
                "{folder}"
            );
        }
        assert_eq!(nearest("", Path::new("/srv")), None);
    }
}
