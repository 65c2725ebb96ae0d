//! Load: some clients at once, each asking again as soon as it was answered.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::task::LocalSet;

use crate::{clock, http::Connection};

/// One that asks.
pub trait Ask {
    /// Asks once and waits for the answer; false when there is nothing left to ask.
    async fn ask(&mut self) -> Result<bool>;
}

/// How many, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Clients at the same time.
    pub clients: usize,
    /// How long each asks.
    pub window: Duration,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Answers.
    pub answers: usize,
    /// Answers in a second, of all clients together.
    pub per_second: f64,
    /// Median time to an answer, in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile of it.
    pub p99_ms: f64,
}

impl Load {
    /// Opens all clients, lets them ask, and answers what came of it. One thread serves all clients.
    pub fn run<A: Ask + 'static>(self, open: impl AsyncFn(usize) -> Result<A>) -> Result<Outcome> {
        self.run_each(open, None)
    }

    /// As [`Self::run`], with so many questions in a second of all clients together. Each client has its own turns, and a question that
    /// comes after its turn, because the one before took long, has waited since then.
    pub fn run_at<A: Ask + 'static>(
        self,
        per_second: f64,
        open: impl AsyncFn(usize) -> Result<A>,
    ) -> Result<Outcome> {
        let clients = u32::try_from(self.clients)?;
        self.run_each(
            open,
            Some(Duration::from_secs_f64(f64::from(clients) / per_second)),
        )
    }

    fn run_each<A: Ask + 'static>(
        self,
        open: impl AsyncFn(usize) -> Result<A>,
        every: Option<Duration>,
    ) -> Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = LocalSet::new();
        runtime.block_on(local.run_until(async {
            let mut clients = Vec::with_capacity(self.clients);
            for number in 0..self.clients {
                clients.push(open(number).await?);
            }
            let begun = clock::now();
            let until = begun + self.window;
            let asking: Vec<_> = (0_u32..)
                .zip(clients)
                .map(|(number, client)| {
                    let pace = every.map(|every| Pace {
                        // Clients take their turns one after the other.
                        next: begun + every * number / u32::try_from(self.clients).unwrap_or(u32::MAX),
                        every,
                    });
                    tokio::task::spawn_local(keep_asking(client, until, pace))
                })
                .collect();
            let mut took = Vec::new();
            for client in asking {
                took.extend(client.await??);
            }
            Outcome::of(took, clock::now().duration_since(begun))
        }))
    }
}

/// When a client asks.
struct Pace {
    next: Instant,
    every: Duration,
}

/// How late a turn may come without counting as waiting: the grain of the clock that wakes clients.
const GRAIN: Duration = Duration::from_millis(2);

impl Pace {
    /// Waits for the next turn; answers since when the question waits.
    #[expect(clippy::disallowed_methods, reason = "a steady pace is what is measured at")]
    async fn turn(&mut self) -> Instant {
        let turn = self.next;
        self.next += self.every;
        tokio::time::sleep_until(turn.into()).await;
        let now = clock::now();
        if now.duration_since(turn) > GRAIN {
            turn
        } else {
            now
        }
    }
}

async fn keep_asking(mut client: impl Ask, until: Instant, mut pace: Option<Pace>) -> Result<Vec<Duration>> {
    let mut took = Vec::new();
    loop {
        let begun = match &mut pace {
            Some(pace) => pace.turn().await,
            None => clock::now(),
        };
        if begun >= until || !client.ask().await? {
            return Ok(took);
        }
        took.push(clock::now().duration_since(begun));
    }
}

impl Outcome {
    /// Sums up how long each answer took.
    pub fn of(mut took: Vec<Duration>, elapsed: Duration) -> Result<Self> {
        ensure!(!took.is_empty(), "nothing was answered");
        took.sort_unstable();
        let at =
            |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1_000.0;
        Ok(Self {
            answers: took.len(),
            per_second: per_second(took.len(), elapsed),
            p50_ms: at(50),
            p99_ms: at(99),
        })
    }
}

/// A count in a time, as a rate.
pub fn per_second(count: usize, elapsed: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let count = count as f64;
    count / elapsed.as_secs_f64()
}

/// Sends requests over one connection and wants each answered with one status.
pub struct HttpClient<R> {
    connection: Connection,
    request: R,
    status: u16,
}

impl<R: FnMut() -> Vec<u8>> HttpClient<R> {
    /// Connects.
    pub async fn open(address: SocketAddr, status: u16, request: R) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            request,
            status,
        })
    }
}

impl<R: FnMut() -> Vec<u8>> Ask for HttpClient<R> {
    async fn ask(&mut self) -> Result<bool> {
        let request = (self.request)();
        self.connection.send(&request).await?.expect(self.status)?;
        Ok(true)
    }
}

/// The better one of two.
pub fn better(one: Outcome, other: Outcome) -> Outcome {
    if one.per_second >= other.per_second {
        one
    } else {
        other
    }
}
