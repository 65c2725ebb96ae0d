//! What the log never holds. A program of its own, because what is logged is a setting of the whole process.

use consentry_testkit::{CapturedLog, Receiver, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn evt_29_whk_04_tickets_secrets_credentials_and_tokens_are_in_no_log_line() {
    let lines = CapturedLog::start();
    let app = TestApp::start().await;
    let client = app.bank.first_party.clone();
    let ask = async |method: Method, path: &str, body: Option<Value>| {
        let request = app
            .request(method, path)
            .basic(&client.client_id, &client.client_secret);
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    };
    let ticket = ask(Method::POST, "/events/v1/tickets?types=consent.*", None).await;
    let ticket = ticket.expect_status(200).json()["ticket"]
        .as_str()
        .unwrap()
        .to_owned();
    let stream = app.request(Method::GET, &format!("/events/v1/stream?ticket={ticket}"));
    assert_eq!(stream.listen().await.status, 200);
    let _again = app.get(&format!("/events/v1/stream?ticket={ticket}")).await;

    let server = Receiver::answering(|_| Reply {
        status: 200,
        body: json!({ "access_token": "tok-Canary-1", "expires_in": 60 }).to_string(),
        ..Reply::default()
    })
    .await;
    let receiver =
        Receiver::answering(|message| Reply::status(if message.nth == 0 { 500 } else { 204 })).await;
    let mut secrets = vec![ticket, client.client_secret.clone(), "Canary".to_owned()];
    for auth in [
        json!({ "type": "basic", "username": "harbor", "password": "pass-Canary" }),
        json!({ "type": "client_credentials", "token_url": server.url, "client_id": "harbor", "client_secret": "word-Canary" }),
    ] {
        let body = json!({ "url": receiver.url, "auth": auth, "signature": ["v1", "v1a"] });
        let made = ask(Method::POST, "/webhooks/v1/endpoints", Some(body)).await;
        let made = made.expect_status(201).json();
        secrets.push(made["secret"].as_str().unwrap().to_owned());
        let path = format!(
            "/webhooks/v1/endpoints/{}/secret/rotate",
            made["id"].as_str().unwrap()
        );
        let rotated = ask(Method::POST, &path, None).await.expect_status(200).json();
        secrets.push(rotated["secret"].as_str().unwrap().to_owned());
    }
    let refused = json!({ "url": receiver.url, "auth": { "type": "none", "password": "wrong-Canary" } });
    let refused = ask(Method::POST, "/webhooks/v1/endpoints", Some(refused)).await;
    let _refused = refused.expect_status(400);
    let outbound = app.outbound();
    let record = json!({
        "status": "accepted", "subject": "ada", "actor": "ada", "audience": "shop",
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    });
    let _made = app
        .records(Method::POST, "/consents", Some(&record))
        .await
        .expect_status(201);
    let _came = receiver.first(3).await;
    outbound.stop().await;
    assert!(!server.all().is_empty());

    let log = lines.text();
    assert!(log.contains("a webhook endpoint was made"), "the log is captured");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} is in the log");
        let raw = secret.strip_prefix("whsec_").unwrap_or(secret);
        assert!(!log.contains(raw), "{raw} is in the log");
    }
}
