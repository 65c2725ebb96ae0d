"""How many consent tokens are verified in a second, beside bare verifications of the same signature by `cryptography`.

Prints one line of JSON. For how many seconds each is measured is the first argument.
"""

import base64
import json
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

sys.path.insert(0, str(Path(__file__).parent / "src"))

from consentry_verify import ConsentSettings, ConsentVerifier, Environment, Response

FILE = json.loads((Path(__file__).parents[1] / "vectors/consent-token.json").read_text())
TOKEN = next(case["token"] for case in FILE["cases"] if case["name"] == "valid")


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fetch(request):
    document = FILE["documents"][request.url]
    return Response(document["status"], document["headers"], document["body"].encode())


def verifier(remember):
    settings = ConsentSettings(
        issuer=FILE["settings"]["issuer"],
        expected_dsis=FILE["settings"]["expected_dsis"],
        require_id_token=False,
        remember=remember,
    )
    return ConsentVerifier(settings, Environment(fetch, lambda: FILE["now"]))


def bare():
    header, claims, signature = TOKEN.split(".")
    kid = json.loads(decoded(header))["kid"]
    sets = [json.loads(document["body"]).get("keys", []) for document in FILE["documents"].values()]
    jwk = next(jwk for keys in sets for jwk in keys if jwk["kid"] == kid)
    modulus, exponent = (int.from_bytes(decoded(jwk[name])) for name in ("n", "e"))
    key = RSAPublicNumbers(exponent, modulus).public_key()
    message, signature = f"{header}.{claims}".encode(), decoded(signature)
    return lambda: key.verify(signature, message, PKCS1v15(), SHA256())


# How often each takes its turn: whatever else the machine does meanwhile meets all alike, and the best turn counts.
TURNS = 20


def rate(once, seconds):
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        for _ in range(20):
            once()
        count += 20
    return count / (time.perf_counter() - begun)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    first, again = verifier(0), verifier(10)
    measured = {"limit": bare(), "value": lambda: first.verify(TOKEN), "again": lambda: again.verify(TOKEN)}
    best = dict.fromkeys(measured, 0.0)
    for _ in range(TURNS):
        for name, once in measured.items():
            best[name] = max(best[name], rate(once, seconds / TURNS))
    print(json.dumps(best))


main()
