"""A provider whose answers a test chooses, and which counts what it is asked. The tokens are those of the vectors."""

import json
import threading
from pathlib import Path

from consentry_verify import ConsentSettings, ConsentVerifier, Environment, FetchError, Refused, Response

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/consent-token.json").read_text())
CASES = {case["name"]: case for case in VECTORS["cases"]}
CONFIGURATION, JWKS = list(VECTORS["documents"])[:2]
FEED = next(place for place in CASES["feed lists it"]["documents"])


class Provider:
    def __init__(self):
        self.now = VECTORS["now"]
        self.documents = {place: dict(document) for place, document in VECTORS["documents"].items()}
        self.asked = []
        self.beside = []
        self.gate = None
        self._lock = threading.Lock()

    def fetch(self, request):
        with self._lock:
            self.asked.append(request)
        if self.gate is not None:
            self.gate.wait(10)
        document = self.documents.get(request.url)
        if document is None:
            raise FetchError("unreachable")
        etag = document["headers"].get("etag")
        if etag is not None and request.headers.get("If-None-Match") == etag:
            return Response(304, {}, b"")
        return Response(document["status"], document["headers"], document["body"].encode())

    def verifier(self, **settings):
        environment = Environment(self.fetch, lambda: self.now, lambda: 0.0, self.beside.append)
        return ConsentVerifier(ConsentSettings(**{**VECTORS["settings"], **settings}), environment)

    def count(self, place):
        return sum(request.url == place for request in self.asked)

    def publish(self, *kids, **headers):
        listed = json.loads(VECTORS["documents"][JWKS]["body"])["keys"]
        document = self.documents[JWKS] = dict(VECTORS["documents"][JWKS])
        document["body"] = json.dumps({"keys": [key for key in listed if key["kid"] in kids]})
        document["headers"] = {**document["headers"], **headers}

    def feed(self, case, **headers):
        document = dict(CASES[case]["documents"][FEED])
        document["headers"] = {**document["headers"], **headers}
        self.documents[FEED] = document

    def run_beside(self):
        while self.beside:
            self.beside.pop(0)()


def code(verifier, case, **more):
    try:
        verifier.verify(CASES[case]["token"], **more)
    except Refused as refused:
        return str(refused.code)
    return "ok"
