//! WHK-05: the public libraries of Standard Webhooks take what is sent, as they are published.

use std::{path::Path, process::Stdio};

use consentry_testkit::{Received, Receiver, TestApp};
use http::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::world::{at, endpoint, hooks, record};

/// What a program says of a message.
async fn verified(program: &Path, arguments: &[&str], secret: &str, message: &Received) -> bool {
    let question = json!({
        "secret": secret,
        "headers": {
            "webhook-id": message.header("webhook-id"),
            "webhook-timestamp": message.header("webhook-timestamp"),
            "webhook-signature": message.header("webhook-signature"),
        },
        "body": std::str::from_utf8(&message.body).unwrap(),
        "now": message.header("webhook-timestamp").parse::<i64>().unwrap(),
    });
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut input = child.stdin.take().unwrap();
    input.write_all(question.to_string().as_bytes()).await.unwrap();
    drop(input);
    let answer = child.wait_with_output().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
    answer["verified"].as_bool().unwrap()
}

async fn messages() -> (Value, String, Received, Received) {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let wish = json!({ "types": ["decision.recorded"], "signature": ["v1", "v1a"] });
    let made = endpoint(&app, &receiver, &wish).await;
    let _outbound = app.outbound();
    record(&app, "ada", "one").await;
    let _first = receiver.first(1).await;
    let rotated = hooks(&app, Method::POST, &at(&made, "/secret/rotate"), None).await;
    let rotated = rotated.expect_status(200).json()["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    record(&app, "ada", "two").await;
    let mut all = receiver.first(2).await;
    let second = all.remove(1);
    (made, rotated, all.remove(0), second)
}

async fn assert_takes(program: &Path, arguments: &[&str]) {
    let (made, rotated, first, second) = messages().await;
    let old = made["secret"].as_str().unwrap();
    assert!(verified(program, arguments, old, &first).await);
    assert!(
        verified(program, arguments, old, &second).await,
        "while both live"
    );
    assert!(verified(program, arguments, &rotated, &second).await);
    assert!(
        !verified(program, arguments, &rotated, &first).await,
        "made before it"
    );
    let altered = Received {
        body: [b" ", &first.body[..]].concat().into(),
        ..first
    };
    assert!(!verified(program, arguments, old, &altered).await);
}

#[tokio::test]
async fn whk_05_the_library_of_javascript_takes_what_is_sent() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/webhooks/verify.mjs");
    assert_takes(Path::new("node"), &[script]).await;
}

#[tokio::test]
async fn whk_05_the_library_of_python_takes_what_is_sent() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/webhooks/verify.py");
    let python = std::env::var("CONSENTRY_WEBHOOKS_PYTHON").unwrap_or_else(|_| {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../target/tools/standardwebhooks-1.1.0/venv/bin/python"
        )
        .to_owned()
    });
    assert_takes(Path::new(&python), &[script]).await;
}
