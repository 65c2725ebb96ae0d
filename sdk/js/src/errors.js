// Why a token is refused, and what to answer then. The codes are the same in every SDK and are never renamed.

export const CODES = Object.freeze([
  "missing",
  "malformed",
  "alg",
  "version",
  "typ",
  "tid",
  "kid",
  "jku",
  "issuer",
  "configuration",
  "kid_unknown",
  "keys_unavailable",
  "signature",
  "claims",
  "not_yet",
  "expired",
  "lifetime",
  "dsi",
  "id_token",
  "subject",
  "subject_issuer",
  "acr",
  "app",
  "app_issuer",
  "audience",
  "scope",
  "revoked",
  "revocation_unavailable",
  "check_refused",
  "check_unavailable",
]);

const UNDECIDED = new Set([
  "configuration",
  "keys_unavailable",
  "revocation_unavailable",
  "check_refused",
  "check_unavailable",
]);

const MISMATCH = new Set(["dsi", "subject", "subject_issuer", "acr", "app", "app_issuer"]);

/** A token was not accepted. `code` says why; `undecided` is true where that is no verdict about the token. */
export class Refused extends Error {
  constructor(code, detail = "", options = undefined) {
    super(detail === "" ? code : `${code}: ${detail}`, options);
    this.name = "Refused";
    this.code = code;
    this.detail = detail;
    this.undecided = UNDECIDED.has(code);
  }
}

/**
 * How a data source refuses a request. A gateway replaces bodies with further members and some statuses (503 among
 * them), so `body` has exactly the two members that it lets through.
 */
export function consentAnswer(code) {
  const answer = (status, type, message) => ({ status, body: { type, message } });
  if (UNDECIDED.has(code)) {
    return answer(500, "consent_verification_unavailable", "Consent cannot be verified at the moment.");
  }
  if (MISMATCH.has(code)) {
    return answer(403, "consent_token_mismatch", "The consent token is for something else.");
  }
  switch (code) {
    case "missing":
      return answer(403, "consent_required", "This data source needs the user's consent.");
    case "expired":
      return answer(403, "consent_token_expired", "The consent token has expired.");
    case "revoked":
      return answer(403, "consent_revoked", "The consent was taken back.");
    case "id_token":
      return answer(401, "id_token_missing_or_invalid", "The id token is missing or invalid.");
    default:
      return answer(403, "consent_token_invalid", "The consent token is invalid.");
  }
}

/** How an API refuses a request (RFC 6750); `challenge` is its `WWW-Authenticate`, where it has one. */
export function accessAnswer(code) {
  const answer = (status, type, message, challenge) => ({ status, body: { type, message }, challenge });
  if (UNDECIDED.has(code)) {
    return answer(503, "verification_unavailable", "Access tokens cannot be verified at the moment.");
  }
  switch (code) {
    case "missing":
      return answer(401, "access_token_missing", "An access token is needed.", "Bearer");
    case "scope":
      return answer(403, "insufficient_scope", "The access token does not allow this.", 'Bearer error="insufficient_scope"');
    default:
      return answer(401, "access_token_invalid", "The access token is invalid.", 'Bearer error="invalid_token"');
  }
}
