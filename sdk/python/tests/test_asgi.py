"""The middleware, driven as a server drives it."""

import asyncio
import json
import unittest

from consentry_verify import AccessSettings, AccessVerifier, Code, consent_answer
from consentry_verify.asgi import AccessMiddleware, ConsentMiddleware
from provider import CASES, VECTORS, Provider
from test_vectors import VECTORS as FOLDER
from test_vectors import environment


async def inside(scope, receive, send):
    said = scope["state"].get("consent") or scope["state"]["access"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": said.sub.encode()})


def call(app, headers, kind="http"):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": f"{kind}.connect"}

    asyncio.run(app({"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers]}, receive, send))
    return sent


def answered(sent):
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


class Consents(unittest.TestCase):
    def test_a_valid_token_gets_in_and_what_it_says_with_it(self):
        app = ConsentMiddleware(inside, Provider().verifier())
        status, _, body = answered(call(app, [("x-consent-token", CASES["valid"]["token"])]))
        self.assertEqual((status, body), (200, b"9f1c77"))

    def test_10_refusals_are_what_gateways_let_through(self):
        app = ConsentMiddleware(inside, Provider().verifier())
        good = CASES["valid"]["token"]
        for headers, expected in (
            ([], (403, "consent_required")),
            ([("x-consent-token", "")], (403, "consent_required")),
            ([("x-consent-token", CASES["expired"]["token"])], (403, "consent_token_expired")),
            ([("x-consent-token", CASES["dsi no such thing"]["token"])], (403, "consent_token_mismatch")),
            ([("x-consent-token", good), ("X-Consent-Token", good)], (403, "consent_token_invalid")),
            ([("x-consent-token", good), ("authorization", "Bearer x")], (401, "id_token_missing_or_invalid")),
        ):
            status, sent, body = answered(call(app, headers))
            self.assertEqual((status, json.loads(body)["type"]), expected)
            self.assertEqual(set(json.loads(body)), {"type", "message"})
            self.assertEqual(sent[b"content-type"], b"application/json")
        self.assertEqual(consent_answer(Code.REVOKED)[:2], (403, "consent_revoked"))
        self.assertEqual(consent_answer(Code.KEYS_UNAVAILABLE)[:2], (500, "consent_verification_unavailable"))

    def test_an_id_token_is_read_from_the_authorization_header(self):
        app = ConsentMiddleware(inside, Provider().verifier(require_id_token=True))
        case = CASES["valid with the id token"]
        headers = [("x-consent-token", case["token"]), ("authorization", f"bearer {case['id_token']}")]
        self.assertEqual(answered(call(app, headers))[0], 200)

    def test_8_6_the_routing_chooses_the_data_source(self):
        served = CASES["one of two, and it is asked for"]
        settings = {**VECTORS["settings"], **served["settings"]}
        app = ConsentMiddleware(inside, Provider().verifier(**settings), dsi=lambda scope: served["dsi"])
        self.assertEqual(answered(call(app, [("x-consent-token", served["token"])]))[0], 200)
        self.assertEqual(answered(call(app, [("x-consent-token", CASES["valid"]["token"])]))[0], 403)

    def test_a_websocket_is_closed_before_it_opens(self):
        sent = call(ConsentMiddleware(inside, Provider().verifier()), [], "websocket")
        self.assertEqual(sent, [{"type": "websocket.close", "code": 1008}])


class Accesses(unittest.TestCase):
    def test_access_tokens_are_answered_as_rfc_6750_says(self):
        file = json.loads((FOLDER / "access-token.json").read_text())
        verifier = AccessVerifier(AccessSettings(**file["settings"]), environment(file, {}))
        tokens = {case["name"]: case["token"] for case in file["cases"]}
        app = AccessMiddleware(inside, verifier, ["accounts:balance"])
        for token, status, challenge in (
            (tokens["valid"], 200, None),
            (tokens["expired"], 401, b'Bearer error="invalid_token"'),
            (tokens["no scope at all"], 403, b'Bearer error="insufficient_scope"'),
        ):
            got, headers, _ = answered(call(app, [("authorization", f"Bearer {token}")]))
            self.assertEqual((got, headers.get(b"www-authenticate")), (status, challenge))
        self.assertEqual(answered(call(app, []))[1][b"www-authenticate"], b"Bearer")


if __name__ == "__main__":
    unittest.main()
