//! How we prove ourselves to receivers, and how they say that they want messages.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use consentry_testkit::{Receiver, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{at, deliveries, endpoint, hooks, now, record, until, until_status};

/// A server of tokens: each is worth `life` seconds, and has a number.
async fn tokens(life: i64) -> (Receiver, Arc<AtomicU64>) {
    let given = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&given);
    let server = Receiver::answering(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        let body =
            json!({ "access_token": format!("tok-{number}"), "token_type": "Bearer", "expires_in": life });
        Reply {
            status: 200,
            body: body.to_string(),
            ..Reply::default()
        }
    })
    .await;
    (server, given)
}

fn credentials(server: &Receiver) -> Value {
    json!({ "auth": {
        "type": "client_credentials", "token_url": server.url, "client_id": "harbor bank", "client_secret": "s3cret/Canary",
        "scope": "hooks:write",
    } })
}

#[tokio::test]
async fn basic_credentials_reach_the_receiver_and_nobody_else() {
    let app = TestApp::start_in_folder().await;
    let receiver = Receiver::start().await;
    let secret = "correct horse Canary";
    let auth = json!({ "auth": { "type": "basic", "username": "harbor", "password": secret } });
    let made = endpoint(&app, &receiver, &auth).await;
    assert_eq!(made["auth_type"], "basic");
    let outbound = app.outbound();
    record(&app, "ada", "one").await;
    let message = receiver.first(1).await.remove(0);
    let expected = format!("Basic {}", STANDARD.encode(format!("harbor:{secret}")));
    assert_eq!(message.header("authorization"), expected);
    assert!(!message.header("webhook-signature").is_empty(), "signatures stay");
    until_status(&app, &made, "waiting", 0).await;
    let removed = hooks(
        &app,
        Method::PATCH,
        &at(&made, ""),
        Some(&json!({ "auth": null })),
    )
    .await;
    assert_eq!(removed.expect_status(200).json()["auth_type"], Value::Null);
    let before = receiver.all().len();
    record(&app, "ada", "two").await;
    let after = receiver.first(before + 1).await.remove(before);
    assert_eq!(after.header("authorization"), "");
    let seen = [
        made.to_string(),
        now(&app, &made).await.to_string(),
        json!(deliveries(&app, &made, "").await).to_string(),
    ];
    assert!(seen.iter().all(|text| !text.contains("Canary")), "{seen:?}");
    outbound.stop().await;
    for file in std::fs::read_dir(app.folder()).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("Canary"), "{} is not sealed", file.display());
        }
    }
}

#[tokio::test]
async fn a_bearer_token_is_fetched_once_kept_and_fetched_again_before_its_end() {
    let app = TestApp::start().await;
    let (server, given) = tokens(100).await;
    let receiver = Receiver::start().await;
    let mut wish = credentials(&server);
    wish["order"] = json!("none");
    wish["types"] = json!(["decision.recorded"]);
    let made = endpoint(&app, &receiver, &wish).await;
    assert_eq!(made["auth_type"], "client_credentials");
    for nth in 0..6 {
        record(&app, "ada", &format!("audience {nth}")).await;
    }
    let outbound = app.outbound();
    let came = receiver.first(6).await;
    assert!(
        came.iter()
            .all(|message| message.header("authorization") == "Bearer tok-1")
    );
    assert_eq!(given.load(Ordering::SeqCst), 1, "one fetch for all that wait");
    let asked = server.all().remove(0);
    assert_eq!(
        std::str::from_utf8(&asked.body).unwrap(),
        "grant_type=client_credentials&scope=hooks%3Awrite"
    );
    // RFC 6749 2.3.1: both parts are form-encoded first.
    let expected = format!("Basic {}", STANDARD.encode("harbor+bank:s3cret%2FCanary"));
    assert_eq!(asked.header("authorization"), expected);
    app.pass(89);
    record(&app, "ada", "still good").await;
    assert_eq!(receiver.first(7).await[6].header("authorization"), "Bearer tok-1");
    app.pass(2);
    record(&app, "ada", "about to end").await;
    assert_eq!(receiver.first(8).await[7].header("authorization"), "Bearer tok-2");
    let shown = now(&app, &made).await.to_string();
    assert!(!shown.contains("Canary") && !shown.contains("tok-"), "{shown}");
    outbound.stop().await;
}

