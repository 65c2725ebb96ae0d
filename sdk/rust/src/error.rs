//! Why a token is refused, and what to answer then.

use std::fmt;

/// The closed set of reasons. The codes are the same in every SDK and are never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// There is no token.
    Missing,
    /// The token is not of the right form, too long, or too deep.
    Malformed,
    /// Not signed with RS256.
    Alg,
    /// Not of the protocol version 0.2.
    Version,
    /// A token for something else.
    Typ,
    /// No consent id.
    Tid,
    /// No key id.
    Kid,
    /// The place of the keys is not the issuer's.
    Jku,
    /// Of another issuer.
    Issuer,
    /// The issuer's own document contradicts the settings. No verdict about the token.
    Configuration,
    /// Signed with a key that the issuer does not publish.
    KidUnknown,
    /// The keys cannot be had. No verdict about the token.
    KeysUnavailable,
    /// The signature is not good.
    Signature,
    /// A claim is missing or of the wrong type.
    Claims,
    /// From the future.
    NotYet,
    /// Expired.
    Expired,
    /// Lives longer than allowed here.
    Lifetime,
    /// For another data source.
    Dsi,
    /// The id token is missing or not valid.
    IdToken,
    /// The id token is another person's.
    Subject,
    /// The person is of another issuer.
    SubjectIssuer,
    /// The person was authenticated in another way.
    Acr,
    /// For another application.
    App,
    /// The application is registered at another issuer.
    AppIssuer,
    /// An access token for somebody else.
    Audience,
    /// An access token that does not allow this.
    Scope,
    /// The consent was taken back.
    Revoked,
    /// Nobody can tell whether it was. No verdict about the token.
    RevocationUnavailable,
    /// The check API does not take the question or the credentials.
    CheckRefused,
    /// The check API gives no answer.
    CheckUnavailable,
}

impl Code {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Alg => "alg",
            Self::Version => "version",
            Self::Typ => "typ",
            Self::Tid => "tid",
            Self::Kid => "kid",
            Self::Jku => "jku",
            Self::Issuer => "issuer",
            Self::Configuration => "configuration",
            Self::KidUnknown => "kid_unknown",
            Self::KeysUnavailable => "keys_unavailable",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::NotYet => "not_yet",
            Self::Expired => "expired",
            Self::Lifetime => "lifetime",
            Self::Dsi => "dsi",
            Self::IdToken => "id_token",
            Self::Subject => "subject",
            Self::SubjectIssuer => "subject_issuer",
            Self::Acr => "acr",
            Self::App => "app",
            Self::AppIssuer => "app_issuer",
            Self::Audience => "audience",
            Self::Scope => "scope",
            Self::Revoked => "revoked",
            Self::RevocationUnavailable => "revocation_unavailable",
            Self::CheckRefused => "check_refused",
            Self::CheckUnavailable => "check_unavailable",
        }
    }

    /// Whether this is no verdict about the token: keys, revocations or answers could not be had.
    pub const fn is_undecided(self) -> bool {
        matches!(
            self,
            Self::Configuration
                | Self::KeysUnavailable
                | Self::RevocationUnavailable
                | Self::CheckRefused
                | Self::CheckUnavailable
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A token was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refused {
    /// Why.
    pub code: Code,
    /// More about it, for logs. May hold addresses, and no text of a token.
    pub detail: String,
}

impl Refused {
    pub(crate) fn because(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self::because(code, "the token is refused")
    }
}

/// Settings that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub(crate) &'static str);

/// How a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `type` of the body.
    pub kind: &'static str,
    /// `message` of the body.
    pub message: &'static str,
    /// `WWW-Authenticate`, where there is one.
    pub challenge: Option<&'static str>,
}

impl Answer {
    const fn new(status: u16, kind: &'static str, message: &'static str) -> Self {
        Self {
            status,
            kind,
            message,
            challenge: None,
        }
    }

    const fn challenging(self, challenge: &'static str) -> Self {
        Self {
            challenge: Some(challenge),
            ..self
        }
    }

    /// How a data source refuses a request. A gateway replaces bodies with further members and some statuses (503 among them),
    /// so the body has exactly the two members that it lets through.
    pub const fn of_consent(code: Code) -> Self {
        if code.is_undecided() {
            return Self::new(
                500,
                "consent_verification_unavailable",
                "Consent cannot be verified at the moment.",
            );
        }
        match code {
            Code::Missing => Self::new(
                403,
                "consent_required",
                "This data source needs the user's consent.",
            ),
            Code::Expired => Self::new(403, "consent_token_expired", "The consent token has expired."),
            Code::Revoked => Self::new(403, "consent_revoked", "The consent was taken back."),
            Code::Dsi | Code::Subject | Code::SubjectIssuer | Code::Acr | Code::App | Code::AppIssuer => {
                Self::new(
                    403,
                    "consent_token_mismatch",
                    "The consent token is for something else.",
                )
            }
            Code::IdToken => Self::new(
                401,
                "id_token_missing_or_invalid",
                "The id token is missing or invalid.",
            ),
            _ => Self::new(403, "consent_token_invalid", "The consent token is invalid."),
        }
    }

    /// How an API refuses a request (RFC 6750).
    pub const fn of_access(code: Code) -> Self {
        if code.is_undecided() {
            return Self::new(
                503,
                "verification_unavailable",
                "Access tokens cannot be verified at the moment.",
            );
        }
        match code {
            Code::Missing => {
                Self::new(401, "access_token_missing", "An access token is needed.").challenging("Bearer")
            }
            Code::Scope => Self::new(403, "insufficient_scope", "The access token does not allow this.")
                .challenging("Bearer error=\"insufficient_scope\""),
            _ => Self::new(401, "access_token_invalid", "The access token is invalid.")
                .challenging("Bearer error=\"invalid_token\""),
        }
    }

    /// The body, as JSON.
    pub fn body(&self) -> String {
        serde_json::json!({ "type": self.kind, "message": self.message }).to_string()
    }
}
