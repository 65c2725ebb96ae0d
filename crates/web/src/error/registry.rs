//! The registry of failure codes: every code that an answer of ours can carry, with what it means to whom.
//!
//! A code is stable: programs branch on it. Names that a protocol fixes differently for its door are translated by that
//! door's renderer, never by a second registry. `docs/errors.md` is written from here.

use std::fmt::Write as _;

use http::StatusCode;

/// One entry of the registry.
#[derive(Debug)]
pub struct Code {
    /// Stable name, last part of the problem type.
    pub name: &'static str,
    /// HTTP status of answers with this code.
    pub status: StatusCode,
    /// One sentence, the same for every occurrence (RFC 9457, 3.1.3).
    pub title: &'static str,
    /// What the caller can do.
    pub caller: &'static str,
    /// What the operator can do.
    pub operator: &'static str,
}

impl Code {
    /// The `type` member of a problem document.
    pub fn problem_type(&self) -> String {
        if self.name == RATE_LIMITED.name {
            // COM-12: the registered type, which clients may know already.
            return "https://iana.org/assignments/http-problem-types#quota-exceeded".to_owned();
        }
        format!("urn:consentry:problem:{}", self.name)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

/// The registry as a Markdown page.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Failure codes\n\nWritten from `crates/web/src/error/registry.rs`; do not edit by hand. The `code` is stable. \
         Doors that speak a protocol with\nnames of its own translate them; the status stays the same.\n\n\
         | code | status | title | the caller | the operator |\n| --- | --- | --- | --- | --- |\n",
    );
    for code in ALL {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            code.name,
            code.status.as_u16(),
            code.title,
            code.caller,
            code.operator
        );
    }
    page
}

macro_rules! registry {
    ($( $constant:ident: $status:ident, $name:literal, $title:literal, $caller:literal, $operator:literal; )*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $title, ".")]
            pub static $constant: Code = Code {
                name: $name,
                status: StatusCode::$status,
                title: $title,
                caller: $caller,
                operator: $operator,
            };
        )*

        /// Every code, in the order of the page.
        pub static ALL: &[&Code] = &[$( &$constant ),*];
    };
}

