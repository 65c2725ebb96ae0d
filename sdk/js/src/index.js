// Verifies consent tokens of dataspaces and Consentry's access tokens, follows revocations, and asks the check API. No
// function here gives out what an unverified token claims.

export { AccessVerifier } from "./access.js";
export { basic, CheckClient } from "./check.js";
export { ConsentVerifier } from "./consent.js";
export { accessAnswer, CODES, consentAnswer, Refused } from "./errors.js";
export { FetchError, platformFetch } from "./fetching.js";
