"""Key sets: fetched from the place that a configured issuer names, cached, rotated, and never asked for more often than
they may be."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from .errors import Code, Refused
from .fetching import Environment, FetchError, Request, require_secure
from .parsing import Malformed, UnverifiedToken, from_base64url

MAX_KEYS = 100
MAX_UNKNOWN = 1024
UNKNOWN_SECONDS = 60
KEYS_FRESH = (3600, 60, 3600)
DOCUMENT_FRESH = (86_400, 60, 86_400)
FIRST_PAUSE, LONGEST_PAUSE = 5, 300

COORDINATE_BYTES = 32

_PADDING, _HASH, _CURVE, _ECDSA = PKCS1v15(), SHA256(), SECP256R1(), ECDSA(SHA256())


@dataclass(frozen=True)
class Rs256Key:
    """A key for RSASSA-PKCS1-v1_5 with SHA-256, and for nothing else."""

    key: RSAPublicKey
    alg: ClassVar[str] = "RS256"

    def check(self, signature: bytes, signing_input: bytes) -> None:
        self.key.verify(signature, signing_input, _PADDING, _HASH)

    @classmethod
    def usable(cls, jwk: Mapping[str, Any]) -> Rs256Key | None:
        modulus, exponent = _number(jwk, "RSA", "n"), _number(jwk, "RSA", "e")
        if not 2048 <= modulus.bit_length() <= 8192 or modulus % 2 == 0:
            return None
        if exponent % 2 == 0 or not 3 <= exponent <= 2**33:
            return None
        return cls(RSAPublicNumbers(exponent, modulus).public_key())


@dataclass(frozen=True)
class Es256Key:
    """A key for ECDSA on P-256 with SHA-256, the signature as two numbers of 32 bytes (RFC 7518, section 3.4)."""

    key: EllipticCurvePublicKey
    alg: ClassVar[str] = "ES256"

    def check(self, signature: bytes, signing_input: bytes) -> None:
        if len(signature) != 2 * COORDINATE_BYTES:
            raise InvalidSignature
        r, s = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
        der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        self.key.verify(der, signing_input, _ECDSA)

    @classmethod
    def usable(cls, jwk: Mapping[str, Any]) -> Es256Key | None:
        if jwk.get("crv") != "P-256":
            return None
        x, y = (_number(jwk, "EC", name, COORDINATE_BYTES) for name in ("x", "y"))
        return cls(EllipticCurvePublicNumbers(x, y, _CURVE).public_key())


Key = Rs256Key | Es256Key
Algorithms = tuple[type[Key], ...]
RS256: Algorithms = (Rs256Key,)
RS256_OR_ES256: Algorithms = (Rs256Key, Es256Key)


def verifies(key: Key, token: UnverifiedToken) -> bool:
    """Whether a token is signed by a key, and says how."""
    if token.header.get("alg") != key.alg:
        return False
    try:
        key.check(token.signature, token.signing_input)
    except InvalidSignature:
        return False
    return True


def usable_keys(document: Mapping[str, Any], algorithms: Algorithms) -> dict[str, Key]:
    """The keys for signatures with these algorithms in a key set, by ``kid``; a name that two of them have is nobody's."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise Malformed("no list of keys")
    keys: dict[str, Key] = {}
    twice: set[str] = set()
    for jwk in listed[:MAX_KEYS]:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(kid, str) or not kid:
            continue
        key = _usable(jwk, algorithms)
        if key is not None:
            if kid in keys:
                twice.add(kid)
            keys[kid] = key
    for kid in twice:
        del keys[kid]
    if not keys:
        raise Malformed("no usable key")
    return keys


def _usable(jwk: Mapping[str, Any], algorithms: Algorithms) -> Key | None:
    if jwk.get("use") != "sig":
        return None
    try:
        return next((kind.usable(jwk) for kind in algorithms if kind.alg == jwk.get("alg")), None)
    except ValueError:
        return None


def _number(jwk: Mapping[str, Any], kty: str, name: str, size: int | None = None) -> int:
    """A number of a key, of ``size`` bytes; raises ``ValueError``."""
    text = jwk.get(name)
    if jwk.get("kty") != kty or not isinstance(text, str):
        raise ValueError("not such a key")
    number = from_base64url(text)
    if size is not None and len(number) != size:
        raise ValueError("not as long as it has to be")
    return int.from_bytes(number, "big")


@dataclass(frozen=True)
class Snapshot:
    """What was fetched, all at once."""

    document: dict[str, Any]
    document_until: float
    keys: dict[str, Key]
    fetched_at: float
    refresh_at: float
    fresh_until: float


