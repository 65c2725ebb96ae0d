"""Taking tokens apart. Nothing here trusts what it reads, and nothing is repaired."""

from __future__ import annotations

import binascii
import json
import math
import re
from dataclasses import dataclass
from typing import Any, TypeGuard

MAX_TOKEN_BYTES = 8192
"""Longest token looked at."""

MAX_DEPTH = 8
"""Deepest JSON looked at; the object itself is the first level."""

_BASE64URL = re.compile(rb"[A-Za-z0-9_-]+\Z")
_TO_BASE64 = bytes.maketrans(b"-_", b"+/")

# What may stand last, by how many characters are left over: the bits that no byte takes are zero.
_LAST = {2: b"AQgw", 3: b"AEIMQUYcgkosw048"}


class Malformed(ValueError):
    """The bytes are not what they have to be."""


@dataclass(frozen=True)
class UnverifiedToken:
    """The parts of a token whose signature nobody has checked."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signing_input: bytes
    signature: bytes


def take_apart(text: str, max_bytes: int = MAX_TOKEN_BYTES) -> UnverifiedToken:
    """Takes a compact JWS apart; raises ``Malformed``."""
    if len(text) > max_bytes or not text.isascii():
        raise Malformed("too long or not ASCII")
    parts = text.split(".")
    if len(parts) != 3:
        raise Malformed("not three parts")
    header, claims, signature = (from_base64url(part) for part in parts)
    unverified = UnverifiedToken(
        json_object(header), json_object(claims), f"{parts[0]}.{parts[1]}".encode(), signature
    )
    if not unverified.header.keys().isdisjoint(("crit", "zip", "b64")):
        raise Malformed("a header member that is not understood")
    return unverified


def from_base64url(text: str) -> bytes:
    """Decodes canonical base64url without padding; raises ``Malformed``."""
    try:
        encoded = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise Malformed("not base64url") from error
    rest = len(encoded) % 4
    if not _BASE64URL.match(encoded) or rest == 1:
        raise Malformed("not base64url")
    if rest and encoded[-1] not in _LAST[rest]:
        raise Malformed("not canonical base64url")
    return binascii.a2b_base64(encoded.translate(_TO_BASE64) + b"==")


def json_object(data: bytes) -> dict[str, Any]:
    """Reads a JSON object without duplicate members, not too deep, of Unicode text and finite numbers."""
    try:
        value = _DECODER.decode(data.decode())
        if not isinstance(value, dict):
            raise Malformed("not an object")
        # Depth needs as many brackets, and half of a surrogate pair can only be spelled out: the bytes were UTF-8.
        if data.count(b"{") + data.count(b"[") > MAX_DEPTH or b"\\u" in data:
            _judge(value, 1)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    return value


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


def _integer(text: str) -> int | float:
    _finite(text)
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_int=_integer,
    parse_float=_finite,
    parse_constant=_finite,
)


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
