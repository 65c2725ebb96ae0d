//! Why the token endpoint gives nothing, in the terms of RFC 6749 5.2.

use consentry_store::{CommitError, StoreError};

use crate::error::Fault;

/// A request for tokens that is refused.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The code or refresh token is unknown, foreign, over, used or revoked, or consent is over.
    #[error("{0}")]
    InvalidGrant(&'static str),
    /// More scope than there is.
    #[error("{0}")]
    InvalidScope(&'static str),
    /// A resource that was not granted.
    #[error("{0}")]
    InvalidTarget(&'static str),
    /// More `authorization_details` than were given (RFC 9396 6).
    #[error("{0}")]
    InvalidAuthorizationDetails(&'static str),
    /// The client may not use this grant type.
    #[error("{0}")]
    UnauthorizedClient(&'static str),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TokenError {
    /// One answer for everything that is wrong with a code.
    pub(crate) const CODE: Self = Self::InvalidGrant("the code is not valid");
    /// One answer for everything that is wrong with a refresh token.
    pub(crate) const REFRESH: Self = Self::InvalidGrant("the refresh token is not valid");
    /// A token that is not the caller's to give back.
    pub(crate) const FOREIGN: Self = Self::UnauthorizedClient("the token was issued to another client");
    /// Wording of TPA-RT-04.
    pub(crate) const CONSENT: Self = Self::InvalidGrant("Consent expired or revoked");
}

impl From<StoreError> for TokenError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<CommitError> for TokenError {
    fn from(error: CommitError) -> Self {
        Self::Fault(error.into())
    }
}
