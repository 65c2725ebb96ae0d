"""Every shared vector has the verdict that it says."""

import json
import unittest
from pathlib import Path

from consentry_verify import (
    AccessSettings,
    AccessVerifier,
    ConsentSettings,
    ConsentVerifier,
    Environment,
    FetchError,
    Refused,
    Response,
    basic,
)

VECTORS = Path(__file__).parents[2] / "vectors"


def answering(documents):
    def fetch(request):
        place = request.url if request.method == "GET" else f"{request.method} {request.url}"
        document = documents.get(place)
        if document is None:
            raise FetchError("unreachable")
        return Response(document["status"], document["headers"], document["body"].encode())

    return fetch


def environment(file, case):
    documents = {**file["documents"], **case.get("documents", {})}
    return Environment(answering(documents), clock=lambda: case.get("now", file["now"]))


def verdict(judge):
    try:
        return "ok", judge()
    except Refused as refused:
        return str(refused.code), None


class Vectors(unittest.TestCase):
    def test_every_consent_token_has_its_verdict(self):
        file = json.loads((VECTORS / "consent-token.json").read_text())
        for case in file["cases"]:
            with self.subTest(case["name"]):
                settings = {**file["settings"], **case.get("settings", {})}
                verifier = ConsentVerifier(
                    ConsentSettings(**settings, verifier_headers=lambda: {"X-Consent-Verifier-Token": "ours"}),
                    environment(file, case),
                )
                for _ in ("anew", "remembered"):
                    code, consent = verdict(
                        lambda: verifier.verify(case["token"], id_token=case.get("id_token"), dsi=case.get("dsi"))
                    )
                    self.assertEqual(code, case["expect"])
                    if consent is not None:
                        self.assertEqual(consent.tid, case["tid"])
        self.assertGreater(len(file["cases"]), 150)

    def test_every_access_token_has_its_verdict(self):
        file = json.loads((VECTORS / "access-token.json").read_text())
        for case in file["cases"]:
            with self.subTest(case["name"]):
                settings = {**file["settings"], **case.get("settings", {})}
                verifier = AccessVerifier(
                    AccessSettings(**settings, client_headers=basic("us", "secret")), environment(file, case)
                )
                for _ in ("anew", "remembered"):
                    code, _access = verdict(lambda: verifier.verify(case["token"], scopes=case.get("scopes", ())))
                    self.assertEqual(code, case["expect"])
        self.assertGreater(len(file["cases"]), 40)


if __name__ == "__main__":
    unittest.main()