class KeySource:
    """The keys of one issuer for some algorithms.

    ``cooldown`` is the least number of seconds between two fetches because of unknown keys, ``stale_if_error`` for how
    many seconds the last good keys are used beyond their freshness while the issuer cannot be reached.
    """

    def __init__(
        self,
        document_url: str,
        issuer: str,
        algorithms: Algorithms,
        environment: Environment,
        cooldown: float = 30,
        stale_if_error: float = 21_600,
    ) -> None:
        self._document_url = require_secure(document_url)
        self._issuer = issuer
        self._algorithms = algorithms
        self._environment = environment
        self._cooldown = cooldown
        self._stale = stale_if_error
        self._snapshot: Snapshot | None = None
        self._flight = threading.Lock()
        self._refreshing = threading.Lock()
        self._failures = 0
        self._not_before = float("-inf")
        self._failure = Code.KEYS_UNAVAILABLE
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._unknown_lock = threading.Lock()

    def at_hand(self) -> Snapshot:
        """The document and the keys by name, fetched where they are not fresh."""
        return self._current()

    def document(self) -> dict[str, Any]:
        """The document of the issuer, whose ``issuer`` is the configured one."""
        return self._current().document

    def fresh_until(self) -> float:
        """Until when the keys are fresh; what follows from them is not kept longer."""
        snapshot = self._snapshot
        return snapshot.fresh_until if snapshot else float("-inf")

    def key(self, kid: str) -> Key:
        """The key of a name; raises ``Refused``."""
        snapshot = self._current()
        if kid in snapshot.keys:
            return snapshot.keys[kid]
        now = self._environment.clock()
        with self._unknown_lock:
            if self._unknown.get(kid, float("-inf")) > now:
                self._unknown.move_to_end(kid)
                raise Refused(Code.KID_UNKNOWN)
        if now - snapshot.fetched_at > self._cooldown:
            snapshot = self._refresh(snapshot, reread=True)
            if kid in snapshot.keys:
                return snapshot.keys[kid]
            with self._unknown_lock:
                self._unknown[kid] = now + UNKNOWN_SECONDS
                self._unknown.move_to_end(kid)
                while len(self._unknown) > MAX_UNKNOWN:
                    self._unknown.popitem(last=False)
        raise Refused(Code.KID_UNKNOWN)

    def _current(self) -> Snapshot:
        now, snapshot = self._environment.clock(), self._snapshot
        if snapshot is not None and now < snapshot.fresh_until:
            if now >= snapshot.refresh_at and now >= self._not_before:
                self._refresh_beside(snapshot)
            return snapshot
        try:
            return self._refresh(snapshot, reread=False)
        except Refused:
            if snapshot is not None and now < snapshot.fresh_until + self._stale:
                return snapshot
            raise

    def _refresh_beside(self, seen: Snapshot) -> None:
        if not self._refreshing.acquire(blocking=False):
            return

        def work() -> None:
            try:
                self._refresh(seen, reread=False)
            except Refused:
                pass
            finally:
                self._refreshing.release()

        self._environment.background(work)

    def _refresh(self, seen: Snapshot | None, *, reread: bool) -> Snapshot:
        """Fetches, unless somebody did so since ``seen`` was looked at, or too soon after a failure."""
        with self._flight:
            if self._snapshot is not seen and self._snapshot is not None:
                return self._snapshot
            now = self._environment.clock()
            if now < self._not_before:
                raise Refused(self._failure, "failed a moment ago")
            try:
                snapshot = self._load(seen, now, reread)
            except Refused as refused:
                self._failures += 1
                self._not_before = now + min(FIRST_PAUSE * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE)
                self._failure = refused.code
                raise
            self._failures, self._not_before = 0, float("-inf")
            self._snapshot = snapshot
            return snapshot

    def _load(self, seen: Snapshot | None, now: float, reread: bool) -> Snapshot:
        if seen is None or reread or now >= seen.document_until:
            document, kept = self._get(self._document_url, DOCUMENT_FRESH)
            if document.get("issuer") != self._issuer:
                raise Refused(Code.CONFIGURATION, "the document is of another issuer")
            document_until = now + kept
        else:
            document, document_until = seen.document, seen.document_until
        found, fresh = self._get(require_secure(document.get("jwks_uri")), KEYS_FRESH)
        try:
            keys = usable_keys(found, self._algorithms)
        except Malformed as error:
            raise Refused(Code.KEYS_UNAVAILABLE, str(error)) from error
        refresh_at = now + fresh * (0.8 - 0.05 * self._environment.random())
        return Snapshot(document, document_until, keys, now, refresh_at, now + fresh)

    def _get(self, url: str, kept: tuple[int, int, int]) -> tuple[dict[str, Any], int]:
        try:
            response = self._environment.ask(Request(url))
            if response.status != 200:
                raise FetchError(f"answered {response.status}")
            return response.json(), response.max_age(*kept)
        except (FetchError, Malformed) as error:
            raise Refused(Code.KEYS_UNAVAILABLE, f"{url}: {error}") from error
