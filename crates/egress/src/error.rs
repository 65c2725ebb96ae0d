//! Why nothing came back. Texts name no address, so they may be shown to whoever chose the URL.

use std::error::Error;

use crate::address::AddressClass;

/// Why a request failed. An answer with an error status or a redirect is an answer, not an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The text is not an absolute URL with a host.
    #[error("the url is malformed")]
    UrlMalformed,
    /// The scheme is neither `https` nor `http`.
    #[error("the url scheme is refused")]
    SchemeRefused,
    /// The URL holds a user name or password.
    #[error("the url holds credentials")]
    CredentialsInUrl,
    /// A port on which no HTTP is spoken, so that nobody makes us speak to what is there.
    #[error("the port is refused")]
    PortRefused,
    /// `http` to an address no exception covers.
    #[error("plain http is refused")]
    PlainHttpRefused,
    /// The host is, or a name resolves to, an address that must not be reached.
    #[error("the address is refused ({0})")]
    AddressRefused(AddressClass),
    /// The name has no address or could not be looked up.
    #[error("the host name could not be resolved")]
    NameUnresolved,
    /// A header or the body of the request cannot be written.
    #[error("the request is malformed")]
    RequestMalformed,
    /// Connecting failed, TLS included.
    #[error("the connection failed")]
    ConnectionFailed,
    /// The connection broke, or what came is not HTTP.
    #[error("the answer is broken")]
    AnswerBroken,
    /// The answer is longer than the limit.
    #[error("the answer is too long")]
    AnswerTooLarge,
    /// No complete answer before the deadline.
    #[error("the deadline has passed")]
    DeadlinePassed,
    /// The client cannot be set up: no trusted certificates, or certificates that cannot be read.
    #[error("the client could not be set up: {0}")]
    Setup(String),
}

impl EgressError {
    /// Stable code for answers, logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UrlMalformed => "egress_url_malformed",
            Self::SchemeRefused => "egress_scheme_refused",
            Self::CredentialsInUrl => "egress_credentials_in_url",
            Self::PortRefused => "egress_port_refused",
            Self::PlainHttpRefused => "egress_plain_http_refused",
            Self::AddressRefused(_) => "egress_address_refused",
            Self::NameUnresolved => "egress_name_unresolved",
            Self::RequestMalformed => "egress_request_malformed",
            Self::ConnectionFailed => "egress_connection_failed",
            Self::AnswerBroken => "egress_answer_broken",
            Self::AnswerTooLarge => "egress_answer_too_large",
            Self::DeadlinePassed => "egress_deadline_passed",
            Self::Setup(_) => "egress_setup",
        }
    }

    /// Whether the same request may succeed later: nothing about URL or request was refused.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::NameUnresolved | Self::ConnectionFailed | Self::AnswerBroken | Self::DeadlinePassed
        )
    }
}

/// Finds our own refusal inside the client's error, else says what kind of failure it was.
pub(crate) fn from_client(error: &reqwest::Error) -> EgressError {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<EgressError>() {
            return refusal.clone();
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        EgressError::DeadlinePassed
    } else if error.is_builder() {
        EgressError::RequestMalformed
    } else if error.is_connect() {
        EgressError::ConnectionFailed
    } else {
        EgressError::AnswerBroken
    }
}
