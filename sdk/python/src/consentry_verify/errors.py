"""Why a token is refused, and what to answer then. The codes are the same in every SDK and are never renamed."""

from __future__ import annotations

from enum import Enum


class Code(str, Enum):
    """The closed set of reasons."""

    MISSING = "missing"
    MALFORMED = "malformed"
    ALG = "alg"
    VERSION = "version"
    TYP = "typ"
    TID = "tid"
    KID = "kid"
    JKU = "jku"
    ISSUER = "issuer"
    CONFIGURATION = "configuration"
    KID_UNKNOWN = "kid_unknown"
    KEYS_UNAVAILABLE = "keys_unavailable"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    LIFETIME = "lifetime"
    DSI = "dsi"
    ID_TOKEN = "id_token"
    SUBJECT = "subject"
    SUBJECT_ISSUER = "subject_issuer"
    ACR = "acr"
    APP = "app"
    APP_ISSUER = "app_issuer"
    AUDIENCE = "audience"
    SCOPE = "scope"
    REVOKED = "revoked"
    REVOCATION_UNAVAILABLE = "revocation_unavailable"
    CHECK_REFUSED = "check_refused"
    CHECK_UNAVAILABLE = "check_unavailable"

    def __str__(self) -> str:
        return self.value


_UNDECIDED = frozenset(
    {Code.CONFIGURATION, Code.KEYS_UNAVAILABLE, Code.REVOCATION_UNAVAILABLE, Code.CHECK_REFUSED, Code.CHECK_UNAVAILABLE}
)

_MISMATCH = frozenset({Code.DSI, Code.SUBJECT, Code.SUBJECT_ISSUER, Code.ACR, Code.APP, Code.APP_ISSUER})


class Refused(Exception):
    """A token was not accepted. ``code`` says why; ``undecided`` is true where that is no verdict about the token."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.undecided = code in _UNDECIDED


def consent_answer(code: Code) -> tuple[int, str, str]:
    """Status, ``type`` and ``message`` with which a data source refuses a request.

    A gateway replaces bodies with further members and some statuses (503 among them), so these are exactly the two
    members that it lets through.
    """
    if code in _UNDECIDED:
        return 500, "consent_verification_unavailable", "Consent cannot be verified at the moment."
    if code is Code.MISSING:
        return 403, "consent_required", "This data source needs the user's consent."
    if code is Code.EXPIRED:
        return 403, "consent_token_expired", "The consent token has expired."
    if code is Code.REVOKED:
        return 403, "consent_revoked", "The consent was taken back."
    if code in _MISMATCH:
        return 403, "consent_token_mismatch", "The consent token is for something else."
    if code is Code.ID_TOKEN:
        return 401, "id_token_missing_or_invalid", "The id token is missing or invalid."
    return 403, "consent_token_invalid", "The consent token is invalid."


def access_answer(code: Code) -> tuple[int, str, str, str | None]:
    """Status, ``type``, ``message`` and ``WWW-Authenticate`` (RFC 6750) with which an API refuses a request."""
    if code in _UNDECIDED:
        return 503, "verification_unavailable", "Access tokens cannot be verified at the moment.", None
    if code is Code.MISSING:
        return 401, "access_token_missing", "An access token is needed.", "Bearer"
    if code is Code.SCOPE:
        return 403, "insufficient_scope", "The access token does not allow this.", 'Bearer error="insufficient_scope"'
    return 401, "access_token_invalid", "The access token is invalid.", 'Bearer error="invalid_token"'
