//! A lean HTTP/1.1 client: what it costs is taken from the cores that are measured.
//!
//! Requests are bytes made beforehand; of an answer only what is asked for is read. Connections are kept open.

use std::{
    net::SocketAddr,
    ops::Range,
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::clock;

/// Headers of an answer at the most.
const HEADERS: usize = 64;

/// An open connection to the server that is measured.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as it lies in the connection's buffer.
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    head: &'a [u8],
    /// Its body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    #[expect(
        clippy::disallowed_methods,
        reason = "measures a server on this machine; nothing leaves it"
    )]
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a request and waits for the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection in the middle");
            if let Some(Layout { status, head, body }) = complete(&self.buffer)? {
                return Ok(Answer {
                    status,
                    head: &self.buffer[head],
                    body: &self.buffer[body],
                });
            }
        }
    }
}

/// Somebody who reads an answer that does not end, and notes when a text comes in it.
pub struct Watching;

impl Watching {
    /// Sends the request and reads on a thread of its own, until nobody asks for the moments any more. Returns once the answer began.
    pub fn start(address: SocketAddr, request: Vec<u8>, text: &'static str) -> Result<Receiver<Instant>> {
        let (told, moments) = mpsc::channel();
        let (began, begun) = mpsc::channel();
        std::thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut connection = Connection::open(address).await?;
                connection.stream.write_all(&request).await?;
                let mut began = Some(began);
                while connection.stream.read_buf(&mut connection.buffer).await? > 0 {
                    let now = clock::now();
                    let read = String::from_utf8_lossy(&connection.buffer).into_owned();
                    if read.contains("retry:")
                        && let Some(began) = began.take()
                    {
                        let _nobody_waits = began.send(read.starts_with("HTTP/1.1 200"));
                    }
                    // What came of a text that is not all there yet stays for the next look.
                    for _ in read.matches(text) {
                        told.send(now)?;
                    }
                    let done = read.rfind(text).map_or(0, |place| place + text.len());
                    if done > 0 {
                        connection.buffer.drain(..done.min(connection.buffer.len()));
                    }
                }
                Ok(())
            })
        });
        let is_good = begun.recv_timeout(Duration::from_secs(10));
        ensure!(is_good == Ok(true), "the stream did not begin");
        Ok(moments)
    }
}

/// Where the parts of an answer lie.
struct Layout {
    status: u16,
    head: Range<usize>,
    body: Range<usize>,
}

/// The layout of an answer that is all there.
fn complete(bytes: &[u8]) -> Result<Option<Layout>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = answer.parse(bytes)? else {
        return Ok(None);
    };
    let status = answer.code.context("an answer without status")?;
    let length = answer
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize = match length {
        Some(header) => std::str::from_utf8(header.value)?.parse()?,
        None if matches!(status, 204 | 304) => 0,
        None => bail!("an answer with status {status} does not say how long it is"),
    };
    let layout = Layout {
        status,
        head: 0..head,
        body: head..head + length,
    };
    Ok((bytes.len() >= layout.body.end).then_some(layout))
}

impl Answer<'_> {
    /// The values of a header, in their order.
    pub fn headers(&self, name: &str) -> Result<Vec<String>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let _complete = answer.parse(self.head)?;
        answer
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| Ok(std::str::from_utf8(header.value)?.to_owned()))
            .collect()
    }

    /// Fails, showing the answer, unless it has this status.
    pub fn expect(&self, status: u16) -> Result<()> {
        ensure!(
            self.status == status,
            "{} instead of {status}: {}",
            self.status,
            String::from_utf8_lossy(&self.body[..self.body.len().min(600)])
        );
        Ok(())
    }
}

/// A request, put together once.
#[derive(Clone)]
pub struct Request {
    head: String,
    body: String,
}

impl Request {
    /// Begins one to the server at this address.
    pub fn new(method: &str, target: &str, address: SocketAddr) -> Self {
        Self {
            head: format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\n"),
            body: String::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(name);
        self.head.push_str(": ");
        self.head.push_str(value);
        self.head.push_str("\r\n");
        self
    }

    /// Logs a client in by Basic.
    #[must_use]
    pub fn basic(self, user: &str, secret: &str) -> Self {
        use base64::Engine as _;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{secret}"));
        self.header("authorization", &format!("Basic {pair}"))
    }

    /// Gives it a body.
    #[must_use]
    pub fn body(mut self, media_type: &str, body: String) -> Self {
        self = self.header("content-type", media_type);
        self.body = body;
        self
    }

    /// Gives it a form as body.
    pub fn form(self, fields: &[(&str, &str)]) -> Result<Self> {
        let body = serde_urlencoded::to_string(fields)?;
        Ok(self.body("application/x-www-form-urlencoded", body))
    }

    /// What goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let length = self.body.len();
        format!("{}content-length: {length}\r\n\r\n{}", self.head, self.body).into_bytes()
    }
}
