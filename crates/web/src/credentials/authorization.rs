//! The `Authorization` header.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use secrecy::SecretString;

use crate::error::{ApiError, registry};

/// What an `Authorization` header holds.
#[derive(Debug, Default)]
pub enum Credentials {
    /// No header.
    #[default]
    None,
    /// HTTP Basic (RFC 7617).
    Basic {
        /// Everything before the first colon.
        user: String,
        /// Everything behind it.
        password: SecretString,
    },
    /// A bearer token (RFC 6750): everything behind the scheme.
    Bearer(SecretString),
    /// A scheme that nobody here speaks, in lower case.
    Other(String),
}

/// Reads the `Authorization` header of a request; the scheme's case does not matter.
pub fn authorization(headers: &HeaderMap) -> Result<Credentials, CredentialsError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(Credentials::None);
    };
    if values.next().is_some() {
        return Err(CredentialsError::Repeated);
    }
    let value = std::str::from_utf8(value.as_bytes())
        .map_err(|_| CredentialsError::Encoding)?
        .trim_matches([' ', '\t']);
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let rest = rest.trim_matches([' ', '\t']);
    match scheme.to_ascii_lowercase().as_str() {
        "" => Err(CredentialsError::Empty),
        "basic" => basic(rest),
        "bearer" if rest.is_empty() => Err(CredentialsError::Empty),
        "bearer" => Ok(Credentials::Bearer(rest.into())),
        other => Ok(Credentials::Other(other.to_owned())),
    }
}

/// Reads what stands behind `Basic`: base64 of `user:password` in UTF-8, split at the first colon.
pub fn basic(encoded: &str) -> Result<Credentials, CredentialsError> {
    if encoded.is_empty() {
        return Err(CredentialsError::Empty);
    }
    let decoded = STANDARD.decode(encoded).map_err(|_| CredentialsError::Base64)?;
    let decoded = String::from_utf8(decoded).map_err(|_| CredentialsError::Encoding)?;
    if decoded.chars().any(char::is_control) {
        return Err(CredentialsError::Control);
    }
    let (user, password) = decoded.split_once(':').ok_or(CredentialsError::NoColon)?;
    Ok(Credentials::Basic {
        user: user.to_owned(),
        password: password.into(),
    })
}

/// Why an `Authorization` header could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// More than one header.
    #[error("there is more than one authorization header")]
    Repeated,
    /// Nothing behind the scheme, or no scheme.
    #[error("the authorization header is empty")]
    Empty,
    /// Not UTF-8.
    #[error("the credentials are not valid UTF-8")]
    Encoding,
    /// Not base64.
    #[error("the credentials are not valid base64")]
    Base64,
    /// A control character (RFC 7617, 2).
    #[error("the credentials contain a control character")]
    Control,
    /// No colon between user and password.
    #[error("the credentials have no colon")]
    NoColon,
}

impl From<CredentialsError> for ApiError {
    fn from(error: CredentialsError) -> Self {
        ApiError::new(&registry::UNAUTHENTICATED).detail(error.to_string())
    }
}
