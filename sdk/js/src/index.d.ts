/** Why a token is refused. The codes are the same in every SDK and are never renamed. */
export type Code =
  | "missing"
  | "malformed"
  | "alg"
  | "version"
  | "typ"
  | "tid"
  | "kid"
  | "jku"
  | "issuer"
  | "configuration"
  | "kid_unknown"
  | "keys_unavailable"
  | "signature"
  | "claims"
  | "not_yet"
  | "expired"
  | "lifetime"
  | "dsi"
  | "id_token"
  | "subject"
  | "subject_issuer"
  | "acr"
  | "app"
  | "app_issuer"
  | "audience"
  | "scope"
  | "revoked"
  | "revocation_unavailable"
  | "check_refused"
  | "check_unavailable";

export const CODES: readonly Code[];

/** A token was not accepted. */
export class Refused extends Error {
  constructor(code: Code, detail?: string, options?: ErrorOptions);
  readonly code: Code;
  readonly detail: string;
  /** Whether this is no verdict about the token: keys, revocations or answers could not be had. */
  readonly undecided: boolean;
}

export interface Answer {
  status: number;
  body: { type: string; message: string };
}

/** How a data source refuses a request. */
export function consentAnswer(code: Code): Answer;
/** How an API refuses a request (RFC 6750); `challenge` is its `WWW-Authenticate`, where it has one. */
export function accessAnswer(code: Code): Answer & { challenge?: string };

export interface FetchRequest {
  url: string;
  /** `GET` where it is left out. */
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Most bytes of the answer, 65,536 where it is left out. */
  maxBytes?: number;
}

export interface FetchResponse {
  status: number;
  /** By names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Sends a request; follows no redirect, and rejects where there is no answer. */
export type Fetch = (request: FetchRequest) => Promise<FetchResponse>;

/** No answer came, or it was larger than allowed. */
export class FetchError extends Error {}

/** A sender over the `fetch` of the platform, which waits at most `totalMilliseconds` (10,000) for a whole answer. */
export function platformFetch(options?: { totalMilliseconds?: number; fetch?: typeof globalThis.fetch }): Fetch;

/** What a verifier takes from outside; each has what the platform offers where it is left out. */
export interface Outside {
  fetch?: Fetch;
  /** Seconds since 1970. */
  clock?: () => number;
  /** From 0 to 1, for spreading refreshes. */
  random?: () => number;
  /** Runs a refresh beside the request that noticed that it is due. */
  background?: (work: () => Promise<void>) => void;
}

type Headers = () => Record<string, string> | Promise<Record<string, string>>;

export interface ConsentSettings {
  /** The one consent provider, exactly as in its tokens. */
  issuer: string;
  /** The data sources served here, from configuration and never from a request. */
  expectedDsis: string[];
  /** Whose id tokens count. */
  loginIssuers?: string[];
  /** Whether a token is refused for somebody who shows no id token; true. */
  requireIdToken?: boolean;
  /** Whether applications and people are registered at one issuer; true. */
  sameLoginIssuer?: boolean;
  /** How far clocks may differ: 0 to 300 seconds; 60. */
  skew?: number;
  /** Longest `exp - iat` in seconds. */
  maxLifetime?: number;
  allowedAcrs?: string[];
  allowedApps?: string[];
  allowedSubjectIssuers?: string[];
  /** How to find out whether a consent still stands; `none`. */
  revocation?: "none" | "feed" | "verify" | "introspect";
  /** Whether to accept where nobody can tell; false. */
  failOpen?: boolean;
  /** What introspection is asked with: `X-Consent-Verifier-Token` or a key. */
  verifierHeaders?: Headers;
  /** After how many seconds the feed is looked at again; 30. */
  feedPoll?: number;
  /** Least number of seconds between two fetches because of unknown keys; 30. */
  keyCooldown?: number;
  /** For how many seconds old keys count while their issuer cannot be reached; 21,600. */
  staleIfError?: number;
  /** How many verdicts are kept; 1,000. */
  remember?: number;
}

/** What an accepted consent token says. `tid` names the consent, not the token. */
export interface Consent {
  readonly sub: string;
  readonly subiss: string;
  readonly acr: string;
  readonly app: string;
  readonly appiss: string;
  readonly dsi: string;
  readonly tid: string;
  readonly iat: number;
  readonly exp: number;
}

/** Verifies consent tokens. Make one and keep it. */
export class ConsentVerifier {
  constructor(settings: ConsentSettings, outside?: Outside);
  /** How many tokens were accepted although nobody could tell whether their consent stands (`failOpen`). */
  unjudged: number;
  /** How many verdicts are kept at the moment. */
  get remembered(): number;
  /**
   * Judges the content of the `X-Consent-Token` header; rejects with `Refused`. `dsi` says which of several data sources
   * this request is for, as your own routing has it.
   */
  verify(token: string | null | undefined, options?: { idToken?: string; dsi?: string }): Promise<Consent>;
}

export interface AccessSettings {
  /** Exactly as in its tokens. */
  issuer: string;
  /** Who you are in access tokens. */
  audience: string;
  /** How far clocks may differ: 0 to 300 seconds; 60. */
  skew?: number;
  /** `feed` follows `revocationsUrl`, `introspect` asks the issuer about every token; `none`. */
  revocation?: "none" | "feed" | "introspect";
  revocationsUrl?: string;
  /** What introspection is asked with: see `basic`. */
  clientHeaders?: Headers;
  failOpen?: boolean;
  feedPoll?: number;
  keyCooldown?: number;
  staleIfError?: number;
  remember?: number;
}

/** What an accepted access token says; `claims` has all of it. */
export interface Access {
  readonly sub: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly consentId?: string;
  readonly iat: number;
  readonly exp: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Verifies access tokens. Make one and keep it. */
export class AccessVerifier {
  constructor(settings: AccessSettings, outside?: Outside);
  unjudged: number;
  /** Judges a bearer token (without the word `Bearer`) that has to allow all of `scopes`; rejects with `Refused`. */
  verify(token: string | null | undefined, options?: { scopes?: string[] }): Promise<Access>;
}

/** The headers of a client that shows its secret (RFC 6749 2.3.1). */
export function basic(clientId: string, clientSecret: string): () => Record<string, string>;

export interface Entity {
  type: string;
  id: string;
  properties?: Record<string, unknown>;
}

export interface Question {
  subject: Entity;
  action: { name: string; properties?: Record<string, unknown> };
  resource: Entity;
  context?: Record<string, unknown>;
}

export interface Decision {
  allowed: boolean;
  /** Its `reason_code`. */
  reason?: string;
  /** For how many seconds it may be kept. */
  maxAge: number;
  /** Everything that came with it. */
  context: Record<string, unknown>;
}

/** Asks the check API of a server. */
export class CheckClient {
  /** `baseUrl` has no path below `/access/v1`; `headers` authenticate. */
  constructor(baseUrl: string, headers: Headers, outside?: Outside);
  /**
   * One question. Rejects with `Refused`: `check_refused` where the server does not take it, `check_unavailable` where
   * there is no answer.
   */
  evaluation(question: Question): Promise<Decision>;
  /**
   * Several questions in one request, each with members that stand in place of `defaults`. With `deny_on_first_deny` and
   * `permit_on_first_permit` there may be fewer answers than questions.
   */
  evaluations(
    questions: Partial<Question>[],
    options?: {
      defaults?: Partial<Question>;
      semantic?: "execute_all" | "deny_on_first_deny" | "permit_on_first_permit";
    },
  ): Promise<Decision[]>;
}
