"""Answers questions about a running server, one line of JSON each: what the verifier says about an access token and about a
question to the check API. The server believes to be at another address and time, which the question names."""

import dataclasses
import json
import sys

from consentry_verify import AccessSettings, AccessVerifier, CheckClient, Environment, Refused, UrllibFetch, basic

send = UrllibFetch()
verifier = None
now = 0


def verdict(asked):
    try:
        verifier.verify(asked["token"], scopes=asked["scopes"])
    except Refused as refused:
        return str(refused.code)
    return "ok"


for line in sys.stdin:
    asked = json.loads(line)
    now = asked["now"]
    environment = Environment(
        lambda request, asked=asked: send(
            dataclasses.replace(request, url=request.url.replace(asked["believed"], asked["actual"]))
        ),
        clock=lambda: now,
    )
    if verifier is None:
        settings = AccessSettings(asked["issuer"], asked["audience"], revocation="feed", revocations_url=asked["feed"])
        verifier = AccessVerifier(settings, environment)
    check = CheckClient(asked["believed"], basic(asked["client_id"], asked["client_secret"]), environment)
    code = verdict(asked)
    decision = check.evaluation(**asked["question"])
    both = check.evaluations([{}, {"subject": {"type": "user", "id": "nobody"}}], asked["question"])
    print(json.dumps({"code": code, "reason": decision.reason, "allowed": [one.allowed for one in both]}), flush=True)
