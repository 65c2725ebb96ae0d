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


def rate(once):
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    once()
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        for _ in range(50):
            once()
        count += 50
    return count / (time.perf_counter() - begun)


def main():
    first, again = verifier(0), verifier(10)
    limit = rate(bare())
    value = rate(lambda: first.verify(TOKEN))
    print(json.dumps({"value": value, "limit": limit, "again": rate(lambda: again.verify(TOKEN))}))


main()
