//! The matrix at random: some thousand steps at every door, and after each of them every door must say what a small model of the
//! truth says. `matrix.rs` proves the pairs one by one; this finds the sequences that nobody thought of.
//!
//! Histories are drawn from seeds. A failure prints its seed and the shortest history that still fails:
//!
//! ```text
//! CONSENTRY_MATRIX_SEED=7 CONSENTRY_MATRIX_STEPS=400 cargo test -p consentry-server --test suite matrix_random
//! ```

mod look;
mod model;
mod run;
mod steps;

use std::{
    env,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use consentry_domain::tenant::Tenant;
use consentry_ledger::{
    Caller, Target,
    access::{Provision, authorize},
    verify::Verdict,
};
use consentry_testkit::TestApp;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use self::{run::Run, steps::Step};

/// Histories, and steps of each, unless the environment says otherwise.
const HISTORIES: u64 = 12;
const STEPS: usize = 200;

/// How often the log is replayed against the rows.
const VERIFY_EVERY: usize = 25;

/// Most histories that are tried to shorten a failing one.
const MOST_TRIES: usize = 400;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

#[test]
fn after_any_history_every_door_says_the_same() {
    let steps = number("CONSENTRY_MATRIX_STEPS").map_or(STEPS, |steps| usize::try_from(steps).unwrap());
    let seeds: Vec<u64> = match number("CONSENTRY_MATRIX_SEED") {
        Some(seed) => vec![seed],
        None => (1..=HISTORIES).collect(),
    };
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let history = draw(*seed, steps);
                    if let Err(failure) = try_history(*seed, &history) {
                        failures.lock().unwrap().push((*seed, failure, history));
                        return;
                    }
                }
            });
        }
    });
    let Some((seed, failure, history)) = failures.into_inner().unwrap().into_iter().next() else {
        return;
    };
    let (history, failure) = shorten(seed, history, failure);
    let shown: Vec<String> = history.iter().map(|step| format!("  {step:?}")).collect();
    panic!(
        "seed {seed}, after {} of these steps:\n{}\n{}",
        failure.taken,
        shown.join("\n"),
        failure.what
    );
}

/// The history of a seed.
fn draw(seed: u64, steps: usize) -> Vec<Step> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let step = steps::step();
    (0..steps)
        .map(|_| step.new_tree(&mut runner).unwrap().current())
        .collect()
}

struct Failure {
    /// Steps taken when it was found.
    taken: usize,
    what: String,
}

/// Takes a history in a house of its own. A panic of the house is a failure like any other.
fn try_history(seed: u64, history: &[Step]) -> Result<(), Failure> {
    let taken = AtomicUsize::new(0);
    let ended = thread::scope(|scope| {
        let house = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(take(seed, history, &taken))
        });
        house.join()
    });
    let what = match ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(what)) => what,
        Err(panic) => panic
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_else(|| "the house panicked".to_owned()),
    };
    Err(Failure {
        taken: taken.into_inner(),
        what,
    })
}

async fn take(seed: u64, history: &[Step], taken: &AtomicUsize) -> Result<(), String> {
    let app = TestApp::start_seeded(seed).await;
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    let mut tenant: Tenant = app.tenant().tenant.clone();
    tenant.records.search_size_limit = 100_000;
    app.ledger.provision_tenant(&permit, &tenant).await.unwrap();
    let mut run = Run::new(&app);
    for (turn, step) in history.iter().enumerate() {
        taken.store(turn + 1, Ordering::Relaxed);
        run.take(*step).await?;
        run.look(turn).await?;
        if (turn + 1) % VERIFY_EVERY == 0 || turn + 1 == history.len() {
            let verdict = app.ledger.verify(&app.tenant()).await.unwrap();
            if !matches!(verdict, Verdict::Sound { unreadable: 0, .. }) {
                return Err(format!("the log and the rows: {verdict:?}"));
            }
        }
    }
    Ok(())
}

/// Leaves out what is not needed to fail, in ever smaller pieces.
fn shorten(seed: u64, mut history: Vec<Step>, mut failure: Failure) -> (Vec<Step>, Failure) {
    history.truncate(failure.taken);
    let (mut piece, mut tries) = (history.len() / 2, 0);
    while piece > 0 && tries < MOST_TRIES {
        let mut from = 0;
        while from < history.len() && tries < MOST_TRIES {
            let mut shorter = history.clone();
            shorter.drain(from..(from + piece).min(history.len()));
            tries += 1;
            match try_history(seed, &shorter) {
                Err(found) => {
                    shorter.truncate(found.taken);
                    (history, failure) = (shorter, found);
                }
                Ok(()) => from += piece,
            }
        }
        piece /= 2;
    }
    (history, failure)
}
