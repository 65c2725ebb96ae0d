//! A process that is killed in the middle of committing loses nothing that it acknowledged and leaves nothing half-written.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use consentry_store::{ChangeSet, Row, RowChange, Store, chain, conformance::sample};
use consentry_store_sqlite::{Options, SqliteStore};

const ROUNDS: usize = 30;
const LEDGER: &str = "CONSENTRY_TEST_LEDGER";
const ROUND: &str = "CONSENTRY_TEST_ROUND";

/// Commits that this process makes for as long as it lives; each is printed once it is acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other half of the next test, which runs it in a process of its own"]
async fn commits_until_killed() {
    let store = Arc::new(SqliteStore::open(std::env::var_os(LEDGER).unwrap(), Options::default()).unwrap());
    let round = std::env::var(ROUND).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8 {
        let (store, round) = (Arc::clone(&store), round.clone());
        tasks.spawn(async move {
            for number in 0_u64.. {
                let names: Vec<String> = (0..3)
                    .map(|part| format!("{round}.{task}.{number}.{part}"))
                    .collect();
                for (name, answer) in names.iter().zip(
                    store
                        .commit(names.iter().map(|name| naming(name)).collect())
                        .await,
                ) {
                    let _receipt = answer.unwrap();
                    // One write, so that lines of tasks do not mix.
                    std::io::stdout()
                        .lock()
                        .write_all(format!("acknowledged {name}\n").as_bytes())
                        .unwrap();
                }
            }
        });
    }
    tasks.join_all().await;
}

/// An event and two rows that belong together.
fn naming(name: &str) -> ChangeSet {
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change.events.push(sample::event(name, sample::person(1)));
    for words in [name.to_owned(), format!("{name} again")] {
        change.rows.push(RowChange::Put(Row::Alias(sample::alias(
            &words,
            sample::person(1),
        ))));
    }
    change
}

#[tokio::test]
async fn killed_thirty_times_every_acknowledged_commit_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        // A different moment each time, some before the first checkpoint and some after.
        let new = commit_and_kill(&path, round, 10 + (round * 97) % 700);
        acknowledged.extend(new);
        assert_nothing_is_lost(&path, &acknowledged).await;
    }
    assert!(acknowledged.len() > ROUNDS * 10);
}

/// Runs the committing process until it has acknowledged this many commits, kills it, and answers all it acknowledged.
fn commit_and_kill(path: &Path, round: usize, commits: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "kill::commits_until_killed",
        ])
        .env(LEDGER, path)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    let mut seen = 0;
    while seen < commits {
        let start = text.len();
        assert_ne!(
            output.read_line(&mut text).unwrap(),
            0,
            "it ended by itself: {text}"
        );
        seen += usize::from(text[start..].contains("acknowledged "));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).unwrap();
    text.push_str(&String::from_utf8_lossy(&rest));
    // The last line may have been cut off.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .filter_map(|line| line.split_once("acknowledged "))
        .map(|(_, name)| name.to_owned())
        .collect()
}

async fn assert_nothing_is_lost(path: &Path, acknowledged: &BTreeSet<String>) {
    let store = SqliteStore::open(path, Options::default()).unwrap();
    let tenant = sample::tenant(1);
    let events = store.events(tenant, 0, u32::MAX).await.unwrap();
    let mut value = chain::start(0);
    let mut stored = BTreeSet::new();
    for (index, event) in (0..).zip(&events) {
        value = chain::next(&value, &chain::leaf_hash(&event.leaf));
        assert_eq!((event.index, event.chain), (index, value));
        let leaf = String::from_utf8(event.leaf.clone()).unwrap();
        assert!(
            stored.insert(leaf.strip_prefix("leaf of ").unwrap().to_owned()),
            "{leaf} is there twice"
        );
    }
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!((head.size, head.chain), (events.len() as u64, value));
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let names = store.aliases_of(tenant, sample::person(1)).await.unwrap();
    let names: BTreeSet<String> = names
        .into_iter()
        .map(|alias| String::from_utf8(alias.sealed).unwrap())
        .collect();
    let expected: BTreeSet<String> = stored
        .iter()
        .flat_map(|name| [name.clone(), format!("{name} again")])
        .collect();
    assert_eq!(names, expected, "rows and events belong together");
    store.close().await;
}
