//! A disk that is full: that of the database, which has a small one of its own in memory as where an operator gave the ledger a
//! tablespace, or that of what the server writes ahead.

use std::{path::PathBuf, process::Command, time::Duration};

use consentry_store::{CommitError, Store, StoreError, conformance::sample};
use consentry_store_postgres::Options;
use consentry_testkit::postgres::Postgres;

use crate::faults::{assert_whole, issue, issuing, open, patient};

/// A file system of a few MiB, until dropped.
struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Making one needs root or `sudo` without a password, as continuous integration has it.
    fn new(server: &Postgres, mebibytes: u32) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let size = format!("size={mebibytes}m,mode=0700");
        run(&[
            "mount",
            "-t",
            "tmpfs",
            "-o",
            &size,
            "ledger-test",
            folder.to_str().unwrap(),
        ]);
        server.own(&folder);
        Self { folder }
    }

    /// An operator makes room.
    fn grow(&self, mebibytes: u32) {
        let size = format!("remount,size={mebibytes}m");
        run(&["mount", "-o", &size, self.folder.to_str().unwrap()]);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run(&["umount", "--lazy", self.folder.to_str().unwrap()]);
        let _gone = std::fs::remove_dir(&self.folder);
    }
}

fn run(words: &[&str]) {
    let plain = Command::new(words[0]).args(&words[1..]).output().unwrap();
    if !plain.status.success() {
        let asked = Command::new("sudo").arg("-n").args(words).output();
        assert!(
            asked.is_ok_and(|asked| asked.status.success()),
            "{words:?} needs root: {}",
            String::from_utf8_lossy(&plain.stderr)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_unavailable_and_service_comes_back_when_there_is_room() {
    let server = Postgres::start(&["fsync=off"]);
    let disk = SmallDisk::new(&server, 24);
    server.execute(
        "postgres",
        &format!("CREATE TABLESPACE small LOCATION '{}'", disk.folder.display()),
    );
    server.execute("postgres", "CREATE DATABASE ledger_small TABLESPACE small");
    let store = open(&server.url("ledger_small"), patient()).await;
    let mut issued = 0;
    let error = loop {
        let batch = (0..20)
            .map(|part| {
                let mut change = issuing(&format!("{issued}.{part}"), "tpc_1");
                change.events[0].sealed = vec![7; 20_000];
                change
            })
            .collect();
        let answers = store.commit(batch).await;
        let taken = answers.iter().filter(|answer| answer.is_ok()).count();
        // All of a batch or nothing: the disk is nobody's own fault.
        assert!(taken == 0 || taken == 20, "{answers:?}");
        issued += taken as u64;
        if let Some(Err(error)) = answers.into_iter().find(Result::is_err) {
            break error;
        }
        assert!(issued < 5_000, "the disk never fills");
    };
    assert!(
        matches!(error, CommitError::Store(StoreError::Unavailable(ref why)) if why.contains("space")),
        "{error:?}"
    );
    // Reading goes on, and of what was refused there is nothing.
    assert_whole(&store, issued).await;

    disk.grow(64);
    assert_eq!(issue(&store, "room again").await, Ok(issued));
    assert!(
        store
            .prune(sample::tenant(1), sample::at(1000), 20)
            .await
            .unwrap()
            > 0
    );
    assert_eq!(store.log_head(sample::tenant(1)).await.unwrap().size, issued + 1);
    store.close().await;
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_to_write_ahead_nothing_is_acknowledged_and_what_was_is_there_afterwards() {
    let mut server = Postgres::start(&[]);
    let disk = SmallDisk::new(&server, 40);
    let url = server.url(&server.ledger().await);
    server.write_ahead_in(&disk.folder);
    // The server stops for good at once, so nobody need wait for it for long.
    let impatient = Options {
        patience: Duration::from_secs(1),
        ..Options::default()
    };
    let store = open(&url, impatient).await;
    let mut issued = 0;
    let error = loop {
        let mut change = issuing(&format!("ahead {issued}"), "tpc_1");
        change.events[0].sealed = (0..500_000_u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        match store.commit(vec![change]).await.remove(0) {
            Ok(_) => issued += 1,
            Err(error) => break error,
        }
        assert!(issued < 500, "the disk never fills");
    };
    assert!(
        matches!(error, CommitError::Store(StoreError::Unavailable(_))),
        "{error:?}"
    );
    assert!(issued > 0, "something was written before");
    store.close().await;

    disk.grow(256);
    server.kill();
    server.start_again();
    let store = open(&url, patient()).await;
    let size = store.log_head(sample::tenant(1)).await.unwrap().size;
    // The one that was refused may have been written after all: nobody was there to tell.
    assert!(
        size == issued || size == issued + 1,
        "{issued} acknowledged, {size} there"
    );
    assert_whole(&store, size).await;
    assert_eq!(issue(&store, "room again").await, Ok(size));
    store.close().await;
    drop(server);
}
