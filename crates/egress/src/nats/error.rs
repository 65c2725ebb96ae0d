//! Why NATS did not do what it was asked.

/// What went wrong. Texts hold no secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NatsError {
    /// The settings cannot be used.
    #[error("{0}")]
    Setup(String),
    /// No connection came about.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection broke.
    #[error("the connection broke")]
    Lost,
    /// JetStream refuses, or is not there.
    #[error("JetStream refuses: {0}")]
    Refused(String),
    /// The stream is there and is not what it has to be.
    #[error("the stream {stream} has another configuration: {why}")]
    OtherStream {
        /// Its name.
        stream: String,
        /// What differs.
        why: String,
    },
    /// Something else was written at the end of the stream meanwhile.
    #[error("the stream has another end by now")]
    OtherEnd,
    /// No answer in time.
    #[error("no answer in time")]
    Silent,
}
