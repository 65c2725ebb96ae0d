"""Following what was revoked: a signed list of hashes, polled while there are tokens to judge."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .errors import Code, Refused
from .fetching import Environment, FetchError, Request
from .keys import KeySource, verifies
from .parsing import Malformed, is_text, is_time, take_apart

MAX_FEED_BYTES = 16 * 1024 * 1024
TYP = "consent-revocations+jwt"


@dataclass(frozen=True)
class _Feed:
    iat: int
    exp: int
    since: int
    revoked: dict[str, int]
    etag: str | None


class RevocationFeed:
    """The feed of one issuer. It is looked at again after ``poll`` seconds beside a request, and a second later before the
    request is judged, so a revocation counts after that time at the latest. Where looking fails nobody waits for it again
    before twice as many."""

    def __init__(
        self,
        url: Callable[[], str],
        issuer: str,
        keys: KeySource,
        environment: Environment,
        poll: float = 30,
        skew: int = 60,
        max_bytes: int = MAX_FEED_BYTES,
    ) -> None:
        self._url = url
        self._issuer = issuer
        self._keys = keys
        self._environment = environment
        self._poll = poll
        self._skew = skew
        self._max_bytes = max_bytes
        self._feed: _Feed | None = None
        self._looked_at = float("-inf")
        self._tried_at = float("-inf")
        self._flight = threading.Lock()
        self._refreshing = threading.Lock()

    def require_standing(self, identifier: str, iat: int, *, once_listed: bool) -> None:
        """Raises ``Refused`` where an id is listed, or where nobody can tell.

        ``once_listed``: an id that is listed is over for good. Otherwise tokens issued after it was listed stand.
        """
        feed = self._current()
        at = feed.revoked.get(hashed(identifier))
        if at is not None and (once_listed or iat <= at):
            raise Refused(Code.REVOKED)
        if iat < feed.since:
            raise Refused(Code.REVOCATION_UNAVAILABLE, "issued before the feed begins")

    def _current(self) -> _Feed:
        now = self._environment.clock()
        age = now - self._looked_at
        # What is on its way is waited for.
        is_answering = self._tried_at <= self._looked_at or self._flight.locked()
        if self._feed is None or age >= 2 * self._poll or (age >= self._poll + 1 and is_answering):
            self._refresh(now)
        elif age >= self._poll and now - self._tried_at >= self._poll / 2:
            self._refresh_beside(now)
        feed = self._feed
        if feed is None or now > feed.exp + self._skew:
            raise Refused(Code.REVOCATION_UNAVAILABLE, "no feed that is young enough")
        return feed

    def _refresh_beside(self, now: float) -> None:
        if not self._refreshing.acquire(blocking=False):
            return

        def work() -> None:
            try:
                self._refresh(now)
            finally:
                self._refreshing.release()

        self._environment.background(work)

    def _refresh(self, asked_at: float) -> None:
        with self._flight:
            # Somebody looked while this waited, or looking failed within the last five seconds.
            if self._looked_at >= asked_at or asked_at - self._tried_at < 5:
                return
            self._tried_at = asked_at
            try:
                self._feed = self._load(asked_at)
                self._looked_at = asked_at
            except (FetchError, Malformed, Refused):
                # The last good feed counts until it expires.
                pass

    def _load(self, now: float) -> _Feed:
        known = self._feed if self._feed is not None and now <= self._feed.exp else None
        headers = {"Accept": "application/jwt"}
        if known is not None and known.etag is not None:
            headers["If-None-Match"] = known.etag
        response = self._environment.ask(Request(self._url(), headers=headers, max_bytes=self._max_bytes))
        if response.status == 304 and known is not None:
            return known
        if response.status != 200 or response.media_type() != "application/jwt":
            raise FetchError("no feed")
        try:
            text = response.body.decode("ascii").strip()
        except UnicodeDecodeError as error:
            raise Malformed("not ASCII") from error
        feed = self._read(text, response.headers.get("etag"), now)
        # One that is older than what is known would bring revoked consents back.
        return self._feed if self._feed is not None and feed.iat < self._feed.iat else feed

    def _read(self, text: str, etag: str | None, now: float) -> _Feed:
        token = take_apart(text, self._max_bytes)
        kid = token.header.get("kid")
        if token.header.get("alg") != "RS256" or token.header.get("typ") != TYP or not is_text(kid, 255):
            raise Malformed("not a feed")
        if not verifies(self._keys.key(kid), token):
            raise Malformed("not signed by the issuer")
        iat, exp, since, listed = (token.claims.get(name) for name in ("iat", "exp", "since", "revoked"))
        if token.claims.get("iss") != self._issuer or not isinstance(listed, list):
            raise Malformed("not the feed of the issuer")
        if not is_time(iat) or not is_time(exp) or not is_time(since):
            raise Malformed("moments are missing")
        if iat > now + self._skew or exp < now - self._skew:
            raise Malformed("not of this moment")
        revoked: dict[str, int] = {}
        for entry in listed:
            if not isinstance(entry, dict) or not is_text(entry.get("h"), 255) or not is_time(entry.get("at")):
                raise Malformed("an entry is not readable")
            revoked[entry["h"]] = max(entry["at"], revoked.get(entry["h"], 0))
        return _Feed(iat, exp, since, revoked, etag)


def hashed(identifier: str) -> str:
    """How a feed lists an id."""
    return base64.urlsafe_b64encode(hashlib.sha256(identifier.encode()).digest()).rstrip(b"=").decode()
