"""Access tokens of Consentry's authorization door (RFC 9068), as an API verifies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from .errors import Code, Refused
from .fetching import Environment, FetchError, Request, UrllibFetch, require_secure
from .keys import RS256_OR_ES256, KeySource, verifies
from .parsing import KnownHeaders, Malformed, UnverifiedToken, is_text, is_time, take_apart
from .remembering import Remembered
from .revocation import RevocationFeed


@dataclass(frozen=True)
class Access:
    """What an accepted access token says; ``claims`` has all of it."""

    sub: str
    client_id: str
    scopes: frozenset[str]
    consent_id: str | None
    iat: int
    exp: int
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class AccessSettings:
    """How access tokens are judged.

    ``issuer``: exactly as in its tokens. ``audience``: who you are in them. ``skew``: how far clocks may differ, 0 to 300
    seconds. ``revocation``: ``feed`` follows ``revocations_url``, ``introspect`` asks the issuer about every token, with
    the headers of ``client_headers`` (see ``basic``). ``fail_open``: accept where nobody can tell. ``remember``: how many
    verdicts are kept.
    """

    issuer: str
    audience: str
    skew: int = 60
    revocation: Literal["none", "feed", "introspect"] = "none"
    revocations_url: str | None = None
    client_headers: Callable[[], Mapping[str, str]] | None = None
    fail_open: bool = False
    feed_poll: float = 30
    key_cooldown: float = 30
    stale_if_error: float = 21_600
    remember: int = 1000

    def __post_init__(self) -> None:
        require_secure(self.issuer)
        if not self.audience:
            raise ValueError("audience is needed")
        if not 0 <= self.skew <= 300:
            raise ValueError("skew is 0 to 300 seconds")
        if self.revocation not in ("none", "feed", "introspect"):
            raise ValueError("revocation is none, feed or introspect")
        if self.revocation == "feed":
            require_secure(self.revocations_url)
        if self.revocation == "introspect" and self.client_headers is None:
            raise ValueError("introspection needs client_headers")


class AccessVerifier:
    """Verifies access tokens. Safe to use from several threads; make one and keep it."""

    def __init__(self, settings: AccessSettings, environment: Environment | None = None) -> None:
        self._settings = settings
        self._environment = environment or Environment(UrllibFetch())
        self._keys = KeySource(
            f"{settings.issuer}/.well-known/openid-configuration",
            settings.issuer,
            RS256_OR_ES256,
            self._environment,
            settings.key_cooldown,
            settings.stale_if_error,
        )
        self._feed = RevocationFeed(
            lambda: require_secure(settings.revocations_url),
            settings.issuer,
            self._keys,
            self._environment,
            settings.feed_poll,
            settings.skew,
        )
        self._headers = KnownHeaders()
        self._verdicts: Remembered[Access] = Remembered(settings.remember)
        #: How many tokens were accepted although nobody could tell whether their consent stands (``fail_open``).
        self.unjudged = 0

    def verify(self, token: str | None, *, scopes: Iterable[str] = ()) -> Access:
        """Judges a bearer token (without the word ``Bearer``) that has to allow all of ``scopes``; raises ``Refused``."""
        text = (token or "").strip(" \t")
        if not text:
            raise Refused(Code.MISSING)
        now = self._environment.clock()
        name = (text,)
        access = self._verdicts.get(name, now)
        if access is None:
            access = self._judge(text, now)
            until = min(access.exp + self._settings.skew, self._keys.fresh_until())
            self._verdicts.put(name, until, access)
        if not access.scopes.issuperset(scopes):
            raise Refused(Code.SCOPE)
        self._require_standing(access, text)
        return access

    def _judge(self, text: str, now: float) -> Access:
        settings = self._settings
        try:
            token = take_apart(text, headers=self._headers)
        except Malformed as error:
            raise Refused(Code.MALFORMED, str(error)) from error
        header = token.header
        if header.get("alg") not in ("RS256", "ES256"):
            raise Refused(Code.ALG)
        typ = header.get("typ")
        if not isinstance(typ, str) or typ.lower().removeprefix("application/") != "at+jwt":
            raise Refused(Code.TYP)
        if not is_text(header.get("kid"), 255):
            raise Refused(Code.KID)
        if token.claims.get("iss") != settings.issuer:
            raise Refused(Code.ISSUER)
        key = self._keys.key(header["kid"])
        if key.alg != header["alg"]:
            raise Refused(Code.ALG, "the key is for another algorithm")
        if not verifies(key, token):
            raise Refused(Code.SIGNATURE)
        self._headers.keep(token)
        access, audience = _claims(token)
        not_before = token.claims.get("nbf", access.iat)
        if access.iat > now + settings.skew or not_before > now + settings.skew:
            raise Refused(Code.NOT_YET)
        if now - settings.skew > access.exp:
            raise Refused(Code.EXPIRED)
        if settings.audience not in audience:
            raise Refused(Code.AUDIENCE)
        return access

    def _require_standing(self, access: Access, text: str) -> None:
        try:
            match self._settings.revocation:
                case "feed" if access.consent_id is not None:
                    self._feed.require_standing(access.consent_id, access.iat, once_listed=False)
                case "introspect":
                    self._introspect(text)
        except Refused as refused:
            if refused.code is Code.REVOKED or not self._settings.fail_open:
                raise
            self.unjudged += 1

    def _introspect(self, text: str) -> None:
        assert self._settings.client_headers is not None  # Settings without it do not exist.
        url = require_secure(self._keys.document().get("introspection_endpoint"))
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self._settings.client_headers()}
        body = urlencode({"token": text, "token_type_hint": "access_token"}).encode()
        try:
            response = self._environment.ask(Request(url, "POST", headers, body))
            active = response.json().get("active") if response.status == 200 else None
        except (FetchError, Malformed) as error:
            raise Refused(Code.REVOCATION_UNAVAILABLE, str(error)) from error
        if active is False:
            raise Refused(Code.REVOKED)
        if active is not True:
            raise Refused(Code.REVOCATION_UNAVAILABLE, f"the issuer answered {response.status}")


def _claims(token: UnverifiedToken) -> tuple[Access, list[str]]:
    claims = token.claims
    audience = claims.get("aud")
    listed: list[Any] = audience if isinstance(audience, list) else [audience]
    scope = claims.get("scope", "")
    consent_id = claims.get("consent_id")
    sound = (
        is_text(claims.get("sub"), 255)
        and is_text(claims.get("client_id"), 255)
        and is_time(claims.get("iat"))
        and is_time(claims.get("exp"))
        and ("nbf" not in claims or is_time(claims["nbf"]))
        and isinstance(scope, str)
        and (consent_id is None or is_text(consent_id, 255))
        and all(is_text(one, 2083) for one in listed)
    )
    if not sound:
        raise Refused(Code.CLAIMS)
    access = Access(
        claims["sub"], claims["client_id"], frozenset(scope.split(" ")) - {""}, consent_id, claims["iat"], claims["exp"], claims
    )
    return access, listed