registry! {
    INVALID_JSON: BAD_REQUEST, "invalid_json", "The body is not acceptable JSON",
        "Correct the body at the line and column named", "Nothing";
    INVALID_REQUEST: BAD_REQUEST, "invalid_request", "The request is malformed",
        "Correct what the detail names", "Nothing";
    INVALID_PARAMETER: BAD_REQUEST, "invalid_parameter", "A parameter is not acceptable",
        "Correct the parameter named", "Nothing";
    CURSOR_MISMATCH: BAD_REQUEST, "cursor_mismatch", "The cursor does not belong to this query",
        "Start again without a cursor", "Nothing";
    IDEMPOTENCY_KEY_MISSING: BAD_REQUEST, "idempotency_key_missing", "An Idempotency-Key is demanded here",
        "Send a fresh key", "Nothing";
    IDEMPOTENCY_KEY_INVALID: BAD_REQUEST, "idempotency_key_invalid", "The Idempotency-Key is malformed",
        "Send 1 to 255 visible characters", "Nothing";
    MALFORMED_JWE: BAD_REQUEST, "malformed_jwe", "The request holds no compact JWE, or more than one",
        "Send one token of five base64url parts", "Nothing";
    INVALID_CLAIMS: BAD_REQUEST, "invalid_claims", "The token was opened, and its claims cannot be used",
        "Encrypt a JSON object with a usable sub", "Nothing";
    INVALID_GRANT: BAD_REQUEST, "invalid_grant", "The grant is invalid, expired, used or revoked",
        "Ask the person again", "Nothing";
    INVALID_SCOPE: BAD_REQUEST, "invalid_scope", "The scope is not acceptable",
        "Ask only for scopes that are allowed", "Check the allowed scopes of the client";
    INVALID_TARGET: BAD_REQUEST, "invalid_target", "The resource is not acceptable",
        "Name a resource that the client may use", "Check the resources of the client";
    INVALID_AUTHORIZATION_DETAILS: BAD_REQUEST, "invalid_authorization_details",
        "The authorization details are not acceptable", "Ask for what was given, or for less", "Nothing";
    UNAUTHORIZED_CLIENT: BAD_REQUEST, "unauthorized_client", "The client may not do this",
        "Use another grant type or client", "Check the registration of the client";
    UNSUPPORTED_GRANT_TYPE: BAD_REQUEST, "unsupported_grant_type", "The grant type is not supported",
        "Use a grant type of the discovery document", "Nothing";
    UNSUPPORTED_RESPONSE_TYPE: BAD_REQUEST, "unsupported_response_type", "The response type is not supported",
        "Use a response type of the discovery document", "Nothing";
    UNSUPPORTED_TOKEN_TYPE: BAD_REQUEST, "unsupported_token_type", "The token type is not supported",
        "Leave the hint out", "Nothing";
    UNAUTHENTICATED: UNAUTHORIZED, "unauthenticated", "Credentials are missing or not valid",
        "Send valid credentials", "Nothing";
    INVALID_CLIENT: UNAUTHORIZED, "invalid_client", "The client could not be authenticated",
        "Check the client's id and credential", "Look for many of these from one address";
    INVALID_JWE: UNAUTHORIZED, "invalid_jwe", "The encrypted token is not valid here",
        "Encrypt it with alg dir, enc A256GCM and the shared secret, afresh for each request", "Find the reason in the log";
    INVALID_TOKEN: UNAUTHORIZED, "invalid_token", "The token is missing, expired, revoked or not valid here",
        "Get a new token", "Nothing";
    REQUEST_TOKEN_MISSING: UNAUTHORIZED, "consent_request_token_missing", "The signed request is missing",
        "Send exactly one X-Consent-Request-Token", "Nothing";
    REQUEST_TOKEN_INVALID: UNAUTHORIZED, "consent_request_token_invalid", "The signed request is not valid",
        "Sign it as dataspace-consent-protocol 4.1 says", "Find the reason in the log";
    REQUEST_TOKEN_EXPIRED: UNAUTHORIZED, "consent_request_token_expired", "The signed request has expired",
        "Sign a new one", "Nothing";
    VERIFIER_TOKEN_INVALID: UNAUTHORIZED, "consent_verifier_token_invalid", "The data source did not prove who it is",
        "Send exactly one valid X-Consent-Verifier-Token, or a key that opens `dataspace`", "Find the reason in the log";
    SESSION_OVER: UNAUTHORIZED, "session_over", "The session has ended",
        "Open the page again from its host", "Nothing";
    APPLICATION_NOT_ALLOWED: FORBIDDEN, "application_not_allowed", "The application is not registered for this party",
        "Register the application with its party", "Check the applications of the dataspace";
    SUBJECT_ISSUER_NOT_ALLOWED: FORBIDDEN, "subject_issuer_not_allowed", "People of this issuer or login are not served",
        "Take subiss and acr from the person's ID token", "Check the login issuer and acr of the dataspace";
    DATA_SOURCE_NOT_YOURS: FORBIDDEN, "data_source_not_yours", "The data source belongs to another party",
        "Ask only about data sources of your own", "Check the owners of the data sources";
    FORBIDDEN: FORBIDDEN, "forbidden", "This is not allowed",
        "Nothing; another caller may be allowed", "Check what the caller may do";
    ACCESS_DENIED: FORBIDDEN, "access_denied", "The person or a policy refused",
        "Respect the answer", "Nothing";
    INSUFFICIENT_SCOPE: FORBIDDEN, "insufficient_scope", "The credential lacks a scope",
        "Use a credential with the scope", "Grant the scope if it is due";
    NOT_YOUR_PARTY: FORBIDDEN, "not_your_party", "This concerns another party",
        "Ask only for what concerns your party", "Nothing";
    BAD_ORIGIN: FORBIDDEN, "bad_origin", "The request did not come from our own page",
        "Use the page", "Check the public address in the configuration";
    PROVIDER_DISABLED: FORBIDDEN, "provider_disabled", "The provider is switched off",
        "Try later", "Enable the tenant";
    NOT_FOUND: NOT_FOUND, "not_found", "There is nothing here",
        "Check the address and the id", "Nothing";
    CUSTOMER_NOT_FOUND: NOT_FOUND, "customer_not_found", "The customer is not known",
        "Register the customer first", "See the setting for unknown customers";
    METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not allowed here",
        "Use a method of the Allow header", "Nothing";
    NOT_ACCEPTABLE: NOT_ACCEPTABLE, "not_acceptable", "No acceptable form of the answer exists",
        "Accept one of the documented media types", "Nothing";
    CONFLICT: CONFLICT, "conflict", "The change collides with another one",
        "Read again and repeat if still wanted", "Nothing";
    IDENTIFIER_TAKEN: CONFLICT, "identifier_taken", "The name is already used",
        "Choose another name", "Nothing";
    IDEMPOTENCY_IN_PROGRESS: CONFLICT, "idempotency_in_progress", "The first request with this key is still running",
        "Repeat after Retry-After", "Nothing";
    IN_USE: CONFLICT, "in_use", "Records refer to this",
        "Leave it, or send force=true", "Nothing";
    WORDING_PUBLISHED: CONFLICT, "wording_published", "Published words never change",
        "Publish them under a higher version", "Nothing";
    VERSION_LOWERED: CONFLICT, "version_lowered", "The version is lower than the current one",
        "Publish under a higher version", "Nothing";
    CONSENT_NOT_ACTIVE: CONFLICT, "consent_not_active", "The consent is not active",
        "Read it again", "Nothing";
    CUSTOMER_CHANGED: CONFLICT, "customer_changed", "Somebody else has signed in",
        "Open the page again", "Nothing";
    RENEWAL_NOT_ALLOWED: CONFLICT, "renewal_not_allowed", "The consent cannot be kept for longer here and now",
        "Connect again in the application", "See the setting for renewal";
    LEGAL_HOLD: CONFLICT, "legal_hold", "A legal hold forbids this",
        "Wait until the hold is lifted", "See the hold";
    LOG_SEALED: CONFLICT, "log_sealed", "The log is sealed",
        "Use the successor log", "See the sealing record";
    GONE: GONE, "gone", "This was here and is over",
        "Start again", "Nothing";
    CURSOR_EXPIRED: GONE, "cursor_expired", "Cursor is older than the retention of the stream",
        "Start with from=earliest", "Nothing";
    ERASED: GONE, "erased", "This was erased",
        "Forget it too", "Nothing";
    PRUNED: GONE, "pruned", "This was removed after its retention",
        "Nothing", "Nothing";
    PRECONDITION_FAILED: PRECONDITION_FAILED, "precondition_failed", "The precondition does not hold any more",
        "Read again and repeat if still wanted", "Nothing";
    PAYLOAD_TOO_LARGE: PAYLOAD_TOO_LARGE, "payload_too_large", "The body is too large",
        "Send less", "See the limits in the configuration";
    UNSUPPORTED_MEDIA_TYPE: UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The media type of the body is not supported",
        "Use a documented media type", "Nothing";
    UNPROCESSABLE: UNPROCESSABLE_ENTITY, "unprocessable", "The content breaks a rule",
        "Correct the fields named", "Nothing";
    IDEMPOTENCY_KEY_REUSED: UNPROCESSABLE_ENTITY, "idempotency_key_reused", "The key was used for another request",
        "Use a fresh key", "Nothing";
    PRECONDITION_REQUIRED: PRECONDITION_REQUIRED, "precondition_required", "An If-Match header is demanded here",
        "Send the ETag of the version that was read", "Nothing";
    RATE_LIMITED: TOO_MANY_REQUESTS, "rate_limited", "Too many requests",
        "Wait for Retry-After", "See the limits in the configuration";
    INTERNAL: INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side",
        "Try again, then report the request id", "Find the request id in the log";
    UNAVAILABLE: SERVICE_UNAVAILABLE, "unavailable", "The service is not available now",
        "Repeat after Retry-After", "Check the database and the disk";
    PARTY_KEYS_UNAVAILABLE: SERVICE_UNAVAILABLE, "party_keys_unavailable", "The keys of the party cannot be fetched",
        "Publish party configuration and keys, and repeat after Retry-After", "Find the reason in the log";
    OVERLOADED: SERVICE_UNAVAILABLE, "overloaded", "The service has more work than it can do",
        "Repeat after Retry-After", "See the queue metrics";
    STALE: SERVICE_UNAVAILABLE, "stale", "This node is behind and does not answer from memory",
        "Repeat after Retry-After", "Check the connection to the database";
}
