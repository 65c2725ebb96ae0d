//! One connection, made anew when it is asked for after it broke.

use std::{future::Future, pin::Pin, sync::Arc};

use async_nats::{
    ConnectOptions, Event, HeaderMap,
    jetstream::{
        self, Context, ErrorCode,
        context::{GetStreamErrorKind, PublishErrorKind},
        stream::RawMessageErrorKind,
    },
};
use secrecy::ExposeSecret as _;
use tokio::sync::{Mutex, watch};

use super::{
    error::NatsError,
    settings::{NatsAccount, NatsSettings, Target},
    stream::{StoredMessage, StreamEnd, StreamWish},
};

/// Header with the place of an event in its log.
const SEQUENCE: &str = "Consentry-Sequence";

/// Most messages on their way.
const MOST_ON_THEIR_WAY: usize = 1_024;

/// How many messages at the end of a stream are looked at for one of ours.
const LOOKED_BACK: usize = 64;

/// Whoever wants to publish. Connects when it is asked to.
pub struct NatsClient {
    settings: NatsSettings,
    link: Mutex<Option<Arc<JetStream>>>,
}

impl std::fmt::Debug for NatsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsClient").finish_non_exhaustive()
    }
}

/// A connection. What is done with it fails once it broke.
pub struct JetStream {
    context: Context,
    is_lost: watch::Receiver<bool>,
}

impl std::fmt::Debug for JetStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JetStream").finish_non_exhaustive()
    }
}

/// A message to be stored.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Its subject.
    pub subject: String,
    /// `Nats-Msg-Id`: the server drops it where it knows it.
    pub id: String,
    /// `Consentry-Sequence`.
    pub sequence: String,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The server's number of the message that has to be the last one before it.
    pub behind: u64,
    /// The id that this message has to have; none where anything may be before it.
    pub behind_id: Option<String>,
    /// What it says.
    pub body: String,
}

/// What the server says of a message that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// Its number.
    pub sequence: u64,
    /// Whether it was there before.
    pub is_duplicate: bool,
}

/// A message on its way.
pub type Acknowledgement = Pin<Box<dyn Future<Output = Result<Acknowledged, NatsError>> + Send>>;

impl NatsClient {
    /// Judges the settings. Connects to nobody yet.
    pub fn new(settings: NatsSettings) -> Result<Self, NatsError> {
        let _usable = settings.target()?;
        Ok(Self {
            settings,
            link: Mutex::default(),
        })
    }

    /// The connection there is, or a new one.
    pub async fn connected(&self) -> Result<Arc<JetStream>, NatsError> {
        let mut link = self.link.lock().await;
        if let Some(link) = link.as_ref().filter(|link| !*link.is_lost.borrow()) {
            return Ok(Arc::clone(link));
        }
        // The old one first, so that nothing it still holds is sent after what comes now.
        *link = None;
        let fresh = Arc::new(connect(&self.settings).await?);
        *link = Some(Arc::clone(&fresh));
        Ok(fresh)
    }
}

async fn connect(settings: &NatsSettings) -> Result<JetStream, NatsError> {
    let Target { servers, tls } = settings.target()?;
    let (told, is_lost) = watch::channel(false);
    let mut options = match &settings.account {
        NatsAccount::Password { user, password } => {
            ConnectOptions::with_user_and_password(user.clone(), password.expose_secret().to_owned())
        }
        NatsAccount::Anonymous => ConnectOptions::new(),
    };
    options = options
        .name("consentry")
        .connection_timeout(settings.deadline)
        .request_timeout(Some(settings.deadline))
        // A connection that broke is not mended but replaced: what it still held must not arrive late.
        .max_reconnects(1)
        .event_callback(move |event| {
            let told = told.clone();
            async move {
                match event {
                    Event::Disconnected | Event::Closed => {
                        told.send_replace(true);
                    }
                    Event::ServerError(error) => tracing::debug!(%error, "NATS says that something is wrong"),
                    _ => {}
                }
            }
        });
    if let Some(tls) = tls {
        options = options.require_tls(true).tls_client_config(tls);
    }
    let connecting = tokio::time::timeout(settings.deadline, options.connect(servers));
    let client = connecting
        .await
        .map_err(|_| NatsError::Silent)?
        .map_err(|error| NatsError::Connect(error.to_string()))?;
    let mut context = jetstream::context::ContextBuilder::new()
        .max_ack_inflight(MOST_ON_THEIR_WAY)
        .build(client);
    context.set_timeout(settings.deadline);
    Ok(JetStream { context, is_lost })
}

