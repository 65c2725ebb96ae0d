"""Taking tokens apart. Nothing here trusts what it reads, and nothing is repaired."""

from __future__ import annotations

import binascii
import json
import math
from typing import Any, NamedTuple, TypeGuard

MAX_TOKEN_BYTES = 8192
"""Longest token looked at."""

MAX_DEPTH = 8
"""Deepest JSON looked at; the object itself is the first level."""

# What belongs to the other alphabet alone becomes what neither has.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/\0\0\0")

# What encoding adds where bytes are left over; one character alone is never left over.
_PADDING = (b"", b"===", b"==", b"=")

# No number with fewer digits is beyond what a float holds.
_SURELY_FINITE = 300


_NOT_UNDERSTOOD = frozenset(("crit", "zip", "b64"))


class Malformed(ValueError):
    """The bytes are not what they have to be."""


class UnverifiedToken(NamedTuple):
    """The parts of a token whose signature nobody has checked."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signing_input: bytes
    signature: bytes


MOST_HEADERS = 256
"""How many headers are remembered."""


class KnownHeaders:
    """Headers of tokens whose signature was good, by their text.

    Many tokens have the same, and what was read strictly once need not be read again. Strangers put none here.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, dict[str, Any]] = {}
        self.get = self._known.get

    def keep(self, token: UnverifiedToken) -> None:
        encoded = token.signing_input[: token.signing_input.index(b".")]
        if encoded in self._known:
            return
        if len(self._known) >= MOST_HEADERS:
            self._known.clear()
        self._known[encoded] = token.header


def take_apart(text: str, max_bytes: int = MAX_TOKEN_BYTES, headers: KnownHeaders | None = None) -> UnverifiedToken:
    """Takes a compact JWS apart; raises ``Malformed``. ``headers`` are those that were read before."""
    if len(text) > max_bytes or not text.isascii():
        raise Malformed("too long or not ASCII")
    signing_input, _, signature = text.encode().rpartition(b".")
    header, _, claims = signing_input.partition(b".")
    if b"." in claims:
        raise Malformed("not three parts")
    known = headers.get(header) if headers else None
    return UnverifiedToken(
        known or _header(header), json_object(_decoded(claims)), signing_input, _decoded(signature)
    )


def _header(encoded: bytes) -> dict[str, Any]:
    header = json_object(_decoded(encoded))
    if not header.keys().isdisjoint(_NOT_UNDERSTOOD):
        raise Malformed("a header member that is not understood")
    return header


def from_base64url(text: str) -> bytes:
    """Decodes canonical base64url without padding; raises ``Malformed``."""
    try:
        return _decoded(text.encode("ascii"))
    except UnicodeEncodeError as error:
        raise Malformed("not base64url") from error


def _decoded(encoded: bytes) -> bytes:
    base64 = encoded.translate(_TO_BASE64) + _PADDING[len(encoded) % 4]
    try:
        data = binascii.a2b_base64(base64)
    except binascii.Error as error:
        raise Malformed("not base64url") from error
    # Decoding passes over what it does not know; what is canonical, and nothing else, is what encoding gives back.
    if not data or binascii.b2a_base64(data, newline=False) != base64:
        raise Malformed("not canonical base64url")
    return data


def json_object(data: bytes) -> dict[str, Any]:
    """Reads a JSON object without duplicate members, not too deep, of Unicode text and finite numbers."""
    try:
        text = data.decode()
        if text[:1] == "{":
            value, end = _FLAT.raw_decode(text)
            if end == len(text) and _is_plain(text, value):
                return value
        value = _DECODER.decode(text)
        if not isinstance(value, dict):
            raise Malformed("not an object")
        # Depth needs as many brackets, and half of a surrogate pair can only be spelled out: the bytes were UTF-8.
        if data.count(b"{") + data.count(b"[") > MAX_DEPTH or b"\\u" in data:
            _judge(value, 1)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    return value


def _is_plain(text: str, members: dict[str, Any]) -> bool:
    """Whether an object surely has nothing to object to: texts and whole numbers alone, nothing spelled out, and each quotation
    mark belongs to a name or a text that is there, so that no member was there before under the same name."""
    kinds = list(map(type, members.values()))
    return (
        _PLAIN.issuperset(kinds)
        and "\\" not in text
        and text.count('"') == 2 * (len(kinds) + kinds.count(str))
    )


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member twice")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("a number beyond all")
    return number


def _integer(text: str) -> int:
    if len(text) > _SURELY_FINITE:
        _finite(text)
    return int(text)


_PLAIN = frozenset((str, int))
_NUMBERS = {"parse_int": _integer, "parse_float": _finite, "parse_constant": _finite}
_FLAT = json.JSONDecoder(**_NUMBERS)
_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, **_NUMBERS)


def _judge(value: Any, depth: int) -> None:
    if isinstance(value, str):
        value.encode()  # Half of a surrogate pair is no text: a ValueError.
    elif isinstance(value, (dict, list)):
        if depth > MAX_DEPTH:
            raise Malformed("too deep")
        for inner in value.values() if isinstance(value, dict) else value:
            _judge(inner, depth + 1)
        if isinstance(value, dict):
            for name in value:
                name.encode()


def is_text(value: Any, longest: int) -> TypeGuard[str]:
    """Whether a member is a string of 1 to ``longest`` characters."""
    return isinstance(value, str) and 1 <= len(value) <= longest


def is_time(value: Any) -> TypeGuard[int]:
    """Whether a member is a whole number of seconds after 1970, below 2^53."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
