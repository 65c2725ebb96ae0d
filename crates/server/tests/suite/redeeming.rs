//! One-time tokens of the dashboard over HTTP, on both engines: each opens one page, however many ask at once (consent-dashboard A2.6, A3).

use std::{collections::BTreeSet, fmt::Write as _, net::SocketAddr};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::{apply::applied, binary::Running, manifests::Place};

/// Tokens that are redeemed.
const TOKENS: usize = 5_000;

/// Back ends of the bank: each may ask for 50 tokens in a second (A13).
const BACK_ENDS: usize = 50;

/// Connections that redeem. Each writes all of its requests before it reads an answer, so that all redemptions are under way at once.
const CONNECTIONS: usize = 200;

const SECRET: &str = "a-secret-of-a-back-end-of-the-bank-that-nobody-guesses";

fn bank(place: &Place) {
    place.write("secret", SECRET);
    let mut manifest =
        "[[tenants]]\nslug = \"main\"\nlocale = \"en-GB\"\nbrand = { name = \"Meadow Bank\" }\n".to_owned();
    for number in 0..BACK_ENDS {
        writeln!(
            manifest,
            "[[tenants.api_keys]]\nid = \"{}\"\nsecret_file = \"secret\"\nopens = \"dashboard\"",
            back_end(number)
        )
        .unwrap();
    }
    let file = place.write("bank.toml", &manifest);
    applied(&place.run(&[], &["apply", "-f", &file]));
}

fn back_end(number: usize) -> String {
    format!("meadow-back-end-of-number-{number:03}")
}

/// Sends requests over one connection, all of them before the first answer is read; answers status and body of each.
#[expect(clippy::disallowed_methods, reason = "a client of the binary, as any other")]
async fn pipelined(address: SocketAddr, requests: Vec<String>) -> Vec<(u16, String)> {
    let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
    let count = requests.len();
    let writing = tokio::spawn(async move {
        write.write_all(requests.concat().as_bytes()).await.unwrap();
        write
    });
    let (mut answers, mut bytes) = (Vec::with_capacity(count), Vec::new());
    while answers.len() < count {
        if let Some((status, body, length)) = answer(&bytes) {
            answers.push((status, body));
            bytes.drain(..length);
        } else {
            assert!(
                read.read_buf(&mut bytes).await.unwrap() > 0,
                "the connection ended"
            );
        }
    }
    drop(writing.await.unwrap());
    answers
}

/// The first answer of what has come, once it is whole: status, body, and the bytes that it takes.
fn answer(bytes: &[u8]) -> Option<(u16, String, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    let whole = end + length.parse::<usize>().unwrap();
    let body = bytes.get(end..whole)?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some((status, String::from_utf8_lossy(body).into_owned(), whole))
}

async fn all(address: SocketAddr, requests: Vec<Vec<String>>) -> Vec<(u16, String)> {
    let mut sending = JoinSet::new();
    for (place, requests) in requests.into_iter().enumerate() {
        sending.spawn(async move { (place, pipelined(address, requests).await) });
    }
    let mut answers = sending.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().flat_map(|(_, answers)| answers).collect()
}

fn minting(address: SocketAddr, back_end: usize, customer: usize) -> String {
    let credential = STANDARD.encode(format!("{}:{SECRET}", self::back_end(back_end)));
    let body =
        format!("{{\"type\":\"consent_management\",\"scopes\":\"customer.modify_consent:cust-{customer}\"}}");
    format!(
        "POST /api/v4/token HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic {credential}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Each redemption comes from an address of its own, as a trusted proxy says: refused ones are counted by address (A13).
fn redemption(address: SocketAddr, token: &str, from: usize) -> String {
    format!(
        "GET /embed/authorizations?access_token={token} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\
         X-Forwarded-For: 10.{}.{}.1\r\n\r\n",
        from / 250,
        from % 250
    )
}

async fn redeem(place: &Place) {
    bank(place);
    let proxies = [("CONSENTRY__SERVER__TRUSTED_PROXIES", "127.0.0.0/8".to_owned())];
    let running = place.serve(&proxies);
    let address = running.address;
    let mut tokens: Vec<String> = Vec::with_capacity(TOKENS);
    while tokens.len() < TOKENS {
        let asked = (0..BACK_ENDS).map(|back_end| {
            let mine = (0..25).map(|number| minting(address, back_end, back_end * 25 + number));
            mine.collect()
        });
        for (status, body) in all(address, asked.collect()).await {
            // A second may be over before the back ends of this machine are through.
            if status == 200 {
                let body: Value = serde_json::from_str(&body).unwrap();
                tokens.push(body["access_token"].as_str().unwrap().to_owned());
            }
        }
    }
    tokens.truncate(TOKENS);
    assert_eq!(
        tokens.iter().collect::<BTreeSet<_>>().len(),
        TOKENS,
        "each is another"
    );

    // Both redemptions of a token go over other connections, in the same turn.
    let each = 2 * TOKENS / CONNECTIONS;
    let mut requests: Vec<Vec<String>> = Vec::with_capacity(CONNECTIONS);
    for connection in 0..CONNECTIONS {
        let first = connection / 2 * each;
        let mine = tokens[first..first + each].iter().enumerate();
        requests.push(
            mine.map(|(number, token)| redemption(address, token, connection * each + number))
                .collect(),
        );
    }
    let answers = all(address, requests).await;
    assert_eq!(answers.len(), 2 * TOKENS);
    let mut opened = vec![0; TOKENS];
    for (place, (status, _)) in answers.iter().enumerate() {
        let (connection, number) = (place / each, place % each);
        match status {
            200 => opened[connection / 2 * each + number] += 1,
            404 => {}
            other => panic!("a redemption was answered with {other}"),
        }
    }
    let twice = opened.iter().filter(|count| **count > 1).count();
    let never = opened.iter().filter(|count| **count == 0).count();
    assert_eq!((twice, never), (0, 0), "opened twice, and not at all");
    stopped(running);
}

fn stopped(running: Running) {
    assert!(running.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn dsh_a3_ten_thousand_redemptions_of_five_thousand_tokens_open_five_thousand_pages() {
    redeem(&Place::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dsh_a3_the_same_in_postgres() {
    redeem(&Place::in_postgres()).await;
}
