import type { IncomingMessage, ServerResponse } from "node:http";

import type { Access, AccessVerifier, Consent, ConsentVerifier } from "./index.js";

type Next = (error?: unknown) => void;

/** Lets requests in that carry a valid consent token; what it says is `request.consent`. */
export function requireConsent<R extends IncomingMessage>(
  verifier: ConsentVerifier,
  options?: {
    /** Chooses one of several configured data sources, by your own routing and never by what the caller says. */
    dsi?: (request: R) => string;
  },
): (request: R & { consent?: Consent }, response: ServerResponse, next: Next) => void;

/** Lets requests in that carry a valid access token; what it says is `request.access`. */
export function requireAccess(
  verifier: AccessVerifier,
  options?: { scopes?: string[] },
): (request: IncomingMessage & { access?: Access }, response: ServerResponse, next: Next) => void;
