//! A disk that is full. The database has a small one of its own in memory; the log of the server and its other databases are
//! elsewhere, as where an operator gave the ledger a tablespace.

use std::{path::PathBuf, process::Command};

use consentry_store::{CommitError, Store, StoreError, conformance::sample};
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

    // An operator makes room.
    run(&["mount", "-o", "remount,size=64m", disk.folder.to_str().unwrap()]);
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
