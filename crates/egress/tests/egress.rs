//! The client against real sockets on loopback, and against names that resolve to wherever a test says.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use consentry_egress::{AddressClass, Egress, EgressError, EgressPolicy, Lookup};
use http::header::{ACCEPT, LOCATION};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const EMPTY_OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Answers every name with the same addresses and counts how often it was asked.
struct FixedLookup {
    addresses: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Lookup for FixedLookup {
    fn lookup(&self, _name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let addresses = self.addresses.clone();
        Box::pin(async move { Ok(addresses) })
    }
}

fn lookup(addresses: &[&str]) -> Arc<FixedLookup> {
    Arc::new(FixedLookup {
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        asked: AtomicUsize::new(0),
    })
}

fn loopback_policy() -> EgressPolicy {
    EgressPolicy {
        exceptions: vec!["127.0.0.0/8".parse().unwrap()],
        ..EgressPolicy::default()
    }
}

fn loopback() -> Egress {
    Egress::new(loopback_policy()).unwrap()
}

async fn refusal(egress: &Egress, url: &str) -> EgressError {
    egress.get(url).send().await.unwrap_err()
}

/// Serves one connection: reads one request, writes the answer, closes. Gives back the request.
async fn serve(answer: impl Into<Vec<u8>>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = answer.into();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The client hangs up early where the answer is too long.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        request
    });
    (address, served)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert_ne!(read, 0, "the request ended early");
            continue;
        };
        let announced = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |len| len.parse().unwrap());
        if read == 0 || body.len() >= announced {
            return text;
        }
    }
}

#[tokio::test]
async fn literal_addresses_inside_are_refused_in_every_spelling() {
    let egress = Egress::new(EgressPolicy::default()).unwrap();
    for (host, class) in [
        ("127.0.0.1", AddressClass::Loopback),
        ("127.0.0.1.", AddressClass::Loopback),
        ("127.1", AddressClass::Loopback),
        ("127.0.1", AddressClass::Loopback),
        ("2130706433", AddressClass::Loopback),
        ("0x7f000001", AddressClass::Loopback),
        ("0x7f.1", AddressClass::Loopback),
        ("0X7F.0.0.0X1", AddressClass::Loopback),
        ("0177.0.0.1", AddressClass::Loopback),
        ("017700000001", AddressClass::Loopback),
        ("127.0.0.0x1", AddressClass::Loopback),
        ("%31%32%37.0.0.1", AddressClass::Loopback),
        ("１２７.０.０.１", AddressClass::Loopback),
        ("①②⑦.⓪.⓪.①", AddressClass::Loopback),
        ("127。0。0。1", AddressClass::Loopback),
        ("0", AddressClass::Unspecified),
        ("0.0.0.0", AddressClass::Unspecified),
        ("10.1", AddressClass::Private),
        ("0xa.0.0.1", AddressClass::Private),
        ("172.16.0.1", AddressClass::Private),
        ("192.168.0.1", AddressClass::Private),
        ("3232235521", AddressClass::Private),
        ("100.64.0.1", AddressClass::SharedSpace),
        ("100.100.100.200", AddressClass::SharedSpace),
        ("169.254.169.254", AddressClass::LinkLocal),
        ("2852039166", AddressClass::LinkLocal),
        ("0xa9fea9fe", AddressClass::LinkLocal),
        ("0251.0376.0251.0376", AddressClass::LinkLocal),
        ("168.63.129.16", AddressClass::Metadata),
        ("192.0.0.192", AddressClass::Reserved),
        ("192.0.2.1", AddressClass::Documentation),
        ("224.0.0.1", AddressClass::Multicast),
        ("255.255.255.255", AddressClass::Multicast),
        ("[::]", AddressClass::Unspecified),
        ("[::1]", AddressClass::Loopback),
        ("[0:0:0:0:0:0:0:1]", AddressClass::Loopback),
        ("[::127.0.0.1]", AddressClass::Translated),
        ("[::ffff:127.0.0.1]", AddressClass::Translated),
        ("[::ffff:7f00:1]", AddressClass::Translated),
        ("[::FFFF:A9FE:A9FE]", AddressClass::Translated),
        ("[64:ff9b::7f00:1]", AddressClass::Translated),
        ("[64:ff9b:1::1]", AddressClass::Translated),
        ("[2002:7f00:1::]", AddressClass::Translated),
        ("[2001:0:1::1]", AddressClass::Translated),
        ("[2001:db8::1]", AddressClass::Documentation),
        ("[fc00::1]", AddressClass::UniqueLocal),
        ("[fd00:ec2::254]", AddressClass::UniqueLocal),
        ("[fe80::1]", AddressClass::LinkLocal),
        ("[ff02::1]", AddressClass::Multicast),
    ] {
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://{host}:8443/path");
            assert_eq!(
                egress.check(&url),
                Err(EgressError::AddressRefused(class)),
                "{url}"
            );
            assert_eq!(
                refusal(&egress, &url).await,
                EgressError::AddressRefused(class),
                "{url}"
            );
        }
    }
}

