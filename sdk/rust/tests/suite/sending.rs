//! The ready sender against servers that misbehave.

use std::time::Duration;

use consentry_verify::{
    Code, ConsentSettings, ConsentVerifier, Environment, Fetch, MAX_DOCUMENT_BYTES, Request, ReqwestFetch,
    Shown,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::provider::{Provider, case};

/// Serves on the loopback; what is answered begins with the bytes and goes on with the filling for ever, where there is one.
async fn serving(first: &'static str, filling: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                drop(stream.read(&mut asked).await);
                let mut going = stream.write_all(first.as_bytes()).await.is_ok();
                while going && !filling.is_empty() {
                    going = stream.write_all(filling).await.is_ok();
                }
                if first.is_empty() {
                    // Silent until the other side gives up.
                    drop(stream.read(&mut asked).await);
                }
            });
        }
    });
    base
}

fn asking(url: &str) -> Request {
    Request {
        url: url.to_owned(),
        method: "GET",
        headers: Vec::new(),
        body: None,
        max_bytes: MAX_DOCUMENT_BYTES,
    }
}

const REDIRECT: &str =
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ENDLESS: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
const PLAIN: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

#[tokio::test]
async fn dcp_8_7_redirects_are_not_followed() {
    let base = serving(REDIRECT, b"").await;
    let answer = ReqwestFetch::new().unwrap().send(asking(&base)).await.unwrap();
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn dcp_8_7_nothing_endless_or_silent_is_waited_for() {
    let fetch = ReqwestFetch::within(Duration::from_millis(500)).unwrap();
    let endless = serving(ENDLESS, &[b' '; 4096]).await;
    let refused = fetch.send(asking(&endless)).await.unwrap_err();
    assert_eq!(refused.to_string(), "the answer is too large");
    let silent = serving("", b"").await;
    assert!(fetch.send(asking(&silent)).await.is_err());
    assert!(fetch.send(asking("http://127.0.0.1:1/")).await.is_err());
}

#[tokio::test]
async fn a_provider_that_misbehaves_leaves_no_verdict() {
    for (first, filling) in [(REDIRECT, &b""[..]), (ENDLESS, b"  "), (PLAIN, b"")] {
        let base = serving(first, filling).await;
        let mut settings = ConsentSettings::new(&base, &["dpp://tide@northbay.example/A"], &[]);
        settings.require_id_token = false;
        let environment = Environment::new(ReqwestFetch::new().unwrap());
        let verifier = ConsentVerifier::new(settings, environment).unwrap();
        let provider = Provider::new();
        let token = case(provider.file(), "valid")["token"].as_str();
        let foreign = Shown {
            token,
            ..Shown::default()
        };
        assert_eq!(verifier.verify(foreign).await.unwrap_err().code, Code::Issuer);
        let claims = format!(r#"{{"iss":"{base}"}}"#);
        let own = with_claims(token.unwrap(), &claims);
        let shown = Shown {
            token: Some(&own),
            ..Shown::default()
        };
        let refused = verifier.verify(shown).await.unwrap_err();
        assert_eq!(refused.code, Code::KeysUnavailable);
        assert!(refused.code.is_undecided());
    }
}

/// The token with other claims, and so with a signature that is not theirs.
fn with_claims(token: &str, claims: &str) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    let (header, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    format!("{header}.{encoded}.{signature}")
}
