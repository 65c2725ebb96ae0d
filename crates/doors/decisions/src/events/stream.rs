//! Server-sent events (enforcement-events-evidence 4.3; EVT-25 to EVT-30; WHATWG HTML, server-sent events).
//!
//! A task follows the feed and hands lines over through a short queue. A reader that does not take them is let go; it comes again with
//! the last id it saw and has lost nothing.

use std::fmt::Write as _;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::feed::{Follower, Heard, Start, TICKET, Wish};
use consentry_web::{
    error::{ApiError, FieldError, Problem, registry},
    headers,
    parameters::Parameters,
    rate_limits,
    visit::Visit,
};
use futures_util::stream::poll_fn;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::json;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::{
    accept, readers,
    readers::{Opening, Standing},
    refused, wish,
};

const MEDIA_TYPE: &str = "text/event-stream";

/// How long a reader waits before it comes again, in milliseconds.
const RETRY: u32 = 3_000;

/// A sign of life is sent each time when so many looks found nothing: every 15 s.
const LOOKS: u32 = 15;

/// Pieces that wait for a reader.
const QUEUE: usize = 8;

/// Size from which on a piece is handed over, in bytes. With [`QUEUE`] it bounds what waits in memory.
const PIECE: usize = 64 * 1024;

/// Events that may be committed while a reader takes nothing.
const MOST_BEHIND: u64 = 1_000;

/// `GET /events/v1/stream`.
pub(crate) async fn stream(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    accept::choose(&parts.headers, &[MEDIA_TYPE])?;
    let opening = readers::admit_stream(&visit, &parts.headers, &parts.uri).await?;
    let Opening::Reader(opened) = opening else {
        return Ok((StatusCode::NO_CONTENT, headers::api(), ()).into_response());
    };
    let (reader, parameters, again) = *opened;
    let Wanted {
        mut wish,
        is_named,
        signals,
    } = wanted(&parameters)?;
    if let Some(last) = last_event_id(&parts.headers)? {
        wish.start = Start::Cursor(last);
    }
    let quota = visit.ledger().count_stream(&visit.tenant, reader.name());
    let quota = quota.map_err(|quota| rate_limits::exceeded(&quota))?;
    let standing = Standing::of(&visit, again, &reader);
    let reading = visit
        .ledger()
        .read_events(visit.tenant.clone(), visit.base_url(), reader, wish);
    let mut follower = reading.await.map_err(refused)?.follow().await.map_err(refused)?;
    if signals {
        follower = follower.with_signals();
    }
    let (pieces, mut taken) = mpsc::channel(QUEUE);
    let serving = Serving {
        sent: follower.cursor(),
        follower,
        standing,
        is_named,
        pieces,
        text: String::new(),
        quiet: 0,
    };
    tokio::spawn(serving.until_over().in_current_span());
    let own = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let lines = poll_fn(move |context| {
        taken
            .poll_recv(context)
            .map(|piece| piece.map(Ok::<_, std::convert::Infallible>))
    });
    let answer = (headers::api(), own, Body::from_stream(lines)).into_response();
    Ok(rate_limits::told(answer, Some(&quota)))
}

/// `POST /events/v1/tickets`: a ticket for one stream with these parameters (EVT-29).
pub(crate) async fn ticket(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let (reader, parameters) = readers::admit(&visit, &parts.headers, &parts.uri).await?;
    let _fits = wanted(&parameters)?;
    let asked = parts.uri.query().unwrap_or_default();
    let ticket = visit
        .ledger()
        .event_ticket(&visit.tenant, &reader, asked, visit.address)
        .await
        .map_err(ApiError::from)?;
    let ticket = ticket.ok_or_else(|| ApiError::new(&registry::FORBIDDEN))?;
    let body = json!({ "ticket": ticket.expose(), "expires_in": TICKET.as_seconds() });
    Ok((headers::api(), Json(body)).into_response())
}

/// What a stream shall tell.
struct Wanted {
    wish: Wish,
    /// Whether its events are named.
    is_named: bool,
    /// Whether it also tells what passes by.
    signals: bool,
}

fn wanted(parameters: &Parameters) -> Result<Wanted, ApiError> {
    wish::require_known(parameters, &["named", "signals"])?;
    let signals = wish::switch(parameters, "signals")?;
    let wish = wish::wish(parameters, Start::Latest)?;
    if !signals {
        wish::require_durable(&wish.filter)?;
    }
    Ok(Wanted {
        wish,
        is_named: wish::switch(parameters, "named")?,
        signals,
    })
}