#[tokio::test]
async fn urls_of_other_schemes_with_credentials_or_without_host_are_refused() {
    let egress = loopback();
    for (url, error) in [
        ("", EgressError::UrlMalformed),
        ("example.com", EgressError::UrlMalformed),
        ("//example.com", EgressError::UrlMalformed),
        ("https://", EgressError::UrlMalformed),
        ("https://exa mple.com", EgressError::UrlMalformed),
        ("https://256.256.256.256", EgressError::UrlMalformed),
        ("https://[fe80::1%25eth0]/", EgressError::UrlMalformed),
        ("ftp://127.0.0.1/", EgressError::SchemeRefused),
        ("file:///etc/hosts", EgressError::SchemeRefused),
        ("gopher://127.0.0.1/", EgressError::SchemeRefused),
        ("data:text/plain,x", EgressError::SchemeRefused),
        ("http+unix://127.0.0.1/", EgressError::SchemeRefused),
        ("https://user@example.com/", EgressError::CredentialsInUrl),
        ("https://user:secret@example.com/", EgressError::CredentialsInUrl),
        ("https://:secret@example.com/", EgressError::CredentialsInUrl),
        ("https://example.com:25/", EgressError::PortRefused),
        ("https://1.1.1.1:0025/", EgressError::PortRefused),
        ("http://127.0.0.1:587/", EgressError::PortRefused),
        ("http://1.1.1.1/", EgressError::PlainHttpRefused),
        ("http://[2606:4700::1111]/", EgressError::PlainHttpRefused),
    ] {
        assert_eq!(refusal(&egress, url).await, error, "{url}");
        assert_eq!(egress.check(url), Err(error), "{url}");
    }
    assert_eq!(egress.check("https://example.com/.well-known/jwks.json"), Ok(()));
}

#[tokio::test]
async fn names_that_resolve_to_an_address_inside_are_refused() {
    for (addresses, class) in [
        (&["127.0.0.1"][..], AddressClass::Loopback),
        (&["10.0.0.1"], AddressClass::Private),
        (&["169.254.169.254"], AddressClass::LinkLocal),
        (&["100.64.0.1"], AddressClass::SharedSpace),
        (&["::1"], AddressClass::Loopback),
        (&["::ffff:127.0.0.1"], AddressClass::Translated),
        (&["64:ff9b::7f00:1"], AddressClass::Translated),
        (&["fd00::1"], AddressClass::UniqueLocal),
        (&["93.184.215.14", "10.0.0.1"], AddressClass::Private),
        (&["10.0.0.1", "93.184.215.14"], AddressClass::Private),
    ] {
        let egress = Egress::with_lookup(EgressPolicy::default(), lookup(addresses)).unwrap();
        for url in ["https://peer.example/", "https://peer.example:8443/"] {
            assert_eq!(
                refusal(&egress, url).await,
                EgressError::AddressRefused(class),
                "{addresses:?}"
            );
        }
    }
    let public = Egress::with_lookup(EgressPolicy::default(), lookup(&["93.184.215.14"])).unwrap();
    assert_eq!(
        refusal(&public, "http://peer.example/").await,
        EgressError::PlainHttpRefused
    );
    let nothing = Egress::with_lookup(EgressPolicy::default(), lookup(&[])).unwrap();
    assert_eq!(
        refusal(&nothing, "https://peer.example/").await,
        EgressError::NameUnresolved
    );
}

