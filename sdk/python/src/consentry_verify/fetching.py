"""What leaves the process: one request, within limits, to addresses that somebody configured."""

from __future__ import annotations

import random
import re
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from .errors import Code, Refused
from .parsing import Malformed, json_object

MAX_DOCUMENT_BYTES = 64 * 1024
USER_AGENT = "consentry-verify/0.1"

_JSON = re.compile(r"(?:application/json|[a-z0-9.-]+/[a-z0-9.-]+\+json)\Z")
_MAX_AGE = re.compile(r"(?:\A|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """A request. Whoever sends it follows no redirect and reads no more than ``max_bytes`` of the answer."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    max_bytes: int = MAX_DOCUMENT_BYTES


@dataclass(frozen=True)
class Response:
    """An answer. The names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def media_type(self) -> str:
        """Its media type without parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def json(self) -> dict[str, Any]:
        """Its JSON object; raises ``Malformed``."""
        if not _JSON.match(self.media_type()):
            raise Malformed("not JSON by its type")
        return json_object(self.body)

    def max_age(self, default: int, least: int, most: int) -> int:
        """For how many seconds it may be kept, within bounds."""
        control = self.headers.get("cache-control", "")
        if "no-store" in control.lower() or "no-cache" in control.lower():
            return least
        found = _MAX_AGE.search(control)
        return min(max(int(found[1]), least), most) if found else default


class FetchError(Exception):
    """No answer came, or it was larger than allowed."""


Fetch = Callable[[Request], Response]
"""Sends a request; raises ``FetchError``. Called from several threads at once."""


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True, name="consentry-verify").start()


@dataclass(frozen=True)
class Environment:
    """What a verifier takes from outside.

    ``clock`` gives seconds since 1970, ``random`` a number from 0 to 1 for spreading refreshes, ``background`` runs a
    refresh beside the request that noticed that it is due.
    """

    fetch: Fetch
    clock: Callable[[], float] = time.time
    random: Callable[[], float] = random.random
    background: Callable[[Callable[[], None]], None] = _in_background

    def ask(self, request: Request) -> Response:
        """Sends a request and holds the sender to the limits; raises ``FetchError``."""
        response = self.fetch(request)
        if len(response.body) > request.max_bytes:
            raise FetchError("the answer is too large")
        return response


def require_secure(url: Any) -> str:
    """An address that may be asked: https, or http on this very machine. Raises ``Refused(configuration)``."""
    if isinstance(url, str) and 1 <= len(url) <= 2083:
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            parts, host = None, None
        if parts and host and not parts.fragment and parts.username is None:
            if parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost")):
                return url
    raise Refused(Code.CONFIGURATION, "an address is not https")


class UrllibFetch:
    """Sends requests with the standard library: no redirects, no proxies, no cookies, TLS 1.2 or later.

    ``connect_seconds`` bounds connecting and each wait for bytes, ``total_seconds`` reading the answer as a whole.
    """

    def __init__(
        self, connect_seconds: float = 3, total_seconds: float = 10, context: ssl.SSLContext | None = None
    ) -> None:
        if context is None:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._connect = connect_seconds
        self._total = total_seconds
        # Put together by hand, so that nothing follows redirects or reads proxies from the environment.
        self._opener = urllib.request.OpenerDirector()
        self._opener.add_handler(urllib.request.HTTPHandler())
        self._opener.add_handler(urllib.request.HTTPSHandler(context=context))

    def __call__(self, request: Request) -> Response:
        """Sends it; raises ``FetchError``."""
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT, **request.headers}
        made = urllib.request.Request(request.url, request.body, headers, method=request.method)
        deadline = time.monotonic() + self._total
        try:
            with self._opener.open(made, timeout=self._connect) as answer:
                body = _read(answer, request.max_bytes, deadline)
                return Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)
        except (OSError, HTTPException, ValueError) as error:
            raise FetchError(str(error)) from error


def _read(answer: HTTPResponse, max_bytes: int, deadline: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(65_536):
        body += chunk
        if len(body) > max_bytes:
            raise FetchError("the answer is too large")
        if time.monotonic() > deadline:
            raise FetchError("the answer takes too long")
    return bytes(body)
