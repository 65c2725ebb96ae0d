//! Why a mail was not sent.

/// Why a mail was not sent. Nothing in it names whom it was for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The settings cannot work; told before any connection.
    #[error("mail.{0}")]
    Setup(String),
    /// The server does not want it, now or later (RFC 5321 4.2.1, 5yz).
    #[error("the server refused it with {0}")]
    Refused(String),
    /// The server does not take it for now (4yz).
    #[error("the server does not take it for now: {0}")]
    Later(String),
    /// The server cannot be used, whatever the mail: not reached, not trusted, or it does not take our name and password.
    #[error("the server cannot be used: {0}")]
    Away(String),
}
