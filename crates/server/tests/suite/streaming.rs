//! A stream over the wire: what the binary does to one that is open when it is told to stop.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::binary::{Running, free_address, request};

#[test]
fn evt_27_a_stream_is_told_over_the_wire_and_ends_when_the_server_is_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(free_address(), folder.path());
    let client = &server.description["authorization"]["first_party"];
    let pair = format!(
        "{}:{}",
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap()
    );
    let mut connection = TcpStream::connect_timeout(&server.address, Duration::from_secs(5)).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    let head = format!(
        "GET /events/v1/stream HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {}\r\nAccept: text/event-stream\r\n\r\n",
        server.address,
        STANDARD.encode(pair)
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(connection);
    let mut until = |start: &str| {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(
                lines.read_line(&mut line).unwrap() > 0,
                "it ended before {start:?}"
            );
            if line.starts_with(start) {
                return line.clone();
            }
        }
    };
    assert!(until("HTTP/1.1 ").contains("200"));
    let _place = until("id: ");
    let record = "{\"status\":\"accepted\",\"subject\":\"cleo\",\"definition\":{\"id\":\"share-my-email\",\
                  \"version\":\"1.0\",\"locale\":\"en-GB\"}}";
    let head = format!(
        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {}\r\nContent-Type: application/json",
        server.service()
    );
    let (status, body) = request(server.address, &head, record).unwrap();
    assert_eq!(status, 201, "{body}");
    assert!(until("data: ").contains("consentry.subject.created"));
    assert!(until("data: ").contains("consentry.decision.recorded"));
    assert!(until("data: ").contains("consentry.consent.granted"));
    // It would wait for a request that does not end for longer than this connection waits for a byte.
    let stopping = std::thread::spawn(move || server.stop());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "it ends as an answer does: {rest:?}");
    assert!(stopping.join().unwrap().success());
}
