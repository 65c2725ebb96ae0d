"""Writes crates/jose/tests/vectors/direct-python.json: claims that Python's `joserfc` encrypted with a shared secret, in the one way
that is taken and in those next to it."""

import base64
import json
import pathlib

from joserfc import jwe
from joserfc.jwk import OctKey

SECRET = "OsB/bDFOpzax4/drCC5Cp3xVAcdzn+00+vacy9hVFqo="
CONTENT = json.dumps({"sub": "cust-7f3a91"}, separators=(",", ":"))
KEY = OctKey.import_key(base64.b64decode(SECRET))
EVERY = jwe.JWERegistry(algorithms=jwe.JWERegistry.algorithms["alg"].keys() | jwe.JWERegistry.algorithms["enc"].keys() | {"DEF"})


def made(**header: str) -> str:
    return jwe.encrypt_compact(header, CONTENT, KEY, registry=EVERY)


vectors = {
    "made_by": "Python joserfc",
    "secret": SECRET,
    "content": CONTENT,
    "accepted": [
        made(alg="dir", enc="A256GCM"),
        made(alg="dir", enc="A256GCM", typ="JWT", kid="k1"),
    ],
    "refused": [
        made(alg="dir", enc="A128CBC-HS256"),
        made(alg="A256KW", enc="A256GCM"),
        made(alg="A256GCMKW", enc="A256GCM"),
        made(alg="dir", enc="A256GCM", zip="DEF"),
    ],
}
place = pathlib.Path(__file__).parents[2] / "crates/jose/tests/vectors/direct-python.json"
place.write_text(json.dumps(vectors, indent=1) + "\n")