impl JetStream {
    /// Returns when the connection broke.
    pub async fn lost(&self) {
        let mut is_lost = self.is_lost.clone();
        let _gone = is_lost.wait_for(|is_lost| *is_lost).await.is_err();
    }

    /// Makes the stream where it is missing and judges it where it is there; answers where it ends.
    pub async fn stream(&self, wish: &StreamWish) -> Result<StreamEnd, NatsError> {
        let found = self.context.get_stream(&wish.name).await;
        let mut stream = match found {
            Ok(stream) => stream,
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(refused)
                    if refused.error_code() == ErrorCode::STREAM_NOT_FOUND =>
                {
                    let made = self.context.create_stream(wish.configuration()).await;
                    made.map_err(|error| NatsError::Refused(error.to_string()))?
                }
                _ => return Err(NatsError::Refused(error.to_string())),
            },
        };
        let info = stream
            .info()
            .await
            .map_err(|error| NatsError::Refused(error.to_string()))?;
        if let Some(why) = wish.differs_from(&info.config) {
            return Err(NatsError::OtherStream {
                stream: wish.name.clone(),
                why,
            });
        }
        let (first, sequence) = (info.state.first_sequence, info.state.last_sequence);
        let mut end = StreamEnd {
            sequence,
            message: None,
        };
        // Somebody else's messages may lie behind ours.
        for number in (first.max(1)..=sequence).rev().take(LOOKED_BACK) {
            let message = match stream.get_raw_message(number).await {
                Ok(message) => message,
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => continue,
                Err(error) => return Err(NatsError::Refused(error.to_string())),
            };
            let header = |name: &str| message.headers.get(name).map(ToString::to_string);
            let id = header(async_nats::header::NATS_MESSAGE_ID.as_ref());
            if let (Some(id), Some(sequence)) = (id, header(SEQUENCE)) {
                end.message = Some(StoredMessage { id, sequence });
                break;
            }
        }
        Ok(end)
    }

    /// Sends a message on its way. Those of one connection arrive in the order in which they were sent.
    pub async fn publish(&self, message: Publication) -> Result<Acknowledgement, NatsError> {
        let mut headers = HeaderMap::new();
        headers.insert("Content-Type", message.content_type);
        headers.insert(async_nats::header::NATS_MESSAGE_ID, message.id.as_str());
        headers.insert(
            async_nats::header::NATS_EXPECTED_LAST_SEQUENCE,
            message.behind.to_string().as_str(),
        );
        if let Some(id) = &message.behind_id {
            headers.insert(async_nats::header::NATS_EXPECTED_LAST_MESSAGE_ID, id.as_str());
        }
        headers.insert(SEQUENCE, message.sequence.as_str());
        let sent = self
            .context
            .publish_with_headers(message.subject, headers, message.body.into())
            .await
            .map_err(|error| publishing(&error))?;
        Ok(Box::pin(async move {
            let answer = sent.await.map_err(|error| publishing(&error))?;
            Ok(Acknowledged {
                sequence: answer.sequence,
                is_duplicate: answer.duplicate,
            })
        }))
    }
}

fn publishing(error: &jetstream::context::PublishError) -> NatsError {
    match error.kind() {
        PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId => NatsError::OtherEnd,
        PublishErrorKind::TimedOut => NatsError::Silent,
        PublishErrorKind::BrokenPipe => NatsError::Lost,
        _ => NatsError::Refused(error.to_string()),
    }
}