#[tokio::test]
async fn a_receiver_that_refuses_a_token_is_asked_once_more_with_a_new_one() {
    let app = TestApp::start().await;
    let (server, given) = tokens(3_600).await;
    let receiver = Receiver::answering(|message| {
        Reply::status(match message.header("authorization") {
            "Bearer tok-2" => 204,
            _ => 401,
        })
    })
    .await;
    let mut wish = credentials(&server);
    wish["types"] = json!(["decision.recorded"]);
    let made = endpoint(&app, &receiver, &wish).await;
    let outbound = app.outbound();
    record(&app, "ada", "one").await;
    until_status(&app, &made, "delivered", 1).await;
    let one = deliveries(&app, &made, "").await.remove(0);
    assert_eq!(one["attempt_count"], 1, "that is one attempt");
    assert_eq!(given.load(Ordering::SeqCst), 2);
    let headers: Vec<_> = receiver.all();
    assert_eq!(headers.len(), 2);
    assert_eq!(headers[0].header("webhook-id"), headers[1].header("webhook-id"));
    outbound.stop().await;
}

#[tokio::test]
async fn a_server_of_tokens_that_gives_none_is_a_failed_attempt_with_a_reason() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    for (status, body, reason) in [
        (401, r#"{"error":"invalid_client"}"#, "token_status_401"),
        (200, r#"{"access_token":""}"#, "token_unreadable"),
        (200, r#"{"access_token":"a b"}"#, "token_unreadable"),
        (
            200,
            r#"{"access_token":"x","token_type":"mac"}"#,
            "token_unreadable",
        ),
        (302, "", "token_status_302"),
    ] {
        let server = Receiver::answering(move |_| Reply {
            status,
            body: body.to_owned(),
            ..Reply::default()
        })
        .await;
        let made = endpoint(&app, &receiver, &credentials(&server)).await;
        let outbound = app.outbound();
        let tested = hooks(&app, Method::POST, &at(&made, "/test"), None).await;
        let tested = tested.expect_status(200).json();
        assert_eq!(tested["status"], "parked");
        assert_eq!(tested["attempts"][0]["error"], reason);
        assert_eq!(tested["attempts"][0].get("status"), None);
        outbound.stop().await;
        let _gone = hooks(&app, Method::DELETE, &at(&made, ""), None)
            .await
            .expect_status(204);
    }
    assert!(receiver.all().is_empty(), "nothing is sent without a token");
    let inside = json!({
        "url": receiver.url,
        "auth": { "type": "client_credentials", "token_url": "https://10.0.0.1/token", "client_id": "a", "client_secret": "b" },
    });
    let refused = hooks(&app, Method::POST, "/endpoints", Some(&inside)).await;
    assert_eq!(
        refused.expect_status(422).json()["errors"][0]["pointer"],
        "/auth/token_url"
    );
}

#[tokio::test]
async fn credentials_that_cannot_be_are_refused_without_being_quoted() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    for (auth, status, pointer) in [
        (json!({ "type": "basic", "username": "Canary" }), 400, "/auth"),
        (json!({ "type": "digest", "password": "Canary" }), 400, "/auth"),
        (json!("Canary"), 400, "/auth"),
        (
            json!({ "type": "basic", "username": "a:b", "password": "Canary" }),
            422,
            "/auth/username",
        ),
        (
            json!({ "type": "basic", "username": "a", "password": "Canary\u{1}" }),
            422,
            "/auth/password",
        ),
    ] {
        let body = json!({ "url": receiver.url, "auth": auth });
        let refused = hooks(&app, Method::POST, "/endpoints", Some(&body)).await;
        let problem = refused.expect_status(status).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert!(!problem.to_string().contains("Canary"), "{problem}");
    }
    let body = json!({ "url": receiver.url, "ca": "no certificate" });
    let refused = hooks(&app, Method::POST, "/endpoints", Some(&body)).await;
    assert_eq!(refused.expect_status(422).json()["errors"][0]["pointer"], "/ca");
}

/// A receiver that answers `OPTIONS` with these headers, and everything else with 204. Gives its address and what it was asked.
async fn shaking(
    allowed: &[(&'static str, &'static str)],
) -> (String, Arc<Mutex<Vec<(Method, http::HeaderMap)>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<_>>> = Arc::default();
    let kept = Arc::clone(&asked);
    let allowed = allowed.to_vec();
    let router = axum::Router::new().fallback(move |method: Method, headers: http::HeaderMap| {
        kept.lock().unwrap().push((method.clone(), headers));
        let mut answer = http::HeaderMap::new();
        if method == Method::OPTIONS {
            for (name, value) in &allowed {
                answer.insert(*name, value.parse().unwrap());
            }
        }
        async move { (http::StatusCode::NO_CONTENT, answer) }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, asked)
}

#[tokio::test]
async fn whk_02_a_receiver_shakes_hands_and_is_sent_no_more_than_it_takes() {
    let app = TestApp::start().await;
    let (url, asked) = shaking(&[
        ("webhook-allowed-origin", "127.0.0.1"),
        ("webhook-allowed-rate", "2"),
    ])
    .await;
    let body = json!({ "url": url, "handshake": "cloudevents", "order": "none" });
    let made = hooks(&app, Method::POST, "/endpoints", Some(&body)).await;
    let made = made.expect_status(201).json();
    assert_eq!(
        made["status"], "unverified",
        "whoever asks for a handshake waits for it"
    );
    let outbound = app.outbound();
    let tested = hooks(&app, Method::POST, &at(&made, "/test"), None).await;
    assert_eq!(tested.expect_status(200).json()["status"], "delivered");
    until("it is enabled", || async {
        now(&app, &made).await["status"] == "enabled"
    })
    .await;
    assert_eq!(now(&app, &made).await["allowed_per_minute"], 2);
    {
        let asked = asked.lock().unwrap();
        let (method, headers) = &asked[0];
        assert_eq!(*method, Method::OPTIONS, "no ping before it said yes");
        assert_eq!(headers["webhook-request-origin"], "127.0.0.1");
        assert_eq!(headers["webhook-request-rate"], "3000");
    }
    for audience in ["one", "two", "three"] {
        record(&app, "ada", audience).await;
    }
    let sent = || asked.lock().unwrap().len() - 1;
    until("two are sent", || async { sent() == 2 }).await;
    until_status(&app, &made, "delivered", 3).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(sent(), 2, "the rest waits for the next minute");
    app.pass(60);
    until("two more are sent", || async { sent() == 4 }).await;

    let moved = json!({ "url": format!("{url}/elsewhere") });
    let moved = hooks(&app, Method::PATCH, &at(&made, ""), Some(&moved)).await;
    assert_eq!(moved.expect_status(200).json()["status"], "unverified");
    outbound.stop().await;
}

#[tokio::test]
async fn whk_02_a_receiver_that_does_not_shake_hands_is_sent_nothing() {
    let app = TestApp::start().await;
    let (url, asked) = shaking(&[("webhook-allowed-origin", "other.example")]).await;
    let body = json!({ "url": url, "handshake": "cloudevents" });
    let made = hooks(&app, Method::POST, "/endpoints", Some(&body)).await;
    let made = made.expect_status(201).json();
    let outbound = app.outbound();
    let tested = hooks(&app, Method::POST, &at(&made, "/test"), None).await;
    let tested = tested.expect_status(200).json();
    assert_eq!(tested["status"], "parked");
    assert_eq!(tested["attempts"][0]["error"], "handshake_refused");
    record(&app, "ada", "one").await;
    assert_eq!(now(&app, &made).await["status"], "unverified");
    outbound.stop().await;
    assert_eq!(asked.lock().unwrap().len(), 1);
}