#[tokio::test]
async fn localhost_by_the_systems_own_names_is_refused() {
    let egress = Egress::new(EgressPolicy::default()).unwrap();
    for url in [
        "https://localhost:1/",
        "http://localhost:1/",
        "https://LOCALHOST:1/",
    ] {
        assert_eq!(
            refusal(&egress, url).await,
            EgressError::AddressRefused(AddressClass::Loopback),
            "{url}"
        );
    }
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked() {
    let (address, served) = serve(EMPTY_OK).await;
    let lookup = lookup(&["127.0.0.1"]);
    let egress = Egress::with_lookup(loopback_policy(), lookup.clone()).unwrap();
    let answer = egress
        .get(&format!("http://peer.example:{}/", address.port()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    let host = format!("host: peer.example:{}\r\n", address.port());
    assert!(served.await.unwrap().contains(&host));
    assert_eq!(lookup.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_exception_opens_loopback_for_get_with_headers_and_basic() {
    let body = r#"{"keys":[]}"#;
    let (address, served) = serve(format!(
        "HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    let egress = loopback();
    let answer = egress
        .get(&format!("http://{address}/jwks?a=b"))
        .header(ACCEPT, HeaderValue::from_static("application/json"))
        .basic_auth("client", "secret")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["etag"], "\"1\"");
    assert_eq!(answer.body, body.as_bytes());
    assert_eq!(answer.json::<Value>().unwrap(), json!({"keys": []}));
    let request = served.await.unwrap();
    assert!(request.starts_with("GET /jwks?a=b HTTP/1.1\r\n"), "{request}");
    for header in [
        "accept: application/json",
        "authorization: Basic Y2xpZW50OnNlY3JldA==",
        "user-agent: consentry/",
    ] {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(
        !request.to_ascii_lowercase().contains("accept-encoding"),
        "{request}"
    );
}

#[tokio::test]
async fn forms_json_and_bytes_are_posted() {
    let egress = loopback();

    let (address, served) = serve(EMPTY_OK).await;
    let form = [("grant_type", "authorization_code"), ("code", "a b&c")];
    egress
        .post_form(&format!("http://{address}/token"), &form)
        .send()
        .await
        .unwrap();
    let request = served.await.unwrap();
    assert!(request.starts_with("POST /token HTTP/1.1\r\n"));
    assert!(request.contains("content-type: application/x-www-form-urlencoded"));
    assert!(request.ends_with("\r\n\r\ngrant_type=authorization_code&code=a+b%26c"));

    let (address, served) = serve(EMPTY_OK).await;
    let sent = egress
        .post_json(&format!("http://{address}/"), &json!({"a": 1}))
        .bearer_auth("token");
    sent.send().await.unwrap();
    let request = served.await.unwrap();
    assert!(request.contains("content-type: application/json"));
    assert!(request.contains("authorization: Bearer token"));
    assert!(request.ends_with("\r\n\r\n{\"a\":1}"));

    let (address, served) = serve(EMPTY_OK).await;
    egress
        .post_bytes(&format!("http://{address}/"), b"as it is".to_vec())
        .send()
        .await
        .unwrap();
    assert!(served.await.unwrap().ends_with("\r\n\r\nas it is"));
}

#[tokio::test]
async fn an_answer_longer_than_the_limit_is_cut_with_an_error() {
    let limit = EgressPolicy::default().max_answer_len;
    let announced = |len: usize| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{}",
            "x".repeat(len)
        )
    };
    let until_close = |len: usize| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(len));
    let chunked = |len: usize| {
        let chunk = format!("{len:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(len));
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}")
    };
    let lie = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 1_u64 << 62);
    let egress = loopback();
    for (answer, expected) in [
        (announced(limit), Ok(limit)),
        (announced(limit + 1), Err(EgressError::AnswerTooLarge)),
        (until_close(limit), Ok(limit)),
        (until_close(limit + 1), Err(EgressError::AnswerTooLarge)),
        (until_close(limit * 8), Err(EgressError::AnswerTooLarge)),
        (chunked(limit), Ok(limit)),
        (chunked(limit + 1), Err(EgressError::AnswerTooLarge)),
        (lie, Err(EgressError::AnswerTooLarge)),
    ] {
        let (address, served) = serve(answer).await;
        let result = egress.get(&format!("http://{address}/")).send().await;
        assert_eq!(result.map(|answer| answer.body.len()), expected);
        served.await.unwrap();
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let target = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    target.set_nonblocking(true).unwrap();
    let location = format!("http://{}/inside", target.local_addr().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let (address, served) = serve(format!(
            "HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
        ))
        .await;
        let answer = loopback()
            .get(&format!("http://{address}/"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.headers[LOCATION], location);
        served.await.unwrap();
    }
    let nobody = target.accept().unwrap_err();
    assert_eq!(
        nobody.kind(),
        io::ErrorKind::WouldBlock,
        "the redirect was followed"
    );
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_deadline() {
    let egress = Egress::new(EgressPolicy {
        deadline: Duration::from_millis(100),
        ..loopback_policy()
    })
    .unwrap();
    for begun in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let stalled = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream.write_all(begun.as_bytes()).await.unwrap();
            // Ends when the client has hung up.
            let _ = stream.read(&mut [0; 1]).await;
        });
        let error = refusal(&egress, &url).await;
        assert_eq!(error, EgressError::DeadlinePassed, "{begun:?}");
        assert!(error.is_transient());
        stalled.await.unwrap();
    }
}

#[tokio::test]
async fn failures_of_connection_tls_and_http_have_their_own_codes() {
    let egress = loopback();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        refusal(&egress, &format!("http://{closed}/")).await,
        EgressError::ConnectionFailed
    );

    let (address, _served) = serve("this is not HTTP\r\n\r\n").await;
    assert_eq!(
        refusal(&egress, &format!("http://{address}/")).await,
        EgressError::AnswerBroken
    );

    let (address, _served) = serve("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").await;
    assert_eq!(
        refusal(&egress, &format!("http://{address}/")).await,
        EgressError::AnswerBroken
    );

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let no_tls = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    assert_eq!(
        refusal(&egress, &format!("https://{no_tls}/")).await,
        EgressError::ConnectionFailed
    );
    served.await.unwrap();
}

#[test]
fn certificates_that_cannot_be_read_fail_at_setup() {
    let policy = EgressPolicy {
        extra_roots: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
        ..EgressPolicy::default()
    };
    assert!(matches!(Egress::new(policy), Err(EgressError::Setup(_))));
}

#[test]
fn error_texts_and_codes_name_no_address() {
    let refused = EgressError::AddressRefused(AddressClass::LinkLocal);
    assert_eq!(refused.to_string(), "the address is refused (link_local)");
    assert_eq!(refused.code(), "egress_address_refused");
    assert!(!refused.is_transient());
}
