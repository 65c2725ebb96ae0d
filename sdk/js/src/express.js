// Middleware for Express, and for whatever calls `(request, response, next)` with the objects of Node.

import { accessAnswer, consentAnswer, Refused } from "./errors.js";

/** Lets requests in that carry a valid consent token; what it says is `request.consent`. */
export function requireConsent(verifier, { dsi } = {}) {
  return guarded(consentAnswer, async (request) => {
    const token = only(request, "x-consent-token", "malformed");
    const idToken = bearer(only(request, "authorization", "id_token"));
    request.consent = await verifier.verify(token, { idToken, dsi: dsi?.(request) });
  });
}

/** Lets requests in that carry a valid access token; what it says is `request.access`. */
export function requireAccess(verifier, { scopes = [] } = {}) {
  return guarded(accessAnswer, async (request) => {
    const token = bearer(only(request, "authorization", "malformed"));
    request.access = await verifier.verify(token, { scopes });
  });
}

function guarded(answerTo, judge) {
  return (request, response, next) => {
    judge(request).then(
      () => next(),
      (error) => {
        if (!(error instanceof Refused)) {
          next(error);
          return;
        }
        const { status, body, challenge } = answerTo(error.code);
        response.statusCode = status;
        response.setHeader("content-type", "application/json");
        response.setHeader("cache-control", "no-store");
        if (challenge !== undefined) {
          response.setHeader("www-authenticate", challenge);
        }
        response.end(JSON.stringify(body));
      },
    );
  };
}

/** The one value of a header. Node keeps the first `Authorization` of several, so the raw list is looked at. */
function only(request, name, twice) {
  const values = request.rawHeaders.filter((_, at, all) => at % 2 === 1 && all[at - 1].toLowerCase() === name);
  if (values.length > 1) {
    throw new Refused(twice, "the header is there more than once");
  }
  return values[0];
}

function bearer(authorization) {
  const found = /^\s*bearer +(\S.*?)\s*$/i.exec(authorization ?? "");
  return found?.[1];
}
