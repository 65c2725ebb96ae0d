//! The listener: a bound on connections, on slow headers and on stalled answers, and a shutdown that lets running requests finish.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use consentry_web::{credentials::Transport, headers};
use http::{HeaderName, HeaderValue};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower::ServiceExt;

use crate::{stalled::Impatient, tls::Certificates};

/// Seconds a client may take for its request head.
const HEADER_SECONDS: u64 = 10;

/// How long beginning TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Seconds running requests get to finish after shutdown was asked for.
const DRAIN_SECONDS: u64 = 20;

/// How long a client may take nothing of its answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Serves until `shutdown` resolves, then drains. Over TLS where there are certificates.
#[expect(
    clippy::disallowed_methods,
    reason = "backing off after a failed accept and bounding the drain are schedules"
)]
pub async fn serve(
    listener: TcpListener,
    certificates: Option<Certificates>,
    router: Router,
    connections: usize,
    shutdown: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(connections));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _nodelay = stream.set_nodelay(true);
        let visit = Visit {
            peer,
            router: router.clone(),
            watcher: graceful.watcher(),
        };
        let certificates = certificates.clone();
        tokio::spawn(async move {
            visit.receive(stream, certificates).await;
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(Duration::from_secs(DRAIN_SECONDS)) => {
            tracing::warn!("some requests did not finish in time");
        }
    }
}

/// One connection.
struct Visit {
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
}

impl Visit {
    async fn receive(self, stream: TcpStream, certificates: Option<Certificates>) {
        let stream = Impatient::new(stream, PATIENCE);
        let Some(certificates) = certificates else {
            return self.talk(stream, None).await;
        };
        match tokio::time::timeout(HANDSHAKE, certificates.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => {
                let strict = headers::transport_security(Transport::Tls);
                self.talk(stream, strict).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "TLS could not begin"),
            Err(_) => tracing::debug!("TLS did not begin in time"),
        }
    }

    /// `strict` goes with every answer.
    async fn talk(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        strict: Option<(HeaderName, HeaderValue)>,
    ) {
        let Self {
            peer,
            router,
            watcher,
        } = self;
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            answer(router.clone(), request, peer, strict.clone())
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

async fn answer(
    router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    strict: Option<(HeaderName, HeaderValue)>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let mut request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    if let Some((name, value)) = strict {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