/// The id that a reader saw last; it wins over parameters (EVT-25).
fn last_event_id(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(id) => Ok(Some(id.to_owned())),
        Err(_) => Err(ApiError::new(&registry::CURSOR_MISMATCH)
            .field(FieldError::parameter("Last-Event-ID", "is no id of this stream"))),
    }
}

/// Why a stream is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The reader went away.
    Gone,
    /// The reader takes nothing.
    Slow,
    /// The credential does not hold any more.
    Lost,
    /// The ledger says so.
    Ended(consentry_ledger::feed::Ended),
    /// Something failed.
    Failed,
}

/// One stream.
struct Serving {
    follower: Follower,
    standing: Standing,
    is_named: bool,
    pieces: mpsc::Sender<Bytes>,
    /// What is not handed over yet.
    text: String,
    /// The id that was sent last.
    sent: String,
    /// Looks that found nothing, since something was sent.
    quiet: u32,
}

impl Serving {
    async fn until_over(mut self) {
        let over = match self.run().await {
            Err(over) => over,
            Ok(()) => Over::Gone,
        };
        tracing::debug!(why = ?over, reader = self.follower.reader().name(), "a stream is over");
    }

    async fn run(&mut self) -> Result<(), Over> {
        // The place is told before anything happens, so that a reader that goes at once can come again without a gap.
        let _written = write!(self.text, "retry: {RETRY}\nid: {}\n\n", self.sent);
        self.hand_over().await?;
        loop {
            let heard = tokio::select! {
                heard = self.follower.next() => heard,
                () = self.pieces.closed() => return Ok(()),
            };
            if !self.standing.holds().await {
                return Err(Over::Lost);
            }
            match heard {
                Ok(Heard::Events(page)) => {
                    for event in page.events {
                        self.name(&event.kind);
                        let _written = write!(self.text, "id: {}\ndata: {}\n\n", event.cursor, event.json);
                        self.sent = event.cursor;
                        if self.text.len() >= PIECE {
                            self.hand_over().await?;
                        }
                    }
                    self.hand_over().await?;
                }
                Ok(Heard::Signals(signals)) => {
                    for signal in signals {
                        self.name(&signal.kind);
                        // Without an id: there is nothing to go on from.
                        let _written = write!(self.text, "data: {}\n\n", signal.json);
                    }
                    self.hand_over().await?;
                }
                Ok(Heard::Nothing) => self.sign_of_life().await?,
                Ok(Heard::Over(ended)) => return Err(Over::Ended(ended)),
                Err(error) => {
                    tracing::error!(%error, "a stream ends, since the log could not be read");
                    return Err(Over::Failed);
                }
            }
        }
    }

    /// Names what comes next, for readers who want that.
    fn name(&mut self, kind: &str) {
        if self.is_named {
            let _written = writeln!(self.text, "event: {kind}");
        }
    }

    /// Every now and then a comment, and with it how far was looked: a reader whose filter lets little through need not go over all
    /// of that again.
    async fn sign_of_life(&mut self) -> Result<(), Over> {
        self.quiet += 1;
        if self.quiet < LOOKS {
            return Ok(());
        }
        self.text.push_str(": hb\n");
        let cursor = self.follower.cursor();
        if cursor != self.sent {
            let _written = writeln!(self.text, "id: {cursor}");
            self.sent = cursor;
        }
        self.text.push('\n');
        self.hand_over().await
    }

    /// Queues what was written. Where there is no room, waits as long as the reader is not too far behind.
    async fn hand_over(&mut self) -> Result<(), Over> {
        if self.text.is_empty() {
            return Ok(());
        }
        self.quiet = 0;
        let piece = Bytes::from(std::mem::take(&mut self.text));
        let piece = match self.pieces.try_send(piece) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(Over::Gone),
            Err(mpsc::error::TrySendError::Full(piece)) => piece,
        };
        let mut size = self.follower.size();
        let most = size.borrow().saturating_add(MOST_BEHIND);
        loop {
            tokio::select! {
                room = self.pieces.reserve() => match room {
                    Ok(room) => {
                        room.send(piece);
                        return Ok(());
                    }
                    Err(_) => return Err(Over::Gone),
                },
                grown = async { size.wait_for(|size| *size > most).await.is_ok() } => {
                    return Err(if grown { Over::Slow } else { Over::Failed });
                }
                ended = self.follower.wait() => if let Some(ended) = ended {
                    return Err(Over::Ended(ended));
                },
            }
            if !self.standing.holds().await {
                return Err(Over::Lost);
            }
        }
    }
}
