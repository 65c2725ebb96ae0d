//! Something between a store and its server that passes on what it hears, until it is told to cut.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use consentry_testkit::postgres::Postgres;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
    task::JoinHandle,
};

/// How a connection is cut that is about to commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears that it shall commit.
    Before,
    /// The server commits, and its answer does not come back.
    After,
    /// The server is told to commit, and both ends hear nothing more for the time being: not even that the other one is gone.
    SilentlyBefore,
}

/// How a transaction ends, as it stands in the stream: a simple query.
const COMMIT: &[u8] = b"/* batch.commit */ COMMIT";

/// Listens on a port of its own.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    server: u16,
    next: Mutex<Option<Cut>>,
    cuts: AtomicUsize,
    refuses: AtomicBool,
    /// Raised to end every connection.
    ends: watch::Sender<u32>,
}

impl Proxy {
    /// Before a server.
    pub async fn before(server: &Postgres) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            server: server.port(),
            next: Mutex::new(None),
            cuts: AtomicUsize::new(0),
            refuses: AtomicBool::new(false),
            ends: watch::Sender::new(0),
        });
        let port = listener.local_addr().unwrap().port();
        let own = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !own.refuses.load(Ordering::SeqCst) {
                    tokio::spawn(pass_on(client, Arc::clone(&own)));
                }
            }
        });
        Self { port, shared, task }
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The next connection that commits is cut.
    pub fn cut_next(&self, cut: Cut) {
        *self.shared.next.lock().unwrap() = Some(cut);
    }

    /// How many connections were cut that way.
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    /// Ends every connection, and every new one at once.
    pub fn refuse(&self) {
        self.shared.refuses.store(true, Ordering::SeqCst);
        self.end_all();
    }

    /// Takes connections again.
    pub fn admit(&self) {
        self.shared.refuses.store(false, Ordering::SeqCst);
    }

    /// Ends every connection.
    pub fn end_all(&self) {
        self.shared.ends.send_modify(|round| *round += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "the server is the test's own")]
async fn pass_on(client: TcpStream, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.server)).await else {
        return;
    };
    let mut ends = shared.ends.subscribe();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let silent = AtomicBool::new(false);
    tokio::select! {
        () = questions(from_client, to_server, &shared, &silent) => {}
        () = answers(from_server, to_client, &silent) => {}
        _ = ends.changed() => {}
    }
}

/// Returns when the connection shall end.
async fn questions(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    shared: &Shared,
    silent: &AtomicBool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..length];
        let commit = bytes.windows(COMMIT.len()).position(|part| part == COMMIT);
        let cut = commit.and_then(|_| shared.next.lock().unwrap().take());
        let (Some(at), Some(cut)) = (commit, cut) else {
            if to.write_all(bytes).await.is_err() {
                return;
            }
            continue;
        };
        shared.cuts.fetch_add(1, Ordering::SeqCst);
        // A message begins with its kind (one byte) and its length (four).
        let before = &bytes[..at - 5];
        match cut {
            Cut::Before => {
                let _ = to.write_all(before).await;
                return;
            }
            Cut::After => {
                // The other direction ends the connection once the server has committed.
                silent.store(true, Ordering::SeqCst);
                let _ = to.write_all(bytes).await;
                std::future::pending::<()>().await;
            }
            Cut::SilentlyBefore => {
                silent.store(true, Ordering::SeqCst);
                let _ = to.write_all(before).await;
                std::future::pending::<()>().await;
            }
        }
    }
}

/// What the server says when it has committed.
const COMMITTED: &[u8] = b"COMMIT\0";

/// Returns when the connection shall end.
async fn answers(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, silent: &AtomicBool) {
    let mut buffer = vec![0; 64 * 1024];
    let mut withheld = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..length];
        if silent.load(Ordering::SeqCst) {
            withheld.extend_from_slice(bytes);
            if withheld.windows(COMMITTED.len()).any(|part| part == COMMITTED) {
                return;
            }
        } else if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
