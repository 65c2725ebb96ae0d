use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    Router,
    body::Body,
    extract::State,
    middleware::{self, Next},
    routing::get,
};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::error::Problem;

const MADE: Uuid = Uuid::from_u128(0x5b0c_9a57_2f6e_4b1c_9d7f_0a3a_1c55_e001);

#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; only differences count here"
)]
fn sources() -> Sources {
    let start = Instant::now();
    let ticks = Arc::new(AtomicU64::new(0));
    Sources {
        id: Arc::new(|| MADE),
        instant: Arc::new(move || start + Duration::from_millis(ticks.fetch_add(7, Ordering::Relaxed))),
        join: None,
    }
}

fn site() -> Router {
    Router::new()
        .route("/fine/{id}", get(|id: RequestId| async move { id.to_string() }))
        .route(
            "/problem",
            get(|| async {
                Err::<(), _>(Problem(
                    ApiError::new(&registry::NOT_FOUND).detail("no such thing"),
                ))
            }),
        )
        .layer(middleware::from_fn_with_state(
            sources(),
            async |State(sources): State<Sources>, request: Request, next: Next| {
                identify(&sources, request, |request| next.run(request)).await
            },
        ))
}

async fn ask(path: &str, id: Option<&str>) -> (StatusCode, String, String) {
    let mut request = Request::builder().method(Method::GET).uri(path);
    if let Some(id) = id {
        request = request.header(&X_REQUEST_ID, id);
    }
    let answer = site()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let status = answer.status();
    let echoed = answer.headers()[&X_REQUEST_ID].to_str().unwrap().to_owned();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, echoed, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn com_14_an_id_is_echoed_unchanged() {
    let (_, echoed, body) = ask("/fine/1", Some("my id/42")).await;
    assert_eq!((echoed.as_str(), body.as_str()), ("my id/42", "my id/42"));
    let longest = "x".repeat(1024);
    assert_eq!(ask("/fine/1", Some(&longest)).await.1, longest);
}

#[tokio::test]
async fn com_14_without_an_id_one_is_made() {
    for brought in [None, Some("")] {
        let (_, echoed, body) = ask("/fine/1", brought).await;
        assert_eq!(echoed, MADE.to_string());
        assert_eq!(body, MADE.to_string());
    }
}

#[tokio::test]
async fn com_14_a_longer_id_is_400() {
    let (status, echoed, body) = ask("/fine/1", Some(&"x".repeat(1025))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(echoed, MADE.to_string());
    assert!(body.contains("X-Request-ID"), "{body}");
}

#[tokio::test]
async fn a_failure_is_rendered_with_the_id_of_its_request() {
    let (status, _, body) = ask("/problem", Some("abc")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains(r#""request_id":"abc""#), "{body}");
    assert!(!body.contains("instance"), "only a UUID has a URN: {body}");
    let (_, _, body) = ask("/problem", None).await;
    assert!(
        body.contains(&format!(r#""instance":"urn:uuid:{MADE}""#)),
        "{body}"
    );
}
