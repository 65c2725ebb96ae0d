// Asking the check API (OpenID AuthZEN): may this party do this with that person's data now?

import { Refused } from "./errors.js";
import { environment, jsonOf, requireSecure } from "./fetching.js";

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** The headers of a client that shows its secret (RFC 6749 2.3.1). */
export function basic(clientId, clientSecret) {
  const encoded = (text) => new URLSearchParams([["", text]]).toString().slice(1);
  const value = `Basic ${btoa(`${encoded(clientId)}:${encoded(clientSecret)}`)}`;
  return () => ({ authorization: value });
}

/** Asks the check API of a server. */
export class CheckClient {
  #baseUrl;
  #headers;
  #environment;

  constructor(baseUrl, headers, outside = {}) {
    this.#baseUrl = requireSecure(baseUrl).replace(/\/+$/, "");
    this.#headers = headers;
    this.#environment = environment(outside);
  }

  /** One question. */
  async evaluation({ subject, action, resource, context }) {
    return decisionOf(await this.#ask("evaluation", { subject, action, resource, context }));
  }

  /** Several questions in one request, each with members that stand in place of `defaults`. */
  async evaluations(questions, { defaults = {}, semantic } = {}) {
    if (questions.length === 0) {
      return [];
    }
    const options = semantic === undefined ? {} : { options: { evaluations_semantic: semantic } };
    const { evaluations } = await this.#ask("evaluations", { ...defaults, ...options, evaluations: questions });
    const whole = semantic === undefined || semantic === "execute_all";
    const least = whole ? questions.length : 1;
    if (!Array.isArray(evaluations) || evaluations.length < least || evaluations.length > questions.length) {
      throw new Refused("check_unavailable", "not an answer to each question");
    }
    return evaluations.map(decisionOf);
  }

  async #ask(operation, body) {
    const own = await this.#headers();
    let response;
    let answer;
    try {
      response = await this.#environment.ask({
        url: `${this.#baseUrl}/access/v1/${operation}`,
        method: "POST",
        headers: { "content-type": "application/json", ...own },
        body: JSON.stringify(body),
        maxBytes: MAX_ANSWER_BYTES,
      });
      answer = response.status === 200 ? jsonOf(response) : undefined;
    } catch (error) {
      throw new Refused("check_unavailable", error.message, { cause: error });
    }
    if (answer !== undefined) {
      return answer;
    }
    const { status } = response;
    const refused = status >= 400 && status < 500 && status !== 408 && status !== 429;
    throw new Refused(refused ? "check_refused" : "check_unavailable", `the server answered ${status}`);
  }
}

function decisionOf(answer) {
  const { decision, context = {} } = answer ?? {};
  if (typeof decision !== "boolean" || typeof context !== "object" || context === null || Array.isArray(context)) {
    throw new Refused("check_unavailable", "not a decision");
  }
  const { reason_code: reason, max_age: maxAge } = context;
  return {
    allowed: decision,
    reason: typeof reason === "string" ? reason : undefined,
    maxAge: Number.isSafeInteger(maxAge) && maxAge > 0 ? maxAge : 0,
    context,
  };
}
