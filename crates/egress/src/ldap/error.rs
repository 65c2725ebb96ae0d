//! Why a directory gave no answer. "No such entry" and "wrong password" are answers.

/// Why a directory could not be asked. Texts hold neither passwords nor names of people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LdapError {
    /// The settings cannot be used.
    #[error("{0}")]
    Setup(String),
    /// The server's name has no address or could not be looked up.
    #[error("the host name could not be resolved")]
    NameUnresolved,
    /// Nobody listens, or the connection broke.
    #[error("the connection failed")]
    ConnectionFailed,
    /// No encrypted connection came about.
    #[error("TLS failed: {0}")]
    TlsFailed(String),
    /// The server does not take the account that searches.
    #[error("the server refuses the account that searches (result code {0})")]
    AccountRefused(u32),
    /// The server answered with a result code (RFC 4511 appendix A) that decides nothing.
    #[error("the server answered with result code {0}")]
    Refused(u32),
    /// What came is not what LDAP says.
    #[error("the answer is broken")]
    AnswerBroken,
    /// No complete answer before the deadline.
    #[error("the deadline has passed")]
    DeadlinePassed,
}

/// A failure in the middle of an operation. The library's own text may hold what the server said, so only its kind is kept.
impl From<ldap3::LdapError> for LdapError {
    fn from(error: ldap3::LdapError) -> Self {
        match error {
            ldap3::LdapError::LdapResult { result } => Self::Refused(result.rc),
            ldap3::LdapError::FilterParsing | ldap3::LdapError::DecodingUTF8 => Self::AnswerBroken,
            ldap3::LdapError::Timeout { .. } => Self::DeadlinePassed,
            _ => Self::ConnectionFailed,
        }
    }
}
