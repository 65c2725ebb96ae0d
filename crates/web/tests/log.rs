//! What one request leaves in the log. A program of its own, because a process has one log.

use std::{
    error::Error,
    io,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64, atomic::Ordering},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    middleware::{self, Next},
    routing::get,
};
use consentry_web::{
    error::{ApiError, OAuth},
    request_id::{Sources, identify},
};
use http::Request;
use tower::ServiceExt as _;
use uuid::Uuid;

#[tokio::test]
async fn dashboard_a8_3_no_secret_reaches_the_log() -> Result<(), Box<dyn Error>> {
    let lines = Lines::default();
    tracing_subscriber::fmt()
        .with_writer(lines.clone())
        .with_ansi(false)
        .without_time()
        .init();
    let site = Router::new()
        .route("/fine/{id}", get(|| async { "fine" }))
        .route(
            "/broken",
            get(|| async {
                Err::<(), _>(OAuth(
                    ApiError::internal("disk on fire").detail("shown to nobody"),
                ))
            }),
        )
        .layer(middleware::from_fn_with_state(
            sources(),
            async |State(sources): State<Sources>, request: Request<Body>, next: Next| {
                identify(&sources, request, |request| next.run(request)).await
            },
        ));
    let request = |path: &str| {
        Request::builder()
            .uri(path)
            .header("authorization", "Bearer b34r3r")
            .header("cookie", "__Host-session=c00k13")
            .body(Body::empty())
    };
    site.clone()
        .oneshot(request("/fine/tid-1?access_token=t0k3n&jwt=eyJ0")?)
        .await?;
    site.oneshot(request("/broken")?).await?;

    let log = lines.text();
    for secret in ["t0k3n", "eyJ0", "b34r3r", "c00k13", "tid-1", "access_token"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    insta::assert_snapshot!(log.trim_end());
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; only differences count here"
)]
fn sources() -> Sources {
    let start = Instant::now();
    let ticks = Arc::new(AtomicU64::new(0));
    Sources {
        id: Arc::new(|| Uuid::from_u128(0x5b0c_9a57_2f6e_4b1c_9d7f_0a3a_1c55_e001)),
        instant: Arc::new(move || start + Duration::from_millis(ticks.fetch_add(7, Ordering::Relaxed))),
        join: None,
    }
}

/// A log that can be read back.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
